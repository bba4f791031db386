"""Runs a decoder on PyPI onnxruntime, from its metadata alone, and compares its rows with those of its model.

    python tools/conformance/check-decoder.py MODEL DECODER TEXT [LENGTH]

Needs onnx, onnxruntime and numpy (pip). The models read bytes: int64 [batch, sequence] in, logits [batch, sequence, 256] out.
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime

CHUNKS = [300, 1, 1, 1, 200, 9]
TYPES = {"float32": np.float32, "float16": np.float16, "int64": np.int64}


def carried_on(state, before, outputs):
    value = outputs[state["output"]]
    if "append" not in state:
        return value
    axis = state["append"]
    dropped = int(outputs[state["drop"]][0]) if "drop" in state else 0
    kept = np.take(before, np.arange(dropped, before.shape[axis]), axis=axis)
    return np.concatenate([kept, value], axis=axis)


def decode(path, ids):
    model = onnx.load(path)
    states = json.loads({entry.key: entry.value for entry in model.metadata_props}["sentei.states"])
    session = onnxruntime.InferenceSession(path)
    carried = {state["input"] for state in states}
    tokens = next(each.name for each in session.get_inputs() if each.name not in carried)
    names = [each.name for each in session.get_outputs()]
    past = {
        state["input"]: np.zeros(
            [ids.shape[0] if isinstance(extent, str) else extent for extent in state["start"]],
            TYPES[state["type"]],
        )
        for state in states
    }
    rows, start = [], 0
    while start < ids.shape[1]:
        chunk = ids[:, start : start + CHUNKS[len(rows) % len(CHUNKS)]]
        outputs = dict(zip(names, session.run(None, {tokens: chunk, **past})))
        rows.append(outputs[names[0]])
        past = {state["input"]: carried_on(state, past[state["input"]], outputs) for state in states}
        start += chunk.shape[1]
    return np.concatenate(rows, axis=1), sum(value.nbytes for value in past.values())


def bits_per_byte(logits, ids):
    scores = logits[:, :-1].astype(np.float64)
    scores -= scores.max(-1, keepdims=True)
    scores -= np.log(np.exp(scores).sum(-1, keepdims=True))
    return -np.take_along_axis(scores, ids[:, 1:, None], -1).mean() / np.log(2)


def main(model, decoder, text, length="1024"):
    with open(text, "rb") as file:
        ids = np.frombuffer(file.read(int(length)), np.uint8).astype(np.int64)[None]
    session = onnxruntime.InferenceSession(model)
    whole = session.run(None, {session.get_inputs()[0].name: ids})[0]
    rows, state = decode(decoder, ids)
    print(f"onnxruntime {onnxruntime.__version__}, {ids.shape[1]} bytes, state {state / 1e6:.2f} MB")
    print(f"bits/byte {bits_per_byte(whole, ids):.6f} whole, {bits_per_byte(rows, ids):.6f} decoded")
    print(f"largest difference of a logit {np.abs(whole - rows).max():.2e} of {np.abs(whole).max():.1f}")


main(*sys.argv[1:])
