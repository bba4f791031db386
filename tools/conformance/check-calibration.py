"""Compares statistics of `sentei calibrate` with float64 sums by numpy over the same windows, run by PyPI's onnxruntime.

    python check-calibration.py model.onnx text.txt LENGTH BATCH VALUE...

Prints one line for each value with the largest relative errors, and ends with 1 where one exceeds 1e-6. A Gram matrix is
compared relative to the norms of its two columns, since products that cancel have no digits left to agree on.
"""

import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime as ort

LIMIT = 1e-6


def statistics(model, text, length, batch, values):
    taps = [{"value": value, "moments": "feature", "gram": True, "quantiles": {"bits": 7}} for value in values]
    command = os.path.join(os.path.dirname(__file__), "..", "..", "packages", "cli", "bin", "sentei.js")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "taps.json")
        with open(path, "w") as file:
            json.dump(taps, file)
        flags = ["--data", text, "--length", str(length), "--batch", str(batch), "--taps", path, "--json", "--quiet"]
        result = subprocess.run(["node", command, "calibrate", model, *flags], stdout=subprocess.PIPE, check=True)
    return json.loads(result.stdout)


def values_of(model, text, length, batch, values):
    """Rows of each value over the first quarter of the text, as the command cuts it."""
    proto = onnx.load(model)
    for value in values:
        proto.graph.output.append(onnx.ValueInfoProto(name=value))
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    with open(text, "rb") as file:
        data = file.read()
    part = np.frombuffer(data[: len(data) // 4], np.uint8).astype(np.int64)
    windows = part[: len(part) // length * length].reshape(-1, length)
    rows = {value: [] for value in values}
    for start in range(0, len(windows), batch):
        outputs = session.run(values, {session.get_inputs()[0].name: windows[start : start + batch]})
        for value, output in zip(values, outputs):
            rows[value].append(output.reshape(-1, output.shape[-1]).astype(np.float64))
    return {value: np.concatenate(parts) for value, parts in rows.items()}


def errors(tap, rows):
    moments = tap["moments"]
    deviation = rows.std(axis=0)
    gram = rows.T @ rows
    norms = np.sqrt(np.diag(gram))
    found = np.array(tap["gram"]["sums"]).reshape(gram.shape)
    sorted_rows = np.sort(rows, axis=None)
    sketch = tap["quantiles"]
    counts = np.cumsum(sketch["counts"])
    quantile = 0.0
    for share in (0.01, 0.25, 0.5, 0.75, 0.99):
        rank = int(share * (sorted_rows.size - 1))
        bucket = int(np.searchsorted(counts, rank, side="right"))
        middle = (sketch["lower"][bucket] + sketch["upper"][bucket]) / 2
        quantile = max(quantile, abs(middle / sorted_rows[rank] - 1))
    exact = {
        "mean": np.max(np.abs(np.array(moments["mean"]) - rows.mean(axis=0)) / deviation),
        "variance": np.max(np.abs(np.array(moments["variance"]) / deviation**2 - 1)),
        "range": np.max(np.abs(np.array([moments["minimum"], moments["maximum"]]) - [rows.min(axis=0), rows.max(axis=0)])),
        "gram": np.max(np.abs(found - gram) / np.outer(norms, norms)),
    }
    return exact, quantile


def main():
    model, text, length, batch, *values = sys.argv[1:]
    described = statistics(model, text, int(length), int(batch), values)
    rows = values_of(model, text, int(length), int(batch), values)
    failed = False
    for tap in described["taps"]:
        exact, quantile = errors(tap, rows[tap["value"]])
        failed |= max(exact.values()) > LIMIT or quantile > 2**-8 or tap["rows"] != len(rows[tap["value"]])
        figures = ", ".join(f"{name} {error:.1e}" for name, error in exact.items())
        print(f"{tap['value']}: {tap['rows']} rows, relative errors: {figures}, quantiles {quantile:.1e}")
    sys.exit(1 if failed else 0)


main()
