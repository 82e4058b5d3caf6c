"""Document <-> the Extraction JSON that `selfeval extract` writes and other programs rely on.

`{document, sha256, pages, status, reason, forms}`; a form's `evidence` maps a PATH to `{page, bbox}`, with a list `continued`
of the same shape when a page break cuts the cell. Leader and phone are masked unless asked otherwise, and so are phone and
identity numbers inside other text; amounts and scores are never touched.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from selfeval.core.masking import mask_known, mask_name, mask_phone
from selfeval.extractors.model import (
    Bbox,
    Document,
    Doubt,
    Evidence,
    Form,
    Fund,
    Indicator,
    Reason,
    Total,
)

_TEXT_FIELDS = ("title", "project_name", "authority", "unit", "goal_expected", "goal_actual")
_FREE_INDICATOR = ("level1", "level2", "level3", "target", "actual", "explanation")
_PERSONAL = ("leader", "phone")
_PERSONAL_DOUBT = "个人信息读取存疑（内容已隐去）"


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
    }


def _form(form: Form, show: bool) -> dict[str, Any]:
    out: dict[str, Any] = {
        "title": form.title, "year": form.year, "project_name": form.project_name, "authority": form.authority, "unit": form.unit,
        "leader": form.leader, "phone": form.phone, "amount_unit": form.amount_unit,
        "funds": [asdict(fund) for fund in form.funds],
        "goal_expected": form.goal_expected, "goal_actual": form.goal_actual,
        "indicators": [asdict(indicator) for indicator in form.indicators],
        "total": asdict(form.total),
        "profile": form.profile,
    }  # fmt: skip
    doubts = [{"path": d.path, "why": d.why, "confidence": d.confidence} for d in form.doubts]
    if not show:
        _mask(out, doubts)
    out = _clean(out)
    out["evidence"] = {path: _evidence(parts) for path, parts in form.evidence.items() if parts}
    out["doubts"] = _clean(doubts)
    return out


def _mask(form: dict[str, Any], doubts: list[dict[str, Any]]) -> None:
    leader = form["leader"]
    form["leader"], form["phone"] = mask_name(leader), mask_phone(form["phone"])
    rows = [(form, _TEXT_FIELDS), (form["total"], ("explanation",))]
    rows += [(indicator, _FREE_INDICATOR) for indicator in form["indicators"]] + [
        (fund, ("label",)) for fund in form["funds"]
    ]
    for row, keys in rows:
        row.update({key: mask_known(row[key], leader) for key in keys if row[key]})
    for doubt in doubts:  # a doubt quotes the readings that differ
        doubt["why"] = (
            _PERSONAL_DOUBT if doubt["path"] in _PERSONAL else mask_known(doubt["why"], leader)
        )


def _evidence(parts: Sequence[Evidence]) -> dict[str, Any]:
    first, *rest = [{"page": part.page, "bbox": [_round(v) for v in part.bbox]} for part in parts]
    return {**first, "continued": rest} if rest else first


def _round(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("a bbox must have finite numbers")
    return round(float(value), 2)


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
    """The Document that the Extraction JSON stands for (masked values stay masked). KeyError or TypeError: it is not one."""
    reason = data["reason"]
    return Document(
        data["document"], data["sha256"], data["pages"], data["status"],
        None if reason is None else Reason(reason["code"], reason["message"], reason.get("hint")),
        tuple(_read_form(form) for form in data["forms"]),
    )  # fmt: skip


def _read_form(data: Mapping[str, Any]) -> Form:
    plain = {
        key: data[key] for key in (*_TEXT_FIELDS, *_PERSONAL, "year", "amount_unit", "profile")
    }
    return Form(
        **plain,
        funds=tuple(Fund(**row) for row in data["funds"]),
        indicators=tuple(Indicator(**row) for row in data["indicators"]),
        total=Total(**data["total"]),
        evidence={path: _read_evidence(found) for path, found in data["evidence"].items()},
        doubts=tuple(Doubt(d["path"], d["why"], d["confidence"]) for d in data["doubts"]),
    )


def _read_evidence(found: Mapping[str, Any]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(part["page"], _bbox(part["bbox"])) for part in (found, *found.get("continued", ()))
    )


def _bbox(numbers: Sequence[float]) -> Bbox:
    x0, top, x1, bottom = numbers
    return x0, top, x1, bottom
