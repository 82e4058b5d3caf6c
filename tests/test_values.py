"""Printed text -> numbers: what is one, what is none, and how precise it is."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfeval.core.numbers import (
    MAX_FRACTION_DIGITS,
    MAX_INTEGER_DIGITS,
    MONEY_UNITS,
    Interval,
    is_blank,
    money_unit,
    parse_number,
    parse_score,
)
from selfeval.core.quantities import parse_quantity

D = Decimal
FULL_WIDTH = str.maketrans("0123456789.,%-", "０１２３４５６７８９．，％－")

numbers = st.builds(
    lambda digits, places, negative: D(-digits if negative else digits).scaleb(-places),
    st.integers(0, 10**MAX_INTEGER_DIGITS - 1), st.integers(0, MAX_FRACTION_DIGITS), st.booleans(),
)  # fmt: skip
#: Text near numbers: the characters that forms print in and around them.
near_numbers = st.text(
    "0123456789.,，．０９％%-—–()（）¥￥ \u2009\u00a0万亿元分千百≥≤＝=①½²Ⅷ不低于以上内x\n",
    max_size=14,
)


def value(text: str) -> Decimal:
    number = parse_number(text)
    assert number is not None, text
    return number.value


@pytest.mark.parametrize(
    ("text", "number", "half", "unit", "percent"),
    [
        ("1,234.50", "1234.50", "0.005", None, False),
        ("1，234.50", "1234.50", "0.005", None, False),
        ("１２３４．５０", "1234.50", "0.005", None, False),
        ("387664.62", "387664.62", "0.005", None, False),
        ("387\u2009664.62", "387664.62", "0.005", None, False),
        ("10", "10", "0.5", None, False),
        ("100.00%", "100.00", "0.005", None, True),
        ("99 ％", "99", "0.5", None, True),
        ("300万元", "300", "0.5", "万元", False),
        ("5.8万", "5.8", "0.05", "万", False),
        ("99分", "99", "0.5", "分", False),
        ("￥1,000.5", "1000.5", "0.05", "元", False),
        ("-3.2", "-3.2", "0.05", None, False),
        ("−3.2", "-3.2", "0.05", None, False),
        ("（12.50）", "-12.50", "0.005", None, False),
        ("(5)万元", "-5", "0.5", "万元", False),
        (" 0 ", "0", "0.5", None, False),
        ("-0", "0", "0.5", None, False),
        (".5", "0.5", "0.05", None, False),
    ],
)
def test_a_printed_number_keeps_its_value_its_precision_and_its_unit(
    text: str, number: str, half: str, unit: str | None, percent: bool
) -> None:
    printed = parse_number(text)
    assert printed is not None
    assert (
        str(printed.value),
        str(printed.half),
        printed.unit,
        printed.is_percent,
        printed.text,
    ) == (number, half, unit, percent, text)


@pytest.mark.parametrize("text", ["", "——", "/", "无", "约5", "≥5", "5个", "1.2.3", "5.", "1,23", "1,2345", "12,34", "(5", "5)", "(-5)", "--5", "5%%", "①", "5²", "½", "٣",
                                  "1e3", "NaN", "Infinity", "0x10", "1_000", "5万元元", "2020年", "(10分)", "9" * 13, "0." + "1" * 10])  # fmt: skip
def test_what_is_not_one_plain_number_is_none(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["20 100", "387 664.62", "10\n10", "20 100.00%", "4000 4000"])
def test_numbers_side_by_side_are_never_joined_into_one(text: str) -> None:
    assert parse_number(text) is None


def test_a_score_in_brackets_is_not_read_as_negative() -> None:
    assert parse_score("(10)") is None
    assert parse_score("（10分）") is None


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("10", True),
        ("9.5分", True),
        ("10万元", True),
        ("10元", True),
        ("90%", True),
        ("5.8万", False),
        ("3亿元", False),
    ],
)
def test_only_points_money_and_percent_may_follow_a_score(text: str, readable: bool) -> None:
    assert (parse_score(text) is not None) is readable


@given(numbers, st.booleans(), st.booleans(), st.sampled_from(["", "%", "分", *MONEY_UNITS]))
def test_every_printed_number_comes_back_exactly(
    number: Decimal, grouped: bool, wide: bool, unit: str
) -> None:
    text = f"{number:,f}" if grouped else f"{number:f}"
    printed = parse_number((text.translate(FULL_WIDTH) if wide else text) + unit)
    assert printed is not None
    assert printed.value == number
    assert printed.value.as_tuple().exponent == number.as_tuple().exponent
    assert printed.half * 2 == D(1).scaleb(int(number.as_tuple().exponent))
    assert printed.is_percent == (unit == "%")
    assert printed.unit == (unit if unit not in ("", "%") else None)


@given(st.one_of(st.text(max_size=20), near_numbers))
def test_no_text_breaks_the_parsers_and_every_number_fits_the_store(text: str) -> None:
    for printed in (parse_number(text), parse_score(text)):
        if printed is not None:
            assert printed.value.is_finite()
            assert not is_blank(text)
            for unit in MONEY_UNITS:
                amount = printed.to_amount(unit)
                for part in (amount.value, amount.half) if amount else ():
                    assert abs(part) < D(10) ** 20
                    assert part == part.quantize(D("1e-18"))
    quantity = parse_quantity(text)
    assert quantity is None or quantity.value.is_finite()
    money_unit(text)


@given(near_numbers, near_numbers)
def test_two_numbers_with_a_space_between_are_never_one(left: str, right: str) -> None:
    if left.strip() and right.strip() and left.strip()[-1].isdigit() and right.strip()[0].isdigit():
        assert parse_number(f"{left.strip()} {right.strip()}") is None


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " \n\u3000",
        "-",
        "——",
        "— —",
        "－",
        "/",
        "／",
        "--/--",
        "无",
        "不适用",
        "无偏差",
        " 无 ",
        "─",
        "⸺",
    ],
)
def test_what_stands_for_nothing_is_blank(text: str | None) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["0", "无法完成", "一", "…", "无。", "不", "x", "1/2", "-5"])
def test_a_zero_or_a_word_is_not_blank(text: str) -> None:
    assert not is_blank(text)


def test_a_cell_in_another_money_unit_is_brought_to_the_unit_of_the_form() -> None:
    printed = parse_number("300万元")
    assert printed is not None
    in_yuan = printed.to_amount("元")
    assert in_yuan is not None
    assert (in_yuan.value, in_yuan.half) == (D(3_000_000), D(5000))
    assert printed.to_amount("（单位：万元）") == printed
    assert printed.to_amount(None) == printed
    percent, points = parse_number("5%"), parse_number("5分")
    assert percent is not None
    assert percent.to_amount("元") is None
    assert points is not None
    assert points.to_amount("元") is None


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("（万元）", "万元"),
        ("单位：元", "元"),
        ("人民币亿元", "亿元"),
        ("万美元", None),
        ("", None),
        (None, None),
        ("分", None),
    ],
)
def test_a_caption_tells_the_unit_of_money(text: str | None, unit: str | None) -> None:
    assert money_unit(text) == unit


@pytest.mark.parametrize(
    ("text", "rate", "half"),
    [
        ("99%", "0.99", "0.005"),
        ("99", "0.99", "0.005"),
        ("0.99", "0.99", "0.005"),
        ("1", "1", "0.5"),
        ("1.5", "1.5", "0.05"),
        ("1.6", "0.016", "0.0005"),
        ("0.5%", "0.005", "0.0005"),
        ("100.00%", "1.0000", "0.00005"),
    ],
)
def test_a_rate_is_a_fraction_whether_or_not_the_percent_sign_is_printed(
    text: str, rate: str, half: str
) -> None:
    printed = parse_number(text)
    assert printed is not None
    assert (printed.to_rate().value, printed.to_rate().half) == (D(rate), D(half))


def test_a_printed_number_stands_for_all_that_round_to_it() -> None:
    printed = parse_number("508.75")
    assert printed is not None
    assert printed.interval == Interval(D("508.745"), D("508.755"))


small = st.decimals(-(10**6), 10**6, places=3, allow_nan=False)
intervals = st.builds(lambda a, b: Interval(min(a, b), max(a, b)), small, small)
shares = st.fractions(0, 1, max_denominator=1000)


def inside(interval: Interval, share: Fraction) -> Fraction:
    return Fraction(interval.low) + (Fraction(interval.high) - Fraction(interval.low)) * share


def holds(interval: Interval, number: Fraction) -> bool:
    return Fraction(interval.low) <= number <= Fraction(interval.high)


@given(intervals, intervals, shares, shares)
def test_interval_arithmetic_never_loses_a_possible_value(
    a: Interval, b: Interval, s: Fraction, t: Fraction
) -> None:
    x, y = inside(a, s), inside(b, t)
    assert holds(a.add(b), x + y)
    assert holds(a.subtract(b), x - y)
    assert holds(a.multiply(b), x * y)
    assert holds(a.capped(D(1)), min(x, Fraction(1)))
    quotient = a.divide(b)
    if quotient is None:
        assert b.contains(D(0))
    else:
        assert holds(quotient, x / y)


@given(intervals, intervals)
def test_two_intervals_meet_when_they_share_a_value(a: Interval, b: Interval) -> None:
    assert a.intersects(b) == b.intersects(a) == (max(a.low, b.low) <= min(a.high, b.high))


def test_a_division_by_what_may_be_zero_says_nothing() -> None:
    assert Interval.point(D(5)).divide(Interval(D("-0.5"), D("0.5"))) is None


def test_an_empty_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        Interval(D(2), D(1))


@pytest.mark.parametrize(
    ("text", "comparator", "number", "unit"),
    [
        ("≥98%", "≥", "98", "%"), ("≧735人次", "≥", "735", "人次"), ("≦5", "≤", "5", ""), ("═100%", "=", "100", "%"), ("﹦ 3", "=", "3", ""),
        ("＝10", "=", "10", ""), ("不少于12种", "≥", "12", "种"), ("不低于 90％", "≥", "90", "%"), ("不高于3元", "≤", "3", "元"),
        ("不超过13.722万元", "≤", "137220", "元"), ("大于等于5", "≥", "5", ""), ("小于等于5", "≤", "5", ""), (">=5", "≥", "5", ""), ("＜5天", "<", "5", "天"),
        ("98%以上", "≥", "98", "%"), ("30天内", "≤", "30", "天"), ("100", "", "100", ""), ("0起", "", "0", "起"), ("550万粒", "", "5500000", "粒"),
        ("100百分比", "", "100", "%"), ("百分之90", "", "90", "%"), ("1,000公里", "", "1000", "公里"), ("3元/人", "", "3", "元/人"), ("≥10年", "≥", "10", "年"), ("5个月", "", "5", "个月"),
    ],
)  # fmt: skip
def test_a_plain_quantity_is_its_comparator_number_and_unit(
    text: str, comparator: str, number: str, unit: str
) -> None:
    quantity = parse_quantity(text)
    assert quantity is not None
    assert (quantity.comparator, quantity.value, quantity.unit) == (comparator, D(number), unit)


@pytest.mark.parametrize("text", ["", None, "——", "5个月（2020年8-12月）", "6月前", "6月", "11月底完成100%", "2020年", "2020年6月4日", "90-100%", "90%~95%", "10余个", "50左右", "约50", "100多人",
                                  "400元/人、天", "年底前", "通过验收", "3个、5个", "100%完成", "5±1"])  # fmt: skip
def test_a_range_a_date_or_a_sentence_is_no_plain_quantity(text: str | None) -> None:
    assert parse_quantity(text) is None


@pytest.mark.parametrize(
    ("target", "actual", "met"),
    [("≥90%", "89.9%", False), ("≥90%", "90%", True), ("≤1", "2", False), ("≤1", "0", True), ("100", "99", False), ("=100%", "101%", True), (">5", "5", False), ("<5", "5", False),
     ("13.722万元", "137220元", True), ("≥90%", "90", None), ("≥50个", "50", None)],
)  # fmt: skip
def test_a_target_is_missed_only_where_units_agree_and_the_number_says_so(
    target: str, actual: str, met: bool | None
) -> None:
    wanted, reached = parse_quantity(target), parse_quantity(actual)
    assert wanted is not None
    assert reached is not None
    assert wanted.is_met_by(reached) is met
