"""Figures -> the markdown tables of the report."""
from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version

from benchmarks.accuracy import Accuracy
from benchmarks.measure import Cost

LIBRARIES = ("pypdfium2", "pdfplumber", "camelot-py", "rapidocr")
Growth = Mapping[str, Sequence[tuple[int, int, Cost | None]]]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A markdown table whose first column is text and whose others are figures."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def machine() -> str:
    loads = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {libraries}. "
            f"Load of the machine when the run began (1, 5, 15 minutes): {loads}.\n")


def comparison(rows: Sequence[tuple[str, int, int, Cost | None, Accuracy | None, bool]]) -> str:
    """Rows of (reader, pages, times over, cost, accuracy, whether it fills forms)."""
    body = []
    for name, pages, repeat, cost, found, ours in rows:
        per_page = 1000 / (pages * repeat)
        body.append((
            name, f"{repeat}", f"{cost.wall * per_page:.1f}" if cost else "failed", f"{cost.cpu * per_page:.1f}" if cost else "", f"{cost.peak:.0f}" if cost else "",
            f"{found.cell_share:.4f}" if found else "—",
            *((f"{found.leaf_accuracy:.4f}", f"{found.number_accuracy:.4f}", str(found.silent), str(found.silent_any), str(found.invented),
               f"{found.forms_found}/{found.forms}") if found and ours else ("—",) * 6)))
    return table(("reader", "times over", "ms/page", "CPU ms/page", "peak MiB", "values as cells", "leaf accuracy", "number accuracy", "silent numbers",
                  "silent values", "invented rows", "forms"), body)


def growth(name: str, series: Growth) -> str:
    """One row a size: for each reader seconds and MiB."""
    sizes = sorted({size for rows in series.values() for size, _, _ in rows})
    body = []
    for size in sizes:
        row = [str(size), str(max(pages for rows in series.values() for at, pages, _ in rows if at == size))]
        for rows in series.values():
            cost = next((cost for at, _, cost in rows if at == size), None)
            row += [f"{cost.wall:.2f}", f"{cost.peak:.0f}"] if cost else ["—", "—"]
        body.append(row)
    return table((name, "pages", *(f"{reader} {unit}" for reader in series for unit in ("s", "MiB"))), body)


def calibration(rows: Sequence[tuple[str, int, int]]) -> str:
    return table(("confidence said", "values", "right", "share right"),
                 ((band, str(count), str(right), f"{right / count:.4f}" if count else "—") for band, count, right in rows))
