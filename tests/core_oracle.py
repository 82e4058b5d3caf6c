"""The core rules once more, read straight from their wording over plain truth (no project code), to hold the project's rules against."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Any

Found = set[tuple[str, str]]
Num = tuple[Fraction, Fraction]

_FOLD = {"≧": "≥", "≦": "≤", "﹦": "=", "═": "=", "−": "-"}
_FLOORS = ("≥", ">", "不低于", "不少于", "大于等于", "以上", "及以上", "至少", "达到")
_CEILINGS = ("≤", "<", "不高于", "不超过", "小于等于", "以内", "控制在", "不超出")
_SMALL_NAMES = [
    "控制",
    "投诉",
    "事故",
    "差错",
    "超标",
    "超支",
    "调整率",
    "结转",
    "结余",
    "变动率",
    "成本",
    "投资",
    "费用",
    "噪声",
    "中断",
    "故障",
    "失误",
    "违规",
    "违纪",
    "逾期",
    "流失",
    "死亡",
    "发病",
    "时限",
    "时长",
    "天数",
]
_UNIT = re.compile(r"(?!月|日)[^\W\d_%]{0,4}(?:/[^\W\d_]{1,2})?|%")
_MONEY = {"元": Fraction(1), "万元": Fraction(10_000)}


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", "".join(_FOLD.get(char, char) for char in text)).strip()


def blank(text: str | None) -> bool:
    return re.sub(r"[\s/—–―─-]", "", text or "") in ("", "无", "不适用", "无偏差")


def number(text: str | None) -> Num | None:
    """The number in a cell and half of its last printed place."""
    plain = folded(text or "")
    if re.fullmatch(r"[1-9][0-9]{0,2}(?: [0-9]{3})+\.[0-9]{2}", plain):
        plain = plain.replace(" ", "")  # 1 280.00
    match = re.fullmatch(r"(-?)([0-9][0-9,]*)(?: ?(\.) ?([0-9]+))?\s*(?:分|万元|元|%)?", plain)
    if match is None:
        return None
    digits = match[1] + match[2].replace(",", "") + (f".{match[4]}" if match[3] else "")
    return Fraction(digits), Fraction(1, 2 * 10 ** len(match[4] or ""))


def quantity(text: str | None) -> tuple[str, Fraction, str] | None:
    """The words around a number, the number and its unit."""
    signs = "|".join(sorted((*_FLOORS, *_CEILINGS, "="), key=len, reverse=True))
    match = re.fullmatch(
        rf"({signs})?([0-9]+(?:\.[0-9]+)?)(\D*?)(及以上|以上|以内)?", folded(text or "")
    )
    if match is None or not _UNIT.fullmatch(match[3]):
        return None
    if match[1] and match[4] and (match[1] in _FLOORS) != (match[4] in _FLOORS):
        return None
    value, unit, sign = Fraction(match[2]), match[3], match[1] or match[4] or ""
    return (sign, value * _MONEY[unit], "元") if unit in _MONEY else (sign, value, unit)


def points_down(sign: str, value: Fraction, name: str, level2: str) -> bool | None:
    """Whether less is better; None where nothing tells."""
    if sign in _FLOORS or sign in _CEILINGS:
        return sign in _CEILINGS
    if value == 0:
        return True
    small = any(word in name for word in _SMALL_NAMES) or "成本" in level2
    if small:
        turned = any(word in name for word in ("下降", "降低", "减少"))
        return True if not turned else False if sign == "=" else None
    known = any(word in level2 for word in ("数量", "质量", "满意"))
    return False if known or sign == "=" else None


def missed(row: dict[str, Any]) -> bool:
    """Whether the result misses the target in the direction in which the target points."""
    one, other = quantity(row.get("target")), quantity(row.get("actual"))
    if one is None or other is None or one[2] != other[2]:
        return False
    sign, want, have = one[0], one[1], other[1]
    down = points_down(sign, want, folded(row.get("level3") or ""), row.get("level2") or "")
    if down is None or (have == want and sign not in ("<", ">")):
        return False
    return not (have < want if down else have > want)


def core(form: dict[str, Any]) -> Found:
    """(rule, subject) of everything that the core rules find in a form of the truth."""
    rows, funds, total = form["indicators"], form["funds"], form.get("total") or {}
    empty = {
        n
        for n, row in enumerate(rows)
        if all(blank(row.get(name)) for name in ("target", "actual", "weight", "score"))
    }
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
        *((f"indicators/{n}", row) for n, row in enumerate(rows) if n not in empty),
        *([(f"funds/{t}", top)] if funds else []),
    ]:
        cells = [row.get("weight"), row.get("score")]
        weight, score = map(number, cells)
        if any(not blank(cell) and number(cell) is None for cell in cells):
            found.add(("number-unreadable", n))
        if score and (score[0] < 0 or (weight and score[0] > weight[0])):
            found.add(("score-out-of-range", n))
        if weight and score and n.startswith("indicators"):
            if score[0] < weight[0] and blank(row.get("explanation")):
                found.add(("deviation-unexplained", n))
            if score[0] >= weight[0] and missed(row):
                found.add(("target-missed-full-score", n))
    if not blank(total.get("score")) and number(total["score"]) is None:
        found.add(("number-unreadable", "total"))
    return (
        found
        | _sums(rows, empty, top, total)
        | (_execution(top, f"funds/{t}") | _components(funds, t) if funds else set())
    )


def _fields(
    form: dict[str, Any], rows: list[Any], funds: list[Any], total: dict[str, Any]
) -> Found:
    whole = re.search("(?:部门|单位|[)）])整体", form.get("title") or "")
    lacking = {name for name in ("project_name", "authority", "unit") if blank(form.get(name))}
    lacking -= {"project_name"} if whole else set()
    lacking |= (
        {"funds"}
        if all(blank(row.get(name)) for row in funds for name in ("initial", "budget", "executed"))
        else set()
    )
    scored = any(row.get("score") is not None for row in rows)
    return {
        ("required-field", name)
        for name in lacking | ({"total"} if scored and blank(total.get("score")) else set())
    }


def _sums(rows: list[Any], empty: set[int], top: dict[str, Any], total: dict[str, Any]) -> Found:
    found: Found = set()
    for name in ("weight", "score"):
        if all(row.get(name) is None for row in rows):
            continue
        cells = [row.get(name) for n, row in enumerate(rows) if n not in empty]
        cells += [top.get(name)] if top.get(name) is not None else []
        known = [one for one in map(number, cells) if one]
        if len(known) < len(cells):
            continue
        summed, printed = sum(one[0] for one in known), number(total.get(name))
        if name == "weight":
            found |= {("weights-sum", "form")} if summed != 100 else set()
            found |= {("weights-total", "total")} if printed and printed[0] != summed else set()
        elif printed:
            slack = printed[1] + (number(top.get("score")) or (0, 0))[1]
            found |= {("scores-sum", "total")} if abs(summed - printed[0]) > slack else set()
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
        if not _in_groups(values, total[0], slack):
            found.add(("funds-components", f"funds/{name}"))
    return found


def _in_groups(values: list[Fraction], total: Fraction, slack: Fraction) -> bool:
    """Whether the values are one breakdown of the total after another, a subtotal that repeats the total among them."""
    if not values:
        return True
    return any(
        abs(sum(values[:cut]) - total) <= slack
        and (cut == len(values) or _in_groups(values[cut:], total, slack))
        for cut in range(1, len(values) + 1)
    )
