"""What a rule says about one subject: pass, fail, not-applicable or undecidable, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from selfeval.core.batch_cache import remembered


class Verdict(StrEnum):
    """Neither of the last two is ever counted as a pass."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not-applicable"
    UNDECIDABLE = "undecidable"


@dataclass(frozen=True, slots=True)
class Decision:
    """`why` is one Chinese sentence: for a failure the message that may go into a letter, else the reason ("" for a pass).

    `expected` and `actual` are the two sides of the broken relation. `cells` are PATHs of the cells that show it, the first
    that has evidence is where the finding is drawn. `values` are the printed values that the judgement rests on: they make
    the finding's id and bind its waiver."""

    verdict: Verdict
    why: str = ""
    expected: str | None = None
    actual: str | None = None
    cells: tuple[str, ...] = ()
    values: tuple[str | None, ...] = ()


PASS = Decision(Verdict.PASS)


@remembered
def not_applicable(why: str) -> Decision:
    """The form does not have what the rule speaks about."""
    return Decision(Verdict.NOT_APPLICABLE, why)


@remembered
def undecidable(why: str) -> Decision:
    """The form has it, but it cannot be read with certainty or is not of the kind that the rule can compare."""
    return Decision(Verdict.UNDECIDABLE, why)


def failed(
    message: str,
    expected: str | None = None,
    actual: str | None = None,
    *,
    cells: tuple[str, ...] = (),
    values: tuple[str | None, ...] = (),
) -> Decision:
    return Decision(Verdict.FAIL, message, expected, actual, cells, values)
