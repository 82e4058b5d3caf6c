"""What a rule is: an id, the records that it judges, and a pure decision over one of them. Great Expectations is not imported here."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from copy import copy
from decimal import Decimal
from typing import Any, ClassVar

from selfeval.expectations.verdicts import Decision
from selfeval.expectations.view import FormView, FundRow, IndicatorRow

#: Every rule by id, filled as the modules of the families are imported.
REGISTRY: dict[str, Rule] = {}

_TOLERANCE = re.compile("_?[A-Z][A-Z_]*")


def _said(name: str) -> str:
    """What an attribute is called where people write it: _LITTLE is little."""
    return name.strip("_").lower()


Record = FormView | FundRow | IndicatorRow


class Rule(ABC):
    """One rule of the catalogue. `tables` are the tables whose rows it judges: forms, funds (only the total row of each form) or
    indicators. A rule over forms may speak about several subjects of a form and is asked once for each."""

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

    @abstractmethod
    def judge(self, record: Any, subject: str) -> Decision:
        """The verdict on `subject`, which is the record itself unless the rule speaks about several subjects of a form."""


class FormRule(Rule):
    """Judges a whole form."""

    tables: ClassVar[tuple[str, ...]] = ("forms",)

    @abstractmethod
    def judge(self, record: FormView, subject: str) -> Decision: ...


class FundRule(Rule):
    """Judges the total row of funds."""

    tables: ClassVar[tuple[str, ...]] = ("funds",)

    @abstractmethod
    def judge(self, record: FundRow, subject: str) -> Decision: ...


class IndicatorRule(Rule):
    """Judges one indicator."""

    tables: ClassVar[tuple[str, ...]] = ("indicators",)

    @abstractmethod
    def judge(self, record: IndicatorRow, subject: str) -> Decision: ...


class ScoredRowRule(Rule):
    """Judges whatever carries a weight and a score: indicators and the total row of funds."""

    tables: ClassVar[tuple[str, ...]] = ("indicators", "funds")

    @abstractmethod
    def judge(self, record: FundRow | IndicatorRow, subject: str) -> Decision: ...
