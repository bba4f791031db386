"""Writes the models of the benchmark: `python tools/bench/generate-models.py <folder> [name ...]`.

transformer   550 MB of inline float32 weights, 12 blocks with attention and norms as PyTorch's exporter writes them out
ladder-N      N nodes of mixed operators between shared initializers: residual steps, dead code, duplicates, identities
chain-N       N nodes, each of which reads the one before
external      12 GB of weights in four sparse files, which take no room on the disk

Without names it writes what the benchmark reads. A file that is there already stays: the generator is seeded.
"""

import os
import sys
from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

WIDTH, HEADS, BLOCKS, VOCABULARY, POSITIONS = 768, 12, 12, 67_200, 1024
EXTERNAL_FILES, TENSORS_PER_FILE, EXTERNAL_ROWS, EXTERNAL_COLUMNS = 4, 12, 8192, 8192
DEFAULT = ["transformer", "ladder-10000", "ladder-100000", "ladder-1000000", "chain-1000000", "external"]


class Graph:
    """Collects nodes and weights; every node gets a name, every `described`th output a type."""

    def __init__(self, described: int):
        self.nodes, self.weights, self.value_info = [], [], []
        self.random = numpy.random.default_rng(7)
        self.described = described

    def weight(self, name: str, *shape: int) -> str:
        array = self.random.standard_normal(shape, dtype=numpy.float32) * numpy.float32(0.02)
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def constant(self, name: str, values, dtype) -> str:
        self.weights.append(numpy_helper.from_array(numpy.array(values, dtype=dtype), name))
        return name

    def node(self, op: str, *inputs: str, shape=None, **attributes) -> str:
        index = len(self.nodes)
        output = f"/{op}_{index}_output_0"
        self.nodes.append(helper.make_node(op, inputs, [output], name=f"/{op}_{index}", **attributes))
        if shape is not None and index % self.described == 0:
            self.value_info.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, shape))
        return output

    def save(self, path: Path, inputs, outputs, name: str):
        graph = helper.make_graph(self.nodes, name, inputs, outputs, self.weights, value_info=self.value_info)
        opsets = [helper.make_opsetid("", 17)]
        model = helper.make_model(graph, ir_version=10, opset_imports=opsets, producer_name="bench")
        path.write_bytes(model.SerializeToString())


def transformer(path: Path):
    graph = Graph(described=4)
    hidden_shape = ["batch", "sequence", WIDTH]
    epsilon = graph.constant("epsilon", 1e-5, numpy.float32)
    two = graph.constant("two", 2.0, numpy.float32)
    half = graph.constant("half", 0.5, numpy.float32)
    one = graph.constant("one", 1.0, numpy.float32)
    root_of_two = graph.constant("root_of_two", 2**0.5, numpy.float32)
    scale = graph.constant("scale", (WIDTH // HEADS) ** -0.5, numpy.float32)
    split = graph.constant("split", [0, 0, HEADS, WIDTH // HEADS], numpy.int64)
    join = graph.constant("join", [0, 0, WIDTH], numpy.int64)

    def norm(x: str, at: str) -> str:
        mean = graph.node("ReduceMean", x, axes=[-1])
        centred = graph.node("Sub", x, mean, shape=hidden_shape)
        variance = graph.node("ReduceMean", graph.node("Pow", centred, two), axes=[-1])
        root = graph.node("Sqrt", graph.node("Add", variance, epsilon))
        scaled = graph.node("Mul", graph.node("Div", centred, root), graph.weight(f"{at}.weight", WIDTH))
        return graph.node("Add", scaled, graph.weight(f"{at}.bias", WIDTH), shape=hidden_shape)

    def linear(x: str, at: str, rows: int, columns: int) -> str:
        product = graph.node("MatMul", x, graph.weight(f"{at}.weight", rows, columns))
        return graph.node("Add", graph.weight(f"{at}.bias", columns), product, shape=["batch", "sequence", columns])

    def heads(x: str, order) -> str:
        return graph.node("Transpose", graph.node("Reshape", x, split), perm=order)

    tokens = graph.node("Gather", graph.weight("embed.weight", VOCABULARY, WIDTH), "input_ids", shape=hidden_shape)
    places = graph.node("Gather", graph.weight("positions.weight", POSITIONS, WIDTH), "position_ids")
    hidden = graph.node("Add", tokens, places, shape=hidden_shape)
    for block in range(BLOCKS):
        at = f"blocks.{block}"
        x = norm(hidden, f"{at}.norm1")
        query = heads(linear(x, f"{at}.query", WIDTH, WIDTH), [0, 2, 1, 3])
        key = heads(linear(x, f"{at}.key", WIDTH, WIDTH), [0, 2, 3, 1])
        value = heads(linear(x, f"{at}.value", WIDTH, WIDTH), [0, 2, 1, 3])
        scores = graph.node("Add", graph.node("Mul", graph.node("MatMul", query, key), scale), "mask")
        mixed = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), value)
        joined = graph.node("Reshape", graph.node("Transpose", mixed, perm=[0, 2, 1, 3]), join)
        hidden = graph.node("Add", hidden, linear(joined, f"{at}.output", WIDTH, WIDTH), shape=hidden_shape)
        wide = linear(norm(hidden, f"{at}.norm2"), f"{at}.up", WIDTH, 4 * WIDTH)
        gate = graph.node("Add", graph.node("Erf", graph.node("Div", wide, root_of_two)), one)
        gelu = graph.node("Mul", graph.node("Mul", wide, gate), half)
        hidden = graph.node("Add", hidden, linear(gelu, f"{at}.down", 4 * WIDTH, WIDTH), shape=hidden_shape)
    graph.nodes.append(helper.make_node("Identity", [norm(hidden, "norm")], ["hidden_states"], name="/Identity"))
    integers = ["batch", "sequence"]
    inputs = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, integers),
        helper.make_tensor_value_info("position_ids", TensorProto.INT64, integers),
        helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["batch", 1, "sequence", "sequence"]),
    ]
    outputs = [helper.make_tensor_value_info("hidden_states", TensorProto.FLOAT, hidden_shape)]
    graph.save(path, inputs, outputs, "transformer")


