"""Tasks and second-level projects that a form lists are in its `tasks`, whatever the list's place and printing, and nowhere else."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal

import pytest

from selfeval.extractors.model import Document, Form, Task
from selfeval.records.tables.build import build
from selfeval.records.tables.derived import derived
from tests import ruled
from tests.accounting import unaccounted

HEAD: ruled.Rows = [
    ["项目名称", ("河道整治", 5)],
    ["主管部门", ("某水务局", 2), "实施单位", ("某河道所", 2)],
]
FUNDS: ruled.Rows = [
    ["资金来源", "年初预算数", "全年预算数（万元）", "全年执行数", "执行率", "得分"],
    ["年度资金总额", "100", "100", "90", "90%", "9"],
]
GOALS: ruled.Rows = [
    [("预期目标", 3), ("实际完成情况", 3)],
    [("整治河道十公里，水质达标。", 3), ("已整治河道十公里，水质达标。", 3)],
]
INDICATORS: ruled.Rows = [
    ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "得分"],
    ["产出指标", "数量指标", "整治长度", "≥10公里", "10公里", "50"],
    ["效益指标", "社会效益", "受益人口", "≥5000人", "5200人", "40"],
]
NAMED: ruled.Rows = [
    ["任务名称", "主要内容", "预算数", "执行数", ("完成情况", 2)],
    ["河道清淤", "清淤五公里", "60", "55", ("已完成", 2)],
    ["生态护岸", "护岸三公里", "40", "35", ("基本完成", 2)],
]
TWO = (
    Task("河道清淤", "清淤五公里", "60", "55", "已完成"),
    Task("生态护岸", "护岸三公里", "40", "35", "基本完成"),
)


def read(*blocks: ruled.Rows) -> Form:
    page = ["项目支出绩效自评表（2023年度）", [row for block in blocks for row in block]]
    assert unaccounted(ruled.solved([page])) == []
    return ruled.form(page)


def rest_is_read(form: Form) -> bool:
    """Whether the funds, goals and indicators of the form are those without any list of tasks."""
    plain = read(HEAD, FUNDS, GOALS, INDICATORS)
    return all(
        getattr(form, name) == getattr(plain, name)
        for name in ("project_name", "unit", "amount_unit", "funds", "goal_expected", "goal_actual", "indicators")
    )  # fmt: skip


@pytest.mark.parametrize(
    "blocks",
    [
        (HEAD, NAMED, FUNDS, GOALS, INDICATORS),
        (HEAD, FUNDS, NAMED, GOALS, INDICATORS),
        (HEAD, FUNDS, GOALS, NAMED, INDICATORS),
        (HEAD, FUNDS, GOALS, INDICATORS, NAMED),
    ],
    ids=["above-funds", "below-funds", "below-goals", "at-the-end"],
)
def test_a_list_of_tasks_is_no_block_of_funds_wherever_it_stands(
    blocks: tuple[ruled.Rows, ...],
) -> None:
    form = read(*blocks)
    assert form.tasks == TWO and rest_is_read(form) and form.other == ()
    assert form.evidence["tasks/1/executed"][0].page == 1


def test_the_sum_at_the_foot_of_a_list_is_no_task() -> None:
    """Whoever adds up the amounts of the tasks must not count them twice."""
    form = read(HEAD, FUNDS, GOALS, NAMED, [[("合计", 2), "100", "90", ("", 2)]], INDICATORS)
    assert form.tasks == TWO and rest_is_read(form)
    assert [(c.caption, c.value) for c in form.other] == [
        ("合计/预算数", "100"),
        ("合计/执行数", "90"),
    ]


def test_second_level_projects_with_columns_of_their_own_are_tasks() -> None:
    second: ruled.Rows = [
        [("二级项目明细", 1, 3), "二级项目名称", "全年预算数（万元）", "全年执行数（万元）", "执行率", "自评得分"],
        ["河道清淤", "60", "55", "91.67%", "95"],
        ["生态护岸", "40", "35", "87.5%", "94"],
    ]  # fmt: skip
    form = read(HEAD, FUNDS, GOALS, INDICATORS, second)
    assert [(t.name, t.budget, t.executed) for t in form.tasks] == [
        ("河道清淤", "60", "55"),
        ("生态护岸", "40", "35"),
    ]
    assert rest_is_read(form) and {c.value for c in form.other} == {"91.67%", "87.5%", "95", "94"}


def test_amounts_of_tasks_under_captions_in_two_storeys_are_the_whole_not_a_part() -> None:
    storeys: ruled.Rows = [
        [("任务名称", 1, 2), ("主要内容", 1, 2), ("预算数（万元）", 2), ("执行数（万元）", 2)],
        ["总额", "财政拨款", "总额", "财政拨款"],
        ["河道清淤", "清淤五公里", "60", "50", "55", "45"],
        ["生态护岸", "护岸三公里", "40", "40", "35", "35"],
    ]
    form = read(HEAD, FUNDS, storeys, GOALS, INDICATORS)
    assert [(t.budget, t.executed) for t in form.tasks] == [("60", "55"), ("40", "35")]
    assert [c.value for c in form.other] == ["50", "45", "40", "35"] and rest_is_read(form)


def test_amounts_of_another_unit_than_the_forms_are_told_and_not_taken_for_it() -> None:
    """600000 元 under a form's 万元 would be ten thousand times too much in every table."""
    own: ruled.Rows = [
        ["子项目名称", "主要内容", "预算数（元）", "执行数（元）", ("完成情况", 2)],
        ["河道清淤", "清淤五公里", "600000", "550000", ("已完成", 2)],
    ]
    form = read(HEAD, FUNDS, GOALS, own, INDICATORS)
    assert form.tasks == (Task("河道清淤", "清淤五公里", None, None, "已完成"),)
    assert {"tasks/*/budget", "tasks/*/executed"} <= {doubt.path for doubt in form.doubts}
    assert ("预算数（元）", "600000") in {(c.caption, c.value) for c in form.other}


