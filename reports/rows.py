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
    return None if value != value else value  # NaN is the only value unequal to itself, as a float and as a Decimal


class Rows:
    """A frame indexed by one column. `rows[key]` gives its rows in frame order as dicts; [] for a key that it does not have."""

    def __init__(self, frame: pd.DataFrame | None, key: str, columns: Sequence[str] | None = None) -> None:
        if frame is None or key not in frame.columns:
            self._positions: Mapping[Any, Any] = {}
            self._arrays: dict[str, Any] = {}
            return
        wanted = [name for name in frame.columns if columns is None or name in columns]
        self._arrays = {str(name): frame[name].to_numpy(dtype=object) for name in wanted}
        self._positions = frame.groupby(key, sort=False, dropna=True).indices

    def __getitem__(self, key: Any) -> list[dict[str, Any]]:
        return [{name: plain(array[at]) for name, array in self._arrays.items()} for at in self._positions.get(key, ())]

    def keys(self) -> Iterator[Any]:
        return iter(self._positions)
