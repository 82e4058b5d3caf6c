"""Sums and the slips of the pen that explain them: each explanation where it holds, and none where two would do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from selfeval.expectations.arithmetic import (
    FormSum,
    Part,
    form_sum,
    in_breakdowns,
    one_digit_apart,
    percent,
    plain,
    row_slip,
    slip,
    transposed,
)
from selfeval.expectations.verdicts import Decision
from selfeval.expectations.view import FormView, views
from selfeval.records.tables.build import build
from tests.audit_forms import CLEAN, changed, document, tables_of, with_evidence


def view(doubts: tuple[str, ...] = (), **changes: str | None) -> FormView:
    cells = {path.replace("__", "/"): text for path, text in changes.items()}
    (form,) = views(tables_of(changed(CLEAN, cells, doubts)))
    return form


def parts(*values: str) -> tuple[Part, ...]:
    rows = view().indicators
    return tuple(
        Part(row, Decimal(value), Decimal("0.5"), value)
        for row, value in zip(rows, values, strict=False)
    )


@pytest.mark.parametrize(
    "value, text",
    [("92.40", "92.4"), ("1E+2", "100"), ("100", "100"), ("0.00", "0"), ("-0.50", "-0.5")],
)
def test_numbers_are_shown_without_exponents_and_idle_zeros(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


def test_percentages_have_two_places_unless_told() -> None:
    assert (percent(Decimal("0.98039")), percent(Decimal("1.5"), 0)) == ("98.04%", "150%")


@pytest.mark.parametrize(
    "one, other, yes",
    [
        ("98", "89", True), ("9.85", "9.58", True), ("189", "198", True), ("1234", "1324", True),
        ("98", "98", False), ("123", "321", False), ("98", "88", False), ("98", "79", False), ("97", "89", False),
        ("1234", "2143", False), ("10", "1", True), ("90.5", "90.50", False),
    ],
)  # fmt: skip
def test_transposed_digits_are_neighbours_exchanged(one: str, other: str, yes: bool) -> None:
    assert transposed(Decimal(one), Decimal(other)) is yes
    assert transposed(Decimal(other), Decimal(one)) is yes


@pytest.mark.parametrize(
    "one, other, place",
    [
        ("93", "94", "个位"), ("83", "93", "十位"), ("193", "293", "百位"), ("1093", "2093", "千位"),
        ("93.5", "93.6", "小数第1位"), ("93.51", "93.52", "小数第2位"), ("93.5", "94.5", "个位"),
        ("93", "93", ""), ("93", "84", ""), ("3", "4", ""), ("9.5", "9.6", ""), ("9", "10", ""), ("-93", "-94", ""), ("193", "93", "百位"),
        ("1000000000", "2000000000", "高位"), ("100000000", "200000000", "亿位"), ("10", "11", "个位"),
    ],
)  # fmt: skip
def test_one_digit_apart_says_which(one: str, other: str, place: str) -> None:
    assert one_digit_apart(Decimal(one), Decimal(other)) == place
    assert one_digit_apart(Decimal(other), Decimal(one)) == place


@pytest.mark.parametrize(
    "values, printed, told",
    [
        (("20", "15", "10"), "0", "，疑为合计未填"),
        (("20", "15", "10"), "30", "，疑漏加第2项指标“验收合格率”（15）"),
        (("20", "15", "10"), "60", "，疑将第2项指标“验收合格率”（15）重复计入"),
        (("15", "15", "15"), "30", ""),  # any of three may be the one
        (("15", "15", "24"), "45", "，疑为数字前后颠倒"),
        (("20", "15", "11"), "48", "，两数仅个位不同，疑为笔误"),
        (("20", "15", "13"), "66", "，疑第3项指标“按期完工率”的数字前后颠倒"),
        (("13", "13", "17"), "61", ""),
        (("20", "16", "13"), "120", ""),
    ],
)
def test_the_slip_that_explains_a_sum_of_rows(
    values: tuple[str, ...], printed: str, told: str
) -> None:
    of = parts(*values)
    assert row_slip(of, sum((part.value for part in of), Decimal(0)), Decimal(printed)) == told


def test_execution_left_out_or_counted_twice_is_said_first() -> None:
    *rows, execution = parts("20", "15", "10")
    total = FormSum(tuple(rows), execution)
    assert (total.of_parts, total.total, total.values) == (35, 45, ("20", "15", "10"))
    assert "疑漏加预算执行得分10分" in slip(total, Decimal(35), "得分")
    assert slip(total, Decimal(55), "分值") == "，疑将预算执行分值10分重复计入"
    assert slip(total, Decimal(25), "得分") == "，疑漏加第1项指标“安装水标尺数量”（20）"
    without = FormSum(tuple(rows), None)
    assert (without.total, without.values) == (35, ("20", "15", None))
    nothing = FormSum(tuple(rows), parts("0")[0])
    assert slip(nothing, Decimal(35), "得分") == ""


def test_a_form_adds_up_its_rows_and_the_execution() -> None:
    total = form_sum(view(), "score")
    assert isinstance(total, FormSum)
    assert (total.of_parts, total.total, len(total.parts)) == (89, Decimal("98.50"), 6)
    assert total.parts[0].name == "第1项指标“安装水标尺数量”" and total.parts[0].text == "20"
    bare = form_sum(view(**{"funds__*__score": None}), "score")
    assert isinstance(bare, FormSum) and bare.execution is None


@pytest.mark.parametrize(
    "changes, doubts, verdict, why",
    [
        (
            {"indicators__1__score": "良"},
            (),
            "undecidable",
            "第2项指标“验收合格率”的得分“良”不是数字（indicators/1/score）",
        ),
        (
            {"indicators__1__score": ""},
            (),
            "undecidable",
            "第2项指标“验收合格率”的得分空白（indicators/1/score）",
        ),
        ({"indicators__*__score": None}, (), "not-applicable", "绩效指标没有得分栏"),
        ({"funds__0__score": "良"}, (), "undecidable", "“良”不是数字（funds/0/score）"),
        ({}, ("indicators",), "undecidable", "绩效指标读取存疑：两次读取结果不一致"),
        (
            {},
            ("indicators/1/score",),
            "undecidable",
            "第2项指标“验收合格率”的得分读取存疑，请核对单元格 indicators/1/score",
        ),
    ],
)
def test_a_sum_with_a_cell_that_is_no_number_is_not_decided(
    changes: dict[str, str | None], doubts: tuple[str, ...], verdict: str, why: str
) -> None:
    found = form_sum(view(doubts, **changes), "score")
    assert isinstance(found, Decision)
    assert found.verdict.value == verdict and why in found.why


def test_breakdowns_one_after_the_other_each_meet_the_total() -> None:
    def meets(values: object) -> bool:
        return sum(values) == 10  # type: ignore[call-overload,no-any-return]

    def broken(*values: int) -> bool:
        return in_breakdowns([Decimal(value) for value in values], meets)

    assert broken(10) and broken(4, 6) and broken(4, 6, 10) and broken(10, 3, 3, 4) and broken()
    assert not broken(4) and not broken(4, 6, 3) and not broken(3, 10) and not broken(4, 7)


def test_a_sum_is_made_once() -> None:
    form = view()
    assert form_sum(form, "score") is form_sum(form, "score")
    assert form_sum(form, "score") is not form_sum(form, "weight")


def test_a_row_without_the_cell_that_others_have_is_not_decided() -> None:
    found = form_sum(view(**{"indicators__1__score": None}), "score")
    assert isinstance(found, Decision)
    assert "本表没有得分栏（indicators/1/score）" in found.why
    assert found.verdict.value == "undecidable"


def test_a_form_without_indicators_has_no_sum() -> None:
    (form,) = views(tables_of(replace(CLEAN, indicators=())))
    found = form_sum(form, "score")
    assert isinstance(found, Decision)
    assert (found.verdict.value, found.why) == ("not-applicable", "本表没有绩效指标")


def test_a_merged_number_counts_once() -> None:
    form = with_evidence(CLEAN)
    box = form.evidence["indicators/0/score"]
    merged = replace(form, evidence={**form.evidence, "indicators/1/score": box})
    merged = changed(merged, {"indicators/1/score": "20"})
    (seen,) = views(build([document(merged)]))
    total = form_sum(seen, "score")
    assert isinstance(total, FormSum) and len(total.parts) == 5
    assert total.execution and seen.total_fund and total.execution.name == seen.total_fund.name
    assert total.execution.half == Decimal("0.005") and total.parts[0].half == Decimal("0.5")


def test_places_of_large_numbers_have_their_names() -> None:
    names = {10_000: "万位", 100_000: "十万位", 1_000_000: "百万位", 10_000_000: "千万位"}
    for place, name in names.items():
        assert one_digit_apart(Decimal(place), Decimal(2 * place)) == name
