"""Captions to fields: which words name which column, whatever their brackets, spaces and order."""

from __future__ import annotations

import pytest

from selfeval.extractors.forms import page_breaks, templates, values
from selfeval.extractors.forms.captions import BASE, TEMPLATES, captions, field_of
from selfeval.extractors.grids.stitch import Box, Table


@pytest.mark.parametrize(
    ("zone", "caption", "field"),
    [
        ("funds", "全年预算数（A）", "budget"),
        ("funds", "执行率（B/A）", "rate"),
        ("funds", "全年（调整）预算数", "budget"),
        ("funds", "调整后预算数", "budget"),
        ("funds", "执行率得分", "score"),
        ("indicators", "分 值", "weight"),
        ("indicators", "偏差原因分析及改进措施", "explanation"),
        ("indicators", "未完成原因及拟采取的改进措施", "explanation"),
        ("indicators", "度量单位", "target_part"),
        ("indicators", "复核分", "reviewed_score"),
        ("indicators", "得分值", "score"),
        ("indicators", "计算符号", "target_part"),
        ("goals", "年度总体目标完成情况综述", "goal_actual"),
        ("indicators", "上年实际完成值", "-"),
        ("funds", "到位数", "arrived"),
        ("header", "项目（政策）名称", "project_name"),
        ("header", "资金使用单位", "unit"),
        ("header", "中央主管部门", "authority"),
        ("header", "自评总分", "total"),
        ("total", "项目总得分", "total"),
        ("goals", "年初设定目标", "goal_expected"),
    ],
)
def test_a_caption_names_its_field(zone: str, caption: str, field: str) -> None:
    assert field_of(zone, caption) == field


def test_a_value_is_no_caption() -> None:
    assert field_of("indicators", "指标1：资金是否全部纳入医保统筹") is None
    assert field_of("funds", "508.75") is None


def test_an_unknown_caption_is_answered_with_the_nearest_known_one() -> None:
    assert field_of("indicators", "指标分值数目") is None
    assert captions().nearest("indicators", "指标分值数目") == "指标分值"


def test_every_profile_but_the_base_is_marked_and_recognised_by_its_marks() -> None:
    known = captions()
    assert set(known.marks) == {path.stem for path in templates.files(TEMPLATES)} - {BASE}
    for name, marks in known.marks.items():
        assert known.profile(set(marks)) == name


def test_a_form_that_shows_no_marks_has_the_base_profile() -> None:
    assert captions().profile({("header", "项目名称"), ("indicators", "一级指标")}) == BASE
    assert captions().profile(set()) is None


def test_two_captions_that_mean_the_same_are_told_and_the_first_is_read() -> None:
    """A form with 预算数 and 预算安排数: which of them is the budget is not for a label map to say."""
    texts = [["", "预算数", "预算安排数", "执行数"], ["年度资金总额", "100", "90", "80"]]
    boxes = [
        Box(k / 4, (k + 1) / 4, row, row + 1, text, ())
        for row, line in enumerate(texts)
        for k, text in enumerate(line)
    ]
    table = Table(boxes, rows=2)
    form = values.extract(table, page_breaks.mend(table))
    assert [(fund.budget, fund.executed) for fund in form.funds] == [("100", "80")]
    assert [(doubt.path, "预算安排数" in doubt.why) for doubt in form.doubts] == [
        ("funds/0/budget", True)
    ]


def test_the_date_of_filing_is_read_beside_its_caption() -> None:
    texts = [["项目名称", "路灯维护", "填报日期", "2023年1月5日"], ["资金", "预算数", "执行数", ""]]
    boxes = [
        Box(k / 4, (k + 1) / 4, row, row + 1, text, ())
        for row, line in enumerate(texts)
        for k, text in enumerate(line)
    ]
    table = Table(boxes, rows=2)
    form = values.extract(table, page_breaks.mend(table))
    assert (form.project_name, form.filing_date) == ("路灯维护", "2023年1月5日")


@pytest.mark.parametrize(
    ("caption", "key", "fits"),
    [
        ("*预算*(万元)*", "年初预算数万元", True),
        ("预算*数", "预算数", True),
        ("预算数*数", "预算数", False),
        ("项目名称", "项目名称项目名称", False),
        ("前?年*", "前三年完成值", True),
        ("前?年*", "前年完成值", False),
    ],
)
def test_a_star_stands_for_anything_and_a_text_is_not_used_twice(
    caption: str, key: str, fits: bool
) -> None:
    assert templates.fitting(caption)(key) is fits
