"""Subjects of one verdict: `indicators/0,2,5` stands for three rows, so that a reason that recurs on every row is kept once."""

from __future__ import annotations

from collections.abc import Iterable


def packed(subjects: Iterable[str]) -> str:
    """The subjects of rows of one block as one text: indicators/0, indicators/2 -> indicators/0,2."""
    listed = list(subjects)
    block = listed[0].rpartition("/")[0]
    return f"{block}/{','.join(one.rpartition('/')[2] for one in listed)}" if block else listed[0]


def unpacked(text: str) -> list[str]:
    """What `packed` packed, as single paths."""
    block, _, rows = text.rpartition("/")
    return [f"{block}/{row}" for row in rows.split(",")] if block and "," in rows else [text]
