"""Documents as the extractors give them, from the golden files or made up, for tests that need no PDF."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from selfeval.core.fields import Header
from selfeval.extractors.model import (
    Document,
    Doubt,
    Evidence,
    Form,
    Fund,
    Indicator,
    Reason,
    Total,
)

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def ok(name: str, *forms: Form, content: str | None = None) -> Document:
    """A document that was read. Its bytes are told apart by `content`, else by its name."""
    return Document(name, sha256(content or name), 1, "ok", None, forms)


def rejected(name: str, code: str = "password-locked") -> Document:
    return Document(
        name, sha256(name), 0, "rejected", Reason(code, "文件设有打开密码", "请提供未加密的文件")
    )


def form(**values: Any) -> Form:
    """A small form that says whose it is; fields are replaced by `values`."""
    plain = {"title": "项目支出绩效自评表", "year": 2022, "project_name": "维护费", "authority": "某局", "unit": "某中心", "amount_unit": "万元",
             "leader": "张某", "phone": "13600000000", "funds": (Fund("年度资金总额", "100", "100.00", "98.5", "10", "98.50%", "9.85"),),
             "indicators": (Indicator("产出指标", "数量指标", "设备数量", "≥19台", "19台", "90", "90", ""),), "total": Total("总分", "100", "99.85")}  # fmt: skip
    return Form(**{**plain, **values})


def golden(path: Path) -> Document:
    """The truth of a published form as a Document, with a box for every value and a doubt about the first score."""
    truth = json.loads(path.read_text("utf-8"))
    if truth["unreadable"]:
        return rejected(truth["document"], "damaged")
    return ok(truth["document"], *map(form_of_truth, truth["forms"]))


def _part(kind: type[Any], row: dict[str, Any] | None) -> Any:
    return kind(**{field.name: (row or {}).get(field.name) for field in fields(kind)})


def form_of_truth(truth: dict[str, Any]) -> Form:
    plain = {field.name: truth.get(field.name) for field in fields(Header) if field.name in truth}
    funds = tuple(_part(Fund, row) for row in truth["funds"])
    indicators = tuple(_part(Indicator, row) for row in truth["indicators"])
    paths = [f"{block}/{n}/{name}" for block, rows in (("funds", funds), ("indicators", indicators)) for n, row in enumerate(rows)
             for name in row.__dataclass_fields__ if getattr(row, name) is not None]  # fmt: skip
    boxes = {
        path: (Evidence(1 + n // 40, (10.0, 20.0 + n % 40, 90.0, 30.0 + n % 40)),)
        for n, path in enumerate(["project_name", *paths])
    }
    doubts = (Doubt("indicators/0/score", "两种读法不一致", 0.6),)
    return Form(
        **plain,
        funds=funds,
        indicators=indicators,
        total=_part(Total, truth.get("total")),
        evidence=boxes,
        doubts=doubts,
    )
