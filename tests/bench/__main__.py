"""Benchmarks: `make bench`, or `python -m tests.bench NAME...` for some. Each prints one JSON line: median and p95.

Timings are measured from outside wherever the outside can see them, and by the monotonic clock that all processes of a
machine share.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Sequence

from tests.bench import calls, idle, start

BENCHMARKS: dict[str, Callable[[], dict[str, Sequence[float]]]] = {
    "start_to_window_ms": start.to_window,
    "start_to_registered_ms": start.to_registered,
    "invite_to_180_ms": calls.invite_to_180,
    "invite_to_ring_painted_ms": calls.invite_to_ring_painted,
    "dial_to_invite_ms": calls.dial_to_invite,
    "answer_to_two_way_audio_ms": calls.answer_to_audio,
    "idle": idle.idle,
    "in_call_cpu_percent": idle.in_call,
    "mouth_to_ear_ms": calls.mouth_to_ear,
}


def summary(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 2),
        "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2),
        "runs": len(ordered),
    }


def main(names: Sequence[str]) -> int:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        for part, values in BENCHMARKS[name]().items():
            print(json.dumps({"benchmark": f"{name} {part}".strip(), **summary(values)}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
