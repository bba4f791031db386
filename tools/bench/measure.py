"""One measurement of a Python library in a process of its own: prints JSON with seconds per step and the peak memory.

python tools/bench/measure.py onnx|onnx-synced|onnx-ir <model> <output folder>

`onnx-synced` asks the system to put the file on the disk, as Sentei's writer does; `onnx` and `onnx-ir` as they come.
"""

import json
import os
import re
import sys
import time

library, path, folder = sys.argv[1:4]
output = os.path.join(folder, "model.onnx")

if library == "onnx-ir":
    import onnx_ir

    load, save = onnx_ir.load, onnx_ir.save
else:
    import onnx

    load, save = onnx.load, onnx.save

begin = time.perf_counter()
model = load(path)
loaded = time.perf_counter()
save(model, output)
if library == "onnx-synced":
    with open(output, "rb") as file:
        os.fsync(file.fileno())
end = time.perf_counter()
with open("/proc/self/status") as status:
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024
seconds = {"read": loaded - begin, "write": end - loaded, "total": end - begin}
print(json.dumps({"seconds": seconds, "peak": peak}))
