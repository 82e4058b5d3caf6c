"""Which way up a page lies, told by where its values are: rows run down and columns run right on a page that stands upright."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

#: how far one way of lying must go beyond the next likely one
CLEARLY = 1.5
#: fields of a row of indicators that stand left of others on all known forms, and right of them
_LEFT, _RIGHT = ("level1", "level2", "level3", "label"), ("score", "explanation", "executed")


def turns(cells: pd.DataFrame) -> dict[tuple[str, int], int]:
    """Given cells with form_id, path, page and box (points of the displayed page), the degrees (90, 180, 270) by which a form's page is turned
    clockwise against its text. Pages that stand upright, or of which nothing can be told, are left out."""
    placed = cells[cells["page"].notna() & cells["path"].str.contains("/", regex=False)]
    if placed.empty:
        return {}
    parts = placed["path"].str.split("/", expand=True)
    placed = placed.assign(
        block=parts[0],
        row=np.asarray(parts[1].where(parts[1].str.isdigit()), dtype=float),
        field=parts.reindex(columns=[2])[2],
        x=(placed["x0"] + placed["x1"]) / 2,
        y=(placed["top"] + placed["bottom"]) / 2,
    ).dropna(subset=["row"])
    at, ways = _ways(placed)
    second, best = np.sort(ways, axis=1)[:, -2:].T
    found = np.where(best > CLEARLY * np.maximum(second, 0.0), ways.argmax(axis=1), 0)
    pages = ((str(form_id), int(page)) for form_id, page in at.tolist())
    return {
        place: 90 * quarter for place, quarter in zip(pages, found.tolist(), strict=True) if quarter
    }


def _ways(placed: pd.DataFrame) -> tuple[pd.Index, np.ndarray]:
    """Pages of forms, and for each (n x 4) how far its values speak for each turn: 0, 90, 180, 270 degrees."""
    page = ["form_id", "page"]
    columns = placed.sort_values("row", kind="stable").groupby([*page, "block", "field"])[
        ["x", "y"]
    ]
    down = (columns.last() - columns.first()).groupby(level=page).sum()
    left, right = (
        placed[placed["field"].isin(side)].groupby([*page, "block", "row"])[["x", "y"]].mean()
        for side in (_LEFT, _RIGHT)
    )
    across = (right - left).dropna().groupby(level=page).sum().reindex(down.index, fill_value=0.0)
    # upright: rows down, columns right; a clockwise quarter turn brings the first to the left and the second to the bottom
    quarters = (
        down["y"] + across["x"],
        across["y"] - down["x"],
        -down["y"] - across["x"],
        down["x"] - across["y"],
    )
    return down.index, np.stack([way.to_numpy() for way in quarters], axis=1)
