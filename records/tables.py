"""Documents -> tidy tables, one pandas frame a table.

Text is as printed and None where the form has no such column ("" is an empty cell), in object columns; numbers are `Decimal` in object
columns; page and year are Int64 (nullable), coordinates float. `schemas` says what every column is. Names, telephones and identity numbers
are masked here: no table ever holds them.

Keys come from content: document_id is the SHA-256 of the file, form_id is its first 16 digits and the form's number, record_id is the form_id
and the PATH of the row. A file that is in a batch twice, under whatever name, is one document.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from extractors.model import Document, Doubt, Form, Fund, Indicator
from records.columns import COLUMNS, FUND_AMOUNTS, FUND_NUMBERS, INDICATOR_NUMBERS, frame
from records.masking import mask_name, mask_phone, mask_text
from records.values import SCORE_UNITS, Printed, is_blank, money_unit, parse_number, parse_score

if TYPE_CHECKING:
    from pandas import DataFrame

_TOTAL_LABELS = ("总额", "合计", "总计")
# What blank templates print in the column of indicator names: 指标1:  指标2：/  ……  ...
_TEMPLATE_NAME = re.compile(r"(?:指标\s*[0-9一二三四五六七八九十]*)?[\s:：/…\.．。、—-]*")
_FREE_TEXT = frozenset({"explanation", "goal_expected", "goal_actual", "target", "actual", "level3", "project_name", "title"})


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
        for field in fields(self):
            yield field.name, getattr(self, field.name)


def build(documents: Iterable[Document]) -> Tables:
    """The tables of a batch, rejected documents included; rows in the order of the documents, forms and prints."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    seen: set[str] = set()
    for document in documents:
        if document.sha256 in seen:
            continue
        seen.add(document.sha256)
        rows["documents"].append(_document_row(document))
        for number, form in enumerate(document.forms, 1):
            key = {"form_id": f"{document.sha256[:16]}-{number}", "document": document.document, "form": number}
            rows["forms"].append({**key, "document_id": document.sha256, **_form_row(form)})
            rows["funds"].extend({**key, **row} for row in _fund_rows(form, key["form_id"]))
            rows["indicators"].extend({**key, **row} for row in _indicator_rows(form, key["form_id"]))
            rows["cells"].extend({"form_id": key["form_id"], **row} for row in _cell_rows(form))
    return Tables(**{name: frame(name, table) for name, table in rows.items()})


def total_row(labels: Iterable[str | None]) -> int:
    """Position of the total among the rows of funds: the first whose label has 总额, 合计 or 总计, else the first (RULES.md)."""
    return next((i for i, label in enumerate(labels) if label and any(word in label for word in _TOTAL_LABELS)), 0)


def is_placeholder(row: Indicator) -> bool:
    """Whether this is a row of the template that nobody filled: 指标2: or …… and nothing printed as target, result, weight or score."""
    filled = (row.target, row.actual, row.weight, row.score)
    return all(map(is_blank, filled)) and (is_blank(row.level3) or _TEMPLATE_NAME.fullmatch(row.level3 or "") is not None)


def _document_row(document: Document) -> dict[str, Any]:
    reason = document.reason
    return {"document_id": document.sha256, "document": document.document, "pages": document.pages, "status": document.status,
            "reason_code": reason and reason.code, "reason_message": reason and reason.message, "reason_hint": reason and reason.hint,
            "forms": len(document.forms)}


def _form_row(form: Form) -> dict[str, Any]:
    total = form.total
    row: dict[str, Any] = {
        "title": form.title, "year": form.year, "project_name": mask_text(form.project_name), "authority": form.authority, "unit": form.unit,
        "leader": mask_name(form.leader), "phone": mask_phone(form.phone), "amount_unit": form.amount_unit,
        "goal_expected": mask_text(form.goal_expected), "goal_actual": mask_text(form.goal_actual), "total_label": total.label,
        "total_weight": total.weight, "total_score": total.score, "total_explanation": mask_text(total.explanation), "profile": form.profile,
        "has_scores": any(fund.score is not None for fund in form.funds) or any(row.score is not None for row in form.indicators),
    }
    return row | _number_columns("total_weight", parse_score(total.weight)) | _number_columns("total_score", parse_score(total.score))


