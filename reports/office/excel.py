"""The workbook: findings, forms, funds and indicators, one sheet a table, with frozen headers, filters, number formats and links.

Rows are streamed. Text from forms is written as text whatever it begins with, so that no cell becomes a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.core.fields import FUNDS, INDICATORS, TASKS, TOTAL, Field, section
from selfeval.core.formulas import FORMULA
from selfeval.core.masking import mask_text
from selfeval.core.paths import document_of, page_address
from selfeval.reports import labels
from selfeval.reports.i18n import N_, translator
from selfeval.reports.model import RuleText, WaiverShown, severity_name
from selfeval.reports.office.text import xml_text
from selfeval.reports.rows import plain
from selfeval.reports.site.sources import TidyTables

if TYPE_CHECKING:
    import pandas as pd

MAX_ROWS = 1_048_575  # Excel's limit of 1,048,576 less the header; a table that is longer goes on in a second sheet
MAX_LINKS = 65_000  # Excel repairs a sheet with more than 65,530 hyperlinks
MAX_TEXT = 32_767  # Excel's limit of characters in a cell
SPECIAL = (*FORMULA, "#")  # openpyxl takes #N/A and the like for errors
_MONEY, _POINTS, _COUNT = "#,##0.00####", "0.00##", "0"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a sheet: where it comes from, what it is called, how wide (characters) and how numbers are shown."""

    key: str
    label: str
    width: int = 12
    number_format: str = ""
    link: bool = False
    wrap: bool = False
    is_value: bool = False  # the number of a field whose text has a column of its own


#: Characters that a column is wide, where what it holds is longer or shorter than most.
_WIDTHS = {"title": 24, "project_name": 34, "authority": 28, "unit": 28, "label": 24, "level3": 30, "target": 22, "actual": 22,
           "explanation": 40}  # fmt: skip


def _printed(fields: Iterable[Field], width: int = 14) -> list[SheetColumn]:
    return [
        SheetColumn(
            field.column, field.zh, _WIDTHS.get(field.name, 12 if field.is_number else width)
        )
        for field in fields
    ]


def _numbers(fields: Iterable[Field]) -> list[SheetColumn]:
    """Amounts and points again, as numbers that Excel can add up."""
    return [
        SheetColumn(
            f"{field.column}_value",
            field.zh,
            15,
            _MONEY if field.kind == "amount" else _POINTS,
            is_value=True,
        )
        for field in fields
        if field.kind in ("amount", "points")
    ]


#: Sheets that are there only where there is something in them.
_SELDOM = ("tasks", "other")
_PLACE = (SheetColumn("document", N_("文件"), 28), SheetColumn("form", N_("表序"), 6, _COUNT))
_LINE = (*_PLACE, SheetColumn("position", N_("行"), 5, _COUNT))
_UNIT = SheetColumn("amount_unit", N_("金额单位"), 9)
SHEETS: tuple[tuple[str, str, tuple[SheetColumn, ...]], ...] = (
    (
        "findings",
        N_("审核发现"),
        (
            SheetColumn("finding_id", N_("编号"), 22, link=True),
            *_PLACE,
            SheetColumn("unit", N_("实施单位"), 26),
            SheetColumn("project_name", N_("项目名称"), 30),
            SheetColumn("severity", N_("严重程度"), 9),
            SheetColumn("title", N_("规则"), 26),
            SheetColumn("subject", N_("位置"), 18),
            SheetColumn("message", N_("问题说明"), 60, wrap=True),
            SheetColumn("actual", N_("表中填报"), 18),
            SheetColumn("expected", N_("应为"), 18),
            SheetColumn("page", N_("页"), 6, _COUNT),
            SheetColumn("status", N_("状态"), 11),
            SheetColumn("waived_why", N_("采纳的说明"), 36, wrap=True),
            SheetColumn("waived_who", N_("采纳人"), 12),
            SheetColumn("waived_when", N_("采纳时间"), 16),
            SheetColumn("waived_until", N_("有效至"), 11),
            SheetColumn("waived_void", N_("失效原因"), 24),
        ),
    ),
    (
        "forms",
        N_("自评表"),
        (
            *_PLACE,
            *_printed(section("head")),
            *_printed(field for field in TOTAL if field.name != "label"),
            *_printed(section("goals"), 50),
            *_printed(section("conclusions"), 40),
            *_numbers(TOTAL),
        ),
    ),
    ("funds", N_("项目资金"), (*_LINE, *_printed(FUNDS), _UNIT, *_numbers(FUNDS))),
    ("indicators", N_("绩效指标"), (*_LINE, *_printed(INDICATORS), *_numbers(INDICATORS))),
    ("tasks", N_("任务与子项目"), (*_LINE, *_printed(TASKS, 30), _UNIT, *_numbers(TASKS))),
    (
        "other",
        N_("其他栏目"),
        (
            *_LINE,
            SheetColumn("caption", N_("栏目"), 30),
            SheetColumn("value", N_("内容"), 50),
            SheetColumn("page", N_("页"), 6, _COUNT),
        ),
    ),
)


