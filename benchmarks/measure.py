"""A reader timed from outside: wall and processor time and peak memory of its process and of the children it waited for."""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.files import ROOT, Item
from benchmarks.readers import Contestant, Result

#: seconds after which one run is given up
PATIENCE = 300.0
#: seconds given to what a reader leaves behind; what has not ended then is not counted
ORPHAN_PATIENCE = 5.0
#: <linux/prctl.h>
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall and processor time, start of the process included, and the largest resident set of one process, in MiB."""

    wall: float
    cpu: float
    peak: float


def run(
    contestant: Contestant, items: Sequence[Item], *, repeat: int = 1, patience: float = PATIENCE
) -> tuple[Cost | None, list[Result]]:
    """Read the files `repeat` times over in one fresh process; the results of the first time. No cost: it did not end well in time."""
    _adopt_orphans()
    with TemporaryDirectory() as folder:
        out = Path(folder, "results")
        command = [
            sys.executable,
            "-m",
            "benchmarks.child",
            contestant.name,
            str(out),
            *[str(item.path) for item in items] * repeat,
        ]
        begin = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        watch = threading.Timer(patience, os.killpg, (process.pid, signal.SIGKILL))
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        watch.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        left = _orphans()
        if process.returncode:
            return None, []
        results, peak = pickle.loads(out.read_bytes())
    cpu = sum(each.ru_utime + each.ru_stime for each in (usage, *left))
    return Cost(wall, cpu, max(peak, *(each.ru_maxrss / 1024 for each in left), 0.0)), results


def _adopt_orphans() -> None:
    """Have Linux hand us the processes that a reader leaves behind (the fork server of a pool and its workers), to count what they used."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _orphans() -> list[resource.struct_rusage]:
    """What the processes left behind used, once they ended, which they do as soon as the pipe from their parent closes."""
    found = []
    until = time.monotonic() + ORPHAN_PATIENCE
    while time.monotonic() < until:
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid:
            found.append(usage)
        else:
            time.sleep(0.02)
    return found
