"""Forms that are printed in unusual ways and are right, and the same ones with something wrong: core findings, no more and no fewer."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest
from audit_forms import CLEAN, changed, tables_of, with_evidence
from core_oracle import core

from selfeval.expectations import catalogue
from selfeval.expectations.judging import Judgement
from selfeval.expectations.view import views
from selfeval.extractors.model import Evidence, Form, Fund, Indicator

CORE = [rule for rule, entry in catalogue.load().entries.items() if entry.core]


def findings(*forms: Form) -> list[set[tuple[str, str]]]:
    read = views(tables_of(*forms))
    found: dict[str, set[tuple[str, str]]] = {form.form_id: set() for form in read}
    for form, rule, subject, _ in Judgement(read, catalogue.load(), CORE).failures():
        found[form.form_id].add((rule, subject))
    return list(found.values())


def fund(label: str, *cells: str | None) -> Fund:
    return Fund(label, *cells)


NO_FUND_POINTS = {"funds/*/weight": None, "funds/*/score": None}
YUAN = (fund("年度资金总额", "1,200,000.00", "1,000,000.00", "950,000.00", "10", "95.00%", "9.50"),
        fund("其中：当年财政拨款", "1,200,000.00", "800,000.00", "750,000.00", "——", "/", "——"), fund("其他资金", "——", "200,000.00", "200,000.00", "——", "/", "——"))  # fmt: skip
LAST_ROW_TOTAL = (
    fund("中央资金", "80", "80.00", "76.00", "", "", ""),
    fund("省级资金", "20", "20.00", "19.00", "", "", ""),
    fund("合计", "100", "100.00", "95.00", "10", "95%", "9.5"),
)
TWO_BREAKDOWNS = (fund("年度资金总额", "100", "100", "95", "10", "95%", "9.5"), fund("按收入性质分：财政拨款", "90", "90", "85"), fund("其他资金", "10", "10", "10"),
                  fund("按支出性质分：基本支出", "60", "60", "60"), fund("项目支出", "40", "40", "35"))  # fmt: skip
WITH_EMPTY_ROW = (*CLEAN.indicators, Indicator("", "", "……", "", "", "", "", ""))
UNSCORED = {
    **NO_FUND_POINTS,
    "indicators/*/weight": None,
    "indicators/*/score": None,
    "total/weight": None,
    "total/score": None,
}

#: what is printed -> core findings, as (rule, subject)
PRINTED: dict[str, tuple[dict[str, Any], set[tuple[str, str]]]] = {
    "amounts in yuan with commas": ({"funds": YUAN, "amount_unit": "元"}, set()),
    "a digit wrong among commas": (
        {"funds": (YUAN[0], replace(YUAN[1], executed="750,100.00"), YUAN[2]), "amount_unit": "元"},
        {("funds-components", "funds/executed")},
    ),
    "万元 printed in the cells of a form in 元": (
        {
            "amount_unit": "元",
            "funds/0/budget": "100.00万元",
            "funds/0/executed": "950000元",
            "funds/1/budget": "80万元",
            "funds/1/executed": "75万元",
            "funds/2/budget": "200000",
            "funds/2/executed": "200000",
            "funds/0/initial": "120万元",
            "funds/1/initial": "1200000",
        },
        set(),
    ),
    "a rate of 0.95": ({"funds/0/rate": "0.95"}, set()),
    "a rate of 95": ({"funds/0/rate": "95"}, set()),
    "a rate of 95.0 %": ({"funds/0/rate": "95.0 %"}, set()),
    "a full-width rate": ({"funds/0/rate": "９５．００％"}, set()),
    "a rate of 1 for a full execution": (
        {
            "funds/0/rate": "1",
            "funds/0/executed": "100.00",
            "funds/1/executed": "80.00",
            "funds/0/score": "10",
            "total/score": "99",
        },
        set(),
    ),
    "a rate of 100.00%": ({"funds/0/rate": "100.00%"}, {("execution-rate", "funds/0")}),
    "a rate of 100": ({"funds/0/rate": "100"}, {("execution-rate", "funds/0")}),
    "a rate of 0.96": ({"funds/0/rate": "0.96"}, {("execution-rate", "funds/0")}),
    "a rate that is not printed": ({"funds/0/rate": "——"}, set()),
    "a score rounded to one place": ({"funds/0/score": "9.5", "total/score": "98.5"}, set()),
    "a score in whole points": ({"funds/0/score": "9", "total/score": "98"}, set()),
    "a score in whole points, up": ({"funds/0/score": "10", "total/score": "99"}, set()),
    "a full score for 94%": (
        {
            "funds/0/executed": "94.00",
            "funds/1/executed": "74.00",
            "funds/0/rate": "94%",
            "funds/0/score": "10",
            "total/score": "99",
        },
        {("execution-score", "funds/0")},
    ),
    "0 of 0": (
        {
            "funds/*/initial": "0",
            "funds/*/budget": "0.00",
            "funds/*/executed": "0",
            "funds/0/rate": "0.00%",
            "funds/0/score": "10",
            "total/score": "99",
        },
        set(),
    ),
    "spending on a budget of 0": (
        {"funds/0/budget": "0", "funds/1/budget": "0", "funds/2/budget": "0"},
        {("over-execution", "funds/0")},
    ),
    "an initial budget of 0, as carry-over alone": (
        {"funds/0/initial": "0", "funds/1/initial": "0"},
        set(),
    ),
    "carry-over left out of the budget": (
        {"funds/0/budget": "80.00", "funds/2/budget": ""},
        {
            ("over-execution", "funds/0"),
            ("execution-rate", "funds/0"),
            ("execution-score", "funds/0"),
        },
    ),
    "the total in the last row": ({"funds": LAST_ROW_TOTAL}, set()),
    "the total in the last row, wrong": (
        {"funds": (*LAST_ROW_TOTAL[:2], replace(LAST_ROW_TOTAL[2], initial="110"))},
        {("funds-components", "funds/initial")},
    ),
    "two breakdowns": ({"funds": TWO_BREAKDOWNS}, set()),
    "two breakdowns, one wrong": (
        {"funds": (*TWO_BREAKDOWNS[:4], replace(TWO_BREAKDOWNS[4], executed="25"))},
        {("funds-components", "funds/executed")},
    ),
    "parts by source blank": (
        {"funds/1/executed": "/", "funds/2/executed": "——", "funds/3/executed": "无"},
        set(),
    ),
    "rounding in the parts": (
        {"funds/0/executed": "95.00", "funds/1/executed": "75.004", "funds/2/executed": "20.00"},
        set(),
    ),
    "weights out of 90, the execution in no column": (
        {**NO_FUND_POINTS, "total/weight": "90", "total/score": "89"},
        {("weights-sum", "form")},
    ),
    "weights out of 100 and no execution": (
        {
            **NO_FUND_POINTS,
            "indicators/0/weight": "30",
            "indicators/0/score": "30",
            "total/score": "99",
        },
        set(),
    ),
    "a bonus on top": (
        {
            "indicators": (
                *CLEAN.indicators,
                Indicator("加分项", "", "获省级表彰", "1项", "1项", "5", "5", ""),
            ),
            "total/score": "103.50",
        },
        {("weights-sum", "form"), ("weights-total", "total")},
    ),
    "a row of the template left in": ({"indicators": WITH_EMPTY_ROW}, set()),
    "dashes for weight and score of the total row": (
        {"funds/*/weight": "—", "funds/*/score": "—"},
        set(),
    ),
    "no weights at all, scores only": (
        {"indicators/*/weight": None, "funds/*/weight": None, "total/weight": None},
        set(),
    ),
    "no weights at all, total wrong": (
        {
            "indicators/*/weight": None,
            "funds/*/weight": None,
            "total/weight": None,
            "total/score": "97.5",
        },
        {("scores-sum", "total")},
    ),
    "an unscored transfer form": (UNSCORED, set()),
    "an unscored form without a unit": ({**UNSCORED, "unit": "——"}, {("required-field", "unit")}),
    "the total with 分": (
        {"total/score": "98.50分", "indicators/0/score": "20分", "indicators/0/weight": "20 分"},
        set(),
    ),
    "the total in the header, no total weight": ({"total/weight": None}, set()),
    "points in words": ({"indicators/0/score": "满分"}, {("number-unreadable", "indicators/0")}),
    "points as of points": (
        {"indicators/0/score": "20/20"},
        {("number-unreadable", "indicators/0")},
    ),
    "a target with a look-alike": ({"indicators/0/target": "≧30处"}, set()),
    "a missed target with a look-alike": (
        {"indicators/0/target": "≧31处"},
        {("target-missed-full-score", "indicators/0")},
    ),
    "a bare target that is passed": ({"indicators/0/target": "25处"}, set()),
    "a bare target that is missed": (
        {"indicators/0/target": "35处"},
        {("target-missed-full-score", "indicators/0")},
    ),
    "an equal sign means at least": ({"indicators/0/target": "═29处"}, set()),
    "a ceiling that is kept": ({"indicators/0/target": "≦30处"}, set()),
    "a ceiling in another unit of money": ({"indicators/3/target": "≤1000000元"}, set()),
    "a ceiling broken in another unit of money": (
        {"indicators/3/target": "≤940000元"},
        {("target-missed-full-score", "indicators/3")},
    ),
    "units that differ": ({"indicators/0/actual": "29个"}, set()),
    "a target without its percent sign": (
        {"indicators/1/target": "≥100", "indicators/1/actual": "95%"},
        set(),
    ),
    "a date is no quantity": (
        {"indicators/0/target": "12月底前", "indicators/0/actual": "11月"},
        set(),
    ),
    "a range is no plain quantity": (
        {"indicators/0/target": "25-35处", "indicators/0/actual": "20处"},
        set(),
    ),
    "about is no plain quantity": ({"indicators/0/target": "35处左右"}, set()),
    "nothing happened, and nothing should": (
        {"indicators/0/target": "0起", "indicators/0/actual": "0起"},
        set(),
    ),
    "无 is no reason": (
        {"indicators/2/explanation": "无偏差"},
        {("deviation-unexplained", "indicators/2")},
    ),
    "0 is printed": ({"indicators/2/explanation": "0"}, set()),
    "no column for reasons": (
        {"indicators/*/explanation": None},
        {("deviation-unexplained", "indicators/2")},
    ),
    "a score below zero": (
        {"indicators/2/score": "-1", "total/score": "83.5"},
        {("score-out-of-range", "indicators/2")},
    ),
}


@pytest.mark.parametrize("name", PRINTED)
def test_core_findings(name: str) -> None:
    changes, expected = PRINTED[name]
    form = changed(CLEAN, changes)
    assert findings(form) == [expected]


def test_the_second_reading_agrees_where_it_can_read():
    """The oracle knows neither negative numbers nor units of money within one column."""
    beyond = ("a score below zero", "万元 printed in the cells of a form in 元")
    for name, (changes, expected) in PRINTED.items():
        if name not in beyond:
            assert core(asdict(changed(CLEAN, changes))) == expected, name


def test_reasons_in_the_total_row_of_a_form_without_a_column_for_them():
    assert findings(
        changed(
            CLEAN, {"indicators/*/explanation": None, "total/explanation": "按期完工率因汛期未达标"}
        )
    ) == [set()]


def merged(form: Form, name: str, rows: range) -> Form:
    """`form` with one box for the cell `name` of all `rows`."""
    form = with_evidence(form)
    box = (Evidence(1, (400.0, 200.0 + 20 * rows[0], 440.0, 220.0 + 20 * rows[-1])),)
    return replace(
        form, evidence={**form.evidence, **{f"indicators/{row}/{name}": box for row in rows}}
    )


def judged_as_printed(form: Form) -> set[tuple[str, str]]:
    from audit_forms import document

    from selfeval.records.tables.build import build

    read = views(build([document(form)]))
    failing = Judgement(read, catalogue.load(), CORE).failures()
    return {(rule, subject) for _, rule, subject, _ in failing}


def test_a_score_merged_over_rows_counts_once():
    scores_only = changed(
        CLEAN,
        {
            "indicators/*/weight": None,
            "funds/*/weight": None,
            "total/weight": None,
            "indicators/1/score": "35",
            "indicators/0/score": "35",
        },
    )
    assert judged_as_printed(merged(scores_only, "score", range(2))) == set()
    assert judged_as_printed(with_evidence(scores_only)) == {("scores-sum", "total")}, (
        "two cells that say the same count twice"
    )


def test_a_merged_score_is_not_held_against_the_weight_of_one_row():
    form = changed(CLEAN, {"indicators/0/score": "35", "indicators/1/score": "35"})
    assert judged_as_printed(merged(form, "score", range(2))) == set()


def test_weight_and_score_merged_over_the_same_rows_are_compared():
    form = changed(
        CLEAN,
        {
            "indicators/0/weight": "35",
            "indicators/1/weight": "35",
            "indicators/0/score": "36",
            "indicators/1/score": "36",
        },
    )
    found = judged_as_printed(
        merged(replace(form, evidence=merged(form, "score", range(2)).evidence), "score", range(2))
    )
    assert ("weights-sum", "form") in found, "the weights are two cells here"
    both = merged(form, "score", range(2))
    box = (Evidence(1, (300.0, 200.0, 340.0, 240.0)),)
    both = replace(
        both, evidence={**both.evidence, "indicators/0/weight": box, "indicators/1/weight": box}
    )
    assert judged_as_printed(both) == {
        ("score-out-of-range", "indicators/0"),
        ("score-out-of-range", "indicators/1"),
        ("scores-sum", "total"),
    }