def write_workbook(
    path: Path | str,
    tables: TidyTables,
    findings: pd.DataFrame,
    rules: Mapping[str, RuleText],
    lang: str = "zh",
    site: str = "reports/",
    waivers: Mapping[str, WaiverShown] | None = None,
) -> Path:
    """Write the workbook and return its path. `site` is where the report's folder is from the workbook, for the links of findings;
    `waivers` are accepted explanations by finding_id."""
    from openpyxl import Workbook

    catalogue = translator(lang)
    book = Workbook(write_only=True)
    forms = {row["form_id"]: row for row in _rows(tables.forms)}
    frames = {
        name: findings if name == "findings" else getattr(tables, name) for name, _, _ in SHEETS
    }
    for name, title, columns in SHEETS:
        if name in _SELDOM and not len(frames[name]):
            continue
        rows: Iterable[Mapping[str, Any]] = _rows(frames[name])
        if name == "findings":
            rows = (
                _finding(row, forms, rules, catalogue, site, (waivers or {}).get(row["finding_id"]))
                for row in rows
            )
        elif name != "forms":
            rows = (
                {
                    **row,
                    "position": row["position"] + 1,
                    "amount_unit": forms[row["form_id"]]["amount_unit"],
                }
                for row in rows
            )
        _write_sheets(book, catalogue.gettext(title), columns, rows, catalogue, len(frames[name]))
    target = Path(path)
    book.save(target)
    return target


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    columns = [str(name) for name in frame.columns]
    arrays = [frame[name].to_numpy(dtype=object) for name in columns]
    for values in zip(*arrays, strict=True):
        yield {name: plain(value) for name, value in zip(columns, values, strict=True)}


def _finding(
    row: Mapping[str, Any],
    forms: Mapping[str, Mapping[str, Any]],
    rules: Mapping[str, RuleText],
    catalogue: NullTranslations,
    site: str,
    waiver: WaiverShown | None,
) -> dict[str, Any]:
    form = forms.get(row["form_id"], {})
    rule = rules.get(row["rule"])
    status = N_("已采纳说明") if row["status"] == "waived" else N_("待整改")
    return {
        **row,
        "unit": form.get("unit"),
        "project_name": form.get("project_name"),
        "severity": catalogue.gettext(labels.SEVERITY[severity_name(row["severity"])]),
        "title": rule.title if rule else row["rule"],
        "subject": labels.say_path(row["subject"], lambda _block, _index: "", catalogue),
        "status": catalogue.gettext(status),
        **(
            {
                f"waived_{name}": getattr(waiver, name)
                for name in ("why", "who", "when", "until", "void")
            }
            if waiver
            else {}
        ),
        "link": f"{site}{page_address(document_of(row['form_id']))}#finding-{row['finding_id']}",
    }


def _write_sheets(
    book: Any,
    title: str,
    columns: Sequence[SheetColumn],
    rows: Iterable[Mapping[str, Any]],
    catalogue: NullTranslations,
    count: int,
) -> None:
    from openpyxl.utils import get_column_letter

    sheet: Any = None
    number = 0
    styled: dict[str, Any] = {}
    for at, row in enumerate(rows):
        if at % MAX_ROWS == 0:
            number += 1
            left = min(count - at, MAX_ROWS)
            styled = {}
            sheet = _new_sheet(
                book,
                title if number == 1 else f"{title} {number}",
                columns,
                left,
                get_column_letter,
                catalogue,
            )
        link = row.get("link") if at % MAX_ROWS < MAX_LINKS else None
        sheet.append(
            [_cell(sheet, row.get(column.key), column, link, styled) for column in columns]
        )
    if sheet is None:
        _new_sheet(book, title, columns, 0, get_column_letter, catalogue)


def _new_sheet(
    book: Any,
    title: str,
    columns: Sequence[SheetColumn],
    rows: int,
    letter: Any,
    catalogue: NullTranslations,
) -> Any:
    """A sheet with its header. Widths, panes and filters come first: a streamed sheet takes them only before its rows."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet = book.create_sheet(title)
    for at, column in enumerate(columns, 1):
        sheet.column_dimensions[letter(at)].width = column.width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{letter(len(columns))}{rows + 1}"
    header = []
    for column in columns:
        label = catalogue.gettext(column.label)
        said = (
            catalogue.gettext("%(label)s（数值）") % {"label": label} if column.is_value else label
        )
        cell = WriteOnlyCell(sheet, value=said)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFE8E4DA")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        header.append(cell)
    sheet.append(header)
    return sheet


def _cell(
    sheet: Any, value: Any, column: SheetColumn, link: str | None, styled: dict[str, Any]
) -> Any:
    """A number keeps its Decimal and format; everything else is a string that stays a string, also when somebody edits it.

    `styled` keeps one cell a column: a streamed row is written at once, and making a cell costs more than writing it."""
    if value is None:
        return None
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        if not column.number_format:
            return value
        if column.key not in styled:
            from openpyxl.cell import WriteOnlyCell

            styled[column.key] = WriteOnlyCell(sheet)
            styled[column.key].number_format = column.number_format
        styled[column.key].value = value
        return styled[column.key]
    text = xml_text(mask_text(str(value)))[:MAX_TEXT]
    linked = column.link and link
    if not linked and not text.startswith(SPECIAL):
        if not column.wrap:
            return text
        if column.key not in styled:
            from openpyxl.cell import WriteOnlyCell
            from openpyxl.styles import Alignment

            styled[column.key] = WriteOnlyCell(sheet)
            styled[column.key].alignment = Alignment(wrap_text=True, vertical="top")
        styled[column.key].value = text
        return styled[column.key]
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.worksheet.hyperlink import Hyperlink

    cell = WriteOnlyCell(sheet)
    cell.value = text
    cell.data_type = "s"
    if linked:
        cell.hyperlink = Hyperlink(ref="", target=link)
        cell.style = "Hyperlink"
    elif text.startswith(FORMULA):
        cell.quotePrefix = True  # what Excel itself stores for an apostrophe typed before the text
    return cell
