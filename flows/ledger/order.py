"""Documents in the order in which they were received, and tables in that order.

Documents are read by several processes at once and reach the store in any order; rules that compare forms say "the later one", and must
say it of the same one in every run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from selfeval.core.paths import document_of, short_id
from selfeval.flows.ledger.ledger import Submission
from selfeval.flows.ledger.states import READ
from selfeval.records.tables.columns import Cells

if TYPE_CHECKING:
    from selfeval.records.store.store import Store
    from selfeval.records.tables.build import Tables

#: Documents whose tables are in memory at a time where a whole season is gone through, some 200 kB each and as much in pictures.
BATCH = 100


def places(items: Iterable[Submission], received: Mapping[str, int]) -> dict[str, tuple[int, bool]]:
    """By document the place of its last submission, and whether one stands: those that stand go before others. `received` are the places
    of the submissions (`Ledger.received`)."""
    found: dict[str, tuple[int, bool]] = {}
    for item in items:
        place = received.get(item.submission_id, 0), item.state in READ
        before = found.get(item.document_id, place)
        found[item.document_id] = max(before, place, key=lambda one: (one[1], one[0]))
    return found


class Receipt:
    """The places of documents in the order of their submissions."""

    def __init__(self, items: Iterable[Submission]) -> None:
        self._place: dict[str, int] = {}
        for item in items:
            self._place.setdefault(short_id(item.document_id), len(self._place))

    def place(self, document_id: str) -> int:
        """Its place among all documents that ever came."""
        return self._of(document_id)

    def order(self, document_ids: Collection[str]) -> list[str]:
        """The same documents in the order of receipt."""
        return sorted(document_ids, key=lambda document_id: (self._of(document_id), document_id))

    def load(self, store: Store, document_ids: Collection[str], cells: Cells = Cells.ALL) -> Tables:
        """The tables of these documents, rows in the order of receipt and as printed within a document."""
        tables = store.load(document_ids, cells)
        sorted_frames = {}
        for field in fields(tables):
            frame = getattr(tables, field.name)
            keys = frame["form_id"].map(document_of) if "form_id" in frame else frame["document_id"]
            rank = keys.map(self._of)
            sorted_frames[field.name] = frame.loc[
                rank.sort_values(kind="stable").index
            ].reset_index(drop=True)
        return type(tables)(**sorted_frames)

    def batches(self, store: Store, order: Sequence[str], size: int = BATCH) -> Iterator[Tables]:
        """The tables of so many of these documents at a time; within a batch in the order of receipt."""
        for at in range(0, len(order), size):
            yield self.load(store, order[at : at + size])

    def _of(self, key: str) -> int:
        return self._place.get(short_id(key), len(self._place))
