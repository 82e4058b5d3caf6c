"""The records of a table as columns, which rules are conditions over. A text is looked at once, however many rows hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

import numpy as np

from selfeval.expectations.readings import CellState, points
from selfeval.expectations.text import is_blank
from selfeval.expectations.view import FormView, FundRow, IndicatorRow

Array = np.ndarray[Any, Any]
#: What a rule judges.
Record = FormView | FundRow | IndicatorRow
T = TypeVar("T")
ZERO = Decimal(0)

ABSENT, BLANK, UNREADABLE, DOUBTFUL, KNOWN = (state.value for state in CellState)


class Numbers(NamedTuple):
    """A column of numbers: by row the reading, its state (ABSENT to KNOWN), and its exact value, None where it is none."""

    readings: Array
    state: Array
    value: Array

    @property
    def known(self) -> Array:
        found: Array = self.state == KNOWN
        return found

    def above(self, limit: Any) -> Array:
        """Where a number is known and larger than the limit."""
        return above(self.value, limit, self.known)


class Columns:
    """The records of one table of a batch: forms, the total rows of their funds (`fund_rows`: all rows), or their indicators without the empty rows. A form's
    records stand together, in printed order; `of` says of each record which of `forms` it belongs to. `blocks` are the tables of the batch."""

    def __init__(self, records: Sequence[Any], forms: Sequence[FormView], of: Array) -> None:
        self.records, self.forms, self.of = records, forms, of
        self.blocks: dict[str, Columns] = {}
        self._known: dict[Any, Any] = {}

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, at: int) -> Any:
        return self.records[at]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.records)

    def once(self, make: Callable[..., T], *told: Any) -> T:
        """What `make` makes of these rows, made when it is first asked for."""
        key = (make, *told)
        if key not in self._known:
            self._known[key] = make(self, *told)
        found: T = self._known[key]
        return found

    def column(self, name: str) -> Array:
        """What the records print in `name`, None where they have no such cell."""
        return self.once(Columns._column, name)

    def _column(self, name: str) -> Array:
        return objects([getattr(row, name) for row in self.records])

    def fact(self, tell: Callable[..., Any], *names: str, kind: Any = object, where: Array | None = None) -> Array:  # fmt: skip
        """What `tell` says of the texts in `names`, row by row: it is asked once about equal texts, and of those rows only that are in `where`,
        the others have None, 0 or False."""
        if where is None:
            return self.once(Columns._fact, tell, kind, names)
        return self._fact(tell, kind, names, where)

    def _fact(self, tell: Callable[..., Any], kind: Any, names: tuple[str, ...], where: Array | None = None) -> Array:  # fmt: skip
        codes, texts = self.once(Columns._coded, names)
        found = np.zeros(len(texts), kind) if kind is not object else np.full(len(texts), None)
        asked = range(len(texts)) if where is None else np.unique(codes[where]).tolist()
        for number in asked:
            found[number] = tell(*texts[number])
        return found[codes]

    def _coded(self, names: tuple[str, ...]) -> tuple[Array, list[tuple[Any, ...]]]:
        """The texts that occur in `names`, and by row the number of its own."""
        known: dict[tuple[Any, ...], int] = {}
        columns = [self.column(name).tolist() for name in names]
        codes = [known.setdefault(texts, len(known)) for texts in zip(*columns, strict=True)]
        return np.array(codes, dtype=np.intp), list(known)

    def blank(self, name: str) -> Array:
        return self.fact(is_blank, name, kind=bool)

    def flag(self, name: str) -> Array:
        return self.column(name).astype(bool)

    def absent(self, name: str) -> Array:
        return self.once(Columns._absent, name)

    def _absent(self, name: str) -> Array:
        return missing(self.column(name))

    def by_form(self, tell: Callable[[FormView], Any], kind: Any = object) -> Array:
        """What `tell` says of the form of each row."""
        return self.once(Columns._by_form, tell, kind)

    def _by_form(self, tell: Callable[[FormView], Any], kind: Any) -> Array:
        told = [tell(form) for form in self.forms]
        return (objects(told) if kind is object else np.array(told, dtype=kind))[self.of]

    def counted(self, where: Array) -> Array:
        """By form how many of its rows are in `where`."""
        return np.bincount(self.of[where], minlength=len(self.forms))

    def within(self, form: int, where: Array) -> list[int]:
        """The rows of one form that are in `where`."""
        start, end = np.searchsorted(self.of, (form, form + 1))
        found: list[int] = (start + np.flatnonzero(where[start:end])).tolist()
        return found

    def before(self, at: int) -> range:
        """The rows of the same form above one, from the first."""
        return range(int(np.searchsorted(self.of, self.of[at])), at)

    def repeated(self, key: Callable[[str | None], Any], name: str) -> Array:
        """Whether another row of the same form has the same text in `name`, by what `key` makes of it."""
        return self.once(Columns._repeated, key, name)

    def _repeated(self, key: Callable[[str | None], Any], name: str) -> Array:
        known: dict[Any, int] = {}
        keys = [known.setdefault(one, len(known)) for one in self.fact(key, name).tolist()]
        _, found, counts = np.unique(
            self.of * (len(known) + 1) + np.array(keys, dtype=np.intp),
            return_inverse=True,
            return_counts=True,
        )
        told: Array = counts[found] > 1
        return told

    @property
    def sizes(self) -> Array:
        """By row how many rows its form has."""
        return np.bincount(self.of, minlength=len(self.forms))[self.of]

    def any(self, where: Array) -> Array:
        """By row whether any row of its form is in `where`."""
        found: Array = (self.counted(where) > 0)[self.of]
        return found

    @property
    def in_doubt(self) -> Array:
        """The rows of forms of which anything is in doubt."""
        return self.by_form(_has_doubts, bool)

    def doubted(self, *names: str) -> Array:
        """Whether one of the cells `names` of a row is in doubt."""
        return self.once(Columns._doubted, names)

    def _doubted(self, names: tuple[str, ...]) -> Array:
        found = np.zeros(len(self), dtype=bool)
        for at in np.flatnonzero(self.in_doubt).tolist():
            found[at] = self.records[at].doubt(*names) is not None
        return found

    def doubted_within(self, *prefixes: str) -> Array:
        """Whether anything below one of `prefixes` is in doubt in the form of a row."""
        return self.once(Columns._doubted_within, prefixes)

    def _doubted_within(self, prefixes: tuple[str, ...]) -> Array:
        told = [
            bool(form.doubts) and form.doubt_within(*prefixes) is not None for form in self.forms
        ]
        return np.array(told, dtype=bool)[self.of]

    def numbers(self, name: str) -> Numbers:
        """The column `name` as numbers."""
        return self.once(Columns._numbers, name)

    def _numbers(self, name: str) -> Numbers:
        if name.startswith("total_"):
            readings = objects([form.read_total(name[6:]) for form in self.records])
        elif name in ("base", "stated"):
            readings = objects([row.read(row.named(name)) for row in self.records])
        elif name not in ("weight", "score"):
            readings = objects([row.read(name) for row in self.records])
        else:
            readings = self.fact(points, name).copy()
            for at in np.flatnonzero(self.in_doubt).tolist():
                readings[at] = self.records[at].read(name)
        told: dict[int, tuple[int, Any]] = {}
        for one in readings:
            if id(one) not in told:
                told[id(one)] = one.state.value, one.value if one.number is not None else None
        state = np.array([told[id(one)][0] for one in readings], dtype=np.int8)
        return Numbers(readings, state, objects([told[id(one)][1] for one in readings]))

    @property
    def shares(self) -> Array:
        """The rows of forms that print points or explanations once for several rows."""
        return self.by_form(_shares, bool)

    @property
    def paired(self) -> Array:
        """Whether weight and score stand for the same rows."""
        return self.once(Columns._paired)

    def _paired(self) -> Array:
        found = ~self.shares
        for at in np.flatnonzero(~found).tolist():
            found[at] = self.records[at].paired
        return found

    def repeats(self, name: str) -> Array:
        """Whether the cell `name` of a row is one that the row above shares, and so has been counted."""
        return self.once(Columns._repeats, name)

    def _repeats(self, name: str) -> Array:
        found = np.zeros(len(self), dtype=bool)
        for at in np.flatnonzero(self.shares).tolist():
            found[at] = self.records[at].repeats(name)
        return found

    def sums(self, values: Array, where: Array) -> Array:
        """By form the exact sum of the values of its rows in `where`."""
        found = [ZERO] * len(self.forms)
        for form, value in zip(self.of[where].tolist(), values[where].tolist(), strict=True):
            found[form] += value
        return objects(found)


def _has_doubts(form: FormView) -> bool:
    return bool(form.doubts)


def _shares(form: FormView) -> bool:
    return bool(form.shared)


def objects(values: Sequence[Any]) -> Array:
    """An array that holds these objects, whatever they are."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def rows_of(forms: Sequence[FormView]) -> dict[str, Columns]:
    """The rows of every table of these forms."""
    numbers = np.arange(len(forms))
    funded = np.array([form.total_fund is not None for form in forms], dtype=bool)
    sizes = np.array([len(form.filled) for form in forms], dtype=np.intp)
    blocks = {
        "forms": Columns(list(forms), forms, numbers),
        "funds": Columns([form.total_fund for form in forms if form.total_fund is not None], forms, numbers[funded]),
        "indicators": Columns([row for form in forms for row in form.filled], forms, np.repeat(numbers, sizes)),
        "fund_rows": Columns([row for form in forms for row in form.funds], forms, np.repeat(numbers, [len(form.funds) for form in forms])),
    }  # fmt: skip
    for rows in blocks.values():
        rows.blocks = blocks
    return blocks


def below(one: Array, other: Any, where: Array) -> Array:
    """Where in `where` the exact numbers of one column are smaller than those of another, or than a limit."""
    found = np.zeros(len(where), dtype=bool)
    found[where] = one[where] < (other[where] if isinstance(other, np.ndarray) else other)
    return found


def above(one: Array, limit: Any, where: Array | None = None) -> Array:
    """Where in `where`, else where there is a number, an exact number is larger than the limit."""
    found = np.zeros(len(one), dtype=bool)
    where = one != None if where is None else where  # noqa: E711  row by row
    found[where] = one[where] > limit
    return found


def nonzero(one: Array) -> Array:
    """Where there is a number other than 0."""
    return one.astype(bool)


def missing(one: Array) -> Array:
    """Where there is no value."""
    return np.array([value is None for value in one], dtype=bool)
