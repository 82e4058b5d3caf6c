"""Tables in the order in which their documents were received.

Documents are read by several processes at once and reach the store in any order; rules that compare forms say "the later one", and must
say it of the same one in every run.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from flows.ledger import Submission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from records.tables import Tables


def as_received(tables: Tables, items: Iterable[Submission]) -> Tables:
    """The same tables, rows by the place of their document among `items`, which are in the order of receipt; else as they were."""
    place: dict[str, int] = {}
    for item in items:
        # form_ids begin with 16 digits of the document's hash, and so does every key of the other tables
        place.setdefault(item.document_id[:16], len(place))
    last = len(place)
    sorted_frames = {}
    for field in fields(tables):
        frame = getattr(tables, field.name)
        key = "document_id" if field.name == "documents" else "form_id"
        rank = frame[key].map(lambda value: place.get(value[:16], last))
        sorted_frames[field.name] = frame.loc[rank.sort_values(kind="stable").index].reset_index(drop=True)
    return type(tables)(**sorted_frames)
