"""Which tables are self-evaluation forms, and what the others are."""

from __future__ import annotations

import pytest

from selfeval.core.kinds import KINDS
from selfeval.extractors.forms import kind, templates
from selfeval.extractors.read import read_document
from tests import ruled

FORM: ruled.Rows = [
    [("项目名称", 2), ("道路养护", 6)],
    [("主管部门", 2), ("某交通局", 2), ("实施单位", 2), ("某公路站", 2)],
    [("项目资金（万元）", 1, 2), "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    ["年度资金总额", "100.00", "100.00", "90.00", "10", "90.00%", "9"],
    ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析"],
    ["产出指标", "数量指标", "养护里程", "≥12公里", "12公里", "90", "90", ""],
    [("总分", 5), "100", "99", ""],
]  # fmt: skip
TARGETS: ruled.Rows = [
    ["项目名称", ("道路养护", 3)],
    ["一级指标", "二级指标", "三级指标", "指标值"],
    ["产出指标", "数量指标", "养护里程", "≥12公里"],
    ["效益指标", "社会效益", "受益人口", "≥3万人"],
]
MONITORED: ruled.Rows = [
    ["项目名称", ("道路养护", 5)],
    ["项目资金", "年初预算数", "1-8月执行数", "1-8月执行率", "全年预计执行数", ""],
    ["年度资金总额", "100", "60", "60%", "100", ""],
    ["一级指标", "二级指标", "三级指标", "年度指标值", "1-8月完成情况", "全年预计完成情况"],
    ["产出指标", "数量指标", "养护里程", "≥12公里", "8公里", "12公里"],
]
LISTED: ruled.Rows = [
    ["序号", "项目名称", "主管部门", "全年预算数", "全年执行数", "自评得分", "备注"],
    ["1", "道路养护", "某交通局", "100.00", "90.00", "99", ""],
    ["2", "校舍维修", "某教育局", "80.00", "80.00", "100", ""],
    ["3", "河道清淤", "某水务局", "50.00", "40.00", "93", ""],
]
ACCOUNTS: ruled.Rows = [
    ["科目编码", "科目名称", "年初预算数", "决算数", "基本支出", "项目支出"],
    [("栏次", 2), "1", "2", "3", "4"],
    ["2130301", "行政运行", "10.00", "12.00", "12.00", "0.00"],
    ["2130306", "水利工程", "20.00", "22.00", "0.00", "22.00"],
]
PROJECTS: ruled.Rows = [
    ["序号", "项目名称", "责任部门", "预算数", "备注"],
    ["1", "道路养护", "某交通局", "100.00", ""],
    ["2", "校舍维修", "某教育局", "80.00", ""],
]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (["项目支出绩效目标申报表", TARGETS], "target-application"),
        (["2024年项目支出绩效目标批复表", TARGETS], "target-application"),
        ([TARGETS], "target-application"),
        (["项目支出绩效运行监控表", MONITORED], "monitoring"),
        (["2023年8月项目情况", MONITORED], "monitoring"),
        (["2023年度项目支出绩效自评结果汇总表", LISTED], "summary-list"),
        ([LISTED], "summary-list"),
        (["一般公共预算财政拨款支出决算表", ACCOUNTS], "final-accounts"),
        (["公开05表", ACCOUNTS], "final-accounts"),
        (["2024年部门预算支出总表", ACCOUNTS], "budget-table"),
        (["项目支出明细表", PROJECTS], "project-list"),
        (["关于开展绩效评价工作的通知", "各有关单位：", PROJECTS], "project-list"),
    ],
)
def test_a_table_of_another_kind_is_no_form_and_is_told(page: ruled.Page, expected: str) -> None:
    found, skipped = ruled.forms(page)
    assert not found
    assert [table.kind for table in skipped] == [expected]


