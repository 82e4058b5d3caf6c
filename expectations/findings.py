"""Decisions -> findings with subject, numbers and the place on the page, and verdicts for every rule and form."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from selfeval.core.paths import packed, printed_order
from selfeval.expectations.answers import FAIL, Answer
from selfeval.expectations.causes import WEIGHT, name_causes
from selfeval.expectations.columns import Record
from selfeval.expectations.judging import Fault, Judgement, Question, form_of
from selfeval.expectations.verdicts import Decision, Verdict
from selfeval.records.tables.columns import frame

if TYPE_CHECKING:
    import pandas

    from selfeval.expectations.gx.validating import BatchRun

Place = tuple[int, float, float, float, float]
_VERDICTS = {
    "form_id": "object",
    "rule": "object",
    "subject": "object",
    "verdict": "object",
    "why": "object",
    "records": "int64",
}

#: Findings of one rule in one document, and of one question in a batch, that are listed; what is above is counted.
LISTED_IN_DOCUMENT, LISTED_IN_BATCH = 200, 20_000

log = logging.getLogger(__name__)


@dataclass
class Audit:
    """What an audit found. `findings` has the columns of records; `verdicts` has one row for each failing subject of a form and rule, and
    one for all subjects that were decided alike for the same reason (`records` says how many; `subject` names them, see `core.paths.packed`,
    where they are undecided, and their table where they are not); `capped` says what was counted but not listed: rule, table, failed, listed.
    `faults` are the rules that raised. `batch` is what Data Docs are made from, None where nothing was counted for them."""

    findings: pandas.DataFrame
    verdicts: pandas.DataFrame
    capped: pandas.DataFrame
    faults: tuple[Fault, ...]
    batch: BatchRun | None


def collect(judgement: Judgement, cells: pandas.DataFrame, batch: BatchRun | None = None) -> Audit:
    """The audit that a judgement comes to. `cells` is the table of printed cells, `batch` what was counted of it."""
    import pandas as pd

    listed: list[tuple[Question, Record, Decision]] = []
    capped = []
    for question, answer in judgement.answers():
        if failing := answer.failing():
            records = judgement.records[question.table]
            kept = _listed(question.rule, [records[number] for number in failing])
            listed += [(question, record, answer[failing[at]]) for at, record in kept]
            if len(kept) < len(failing):
                capped.append((question.rule, question.table, len(failing), len(kept)))
    places = _Places(cells, {form_of(record).form_id for _, record, _ in listed})
    rows = [_finding(judgement, *one, places) for one in listed]
    by_form: dict[str, list[dict[str, Any]]] = {}
    named: dict[str, tuple[str, ...]] = {}
    for row, (_, _, decision) in zip(rows, listed, strict=True):
        by_form.setdefault(row["form_id"], []).append(row)
        named[row["finding_id"]] = decision.cells
    for found in by_form.values():
        name_causes(found, named, judgement.catalogue)
    order = {form.form_id: i for i, form in enumerate(judgement.forms)}
    rows.sort(
        key=lambda row: (
            order[row["form_id"]],
            WEIGHT[row["severity"]],
            row["rule"],
            printed_order(row["subject"]),
        )
    )
    above = pd.DataFrame(capped, columns=["rule", "table", "failed", "listed"])
    faults = tuple(judgement.faults.values())
    return Audit(frame("findings", rows), _verdicts(judgement), above, faults, batch)


def _listed(rule: str, failing: Sequence[Record]) -> list[tuple[int, Record]]:
    """The failing records that the caps leave, with their places among them."""
    by_document: Counter[str] = Counter()
    kept = []
    for at, record in enumerate(failing):
        document = form_of(record).document_id
        by_document[document] += 1
        if by_document[document] <= LISTED_IN_DOCUMENT:
            kept.append((at, record))
    if len(kept[:LISTED_IN_BATCH]) < len(failing):
        log.warning("%s: %d of %d findings are listed", rule, len(kept[:LISTED_IN_BATCH]), len(failing))  # fmt: skip
    return kept[:LISTED_IN_BATCH]


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


def _finding(
    judgement: Judgement, question: Question, record: Record, decision: Decision, places: _Places
) -> dict[str, Any]:
    form, rule, subject = form_of(record), question.rule, question.subject or record.subject
    severity = judgement.catalogue[rule].severity_in(form.settings.id if form.settings else None)
    page, x0, top, x1, bottom = places.of(decision, subject, form.form_id)
    return {
        "finding_id": finding_id(form.document_id, form.form, rule, subject, decision.values), "form_id": form.form_id, "document": form.document,
        "form": form.form, "rule": rule, "severity": severity, "subject": subject, "message": decision.why,
        "expected": decision.expected, "actual": decision.actual, "page": page, "x0": x0, "top": top, "x1": x1, "bottom": bottom, "status": "open",
        "cause": None,
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


def _verdicts(judgement: Judgement) -> pandas.DataFrame:
    """`Audit.verdicts`: hundreds of thousands of rows in a batch, hence no Python object for each."""
    import pandas as pd

    form_ids = np.array([form.form_id for form in judgement.forms], dtype=object)
    place = {id(form): number for number, form in enumerate(judgement.forms)}
    of_record = {
        table: np.array([place[id(form_of(record))] for record in records], dtype=np.int64)
        for table, records in judgement.records.items()
    }
    parts = [_rows_of(judgement, question, answer, of_record[question.table])
             for question, answer in judgement.answers() if len(answer.which)]  # fmt: skip
    names = ("form_id", "subject", "verdict", "why", "records", "rule")
    columns = {name: [part[at] for part in parts] for at, name in enumerate(names)}
    joined: dict[str, Any] = {
        name: np.concatenate(arrays) if arrays else [] for name, arrays in columns.items()
    }
    joined["form_id"] = form_ids[joined["form_id"]] if parts else []
    return pd.DataFrame(
        {name: pd.Series(joined[name], dtype=dtype) for name, dtype in _VERDICTS.items()}
    )


def _rows_of(judgement: Judgement, question: Question, answer: Answer, forms: Any) -> tuple[Any, ...]:  # fmt: skip
    """The rows of one question: number of the form, subject, verdict, why, how many records, rule."""
    which = answer.which.astype(np.int64)
    # what fails is told one by one, the rest by form and decision
    alone = answer.codes() == FAIL
    numbers = np.cumsum([one.verdict is not Verdict.FAIL for one in answer.decisions]) - 1
    keys = forms * (numbers[-1] + 1) + numbers[which]
    first, counts = _grouped(keys, np.flatnonzero(~alone))
    first = np.concatenate([first, np.flatnonzero(alone)])
    counts = np.concatenate([counts, np.ones(len(first) - len(counts), dtype=np.int64)])
    printed = np.argsort(first)
    first, counts = first[printed], counts[printed]
    words = np.array([decision.verdict.value for decision in answer.decisions], dtype=object)
    whys = np.array([decision.why for decision in answer.decisions], dtype=object)
    # what is only counted says of which table
    subjects = np.full(len(first), question.subject or question.table, dtype=object)
    if not question.subject:
        records = judgement.records[question.table]
        undecided = np.array([one.verdict is Verdict.UNDECIDABLE for one in answer.decisions])
        for at in np.flatnonzero(alone[first] | undecided[which[first]]):
            row = first[at]
            same = [row] if counts[at] == 1 else _alike(which, forms, row)
            subjects[at] = packed(records[number].subject for number in same)
    rules = np.full(len(first), question.rule, dtype=object)
    return forms[first], subjects, words[which[first]], whys[which[first]], counts, rules


def _grouped(keys: Any, rows: Any) -> tuple[Any, Any]:
    """Of each key that `rows` have the first of them, and how many there are."""
    if not len(rows) or keys[rows].max() > 20 * len(keys):
        _, first, counts = np.unique(keys[rows], return_index=True, return_counts=True)
        return rows[first], counts
    counts = np.bincount(keys[rows])
    first = np.zeros(len(counts), dtype=np.int64)
    first[keys[rows[::-1]]] = rows[::-1]
    return first[counts > 0], counts[counts > 0]


def _alike(which: Any, forms: Any, row: int) -> list[int]:
    """The records of the same form with the same decision; a form's records stand together."""
    end = int(np.searchsorted(forms, forms[row], side="right"))
    inside: list[int] = (row + np.flatnonzero(which[row:end] == which[row])).tolist()
    return inside
