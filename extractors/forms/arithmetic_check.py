"""Recognised digits held against the arithmetic that a form states of itself: rates, sums of scores and of weights.

A relation that does not hold is either the form's error or the recogniser's. Where a number in it was read with less than full
confidence it becomes a doubt; numbers read with full confidence stand, and the audit may say that the form is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from selfeval.core.numbers import parse_number, parse_score
from selfeval.core.rows import total_row
from selfeval.extractors.forms.compare import merged
from selfeval.extractors.model import Doubt, Form

#: confidence from which a recognised number stands even against the form's arithmetic
CERTAIN = 0.985


def cross_checked(form: Form) -> Form:
    """Given a recognised form, the same with a doubt on each unsure number of a relation that does not hold."""
    doubts = list(form.doubts)
    for relation, paths in _broken(form):
        for path in paths:
            confidence = form.confidences.get(path, 1.0)
            if confidence < CERTAIN:
                doubts.append(
                    Doubt(
                        path,
                        f"识别的数字不满足“{relation}”，可能识别有误",
                        round(min(confidence, 0.6), 3),
                    )
                )
    return replace(form, doubts=merged(doubts))


def _broken(form: Form) -> Iterator[tuple[str, list[str]]]:
    """The relations that do not hold, each with the paths of its numbers. A relation with an unreadable part is not judged."""
    for index, fund in enumerate(form.funds):
        budget, executed, rate = map(parse_number, (fund.budget, fund.executed, fund.rate))
        if budget and budget.value and executed and rate:
            stated, share = rate.to_rate(), executed.value / budget.value
            if abs(share - stated.value) > stated.half:
                yield (
                    "执行率=执行数÷预算数",
                    [f"funds/{index}/{name}" for name in ("budget", "executed", "rate")],
                )
    for column, relation in (("score", "得分之和=总分"), ("weight", "分值之和=总分值")):
        total = parse_score(getattr(form.total, column))
        parts = {
            f"indicators/{i}/{column}": parse_score(getattr(row, column))
            for i, row in enumerate(form.indicators)
        }
        filled = {path: number for path, number in parts.items() if number}
        slack = total.half if total else Decimal(0)
        if form.funds:
            at = total_row(fund.label for fund in form.funds)
            own = parse_score(getattr(form.funds[at], column))
            if own:  # rounded as printed, and so is the total: both may be half a place off
                filled[f"funds/{at}/{column}"] = own
                slack += own.half
        summed = sum((number.value for number in filled.values()), Decimal(0))
        if filled and total and abs(summed - total.value) > slack:
            yield relation, [*filled, f"total/{column}"]
