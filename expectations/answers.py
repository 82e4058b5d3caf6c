"""The decisions on one question about all records of a table, said in one pass: where a rule does not apply, where it cannot be decided,
where it holds; what is left fails."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from selfeval.expectations.arithmetic import trouble
from selfeval.expectations.columns import Array, Columns
from selfeval.expectations.verdicts import PASS, Decision, Verdict, undecidable

#: Verdicts by the numbers that stand for them in arrays.
VERDICTS = tuple(Verdict)
FAIL = VERDICTS.index(Verdict.FAIL)


class Answer:
    """`decisions` are those that occur, `which` says by record which of them it got, -1 while nothing is decided about it. What is decided
    first stands: each step speaks of the records only that the ones before left."""

    def __init__(self, rows: Columns) -> None:
        self.rows = rows
        self.decisions: list[Decision] = []
        self.which = np.full(len(rows), -1, dtype=np.int32)
        #: id of a decision -> its place among them; decisions that recur are the same object.
        self._numbers: dict[int, int] = {}
        self._codes: Array | None = None

    @property
    def left(self) -> Array:
        """The records about which nothing is decided."""
        found: Array = self.which < 0
        return found

    def number(self, decision: Decision) -> int:
        """The place of a decision among those that occur."""
        at = self._numbers.get(id(decision))
        if at is None:
            at = self._numbers[id(decision)] = len(self.decisions)
            self.decisions.append(decision)
        return at

    def when(self, where: Array, decision: Decision | Callable[[int], Decision]) -> Answer:
        """The records in `where` get the decision, or the one that a function makes for a record of that number."""
        where = where & (self.which < 0)
        if isinstance(decision, Decision):
            if where.any():
                self.which[where] = self.number(decision)
        else:
            for at in np.flatnonzero(where).tolist():
                self.which[at] = self.number(decision(at))
        return self

    def unless(self, other: Answer, of: Array | None = None) -> Answer:
        """What another answer has decided about the same records, or about those that `of` says of each."""
        numbers = np.flatnonzero(self.left)
        places = numbers if of is None else of[numbers]
        told = other.which[places] >= 0
        return self.put(numbers[told], other, places[told])

    def put(self, numbers: Array, other: Answer, places: Array | None = None) -> Answer:
        """Give these records what another answer says of them, or of those at `places`."""
        which = other.which[numbers if places is None else places]
        for number in np.unique(which).tolist():
            self.which[numbers[which == number]] = self.number(other.decisions[number])
        return self

    def doubted(self, told: str, *names: str) -> Answer:
        """Undecided where one of the cells `names` is in doubt; `told` has {} for which and why."""
        rows = self.rows
        return self.when(rows.doubted(*names), lambda at: undecidable(told.format(rows[at].doubt(*names))))  # fmt: skip

    def unread(self, name: str, where: Array | None = None) -> Answer:
        """Undecidable where the cell `name` is no number, or in `where`, naming the cell."""
        rows = self.rows
        where = ~rows.numbers(name).known if where is None else where
        return self.when(where, lambda at: trouble(rows[at], name))

    def within(self, told: str, *prefixes: str) -> Answer:
        """Undecided where anything of the form below one of `prefixes` is in doubt."""
        rows = self.rows

        def doubt(at: int) -> Decision:
            return undecidable(told.format(rows.forms[rows.of[at]].doubt_within(*prefixes)))

        return self.when(rows.doubted_within(*prefixes), doubt)

    def fails(self, decision: Callable[[int], Decision], where: Array | None = None) -> Answer:
        """What is left fails, or that of it in `where`, and the rest passes."""
        if where is not None:
            self.when(~where, PASS)
        return self.when(self.left, decision)

    def codes(self) -> Array:
        """The verdict of every record, as its place in VERDICTS, once all are decided."""
        if self._codes is None:
            kinds = [VERDICTS.index(decision.verdict) for decision in self.decisions]
            self._codes = (
                np.array(kinds, dtype=np.int8)[self.which] if kinds else np.empty(0, np.int8)
            )
        return self._codes

    def failing(self) -> list[int]:
        """The records that fail, by number."""
        found: list[int] = np.flatnonzero(self.codes() == FAIL).tolist()
        return found

    def __getitem__(self, record: int) -> Decision:
        return self.decisions[int(self.which[record])]
