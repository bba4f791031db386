"""Writes the models of ONNX's node tests, which PyPI onnx only builds in memory, to FOLDER/<name>.onnx.

Their inputs go to FOLDER/<name>/test_data_set_0/input_<i>.pb, as those of the suites on disk do; inputs that are no
tensors are left out.

usage: dump-node-models.py FOLDER    Needs PyPI onnx.
"""
import pathlib
import sys

import numpy
from onnx import TensorProto, numpy_helper
from onnx.backend.test.loader import load_model_tests


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for case in load_model_tests(kind="node"):
        if case.model is None:
            continue
        (folder / f"{case.name}.onnx").write_bytes(case.model.SerializeToString())
        write_inputs(case, folder / case.name / "test_data_set_0")
        count += 1
    print(f"{count} models written to {folder}")


def write_inputs(case, folder: pathlib.Path) -> None:
    for inputs, _ in (case.data_sets or [])[:1]:
        folder.mkdir(parents=True, exist_ok=True)
        for index, (value, info) in enumerate(zip(inputs, case.model.graph.input)):
            if isinstance(value, (numpy.ndarray, numpy.generic)):
                value = numpy_helper.from_array(numpy.asarray(value), info.name)
            if isinstance(value, TensorProto):
                (folder / f"input_{index}.pb").write_bytes(value.SerializeToString())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
