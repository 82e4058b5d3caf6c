"""Fields, captions and `other` together are all printed cells."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests import ruled
from tests.accounting import unaccounted
from tests.test_unknown_captions import HERE, SAMPLES, solved

#: more files to count the cells of, where they are
CORPUS = os.environ.get("SELFEVAL_CORPUS")
FILES = [
    path
    for folder in (SAMPLES, HERE / "troubles", *([Path(CORPUS)] if CORPUS else []))
    for path in sorted(folder.glob("*.pdf"))
    if not re.search(r"scan|locked|cut-off", path.stem)
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_printed_cell_is_in_a_field_a_caption_or_other(path: Path) -> None:
    assert unaccounted(solved(path)) == []


PAGE: ruled.Page = [
    "市级项目支出绩效自评表（2023）",
    [
        ["项目名称", ("校舍维修", 3), "项目特色", ("数字化监理", 3)],
        ["主管部门", ("某教育局", 3), "单位人数", ("35", 3)],
        ["自评等级", ("优", 3), "填报日期", ("2024年3月1日", 3)],
        [("资金", 1, 3), "来源", "年初预算数", "全年预算数", "全年执行数", "结转结余", "执行率", "承担比例"],
        ["财政拨款", "100", "100", "90", "10", "90%", "0.9"],
        ["自筹", "0", "0", "0", "0", "", ""],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "自评得分", "专家点评"],
        ["产出指标", "数量指标", "维修面积", "≥500平方米", "520平方米", "50", "50", "属实"],
        ["效益指标", "社会效益", "受益学生", "≥900人", "900人", "40", "38", "偏低"],
        [("合计", 5), "90", "88", ""],
        ["存在问题", ("进度偏慢", 7)],
        ["上报意见", ("同意上报", 7)],
        [("以上内容属实，责任由填报单位承担", 8)],
    ],
]  # fmt: skip


def test_what_has_no_field_is_kept_under_its_caption() -> None:
    form = ruled.form(PAGE)
    kept = {(cell.caption, cell.value) for cell in form.other}
    assert {
        ("项目特色", "数字化监理"), ("单位人数", "35"), ("资金/承担比例", "0.9"), ("专家点评", "属实"),
        ("专家点评", "偏低"), ("上报意见", "同意上报"), ("", "以上内容属实，责任由填报单位承担"),
    } <= kept  # fmt: skip
    assert (form.grade, form.filing_date, form.problems) == ("优", "2024年3月1日", "进度偏慢")
    assert (form.year, form.funds[0].balance, form.total.score) == (2023, "10", "88")


def test_the_fields_that_an_unread_column_may_hold_are_named() -> None:
    """A form with a column 专家点评 and none of reasons: the reasons may be there, and 38 of 40 points are not unexplained."""
    doubts = {doubt.path for doubt in ruled.form(PAGE).doubts}
    assert "indicators/*/explanation" in doubts
    assert not any(path.startswith("captions") for path in doubts)
    assert "indicators/*/score" not in doubts and "funds/*/budget" not in doubts
