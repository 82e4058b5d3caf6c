"""Random truth: what a form says, in the schema of the truth that stands beside a corpus PDF.

Beyond that schema an indicator may have `op`, `target_value`, `target_unit` (the form prints its target in three columns) and
`explanation_group`, `score_group` (rows that share one merged cell).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from tests.forms import words

Form = dict[str, Any]


def random_document(rng: Random, forms: int = 1, rows: int | None = None) -> dict[str, Any]:
    """The truth of a file with so many forms; `rows` fixes the number of indicators of each."""
    return {
        "document": "generated.pdf",
        "producer": "reportlab",
        "post": [],
        "unreadable": None,
        "forms": [random_form(rng, rows) for _ in range(forms)],
        "findings": [],
    }


def random_form(rng: Random, rows: int | None = None) -> Form:
    """One form of a random kind: which columns there are, how amounts are written, what is left blank."""
    year = rng.randint(2016, 2024)
    title = rng.choice(words.TITLES).format(year=year)
    place = rng.choice(words.PLACES)
    kind = rng.choices(("scored", "scores only", "unscored"), (8, 1, 1))[0]
    amount_unit = rng.choice(("万元", "万元", "元"))
    form: Form = {
        "title": title,
        "year": year,
        "project_name": rng.choice(words.PROJECTS),
        "authority": place + rng.choice(words.OFFICES),
        "unit": place + rng.choice(words.UNITS),
        "amount_unit": amount_unit,
    }
    if rng.random() < 0.7:
        form["leader"], form["phone"] = (
            rng.choice(words.PEOPLE),
            rng.choice(("13600000000", "010-65550000", "")),
        )
    form["funds"] = _funds(rng, amount_unit, kind)
    if rng.random() < 0.9:
        form["goal_expected"] = _goal(rng)
        form["goal_actual"] = rng.choice((_goal(rng), _goal(rng), ""))
    form["indicators"] = _indicators(rng, rows or rng.randint(3, 18), kind)
    form["total"] = _total(rng, form, kind)
    return form


def _goal(rng: Random) -> str:
    return "".join(rng.sample(words.GOALS, rng.randint(1, 4)))


def _amount(rng: Random, value: Decimal, style: str, unit: str) -> str:
    text = f"{value:,}" if style == "thousands" else str(value)
    if style == "full width":
        text = text.translate({ord("0") + d: ord("０") + d for d in range(10)} | {ord("."): "．"})
    return text + unit if style == "unit" else text


def _funds(rng: Random, unit: str, kind: str) -> list[dict[str, str | None]]:
    labels = rng.choice(words.FUND_LABELS)
    total_row = len(labels) - 1 if labels[-1] == "合计" else 0
    style = rng.choices(("plain", "thousands", "unit", "full width"), (6, 3, 1, 1))[0]
    blank = rng.choice(("", "—", "——", "0"))
    places = Decimal(rng.choice(("1", "0.01", "0.01", "0.0001")))
    parts = [
        Decimal(rng.randint(10_000, 90_000_000)) / 10_000 * (rng.random() < 0.6) for _ in labels[1:]
    ]
    if not any(parts):
        parts = [Decimal(rng.randint(10_000, 90_000_000)) / 10_000, *parts[1:]]
    budgets = [part.quantize(places, ROUND_HALF_UP) for part in parts]
    share = Decimal(rng.choice((100, 100, rng.randint(60, 99)))) / 100
    spent = [(part * share).quantize(places, ROUND_HALF_UP) for part in budgets]
    budgets.insert(total_row, sum(budgets, Decimal(0)))
    spent.insert(total_row, sum(spent, Decimal(0)))
    rate = spent[total_row] / budgets[total_row] if budgets[total_row] else Decimal(0)
    has_initial, has_rate, scored = rng.random() < 0.6, rng.random() < 0.85, kind != "unscored"
    has_weight = scored and rng.random() < 0.9
    rows: list[dict[str, str | None]] = []
    for number, label in enumerate(labels):
        main = number == total_row
        filled = main or bool(budgets[number])
        rows.append(
            {
                "label": label,
                "initial": (
                    _amount(rng, budgets[number], style, unit)
                    if filled and rng.random() < 0.8
                    else blank
                )
                if has_initial
                else None,
                "budget": _amount(rng, budgets[number], style, unit) if filled else blank,
                "executed": _amount(rng, spent[number], style, unit) if filled else blank,
                "weight": ("10" if main else blank.replace("0", "—")) if has_weight else None,
                "rate": (f"{rate * 100:.2f}%" if main else rng.choice(("", "—", "——")))
                if has_rate
                else None,
                "score": (f"{10 * min(rate, Decimal(1)):.2f}" if main else blank.replace("0", "—"))
                if scored
                else None,
            }
        )
    return rows


def _target(rng: Random) -> tuple[str, str, str, str]:
    """Sign, value, measure and a result."""
    if rng.random() < 0.3:
        value = rng.choice(words.QUALITIES)
        return "", value, "", rng.choice((value, "达成预期指标", "基本达到", ""))
    measure, value = (
        rng.choice(words.MEASURES),
        str(
            rng.choice(
                (
                    rng.randint(1, 100),
                    rng.randint(100, 9999),
                    Decimal(rng.randint(100, 99999)) / 100,
                )
            )
        ),
    )
    actual = value if rng.random() < 0.7 else str(rng.randint(1, 120))
    return (
        rng.choice(words.COMPARATORS),
        value,
        measure,
        actual + rng.choice((measure, measure, "")),
    )


def _indicators(rng: Random, count: int, kind: str) -> list[dict[str, Any]]:
    level1 = rng.choice(
        (
            ["产出指标", "效益指标", "满意度指标"],
            ["成本指标", "产出指标", "效益指标", "满意度指标"],
            ["产出指标", "效益指标"],
        )
    )
    if rng.random() < 0.2:
        level1 = [f"{name}（{rng.choice((10, 30, 40, 50))}分）" for name in level1]
    slots = sorted(rng.randrange(len(level1)) for _ in range(count))
    weights = [Decimal(90) / count] * count
    weights = [
        w.quantize(Decimal(rng.choice(("1", "0.5", "0.01"))), ROUND_HALF_UP) for w in weights
    ]
    split, has_explanation, marked = rng.random() < 0.2, rng.random() < 0.9, rng.random() < 0.3
    rows: list[dict[str, Any]] = []
    second: dict[int, int] = {}
    for number, slot in enumerate(slots):
        names = words.LEVELS[level1[slot].split("（")[0]]
        second[slot] = min(
            len(names) - 1, second.get(slot, 0) + (slot in second and rng.random() < 0.5)
        )
        op, value, measure, actual = _target(rng)
        lost = rng.random() < 0.25
        score = (
            weights[number]
            - (weights[number] * Decimal(rng.randint(1, 5)) / 10).quantize(Decimal("0.1"))
            if lost
            else weights[number]
        )
        row: dict[str, Any] = {
            "level1": level1[slot],
            "level2": names[second[slot]],
            "level3": (f"指标{number + 1}：" if marked else "") + rng.choice(words.INDICATORS),
            "target": op + value + measure,
            "actual": actual,
            "weight": str(weights[number]) if kind == "scored" else None,
            "score": str(score) if kind != "unscored" else None,
            "explanation": (
                rng.choice(words.EXPLANATIONS) if lost else rng.choice(("", "", "无", "——"))
            )
            if has_explanation
            else None,
        }
        if split:
            row |= {"op": op, "target_value": value, "target_unit": measure}
        if rng.random() < 0.06:  # a row of the template that nobody filled in
            row |= {
                key: ""
                for key in ("target", "actual", "op", "target_value", "target_unit")
                if key in row
            }
            row |= {key: "" for key in ("weight", "score", "explanation") if row[key] is not None}
            row["level3"] = rng.choice(
                (f"指标{number + 1}：", "……", "…")
            )  # a row without any text could not be told from the rest of a cut one
        rows.append(row)
    _group(rng, rows, "explanation", 0.15)
    if kind == "scores only":
        _group(rng, rows, "score", 0.3)
    return rows


def _group(rng: Random, rows: list[dict[str, Any]], key: str, share: float) -> None:
    """Let neighbouring rows of one level 2 share one merged cell of a column."""
    for number in range(1, len(rows)):
        above, row = rows[number - 1], rows[number]
        if (
            rng.random() < share
            and above["level1"] == row["level1"]
            and above["level2"] == row["level2"]
            and above[key]
        ):
            row[key], row[f"{key}_group"] = above[key], above.setdefault(f"{key}_group", number)


def _total(rng: Random, form: Form, kind: str) -> dict[str, str | None] | None:
    """The total row, a total in the header (label 自评得分 or 自评总分, without a weight), or none."""
    if kind == "unscored" or rng.random() < 0.15:
        return None
    fund_scores = [
        Decimal(row["score"]) for row in form["funds"] if row["score"] and row["score"][0].isdigit()
    ]
    scores: dict[Any, Decimal] = {}
    for number, row in enumerate(form["indicators"]):
        if row["score"]:
            scores[row.get("score_group", f"row {number}")] = Decimal(row["score"])
    score = str(sum(scores.values(), sum(fund_scores, Decimal(0))))
    if rng.random() < 0.15:
        return {"label": rng.choice(("自评得分", "自评总分")), "weight": None, "score": score}
    return {
        "label": rng.choice(("总分", "合计", "总计")),
        "weight": "100" if kind == "scored" else None,
        "score": score,
    }
