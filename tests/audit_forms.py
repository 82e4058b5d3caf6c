"""Forms for the tests of rules: one clean scored form, and copies of it with single cells changed.

A change is {PATH: text}; None takes a column's cell away. `doubts` are paths that were not read with certainty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from selfeval.extractors.model import Document, Doubt, Evidence, Form, Fund, Indicator, Total
from selfeval.records.tables.build import Tables, build

CLEAN = Form(
    title="项目支出绩效自评表", year=2022, project_name="水库水标尺安装项目", authority="某县水利局", unit="某县水利工程站", amount_unit="万元",
    funds=(
        Fund("年度资金总额", "120", "100.00", "95.00", "10", "95.00%", "9.50"),
        Fund("其中：当年财政拨款", "120", "80.00", "75.00", "—", "—", "—"),
        Fund("上年结转资金", "", "20.00", "20.00", "—", "—", "—"),
        Fund("其他资金", "", "", "", "—", "—", "—"),
    ),
    goal_expected="安装水标尺30处，保障农业用水计量。", goal_actual="已安装30处水标尺，计量正常。年中按程序调减预算。",
    indicators=(
        Indicator("产出指标", "数量指标", "安装水标尺数量", "≥30处", "30处", "20", "20", ""),
        Indicator("产出指标", "质量指标", "验收合格率", "≥95%", "100%", "15", "15", ""),
        Indicator("产出指标", "时效指标", "按期完工率", "≥90%", "85%", "15", "14", "受汛期影响，2处安装推迟，已调整次年计划。"),
        Indicator("产出指标", "成本指标", "项目总成本", "≤100万元", "95万元", "10", "10", ""),
        Indicator("效益指标", "社会效益指标", "用水户节水意识", "显著提升", "显著提升", "20", "20", ""),
        Indicator("满意度指标", "服务对象满意度指标", "用水户满意度", "≥95%", "96%", "10", "10", ""),
    ),
    total=Total("总分", "100", "98.50", ""), profile="national",
)  # fmt: skip


def changed(form: Form, changes: Mapping[str, Any], doubts: Iterable[str] = ()) -> Form:
    """`form` with the cells in `changes` replaced: a header field, funds/N/NAME, indicators/N/NAME, total/NAME, or funds/*/NAME and
    indicators/*/NAME for a whole column."""
    for path, value in changes.items():
        steps = path.split("/")
        if len(steps) == 1:
            form = replace(form, **{path: value})
        elif steps[0] == "total":
            form = replace(form, total=replace(form.total, **{steps[1]: value}))
        else:
            rows = getattr(form, steps[0])
            chosen = range(len(rows)) if steps[1] == "*" else (int(steps[1]),)
            rows = tuple(
                replace(row, **{steps[2]: value}) if i in chosen else row
                for i, row in enumerate(rows)
            )
            form = replace(form, **{steps[0]: rows})
    return replace(form, doubts=tuple(Doubt(path, "两次读取结果不一致", 0.4) for path in doubts))


def with_evidence(form: Form) -> Form:
    """`form` with a box on page 1 for every printed value: rows run down the page, columns across it."""
    evidence = {}
    for name in ("title", "project_name", "authority", "unit", "goal_expected", "goal_actual"):
        evidence[name] = (Evidence(1, (100.0, 40.0, 300.0, 52.0)),)
    for block, offset in (("funds", 100.0), ("indicators", 200.0)):
        for i, row in enumerate(getattr(form, block)):
            for j, name in enumerate(row.__slots__):
                evidence[f"{block}/{i}/{name}"] = (
                    Evidence(
                        1, (50.0 + 60 * j, offset + 20 * i, 110.0 + 60 * j, offset + 20 * i + 20)
                    ),
                )
    for name in ("weight", "score"):
        evidence[f"total/{name}"] = (Evidence(1, (50.0, 700.0, 110.0, 720.0)),)
    return replace(form, evidence=evidence)


def document(*forms: Form, name: str = "form.pdf") -> Document:
    """A document that holds `forms`; its hash follows from what they print."""
    return Document(name, sha256(repr((name, forms)).encode()).hexdigest(), 1, "ok", forms=forms)


def tables_of(*forms: Form) -> Tables:
    """Each form as a document of its own."""
    return build(
        document(with_evidence(form), name=f"form-{i}.pdf") for i, form in enumerate(forms)
    )
