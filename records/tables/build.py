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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from math import isfinite, isnan, nan
from typing import TYPE_CHECKING, Any, overload

from selfeval.core.values import Printed, is_blank, parse_number, parse_score
from selfeval.extractors.model import Document, Doubt, Form, Fund, Indicator, Total
from selfeval.records.tables.columns import (
    COLUMNS,
    FUND_AMOUNTS,
    FUND_NUMBERS,
    INDICATOR_NUMBERS,
    frame,
    frame_of_tuples,
)
from selfeval.records.tables.masking import mask_doubt, mask_field

if TYPE_CHECKING:
    from pandas import DataFrame

Row = dict[str, Any]

_TOTAL_LABELS = ("总额", "合计", "总计")
# Texts that no store takes: halves of surrogate pairs, from broken fonts and odd file names, and NUL.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_FORM_TEXTS = (
    "title",
    "project_name",
    "authority",
    "unit",
    "leader",
    "phone",
    "amount_unit",
    "goal_expected",
    "goal_actual",
    "profile",
)
_TOTAL_TEXTS = ("label", "weight", "score", "explanation")
_INDICATOR_TEXTS = (
    "level1",
    "level2",
    "level3",
    "target",
    "actual",
    "weight",
    "score",
    "explanation",
)


@dataclass(frozen=True)
class Tables:
    """One frame a table; `findings` is empty until an audit fills it."""

    documents: DataFrame
    forms: DataFrame
    funds: DataFrame
    indicators: DataFrame
    cells: DataFrame
    findings: DataFrame

    def items(self) -> Iterator[tuple[str, DataFrame]]:
        """Name and frame of every table."""
        for field in fields(self):
            yield field.name, getattr(self, field.name)


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
            form_id = f"{document.sha256[:16]}-{number}"
            key = {
                "form_id": form_id,
                "document": rows["documents"][-1]["document"],
                "form": number,
            }
            head, funds, indicators = (
                _form_row(form),
                _fund_rows(form, form_id),
                _indicator_rows(form, form_id),
            )
            rows["forms"].append({**key, "document_id": document.sha256, **head})
            rows["funds"].extend({**key, **row} for row in funds)
            rows["indicators"].extend({**key, **row} for row in indicators)
            cells.extend(_cell_rows(form, form_id, _texts_by_path(head, funds, indicators)))
    return Tables(
        cells=frame_of_tuples("cells", cells),
        **{name: frame(name, table) for name, table in rows.items()},
    )


def total_row(labels: Iterable[str | None]) -> int:
    """Position of the total among the rows of funds: the first whose label has 总额, 合计 or 总计, else the first (RULES.md)."""
    return next(
        (
            i
            for i, label in enumerate(labels)
            if label and any(word in label for word in _TOTAL_LABELS)
        ),
        0,
    )


def is_placeholder(row: Indicator) -> bool:
    """Whether this is an empty row: target, result, weight and score all blank, whatever its name and explanation say (RULES.md)."""
    return all(map(is_blank, (row.target, row.actual, row.weight, row.score)))


def _document_row(document: Document) -> Row:
    code, message, hint = (
        (document.reason.code, document.reason.message, document.reason.hint)
        if document.reason
        else (None, None, None)
    )
    return {
        "document_id": document.sha256,
        "document": _storable(document.document),
        "pages": document.pages,
        "status": document.status,
        "reason_code": code,
        "reason_message": _storable(message),
        "reason_hint": _storable(hint),
        "forms": len(document.forms),
    }


@overload
def _storable(text: str) -> str: ...
@overload
def _storable(text: None) -> None: ...
def _storable(text: str | None) -> str | None:
    """The same text with U+FFFD for what no store takes."""
    return _UNSTORABLE.sub("\ufffd", text) if text and _UNSTORABLE.search(text) else text


def _texts(part: Form | Total | Fund | Indicator, names: Iterable[str], leader: str | None) -> Row:
    return {name: mask_field(name, _storable(getattr(part, name)), leader) for name in names}


