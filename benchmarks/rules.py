"""Findings by rule over the forms of a corpus as they are printed, and how many of them were right when they were held against the form.

Core findings are held against the truth of the corpus; of the others, those that a person judged stand in judged.json as
[document, form, rule, subject, right]."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from benchmarks.files import Item
from benchmarks.report import table
from selfeval.expectations import audit, catalogue
from selfeval.extractors.model import Document
from selfeval.records.tables.build import build
from tests.documents import form_of_truth, sha256

JUDGED = Path(__file__).with_name("judged.json")

Place = tuple[str, int, str, str]


class JudgedBatch(NamedTuple):
    """How many findings of a rule there are, how many of them were judged, and how many of these were right."""

    findings: int
    judged: int
    right: int


def judge(items: Iterable[Item]) -> dict[str, JudgedBatch]:
    """The rules that find anything in the truths of `items`, each finding counted once for a form that is printed several times."""
    documents, true = [], set()
    for item in items:
        name, forms = item.truth["document"], item.truth["forms"]
        if forms:
            read = tuple(replace(form_of_truth(form), doubts=()) for form in forms)
            documents.append(Document(name, sha256(name), 1, "ok", forms=read))
            true |= {(name, *found) for found in item.truth.get("findings") or []}
    known: dict[Place, bool] = {
        (name, form, rule, subject): right
        for name, form, rule, subject, right in json.loads(JUDGED.read_text("utf-8"))
    }
    core = {rule for rule, entry in catalogue.load().entries.items() if entry.core}
    findings, judged, right = Counter[str](), Counter[str](), Counter[str]()
    seen = set()
    for row in audit(build(documents)).findings.itertuples():
        told = (row.rule, row.subject, row.message)
        if told in seen:
            continue
        seen.add(told)
        place = (row.document, row.form, row.rule, row.subject)
        findings[row.rule] += 1
        if row.rule in core or place in known:
            judged[row.rule] += 1
            right[row.rule] += place in true if row.rule in core else known[place]
    return {rule: JudgedBatch(count, judged[rule], right[rule]) for rule, count in findings.items()}


def section(items: Iterable[Item]) -> str:
    """The table, most findings first within a severity."""
    found, entries = judge(items), catalogue.load().entries
    rank = {severity: n for n, severity in enumerate(catalogue.SEVERITY_WORDS)}
    order = sorted(found, key=lambda rule: (rank[entries[rule].severity], -found[rule].findings))
    rows = [
        (rule, entries[rule].severity, str(one.findings), str(one.judged), f"{one.right / one.judged:.0%}" if one.judged else "")
        for rule, one in ((rule, found[rule]) for rule in order)
    ]  # fmt: skip
    silent = len(entries.keys() - found.keys())
    head = ("rule", "severity", "findings", "judged", "right")
    return f"\n## Findings by rule\n\n{table(head, rows)}\n{silent} rules find nothing in these forms.\n"
