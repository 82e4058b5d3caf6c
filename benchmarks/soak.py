"""A season in one night: `python -m benchmarks.soak [--documents 10000] [--inbox FOLDER] [--out benchmarks/results]`.

Generated documents go through `selfeval run`, first a tenth of them in a workspace of their own, then all; memory (all processes together,
shared pages counted once) and progress are looked at as it goes. Then once more with nothing new; then raw pdfplumber's extract_tables
over the same files, with as many processes as there are processors. Writes soak.md, soak-memory.svg and soak-time.svg. With --inbox the
documents are made there, or taken from there where they are, and kept.
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
from typing import NamedTuple

from benchmarks import report, svg
from benchmarks.files import ROOT
from benchmarks.measure import _adopt_orphans, _orphans
from tests.forms import draw, random_document, random_layout

FIRST_SEED = 500_000
#: seconds between two looks at the run: each takes some 20 ms of a processor
LOOK = 2.0
#: the share of the documents after which memory has to stay flat: before that, libraries are still being loaded
WARM = 0.1
STAGES = ("read", "judged", "written")


class MemoryLook(NamedTuple):
    """Seconds from the start; documents that were read, judged, and have a page of the report by then; memory in MiB."""

    seconds: float
    read: int
    judged: int
    written: int
    memory: float

    def stage(self, count: int) -> str:
        """What is being done: reading until all of them are read, then judging, then writing."""
        return "read" if self.read < count else "judged" if self.judged < count else "written"


@dataclass
class Soak:
    """One command, or several side by side: seconds of wall and processor time, exit code, and looks at the first."""

    wall: float = 0.0
    cpu: float = 0.0
    code: int = 0
    looks: list[MemoryLook] = field(default_factory=list)

    @property
    def peak(self) -> float:
        return max((look.memory for look in self.looks), default=0.0)

    def within(self, stage: str, count: int, low: float, high: float) -> list[MemoryLook]:
        """The looks of a stage while what it was done with was at least `low` and less than `high`."""
        return [
            look
            for look in self.looks
            if look.stage(count) == stage and low <= getattr(look, stage) < high
        ]


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
                parent = int(
                    (entry / "stat").read_text("ascii", "replace").rpartition(")")[2].split()[1]
                )
                parents.setdefault(parent, []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += parents.get(pid, [])
        with suppress(OSError, StopIteration):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
            total += int(next(line.split()[1] for line in rollup if line.startswith("Pss:")))
    return total / 1024


def progress(workspace: Path) -> tuple[int, int, int]:
    """Documents read, judged, and written into the report so far."""
    counts = [0, 0]
    with suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{workspace}/selfeval.db?mode=ro", uri=True, timeout=0.2)
        try:
            counts = [
                int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
                for table in ("extractions", "audits")
            ]
        finally:
            connection.close()
    return counts[0], counts[1], sum(1 for _ in (workspace / "reports/documents").glob("*.html"))


def watched(commands: list[list[str]], workspace: Path | None = None) -> Soak:
    """Run the commands side by side to their end; with a workspace, look at the first of them as it goes."""
    _adopt_orphans()
    soak, begin = Soak(), time.perf_counter()
    waiting = {}
    for command in commands:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        waiting[process.pid] = process
    first = next(iter(waiting))
    try:
        while waiting:
            for pid, process in list(waiting.items()):
                done, status, usage = os.wait4(pid, os.WNOHANG)
                if done:
                    process.returncode = os.waitstatus_to_exitcode(status)
                    soak.code = process.returncode or soak.code
                    soak.cpu += usage.ru_utime + usage.ru_stime
                    del waiting[pid]
            if waiting and workspace is not None:
                soak.looks.append(
                    MemoryLook(time.perf_counter() - begin, *progress(workspace), memory_of(first))
                )
            time.sleep(LOOK if waiting else 0)
    finally:
        for pid in waiting:
            os.killpg(pid, signal.SIGKILL)
    soak.wall = time.perf_counter() - begin
    soak.cpu += sum(each.ru_utime + each.ru_stime for each in _orphans())
    return soak


def figures(count: int, tenth: Soak, whole: Soak, again: Soak, plumber: Soak) -> str:
    """The report's text."""
    runs = {
        f"selfeval run, {round(count * WARM)} documents": tenth,
        f"selfeval run, {count} documents": whole,
        "the same, nothing new": again,
        "raw pdfplumber": plumber,
    }
    rows = [
        (
            name,
            f"{soak.wall:.0f}",
            f"{soak.cpu:.0f}",
            f"{soak.peak:.0f}" if soak.looks else "—",
            str(soak.code),
        )
        for name, soak in runs.items()
    ]
    text = f"# Soak: {count} documents\n\n{report.machine()}\n"
    text += report.table(("", "wall s", "CPU s", "peak MiB, all processes", "exit code"), rows)
    text += (f"\nThe whole run, audit and report included, over raw pdfplumber's extract_tables alone: {whole.wall / plumber.wall:.2f} of its time, "
             f"{whole.cpu / plumber.cpu:.2f} of its processor time.\nPeak memory of ten times the documents: {whole.peak / tenth.peak:.2f} of that of a tenth.\n")  # fmt: skip
    body = []
    for stage in STAGES:
        early, late = (
            max((look.memory for look in whole.within(stage, count, *span)), default=0.0)
            for span in ((0, count * WARM), (count * WARM, count + 1))
        )
        body.append((stage, f"{early:.0f}", f"{late:.0f}"))
    text += f"\nPeak MiB while the first {count * WARM:.0f} documents were read, judged and written into the report, and while the others were:\n\n"
    text += report.table(("stage", "first tenth", "the rest"), body)
    steps = [count * tenths // 10 for tenths in range(1, 11)]
    body = [(str(step), *(_reached(whole, stage, step) for stage in STAGES)) for step in steps]
    text += "\nSeconds from the start until so many documents were\n\n" + report.table(
        ("documents", *STAGES), body
    )
    return text + "\n![memory](soak-memory.svg) ![documents](soak-time.svg)\n"


def _reached(soak: Soak, stage: str, count: int) -> str:
    return next(
        (f"{look.seconds:.0f}" for look in soak.looks if getattr(look, stage) >= count), "—"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    arguments.add_argument("--documents", type=int, default=10_000)
    arguments.add_argument(
        "--inbox",
        type=Path,
        help="make the documents here, or take those that are here, and keep them",
    )
    arguments.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    options = arguments.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        inbox = options.inbox or Path(folder, "inbox")
        paths = documents(inbox, options.documents)
        few = Path(folder, "tenth")
        few.mkdir()
        for path in paths[: round(options.documents * WARM)]:
            (few / path.name).symlink_to(path)
        tenth = run(few, Path(folder, "T"))
        workspace = Path(folder, "W")
        whole, again = run(inbox, workspace), run(inbox, workspace)
        workers = len(os.sched_getaffinity(0))
        read = [sys.executable, "-m", "benchmarks.child", "raw pdfplumber"]
        plumber = watched(
            [
                [*read, str(Path(folder, f"out-{n}")), *map(str, paths[n::workers])]
                for n in range(workers)
            ]
        )
    memory = {"all processes": [(look.seconds, look.memory) for look in whole.looks if look.memory]}
    (options.out / "soak-memory.svg").write_text(
        svg.timeline("memory of a run, all processes", memory, "MiB"), encoding="utf-8"
    )
    made = {
        stage: [
            (look.seconds, float(getattr(look, stage)))
            for look in whole.looks
            if getattr(look, stage)
        ]
        for stage in STAGES
    }
    drawn = svg.timeline("documents by time", made, "documents")
    (options.out / "soak-time.svg").write_text(drawn, encoding="utf-8")
    text = figures(options.documents, tenth, whole, again, plumber)
    (options.out / "soak.md").write_text(text, encoding="utf-8")
    print(text)


def documents(inbox: Path, count: int) -> list[Path]:
    """So many documents in the inbox, made where they are not there; all of them, in order."""
    inbox.mkdir(parents=True, exist_ok=True)
    missing = [
        (str(inbox), number)
        for number in range(count)
        if not (inbox / f"{number:05d}.pdf").exists()
    ]
    with ProcessPoolExecutor() as pool:
        list(pool.map(write, missing, chunksize=50))
    paths = sorted(path.absolute() for path in inbox.glob("*.pdf"))
    if len(paths) != count:
        raise SystemExit(f"{inbox} holds {len(paths)} documents and not {count}")
    return paths


def run(inbox: Path, workspace: Path, *options: str) -> Soak:
    return watched(
        [
            [
                sys.executable,
                "-m",
                "selfeval.flows.cli",
                "run",
                str(inbox),
                "--workspace",
                str(workspace),
                *options,
            ]
        ],
        workspace,
    )


if __name__ == "__main__":
    main()
