"""Recognised numbers against the arithmetic that their form states: what does not add up is doubted, never corrected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfeval.extractors.forms.arithmetic_check import CERTAIN, cross_checked
from selfeval.extractors.model import Form, Fund, Indicator, Total

SURE_OF_LITTLE = {f"indicators/{i}/score": 0.96 for i in range(2)} | {
    "funds/0/score": 0.96,
    "funds/0/executed": 0.9,
}
FORM = Form(
    funds=(Fund("年度资金总额", budget="65.66", executed="65.07", weight="10", rate="99%", score="9"),),
    indicators=(Indicator(score="50", weight="55"), Indicator(score="34", weight="35")), total=Total("总分", "100", "93"), confidences=SURE_OF_LITTLE,
)  # fmt: skip


def doubted(form: Form) -> set[str]:
    return {doubt.path for doubt in cross_checked(form).doubts}


def test_numbers_that_add_up_are_not_doubted() -> None:
    assert doubted(FORM) == set()


def test_a_sum_within_the_rounding_of_its_parts_is_no_misreading() -> None:
    """A printed 9 for the execution stands for 8.5 to 9.5 and a printed total of 94 for 93.5 to 94.5, as the audit takes them."""
    assert doubted(replace(FORM, total=replace(FORM.total, score="94"))) == set()


def test_a_sum_further_off_doubts_every_number_that_was_not_read_with_certainty() -> None:
    form = replace(FORM, total=replace(FORM.total, score="95"))
    assert doubted(form) == {"indicators/0/score", "indicators/1/score", "funds/0/score"}
    assert doubted(replace(form, confidences={})) == set()


def test_a_rate_that_the_amounts_do_not_give_doubts_the_unsure_amount() -> None:
    (fund,) = FORM.funds
    assert doubted(replace(FORM, funds=(replace(fund, executed="60.07"),))) == {"funds/0/executed"}


def doubts(form: Form) -> list[tuple[str, str, float]]:
    return [(doubt.path, doubt.why, doubt.confidence) for doubt in cross_checked(form).doubts]


def test_a_doubt_names_the_relation_and_is_no_surer_than_0_6() -> None:
    (fund,) = FORM.funds
    form = replace(
        FORM, funds=(replace(fund, executed="60.07"),), confidences={"funds/0/executed": 0.41234}
    )
    why = "识别的数字不满足“执行率=执行数÷预算数”，可能识别有误"
    assert doubts(form) == [("funds/0/executed", why, 0.412)]
    sure = {f"funds/0/{name}": 0.97 for name in ("budget", "executed", "rate")}
    assert doubts(replace(form, confidences=sure)) == [(path, why, 0.6) for path in sorted(sure)]


def test_sums_of_scores_and_of_weights_are_told_apart() -> None:
    """The total row of funds is part of both."""
    unsure = {"total/score": 0.9, "total/weight": 0.9, "funds/0/weight": 0.9}
    form = replace(FORM, total=Total("总分", "102", "95"), confidences=unsure)
    assert [(path, why[9:].partition("”")[0]) for path, why, _ in doubts(form)] == [
        ("funds/0/weight", "分值之和=总分值"),
        ("total/score", "得分之和=总分"),
        ("total/weight", "分值之和=总分值"),
    ]


def test_a_number_is_certain_from_0_985() -> None:
    form = replace(FORM, total=replace(FORM.total, score="95"))
    assert doubted(replace(form, confidences={"total/score": CERTAIN})) == set()
    assert doubted(replace(form, confidences={"total/score": CERTAIN - 0.001})) == {"total/score"}


def test_a_rate_within_its_last_place_holds() -> None:
    """99% stands for 98.5 to 99.5, both included: of 200 they are 197 and 199."""
    (fund,) = FORM.funds
    for executed, broken in (("197", False), ("199", False), ("199.01", True), ("196.99", True)):
        form = replace(FORM, funds=(replace(fund, budget="200", executed=executed),))
        assert bool(doubted(form)) is broken


@pytest.mark.parametrize("missing", ["budget", "executed", "rate"])
def test_a_rate_of_which_a_part_is_not_there_is_not_judged(missing: str) -> None:
    (fund,) = FORM.funds
    form = replace(FORM, funds=(replace(fund, **{"executed": "60.07", missing: ""}),))
    assert doubted(form) == set()


def test_nothing_is_divided_by_a_budget_of_nothing() -> None:
    (fund,) = FORM.funds
    assert doubted(replace(FORM, funds=(replace(fund, budget="0"),))) == set()


def test_without_a_printed_total_or_without_scores_there_is_no_sum() -> None:
    assert doubted(replace(FORM, total=Total("总分", "", ""))) == set()
    bare = tuple(replace(row, score="", weight="") for row in FORM.indicators)
    form = replace(FORM, indicators=bare, funds=(), confidences={"total/score": 0.9})
    assert doubted(form) == set()


def test_a_sum_is_held_to_the_last_place_of_its_total_where_funds_have_no_points() -> None:
    (fund,) = FORM.funds
    form = replace(FORM, funds=(replace(fund, weight="", score=""),))
    for score, broken in (("84", False), ("84.5", True), ("85", True)):
        assert bool(doubted(replace(form, total=Total("总分", "", score)))) is broken
