"""Checks every model of a folder by onnx.checker, strict shape inference included."""

import pathlib
import sys

import onnx

failures = 0
paths = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))
for path in paths:
    try:
        onnx.checker.check_model(onnx.load(path), full_check=True)
    except Exception as error:  # noqa: BLE001 - whatever the checker says is what is to be shown
        failures += 1
        print(f"{path.name}: {error}")
print(f"{len(paths) - failures} of {len(paths)} models pass onnx.checker")
sys.exit(1 if failures > 0 or not paths else 0)
