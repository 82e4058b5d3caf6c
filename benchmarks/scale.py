"""What seasons of several sizes cost, and what a million documents would: `python -m benchmarks.scale [--documents 2000 10000 50000]
[--dask 2 4] [--inbox FOLDER] [--out benchmarks/results]`.

Each size goes through `selfeval run` with threads, and once for each number of workers of a local dask cluster; then once more with nothing
new, and with one new file. Writes scale.md: seconds by stage, memory, disk, and a line through the sizes, which is the guess at a million.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import report, soak
from benchmarks.files import ROOT

MILLION = 1_000_000
#: number of the file that comes after all others
_NEW = 900_000


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """One size on one runner: the whole run, what it left on disk (bytes), and the runs after it."""

    documents: int
    runner: str
    whole: soak.Soak
    disk: int
    database: int
    nothing: float
    one: float

    def seconds(self, stage: str) -> float:
        """Wall seconds of a stage, from when the one before it was done with all documents."""
        at = soak.STAGES.index(stage)
        return self._done(stage) - (self._done(soak.STAGES[at - 1]) if at else 0.0)

    def _done(self, stage: str) -> float:
        reached = (
            look.seconds for look in self.whole.looks if getattr(look, stage) >= self.documents
        )
        return next(reached, self.whole.wall)  # fmt: skip


def measure(folder: Path, inbox: Path, count: int, runner: str, options: Sequence[str]) -> ScaleRow:
    """Run one size, then with nothing new, then with one new file."""
    workspace, season = folder / f"W-{count}-{runner.replace(' ', '-')}", folder / f"in-{count}"
    season.mkdir(exist_ok=True)
    for path in soak.documents(inbox, count)[:count]:
        (season / path.name).unlink(missing_ok=True)
        (season / path.name).symlink_to(path)
    whole = soak.run(season, workspace, *options)
    if whole.code > 2:
        raise SystemExit(f"{count} documents, {runner}: the run failed")
    disk, database = _bytes(workspace), _bytes(workspace, "selfeval.db*")
    nothing = soak.run(season, workspace, *options).wall
    soak.write((str(season), _NEW))
    os.utime(season / f"{_NEW}.pdf", (0, 0))  # it has come to rest
    one = soak.run(season, workspace, *options).wall
    (season / f"{_NEW}.pdf").unlink()
    return ScaleRow(count, runner, whole, disk, database, nothing, one)


def _bytes(folder: Path, pattern: str = "**/*") -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file())


def fit(points: Iterable[tuple[int, float]]) -> tuple[float, float]:
    """Start and slope of the straight line through the points by least squares; through one point it begins at 0."""
    xs, ys = zip(*points, strict=True)
    if len(set(xs)) < 2:
        return 0.0, ys[0] / xs[0]
    middle, height = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((x - middle) * (y - height) for x, y in zip(xs, ys, strict=True)) / sum((x - middle) ** 2 for x in xs)  # fmt: skip
    return height - slope * middle, slope


def figures(rows: Sequence[ScaleRow]) -> str:
    """The report's text."""
    head = ("documents", "runner", *soak.STAGES, "all s", "CPU s", "peak MiB", "nothing new s", "one new s", "disk MB", "database MB")  # fmt: skip
    body = [
        (str(row.documents), row.runner, *(f"{row.seconds(stage):.0f}" for stage in soak.STAGES), f"{row.whole.wall:.0f}",
         f"{row.whole.cpu:.0f}", f"{row.whole.peak:.0f}", f"{row.nothing:.0f}", f"{row.one:.0f}", f"{row.disk / 1e6:.0f}", f"{row.database / 1e6:.0f}")
        for row in rows
    ]  # fmt: skip
    text = f"# Seasons of several sizes\n\n{report.machine()}\n{report.table(head, body)}"
    text += "\nA million documents by a straight line through these sizes, on this machine:\n\n"
    guesses = []
    for runner in dict.fromkeys(row.runner for row in rows):
        ours = [row for row in rows if row.runner == runner]
        measured = {
            **{stage: [(row.documents, row.seconds(stage) / 3600) for row in ours] for stage in soak.STAGES},
            "all": [(row.documents, row.whole.wall / 3600) for row in ours],
            "disk": [(row.documents, row.disk / 1e9) for row in ours],
            "database": [(row.documents, row.database / 1e9) for row in ours],
        }  # fmt: skip
        lines = {name: fit(points) for name, points in measured.items()}
        guesses.append((runner, *(f"{start + slope * MILLION:.1f}" if slope > 0 else "—" for start, slope in lines.values())))  # fmt: skip
    columns = ("runner", *(f"{stage} h" for stage in (*soak.STAGES, "all")), "disk GB", "database GB")  # fmt: skip
    return text + report.table(columns, guesses)


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    arguments.add_argument("--documents", type=int, nargs="+", default=[2_000, 10_000, 50_000])
    arguments.add_argument("--dask", type=int, nargs="*", default=[2, 4], metavar="WORKERS")
    arguments.add_argument("--inbox", type=Path, help="keep the documents here")
    arguments.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    options = arguments.parse_args()
    runners: dict[str, list[str]] = {"threads": []}
    runners |= {
        f"dask {count}": ["--runner", "dask", "--workers", str(count)] for count in options.dask
    }
    with tempfile.TemporaryDirectory() as scratch:
        inbox = options.inbox or Path(scratch, "inbox")
        rows = [
            measure(Path(scratch), inbox, count, runner, more)
            for count in sorted(options.documents)
            for runner, more in runners.items()
        ]
    options.out.mkdir(parents=True, exist_ok=True)
    text = figures(rows)
    (options.out / "scale.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
