"""The 复核表: everything that is left to decide as one Excel workbook, to be filled in away from the desk and taken back (`taking_back`).

A sheet for values in doubt, one for findings, one for forms; a row each, with the part of the page as a picture and a drop-down for the
decision. Only the columns to fill in are unlocked. Three hidden columns say what a row is about, what was read there and how many decisions
were known, so that nothing is taken for what it was not filled in for."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfeval.core.formulas import FORMULA
from selfeval.core.severities import SEVERITY_CAPTIONS
from selfeval.flows.review.form_page import FormDesk, form_desk
from selfeval.flows.review.pictures import Gallery
from selfeval.flows.review.queue import Queue
from selfeval.flows.run.stores import store_of
from selfeval.flows.workspace import Workspace
from selfeval.records.store.decisions import Kind
from selfeval.reports.model import Crop
from selfeval.reports.office.text import xml_text
from selfeval.reports.site.views import publishable

#: What may be chosen on each sheet.
CHOICES: Mapping[str, Mapping[str, Kind]] = {
    "读数存疑": {"确认": "confirm", "更正为": "correct", "无法辨认": "unreadable"},
    "审核发现": {"采纳说明": "accept", "退回更正": "return", "存疑": "question"},
    "自评表": {"已复核": "reviewed"},
}
DECISION, VALUE, BY, REASON, UNTIL = "决定", "更正为", "复核人", "理由", "有效至"
#: What a person fills in, and what says what a row is about.
FILLED = (DECISION, VALUE, BY, REASON, UNTIL)
KEY, READING, KNOWN = "编号", "读数原文", "已知记录"
_SHOWN = {
    "文件": 26,
    "表": 5,
    "单位": 22,
    "项目": 22,
    "位置": 30,
    "说明": 46,
    "读数": 14,
    "原件": 62,
}
_WIDTHS = {**_SHOWN, DECISION: 11, VALUE: 16, BY: 11, REASON: 32, UNTIL: 12, KEY: 8, READING: 8, KNOWN: 8}  # fmt: skip
HEADINGS = tuple(_WIDTHS)
#: pixels of a picture, points of a row at least and of a line; Excel has no rows above 409 points.
_PICTURE, _ROW, _LINE, _ROW_MOST = 430, 30.0, 14.0, 400.0
#: rows of a sheet; a workbook with more pictures than that opens in minutes.
MOST = 3000


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was written: rows by sheet, and how many were left out."""

    rows: Mapping[str, int]
    left_out: int


def write_workbook(place: Workspace, path: Path, by: str = "") -> Sheet:
    """Write what is left to decide to `path`, with `by` as who decides. OSError: it cannot be written."""
    from openpyxl import Workbook

    store, gallery = store_of(place), Gallery(place)
    known = store.decisions_head().number
    lines: dict[str, list[tuple[dict[str, Any], Crop | None]]] = {name: [] for name in CHOICES}
    left_out = 0
    for item in Queue(store).items():
        if item.reviewed:
            continue
        for name, line, crop in _lines(form_desk(store, item, gallery), known, by):
            if len(lines[name]) < MOST:
                lines[name].append((line, crop))
            else:
                left_out += 1
    book, cutter = Workbook(), _Cutter(place.reports)
    book.remove(book.active)
    for name, rows in lines.items():
        _write(book.create_sheet(name), name, rows, cutter)
    book.save(path)
    return Sheet({name: len(rows) for name, rows in lines.items()}, left_out)


def _lines(
    desk: FormDesk, known: int, by: str
) -> Iterable[tuple[str, dict[str, Any], Crop | None]]:
    """The rows of one form."""
    judged = desk.item.judged
    about = {"文件": judged.document, "表": judged.form, "单位": judged.unit, "项目": judged.project, BY: by, KNOWN: known}  # fmt: skip
    for doubt in desk.doubts:
        value = doubt.value
        other = f"（另有读法：{'、'.join(doubt.other)}）" if doubt.other else ""
        yield "读数存疑", {
            **about, "位置": doubt.where, "说明": publishable(value.doubt or "") + other, "读数": value.text or "",
            KEY: _key(judged.document_id, judged.form, value.path), READING: value.text or "",
        }, doubt.crop  # fmt: skip
    for card in desk.findings:
        view = card.view
        if view.status == "waived" or card.made:
            continue
        severity = SEVERITY_CAPTIONS.get(view.severity, view.severity)
        yield "审核发现", {
            **about, "位置": view.where, "说明": f"【{severity}】{view.rule.title}：{view.message}", "读数": view.printed,
            KEY: f"#{view.id}", READING: "",
        }, view.crop  # fmt: skip
    left = desk.left
    told = f"尚有 {left} 处未决定" if left else "存疑和发现都已决定"
    yield "自评表", {**about, "位置": "整张表", "说明": told, "读数": "", KEY: _key(judged.document_id, judged.form, None), READING: ""}, None  # fmt: skip


