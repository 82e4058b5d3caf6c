"""A decision as the page sends it: into the store, the form audited again at once, and what opened and closed told in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from selfeval.flows.review.queue import QueueItem
from selfeval.records.store.decisions import Kind, NewDecision
from selfeval.records.store.store import Store


@dataclass(frozen=True, slots=True)
class Sent:
    """What a page sends. About values it names their `paths` (several where they were read from one cell), about a finding its id, about
    the form neither; `known` is the number of the last decision that it showed, `reading` what it showed as read."""

    form_id: str
    kind: Kind
    by: str
    known: int
    paths: list[str] = field(default_factory=list)
    finding_id: str | None = None
    reading: str | None = None
    reason: str = ""
    value: str | None = None
    until: date | None = None

    def decisions(self, item: QueueItem) -> list[NewDecision]:
        """The same as the store takes them."""
        judged = item.judged
        if self.finding_id:
            return [NewDecision(self.kind, self.by, self.reason, finding_id=self.finding_id, until=self.until)]  # fmt: skip
        paths: list[str | None] = [*self.paths] or [None]
        return [
            NewDecision(
                self.kind, self.by, self.reason, judged.document_id, judged.form, path, value=self.value, reading=self.reading,
            )
            for path in paths
        ]  # fmt: skip


def take(store: Store, item: QueueItem, new: Sent) -> dict[str, Any]:
    """Enter a decision; what the page tells of it. DecisionError: it cannot be taken, or somebody else was quicker."""
    store.decide_all(new.decisions(item), expected_last=new.known)
    return {"audited": False, "opened": [], "closed": []}