@pytest.mark.parametrize(
    "title",
    ["项目支出绩效自评表", "绩效目标自评表", "项目支出绩效评价表", "绩效目标完成情况表", "道路养护", None],
)  # fmt: skip
def test_a_form_is_a_form_under_any_title(title: str | None) -> None:
    found, skipped = ruled.forms([title, FORM] if title else [FORM])
    assert [form.project_name for form in found] == ["道路养护"]
    assert not skipped


def test_a_file_without_a_form_says_what_it_is_and_what_to_submit() -> None:
    document = read_document(ruled.pdf([["项目支出绩效目标申报表", TARGETS]]), "a.pdf")
    assert document.status == "rejected" and document.reason
    assert document.reason.code == "not-a-self-evaluation"
    assert KINDS["target-application"][0] in document.reason.message
    assert "自评表" in (document.reason.hint or "")
    assert [(table.page, table.title) for table in document.skipped] == [
        (1, "项目支出绩效目标申报表")
    ]


def test_plain_pages_are_no_other_kind() -> None:
    document = read_document(ruled.pdf([["我局对项目支出开展绩效自评，情况如下。"]]), "a.pdf")
    assert document.reason and document.reason.code == "no-form-found"


def test_final_accounts_of_many_pages_with_forms_in_the_middle_give_the_forms_and_nothing_else() -> (
    None
):
    """A budget table of a final-accounts report became a "form" with seven findings."""
    prose = ["2023年度部门决算", *("本部门严格按照规定使用资金，收支总计如下。",) * 20]
    accounts = ["支出决算表", "公开03表", ACCOUNTS]
    more = [ACCOUNTS[2:] * 6]
    pages: list[ruled.Page] = [prose, prose, accounts, more, *(["项目支出绩效自评表", FORM],) * 6]
    pages += [["第五部分 附表"], ["项目支出情况表", LISTED], [LISTED[1:]], accounts, more]
    document = read_document(ruled.pdf(pages), "a.pdf")
    assert [form.total.score for form in document.forms] == ["99"] * 6
    assert all(len(form.indicators) == 1 and not form.doubts for form in document.forms)
    assert [(table.page, table.kind) for table in document.skipped] == [
        (3, "final-accounts"), (12, "summary-list"), (14, "final-accounts"),
    ]  # fmt: skip


def test_a_table_after_the_form_is_no_part_of_it() -> None:
    found, skipped = ruled.forms(["项目支出绩效自评表", FORM, "项目支出明细表", PROJECTS])
    assert len(found) == 1 and len(found[0].indicators) == 1
    assert [table.kind for table in skipped] == ["project-list"]


def test_every_kind_in_the_map_is_one_that_core_names() -> None:
    rows = templates.read(templates.TEMPLATES / f"{templates.KINDS}.csv")
    assert {row.field for row in rows if row.zone != "list"} <= set(KINDS)
    assert {row.zone for row in rows} == {"title", "caption", "list"}


@pytest.mark.parametrize(
    "line",
    [
        "我局组织对项目支出开展绩效自评，共有项目8个",
        "（二）项目绩效目标",
        "一、预算执行情况表",
        "单位：万元",
    ],
)
def test_prose_and_headings_are_no_titles(line: str) -> None:
    assert kind.of_title(line) is None


def test_a_list_of_projects_within_a_form_is_neither_funds_nor_indicators() -> None:
    """The list of second-level projects under the funds was read as rows of them."""
    listed = [["序号", ("二级项目名称", 3), "全年预算数", "全年执行数", "执行率", "备注"], ["1", ("路面", 3), "60", "55", "91.67%", ""], ["2", ("桥梁", 3), "40", "35", "87.50%", ""]]  # fmt: skip
    (form,), _ = ruled.forms(["项目支出绩效自评表", [*FORM[:4], *listed, *FORM[4:]]])
    assert [fund.label for fund in form.funds] == ["年度资金总额"] and len(form.indicators) == 1
    assert [(task.name, task.budget) for task in form.tasks] == [("路面", "60"), ("桥梁", "40")]
    assert ("执行率", "87.50%") in {(cell.caption, cell.value) for cell in form.other}
