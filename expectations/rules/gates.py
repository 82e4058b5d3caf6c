"""What kind of row an indicator is, worked out once, so that most rules need not be asked about most rows.

A gate only says sooner what its rule would say: for a row of the kinds `given` that lacks one of the kinds `needs`, the verdict is
`otherwise`. A test holds gates and rules to each other."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import IntFlag, auto
from typing import Any, NamedTuple

from selfeval.core.folding import fold
from selfeval.core.quantities import parse_quantity
from selfeval.expectations.text import indicator_name, is_blank
from selfeval.expectations.verdicts import Decision


class Kind(IntFlag):
    """SCORED: score and weight are numbers; LOST and FULL tell which is more. PLAIN_TARGET: the target is a plain quantity. WEIGHTED: the
    weight is more than zero. OUTPUT: no indicator of 决策 or 管理. WORDED: the result holds no digit. NEVER is the kind of no row."""

    SCORED = auto()
    LOST = auto()
    FULL = auto()
    EXPLAINED = auto()
    TARGET = auto()
    ACTUAL = auto()
    PLAIN_TARGET = auto()
    SATISFACTION = auto()
    COST = auto()
    RATE = auto()
    MONEY_RATE = auto()
    DATED = auto()
    RANGED = auto()
    YEAR = auto()
    CAPTIONED = auto()
    HAS_PARTS = auto()
    OUT_OF_RANGE = auto()
    WEIGHTED = auto()
    OUTPUT = auto()
    WORDED = auto()
    NEVER = auto()


class Gate(NamedTuple):
    """See the module's docstring; `given` and `needs` are sums of kinds."""

    given: int
    needs: int
    otherwise: Decision


_RATE_NAME = re.compile(r"(?:率|度|比例|占比)$")
_DIGIT, _MANAGED, ZERO = re.compile("[0-9]"), re.compile("决策|管理|投入|过程"), Decimal(0)
_DATE_MARKS = re.compile("[月年./-]")
_RANGE_MARKS = re.compile(r"[~～至—–-]")


def kind_of(row: Any) -> int:
    """The kinds of an indicator of a form without doubts, as a sum of `Kind`."""
    kind = 0
    score, weight = row.read("score").number, row.read("weight").number
    if score is not None and weight is not None and row.paired:
        kind |= _SCORED_LOST if score.value < weight.value else _SCORED_FULL
        if not ZERO <= score.value <= weight.value:
            kind |= _OUT_OF_RANGE
    target, actual, level3 = row.target or "", row.actual or "", row.level3 or ""
    if not is_blank(row.explanation):
        kind |= _EXPLAINED
    if not is_blank(row.actual):
        kind |= _ACTUAL if _DIGIT.search(actual) else _ACTUAL | _WORDED
    if not is_blank(row.target):
        kind |= _TARGET
        if parse_quantity(target) is not None:
            kind |= _PLAIN_TARGET
        if _DATE_MARKS.search(fold(target)):
            kind |= _DATED
        if _RANGE_MARKS.search(fold(target)):
            kind |= _RANGED
    level1, level2, name = row.level1 or "", row.level2 or "", indicator_name(level3)
    if "满意" in level1 or "满意" in level2 or "满意" in level3:
        kind |= _SATISFACTION
    if "成本" in level1 or "成本" in level2 or "成本" in level3 or "投资" in level3:
        kind |= _COST
    if _RATE_NAME.search(name):
        kind |= _RATE | _MONEY_RATE if "预算" in name or "资金" in name else _RATE
    if "20" in level3 or "20" in target or "20" in actual or "２" in level3 + target + actual:
        kind |= _YEAR
    if weight is not None and weight.value > 0 and not level3.startswith("其中"):
        kind |= _WEIGHTED
    if _MANAGED.search(level1) is None:
        kind |= _OUTPUT
    if "分" in level1:
        kind |= _CAPTIONED
    following = row.form.indicators[row.position + 1 : row.position + 2]
    if following and (following[0].level3 or "").lstrip().startswith("其中"):
        kind |= _HAS_PARTS
    return kind


# Plain numbers: arithmetic on IntFlag members costs more than the rules that it saves.
_SCORED_LOST, _SCORED_FULL = int(Kind.SCORED | Kind.LOST), int(Kind.SCORED | Kind.FULL)
_EXPLAINED, _ACTUAL, _TARGET, _PLAIN_TARGET = (
    int(Kind.EXPLAINED),
    int(Kind.ACTUAL),
    int(Kind.TARGET),
    int(Kind.PLAIN_TARGET),
)
_DATED, _RANGED, _SATISFACTION, _COST = (
    int(Kind.DATED),
    int(Kind.RANGED),
    int(Kind.SATISFACTION),
    int(Kind.COST),
)
_RATE, _MONEY_RATE, _YEAR, _CAPTIONED, _HAS_PARTS = (
    int(Kind.RATE),
    int(Kind.MONEY_RATE),
    int(Kind.YEAR),
    int(Kind.CAPTIONED),
    int(Kind.HAS_PARTS),
)
_OUT_OF_RANGE, _WEIGHTED, _OUTPUT, _WORDED = (
    int(Kind.OUT_OF_RANGE),
    int(Kind.WEIGHTED),
    int(Kind.OUTPUT),
    int(Kind.WORDED),
)
