"""What a rule is: an id, the records that it judges, and a pure decision over one of them. Great Expectations is not imported here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from selfeval.expectations.verdicts import Decision
from selfeval.expectations.view import FormView, FundRow, IndicatorRow

#: Every rule by id, filled as the modules of the families are imported.
REGISTRY: dict[str, Rule] = {}

Record = FormView | FundRow | IndicatorRow


class Rule(ABC):
    """One rule of the catalogue. `tables` are the tables whose rows it judges: forms, funds (only the total row of each form) or
    indicators. A rule over forms may speak about several subjects of a form and is asked once for each."""

    id: ClassVar[str]
    tables: ClassVar[tuple[str, ...]]
    subjects: ClassVar[tuple[str, ...]] = ("form",)

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        if "id" in cls.__dict__:
            if cls.id in REGISTRY:
                raise ValueError(f"rule {cls.id} is defined twice")
            REGISTRY[cls.id] = cls()

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
