"""Writes the models of ONNX's node tests, which PyPI onnx only builds in memory, to FOLDER/<name>.onnx.

usage: dump-node-models.py FOLDER    Needs PyPI onnx.
"""
import pathlib
import sys

from onnx.backend.test.loader import load_model_tests


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for case in load_model_tests(kind="node"):
        if case.model is None:
            continue
        (folder / f"{case.name}.onnx").write_bytes(case.model.SerializeToString())
        count += 1
    print(f"{count} models written to {folder}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
