"""Documents -> tidy tables, one pandas frame a table.

Text is as printed and None where the form has no such column ("" is an empty cell), in object columns; numbers are `Decimal` in object
columns; page and year are Int64 (nullable), coordinates float. `columns` lists them all and `schemas` says what they may hold. Names,
telephone and identity numbers are masked here: no table ever holds them.

Amounts (`initial_value`, `budget_value`, `executed_value`) are in the form's amount_unit, whatever unit a cell prints. `rate_value` is the
number as printed (99 for 99%), `rate_fraction` the same as a fraction of one (0.99).

Keys come from content: document_id is the SHA-256 of the file, form_id is its first 16 digits and the form's number, record_id is the
form_id and the PATH of the row. A file that is in a batch twice, under whatever name, is one document.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from math import isfinite, isnan, nan
from typing import TYPE_CHECKING, Any, overload

from selfeval.core import paths
from selfeval.core.fields import FUNDS, HEADER, INDICATORS, ROWS, TASKS, TOTAL, Field
from selfeval.core.masking import mask_captioned, mask_doubt, mask_field, mask_text
from selfeval.core.numbers import Printed, parse_field, parse_number
from selfeval.core.rows import is_placeholder, total_row
from selfeval.extractors.model import Document, Doubt, Form
from selfeval.records.tables.columns import COLUMNS, frame, frame_of_tuples

if TYPE_CHECKING:
    from pandas import DataFrame

Row = dict[str, Any]

# Texts that no store takes: halves of surrogate pairs, from broken fonts and odd file names, and NUL.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Tables:
    """One frame a table; `findings` is empty until an audit fills it."""

    documents: DataFrame
    forms: DataFrame
    funds: DataFrame
    indicators: DataFrame
    tasks: DataFrame
    other: DataFrame
    skipped: DataFrame
    cells: DataFrame
    findings: DataFrame

    def items(self) -> Iterator[tuple[str, DataFrame]]:
        """Name and frame of every table."""
        for field in fields(self):
            yield field.name, getattr(self, field.name)

    def of_forms(self, form_ids: Collection[str], without: bool = False) -> Tables:
        """The same with these forms alone, or without them; documents stay."""
        parts = {
            name: table[table["form_id"].isin(form_ids) != without].reset_index(drop=True)
            if "form_id" in table
            else table
            for name, table in self.items()
        }
        return Tables(**parts)


def build(documents: Iterable[Document]) -> Tables:
    """The tables of a batch, rejected documents included; rows in the order of the documents, forms and prints."""
    rows: dict[str, list[Row]] = {name: [] for name in COLUMNS if name != "cells"}
    cells: list[tuple[Any, ...]] = []
    seen: set[str] = set()
    for document in documents:
        if document.sha256 in seen:
            continue
        seen.add(document.sha256)
        rows["documents"].append(_document_row(document))
        for number, form in enumerate(document.forms, 1):
            form_id = paths.form_id(document.sha256, number)
            key = {
                "form_id": form_id,
                "document": rows["documents"][-1]["document"],
                "form": number,
            }
            head, lines = block_rows(form)
            rows["forms"].append({**key, "document_id": document.sha256, **head})
            for block, of_block in lines.items():
                rows[block].extend(_keyed(key, block, of_block))
            rows["other"].extend(_keyed(key, "other", _other_rows(form)))
            cells.extend(_cell_rows(form, form_id, _texts_by_path(head, lines)))
        rows["skipped"].extend(_skipped_rows(document))
    return Tables(
        cells=frame_of_tuples("cells", cells),
        **{name: frame(name, table) for name, table in rows.items()},
    )


def block_rows(form: Form) -> tuple[Row, dict[str, list[Row]]]:
    """What a form's row of `forms` holds, and the rows of its blocks, without keys."""
    lines = {
        "funds": _fund_rows(form),
        "indicators": _indicator_rows(form),
        "tasks": _rows(form, TASKS, form.tasks),
    }
    return _form_row(form), lines


def _document_row(document: Document) -> Row:
    code, message, hint = (
        (document.reason.code, document.reason.message, document.reason.hint)
        if document.reason
        else (None, None, None)
    )
    return {
        "document_id": document.sha256,
        "document": storable(document.document),
        "pages": document.pages,
        "status": document.status,
        "reason_code": code,
        "reason_message": storable(message),
        "reason_hint": storable(hint),
        "forms": len(document.forms),
    }


@overload
def storable(text: str) -> str: ...
@overload
def storable(text: None) -> None: ...
def storable(text: str | None) -> str | None:
    """The same text with U+FFFD for what no store takes."""
    return _UNSTORABLE.sub("\ufffd", text) if text and _UNSTORABLE.search(text) else text


