"""A season in one night: `python -m benchmarks.soak [--documents 10000] [--out benchmarks/results]`.

Generated documents go through `selfeval run`, whose memory (all its processes together, shared pages counted once) and progress are looked
at every second; then once more with nothing new; then raw pdfplumber reads the same files with as many processes as there are processors.
Writes soak.md, soak-memory.svg and soak-time.svg.
"""
from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks import report, svg
from benchmarks.files import ROOT
from benchmarks.measure import _adopt_orphans, _orphans
from tests.forms import draw, random_document, random_layout

FIRST_SEED = 500_000
#: seconds between two looks at the run
LOOK = 1.0
#: documents from which memory has to stay flat: before that, libraries are still being loaded
WARM = 1_000


@dataclass
class Soak:
    """One command: seconds of wall and processor time, exit code, and looks at it (seconds, documents read, MiB)."""

    wall: float = 0.0
    cpu: float = 0.0
    code: int = 0
    looks: list[tuple[float, int, float]] = field(default_factory=list)

    @property
    def peak(self) -> float:
        return max((memory for _, _, memory in self.looks), default=0.0)


def write(place: tuple[str, int]) -> None:
    """One document, distinct from all others; every layout that the generator knows, two forms in one of four."""
    folder, number = place
    rng = Random(FIRST_SEED + number)
    truth = random_document(rng, rng.choice((1, 1, 1, 2)))
    Path(folder, f"{number:05d}.pdf").write_bytes(draw(truth, random_layout(rng), number))


def memory_of(root: int) -> float:
    """MiB of a process and all its descendants, each shared page counted by its share."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                parent = int((entry / "stat").read_text("ascii", "replace").rpartition(")")[2].split()[1])
                parents.setdefault(parent, []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += parents.get(pid, [])
        with suppress(OSError, StopIteration):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
            total += int(next(line.split()[1] for line in rollup if line.startswith("Pss:")))
    return total / 1024


def read_so_far(workspace: Path) -> int:
    with suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{workspace}/selfeval.db?mode=ro", uri=True, timeout=0.2)
        try:
            return int(connection.execute("SELECT count(*) FROM extractions").fetchone()[0])
        finally:
            connection.close()
    return 0


def watched(commands: list[list[str]], workspace: Path | None = None) -> Soak:
    """Run the commands side by side to their end; with a workspace, look at the first of them as it goes."""
    _adopt_orphans()
    soak, begin = Soak(), time.perf_counter()
    waiting = {}
    for command in commands:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        waiting[process.pid] = process
    first = next(iter(waiting))
    try:
        while waiting:
            for pid, process in list(waiting.items()):
                done, status, usage = os.wait4(pid, os.WNOHANG)
                if done:
                    process.returncode = os.waitstatus_to_exitcode(status)
                    soak.code = max(soak.code, abs(process.returncode))
                    soak.cpu += usage.ru_utime + usage.ru_stime
                    del waiting[pid]
            if waiting and workspace is not None:
                soak.looks.append((time.perf_counter() - begin, read_so_far(workspace), memory_of(first)))
            time.sleep(LOOK if waiting else 0)
    finally:
        for pid in waiting:
            os.killpg(pid, signal.SIGKILL)
    soak.wall = time.perf_counter() - begin
    soak.cpu += sum(each.ru_utime + each.ru_stime for each in _orphans())
    return soak


def figures(count: int, first: Soak, second: Soak, plumber: Soak) -> str:
    """The report's text."""
    rows = [(name, f"{soak.wall:.0f}", f"{soak.cpu:.0f}", f"{soak.cpu / count * 1000:.1f}", f"{soak.peak:.0f}" if soak.looks else "—", str(soak.code))
            for name, soak in (("selfeval run", first), ("selfeval run, nothing new", second), ("raw pdfplumber", plumber))]  # fmt: skip
    text = f"# Soak: {count} documents\n\n{report.machine()}\n"
    text += report.table(("", "wall s", "CPU s", "CPU ms a document", "peak MiB, all processes", "exit code"), rows)
    text += f"\nProcessor time of the whole run, report included, over that of raw pdfplumber: {first.cpu / plumber.cpu:.2f}.\n"
    steps = [*(step for step in (100, 300, 1_000, 2_000, 4_000, 6_000, 8_000, 10_000) if step < count), count]
    body = []
    for low, high in zip([0, *steps], steps, strict=False):
        span = [look for look in first.looks if low < look[1] <= high]
        if span:
            body.append((str(high), f"{span[-1][0]:.0f}", f"{max(memory for _, _, memory in span):.0f}"))
    text += "\n" + report.table(("documents read, up to", "s", "peak MiB since the row above"), body)
    warm = [memory for _, done, memory in first.looks if min(WARM, count // 2) <= done]
    if warm:
        text += f"\nFrom then on, audit and report included: {min(warm):.0f} to {max(warm):.0f} MiB.\n"
    return text + "\n![memory](soak-memory.svg) ![documents](soak-time.svg)\n"


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    arguments.add_argument("--documents", type=int, default=10_000)
    arguments.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    options = arguments.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    workers = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        inbox, workspace = Path(folder, "inbox"), Path(folder, "W")
        inbox.mkdir()
        with ProcessPoolExecutor(workers) as pool:
            list(pool.map(write, [(str(inbox), number) for number in range(options.documents)], chunksize=50))
        command = [sys.executable, "-m", "flows.cli", "run", str(inbox), "--workspace", str(workspace)]
        first, second = watched([command], workspace), watched([command], workspace)
        paths = sorted(map(str, inbox.iterdir()))
        read = [sys.executable, "-m", "benchmarks.child", "raw pdfplumber"]
        plumber = watched([[*read, str(Path(folder, f"out-{n}")), *paths[n::workers]] for n in range(workers)])
    looks = [look for look in first.looks if look[2] > 0]
    memory = {"all processes": [(seconds, mib) for seconds, _, mib in looks]}
    (options.out / "soak-memory.svg").write_text(svg.lines("memory of a run, all processes", memory, "seconds", "MiB"), encoding="utf-8")
    progress = {"read": [(seconds, float(done)) for seconds, done, _ in looks if done]}
    if progress["read"]:
        (options.out / "soak-time.svg").write_text(svg.lines("documents read by time", progress, "seconds", "documents"), encoding="utf-8")
    text = figures(options.documents, first, second, plumber)
    (options.out / "soak.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
