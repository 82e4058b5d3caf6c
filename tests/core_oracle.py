"""The core rules once more, read straight from their wording over plain truth (no project code), to hold the project's rules against."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Any

Found = set[tuple[str, str]]
Num = tuple[Fraction, Fraction]

_FOLD = {"≧": "≥", "≦": "≤", "﹦": "=", "═": "="}
_AT_LEAST, _AT_MOST = (
    ("≥", "不低于", "不少于", "大于等于", "=", ""),
    ("≤", "不高于", "不超过", "小于等于"),
)
_UNIT = re.compile(r"(?!月|日)[^\W\d_%]{0,4}(?:/[^\W\d_]{1,2})?|%")
_MONEY = {"元": Fraction(1), "万元": Fraction(10_000)}


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", "".join(_FOLD.get(char, char) for char in text)).strip()


def blank(text: str | None) -> bool:
    return re.sub(r"[\s/—–―─-]", "", text or "") in ("", "无", "不适用", "无偏差")


def number(text: str | None) -> Num | None:
    """The number in a cell and half of its last printed place."""
    match = re.fullmatch(r"([0-9][0-9,]*)(\.[0-9]+)?\s*(?:分|万元|元|%)?", folded(text or ""))
    if match is None:
        return None
    places = len(match[2] or ".") - 1
    return Fraction(match[1].replace(",", "") + (match[2] or "")), Fraction(1, 2 * 10**places)


def quantity(text: str | None) -> tuple[str, Fraction, str] | None:
    match = re.fullmatch(r"([^\d]*?)([0-9]+(?:\.[0-9]+)?)(\D*)", folded(text or ""))
    if (
        match is None
        or match[1] not in (*_AT_LEAST, *_AT_MOST, ">", "<")
        or not _UNIT.fullmatch(match[3])
    ):
        return None
    value, unit = Fraction(match[2]), match[3]
    return (match[1], value * _MONEY[unit], "元") if unit in _MONEY else (match[1], value, unit)


def missed(target: str | None, actual: str | None) -> bool:
    one, other = quantity(target), quantity(actual)
    if one is None or other is None or one[2] != other[2]:
        return False
    sign, want, have = one[0], one[1], other[1]
    return (
        have < want
        if sign in _AT_LEAST
        else have > want
        if sign in _AT_MOST
        else have <= want
        if sign == ">"
        else have >= want
    )


def core(form: dict[str, Any]) -> Found:
    """(rule, subject) of everything that the core rules find in a form of the truth."""
    rows, funds, total = form["indicators"], form["funds"], form.get("total") or {}
    t = next(
        (
            n
            for n, row in enumerate(funds)
            if any(word in (row["label"] or "") for word in ("总额", "合计", "总计"))
        ),
        0,
    )
    top = funds[t] if funds else {}
    found = _fields(form, rows, funds, total)
    for n, row in [
        *((f"indicators/{n}", row) for n, row in enumerate(rows)),
        *([(f"funds/{t}", top)] if funds else []),
    ]:
        cells = [row.get("weight"), row.get("score")]
        weight, score = map(number, cells)
        if any(not blank(cell) and number(cell) is None for cell in cells):
            found.add(("number-unreadable", n))
        if weight and score and score[0] > weight[0]:
            found.add(("score-out-of-range", n))
        if weight and score and n.startswith("indicators"):
            if score[0] < weight[0] and blank(row.get("explanation")):
                found.add(("deviation-unexplained", n))
            if score[0] >= weight[0] and missed(row.get("target"), row.get("actual")):
                found.add(("target-missed-full-score", n))
    return (
        found
        | _sums(rows, top, total)
        | (_execution(top, f"funds/{t}") | _components(funds, t) if funds else set())
    )


def _fields(
    form: dict[str, Any], rows: list[Any], funds: list[Any], total: dict[str, Any]
) -> Found:
    lacking = {name for name in ("project_name", "authority", "unit") if blank(form.get(name))}
    lacking |= (
        {"funds"}
        if all(blank(row.get(name)) for row in funds for name in ("initial", "budget", "executed"))
        else set()
    )
    scored = any(row.get("score") is not None for row in (*rows, *funds))
    return {
        ("required-field", name)
        for name in lacking | ({"total"} if scored and blank(total.get("score")) else set())
    }


def _sums(rows: list[Any], top: dict[str, Any], total: dict[str, Any]) -> Found:
    found: Found = set()
    for name in ("weight", "score"):
        cells = [row.get(name) for row in rows] + (
            [top.get(name)] if top.get(name) is not None else []
        )
        known = [one for one in map(number, cells) if one]
        if len(known) < len(cells) or not rows or all(row.get(name) is None for row in rows):
            continue
        summed, printed = sum(one[0] for one in known), number(total.get(name))
        if name == "weight":
            found |= {("weights-sum", "form")} if summed != 100 else set()
            # a total score without a total weight is out of 100
            of = (
                printed[0]
                if printed
                else Fraction(100)
                if total.get("weight") is None and not blank(total.get("score"))
                else summed
            )
            found |= {("weights-total", "total")} if of != summed else set()
        elif (
            printed
            and abs(summed - printed[0]) > printed[1] + (number(top.get("score")) or (0, 0))[1]
        ):
            found.add(("scores-sum", "total"))
    return found


def _execution(top: dict[str, Any], subject: str) -> Found:
    found: Found = set()
    budget, executed, rate, weight, score = (
        number(top.get(name)) for name in ("budget", "executed", "rate", "weight", "score")
    )
    if budget is None or executed is None:
        return found
    if executed[0] > budget[0]:
        found.add(("over-execution", subject))
    if not budget[0]:
        return found
    low, high = (
        (executed[0] - executed[1]) / (budget[0] + budget[1]),
        (executed[0] + executed[1]) / (budget[0] - budget[1]),
    )
    if rate:
        by = 1 if "%" not in folded(top["rate"]) and rate[0] <= Fraction(3, 2) else 100
        if (rate[0] + rate[1]) / by < low or (rate[0] - rate[1]) / by > high:
            found.add(("execution-rate", subject))
    if (
        weight
        and score
        and (
            score[0] + score[1] < min(low, 1) * weight[0]
            or score[0] - score[1] > min(high, 1) * weight[0]
        )
    ):
        found.add(("execution-score", subject))
    return found


def _components(funds: list[Any], t: int) -> Found:
    found: Found = set()
    for name in ("initial", "budget", "executed"):
        cells = [row.get(name) for n, row in enumerate(funds) if n != t]
        total, parts = number(funds[t].get(name)), [one for one in map(number, cells) if one]
        if (
            total is None
            or not parts
            or any(number(cell) is None and not blank(cell) for cell in cells)
        ):
            continue
        slack, values = total[1] + sum(part[1] for part in parts), [part[0] for part in parts]
        splits = [(values,), *((values[:cut], values[cut:]) for cut in range(1, len(values)))]
        if not any(all(abs(sum(part) - total[0]) <= slack for part in split) for split in splits):
            found.add(("funds-components", f"funds/{name}"))
    return found
