"""Writes what onnx.shape_inference finds out about every value of the .onnx files under folders, as JSON.

usage: infer-shapes.py RESULT.json FOLDER ...    Needs PyPI onnx.

Declared types of everything but inputs are taken out first, in subgraphs too, so that inference has to find them. The
result maps each file to {"values": {PATH: TYPE}} or {"error": TEXT}. A path names the graphs around a value by node
index and attribute. Types are lists: ["tensor", element type, extents or null], ["sequence", type], ["map", key, type].
"""
import json
import pathlib
import sys

import onnx
from onnx import shape_inference


def graphs_of(graph: onnx.GraphProto, path: str):
    """The graph and its subgraphs with their paths."""
    yield path, graph
    for index, node in enumerate(graph.node):
        for attribute in node.attribute:
            inner = [attribute.g] if attribute.HasField("g") else attribute.graphs
            for place, subgraph in enumerate(inner):
                yield from graphs_of(subgraph, f"{path}{index}.{attribute.name}.{place}/")


def describe(kind: onnx.TypeProto):
    """A type as nested lists; None for one that says nothing."""
    which = kind.WhichOneof("value")
    if which in ("tensor_type", "sparse_tensor_type"):
        tensor = getattr(kind, which)
        extents = [extent(dim) for dim in tensor.shape.dim] if tensor.HasField("shape") else None
        return ["tensor" if which == "tensor_type" else "sparse-tensor", tensor.elem_type, extents]
    if which == "sequence_type":
        return ["sequence", describe(kind.sequence_type.elem_type)]
    if which == "optional_type":
        return ["optional", describe(kind.optional_type.elem_type)]
    if which == "map_type":
        return ["map", kind.map_type.key_type, describe(kind.map_type.value_type)]
    return None


def extent(dim: onnx.TensorShapeProto.Dimension):
    """Symbols that onnx makes up for itself (unk__0) tell no more than nothing."""
    if dim.HasField("dim_value"):
        return dim.dim_value if dim.dim_value >= 0 else None
    return None if dim.dim_param in ("", "?") or dim.dim_param.startswith("unk__") else dim.dim_param


def infer(model: onnx.ModelProto):
    for _, graph in graphs_of(model.graph, ""):
        inputs = {value.name for value in graph.input}
        del graph.value_info[:]
        for output in graph.output:
            if output.name not in inputs:
                output.ClearField("type")
    try:
        result = shape_inference.infer_shapes(model, data_prop=True)
    except Exception as error:  # The C++ code raises several types.
        return {"error": str(error)}
    values = {}
    for path, graph in graphs_of(result.graph, ""):
        for value in [*graph.value_info, *graph.output]:
            values[path + value.name] = describe(value.type)
    return {"values": values}


def main(result: pathlib.Path, folders: list[pathlib.Path]) -> None:
    files = sorted(file for folder in folders for file in folder.rglob("*.onnx"))
    found = {str(file): infer(onnx.load(file, load_external_data=False)) for file in files}
    result.write_text(json.dumps(found))
    print(f"types of {len(files)} models written to {result}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), [pathlib.Path(folder) for folder in sys.argv[2:]])
