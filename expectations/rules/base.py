"""What a rule is: an id, the records that it judges, and a pure decision over them. Great Expectations is not imported here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from decimal import Decimal
from typing import Any, ClassVar

from selfeval.expectations.answers import Answer
from selfeval.expectations.columns import rows_of
from selfeval.expectations.verdicts import Decision
from selfeval.expectations.view import FormView

#: Every rule by id, filled as the modules of the families are imported.
REGISTRY: dict[str, Rule] = {}

_TOLERANCE = re.compile("_?[A-Z][A-Z_]*")


def _said(name: str) -> str:
    """What an attribute is called where people write it: _LITTLE is little."""
    return name.strip("_").lower()


class Rule:
    """One rule of the catalogue. `tables` are the tables whose rows it judges: forms, funds (only the total row of each form) or
    indicators. A rule over forms may speak about several subjects of a form and is asked once for each. It says `decide`, over all records
    at once, or where these are few, `judge`, over one."""

    id: ClassVar[str]
    tables: ClassVar[tuple[str, ...]]
    subjects: ClassVar[tuple[str, ...]] = ("form",)
    #: The numbers that a rule tolerates or asks for, by name and as text: its class attributes in capitals, as `_LITTLE`.
    tolerances: ClassVar[Mapping[str, str]] = {}

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        own = {name: value for name, value in vars(cls).items() if _TOLERANCE.fullmatch(name)}
        numbers = {
            name: value for name, value in own.items() if type(value) in (int, float, Decimal)
        }
        cls.tolerances = {
            **cls.tolerances,
            **{_said(name): str(value) for name, value in numbers.items()},
        }
        if "id" in cls.__dict__:
            if cls.id in REGISTRY:
                raise ValueError(f"rule {cls.id} is defined twice")
            REGISTRY[cls.id] = cls()

    def adjusted(self, tolerances: Mapping[str, str]) -> Rule:
        """The same rule with other tolerances. Raises KeyError for one that it does not have, ValueError for what is no number."""
        rule = copy(self)
        names = {_said(name): name for name in dir(type(self)) if _TOLERANCE.fullmatch(name)}
        for name, text in tolerances.items():
            if name not in self.tolerances:
                raise KeyError(name)
            try:
                value = type(getattr(self, names[name]))(text)
            except ArithmeticError as error:
                raise ValueError(text) from error
            setattr(rule, names[name], value)
        return rule

    def decide(self, answer: Answer, subject: str) -> None:
        """Decide about the records of `answer` about which nothing is decided yet; `subject` is "" where they are the subject themselves."""
        rows = answer.rows
        answer.when(answer.left, lambda at: self.judge(rows[at], subject or rows[at].subject))

    def judge(self, record: Any, subject: str) -> Decision:
        """The verdict on `subject`, which is the record itself unless the rule speaks about several subjects of a form."""
        form = record if isinstance(record, FormView) else record.form
        table = "forms" if record is form else subject.partition("/")[0]
        rows = rows_of([form])[table]
        answer = Answer(rows)
        self.decide(answer, subject if record is form else "")
        return answer[[one.record_id for one in rows].index(record.record_id)]


class FormRule(Rule):
    """Judges a whole form."""

    tables: ClassVar[tuple[str, ...]] = ("forms",)


class FundRule(Rule):
    """Judges the total row of funds."""

    tables: ClassVar[tuple[str, ...]] = ("funds",)


class IndicatorRule(Rule):
    """Judges one indicator."""

    tables: ClassVar[tuple[str, ...]] = ("indicators",)


class ScoredRowRule(Rule):
    """Judges whatever carries a weight and a score: indicators and the total row of funds."""

    tables: ClassVar[tuple[str, ...]] = ("indicators", "funds")
