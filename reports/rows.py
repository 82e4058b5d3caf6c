"""Frames read row by row without copying them: column arrays beside the positions of each key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]


def plain(value: Any) -> Any:
    """Given a cell of a frame, return it, or None for any of pandas' ways to say that nothing is there (None, NaN, NA, NaT)."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    return (
        None if value != value else value
    )  # NaN is the only value unequal to itself, as a float and as a Decimal


class Rows:
    """A frame indexed by one column. `rows[key]` gives its rows in frame order as dicts; [] for a key that it does not have.

    `columns` are those that are wanted; a season has millions of cells, so what nobody reads is not touched."""

    def __init__(
        self, frame: pd.DataFrame | None, key: str, columns: Sequence[str] | None = None
    ) -> None:
        self._positions: Mapping[Any, Any] = {}
        self._columns: list[str] = []
        self._arrays: list[Any] = []
        if frame is None or key not in frame.columns:
            return
        self._columns = [str(name) for name in frame.columns if columns is None or name in columns]
        self._arrays = [_cleaned(frame[name]) for name in self._columns]
        self._positions = frame.groupby(key, sort=False, dropna=True).indices

    def __getitem__(self, key: Any) -> list[dict[str, Any]]:
        at = self._positions.get(key)
        if at is None:
            return []
        names = self._columns
        return [
            dict(zip(names, values, strict=True))
            for values in zip(*(array[at].tolist() for array in self._arrays), strict=True)
        ]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._positions)


def _cleaned(column: pd.Series) -> Any:
    """The column as an array of objects, with None wherever nothing is there."""
    array = column.to_numpy(dtype=object, copy=True)
    array[column.isna().to_numpy()] = None
    return array
