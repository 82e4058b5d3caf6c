"""Runs of suites -> findings with subject, numbers and the place on the page, and verdicts for every rule and form."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from selfeval.expectations.gx.suites import BatchRun, SuiteRun
from selfeval.expectations.runner import Bench, Question
from selfeval.expectations.verdicts import Decision, Verdict
from selfeval.records.tables.columns import frame
from selfeval.records.tables.subjects import packed

if TYPE_CHECKING:
    import pandas

Place = tuple[int, float, float, float, float]
_VERDICTS = {
    "form_id": "object",
    "rule": "object",
    "subject": "object",
    "verdict": "object",
    "why": "object",
    "records": "int64",
}
_SEVERITY_ORDER = {"error": 0, "warning": 1, "information": 2}


@dataclass
class Audit:
    """What an audit found. `findings` has the columns of records; `verdicts` has one row for each failing subject of a form and rule, and
    one for all subjects that were decided alike for the same reason (`records` says how many; `subject` names them, see `tables.subjects`, where
    they are undecided, and is None where several are not); `capped` says what was counted but not listed:
    rule, table, failed, listed. The rest is what Data Docs are made from."""

    findings: pandas.DataFrame
    verdicts: pandas.DataFrame
    capped: pandas.DataFrame
    batch: BatchRun


def collect(batch: BatchRun, cells: pandas.DataFrame) -> Audit:
    """The audit that a run comes to. `cells` is the table of printed cells."""
    import pandas as pd

    bench, runs = batch.bench, batch.runs
    listed = [
        (question, record_id)
        for run in runs
        for question, record_ids in run.failures.items()
        for record_id in record_ids
    ]
    places = _Places(cells, {bench.form_of(record_id).form_id for _, record_id in listed})
    rows = [_finding(bench, question, record_id, places) for question, record_id in listed]
    order = {form.form_id: i for i, form in enumerate(bench.forms)}
    rows.sort(
        key=lambda row: (
            order[row["form_id"]],
            _SEVERITY_ORDER[row["severity"]],
            row["rule"],
            _natural(row["subject"]),
        )
    )
    columns = _verdicts(bench)
    verdicts = pd.DataFrame(
        {name: pd.Series(columns[name], dtype=dtype) for name, dtype in _VERDICTS.items()}
    )
    return Audit(frame("findings", rows), verdicts, _capped(runs), batch)


def finding_id(
    document_id: str, form: int, rule: str, subject: str, values: Sequence[str | None]
) -> str:
    """The same for the same document, form, rule, subject and printed values; another as soon as one of the values changes."""
    key = "\x1f".join(
        [
            document_id,
            str(form),
            rule,
            subject,
            *("\x00" if value is None else value for value in values),
        ]
    )
    return hashlib.sha256(key.encode()).hexdigest()[:20]


def _finding(bench: Bench, question: Question, record_id: str, places: _Places) -> dict[str, Any]:
    form, decision = bench.form_of(record_id), bench.decision(question, record_id)
    rule, subject = question[0], bench.subject_of(question, record_id)
    page, x0, top, x1, bottom = places.of(decision, subject, form.form_id)
    return {
        "finding_id": finding_id(form.document_id, form.form, rule, subject, decision.values), "form_id": form.form_id, "document": form.document,
        "form": form.form, "rule": rule, "severity": bench.catalogue[rule].severity, "subject": subject, "message": decision.why,
        "expected": decision.expected, "actual": decision.actual, "page": page, "x0": x0, "top": top, "x1": x1, "bottom": bottom, "status": "open",
    }  # fmt: skip


#: Where a finding is drawn when none of the cells that it names has evidence.
_FALLBACKS = ("total/score", "project_name", "title")


def place(decision: Decision, subject: str, cells: Mapping[str, int]) -> int | None:
    """The first cell that has evidence: one that the decision names, else any cell of the subject, else one of the form's head. `cells` are
    those of the form by path, told by a number."""
    inside = (
        path for path in cells if path.startswith(subject + "/")
    )  # looked at only where the cells named have no place
    return next(
        (
            cells[path]
            for path in chain(decision.cells, (subject,), inside, _FALLBACKS)
            if path in cells
        ),
        None,
    )


class _Places:
    """Where the cells of some forms are printed: by form and path the number of a cell, by number its page and box. Of a cell in several
    parts it is the first."""

    def __init__(self, cells: pandas.DataFrame, form_ids: set[str]) -> None:
        chosen = cells[cells["form_id"].isin(form_ids) & cells["page"].notna()]
        if chosen["part"].any():
            chosen = chosen.sort_values("part", kind="stable")
        self._boxes = [chosen[name].tolist() for name in ("page", "x0", "top", "x1", "bottom")]
        self.cells: dict[str, dict[str, int]] = {}
        for number, (form_id, path) in enumerate(
            zip(chosen["form_id"].tolist(), chosen["path"].tolist(), strict=True)
        ):
            self.cells.setdefault(form_id, {}).setdefault(path, number)

    def of(self, decision: Decision, subject: str, form_id: str) -> Place | tuple[None, ...]:
        number = place(decision, subject, self.cells.get(form_id, {}))
        if number is None:
            return (None,) * 5
        page, x0, top, x1, bottom = (column[number] for column in self._boxes)
        return int(page), x0, top, x1, bottom


def _natural(subject: str) -> tuple[Any, ...]:
    """indicators/2 before indicators/10."""
    return tuple(
        (0, int(step), "") if step.isdecimal() else (1, 0, step) for step in subject.split("/")
    )


def _verdicts(bench: Bench) -> dict[str, list[Any]]:
    """The columns of `Audit.verdicts`: hundreds of thousands of rows in a batch, hence no tuple for each."""
    columns: dict[str, list[Any]] = {name: [] for name in _VERDICTS}
    form_id, rules, subjects, verdicts, whys, records = (columns[name].append for name in _VERDICTS)
    fail, undecided, words = (
        Verdict.FAIL.value,
        Verdict.UNDECIDABLE,
        {verdict: verdict.value for verdict in Verdict},
    )
    for question, docket in bench.dockets.items():
        rule, _, subject = question
        for record_id, decision in docket.failures.items():
            (
                form_id(bench.form_of(record_id).form_id),
                rules(rule),
                subjects(bench.subject_of(question, record_id)),
            )
            verdicts(fail), whys(decision.why), records(1)
        for form, decision, rows in docket.settled:
            verdict = decision.verdict
            # where a rule is undecided is told row by row, the rest is only counted
            where = subject or (
                packed(row.subject for row in rows) if verdict is undecided else None
            )
            form_id(form.form_id), rules(rule), subjects(where)
            verdicts(words[verdict]), whys(decision.why), records(len(rows))
    return columns


def _capped(runs: list[SuiteRun]) -> pandas.DataFrame:
    import pandas as pd

    rows = []
    for run in runs:
        for question, count in run.counts.items():
            if count > len(run.failures[question]):
                rows.append((question[0], run.table, count, len(run.failures[question])))
    return pd.DataFrame(rows, columns=["rule", "table", "failed", "listed"])
