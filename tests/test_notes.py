"""What lies beneath a value that is surely read as shown is told, and keeps no rule from judging the value."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reportlab.pdfgen.canvas import Canvas

from selfeval.expectations.readings import CellState
from selfeval.expectations.view import views
from selfeval.extractors.forms.compare import HIDDEN_BESIDE, SETTLED
from selfeval.extractors.model import Doubt, Form
from tests import ruled
from tests.audit_forms import tables_of
from tests.test_seen import (
    COVER,
    SPOT,
    TYPED,
    Drawing,
    X,
    Y,
    budget,
    page,
    read,
    typed_over,
    why,
    write,
)


def doubt(form: Form, path: str = "funds/0/budget") -> Doubt:
    (found,) = [doubt for doubt in form.doubts if doubt.path == path]
    return found


def covered_by(x: float, width: float) -> Drawing:
    def draw(canvas: Canvas) -> None:
        canvas.setFillGray(1)
        canvas.rect(x, Y + 3, width, 20, stroke=0, fill=1)

    return draw


def test_a_value_typed_over_another_is_noted_and_judged() -> None:
    form = read(typed_over(page(), "FreeText", COVER + TYPED))
    assert (budget(form), doubt(form).confidence) == ("1250", SETTLED)
    assert why(form) == "第1页上改为“1250”，原印“1680”"
    (view,) = views(tables_of(form))
    assert view.doubt("funds/0/budget") is None
    assert view.funds[0].read("budget").state is CellState.KNOWN


def test_a_value_that_is_painted_over_is_blank_as_shown() -> None:
    form = read(page(after=covered_by(X + 2, 70)))
    assert (budget(form), doubt(form).confidence) == ("", SETTLED)


def test_a_number_of_which_a_part_is_painted_over_stays_in_doubt() -> None:
    form = read(page(after=covered_by(SPOT[0] - 1, 11)))
    assert (budget(form), doubt(form).confidence) == ("80", HIDDEN_BESIDE)


def test_what_is_covered_sign_by_sign_is_told_in_one_sentence() -> None:
    def after(canvas: Canvas) -> None:
        for k, sign in enumerate("9.75"):
            write(canvas, sign, SPOT[0] + 30 + 6 * k)
        covered_by(SPOT[0] + 29, 30)(canvas)

    form = read(page(after=after))
    assert why(form) == "第1页上改为“1680”，原印“9.75”"


@pytest.mark.parametrize("order", [(SETTLED, 0.4), (0.4, SETTLED)])
def test_a_note_does_not_hide_a_doubt_about_the_same_value(order: tuple[float, float]) -> None:
    form = read(page())
    doubts = tuple(Doubt("funds/0/budget", f"甲{sure}", sure) for sure in order)
    (view,) = views(tables_of(replace(form, doubts=doubts)))
    assert view.doubt("funds/0/budget") == "甲0.4"
    above = (Doubt("funds/0/budget", "注", SETTLED), Doubt("funds", "疑", 0.4))
    (view,) = views(tables_of(replace(form, doubts=above)))
    assert view.doubt("funds/0/budget") == "疑"


def test_a_value_whose_loose_line_is_full_goes_on_in_the_next() -> None:
    long = "项目名称：" + "公安机关密码人员岗位津贴和居住证前期制证及抢险救灾经费"
    rows = [["一级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"], ["产出指标", "里程", "≥5公里", "6公里", "100", "90"]]  # fmt: skip
    form = ruled.form(["项目支出绩效自评表（2023）", long, "补助", "主管部门：某局", rows])
    assert form.project_name == long[5:] + "补助"
    assert [d.path for d in form.doubts if "下一行" in d.why] == ["project_name"]
    short = ruled.form(["项目支出绩效自评表（2023）", "项目名称：道路养护", "补助", rows])
    assert short.project_name == "道路养护"
