"""The records of a table as columns, which rules are conditions over. A text is looked at once, however many rows hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from selfeval.expectations.readings import CellState, points
from selfeval.expectations.text import is_blank
from selfeval.expectations.view import FormView, FundRow, IndicatorRow

Array = np.ndarray[Any, Any]
#: What a rule judges.
Record = FormView | FundRow | IndicatorRow
T = TypeVar("T")

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


class Rows:
    """The records of one table of a batch: forms, the total rows of their funds, or their indicators without the empty rows. A form's
    records stand together, in printed order; `of` says of each record which of `forms` it belongs to. `blocks` are the tables of the batch."""

    def __init__(self, records: Sequence[Any], forms: Sequence[FormView], of: Array) -> None:
        self.records, self.forms, self.of = records, forms, of
        self.blocks: dict[str, Rows] = {}
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
        return self.once(Rows._column, name)

    def _column(self, name: str) -> Array:
        return objects([getattr(row, name) for row in self.records])

    def fact(self, tell: Callable[..., Any], *names: str, kind: Any = object, where: Array | None = None) -> Array:  # fmt: skip
        """What `tell` says of the texts in `names`, row by row: it is asked once about equal texts, and of those rows only that are in `where`,
        the others have None, 0 or False."""
        if where is None:
            return self.once(Rows._fact, tell, kind, names)
        return self._fact(tell, kind, names, where)

    def _fact(self, tell: Callable[..., Any], kind: Any, names: tuple[str, ...], where: Array | None = None) -> Array:  # fmt: skip
        codes, texts = self.once(Rows._coded, names)
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

    def codes(self, *names: str) -> Array:
        """By row a number that rows with the same texts in `names` share."""
        return self.once(Rows._coded, names)[0]

    def blank(self, name: str) -> Array:
        return self.fact(is_blank, name, kind=bool)

    def absent(self, name: str) -> Array:
        return self.once(Rows._absent, name)

    def _absent(self, name: str) -> Array:
        return np.array([text is None for text in self.column(name)], dtype=bool)

    def by_form(self, tell: Callable[[FormView], Any], kind: Any = object) -> Array:
        """What `tell` says of the form of each row."""
        return self.once(Rows._by_form, tell, kind)

    def _by_form(self, tell: Callable[[FormView], Any], kind: Any) -> Array:
        told = [tell(form) for form in self.forms]
        return (objects(told) if kind is object else np.array(told, dtype=kind))[self.of]

    def counted(self, where: Array) -> Array:
        """By form how many of its rows are in `where`."""
        return np.bincount(self.of[where], minlength=len(self.forms))

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
        return self.once(Rows._doubted, names)

    def _doubted(self, names: tuple[str, ...]) -> Array:
        found = np.zeros(len(self), dtype=bool)
        for at in np.flatnonzero(self.in_doubt).tolist():
            found[at] = self.records[at].doubt(*names) is not None
        return found

    def numbers(self, name: str) -> Numbers:
        """The column `name` as numbers."""
        return self.once(Rows._numbers, name)

    def _numbers(self, name: str) -> Numbers:
        if name not in ("weight", "score"):
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
    def paired(self) -> Array:
        """Whether weight and score stand for the same rows."""
        return self.once(Rows._paired)

    def _paired(self) -> Array:
        found = ~self.by_form(_has_shared, bool)
        for at in np.flatnonzero(~found).tolist():
            found[at] = self.records[at].paired
        return found


def _has_doubts(form: FormView) -> bool:
    return bool(form.doubts)


def _has_shared(form: FormView) -> bool:
    return bool(form.shared)


def objects(values: Sequence[Any]) -> Array:
    """An array that holds these objects, whatever they are."""
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def rows_of(forms: Sequence[FormView]) -> dict[str, Rows]:
    """The rows of every table of these forms."""
    numbers = np.arange(len(forms))
    funded = np.array([form.total_fund is not None for form in forms], dtype=bool)
    sizes = np.array([len(form.filled) for form in forms], dtype=np.intp)
    blocks = {
        "forms": Rows(list(forms), forms, numbers),
        "funds": Rows([form.total_fund for form in forms if form.total_fund is not None], forms, numbers[funded]),
        "indicators": Rows([row for form in forms for row in form.filled], forms, np.repeat(numbers, sizes)),
    }  # fmt: skip
    for rows in blocks.values():
        rows.blocks = blocks
    return blocks


def below(one: Array, other: Array, where: Array) -> Array:
    """Where in `where` the exact numbers of one column are smaller than those of the other."""
    found = np.zeros(len(where), dtype=bool)
    found[where] = one[where] < other[where]
    return found
