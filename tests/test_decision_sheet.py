"""The 复核表: a workbook that goes out with pictures and drop-downs, is filled in, and comes back row by row."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from audit_forms import CLEAN, changed
from openpyxl import Workbook, load_workbook
from PIL import Image

from selfeval.flows.cli import app
from selfeval.flows.problems import Problem
from selfeval.flows.review.workbook import CHOICES, FILLED, KEY, _Cutter, _lines_of
from selfeval.flows.run.deciding import decide_and_audit
from selfeval.flows.run.stores import store_of
from selfeval.flows.workspace import Workspace
from selfeval.records.store.decisions import NewDecision
from selfeval.reports.model import PageImage, Spot
from selfeval.reports.site.crops import crop_of
from tests.seasons import boxed, doc, other, place, season

__all__ = ["place"]

PDF = Path(__file__).parent.parent / "data" / "samples" / "beijing-hotline-2020-cidfont.pdf"
ID = hashlib.sha256(PDF.read_bytes()).hexdigest()
WRONG = boxed(
    changed(CLEAN, {"total/score": "88.50", "indicators/1/level3": "=HYPERLINK(1)"}),
    "funds/0/budget", "indicators/1/level3", "indicators/0/score",
)  # fmt: skip


def call(*arguments: str | Path) -> int:
    return int(app([str(argument) for argument in arguments], standalone_mode=False) or 0)


@pytest.fixture
def sheet(place: Workspace, tmp_path: Path) -> Path:
    """A workbook of one form with three doubts and of one with none."""
    wrong = replace(doc(WRONG), document=PDF.name, sha256=ID)
    season(place, wrong, other(1), source=PDF)
    decide_and_audit(place, NewDecision("confirm", "审计员甲", "", ID, 1, "indicators/0/score"))
    path = tmp_path / "复核表.xlsx"
    assert call("decide", "--sheet", path, "--by", "审计员甲", "-w", place.root) == 0
    return path


Fill = dict[str, Any]


def fill(path: Path, *rows: tuple[str, int, Fill]) -> None:
    """What a person does: some cells of some rows, by sheet, row and heading."""
    book = load_workbook(path)
    for name, row, cells in rows:
        heads = [cell.value for cell in book[name][1]]
        for heading, value in cells.items():
            book[name].cell(row, heads.index(heading) + 1).value = value
    book.save(path)


def test_the_workbook_has_pictures_choices_and_only_what_is_to_fill_in_unlocked(
    sheet: Path, place: Workspace
) -> None:
    book = load_workbook(sheet)
    assert book.sheetnames == list(CHOICES)
    doubts = book["读数存疑"]
    rows = {row[5 - 1].value: row for row in doubts.iter_rows(min_row=2)}
    assert len(rows) == 2 and not any("得分" in str(where) for where in rows)  # confirmed before
    for page in book:
        assert page.protection.sheet
        (listed,) = page.data_validations.dataValidation
        assert listed.type == "list" and listed.formula1 == f'"{",".join(CHOICES[page.title])}"'
        heads = [cell.value for cell in page[1]]
        for row in page.iter_rows(min_row=2):
            unlocked = {heads[at] for at, cell in enumerate(row) if not cell.protection.locked}
            assert unlocked == set(FILLED) and row[heads.index("复核人")].value == "审计员甲"
            assert not any(cell.data_type == "f" for cell in row)
    with zipfile.ZipFile(sheet) as parts:
        pictures = [name for name in parts.namelist() if name.startswith("xl/media/")]
    assert len(pictures) == 3  # two doubts and a finding


def test_what_is_filled_in_is_taken_row_by_row_and_what_is_not_right_is_told(
    sheet: Path, place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(
        sheet,
        ("读数存疑", 2, {"决定": "更正为", "更正为": 100.1, "理由": "原件为 100.1"}),
        ("读数存疑", 3, {"决定": "确认", "更正为": "别的"}),
        ("审核发现", 2, {"决定": "采纳说明", "理由": "尾差", "有效至": date(2099, 12, 31)}),
        ("自评表", 2, {"决定": "已复核", "复核人": "审计员乙"}),
        ("自评表", 3, {"决定": "同意"}),
    )
    assert call("decide", sheet, "-w", place.root) == 3
    shown = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in shown] == [
        "读数存疑 第 2 行", "读数存疑 第 3 行", "审核发现 第 2 行", "自评表 第 2 行", "自评表 第 3 行",
    ]  # fmt: skip
    assert "填了更正后的值，决定却是“确认”" in shown[1]
    assert "“同意”不是可选的决定，应为已复核" in shown[4]
    store = store_of(place)
    made = store.decisions()[1:]
    assert [(one.kind, one.by, one.value, one.until) for one in made] == [
        ("correct", "审计员甲", "100.1", None),
        ("accept", "审计员甲", None, "2099-12-31"),
        ("reviewed", "审计员乙", None, None),
    ]
    assert store.load([ID]).funds.budget[0] == "100.1" and store.verify_decisions() == []
    capsys.readouterr()
    fill(sheet, ("读数存疑", 3, {"更正为": None}), ("自评表", 3, {"决定": None}))
    assert call("decide", sheet, "-w", place.root) == 0
    assert capsys.readouterr().out.count("先前已记入") == 3  # said twice, entered once


WRONG_ROWS: dict[str, tuple[tuple[str, int, Fill], str]] = {
    "no reason": (("审核发现", 2, {"决定": "退回更正"}), "请说明理由"),
    "no name": (("读数存疑", 2, {"决定": "确认", "复核人": None}), "请说明由谁决定"),
    "no value": (("读数存疑", 2, {"决定": "更正为", "理由": "错"}), "没有填更正后的值"),
    "no choice": (("读数存疑", 2, {"理由": "错"}), "没有选决定"),
    "a formula": (("读数存疑", 2, {"决定": "更正为", "更正为": "=1+1", "理由": "错"}), "是公式"),
    "a key changed": (("读数存疑", 2, {"决定": "确认", KEY: "x"}), "认不出是哪一项"),
    "a finding gone": (("审核发现", 2, {"决定": "存疑", "理由": "?", KEY: "#0"}), "没有编号为 0"),
    "a day that is past": (("审核发现", 2, {"决定": "采纳说明", "理由": "尾差", "有效至": "2020-01-01"}), "已过"),
}  # fmt: skip


def test_each_wrong_row_says_why_and_nothing_of_it_is_taken(sheet: Path, place: Workspace) -> None:
    from selfeval.flows.review.taking_back import take_back

    before = store_of(place).decisions()
    for case, (row, why) in WRONG_ROWS.items():
        book = sheet.with_name(f"{case}.xlsx")
        book.write_bytes(sheet.read_bytes())
        fill(book, row)
        (taken,), _ = take_back(place, book)
        assert (taken.sheet, taken.row, taken.number) == (*row[:2], 0) and why in taken.why, case
    assert store_of(place).decisions() == before


def test_what_was_decided_or_read_otherwise_meanwhile_is_not_overwritten(
    sheet: Path, place: Workspace
) -> None:
    from selfeval.flows.review.taking_back import take_back

    store = store_of(place)
    store.decide(NewDecision("correct", "审计员丙", "看错了", ID, 1, "funds/0/budget", value="99"))
    better = replace(doc(boxed(changed(WRONG, {"indicators/1/level3": "合格率"}))), document=PDF.name, sha256=ID)  # fmt: skip
    season(place, better, source=PDF)
    fill(sheet, ("读数存疑", 2, {"决定": "确认"}), ("读数存疑", 3, {"决定": "确认"}))
    taken, _ = take_back(place, sheet)
    assert "审计员丙 已先作出决定" in taken[0].why and "读取结果已改变" in taken[1].why
    assert store.load([ID]).funds.budget[0] == "99"


@pytest.mark.parametrize("make", [
    lambda path: path.write_bytes(b"no workbook"),
    lambda path: Workbook().save(path),
    lambda path: None,
])  # fmt: skip
def test_what_is_no_such_workbook_is_said(
    place: Workspace, tmp_path: Path, make: Callable[[Path], object]
) -> None:
    store_of(place)
    make(tmp_path / "other.xlsx")
    with pytest.raises(Problem) as caught:
        call("decide", tmp_path / "other.xlsx", "-w", place.root)
    assert caught.value.code in ("sheet-unreadable", "sheet-columns") and caught.value.hint


def test_a_row_is_as_high_as_its_text_and_a_picture_ends_where_the_page_does(
    tmp_path: Path,
) -> None:
    """A region that reaches beside the page was black there, and long explanations were cut off below."""
    (tmp_path / "pages").mkdir()
    Image.new("L", (600, 800), 255).save(tmp_path / "pages" / "1.png")
    page = PageImage("", 1, "pages/1.png", 600.0, 800.0)
    crop = crop_of(Spot(1, 560.0, 780.0, 598.0, 799.0), page)
    assert crop.x + crop.width > page.width
    cut = _Cutter(tmp_path).cut(crop)
    assert cut is not None and Image.open(cut).getextrema() == (255, 255)
    assert _lines_of("每项指标都没有说明原因", 10) == 3 and _lines_of("a\nb", 10) == 2
