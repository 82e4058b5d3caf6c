"""Which way up a page lies, told by where its values are: rows run down and columns run right on a page that stands upright."""

from __future__ import annotations

from collections import defaultdict
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
    places = zip(placed["form_id"].tolist(), placed["page"].astype(int).tolist(), strict=True)
    rows = defaultdict(list)
    for index, place in enumerate(places):
        rows[place].append(index)
    return {place: turn for place, own in rows.items() if (turn := _turn(placed.iloc[own]))}


def _turn(own: pd.DataFrame) -> int:
    down = _downwards(own.sort_values("row"))
    left = own[own["field"].isin(_LEFT)].groupby(["block", "row"])[["x", "y"]].mean()
    right = own[own["field"].isin(_RIGHT)].groupby(["block", "row"])[["x", "y"]].mean()
    across = (right - left).dropna().sum().to_numpy()
    (down_x, down_y), (across_x, across_y) = down, across
    # upright: rows down, columns right; a clockwise quarter turn brings the first to the right and the second to the bottom
    by_turn = {
        0: down_y + across_x,
        90: across_y - down_x,
        180: -down_y - across_x,
        270: down_x - across_y,
    }
    best = max(by_turn, key=lambda turn: by_turn[turn])
    others = max(value for turn, value in by_turn.items() if turn != best)
    return best if by_turn[best] > CLEARLY * max(others, 0.0) else 0


def _downwards(own: pd.DataFrame) -> tuple[float, float]:
    """From the first to the last value of each column, summed over all columns of more than one row."""
    columns = own.groupby(["block", "field"])[["x", "y"]]
    total = (columns.last() - columns.first()).sum()
    return float(total["x"]), float(total["y"])
