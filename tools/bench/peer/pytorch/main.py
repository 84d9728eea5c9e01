"""The PyTorch side of `borealis bench`: answers requests in JSON, one a line on standard input, with a JSON line each.

What each request means stands in tools/bench/src/contest/contestant.ts.
"""

import json
import os
import platform
import sys
import time
import traceback

# Lines of the protocol go out on a descriptor of their own: whatever else prints goes to standard error.
ANSWERS = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

import torch  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

from mode import Mode  # noqa: E402
from rows import SUITES  # noqa: E402


class Side:
    def __init__(self):
        self.program = None
        self.of_files = None

    def open(self, request):
        torch.set_num_threads(request["threads"])
        torch.set_num_interop_threads(request["threads"])
        mode = Mode(request["variant"])
        if mode.compiled:
            torch.compile(lambda x: x + 1)(torch.ones(8))  # load the compiler: time and memory of the row are its own
        resident = memory("RssAnon")
        # Copies: what load_file gives are pages of the file, wherever in a cache line they begin.
        inputs = {name: value.clone() for name, value in load_file(request["inputs"]).items()}
        program = SUITES[request["suite"]][request["row"]](inputs, request["settings"], mode)
        start = time.perf_counter()
        program.run()
        first = time.perf_counter() - start
        for _ in range(1, request["comparedRuns"]):
            program.run()
        outputs = {name: value.detach().float().contiguous().clone() for name, value in program.outputs().items()}
        save_file(outputs, request["outputs"])
        del outputs
        self.program = program
        return {
            "library": f"PyTorch {torch.__version__}, Python {platform.python_version()}",
            "device": "cpu",
            "firstCallMs": first * 1e3,
            "residentBytes": resident,
        }

    def time(self, request):
        for _ in range(request["untimed"]):
            self.program.run()
        start = time.perf_counter()
        for _ in range(request["iterations"]):
            self.program.run()
        return {"milliseconds": (time.perf_counter() - start) * 1e3}

    def reset_peak(self, _):
        try:
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")  # proc(5): the peak becomes what is resident now
            self.of_files = memory("RssFile")
            return {"reset": True}
        except OSError:
            return {"reset": False}

    def peak(self, _):
        peak = memory("VmHWM")
        # Pages of files don't count: of these the system gives and takes as it likes.
        return {"peakBytes": None if peak is None or self.of_files is None else peak - self.of_files}


def memory(field):
    """Bytes of a line of /proc/self/status; None where the system has no such file."""
    try:
        with open("/proc/self/status") as file:
            for line in file:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def main():
    side = Side()
    calls = {"open": side.open, "time": side.time, "resetPeak": side.reset_peak, "peak": side.peak}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": calls[request["call"]](request)}
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"}
        ANSWERS.write(json.dumps(answer) + "\n")


main()