def _key(document_id: str, form: int, path: str | None) -> str:
    return json.dumps([document_id, form, path])


def _write(
    sheet: Any, name: str, rows: Iterable[tuple[dict[str, Any], Crop | None]], cutter: _Cutter
) -> None:
    from openpyxl.drawing.image import Image
    from openpyxl.styles import Alignment, Font, PatternFill, Protection
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letters = {heading: get_column_letter(at) for at, heading in enumerate(HEADINGS, 1)}
    sheet.append(HEADINGS)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        to_fill = cell.value in FILLED
        cell.fill = PatternFill("solid", fgColor="FFFFF2CC" if to_fill else "FFE8E4DA")
        sheet.column_dimensions[cell.column_letter].width = _WIDTHS[cell.value]
    top, free = Alignment(wrap_text=True, vertical="top"), Protection(locked=False)
    last = 1
    for last, (line, crop) in enumerate(rows, 2):
        for at, heading in enumerate(HEADINGS, 1):
            cell = sheet.cell(last, at)
            _put(cell, line.get(heading))
            cell.alignment = top
            if heading in FILLED:
                cell.protection, cell.number_format = free, "@"
        picture = cutter.cut(crop) if crop else None
        height = max(
            _ROW, *(_lines_of(str(line.get(h) or ""), _WIDTHS[h] - 3) * _LINE for h in _SHOWN)
        )
        if picture is not None:
            image = Image(picture)
            sheet.add_image(image, f"{letters['原件']}{last}")
            height = max(height, image.height * 0.75 + 4)
        sheet.row_dimensions[last].height = min(height, _ROW_MOST)
    choices = ",".join(CHOICES[name])
    listed = DataValidation(
        "list", formula1=f'"{choices}"', allow_blank=True, showErrorMessage=True
    )
    listed.errorTitle, listed.error = "决定", f"请选择：{choices.replace(',', '、')}"
    sheet.add_data_validation(listed)
    listed.add(f"{letters[DECISION]}2:{letters[DECISION]}{max(last, 2)}")
    for heading in (KEY, READING, KNOWN):
        sheet.column_dimensions[letters[heading]].hidden = True
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{letters[UNTIL]}{max(last, 1)}"
    sheet.protection.sheet = True
    for allowed in ("autoFilter", "sort", "formatColumns", "formatRows"):
        setattr(sheet.protection, allowed, False)  # False: not forbidden
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column so many digits wide; a Chinese character is as wide as two."""
    return sum(
        1 + sum(1 if char < "\u2e80" else 2 for char in line) // width for line in text.split("\n")
    )


def _put(cell: Any, value: Any) -> None:
    """A number as a number; a text as one that no spreadsheet takes for a formula."""
    if value is None or isinstance(value, int):
        cell.value = value
        return
    text = xml_text(value)
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(FORMULA)


class _Cutter:
    """Cuts the part of a page out of its picture; the page that was asked last is kept open."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, ""
        self._page: Any = None

    def cut(self, crop: Crop) -> io.BytesIO | None:
        """A PNG as wide as the column; None where the picture of the page is gone."""
        from PIL import Image, ImageDraw

        if crop.image.path != self._path:
            self._path, self._page = crop.image.path, None
            source = self._folder / crop.image.path
            if source.is_file():
                with Image.open(source) as opened:
                    self._page = opened.convert("L")
        if self._page is None:
            return None
        scale = self._page.width / crop.image.width
        x, y = max(crop.x, 0.0), max(crop.y, 0.0)
        x1 = min(crop.x + crop.width, crop.image.width)
        y1 = min(crop.y + crop.height, crop.image.height)
        part = self._page.crop(tuple(round(edge * scale) for edge in (x, y, x1, y1)))
        draw = ImageDraw.Draw(part)
        for veil in crop.veils:
            corners = [(veil.x0 - x, veil.top - y), (veil.x1 - x, veil.bottom - y)]
            draw.rectangle([(a * scale, b * scale) for a, b in corners], fill=200)
        part.thumbnail((_PICTURE, round(_ROW_MOST / 0.75) - 8))
        out = io.BytesIO()
        part.save(out, "PNG", optimize=True)
        out.seek(0)
        return out
