"""A decision as the page sends it: into the store, the form audited again at once, and what opened and closed told in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from selfeval.flows.review.form_page import rules
from selfeval.flows.review.queue import QueueItem
from selfeval.flows.workspace import Workspace
from selfeval.records.store.decisions import Kind, NewDecision
from selfeval.reports.site.views import publishable


@dataclass(frozen=True, slots=True)
class Sent:
    """What a page sends. About a value it names its `path`, about a finding its id, about the form neither; `known` is the number of the
    last decision that it showed, `reading` what it showed as read."""

    form_id: str
    kind: Kind
    by: str
    known: int
    path: str | None = None
    finding_id: str | None = None
    reading: str | None = None
    reason: str = ""
    value: str | None = None
    until: date | None = None

    def decision(self, item: QueueItem) -> NewDecision:
        """The same as the store takes it."""
        if self.finding_id:
            return NewDecision(self.kind, self.by, self.reason, finding_id=self.finding_id, until=self.until)  # fmt: skip
        judged = item.judged
        return NewDecision(
            self.kind, self.by, self.reason, judged.document_id, judged.form, self.path, value=self.value, reading=self.reading,
        )  # fmt: skip


def take(place: Workspace, item: QueueItem, new: Sent) -> dict[str, Any]:
    """Enter a decision and judge again what rests on it; what the page tells of that. DecisionError: it cannot be taken, or somebody else
    was quicker."""
    from selfeval.flows.run.deciding import decide_and_audit

    outcome = decide_and_audit(place, new.decision(item), expected_last=new.known)
    return {
        "audited": bool(outcome.judged),
        "opened": _told(outcome.opened, new, item),
        "closed": _told(outcome.closed, new, item),
        "put_off": outcome.put_off,
    }


def _told(findings: Iterable[Mapping[str, Any]], new: Sent, item: QueueItem) -> list[str]:
    """Findings in words, without the one that was decided; those of another form with its file."""
    return [
        publishable(
            f"{rules()[row['rule']].title}：{row['message']}"
            + ("" if row["form_id"] == item.judged.form_id else f"（{row['document']}）")
        )
        for row in findings
        if row["finding_id"] != new.finding_id
    ]
