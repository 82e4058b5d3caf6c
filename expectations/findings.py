"""Runs of suites -> findings with subject, numbers and the place on the page, and verdicts for every rule and form."""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expectations.bench import Bench, Question
from expectations.suites import BatchRun, SuiteRun
from expectations.verdicts import Decision, Verdict
from records.columns import frame

if TYPE_CHECKING:
    import pandas

Place = tuple[int, float, float, float, float]
_VERDICTS = {"form_id": "object", "rule": "object", "subject": "object", "verdict": "object", "why": "object", "records": "int64"}
_SEVERITY_ORDER = {"error": 0, "warning": 1, "information": 2}


@dataclass
class Audit:
    """What an audit found. `findings` has the columns of records; `verdicts` has one row for each failing subject of a form and rule, and
    one for all subjects that were decided alike for the same reason (`records` says how many, `subject` is None where they are several); `capped` says what was counted but not listed:
    rule, table, failed, listed. The rest is what Data Docs are made from."""

    findings: pandas.DataFrame
    verdicts: pandas.DataFrame
    capped: pandas.DataFrame
    batch: BatchRun


def collect(batch: BatchRun, cells: pandas.DataFrame) -> Audit:
    """The audit that a run comes to. `cells` is the table of printed cells."""
    import pandas as pd

    bench, runs = batch.bench, batch.runs
    listed = [(question, record_id) for run in runs for question, record_ids in run.failures.items() for record_id in record_ids]
    places = _places(cells, {bench.form_of(record_id).form_id for _, record_id in listed})
    rows = [_finding(bench, question, record_id, places) for question, record_id in listed]
    order = {form.form_id: i for i, form in enumerate(bench.forms)}
    rows.sort(key=lambda row: (order[row["form_id"]], _SEVERITY_ORDER[row["severity"]], row["rule"], _natural(row["subject"])))
    columns = zip(*_verdicts(bench), strict=True)
    named = dict(zip(("form_id", "rule", "subject", "verdict", "why", "records"), columns, strict=False))
    verdicts = pd.DataFrame({name: pd.Series(named.get(name, ()), dtype=dtype) for name, dtype in _VERDICTS.items()})
    return Audit(frame("findings", rows), verdicts, _capped(runs), batch)


def finding_id(document_id: str, form: int, rule: str, subject: str, values: Sequence[str | None]) -> str:
    """The same for the same document, form, rule, subject and printed values; another as soon as one of the values changes."""
    key = "\x1f".join([document_id, str(form), rule, subject, *("\x00" if value is None else value for value in values)])
    return hashlib.sha256(key.encode()).hexdigest()[:20]


def _finding(bench: Bench, question: Question, record_id: str, places: dict[str, dict[str, Place]]) -> dict[str, Any]:
    form, decision = bench.form_of(record_id), bench.decision(question, record_id)
    rule, subject = question[0], bench.subject_of(question, record_id)
    page, x0, top, x1, bottom = place(decision, subject, places.get(form.form_id, {})) or (None,) * 5
    return {
        "finding_id": finding_id(form.document_id, form.form, rule, subject, decision.values), "form_id": form.form_id, "document": form.document,
        "form": form.form, "rule": rule, "severity": bench.catalogue[rule].severity, "subject": subject, "message": decision.why,
        "expected": decision.expected, "actual": decision.actual, "page": page, "x0": x0, "top": top, "x1": x1, "bottom": bottom, "status": "open",
    }  # fmt: skip


#: Where a finding is drawn when none of the cells that it names has evidence.
_FALLBACKS = ("total/score", "project_name", "title")


def place(decision: Decision, subject: str, places: dict[str, Place]) -> Place | None:
    """Page and box of the first cell that has evidence: those the decision names, then any cell of the subject, then the form's head.
    `places` are the cells of the form by path."""
    inside = (path for path in places if path.startswith(subject + "/"))
    return next((places[path] for path in (*decision.cells, subject, *inside, *_FALLBACKS) if path in places), None)


def _places(cells: pandas.DataFrame, form_ids: set[str]) -> dict[str, dict[str, Place]]:
    """form_id -> path -> page and box of the first part of the cell."""
    chosen = cells[cells["form_id"].isin(form_ids) & cells["page"].notna()].sort_values("part", kind="stable")
    columns = (chosen[name].tolist() for name in ("form_id", "path", "page", "x0", "top", "x1", "bottom"))
    places: dict[str, dict[str, Place]] = {}
    for form_id, path, page, x0, top, x1, bottom in zip(*columns, strict=True):
        places.setdefault(form_id, {}).setdefault(path, (int(page), x0, top, x1, bottom))
    return places


def _natural(subject: str) -> tuple[Any, ...]:
    """indicators/2 before indicators/10."""
    return tuple((0, int(step), "") if step.isdecimal() else (1, 0, step) for step in subject.split("/"))


def _verdicts(bench: Bench) -> Iterable[tuple[str, str, str | None, str, str, int]]:
    for question, docket in bench.dockets.items():
        rule, _, subject = question
        for record_id, decision in docket.failures.items():
            yield bench.form_of(record_id).form_id, rule, bench.subject_of(question, record_id), Verdict.FAIL.value, decision.why, 1
        for settled in docket.settled:
            verdict = settled.decision.verdict
            alone = verdict is Verdict.UNDECIDABLE and settled.records == 1
            about = subject or (settled.first.subject if alone else None)
            yield settled.form.form_id, rule, about, verdict.value, settled.decision.why, settled.records


def _capped(runs: list[SuiteRun]) -> pandas.DataFrame:
    import pandas as pd

    rows = []
    for run in runs:
        for question, count in run.counts.items():
            if count > len(run.failures[question]):
                rows.append((question[0], run.table, count, len(run.failures[question])))
    return pd.DataFrame(rows, columns=["rule", "table", "failed", "listed"])
