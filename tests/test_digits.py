"""Recognised numbers against the arithmetic that their form states: what does not add up is doubted, never corrected."""

from __future__ import annotations

from dataclasses import replace

from selfeval.extractors.forms.arithmetic_check import cross_checked
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