def _fund_rows(form: Form, form_id: str) -> Iterator[dict[str, Any]]:
    unit, total = money_unit(form.amount_unit), total_row(fund.label for fund in form.funds)
    for position, fund in enumerate(form.funds):
        subject = f"funds/{position}"
        row: dict[str, Any] = {"record_id": f"{form_id}/{subject}", "subject": subject, "position": position, "label": fund.label,
                               "is_total_row": position == total}
        for column in FUND_NUMBERS:
            row[column] = getattr(fund, column)
            row |= _number_columns(column, _fund_number(fund, column, unit))
        rate = parse_number(fund.rate)
        yield row | _number_columns("rate_fraction", rate and rate.to_rate(), suffix="")


def _fund_number(fund: Fund, column: str, unit: str | None) -> Printed | None:
    text = getattr(fund, column)
    if column in FUND_AMOUNTS:
        number = parse_number(text)
        return number and number.to_amount(unit)
    return parse_score(text) if column in ("weight", "score") else parse_number(text)


def _indicator_rows(form: Form, form_id: str) -> Iterator[dict[str, Any]]:
    for position, indicator in enumerate(form.indicators):
        subject = f"indicators/{position}"
        row: dict[str, Any] = {
            "record_id": f"{form_id}/{subject}", "subject": subject, "position": position, "level1": indicator.level1,
            "level2": indicator.level2, "level3": mask_text(indicator.level3), "target": mask_text(indicator.target),
            "actual": mask_text(indicator.actual), "weight": indicator.weight, "score": indicator.score,
            "explanation": mask_text(indicator.explanation), "is_placeholder": is_placeholder(indicator)}
        for column in INDICATOR_NUMBERS:
            row |= _number_columns(column, parse_score(row[column]))
        yield row


def _number_columns(column: str, number: Printed | None, suffix: str = "_value") -> dict[str, Any]:
    return {f"{column}{suffix}": number and number.value, f"{column}_half": number and number.half}


def _cell_rows(form: Form) -> Iterator[dict[str, Any]]:
    """One row for each part of each printed value; a doubt about a path without evidence has a row with no page."""
    doubts = {doubt.path: doubt for doubt in form.doubts}
    for path, evidence in form.evidence.items():
        doubt = _doubt_about(path, doubts)
        row = {"path": path, "text": _text_at(form, path), "confidence": doubt.confidence if doubt else 1.0, "doubt": doubt and doubt.why}
        for part, (page, (x0, top, x1, bottom)) in enumerate(evidence):
            yield row | {"page": page, "x0": x0, "top": top, "x1": x1, "bottom": bottom, "part": part}
    for path, doubt in doubts.items():
        if not form.evidence.get(path):
            yield {"path": path, "text": _text_at(form, path), "part": 0, "confidence": doubt.confidence, "doubt": doubt.why}


def _doubt_about(path: str, doubts: dict[str, Doubt]) -> Doubt | None:
    """The doubt about this value, or about the row or block that it stands in."""
    while doubts and path:
        if path in doubts:
            return doubts[path]
        path = path.rpartition("/")[0]
    return None


def _text_at(form: Form, path: str) -> str | None:
    """What is printed at a PATH such as indicators/3/score, masked; None for a path that leads to no value."""
    value: Any = form
    for step in path.split("/"):
        if isinstance(value, tuple):
            value = value[int(step)] if step.isdecimal() and int(step) < len(value) else None
        else:
            value = getattr(value, step, None)
    if value is None or not isinstance(value, (str, int)):
        return None
    text = str(value)
    if path == "leader":
        return mask_name(text)
    return mask_phone(text) if path == "phone" else mask_text(text) if step in _FREE_TEXT else text
