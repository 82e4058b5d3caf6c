"""What changed since an earlier run, as the overview tells it: documents that came, came again or went; findings opened, closed, unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: kinds of a document in `ChangedDocument`
NEW, AGAIN, SAME = "new", "again", "same"


@dataclass(frozen=True, slots=True)
class ChangedDocument:
    """A document whose findings are others than before: `kind` is NEW, AGAIN (another filing of a known project) or SAME (judged anew)."""

    address: str
    document: str
    kind: str
    opened: int
    closed: int


@dataclass(frozen=True, slots=True)
class Changes:
    """`since` is the time of the earlier run, ready to print. `rules` gives (opened, closed, unchanged) by rule; their sums are those of
    all open findings: opened and unchanged stand open now, closed and unchanged stood open then."""

    since: str
    new: int = 0
    again: int = 0
    gone: int = 0
    rules: Mapping[str, tuple[int, int, int]] | None = None
    documents: tuple[ChangedDocument, ...] = ()

    @property
    def sums(self) -> tuple[int, int, int]:
        """(opened, closed, unchanged) over all rules."""
        counts = list((self.rules or {}).values())
        return (
            sum(one[0] for one in counts),
            sum(one[1] for one in counts),
            sum(one[2] for one in counts),
        )

    @property
    def moved_rules(self) -> list[tuple[str, tuple[int, int, int]]]:
        """The rules with findings opened or closed, those with most opened first."""
        moved = [
            (rule, counts) for rule, counts in (self.rules or {}).items() if counts[0] or counts[1]
        ]
        return sorted(moved, key=lambda pair: (-pair[1][0], -pair[1][1], pair[0]))

    @property
    def nothing(self) -> bool:
        return not (self.new or self.again or self.gone or self.moved_rules)
