"""What is asked of the queue, as it stands in the address: some words, a unit, a state; and what comes before and after a form in it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from selfeval.flows.review.queue import STAGES, QueueItem, Stage

#: Forms that a page of the queue shows before it is asked for more.
SHOWN = 200
#: What can be asked for besides words and a unit: key, caption, which forms.
FACETS: Mapping[str, tuple[str, Callable[[QueueItem], bool]]] = {
    "left": ("待复核", lambda item: item.reviewed is None),
    "doubts": ("读数存疑", lambda item: item.doubts > 0),
    "errors": ("有错误", lambda item: item.left["error"] > 0),
    "warnings": ("有警告", lambda item: item.left["warning"] > 0),
    "undecided": ("未能判定", lambda item: item.judged.undecided > 0),
    "reviewed": ("已复核", lambda item: item.reviewed is not None),
    "all": ("全部", lambda item: True),
}
STAGE_CAPTIONS: Mapping[Stage, str] = {
    "doubts": "先核读数：有存疑的读数",
    "errors": "再看问题：有错误级问题",
    "rest": "其余自评表",
    "reviewed": "已复核",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which forms are wanted; the default is all that nobody has reviewed."""

    words: str = ""
    unit: str = ""
    facet: str = "left"
    shown: int = SHOWN

    @property
    def query(self) -> str:
        """The same as it stands in an address, without what is the default."""
        said = {"q": self.words, "unit": self.unit, "facet": self.facet if self.facet != "left" else ""}  # fmt: skip
        return urlencode({name: value for name, value in said.items() if value})

    def of(self, items: Iterable[QueueItem]) -> list[QueueItem]:
        """The forms asked for, in the order of the queue."""
        _, wanted = FACETS.get(self.facet, FACETS["left"])
        return [item for item in self._named(items) if wanted(item)]

    def facets(self, items: Iterable[QueueItem]) -> list[tuple[str, str, int]]:
        """key, caption and number of forms of each facet, among the forms with these words and of this unit."""
        named = self._named(items)
        return [(key, caption, sum(map(of, named))) for key, (caption, of) in FACETS.items()]

    def _named(self, items: Iterable[QueueItem]) -> list[QueueItem]:
        words = _plain(self.words).split()
        return [
            item
            for item in items
            if (not self.unit or _owner(item) == self.unit)
            and (not words or all(word in _text(item) for word in words))
        ]


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """The forms of one unit in one stage."""

    stage: Stage
    unit: str
    items: Sequence[QueueItem]


def grouped(items: Sequence[QueueItem]) -> list[tuple[str, list[UnitGroup]]]:
    """The caption of each stage, and its forms by unit."""
    stages = []
    for stage in STAGES:
        of_stage = [item for item in items if item.stage == stage]
        groups = [UnitGroup(stage, unit, list(some)) for unit, some in groupby(of_stage, _owner)]
        if groups:
            stages.append((STAGE_CAPTIONS[stage], groups))
    return stages


def units(items: Iterable[QueueItem]) -> list[tuple[str, int]]:
    """Every unit and how many forms it filed."""
    return sorted(Counter(map(_owner, items)).items())


def neighbours(
    items: Sequence[QueueItem], form_id: str
) -> tuple[QueueItem | None, QueueItem | None, int]:
    """The forms before and after this one, and its place from 1 (0: it is not, or no longer, among them; the next is then the first)."""
    ids = [item.judged.form_id for item in items]
    if form_id not in ids:
        return None, items[0] if items else None, 0
    at = ids.index(form_id)
    return (
        items[at - 1] if at else None,
        items[at + 1] if at + 1 < len(items) else None,
        at + 1,
    )


def _owner(item: QueueItem) -> str:
    return item.judged.unit or item.judged.authority or "（未填单位）"


def _text(item: QueueItem) -> str:
    judged = item.judged
    return _plain(f"{judged.project} {judged.unit} {judged.authority} {judged.document} {judged.year or ''}")  # fmt: skip


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