def _form_row(form: Form) -> Row:
    row = _texts(form, _FORM_TEXTS, form.leader)
    row |= {
        f"total_{name}": text
        for name, text in _texts(form.total, _TOTAL_TEXTS, form.leader).items()
    }
    row["year"] = form.year if form.year and 0 < form.year < 10_000 else None
    row["has_scores"] = any(f.score is not None for f in form.funds) or any(
        i.score is not None for i in form.indicators
    )
    for column in ("total_weight", "total_score"):
        row |= _number_columns(column, parse_score(row[column]))
    return row


def _fund_rows(form: Form, form_id: str) -> list[Row]:
    rows = []
    total = total_row(fund.label for fund in form.funds)
    for position, fund in enumerate(form.funds):
        subject = f"funds/{position}"
        row = {
            "record_id": f"{form_id}/{subject}",
            "subject": subject,
            "position": position,
            "is_total_row": position == total,
            **_texts(fund, ("label", *FUND_NUMBERS), form.leader),
        }
        for column in FUND_NUMBERS:
            row |= _number_columns(column, _fund_number(column, row[column], form.amount_unit))
        rate = parse_number(row["rate"])
        rows.append(row | _number_columns("rate_fraction", rate and rate.to_rate(), suffix=""))
    return rows


def _fund_number(column: str, text: str | None, unit: str | None) -> Printed | None:
    if column in ("weight", "score"):
        return parse_score(text)
    number = parse_number(text)
    return number.to_amount(unit) if number and column in FUND_AMOUNTS else number


def _indicator_rows(form: Form, form_id: str) -> list[Row]:
    rows = []
    for position, indicator in enumerate(form.indicators):
        subject = f"indicators/{position}"
        row = {
            "record_id": f"{form_id}/{subject}",
            "subject": subject,
            "position": position,
            "is_placeholder": is_placeholder(indicator),
            **_texts(indicator, _INDICATOR_TEXTS, form.leader),
        }
        for column in INDICATOR_NUMBERS:
            row |= _number_columns(column, parse_score(row[column]))
        rows.append(row)
    return rows


def _number_columns(column: str, number: Printed | None, suffix: str = "_value") -> Row:
    return {
        f"{column}{suffix}": number.value if number else None,
        f"{column}_half": number.half if number else None,
    }


def _texts_by_path(head: Row, funds: list[Row], indicators: list[Row]) -> dict[str, str]:
    """PATH -> the text that the tables keep of it."""
    texts = {name: str(head[name]) for name in (*_FORM_TEXTS, "year") if head[name] is not None}
    texts |= {f"total/{name}": head[f"total_{name}"] for name in _TOTAL_TEXTS}
    for rows, names in ((funds, ("label", *FUND_NUMBERS)), (indicators, _INDICATOR_TEXTS)):
        for row in rows:
            texts |= {f"{row['subject']}/{name}": row[name] for name in names}
    return texts


def _cell_rows(form: Form, form_id: str, texts: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    """One row for each part of each printed value; a doubt about a path without evidence has a row with no page."""
    doubts = {_storable(doubt.path): doubt for doubt in form.doubts}
    evidence = {_storable(path): parts for path, parts in form.evidence.items()}
    for path in dict.fromkeys((*evidence, *doubts)):
        doubt = _doubt_about(path, doubts) if doubts else None
        confidence = _share(doubt.confidence if doubt else form.confidences.get(path, 1.0))
        why = mask_doubt(path, _storable(doubt.why), form.leader) if doubt else None
        parts = [part for part in evidence.get(path, ()) if all(map(isfinite, part.bbox))]
        for number, (page, (x0, top, x1, bottom)) in enumerate(parts):
            box = min(x0, x1), min(top, bottom), max(x0, x1), max(top, bottom)
            yield form_id, path, texts.get(path), page, *box, number, confidence, why
        if not parts and doubt:
            yield form_id, path, texts.get(path), None, nan, nan, nan, nan, 0, confidence, why


def _share(confidence: float) -> float:
    """A confidence from 0 to 1; what is no number is none."""
    return 0.0 if isnan(confidence) else min(max(confidence, 0.0), 1.0)


def _doubt_about(path: str, doubts: dict[str, Doubt]) -> Doubt | None:
    """The doubt about this value, or about the row or block that it stands in."""
    while path:
        if path in doubts:
            return doubts[path]
        path = path.rpartition("/")[0]
    return None
