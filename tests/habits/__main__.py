"""`python -m tests.habits [N] [FIRST]`: draw and read N cases from the seed FIRST on, in parallel; exit code 1 if any is silently wrong."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from selfeval.extractors.read import read_document
from tests.habits import draw_case, random_case, silent_of
from tests.habits.judge import right_of


def run(seed: int) -> tuple[int, str, list[str], str, int, int, int]:
    """Seed, the case in words, what is silently wrong, the reason of a refusal, values right, all values, doubts."""
    case = random_case(seed)
    try:
        reading = read_document(draw_case(case), "habits.pdf")
    except Exception as error:  # noqa: BLE001 - a crash is a failure like any other, reported with its seed
        return seed, str(case), [f"{type(error).__name__}: {error}"], "", 0, 0, 0
    right, every = right_of(case, reading)
    doubts = sum(len(form.doubts) for form in reading.forms)
    refused = reading.reason.code if reading.reason else ""
    return seed, str(case), silent_of(case, reading), refused, right, every, doubts


def main() -> int:
    """Run, and print the cases that fail and the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    began, totals = time.monotonic(), Counter[str]()
    with ProcessPoolExecutor(min(os.cpu_count() or 1, max(1, count))) as pool:
        for _, case, silent, refused, right, every, doubts in pool.map(
            run, range(first, first + count), chunksize=8
        ):
            totals["cases"] += 1
            totals["silent cases"] += bool(silent)
            totals["silent values"] += len(silent)
            totals["refused"] += bool(refused)
            totals["right"] += right
            totals["values"] += every
            totals["doubts"] += doubts
            if silent:
                print(f"{case}\n    " + "\n    ".join(silent[:4]))
            elif refused:
                print(f"{case}\n    refused: {refused}")
    figures = ", ".join(f"{name} {number}" for name, number in totals.items())
    print(f"{figures}, seconds {time.monotonic() - began:.0f}")
    return 1 if totals["silent cases"] else 0


if __name__ == "__main__":
    sys.exit(main())