def ladder(path: Path, count: int):
    graph = Graph(described=5)
    shape = ["batch", 8]
    shared = [graph.weight(f"shared.{index}", 8) for index in range(16)]
    one = graph.constant("one", 1.0, numpy.float32)
    x = "x"
    while len(graph.nodes) + 20 <= count:
        index = len(graph.nodes)
        first, second = shared[index % 16], shared[(index // 20) % 16]
        branch = graph.node("Relu", graph.node("Add", x, first, shape=shape), shape=shape)
        again = graph.node("Relu", graph.node("Add", x, first, shape=shape), shape=shape)
        branch = graph.node("Mul", graph.node("Add", branch, again, shape=shape), second, shape=shape)
        branch = graph.node("Identity", branch, shape=shape)
        branch = graph.node("Mul", branch, one, shape=shape)
        branch = graph.node("Sigmoid", graph.node("Cast", branch, to=TensorProto.FLOAT, shape=shape))
        constant = graph.node("Constant", value=numpy_helper.from_array(numpy.full((8,), index, numpy.float32)))
        branch = graph.node("Sub", branch, constant, shape=shape)
        graph.node("Tanh", graph.node("Neg", branch, shape=shape), shape=shape)
        turned = graph.node("Transpose", graph.node("Transpose", branch, perm=[1, 0]), perm=[1, 0])
        branch = graph.node("Max", graph.node("Abs", turned, shape=shape), first, shape=shape)
        x = graph.node("Add", x, branch, shape=shape)
    finish(graph, path, x, count, shape)


def chain(path: Path, count: int):
    graph = Graph(described=5)
    shape = ["batch", 8]
    shared = [graph.weight(f"shared.{index}", 8) for index in range(16)]
    x = "x"
    for index in range(count - 1):
        x = graph.node("Relu", x, shape=shape) if index % 2 else graph.node("Add", x, shared[index % 16], shape=shape)
    finish(graph, path, x, count, shape)


def finish(graph: Graph, path: Path, x: str, count: int, shape):
    while len(graph.nodes) + 1 < count:
        x = graph.node("Relu", x, shape=shape)
    graph.nodes.append(helper.make_node("Relu", [x], ["y"], name="/last"))
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)]
    graph.save(path, inputs, outputs, path.stem)


def external(path: Path):
    graph = Graph(described=1)
    length = EXTERNAL_ROWS * EXTERNAL_COLUMNS * 4
    shape = ["batch", EXTERNAL_COLUMNS]
    x = "x"
    for file in range(EXTERNAL_FILES):
        location = f"weights-{file}.bin"
        with open(path.parent / location, "wb") as sparse:
            sparse.truncate(length * TENSORS_PER_FILE)
        for index in range(TENSORS_PER_FILE):
            name = f"weights.{file}.{index}"
            tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[EXTERNAL_ROWS, EXTERNAL_COLUMNS])
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (("location", location), ("offset", index * length), ("length", length)):
                tensor.external_data.add(key=key, value=str(value))
            graph.weights.append(tensor)
            x = graph.node("MatMul", x, name, shape=shape)
    graph.nodes.append(helper.make_node("Relu", [x], ["y"], name="/last"))
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)]
    graph.save(path, inputs, outputs, "external")


def generate(folder: Path, name: str):
    path = folder / name / "model.onnx"
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    kind, _, count = name.partition("-")
    makers = {"transformer": transformer, "external": external}
    part = path.with_suffix(".part")
    if kind in makers:
        makers[kind](part)
    else:
        {"ladder": ladder, "chain": chain}[kind](part, int(count))
    os.replace(part, path)
    print(f"{name}: {path.stat().st_size:,} bytes", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for wanted in sys.argv[2:] or DEFAULT:
        generate(Path(sys.argv[1]), wanted)
