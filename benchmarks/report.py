"""Figures -> the markdown tables of the report."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from benchmarks.accuracy import Accuracy
from benchmarks.measure import Cost
from benchmarks.readers import BARE, DRAWN

LIBRARIES = ("pypdfium2", "pdfplumber", "camelot-py", "rapidocr")


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One reader over files of `pages` pages read `repeat` times over; `ours`: it fills forms."""

    name: str
    pages: int
    repeat: int
    cost: Cost | None
    found: Accuracy | None
    ours: bool

    @property
    def wall(self) -> float:
        """Milliseconds a page."""
        return self.cost.wall * 1000 / (self.pages * self.repeat) if self.cost else 0.0

    @property
    def cpu(self) -> float:
        """Milliseconds of processor time a page."""
        return self.cost.cpu * 1000 / (self.pages * self.repeat) if self.cost else 0.0


Growth = Mapping[str, Sequence[tuple[int, int, Cost | None]]]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A markdown table whose first column is text and whose others are figures."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def machine() -> str:
    loads = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {libraries}. "
        f"Load of the machine when the run began (1, 5, 15 minutes): {loads}.\n"
    )


def comparison(rows: Sequence[FigureRow]) -> str:
    """The readers side by side; below, how ours compares with raw pdfplumber and with the floor."""
    body = []
    for row in rows:
        figures = (
            [f"{row.wall:.1f}", f"{row.cpu:.1f}", f"{row.cost.peak:.0f}"]
            if row.cost
            else ["failed", "", ""]
        )
        found = row.found
        share = f"{found.cell_share:.4f}" if found else "—"
        fields = ["—"] * 6
        if found and row.ours:
            counts = (
                found.silent,
                found.silent_any,
                found.invented,
                f"{found.forms_found}/{found.forms}",
            )
            fields = [
                f"{found.leaf_accuracy:.4f}",
                f"{found.number_accuracy:.4f}",
                *map(str, counts),
            ]
        body.append((row.name, str(row.repeat), *figures, share, *fields))
    head = (
        "reader",
        "times over",
        "ms/page",
        "CPU ms/page",
        "peak MiB",
        "values as cells",
        "leaf accuracy",
        "number accuracy",
        "silent numbers",
        "silent values",
        "invented rows",
        "forms",
    )
    return table(head, body) + _ratios({row.name: row for row in rows if row.cost})


def _ratios(rows: Mapping[str, FigureRow]) -> str:
    if not {"selfeval", "raw pdfplumber", BARE, DRAWN} <= rows.keys():
        return ""
    ours, raw = rows["selfeval"], rows["raw pdfplumber"]
    floors = [
        f"{ours.wall / rows[name].wall:.2f} times {name} ({ours.cpu / rows[name].cpu:.2f} by processor time)"
        for name in (DRAWN, BARE)
    ]
    return (
        f"\nOne worker in its sandbox, start included: {raw.wall / ours.wall:.1f} times as fast as raw pdfplumber "
        f"({raw.cpu / ours.cpu:.1f} by processor time), and it takes {' and '.join(floors)}.\n"
    )


def growth(name: str, series: Growth) -> str:
    """One row a size: for each reader seconds and MiB."""
    sizes = sorted({size for rows in series.values() for size, _, _ in rows})
    body = []
    for size in sizes:
        row = [
            str(size),
            str(max(pages for rows in series.values() for at, pages, _ in rows if at == size)),
        ]
        for rows in series.values():
            cost = next((cost for at, _, cost in rows if at == size), None)
            row += [f"{cost.wall:.2f}", f"{cost.peak:.0f}"] if cost else ["—", "—"]
        body.append(row)
    return table(
        (name, "pages", *(f"{reader} {unit}" for reader in series for unit in ("s", "MiB"))), body
    )


def calibration(rows: Sequence[tuple[str, int, int]]) -> str:
    return table(
        ("confidence said", "values", "right", "share right"),
        (
            (band, str(count), str(right), f"{right / count:.4f}" if count else "—")
            for band, count, right in rows
        ),
    )
