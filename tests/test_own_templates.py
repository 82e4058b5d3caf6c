"""Templates of one's own: validated when loaded, and for their own forms only."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.forms import captions, templates
from selfeval.flows.commands.template import template
from tests import ruled


def page(score: str, place: str) -> ruled.Page:
    return [
        "项目支出绩效自评表（2023年）",
        [
            ["项目名称", ("校舍维修", 2), place, ("某小学", 3)],
            ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "满分", score],
            ["产出指标", "数量指标", "维修面积", "≥500平方米", "520平方米", "60", "60"],
            ["效益指标", "社会效益", "受益学生", "≥900人", "900人", "40", "38"],
        ],
    ]


#: forms after public descriptions of three places that no template here is for, and the fields of their captions
SHANDONG: tuple[ruled.Page, dict[str, str]] = (
    [
        "市级预算项目绩效自评表（2023年度）",
        [
            ["项目名称", ("污水管网养护", 3), "主管部门", ("某住建局", 2)],
            ["资金额度（万元）", ("预算下拨额", 2), ("资金耗用额", 2), ("耗用比", 2)],
            ["年度资金总额", ("200.00", 2), ("180.00", 2), ("90.00%", 2)],
            ["一级指标", "二级指标", "三级指标", "定值", "权值", "现值", "计得"],
            ["产出指标", "数量指标", "养护管网长度", "≥30公里", "60", "32公里", "60"],
            ["效益指标", "社会效益", "污水投诉下降", "≥10%", "40", "8%", "32"],
            [("合计", 4), "100", "", "92"],
            ["评价结论", ("基本完成年度目标", 6)],
        ],
    ],
    {"预算下拨额": "budget", "资金耗用额": "executed", "耗用比": "rate", "定值": "target", "权值": "weight", "现值": "actual", "计得": "score"},
)  # fmt: skip
GUANGDONG: tuple[ruled.Page, dict[str, str]] = (
    [
        "省级财政资金项目支出绩效自评表（2022年度）",
        [
            ["项目名称", ("基层卫生补助", 3), "用款主体", ("某卫生院", 3)],
            [("经费", 1, 2), "来源", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
            ["年度资金总额", "50.00", "50.00", "48.00", "10", "96.00%", "9.6"],
            ["一级指标", "二级指标", "三级指标", "评分细则", "指标值", "年终读数", "分值", "自评定"],
            ["产出指标", "数量指标", "培训人次", "每少1人扣1分", "≥100人次", "98人次", "50", "48"],
            ["效益指标", "社会效益", "群众满意率", "按比例", "≥95%", "96%", "40", "40"],
        ],
    ],
    {"用款主体": "unit", "年终读数": "actual", "自评定": "score"},
)  # fmt: skip
GUANGXI: tuple[ruled.Page, dict[str, str]] = (
    [
        "市本级项目绩效自评表（2021年度）",
        [
            ["项目名称", ("公园绿化管护", 2), "承担方", ("某园林所", 3)],
            ["项目资金（万元）", ("全年预算数", 2), ("全年执行数", 2), ("执行率", 2)],
            ["年度资金总额", ("80.00", 2), ("80.00", 2), ("100.00%", 2)],
            ["类", "款", "项", ("年度指标值", 1), "实际完成值", "得分", "何故"],
            ["产出指标", "质量指标", "苗木成活率", "≥90%", "93%", "60", ""],
            ["效益指标", "生态效益", "绿地率", "≥35%", "33%", "36", "暴雨毁损，已补种"],
        ],
    ],
    {"承担方": "unit", "类": "level1", "款": "level2", "项": "level3", "何故": "explanation"},
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(templates.OWN_TEMPLATES, str(tmp_path))
    forget()
    yield tmp_path
    monkeypatch.delenv(templates.OWN_TEMPLATES)
    forget()


def forget() -> None:
    captions.captions.cache_clear()
    captions._known.cache_clear()


def test_a_template_reads_its_own_forms_and_leaves_others_alone(folder: Path) -> None:
    (folder / "mine.csv").write_text(
        "zone,field,caption,mark\nindicators,score,星级,yes\nheader,unit,归属校,yes\nindicators,actual,满分,\n",
        "utf-8-sig",
    )
    mine = ruled.form(page("星级", "归属校"))
    assert (mine.unit, mine.indicators[1].score, mine.profile) == ("某小学", "38", "mine")
    assert not any(doubt.path == "indicators/*/score" for doubt in mine.doubts)
    other = ruled.form(page("自评得分", "实施单位"))
    assert [row.weight for row in other.indicators] == ["60", "40"]
    assert other.profile == "national"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zone,field,caption,mark\nindicators,points,得分,\n", "字段 points 不存在"),
        ("zone,field,caption,mark\nrows,score,得分,\n", "区域 rows 不存在"),
        ("zone,field,caption\nindicators,score,得分\n", "缺少列 mark"),
        ("zone,field,caption,mark\nindicators,score,,\n", "没有栏目名称"),
        ("", "是空的"),
    ],
)
def test_what_is_wrong_with_a_template_is_said_in_a_sentence(
    folder: Path, text: str, said: str
) -> None:
    (folder / "mine.csv").write_text(text, "utf-8")
    with pytest.raises(ExtractError, match=said) as error:
        captions.captions()
    assert "mine.csv" in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_what_a_spreadsheet_saves_is_read(folder: Path, encoding: str) -> None:
    (folder / "mine.csv").write_text("zone,field,caption,mark\nheader,unit,归属校,是\n", encoding)
    assert captions.field_of("header", "归属校") == "unit"


def test_a_folder_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(templates.OWN_TEMPLATES, "/nowhere")
    forget()
    with pytest.raises(ExtractError, match="文件夹不存在"):
        captions.captions()
    monkeypatch.delenv(templates.OWN_TEMPLATES)
    forget()


def test_the_command_writes_the_map_that_reads_a_new_layout(
    folder: Path,
) -> None:
    """One command and one edited CSV: the column 星级 is unknown, its row is completed, and the form is read."""
    pdf = folder / "new.pdf"
    pdf.write_bytes(ruled.pdf([page("兑现档", "归属校")]))
    assert template(pdf, folder / "new.csv") == 0
    rows = (folder / "new.csv").read_text("utf-8-sig").splitlines()
    assert any(row.startswith("indicators,,兑现档,") or "score,兑现档" in row for row in rows)
    edited = "zone,field,caption,mark\nindicators,score,兑现档,yes\nheader,unit,归属校,\n"
    (folder / "new.csv").write_text(edited, "utf-8-sig")
    forget()
    form = ruled.form(page("兑现档", "归属校"))
    assert (form.unit, form.indicators[0].score) == ("某小学", "60") and not form.doubts


@pytest.mark.parametrize(
    ("layout", "meant", "read"),
    [
        pytest.param(*SHANDONG, ("200.00", "180.00", "养护管网长度", "≥30公里", "32公里", "60"), id="shandong"),
        pytest.param(*GUANGDONG, ("50.00", "48.00", "培训人次", "≥100人次", "98人次", "48"), id="guangdong"),
        pytest.param(*GUANGXI, ("80.00", "80.00", "苗木成活率", "≥90%", "93%", "60"), id="guangxi"),
    ],
)  # fmt: skip
def test_a_new_layout_costs_one_command_and_one_edited_csv(
    folder: Path, layout: ruled.Page, meant: dict[str, str], read: tuple[str, ...]
) -> None:
    """What the person does in Excel: for each caption that the command did not know, the field it is."""
    pdf, csv_file = folder / "new.pdf", folder / "new.csv"
    pdf.write_bytes(ruled.pdf([layout]))
    assert template(pdf, csv_file) == 0
    with csv_file.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    unknown = [row for row in rows if row[2] in meant]
    assert {row[2] for row in unknown} == set(meant)
    for row in unknown:
        row[1] = meant[row[2]]
    with csv_file.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    forget()
    form = ruled.form(layout)
    fund, first = form.funds[0], form.indicators[0]
    assert (
        fund.budget,
        fund.executed,
        first.level3,
        first.target,
        first.actual,
        first.score,
    ) == read
    assert len(form.indicators) == 2 and form.unit == (
        "某卫生院" if "用款主体" in meant else "某园林所" if "承担方" in meant else None
    )
    assert [doubt for doubt in form.doubts if not doubt.path.startswith("year")] == []
