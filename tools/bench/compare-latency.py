"""Times one model with PyPI onnxruntime when told to, or sums up what was timed. Used by compare-latency.mjs.

python tools/bench/compare-latency.py serve <model> <text file> <threads> <disabled|basic|extended|all>
    Reads lines `<length> <runs>` and answers each with a JSON list: milliseconds of each run on the text's first bytes.
python tools/bench/compare-latency.py summarise
    Reads JSON from stdin, a list of [original, pruned] pairs of run times in milliseconds, and prints the median of the
    paired ratios with a 95 % interval by order statistics, and both medians: on its own, without code of Sentei's.
"""

import json
import math
import sys
import time

import numpy


def serve(path: str, text_path: str, threads: int, level: str) -> None:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4
    options.graph_optimization_level = {
        "disabled": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL,
        "basic": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
        "extended": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
        "all": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
    }[level]
    # Idle threads of one process must not spin into the turn of another.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    with open(text_path, "rb") as file:
        text = numpy.frombuffer(file.read(), dtype=numpy.uint8).astype(numpy.int64)
    name = session.get_inputs()[0].name
    print(json.dumps(onnxruntime.__version__), flush=True)
    for line in sys.stdin:
        length, runs = map(int, line.split())
        feeds = {name: text[:length].reshape(1, length)}
        times = []
        for _ in range(runs):
            begin = time.perf_counter()
            session.run(None, feeds)
            times.append(1000 * (time.perf_counter() - begin))
        print(json.dumps(times), flush=True)


def summarise() -> None:
    pairs = [(numpy.median(original), numpy.median(pruned)) for original, pruned in json.load(sys.stdin)]
    original, pruned = numpy.array(pairs).T
    ratios = numpy.sort(original / pruned)
    count = len(ratios)
    # The number of ratios below the true median is binomial (count, 1/2): drop as many from both ends as leaves 95 %.
    below, drop = 0.0, 0
    while drop < count // 2:
        below += math.comb(count, drop) / 2**count
        if below > 0.025:
            break
        drop += 1
    outer = max(drop - 1, 0)
    print(
        json.dumps(
            {
                "ratio": float(numpy.median(ratios)),
                "lower": float(ratios[outer]),
                "upper": float(ratios[count - 1 - outer]),
                "original": float(numpy.median(original)),
                "pruned": float(numpy.median(pruned)),
            }
        )
    )


if sys.argv[1] == "serve":
    serve(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
else:
    summarise()