def _keyed(key: Row, block: str, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows of a block with what tells each of them apart."""
    for position, row in enumerate(rows):
        subject = paths.row_path(block, position)
        own = {"record_id": paths.record_id(key["form_id"], subject), "subject": subject}
        yield {**key, **own, "position": position, **row}


def _printed(part: Any, of: Iterable[Field], form: Form) -> Row:
    """The columns of these fields of a part of the form: texts as they may be kept, and the numbers that they print."""
    row: Row = {}
    for field in of:
        text = getattr(part, field.name)
        if field.kind == "year":
            row[field.column] = text if text and 0 < text < 10_000 else None
            continue
        row[field.column] = text = mask_field(field, storable(text), form.leader)
        if field.is_number:
            row |= _number_columns(field.column, parse_field(field, text, form.amount_unit))
    return row


def _form_row(form: Form) -> Row:
    return {
        **_printed(form, HEADER, form),
        **_printed(form.total, TOTAL, form),
        "profile": storable(form.profile),
        "has_scores": any(row.score is not None for row in form.funds)
        or any(row.score is not None for row in form.indicators),
    }


def _rows(form: Form, of: Iterable[Field], parts: Iterable[Any]) -> list[Row]:
    return [_printed(part, of, form) for part in parts]


def _fund_rows(form: Form) -> list[Row]:
    total = total_row(fund.label for fund in form.funds)
    rows = []
    for position, row in enumerate(_rows(form, FUNDS, form.funds)):
        rate = parse_number(row["rate"])
        fraction = _number_columns("rate_fraction", rate and rate.to_rate(), suffix="")
        rows.append({**row, "is_total_row": position == total, **fraction})
    return rows


def _indicator_rows(form: Form) -> list[Row]:
    return [
        {**row, "is_placeholder": is_placeholder(indicator)}
        for row, indicator in zip(
            _rows(form, INDICATORS, form.indicators), form.indicators, strict=True
        )
    ]


def _other_rows(form: Form) -> Iterator[Row]:
    for cell in form.other:
        caption, value = storable(cell.caption), storable(cell.value)
        x0, top, x1, bottom = cell.bbox
        yield {
            "caption": mask_text(caption, form.leader),
            "value": mask_captioned(caption, value, form.leader),
            "page": cell.page if all(map(isfinite, cell.bbox)) else None,
            "x0": min(x0, x1),
            "top": min(top, bottom),
            "x1": max(x0, x1),
            "bottom": max(top, bottom),
        }


def _skipped_rows(document: Document) -> Iterator[Row]:
    for position, one in enumerate(document.skipped):
        yield {
            "document_id": document.sha256,
            "document": storable(document.document),
            "position": position,
            "page": one.page,
            "title": mask_text(storable(one.title)),
            "kind": one.kind,
        }


def _number_columns(column: str, number: Printed | None, suffix: str = "_value") -> Row:
    return {
        f"{column}{suffix}": number.value if number else None,
        f"{column}_half": number.half if number else None,
    }


def _texts_by_path(head: Row, lines: Mapping[str, list[Row]]) -> dict[str, str]:
    """PATH -> the text that the tables keep of it."""
    texts = {
        field.path: str(head[field.column])
        for field in (*HEADER, *TOTAL)
        if head[field.column] is not None
    }
    for block, of in ROWS.items():
        for position, row in enumerate(lines[block]):
            texts |= {f"{block}/{position}/{field.name}": row[field.column] for field in of}
    return texts


def _cell_rows(form: Form, form_id: str, texts: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    """One row for each part of each printed value; a doubt about a path without evidence has a row with no page."""
    doubts: dict[str, Doubt] = {}
    for known in sorted(form.doubts, key=lambda known: known.confidence):
        doubts.setdefault(storable(known.path), known)
    evidence = {storable(path): parts for path, parts in form.evidence.items()}
    for path in dict.fromkeys((*evidence, *doubts)):
        doubt = _doubt_about(path, doubts) if doubts else None
        confidence = _share(doubt.confidence if doubt else form.confidences.get(path, 1.0))
        why = mask_doubt(path, storable(doubt.why), form.leader) if doubt else None
        parts = [part for part in evidence.get(path, ()) if all(map(isfinite, part.bbox))]
        text = texts.get(path)
        for number, (page, (x0, top, x1, bottom), engine) in enumerate(parts):
            box = min(x0, x1), min(top, bottom), max(x0, x1), max(top, bottom)
            told = confidence, why, None, None, storable(engine) or None
            yield form_id, path, text, page, *box, number, *told
        if not parts and doubt:
            nowhere = None, nan, nan, nan, nan, 0
            yield form_id, path, text, *nowhere, confidence, why, None, None, None


def _share(confidence: float) -> float:
    """A confidence from 0 to 1; what is no number is none."""
    return 0.0 if isnan(confidence) else min(max(confidence, 0.0), 1.0)


def _doubt_about(path: str, doubts: dict[str, Doubt]) -> Doubt | None:
    """The doubt about this value, or about the row or block that it stands in; a note only where there is none."""
    about = (doubts[one] for one in paths.enclosing(path) if one in doubts)
    return min(about, key=lambda doubt: doubt.confidence >= 1, default=None)
