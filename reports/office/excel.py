"""The workbook: findings, forms, funds and indicators, one sheet a table, with frozen headers, filters, number formats and links.

Rows are streamed. Text from forms is written as text whatever it begins with, so that no cell becomes a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.core.formulas import FORMULA
from selfeval.core.masking import mask_text
from selfeval.core.numbers import exact
from selfeval.core.paths import document_of, page_address
from selfeval.reports import labels
from selfeval.reports.i18n import N_, translator
from selfeval.reports.model import RuleText, WaiverShown, severity_name
from selfeval.reports.office import summary_sheet
from selfeval.reports.office.sheet_columns import SELDOM, SHEETS, SheetColumn
from selfeval.reports.office.text import xml_text
from selfeval.reports.rows import plain
from selfeval.reports.site.sources import TidyTables

if TYPE_CHECKING:
    import pandas as pd

MAX_ROWS = 1_048_575  # Excel's limit of 1,048,576 less the header; a table that is longer goes on in a second sheet
MAX_LINKS = 65_000  # Excel repairs a sheet with more than 65,530 hyperlinks
MAX_TEXT = 32_767  # Excel's limit of characters in a cell
SPECIAL = (*FORMULA, "#")  # openpyxl takes #N/A and the like for errors


#: What a finding is called on which a person has decided, other than that its explanation was accepted.
_DECIDED = {"return": N_("退回更正"), "question": N_("存疑")}


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
    `waivers` are what was decided on findings, by finding_id."""
    from openpyxl import Workbook

    catalogue = translator(lang)
    book = Workbook(write_only=True)
    forms = {row["form_id"]: row for row in _rows(tables.forms)}
    figures, units = summary_sheet.summary(tables, findings)
    _write_summary(book, figures, catalogue)
    for name, title, columns in SHEETS:
        rows: Iterable[Mapping[str, Any]]
        if name == "findings":
            rows = [
                _finding(row, forms, rules, catalogue, site, (waivers or {}).get(row["finding_id"]))
                for row in _rows(findings)
            ]
        elif name == "units":
            rows = units
        elif name in ("doubts", "refused"):
            rows = list((_doubts if name == "doubts" else _refused)(tables, forms, catalogue, site))
        else:
            rows = _lines(getattr(tables, name), forms, with_position=name != "forms")
        count = len(rows) if isinstance(rows, list) else len(getattr(tables, name))
        if count or name not in SELDOM:
            _write_sheets(book, catalogue.gettext(title), columns, rows, catalogue, count)
    target = Path(path)
    book.save(target)
    return target


def _lines(
    frame: pd.DataFrame, forms: Mapping[str, Mapping[str, Any]], with_position: bool
) -> Iterator[dict[str, Any]]:
    for row in _rows(frame):
        if with_position:
            row |= {"position": row["position"] + 1, "amount_unit": forms[row["form_id"]]["amount_unit"]}  # fmt: skip
        yield row


def _doubts(
    tables: TidyTables,
    forms: Mapping[str, Mapping[str, Any]],
    catalogue: NullTranslations,
    site: str,
) -> Iterator[dict[str, Any]]:
    """One row a value in doubt, which leads to the form."""
    cells = tables.cells
    for row in _rows(cells[cells["doubt"].notna() & (cells["part"] == 0) & (cells["confidence"] < 1)]):  # fmt: skip
        form = forms.get(row["form_id"], {})
        where = labels.say_path(row["path"], lambda _block, _index: "", catalogue)
        link = f"{site}{page_address(document_of(row['form_id']))}#form-{form.get('form')}"
        head = {name: form.get(name) for name in ("document", "form", "unit", "project_name")}
        sure = exact(f"{row['confidence']:.2f}")
        yield {**row, **head, "where": where, "confidence": sure, "link": link}


def _refused(
    tables: TidyTables,
    forms: Mapping[str, Mapping[str, Any]],
    catalogue: NullTranslations,
    site: str,
) -> Iterator[dict[str, Any]]:
    """One row a file that was not read."""
    for row in _rows(tables.documents[tables.documents["status"] != "ok"]):
        yield {**row, "link": f"{site}{page_address(row['document_id'])}"}


def _write_summary(
    book: Any, rows: Sequence[summary_sheet.SummaryRow], catalogue: NullTranslations
) -> None:
    """The sheet that the workbook opens on."""
    sheet = _page(book, catalogue.gettext(summary_sheet.TITLE))
    for at, width in zip("AB", summary_sheet.WIDTHS, strict=True):
        sheet.column_dimensions[at].width = width
    sheet.append([_header(sheet, catalogue.gettext(one)) for one in summary_sheet.CAPTIONS])
    styled: dict[str, Any] = {}
    for row in rows:
        (label, value), (first, second) = row.values, row.columns
        said = catalogue.gettext(label)
        sheet.append([_cell(sheet, said, first, None, styled), _cell(sheet, value, second, None, styled)])  # fmt: skip


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
    status = N_("已采纳说明") if row["status"] == "waived" else _DECIDED.get(waiver.kind if waiver else "", N_("待整改"))  # fmt: skip
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
    sheet = _page(book, title)
    for at, column in enumerate(columns, 1):
        sheet.column_dimensions[letter(at)].width = column.width
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = f"A1:{letter(len(columns))}{rows + 1}"
    labelled = ((catalogue.gettext(column.label), column.is_value) for column in columns)
    sheet.append(
        [
            _header(
                sheet,
                catalogue.gettext("%(label)s（数值）") % {"label": label} if is_value else label,
            )
            for label, is_value in labelled
        ]
    )
    return sheet


#: Excel's number of that size of paper.
_A4 = 9


def _page(book: Any, title: str) -> Any:
    """A sheet that prints lying, as wide as the paper."""
    sheet = book.create_sheet(title)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return sheet


def _header(sheet: Any, label: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    cell = WriteOnlyCell(sheet, value=label)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="FFE8E4DA")
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


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
    told = (
        str(value) if column.key.endswith("_id") else mask_text(str(value))
    )  # an id is no telephone number
    text = xml_text(told)[:MAX_TEXT]
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
