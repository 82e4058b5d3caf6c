"""What the boxes of cells tell: which points stand in one merged cell, and which targets are joined from cells side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from selfeval.core.paths import parts_of

if TYPE_CHECKING:
    import pandas


def rows_of(frame: pandas.DataFrame, names: Iterable[str]) -> Iterable[tuple[Any, ...]]:
    """The columns `names` row by row, with None for every missing value."""
    # Text and Decimal columns hold None for nothing; only nullable numbers have a marker of their own.
    columns = [frame[name].tolist() if frame[name].dtype == object else [value if here else None for value, here in zip(frame[name], frame[name].notna(), strict=True)]
               for name in names]  # fmt: skip
    return zip(*columns, strict=True)


def shared_cells(cells: pandas.DataFrame) -> dict[str, dict[str, range]]:
    """By form, the weights, scores and explanations that stand in one merged cell over neighbouring indicators: they have the same box and text."""
    rows = [
        row
        for row, path in enumerate(cells["path"].tolist())
        if path.endswith(("/weight", "/score", "/explanation")) and path.startswith("indicators/")
    ]
    points = cells.iloc[rows]
    points = points[(points["part"] == 0) & points["page"].notna() & points["text"].astype(bool)]
    box = ["form_id", "page", "x0", "top", "x1", "bottom", "text"]
    merged: dict[tuple[Any, ...], list[int]] = {}
    for path, *where in rows_of(points[points.duplicated(box, keep=False)], ("path", *box)):
        _, position, name = parts_of(path)
        if position is not None:
            merged.setdefault((name, *where), []).append(position)
    found: dict[str, dict[str, range]] = {}
    for (name, form_id, *_), rows in merged.items():
        if len(rows) > 1 and max(rows) - min(rows) == len(rows) - 1:
            found.setdefault(form_id, {}).update(
                {f"indicators/{row}/{name}": range(min(rows), max(rows) + 1) for row in rows}
            )
    return found


def targets_in_columns(cells: pandas.DataFrame) -> frozenset[str]:
    """The forms whose targets are joined from cells that stand side by side (指标值, 度量单位), as told by the boxes of their parts."""
    chosen = cells[(cells["part"] > 0) & cells["page"].notna()]
    chosen = chosen[chosen["path"].str.endswith("/target")]
    if chosen.empty:
        return frozenset()
    first = cells[(cells["part"] == 0) & cells["path"].str.endswith("/target")]
    pairs = chosen.merge(first, on=["form_id", "path", "page"], suffixes=("", "_first"))
    beside = pairs[(pairs["x0"] >= pairs["x1_first"] - 1) & (pairs["top"] < pairs["bottom_first"])]
    return frozenset(beside["form_id"])
