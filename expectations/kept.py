"""Only what is new is judged: what forms have to know of each other is kept between runs, and so is what each verdict rested on.

A document is judged again where its reading changed, the rules, the profile or the roster, or what its forms were compared with: the forms of
the same unit, project or results, and those of the year before. What is kept is a cache: without it everything is judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any

from selfeval.core.filings import unit_key
from selfeval.core.roster import Expected
from selfeval.expectations.cross_form import Card, Index, Peers

#: The values of a card, as `Card` takes them.
values_of = attrgetter(*Card.__slots__)


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """What is kept of one document: its reading, the cards of its forms, by form the rules counted by unit that it fails, what its verdicts
    rested on, and the id of the audit that they are in."""

    reading: str
    cards: tuple[Card, ...]
    failing: Mapping[str, tuple[str, ...]]
    basis: str = ""
    audit: str = ""


@dataclass
class Kept:
    """The documents judged before, by document_id. `common` is what all verdicts rest on: rules, profile, roster."""

    common: str
    documents: dict[str, KeptDocument] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, common: str, current: Mapping[str, tuple[str, str]]) -> Kept:
        """What the file of a workspace keeps of documents whose current reading and audit (by document_id) are still those; nothing where
        it was written under other rules, or cannot be read."""
        kept = cls(common)
        try:
            stored = json.loads(path.read_text("utf-8"))
            if stored["common"] == common:
                for document_id, one in stored["documents"].items():
                    if current.get(document_id) == (one["reading"], one["audit"]):
                        cards = tuple(map(_card, one["cards"]))
                        failing = {key: tuple(rules) for key, rules in one["failing"].items()}
                        kept.documents[document_id] = KeptDocument(one["reading"], cards, failing, one["basis"], one["audit"])  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError):
            return cls(common)
        return kept

    def write(self, path: Path, current: Mapping[str, tuple[str, str]]) -> None:
        """Keep what was judged, under the readings and audits that are current now."""
        documents = {
            document_id: {"reading": current[document_id][0], "audit": current[document_id][1], "basis": one.basis,
                          "failing": one.failing, "cards": [_plain(card) for card in one.cards]}
            for document_id, one in self.documents.items()
            if document_id in current
        }  # fmt: skip
        draft = path.with_name(f".{path.name}.part")
        draft.write_text(json.dumps({"common": self.common, "documents": documents}), "utf-8")
        draft.chmod(0o600)
        draft.replace(path)

    def failing(self, rules: Iterable[str]) -> dict[str, Collection[str]]:
        """By rule the forms that fail it."""
        found: dict[str, set[str]] = {rule: set() for rule in rules}
        for one in self.documents.values():
            for form_id, failed in one.failing.items():
                for rule in failed:
                    found[rule].add(form_id)
        return {rule: frozenset(forms) for rule, forms in found.items()}


def _plain(card: Card) -> list[Any]:
    return [f"{value}" if isinstance(value, Decimal) else value.hex() if isinstance(value, bytes) else value
            for value in values_of(card)]  # fmt: skip


def _card(values: Sequence[Any]) -> Card:
    named = dict(zip(Card.__slots__, values, strict=True))
    for name in ("executed", "score"):
        named[name] = None if named[name] is None else Decimal(named[name])
    for name in ("printed", "results"):
        named[name] = bytes.fromhex(named[name])
    named["key"] = None if named["key"] is None else tuple(named["key"])
    return Card(**named)


def bases(
    kept: Kept,
    index: Index,
    readings: Mapping[str, str],
    expected: Sequence[Expected],
    replaced: Mapping[str, int],
) -> dict[str, str]:
    """By document_id a digest of everything that the verdicts about it rest on. `readings` are the current readings of all documents,
    `expected` the lines of the roster, `replaced` the forms that a later filing replaces, with its number."""
    whole = Neighbours(kept, index, readings)
    found: dict[str, list[str]] = {}
    awaited = Peers(tuple(expected), whole=index).awaited
    for card in index.cards:
        parts = [*whole.of(card), *whole.sent(awaited.get(card.form_id, ()))]
        if card is index.cards[0]:  # the first form speaks for the batch
            parts.append(whole.everything)
        found.setdefault(card.document_id, []).extend(parts)
    for document_id, one in kept.documents.items():
        numbers = [f"{card.form} {replaced[card.form_id]}" for card in one.cards if card.form_id in replaced]  # fmt: skip
        found.setdefault(document_id, []).extend(numbers)
    return {
        document_id: _digest([kept.common, readings[document_id], *found.get(document_id, ())])
        for document_id in readings
    }


class Neighbours:
    """What the forms around a form are, as digests: each group is gone through once."""

    def __init__(self, kept: Kept, index: Index, readings: Mapping[str, str]) -> None:
        self._index = index
        failing = {
            form_id: rules for one in kept.documents.values() for form_id, rules in one.failing.items()
        }  # fmt: skip
        self._own = {
            card.form_id: _digest([readings[card.document_id], *map(str, values_of(card)), *failing.get(card.form_id, ())])
            for card in index.cards
        }  # fmt: skip
        self._groups: dict[Any, str] = {}
        self.everything = self._group("all", index.cards)

    def of(self, card: Card) -> list[str]:
        """The form itself, those of its project in this year and the one before, of its unit or under it as authority, with its results."""
        index, year = self._index, card.year
        found = [self._own[card.form_id]]
        if card.key:
            for one in (year, year - 1 if year else None):
                found.append(self._group(("project", card.key, one), index.by_project.get((card.key, one), ())))  # fmt: skip
        for name, groups in (("unit", index.by_unit), ("office", index.by_office)):
            found.append(self._group((name, card.unit_key), groups.get(card.unit_key, ())))
        found.append(self._group(("results", card.results), index.by_results.get(card.results, ())))
        return found

    def sent(self, awaited: Sequence[Expected]) -> list[str]:
        """The lines of a roster that are told about on one form, and the forms that came from these units."""
        found = []
        for line in awaited:
            names = {unit_key(name) for name in (line.unit, *line.aliases)}
            groups = (self._group(("unit", name), self._index.by_unit.get(name, ())) for name in sorted(names))  # fmt: skip
            found += [repr(line), *groups]
        return found

    def _group(self, name: Any, cards: Sequence[Card]) -> str:
        known = self._groups.get(name)
        if known is None:
            known = self._groups[name] = _digest([self._own[card.form_id] for card in cards])
        return known


def _digest(parts: Iterable[str]) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()  # fmt: skip
