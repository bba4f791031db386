"""Checks the metrics of `@sentei/runtime` against ONNX Runtime, NumPy, SciPy, scikit-learn and pycocotools.

    python tools/conformance/check-metrics.py <folder> [--full]

Writes small models and labelled examples to the folder, lets `measure-metrics.mjs` measure them, computes the same
figures by itself, and fails where two differ by more than 1e-6. The embedded checkpoint's bits per byte are measured on a
few short windows of its held-out text; `--full` takes the 96 windows of 1,024 bytes that its record is about.
"""

import json
import os
import pathlib
import subprocess
import sys
from contextlib import redirect_stdout

import numpy as np
import onnx
import onnxruntime
import scipy.special
import scipy.stats
import sklearn.metrics
from onnx import TensorProto, helper, numpy_helper
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

TOLERANCE = 1e-6
ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECKPOINT = ROOT / "checkpoints" / "fox-pro-6l"


def value(name, dtype, shape):
    return helper.make_tensor_value_info(name, dtype, shape)


def save(path, nodes, inputs, outputs, weights):
    initializers = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    graph = helper.make_graph(nodes, "metrics", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    return str(path)


def linear(path, weight, shape, softmax=False):
    """logits = x @ weight, over the last axis."""
    nodes = [helper.make_node("MatMul", ["x", "weight"], ["logits"])]
    if softmax:
        nodes.append(helper.make_node("Softmax", ["logits"], ["y"], axis=-1))
    else:
        nodes.append(helper.make_node("Identity", ["logits"], ["y"]))
    inputs = [value("x", TensorProto.FLOAT, [*shape, weight.shape[0]])]
    outputs = [value("y", TensorProto.FLOAT, [*shape, weight.shape[1]])]
    return save(path, nodes, inputs, outputs, {"weight": weight})


def embedding(path, table, weight):
    """y = tanh(table[tokens]) @ weight; the mask and the token types are there to be told from the tokens."""
    nodes = [
        helper.make_node("Gather", ["table", "t"], ["rows"]),
        helper.make_node("Tanh", ["rows"], ["curved"]),
        helper.make_node("Add", ["m", "k"], ["marks"]),
        helper.make_node("Cast", ["marks"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["floats", "zero"], ["nothing"]),
        helper.make_node("Unsqueeze", ["nothing", "last"], ["wide"]),
        helper.make_node("Add", ["curved", "wide"], ["hidden"]),
        helper.make_node("MatMul", ["hidden", "weight"], ["y"]),
    ]
    inputs = [value(name, TensorProto.INT64, ["batch", "sequence"]) for name in ("k", "m", "t")]
    outputs = [value("y", TensorProto.FLOAT, ["batch", "sequence", weight.shape[1]])]
    weights = {"table": table, "weight": weight, "zero": np.float32(0), "last": np.array([-1])}
    return save(path, nodes, inputs, outputs, weights)


def plain(array):
    kind = {"float32": "float32", "int64": "int64"}[array.dtype.name]
    return {"type": kind, "dims": list(array.shape), "data": array.ravel().tolist()}


def examples(inputs, labels=None):
    """One example for each list of sets of inputs."""
    found = [{"inputs": [{name: plain(array) for name, array in each.items()} for each in sets]} for sets in inputs]
    for example, label in zip(found, labels if labels is not None else []):
        example["label"] = label
    return found


def run(model, feeds):
    """The only output for one set of inputs, without its batch axis, in float64."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return [session.run(None, {name: array[None] for name, array in each.items()})[0][0].astype(np.float64) for each in feeds]


def token_inputs(rng, vocabulary, lengths):
    return [
        {
            "t": rng.integers(2, vocabulary, length),
            "m": np.ones(length, np.int64),
            "k": np.zeros(length, np.int64),
        }
        for length in lengths
    ]


def cosine(a, b):
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def classification(folder, rng):
    classes, count = 10, 300
    weight = rng.standard_normal((8, classes)).astype(np.float32)
    model = linear(folder / "classes.onnx", weight, ["batch"])
    feeds = [{"x": rng.standard_normal(8).astype(np.float32)} for _ in range(count)]
    outputs = np.array(run(model, feeds))
    labels = np.where(rng.random(count) < 0.6, outputs.argmax(1), rng.integers(0, classes - 1, count))
    asked = examples([[each] for each in feeds], labels.tolist())
    predicted = outputs.argmax(1)
    among = np.argsort(-outputs, axis=1, kind="stable")[:, :5]
    expected = {
        "top-1": sklearn.metrics.accuracy_score(labels, predicted),
        "top-5": float(np.mean([label in row for label, row in zip(labels, among)])),
        "f1 average=macro": sklearn.metrics.f1_score(labels, predicted, average="macro"),
        "f1 average=micro": sklearn.metrics.f1_score(labels, predicted, average="micro"),
        "f1 average=macro classes=1,2,3": sklearn.metrics.f1_score(labels, predicted, labels=[1, 2, 3], average="macro"),
        "f1 average=binary positive=4": sklearn.metrics.f1_score(labels == 4, predicted == 4),
    }
    for metric, figure in expected.items():
        yield {"name": metric, "kind": "metric", "metric": metric, "model": model, "examples": asked, "batch": 32}, figure

    several = (outputs + rng.standard_normal(outputs.shape) > 0.5).astype(int)
    for average in ("macro", "micro"):
        metric = f"f1 threshold=0.25 average={average}"
        case = {"name": metric, "kind": "metric", "metric": metric, "model": model, "examples": examples([[each] for each in feeds], several.tolist())}
        yield case, sklearn.metrics.f1_score(several, outputs > 0.25, average=average)


def tagging(folder, rng):
    classes, lengths = 5, rng.integers(2, 12, 60)
    model = linear(folder / "tags.onnx", rng.standard_normal((6, classes)).astype(np.float32), ["batch", "sequence"])
    feeds = [{"x": rng.standard_normal((length, 6)).astype(np.float32)} for length in lengths]
    outputs = run(model, feeds)
    labels = [np.where(rng.random(len(row)) < 0.7, row.argmax(1), rng.integers(0, classes, len(row))) for row in outputs]
    labels = [np.where(rng.random(len(row)) < 0.15, -100, row) for row in labels]
    truth = np.concatenate(labels)
    predicted = np.concatenate([row.argmax(1) for row in outputs])[truth >= 0]
    truth = truth[truth >= 0]
    asked = examples([[each] for each in feeds], [row.tolist() for row in labels])
    expected = {
        "top-1": sklearn.metrics.accuracy_score(truth, predicted),
        "f1": sklearn.metrics.f1_score(truth, predicted, average="macro"),
        "f1 average=micro classes=1,2,3,4": sklearn.metrics.f1_score(truth, predicted, labels=[1, 2, 3, 4], average="micro"),
    }
    for metric, figure in expected.items():
        case = {"kind": "metric", "metric": metric, "model": model, "examples": asked, "batch": 8, "padding": {"x": 0}}
        yield {"name": f"tokens: {metric}", **case}, figure


def similarity(folder, rng):
    table = rng.standard_normal((40, 12)).astype(np.float32)
    model = embedding(folder / "encoder.onnx", table, rng.standard_normal((12, 16)).astype(np.float32))
    firsts = token_inputs(rng, 40, rng.integers(3, 15, 150))
    # One pair in ten is the same sentence twice: all of these tie at 1.
    seconds = [first if index % 10 == 0 else token_inputs(rng, 40, [len(first["t"])])[0] for index, first in enumerate(firsts)]
    a, b = run(model, firsts), run(model, seconds)
    labels = [round(2.5 + 2 * cosine(x.mean(0), y.mean(0)) + rng.standard_normal(), 1) for x, y in zip(a, b)]
    asked = examples(list(zip(firsts, seconds)), labels)
    pooled = {
        "spearman": [cosine(x.mean(0), y.mean(0)) for x, y in zip(a, b)],
        "spearman pooling=cls": [cosine(x[0], y[0]) for x, y in zip(a, b)],
    }
    for metric, cosines in pooled.items():
        figure = scipy.stats.spearmanr(np.float32(cosines), labels).statistic
        case = {"kind": "metric", "metric": metric, "model": model, "examples": asked, "batch": 16}
        yield {"name": metric, **case, "padding": {"t": 0, "m": 0, "k": 0}}, figure


def language(folder, rng):
    vocabulary = 60
    table = rng.standard_normal((vocabulary, 12)).astype(np.float32)
    model = embedding(folder / "language.onnx", table, rng.standard_normal((12, vocabulary)).astype(np.float32))
    feeds = token_inputs(rng, vocabulary, rng.integers(2, 30, 50))
    nats, tokens, correct = 0.0, 0, 0
    for each, logits in zip(feeds, run(model, feeds)):
        targets = each["t"][1:]
        logs = scipy.special.log_softmax(logits[:-1], axis=1)
        nats -= logs[np.arange(len(targets)), targets].sum()
        correct += int((logits[:-1].argmax(1) == targets).sum())
        tokens += len(targets)
    lengths = [3 * len(each["t"]) + 1 for each in feeds]
    expected = {
        "perplexity": np.exp(nats / tokens),
        "next-token-accuracy": correct / tokens,
        "bits-per-byte": nats / np.log(2) / sum(lengths),
    }
    asked = examples([[each] for each in feeds], lengths)
    for metric, figure in expected.items():
        for batch in (1, 8):
            case = {"kind": "metric", "metric": metric, "model": model, "examples": asked, "batch": batch}
            yield {"name": f"{metric}, batch {batch}", **case, "padding": {"t": 0, "m": 0, "k": 0}}, figure


def agreement(folder, rng):
    weight = rng.standard_normal((8, 10)).astype(np.float32)
    noisy = (weight + 0.2 * rng.standard_normal(weight.shape)).astype(np.float32)
    feeds = [{"x": rng.standard_normal(8).astype(np.float32)} for _ in range(100)]
    for softmax in (False, True):
        name = "probabilities" if softmax else "logits"
        model = linear(folder / f"{name}.onnx", weight, ["batch"], softmax)
        candidate = linear(folder / f"{name}-candidate.onnx", noisy, ["batch"], softmax)
        a, b = np.array(run(model, feeds)), np.array(run(candidate, feeds))
        p, q = (a / a.sum(1, keepdims=True), b / b.sum(1, keepdims=True)) if softmax else (scipy.special.softmax(a, 1), scipy.special.softmax(b, 1))
        expected = {
            "divergence": float(np.mean([scipy.stats.entropy(x, y) for x, y in zip(p, q)])),
            "cosine": float(np.mean([cosine(x, y) for x, y in zip(a, b)])),
            "top1": float((a.argmax(1) == b.argmax(1)).mean()),
            "maximumAbsoluteError": float(np.abs(a - b).max()),
        }
        asked = examples([[each] for each in feeds])
        yield {"name": f"agreement of {name}", "kind": "agreement", "model": model, "candidate": candidate, "examples": asked, "batch": 16}, expected


def boxes(rng):
    """Random boxes near random objects; pycocotools says how well they are found."""
    images, dataset, results = [], {"images": [], "annotations": [], "categories": []}, []
    dataset["categories"] = [{"id": category, "name": str(category)} for category in range(4)]
    for image in range(1, 31):
        dataset["images"].append({"id": image})
        truths, detections = [], []
        for _ in range(rng.integers(1, 6)):
            left, top, width, height = rng.uniform(5, 60, 4)
            # Category 3 is seen and never there.
            category = int(rng.integers(0, 3))
            truths.append({"box": [left, top, left + width, top + height], "category": category, "score": 1})
            for _ in range(rng.integers(0, 3)):
                shift = rng.normal(0, 0.08, 4) * [width, height, width, height]
                box = np.array([left, top, left + width, top + height]) + shift
                seen = category if rng.random() < 0.85 else int(rng.integers(0, 4))
                detections.append({"box": box.tolist(), "category": seen, "score": round(float(rng.random()), 2)})
        images.append({"truths": truths, "detections": detections})
        for each in truths:
            left, top, right, bottom = each["box"]
            box = [left, top, right - left, bottom - top]
            dataset["annotations"].append({"id": len(dataset["annotations"]) + 1, "image_id": image, "category_id": each["category"], "bbox": box, "area": box[2] * box[3], "iscrowd": 0})
        for each in detections:
            left, top, right, bottom = each["box"]
            results.append({"image_id": image, "category_id": each["category"], "bbox": [left, top, right - left, bottom - top], "score": each["score"]})
    truth = COCO()
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        truth.dataset = dataset
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    yield {"name": "mean average precision", "kind": "boxes", "images": images}, float(evaluation.stats[0])


def checkpoint(full):
    length, windows = (1024, 96) if full else (256, 6)
    model, text = CHECKPOINT / "model.onnx", CHECKPOINT / "heldout.txt"
    tokens = np.frombuffer(text.read_bytes(), np.uint8).astype(np.int64)
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    bits = []
    for window in tokens[: length * windows].reshape(windows, length):
        logits = session.run(None, {session.get_inputs()[0].name: window[None]})[0][0].astype(np.float64)
        logs = scipy.special.log_softmax(logits[:-1], axis=1)
        bits.append(-logs[np.arange(length - 1), window[1:]].mean() / np.log(2))
    case = {"kind": "text", "model": str(model), "text": str(text), "windowLength": length, "windows": windows}
    yield {"name": f"bits per byte of the checkpoint, {windows} windows of {length}", **case}, float(np.mean(bits))


def compare(name, expected, found):
    """Prints one line and says whether the two agree."""
    if isinstance(expected, dict):
        return all([compare(f"{name}: {key}", figure, (found or {}).get(key)) for key, figure in expected.items()])
    difference = abs(expected - found) if isinstance(found, (int, float)) else float("nan")
    agrees = difference <= TOLERANCE * max(1, abs(expected))
    shown = f"{found:.9f}" if isinstance(found, (int, float)) else found
    print(f"{'agrees ' if agrees else 'DIFFERS'} {name}: {shown}, by Python {expected:.9f}, difference {difference:.1e}")
    return agrees


def main(arguments):
    options = {argument for argument in arguments if argument.startswith("--")}
    places = [argument for argument in arguments if not argument.startswith("--")]
    if len(places) != 1 or options - {"--full"}:
        print(__doc__.strip().splitlines()[2].strip())
        return 3
    folder = pathlib.Path(places[0])
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(5)
    questions = [
        *classification(folder, rng),
        *tagging(folder, rng),
        *similarity(folder, rng),
        *language(folder, rng),
        *agreement(folder, rng),
        *boxes(rng),
        *checkpoint("--full" in options),
    ]
    (folder / "cases.json").write_text(json.dumps([case for case, _ in questions]))
    script = pathlib.Path(__file__).with_name("measure-metrics.mjs")
    subprocess.run(["node", str(script), str(folder)], check=True)
    figures = json.loads((folder / "figures.json").read_text())
    agreed = [compare(case["name"], expected, figures.get(case["name"])) for case, expected in questions]
    print(f"{sum(agreed)} of {len(agreed)} metrics agree within {TOLERANCE}")
    return 0 if all(agreed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
