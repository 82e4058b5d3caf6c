"""One reader in a process of its own: `python -m benchmarks.child NAME RESULTS PATH...` pickles what it read to RESULTS.

Paths may come several times over; only the first reading of each is kept."""
from __future__ import annotations

import pickle
import sys
from pathlib import Path

from benchmarks.readers import CONTESTANTS


def main(name: str, out: str, *paths: str) -> None:
    results = list(CONTESTANTS[name].read([Path(path) for path in paths]))
    Path(out).write_bytes(pickle.dumps(results[: len(set(paths))]))


if __name__ == "__main__":
    main(*sys.argv[1:])
