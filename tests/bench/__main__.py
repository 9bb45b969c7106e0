"""Benchmarks: `make bench`, or `python -m tests.bench NAME...` for some. One JSON line for each figure.

Timed from outside wherever the outside can see it, and by the monotonic clock that all processes of a machine share.
`load` is the machine's at the end of the benchmark: above the number of its cores the figures say little.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Callable, Sequence

from tests.bench import calls, idle, sound, start

Benchmark = Callable[[], dict[str, Sequence[float]]]

BENCHMARKS: dict[str, Benchmark] = {
    "start": start.start,
    "ring": calls.ring,
    "dial": calls.dial,
    "answer": calls.answer,
    "idle": idle.idle,
    "in_call": idle.in_call,
    "mouth_to_ear": sound.mouth_to_ear,
}
#: Only when named: minutes each.
LONG: dict[str, Benchmark] = {"gaps": sound.gaps}

#: What is promised on two cores, warm: (median, p95); None where only the other counts.
BUDGETS: dict[str, tuple[float | None, float | None]] = {
    "start to_window_painted_ms": (500, None),
    "start to_registered_ms": (800, None),
    "ring to_180_ms": (5, 20),
    "ring to_180_after_a_call_ms": (5, 20),
    "ring to_180_after_talk_ms": (5, 20),
    "ring to_window_painted_ms": (40, 100),
    "ring to_window_painted_after_a_call_ms": (40, 100),
    "ring to_window_painted_after_talk_ms": (40, 100),
    "dial to_invite_ms": (20, None),
    "idle cpu_percent": (0.5, None),
    "idle wakeups_per_second": (30, None),
    "idle memory_mb": (150, None),
    "in_call cpu_percent": (8, None),
    "mouth_to_ear ms": (110, None),
    "gaps worst_ms": (20, None),
}


def summary(figure: str, values: Sequence[float]) -> dict[str, object]:
    ordered = sorted(values)
    median, p95 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    line: dict[str, object] = {
        "benchmark": figure,
        "median": round(median, 2),
        "p95": round(p95, 2),
        "worst": round(ordered[-1], 2),
        "runs": len(ordered),
        "load": round(os.getloadavg()[0], 1),
    }
    budget = BUDGETS.get(figure)
    if budget is not None:
        line["budget"] = {name: limit for name, limit in zip(("median", "p95"), budget, strict=True) if limit}
        line["met"] = all(limit is None or is_ <= limit for is_, limit in zip((median, p95), budget, strict=True))
    return line


def main(names: Sequence[str]) -> int:
    known = {**BENCHMARKS, **LONG}
    unknown = set(names) - set(known)
    if unknown:
        print(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        for part, values in known[name]().items():
            print(json.dumps(summary(f"{name} {part}", values)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
