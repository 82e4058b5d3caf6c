"""Document <-> the Extraction JSON that `selfeval extract` writes and other programs rely on.

`{document, sha256, pages, status, reason, forms, skipped}`; a form's `evidence` maps a PATH to `{page, bbox}`, with a list `continued`
of the same shape when a page break cuts the cell. Leader and phone are masked unless asked otherwise, and so are phone and
identity numbers inside other text; amounts and scores are never touched.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from selfeval.core import fields
from selfeval.core.fields import Field
from selfeval.core.masking import mask_captioned, mask_doubt, mask_field, mask_text
from selfeval.extractors.model import (
    Bbox,
    Document,
    Doubt,
    Evidence,
    Form,
    Fund,
    Indicator,
    OtherCell,
    Reason,
    SkippedTable,
    Task,
    Total,
)


def to_json(document: Document, show_personal_data: bool = False) -> dict[str, Any]:
    """The document as plain lists and dicts of the Extraction JSON. Bbox numbers are rounded to 0.01 point."""
    reason = document.reason
    return {
        "document": _clean(document.document),
        "sha256": document.sha256,
        "pages": document.pages,
        "status": document.status,
        "reason": None
        if reason is None
        else {"code": reason.code, "message": reason.message, "hint": reason.hint},
        "forms": [_form(form, show_personal_data) for form in document.forms],
        "skipped": [
            {"page": one.page, "title": _clean(one.title), "kind": one.kind}
            for one in document.skipped
        ],
    }


def _form(form: Form, show: bool) -> dict[str, Any]:
    leader = None if show else form.leader

    def masked(part: Any, of: Sequence[Field]) -> dict[str, Any]:
        return {
            one.name: getattr(part, one.name)
            if show
            else mask_field(one, getattr(part, one.name), leader)
            for one in of
        }

    out: dict[str, Any] = _clean(
        {
            **masked(form, fields.section("head")),
            "funds": [masked(row, fields.FUNDS) for row in form.funds],
            **masked(form, fields.section("goals")),
            "indicators": [masked(row, fields.INDICATORS) for row in form.indicators],
            "tasks": [masked(row, fields.TASKS) for row in form.tasks],
            "total": masked(form.total, fields.TOTAL),
            **masked(form, fields.section("conclusions")),
            "profile": form.profile,
            "other": [_other(cell, leader, show) for cell in form.other],
        }
    )
    out["evidence"] = {path: _evidence(parts) for path, parts in form.evidence.items() if parts}
    out["doubts"] = [
        {
            "path": _clean(doubt.path),
            "why": _clean(doubt.why if show else mask_doubt(doubt.path, doubt.why, leader)),
            "confidence": doubt.confidence,
        }
        for doubt in form.doubts
    ]
    return out


def _other(cell: OtherCell, leader: str | None, show: bool) -> dict[str, Any]:
    caption, value = cell.caption, cell.value
    if not show:
        caption, value = mask_text(caption, leader), mask_captioned(caption, value, leader)
    return {"caption": caption, "value": value, "page": cell.page, "bbox": _box(cell.bbox)}


def _evidence(parts: Sequence[Evidence]) -> dict[str, Any]:
    first, *rest = [
        {"page": part.page, "bbox": _box(part.bbox)}
        | ({"engine": part.engine} if part.engine else {})
        for part in parts
    ]
    return {**first, "continued": rest} if rest else first


def _box(bbox: Bbox) -> list[float]:
    if not all(map(math.isfinite, bbox)):
        raise ValueError("a bbox must have finite numbers")
    return [round(float(value), 2) for value in bbox]


def _clean(value: Any) -> Any:
    """The same value with half surrogate pairs (from broken fonts and odd file names) as U+FFFD, so that it can be written as UTF-8."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        return value
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value


def from_json(data: Mapping[str, Any]) -> Document:
    """The Document that the Extraction JSON stands for (masked values stay masked). Fields and lists that an earlier version did not
    write are absent. KeyError or TypeError: it is not one."""
    reason = data["reason"]
    return Document(
        data["document"], data["sha256"], data["pages"], data["status"],
        None if reason is None else Reason(reason["code"], reason["message"], reason.get("hint")),
        tuple(_read_form(form) for form in data["forms"]),
        tuple(SkippedTable(one["page"], one["title"], one["kind"]) for one in data.get("skipped", ())),
    )  # fmt: skip


def _read_form(data: Mapping[str, Any]) -> Form:
    header: dict[str, Any] = {name: data.get(name) for name in fields.names(fields.HEADER)}
    return Form(
        **header,
        funds=tuple(Fund(**row) for row in data["funds"]),
        indicators=tuple(Indicator(**row) for row in data["indicators"]),
        tasks=tuple(Task(**row) for row in data.get("tasks", ())),
        total=Total(**data["total"]),
        other=tuple(
            OtherCell(one["caption"], one["value"], one["page"], _read_box(one["bbox"]))
            for one in data.get("other", ())
        ),
        profile=data["profile"],
        evidence={path: _read_evidence(found) for path, found in data["evidence"].items()},
        doubts=tuple(Doubt(d["path"], d["why"], d["confidence"]) for d in data["doubts"]),
    )


def _read_evidence(found: Mapping[str, Any]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(part["page"], _read_box(part["bbox"]), part.get("engine", ""))
        for part in (found, *found.get("continued", ()))
    )


def _read_box(numbers: Sequence[float]) -> Bbox:
    x0, top, x1, bottom = numbers
    return x0, top, x1, bottom
