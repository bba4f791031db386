"""Checks a model that Sentei wrote with the tools that define the format.

    python tools/conformance/check-model.py <written.onnx> [<original.onnx>]

1. onnx.checker accepts the model with full shape inference.
2. ONNX Runtime loads it on the CPU and runs it on small inputs made from its declared types.
3. With an original: inputs and outputs have the same names, order, types and dimensions, every metadata entry of the
   original is still there, and the opset imports and the IR version are kept.

Exit code 0 when all hold, 1 when one does not, 2 when the model cannot be run with made-up inputs (the rest holds),
3 for wrong arguments.
"""

import os
import sys

import numpy as np
import onnx
import onnxruntime

# An axis without a fixed extent gets this one, wherever its symbol stands.
EXTENT = 4

DTYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int8)": np.int8,
    "tensor(int16)": np.int16,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(uint8)": np.uint8,
    "tensor(uint16)": np.uint16,
    "tensor(uint32)": np.uint32,
    "tensor(uint64)": np.uint64,
    "tensor(bool)": np.bool_,
    "tensor(string)": np.str_,
}


def signature(values):
    """Name, type and dimensions of each value, in order."""
    return [(value.name, value.type.SerializeToString(deterministic=True)) for value in values]


def free_inputs(graph):
    """Inputs a caller has to feed: those without a default."""
    defaults = {tensor.name for tensor in graph.initializer}
    defaults |= {sparse.values.name for sparse in graph.sparse_initializer}
    return [value for value in graph.input if value.name not in defaults]


def differences(model, original):
    """What the written model says differently, one line each."""
    found = []
    for what, ours, theirs in (
        ("inputs", free_inputs(model.graph), free_inputs(original.graph)),
        ("outputs", model.graph.output, original.graph.output),
    ):
        if signature(ours) != signature(theirs):
            names = [value.name for value in ours], [value.name for value in theirs]
            found.append(f"{what} differ: {names[0]} instead of {names[1]} (or their types or dimensions)")
    kept = {entry.key: entry.value for entry in model.metadata_props}
    for entry in original.metadata_props:
        if kept.get(entry.key) != entry.value:
            found.append(f"metadata '{entry.key}' is lost or changed")
    if model.ir_version != original.ir_version:
        found.append(f"IR version {model.ir_version} instead of {original.ir_version}")
    opsets = {entry.domain or "ai.onnx": entry.version for entry in model.opset_import}
    for entry in original.opset_import:
        domain = entry.domain or "ai.onnx"
        if opsets.get(domain) != entry.version:
            found.append(f"opset of {domain} is {opsets.get(domain)} instead of {entry.version}")
    return found


def small_input(argument, rng):
    """Numbers in the declared type and shape; None for types that are not tensors."""
    dtype = DTYPES.get(argument.type)
    if dtype is None:
        return None
    shape = [extent if isinstance(extent, int) and extent >= 0 else EXTENT for extent in argument.shape]
    if np.issubdtype(dtype, np.floating):
        return rng.standard_normal(shape).astype(dtype)
    if dtype is np.str_:
        return np.full(shape, "a")
    # 0 and 1 are valid as token ids, masks and flags alike.
    return rng.integers(0, 2, shape).astype(dtype)


def run(path):
    """Loads and runs the model; what went wrong, or None."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    feeds = {argument.name: small_input(argument, rng) for argument in session.get_inputs()}
    odd = [name for name, value in feeds.items() if value is None]
    if odd:
        return f"inputs {odd} are no tensors that numbers can be made up for"
    try:
        outputs = session.run(None, feeds)
    except onnxruntime.capi.onnxruntime_pybind11_state.OnnxRuntimeException as error:
        return str(error).splitlines()[0]
    except (RuntimeError, ValueError) as error:
        return str(error).splitlines()[0]
    for argument, value in zip(session.get_outputs(), outputs):
        print(f"  {argument.name}: {argument.type} {getattr(value, 'shape', '')}")
    return None


def main(arguments):
    if not 1 <= len(arguments) <= 2 or not all(os.path.isfile(path) for path in arguments):
        print(__doc__.strip().splitlines()[2].strip())
        return 3
    path = arguments[0]
    try:
        onnx.checker.check_model(path, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        print(f"{path}: onnx.checker refuses it: {error}")
        return 1
    print(f"{path}: onnx.checker accepts it")
    if len(arguments) == 2:
        model = onnx.load(path, load_external_data=False)
        found = differences(model, onnx.load(arguments[1], load_external_data=False))
        for line in found:
            print(f"{path}: {line}")
        if found:
            return 1
        print(f"{path}: inputs, outputs, metadata and versions are those of {arguments[1]}")
    try:
        problem = run(path)
    except Exception as error:  # ONNX Runtime has an exception class for each status.
        print(f"{path}: ONNX Runtime cannot load it: {str(error).splitlines()[0]}")
        return 1
    if problem is not None:
        print(f"{path}: ONNX Runtime loads it but cannot run it: {problem}")
        return 2
    print(f"{path}: ONNX Runtime runs it")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
