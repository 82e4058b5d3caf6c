"""The other forms of a batch, and who should have sent one: what rules across documents look at.

A season has more forms than memory should hold. Of each form a `Card` is kept, some 600 bytes that most of these rules are content with;
the few that must read another form cell by cell ask `Peers.form` for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from selfeval.core.filings import Key, project_key, unit_key
from selfeval.core.numbers import MONEY_UNITS
from selfeval.core.roster import Filings
from selfeval.expectations.text import bare

if TYPE_CHECKING:
    from selfeval.core.roster import Expected
    from selfeval.expectations.view import FormView

#: Words of a title that say that a form replaces an earlier one.
_REVISED = ("修改", "更正", "修订", "更新")


K = TypeVar("K")


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """What other forms need to know of a form. `key`, `unit_key`, `authority_key` are what its names are compared by; `executed` is the
    executed total in yuan and `score` the total score, None where they are no certain numbers; `amounts` the first digits of all budgets
    and executed amounts. Forms with equal `printed` print the same money, points, targets and results; with equal `results` the same
    indicators and results. `funded`: it has a total row of funds."""

    form_id: str
    document_id: str
    document: str
    form: int
    year: int | None
    unit: str | None
    project_name: str | None
    key: Key | None
    unit_key: str
    authority_key: str
    revised: bool
    department: bool
    funded: bool
    executed: Decimal | None
    score: Decimal | None
    amounts: str
    printed: bytes
    results: bytes


def card_of(form: FormView) -> Card:
    """The card of a form."""
    total, factor = form.total_fund, MONEY_UNITS.get(form.amount_unit or "")
    executed, score = (
        total.read("executed").number if total else None,
        form.read_total("score").number,
    )
    amounts = [
        number.value
        for row in form.funds
        for name in ("budget", "executed")
        if (number := row.read(name).number) and number.value > 0
    ]
    return Card(
        form.form_id, form.document_id, form.document, form.form, form.year, form.unit, form.project_name, project_key(form.unit, form.authority, form.project_name),
        unit_key(form.unit), unit_key(form.authority), any(word in (form.title or "") for word in _REVISED),
        form.settings is not None and form.settings.id == "department", total is not None,
        executed.value * factor if executed is not None and factor else None, score.value if score is not None else None,
        "".join(next(char for char in f"{amount:f}" if char in "123456789") for amount in amounts),
        _digest(_printed(form)), _digest(f"{bare(row.level3)}={bare(row.actual)}" for row in form.filled),
    )  # fmt: skip


def _printed(form: FormView) -> Iterable[str]:
    """Everything that a form prints as money, points, targets and results, without layout."""
    funds = (
        getattr(row, name)
        for row in form.funds
        for name in ("label", "initial", "budget", "executed", "rate", "score")
    )
    rows = (
        getattr(row, name)
        for row in form.indicators
        for name in ("level3", "target", "actual", "weight", "score", "explanation")
    )
    return (
        bare(text)
        for text in (form.goal_expected, form.goal_actual, form.total_score, *funds, *rows)
    )


def _digest(texts: Iterable[str]) -> bytes:
    return hashlib.blake2b(
        "\x1f".join(texts).encode("utf-8", "surrogatepass"), digest_size=16
    ).digest()


class Index:
    """The cards of all forms of an audit that count, in the order in which the forms were received, and by what they are looked up by."""

    def __init__(self, cards: Sequence[Card]) -> None:
        self.cards = cards

    @cached_property
    def by_form(self) -> dict[str, Card]:
        return {card.form_id: card for card in self.cards}

    @cached_property
    def by_project(self) -> dict[tuple[Key, int | None], list[Card]]:
        """By unit and project, and year; forms that name no unit or no project are left out."""
        return _grouped(self.cards, lambda card: ((card.key, card.year),) if card.key else ())

    @cached_property
    def by_unit(self) -> dict[str, list[Card]]:
        return _grouped(self.cards, lambda card: (card.unit_key,) if card.unit_key else ())

    @cached_property
    def by_office(self) -> dict[str, list[Card]]:
        """By unit and by authority."""
        return _grouped(self.cards, lambda card: {card.unit_key, card.authority_key} - {""})

    @cached_property
    def by_results(self) -> dict[bytes, list[Card]]:
        return _grouped(self.cards, lambda card: (card.results,))

    @cached_property
    def first_of_authority(self) -> dict[str, Card]:
        return {card.authority_key: card for card in reversed(self.cards) if card.authority_key}

    def same_project(self, card: Card) -> list[Card]:
        """The forms of the same unit, project and year, `card` among them; none where it does not say which these are."""
        return self.by_project.get((card.key, card.year), []) if card.key and card.year else []

    def last_year(self, card: Card) -> Card | None:
        """The form of the same unit and project for the year before, as filed last."""
        if not card.key or not card.year:
            return None
        then = self.by_project.get((card.key, card.year - 1), [])
        return next((one for one in then if one.document_id == then[-1].document_id), None)

    def compared(self, card: Card) -> list[Card]:
        """The forms that rules are likely to read cell by cell to judge this one: last year's, and the first of the same project and year."""
        return [
            one
            for one in (self.last_year(card), *self.same_project(card)[:1])
            if one is not None and one is not card
        ]


def _grouped(cards: Iterable[Card], keys: Callable[[Card], Collection[K]]) -> dict[K, list[Card]]:
    grouped: dict[K, list[Card]] = {}
    for card in cards:
        for key in keys(card):
            grouped.setdefault(key, []).append(card)
    return grouped


@dataclass(eq=False)
class Peers:
    """What the forms of a batch can ask about others: the roster, the index of all forms, one of these forms, and which fail a rule.

    `forms` are those of the batch, `replaced` the ids of those of them that a later filing replaces. Where they are not all of the audit,
    `whole` is the index of all and `fetch` gives the form of an id."""

    roster: tuple[Expected, ...] = ()
    forms: list[FormView] = field(default_factory=list)
    whole: Index | None = None
    fetch: Callable[[str], FormView] | None = None
    failing: Callable[[str], Collection[str]] = lambda rule: frozenset()
    replaced: Collection[str] = ()

    @cached_property
    def index(self) -> Index:
        counted = (form for form in self.forms if form.form_id not in self.replaced)
        return self.whole or Index([card_of(form) for form in counted])

    @cached_property
    def _at_hand(self) -> dict[str, FormView]:
        return {form.form_id: form for form in self.forms}

    def card(self, form: FormView) -> Card:
        return self.index.by_form[form.form_id]

    def form(self, card: Card) -> FormView:
        """The whole form of a card."""
        found = self._at_hand.get(card.form_id)
        if found is None and self.fetch is not None:
            found = self._at_hand[card.form_id] = self.fetch(card.form_id)
        if found is None:
            raise LookupError(card.form_id)
        return found

    @cached_property
    def filings(self) -> Filings:
        """The forms as the roster looks them up."""
        return Filings(self.index.cards)

    @cached_property
    def awaited(self) -> dict[str, list[Expected]]:
        """form_id -> the lines of the roster that are told about on that form: the first of their authority, else the first of all."""
        told: dict[str, list[Expected]] = {}
        for expected in self.roster:
            card = self.index.first_of_authority.get(
                unit_key(expected.authority), self.index.cards[0]
            )
            told.setdefault(card.form_id, []).append(expected)
        return told
