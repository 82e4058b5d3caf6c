"""Data for the tests of reports: tables with findings, without running an audit, and a season of any size as it streams by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from audit_forms import CLEAN, changed, document, with_evidence

from selfeval.extractors.model import Document, Form, Reason
from selfeval.records.tables.build import Tables, build
from selfeval.records.tables.columns import frame
from selfeval.reports.model import PageImage, RuleText

RULES = {
    rule_id: RuleText(
        rule_id,
        title,
        severity,
        statement=f"{title}。",
        tolerance="半个末位",
        source="审计常用的勾稽复核",
        remedy="请核对后更正。",
        traps=("横线不是零。",),
    )
    for rule_id, title, severity in (
        ("scores-sum", "总得分与各项得分之和不符", "error"),
        ("execution-rate", "执行率计算不符", "error"),
        ("deviation-unexplained", "失分未说明原因", "warning"),
        ("required-field", "必填栏目未填", "warning"),
    )
}


@dataclass(frozen=True)
class Batch:
    """What a report is made of."""

    tables: Tables
    findings: Any
    verdicts: Any

    def __iter__(self) -> Iterator[Any]:
        return iter((self.tables, self.findings, self.verdicts))


def finding(
    box: dict[str, Any], form: Any, rule: str, path: str, subject: str | None = None, **more: Any
) -> dict[str, Any]:
    """A finding drawn on `box`, the first part of the cell `path`, as an audit makes it."""
    return {
        "finding_id": sha256(repr((form.form_id, rule, path)).encode()).hexdigest()[:20],
        "form_id": form.form_id,
        "document": form.document,
        "form": int(form.form),
        "rule": rule,
        "severity": RULES[rule].severity if rule in RULES else "warning",
        "subject": subject or path,
        "message": "总得分印为98.50，各项得分合计为98.00，请核实。",
        "expected": "98.00",
        "actual": "98.50",
        **box,
        "status": "open",
        **more,
    }


def batch(
    documents: Iterable[Document],
    findings: Iterable[tuple[int, str, str, dict[str, Any]]] = (),
    undecided: bool = False,
) -> Batch:
    """Tables of `documents` with `findings` given as (number of the form, rule, PATH, more columns)."""
    import pandas as pd

    tables = build(documents)
    ids, forms = list(tables.forms.form_id), list(tables.forms.itertuples())
    boxes = {
        (cell.form_id, cell.path): {
            "page": cell.page,
            "x0": cell.x0,
            "top": cell.top,
            "x1": cell.x1,
            "bottom": cell.bottom,
        }
        for cell in tables.cells[(tables.cells.part == 0) & tables.cells.page.notna()].itertuples()
    }
    rows = [
        finding(boxes.get((ids[number], path), {}), forms[number], rule, path, **more)
        for number, rule, path, more in findings
    ]
    verdicts = [
        {
            "form_id": form_id,
            "rule": "scores-sum",
            "subject": None,
            "verdict": "pass",
            "why": "",
            "records": 12,
        }
        for form_id in ids
    ]
    if undecided:
        verdicts += [
            {
                "form_id": form_id,
                "rule": "execution-rate",
                "subject": "funds/0",
                "verdict": "undecidable",
                "why": "执行率无法读成数字。",
                "records": 1,
            }
            for form_id in ids
        ]
    return Batch(
        tables,
        frame("findings", rows),
        pd.DataFrame(verdicts, columns=["form_id", "rule", "subject", "verdict", "why", "records"]),
    )


def one(
    form: Form = CLEAN, *findings: tuple[int, str, str, dict[str, Any]], name: str = "form.pdf"
) -> Batch:
    return batch([document(with_evidence(form), name=name)], findings, undecided=True)


def refused(name: str = "locked.pdf") -> Document:
    return Document(
        name,
        "f" * 64,
        0,
        "rejected",
        Reason("password-locked", "文件设有打开密码，无法读取。", "请向报送单位索取未加密的文件。"),
    )


def season(count: int, size: int = 100) -> Iterator[Batch]:
    """`count` documents in batches of `size`: 200 units, 21 indicators each, every second one with findings."""
    indicators = tuple(replace(CLEAN.indicators[at % 5], level3=f"指标{at}") for at in range(21))
    for start in range(0, count, size):
        documents, findings = [], []
        for at in range(start, min(start + size, count)):
            form = changed(
                CLEAN,
                {
                    "project_name": f"第{at}号水利工程维护项目",
                    "unit": f"某县第{at % 200}水利站",
                    "year": 2018 + at % 6,
                    "funds/0/executed": f"{40 + at % 60}.50",
                    "total/score": f"{70 + at % 30}.5",
                },
            )
            documents.append(
                document(with_evidence(replace(form, indicators=indicators)), name=f"{at}.pdf")
            )
            if at % 2:
                findings += [
                    (at - start, "scores-sum", "total/score", {}),
                    (
                        at - start,
                        "deviation-unexplained",
                        f"indicators/{at % 21}/explanation",
                        {"subject": f"indicators/{at % 21}"},
                    ),
                ]
        yield batch(documents, findings)


def pictures(tables: Tables, path: str = "pages/page.webp") -> list[PageImage]:
    return [
        PageImage(document_id, 1, path, 595.0, 842.0)
        for document_id in tables.documents.document_id
    ]
