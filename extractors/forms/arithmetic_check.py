"""Recognised digits held against the arithmetic that a form states of itself: rates, sums of scores and of weights.

A relation that does not hold is either the form's error or the recogniser's. Where a number in it was read with less than full
confidence it becomes a doubt; numbers read with full confidence stand, and the audit may say that the form is wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from selfeval.extractors.forms.compare import merged
from selfeval.extractors.model import Doubt, Form

#: confidence from which a recognised number stands even against the form's arithmetic
CERTAIN = 0.985

_NUMBER = re.compile(r"[-−]?[\d,]+(?:\.\d+)?")
_TOTAL_LABEL = re.compile(r"总额|合计|总计")


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
        budget, executed, rate = _number(fund.budget), _number(fund.executed), _number(fund.rate)
        if budget and executed is not None and rate is not None:
            share = (
                executed / budget * (100 if "%" in _flat(fund.rate) or rate > Decimal("1.5") else 1)
            )
            if abs(share - rate) > _half(fund.rate):
                yield (
                    "执行率=执行数÷预算数",
                    [f"funds/{index}/{name}" for name in ("budget", "executed", "rate")],
                )
    total_row = next((i for i, f in enumerate(form.funds) if _TOTAL_LABEL.search(f.label or "")), 0)
    for column, total in (("score", form.total.score), ("weight", form.total.weight)):
        paths = [f"indicators/{i}/{column}" for i, row in enumerate(form.indicators)]
        most = _half(total)
        texts = [getattr(row, column) for row in form.indicators]
        if form.funds and getattr(form.funds[total_row], column):
            paths.append(f"funds/{total_row}/{column}")
            texts.append(getattr(form.funds[total_row], column))
            most += _half(
                texts[-1]
            )  # a score of the execution is rounded as printed, and so is the total: both may be half a place off
        filled = [
            (path, number)
            for path, text in zip(paths, texts, strict=True)
            if (number := _number(text)) is not None
        ]
        stated = _number(total)
        if (
            filled
            and stated is not None
            and abs(sum(number for _, number in filled) - stated) > most
        ):
            yield (
                ("得分之和=总分" if column == "score" else "分值之和=总分值"),
                [*(path for path, _ in filled), f"total/{column}"],
            )


def _flat(text: str | None) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text or ""))


def _number(text: str | None) -> Decimal | None:
    found = _NUMBER.match(_flat(text))
    return Decimal(found.group().replace(",", "").replace("−", "-")) if found else None


def _half(text: str | None) -> Decimal:
    """Half of the last printed place."""
    decimals = re.search(r"\.(\d+)", _flat(text))
    return Decimal(5).scaleb(-1 - (len(decimals.group(1)) if decimals else 0))
