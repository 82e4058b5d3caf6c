"""Where something is: PATHs in a form, and the ids of documents, forms and rows. Everything that makes or takes apart one is here.

A PATH is `unit`, `total/score`, `funds/0/budget`, `indicators/3` for a row, `indicators` for a block; `*` in a pattern stands for any row
(`indicators/*/score`). A document's id is the SHA-256 of its bytes, and its short one, which stands in addresses and names of files, the
first digits of that; a form's id is the short id and the form's number in the document, a row's id the form's and the PATH of the row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

#: hexadecimal digits of a short id: one pair alike among four billion documents
SHORT = 16


class PathParts(NamedTuple):
    """A PATH taken apart: `block` (header fields have none), the row's position, the name of the field; None where it names no such."""

    block: str | None
    position: int | None
    name: str | None


def row_path(block: str, position: int) -> str:
    return f"{block}/{position}"


def parts_of(path: str) -> PathParts:
    """`indicators/3/score` -> (indicators, 3, score), `total/score` -> (total, None, score), `unit` -> (None, None, unit)."""
    block, slash, rest = path.partition("/")
    if not slash:
        return PathParts(None, None, block)
    number, _, name = rest.partition("/")
    if number.isdecimal():
        return PathParts(block, int(number), name or None)
    return PathParts(block, None, name if number == "*" else rest)


def enclosing(path: str) -> Iterator[str]:
    """The PATH itself, the row that holds it, the block that holds that."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def covers(pattern: str, path: str) -> bool:
    """Whether what is said of `pattern` is said of `path`: it is the same, holds it, or fits it by *."""
    return any(one == pattern or fnmatchcase(one, pattern) for one in enclosing(path))


def printed_order(path: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts indicators/2 before indicators/10."""
    return tuple(
        (0, int(step), "") if step.isdecimal() else (1, 0, step) for step in path.split("/")
    )


def short_id(document_id: str) -> str:
    return document_id[:SHORT]


def form_id(document_id: str, number: int) -> str:
    """The id of the form `number`, from 1, of a document."""
    return f"{short_id(document_id)}-{number}"


def document_of(form: str) -> str:
    """The short id of the document that a form's id, or a row's, is of."""
    return form.partition("-")[0]


def record_id(form: str, path: str) -> str:
    """The id of a row or value of a form."""
    return f"{form}/{path}"


def page_address(document_id: str) -> str:
    """Where the report's page of a document is, from the report's folder."""
    return f"documents/{short_id(document_id)}.html"


def packed(paths: Iterable[str]) -> str:
    """PATHs of rows of one block as one text: indicators/0, indicators/2 -> indicators/0,2. A reason that recurs on every row is kept once."""
    listed = list(paths)
    block = listed[0].rpartition("/")[0]
    return f"{block}/{','.join(one.rpartition('/')[2] for one in listed)}" if block else listed[0]


def unpacked(text: str) -> list[str]:
    """What `packed` packed, as single PATHs."""
    block, _, rows = text.rpartition("/")
    return [f"{block}/{row}" for row in rows.split(",")] if block and "," in rows else [text]
