"""Which submissions a rerun means: by name, by state, by the day on which they came, by the version that read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from selfeval.flows.ledger.ledger import Submission
from selfeval.flows.ledger.states import READ, REFUSED, State
from selfeval.flows.problems import Problem


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be read again: documents by name, path in the inbox or start of their sha256; those that were refused; those that another
    version of the reader than `reader` has read ("" for none); those that came on the day `since` or later."""

    documents: tuple[str, ...] = ()
    failed: bool = False
    reader: str = ""
    since: date | None = None

    def __bool__(self) -> bool:
        return bool(self.documents or self.failed or self.reader or self.since)


def chosen(items: Sequence[Submission], choice: Choice, zone: tzinfo) -> list[str]:
    """The ids of the submissions that are meant, in their order; days are those of `zone`. Problem: a name that nothing has."""
    named = {item.submission_id for name in choice.documents for item in matching(items, name)}
    return [item.submission_id for item in items if item.submission_id in named or _meant(item, choice, zone)]  # fmt: skip


def _meant(item: Submission, choice: Choice, zone: tzinfo) -> bool:
    if item.state is State.SUPERSEDED:
        return False
    if choice.since and datetime.fromisoformat(item.received_at).astimezone(zone).date() >= choice.since:  # fmt: skip
        return True
    other = bool(choice.reader) and item.state in READ and item.reader != choice.reader
    return other or (choice.failed and item.state in REFUSED)


def matching(items: Sequence[Submission], wanted: str) -> list[Submission]:
    """The submissions that a name, a path or the start of a sha256 means. Problem: none."""
    found = [
        item
        for item in items
        if wanted in (item.document, item.path)
        or (len(wanted) >= 8 and item.document_id.startswith(wanted))
    ]
    if not found:
        shown = "".join(c if c.isprintable() else "?" for c in wanted)
        raise Problem(
            "unknown-document",
            f"没有收到过 {shown}",
            "可给出文件名、收件夹内的路径或 sha256 的前 8 位以上；selfeval status --all 列出全部。",
        )
    return found
