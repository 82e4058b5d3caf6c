"""How the desk says things: places that belong together."""

from __future__ import annotations

from collections.abc import Sequence


def joined_places(places: Sequence[str]) -> str:
    """Several places in a few words: the first, and how many there are."""
    return places[0] if len(places) == 1 else f"{places[0]}等 {len(places)} 处"
