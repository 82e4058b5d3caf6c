"""One reader in a process of its own: `python -m benchmarks.child NAME RESULTS PATH...` pickles what it read to RESULTS.

Paths may come several times over; only the first reading of each is kept."""

from __future__ import annotations

import pickle
import resource
import sys
from pathlib import Path

from benchmarks.readers import CONTESTANTS


def main(name: str, out: str, *paths: str) -> None:
    results = list(CONTESTANTS[name].read([Path(path) for path in paths]))
    Path(out).write_bytes(pickle.dumps((results[: len(set(paths))], _peak())))


def _peak() -> float:
    """The largest resident set of this process since it was started, in MiB.

    Not ru_maxrss on Linux: that begins with what the process which started this one had."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
            1024 * 1024 if sys.platform == "darwin" else 1024
        )
    return (
        int(
            next(
                line.split()[1]
                for line in status.read_text().splitlines()
                if line.startswith("VmHWM:")
            )
        )
        / 1024
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
