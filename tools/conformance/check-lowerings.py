"""Runs models that Sentei lowered on PyPI onnxruntime and compares their quality with that of the original.

    python tools/conformance/check-lowerings.py ORIGINAL TEXT LOWERED=TOLERANCE...

The models read bytes: int64 [batch, sequence] in, logits [batch, sequence, 256] out. Tolerances are in bits per byte. The lengths
take a short and a long form of the attention each.
"""

import sys

import numpy as np
import onnxruntime

LENGTHS = [100, 2500]


def bits_per_byte(path, data):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (name,) = [each.name for each in session.get_inputs()]
    results = []
    for length in LENGTHS:
        ids = data[:length].astype(np.int64)
        logits = session.run(None, {name: ids[None]})[0][0, :-1].astype(np.float64)
        largest = logits.max(axis=1, keepdims=True)
        sums = np.log(np.exp(logits - largest).sum(axis=1)) + largest[:, 0]
        results.append((sums - logits[np.arange(length - 1), ids[1:]]).mean() / np.log(2))
    return np.array(results)


def main(original, text, *lowered):
    with open(text, "rb") as file:
        data = np.frombuffer(file.read(max(LENGTHS)), np.uint8)
    expected = bits_per_byte(original, data)
    worst = 0
    for each in lowered:
        path, tolerance = each.rsplit("=", 1)
        apart = np.abs(bits_per_byte(path, data) - expected)
        holds = bool((apart <= float(tolerance)).all())
        worst |= not holds
        figures = ", ".join(f"{value:.1e} at {length}" for value, length in zip(apart, LENGTHS))
        print(f"{'ok' if holds else 'FAILED'} {path}: bits/byte apart by {figures} (allowed {tolerance})")
    return int(worst)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
