"""The list of expected submitters, as people save it from a spreadsheet, and what the audit says about who is missing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, tables_of
from flow_runs import SAMPLES, selfeval

from selfeval.core.roster import Arrival, Expected, Filings
from selfeval.expectations.catalogue import load
from selfeval.expectations.cross_form import Peers
from selfeval.expectations.judging import Judgement
from selfeval.expectations.roster import RosterError, read_roster
from selfeval.expectations.view import views

LINES = "序号,单位,主管部门,项目,年度\n1,某县水利工程站,某县水利局,水库水标尺安装项目,2022\n2,某县河道站,某县水利局,河道清淤,2022\n"
TWO = (
    Expected("某县水利工程站", "某县水利局", "水库水标尺安装项目", 2022),
    Expected("某县河道站", "某县水利局", "河道清淤", 2022),
)


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return path


def missing(*expected: Expected) -> list[str]:
    """What the rule says about the forms of one clean submission."""
    forms = views(tables_of(CLEAN), Peers(expected))
    failing = Judgement(forms, load(), {"missing-submitter"}).failures()
    return [decision.why for _, _, _, decision in failing]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "，"])
def test_whatever_excel_writes_is_read(tmp_path: Path, encoding: str, separator: str) -> None:
    assert (
        read_roster(
            written(tmp_path, LINES.replace(",", separator).replace("\n", "\r\n"), encoding)
        )
        == TWO
    )


def test_columns_are_told_by_their_captions_in_any_order(tmp_path: Path) -> None:
    path = written(
        tmp_path, "年份,项目名称,备注,预算单位\n2022年度,河道清淤,重点,某县河道站\n,,,某县水库所\n"
    )
    assert read_roster(path) == (
        Expected("某县河道站", "", "河道清淤", 2022),
        Expected("某县水库所"),
    )


def test_a_line_that_stands_twice_counts_once_and_empty_ones_not(tmp_path: Path) -> None:
    assert (
        read_roster(written(tmp_path, LINES + "\n,,,,\n3,某县河道站,某县水利局,河道清淤,2022\n"))
        == TWO
    )


def test_quoted_cells_may_hold_the_separator_and_a_line_break(tmp_path: Path) -> None:
    assert read_roster(written(tmp_path, '单位,项目\n某县河道站,"清淤,一期\n（续建）"\n')) == (
        Expected("某县河道站", "", "清淤,一期\n（续建）"),
    )


@pytest.mark.parametrize("text, told", [
    ("", "是空的"), ("单位,项目\n", "没有列出任何单位"), ("单位,项目\n,河道清淤\n", "没有列出任何单位"), ("名称,项目\n某站,清淤\n", "没有“单位”一栏，现有栏目：名称、项目"),
    ("单位,单位名称\n某站,某站\n", "两栏"), ("单位,年度\n某站,二〇二二\n", "第2行的年度“二〇二二”"), ("单位,年度\n某站,202\n", "不是年份"),
])  # fmt: skip
def test_a_list_that_cannot_be_used_says_why(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(RosterError) as raised:
        read_roster(written(tmp_path, text))
    assert told in raised.value.message and "roster.csv" in raised.value.message
    assert raised.value.code == "bad-roster" and "CSV" in raised.value.hint


def test_a_workbook_a_folder_and_noise_are_no_lists(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    for data, told in ((b"PK\x03\x04rest", "另存为 CSV"), (b"\x81\xff\xfe", "编码")):
        path.write_bytes(data)
        with pytest.raises(RosterError, match=told):
            read_roster(path)
    for gone in (tmp_path, tmp_path / "nowhere.csv"):
        with pytest.raises(RosterError, match="无法读取"):
            read_roster(gone)


def test_who_has_sent_is_not_missing_under_code_head_office_or_former_name() -> None:
    assert missing(Expected("219001-某县水利工程站")) == []
    assert missing(Expected("某县水利工程站（本级）".replace("（", "").replace("）", ""))) == []
    assert missing(Expected("某县水利服务中心", aliases=("某县水利工程站",))) == []
    assert missing(Expected("某县水利服务中心")) != []


def test_project_and_year_count_where_they_are_given() -> None:
    assert missing(Expected("某县水利工程站", project="水库水标尺 安装项目", year=2022)) == []
    assert (
        len(
            missing(
                Expected("某县水利工程站", project="另一项目"),
                Expected("某县水利工程站", year=2021),
            )
        )
        == 1
    )
    assert missing(*TWO) == [
        "按报送名单，尚有1份自评表未收到：某县河道站、河道清淤、2022年度，请督促报送。"
    ]


def test_a_form_without_a_unit_silences_nobody_who_cannot_have_sent_it() -> None:
    """One blank unit left the whole list undecided, and the page said that all had filed."""
    blank = changed(CLEAN, {"unit": ""})
    both = views(tables_of(CLEAN, blank), Peers((*TWO, Expected("某县水库所"))))
    (why,) = (one.why for *_, one in Judgement(both, load(), {"missing-submitter"}).failures())
    assert "尚有2份自评表未收到" in why and "可能在其中" in why and "某县河道站" in why
    alone = views(tables_of(CLEAN, blank), Peers((TWO[0], Expected("某县水库所"))))
    decision = Judgement(alone, load(), {"missing-submitter"}).decision(
        "missing-submitter", "form", alone[0]
    )
    assert decision.verdict == "undecidable" and "无法确认某县水库所是否已报" in decision.why


@dataclass(frozen=True)
class Sent:
    form_id: str
    unit: str | None
    project_name: str | None = None
    year: int | None = 2022
    authority_key: str = ""


def test_names_that_a_mask_has_shortened_are_found() -> None:
    filings = Filings([Sent("a", "张*工作室", "王*故居修缮"), Sent("b", "某站", "", None)])
    assert filings.standing(Expected("张三丰工作室", project="王五故居修缮")).form_ids == ("a",)
    assert filings.standing(Expected("张三丰工作室", project="别的")).state is Arrival.MISSING
    assert filings.standing(Expected("某站", project="清淤", year=2022)).state is Arrival.UNSURE
    assert filings.standing(Expected("某站")).state is Arrival.FILED


def test_each_authority_is_told_of_its_own() -> None:
    other = changed(
        CLEAN, {"authority": "某县教育局", "unit": "某县一中", "project_name": "营养餐"}
    )
    peers = Peers((*TWO, Expected("某县二中", "某县教育局")))
    failing = Judgement(
        views(tables_of(CLEAN, other), peers), load(), {"missing-submitter"}
    ).failures()
    told = {form.unit: decision.values for form, _, _, decision in failing}
    assert told == {
        "某县水利工程站": ("某县河道站、河道清淤、2022年度",),
        "某县一中": ("某县二中",),
    }


def test_audit_takes_a_list_and_says_what_is_wrong_with_one(tmp_path: Path) -> None:
    form = SAMPLES / "chizhou-tangxi-2022.pdf"
    shown = selfeval(
        "audit",
        form,
        "--format",
        "json",
        "--roster",
        written(tmp_path, "单位\n某县河道站\n", "gb18030"),
    )
    assert "某县河道站" in next(
        row["message"]
        for row in json.loads(shown.stdout)["findings"]
        if row["rule"] == "missing-submitter"
    )
    refused = selfeval("audit", form, "--roster", written(tmp_path, "名称\n某站\n"))
    assert (
        refused.returncode == 3
        and "没有“单位”一栏" in refused.stderr
        and "Traceback" not in refused.stderr
    )