def test_an_amount_that_two_tasks_share_is_doubted() -> None:
    shared: ruled.Rows = [
        NAMED[0],
        ["河道清淤", "清淤五公里", ("100", 1, 2), "55", ("已完成", 2)],
        ["生态护岸", "护岸三公里", "35", ("基本完成", 2)],
    ]
    form = read(HEAD, FUNDS, shared, GOALS, INDICATORS)
    assert [t.budget for t in form.tasks] == ["100", "100"]
    assert {"tasks/0/budget", "tasks/1/budget"} <= {doubt.path for doubt in form.doubts}


def test_a_list_that_goes_on_overleaf_stays_one_list_of_whole_rows() -> None:
    title = "项目支出绩效自评表（2023年度）"
    first = [title, [*HEAD, *FUNDS, *NAMED[:2]]]
    for overleaf in (NAMED[2:], [NAMED[0], NAMED[2]]):
        form = ruled.form(first, [[*overleaf, *GOALS, *INDICATORS]])
        assert form.tasks == TWO and len(form.indicators) == 2 and len(form.funds) == 1


def test_money_of_tasks_is_in_yuan_by_the_unit_of_the_form() -> None:
    form = read(HEAD, FUNDS, NAMED, GOALS, INDICATORS)
    row = asdict(form.tasks[0])
    assert derived("tasks", row, form.amount_unit)["budget_yuan"] == Decimal(600000)
    frame = build([Document("a.pdf", "0" * 64, 1, "ok", forms=(form,))]).tasks
    assert list(frame["name"]) == ["河道清淤", "生态护岸"]


def test_a_list_of_tasks_that_is_all_a_form_says_of_money_is_its_funds_with_a_doubt() -> None:
    form = read(HEAD, NAMED, GOALS, INDICATORS)
    assert [(f.label, f.budget, f.executed) for f in form.funds] == [
        ("清淤五公里", "60", "55"),
        ("护岸三公里", "40", "35"),
    ]
    assert form.tasks == () and "funds/*/budget" in {doubt.path for doubt in form.doubts}


def test_such_a_list_with_a_sum_is_its_funds_with_their_total_row() -> None:
    """A doubt here left it undecided whether the parts make the total."""
    form = read(HEAD, NAMED, [[("合计", 2), "100", "100", ("", 2)]], GOALS, INDICATORS)
    assert [(f.budget, f.executed) for f in form.funds] == [("60", "55"), ("40", "35"), ("100", "100")]  # fmt: skip
    assert form.tasks == () and not any(d.path.startswith("funds") for d in form.doubts)


@pytest.mark.parametrize("caption", ["资金名称", "专项资金名称", "项目名称"])
def test_a_caption_over_the_labels_of_the_funds_that_else_names_a_project(caption: str) -> None:
    """The whole block went unread, and no doubt said so."""
    funds = [[caption, *FUNDS[0][1:]], FUNDS[1], ["其中：财政拨款", "80", "80", "70", "87.5%", ""]]
    form = read(HEAD, funds, GOALS, INDICATORS)
    plain = read(HEAD, [FUNDS[0], *funds[1:]], GOALS, INDICATORS)
    assert (form.funds, form.project_name, form.other) == (plain.funds, "河道整治", ())
    assert len(form.funds) == 2 and form.doubts == ()


def test_such_a_block_overleaf_begins_no_form() -> None:
    funds = [["资金名称", *FUNDS[0][1:]], *FUNDS[1:]]
    form = ruled.form(["项目支出绩效自评表", HEAD], [[*funds, *GOALS, *INDICATORS]])
    assert rest_is_read(form)


def test_a_list_of_projects_that_is_all_a_form_says_of_money_is_its_funds_with_a_doubt() -> None:
    listed = [["项目名称", *FUNDS[0][1:]], ["河道清淤", "100", "100", "90", "90%", "9"]]
    form = read(HEAD, listed, GOALS, INDICATORS)
    assert [(f.label, f.budget, f.executed) for f in form.funds] == [("河道清淤", "100", "90")]
    assert "funds/*/budget" in {doubt.path for doubt in form.doubts}
