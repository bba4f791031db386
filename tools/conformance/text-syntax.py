"""Checks the text form of Sentei against the printer and the parser of ONNX.

    python tools/conformance/text-syntax.py FOLDER

For every model FOLDER/<name>.onnx:

1. What Sentei prints, Sentei reads back to the same text.
2. What Sentei prints, onnx.parser reads, and the graph it makes of it has the nodes, attributes, inputs, outputs and
   initializers of the model. Weights that the text leaves out are not compared, nor is what stands in annotations, which
   are comments to onnx.parser.
3. What onnx.printer prints, Sentei reads. Texts that onnx.parser itself cannot read are listed apart.

Texts are left beside the models. Exit code 1 when one of the three fails. Needs PyPI onnx and the built packages.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys

import onnx
import onnx.numpy_helper
import onnx.parser
import onnx.printer

SUB_BYTE = {
    onnx.TensorProto.INT4,
    onnx.TensorProto.UINT4,
    onnx.TensorProto.FLOAT4E2M1,
    onnx.TensorProto.INT2,
    onnx.TensorProto.UINT2,
    onnx.TensorProto.FLOAT6E2M3,
    onnx.TensorProto.FLOAT6E3M2,
}

def tensor_key(tensor):
    """Type, shape and elements; no elements where the text leaves them out or onnx.parser packs them otherwise."""
    shape = tuple(tensor.dims)
    count = 1
    for extent in shape:
        count *= extent
    if count == 0 or count > 16 or tensor.data_type in SUB_BYTE or tensor.data_location == onnx.TensorProto.EXTERNAL:
        return (tensor.data_type, shape)
    if tensor.data_type == onnx.TensorProto.STRING:
        return (tensor.data_type, shape, tuple(tensor.string_data))
    return (tensor.data_type, shape, onnx.numpy_helper.to_array(tensor).tobytes())


def attribute_key(attribute):
    kind = attribute.type
    value = onnx.helper.get_attribute_value(attribute) if not attribute.ref_attr_name else attribute.ref_attr_name
    types = onnx.AttributeProto
    if kind == types.TENSOR and not attribute.ref_attr_name:
        value = tensor_key(value)
    elif kind == types.GRAPH and not attribute.ref_attr_name:
        value = graph_key(value)
    elif kind == types.TYPE_PROTO and not attribute.ref_attr_name:
        value = value.SerializeToString(deterministic=True)
    elif isinstance(value, (list, tuple)) or hasattr(value, "__iter__") and not isinstance(value, (str, bytes)):
        value = tuple(value)
    return (attribute.name, kind, str(value))


def info_key(info):
    return (info.name, info.type.SerializeToString(deterministic=True))


def node_key(node):
    return (
        node.name,
        node.domain,
        node.op_type,
        node.overload,
        tuple(node.input),
        tuple(node.output),
        tuple(attribute_key(attribute) for attribute in node.attribute),
    )


def graph_key(graph):
    return (
        graph.name,
        tuple(info_key(info) for info in graph.input),
        tuple(info_key(info) for info in graph.output),
        tuple(info_key(info) for info in graph.value_info),
        tuple((tensor.name, tensor_key(tensor)) for tensor in graph.initializer),
        tuple(node_key(node) for node in graph.node),
    )


def first_difference(one, other):
    """Where two keys part, in a few words."""
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        for left, right in zip(one, other):
            if left != right:
                return first_difference(left, right)
    return f"{str(one)[:100]} became {str(other)[:100]}"


def cause(message):
    """The words of an error without names and places, to count by."""
    message = message.strip().splitlines()[-1]
    return re.sub(r"'[^']*'|\d+", "_", message)[:110]


def official(read):
    """What onnx.parser says, or None."""
    try:
        read()
    except (onnx.parser.ParseError, ValueError, RuntimeError, UnicodeDecodeError) as error:
        return cause(str(error))
    return None


def main(folder):
    models = {}
    unprintable = collections.Counter()
    invalid = {}
    for path in sorted(folder.glob("*.onnx")):
        model = onnx.load(path, load_external_data=False)
        models[path.stem] = model
        try:
            text = onnx.printer.to_text(model)
        except (UnicodeDecodeError, RuntimeError) as error:
            unprintable[cause(str(error))] += 1
            continue
        path.with_suffix(".onnx.txt").write_text(text, encoding="utf8", newline="")
        why = official(lambda: onnx.parser.parse_model(text))
        if why is not None:
            invalid[path.stem] = why

    script = pathlib.Path(__file__).with_suffix(".mjs")
    run = subprocess.run(["node", str(script), str(folder)], check=True, capture_output=True, text=True)
    report = json.loads(run.stdout)

    bad = []
    same = 0
    for name, model in models.items():
        ours = report.get(name, {}).get("ours")
        if ours:
            bad.append(f"{name}: our own text: {ours}")
            continue
        text = (folder / f"{name}.ours.txt").read_text(encoding="utf8")
        try:
            read = onnx.parser.parse_model(text)
        except (onnx.parser.ParseError, RuntimeError, ValueError) as error:
            why = cause(str(error))
            bad.append(f"{name}: onnx.parser does not read our text: {why}")
            continue
        was, now = graph_key(model.graph), graph_key(read.graph)
        functions = [tuple(node_key(node) for node in one.node) for one in model.functions]
        read_functions = [tuple(node_key(node) for node in one.node) for one in read.functions]
        if was != now or functions != read_functions or read.ir_version != model.ir_version:
            bad.append(f"{name}: onnx.parser reads our text as another model: {first_difference(was, now)}")
        else:
            same += 1

    unread = collections.Counter()
    readable = 0
    for name, why in ((name, report.get(name, {}).get("theirs")) for name in models):
        if why is None:
            readable += 1
        elif name in invalid:
            unread[f"invalid for onnx.parser too: {invalid[name]}"] += 1
        else:
            bad.append(f"{name}: the text of onnx.printer: {why}")

    print(f"{len(models)} models")
    print(f"{same} of our texts are read by onnx.parser to the same graph")
    print(f"{readable} texts of onnx.printer are read by Sentei ({len(invalid)} of all are invalid for onnx.parser)")
    for reason, count in (unread + unprintable).items():
        print(f"{count} are not: {reason}")
    for line in bad[:40]:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1])))
