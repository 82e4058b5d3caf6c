"""The forms that an auditor goes through, with what is left of each: kept in memory, and up to date with the store.

Only current filings are in it. What a document's reading and audit say is read again when one of them changes; what was decided is read
whenever anybody decided, here or elsewhere. So a request costs what is new since the one before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selfeval.core.masking import mask_text
from selfeval.core.severities import SEVERITIES
from selfeval.records.store.decisions import DecisionRow, Subject, standing
from selfeval.records.store.schema_sql import (
    audit_findings,
    audit_verdicts,
    audits,
    current_audits,
    current_extractions,
    current_filings,
    decisions,
    extractions,
    read_cells,
    read_forms,
    receipts,
)
from selfeval.records.store.statements import fetch
from selfeval.records.store.store import Store

#: Where a form stands in the queue: values in doubt first, since findings about them may be none; then errors; then the rest.
Stage = Literal["doubts", "errors", "rest", "reviewed"]
STAGES: tuple[Stage, ...] = ("doubts", "errors", "rest", "reviewed")

#: The confidence of what is told about a value that is surely read as the page shows it: a note, nothing to decide.
SURE = 1.0
_HEAD = ("form_id", "document_id", "document", "form", "year", "project_name", "unit", "authority")


@dataclass(frozen=True, slots=True)
class JudgedForm:
    """What a reading and its audit say of a form: its head, PATHs in doubt about which nobody decided, findings as (id, severity, cause),
    verdicts that could not be given."""

    form_id: str
    document_id: str
    document: str
    form: int
    year: int | None
    project: str
    unit: str
    authority: str
    doubts: tuple[str, ...]
    findings: tuple[tuple[str, str, str | None], ...]
    undecided: int


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A form in the queue: what is left of it, and whether somebody has reviewed it."""

    judged: JudgedForm
    #: open findings by severity that nobody decided, without those that only follow from another
    left: Mapping[str, int]
    reviewed: DecisionRow | None

    @property
    def doubts(self) -> int:
        return len(self.judged.doubts)

    @property
    def stage(self) -> Stage:
        if self.reviewed:
            return "reviewed"
        return "doubts" if self.doubts else "errors" if self.left["error"] else "rest"

    @property
    def open(self) -> int:
        """How much is left to decide."""
        return self.doubts + sum(self.left.values())


class Queue:
    """All forms in the order in which they are gone through."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = Lock()
        self._stamp: tuple[Any, ...] = ()
        self._keys: dict[str, tuple[str, str]] = {}
        self._judged: dict[str, list[JudgedForm]] = {}
        self._items: tuple[QueueItem, ...] = ()

    def items(self) -> tuple[QueueItem, ...]:
        """The forms, those with doubts first, then those with errors, the rest, those reviewed; by unit within each."""
        with self._lock, self.store.reading() as connection:
            stamp = (*_stamp(connection), self.store.clock.today())
            if stamp != self._stamp:
                self._read_again(connection)
                self._stamp = stamp
            return self._items

    def _read_again(self, connection: Connection) -> None:
        read = current_extractions().subquery("read")
        audited = dict(_pairs(connection, current_audits().subquery("audited"), "audit_id"))
        keys = {
            document_id: (extraction_id, audited.get(document_id, ""))
            for document_id, extraction_id in _pairs(connection, read, "extraction_id")
        }
        changed = [one for one, key in keys.items() if self._keys.get(one) != key]
        for gone in self._keys.keys() - keys.keys():
            self._judged.pop(gone, None)
        self._judged.update(_judged(connection, changed))
        self._keys = keys
        filed = current_filings().subquery("filed")
        current = set(connection.execute(sa.select(filed.c.form_id)).scalars())
        held = holding(self.store.decisions(), self.store.clock.stamp())
        forms = (one for forms in self._judged.values() for one in forms if one.form_id in current)
        self._items = tuple(sorted((_item(one, held) for one in forms), key=_place))


def holding(made: Iterable[DecisionRow], now: str) -> dict[Subject, DecisionRow]:
    """By subject the decision that holds `now`: the last that was not withdrawn and whose last day is not over."""
    return {
        subject: one
        for subject, one in standing(made).items()
        if not one.ends_at or one.ends_at > now
    }


def _pairs(connection: Connection, of: Any, column: str) -> Iterable[tuple[str, str]]:
    """document_id and this column of every row."""
    return (
        (row[0], row[1]) for row in connection.execute(sa.select(of.c.document_id, of.c[column]))
    )


def _stamp(connection: Connection) -> tuple[Any, ...]:
    """What changes with every reading, audit and decision, and with what arrives in an inbox or is taken out of it."""
    last_reading = sa.select(sa.func.max(extractions.c.seq)).scalar_subquery()
    count = sa.select(sa.func.count()).select_from(audits).scalar_subquery()
    last_decision = sa.select(sa.func.max(decisions.c.number)).scalar_subquery()
    standing_now = sa.select(
        sa.func.sum(sa.case((receipts.c.standing, 1), else_=0))
    ).scalar_subquery()
    last_place = sa.select(sa.func.max(receipts.c.place)).scalar_subquery()
    query = sa.select(last_reading, count, last_decision, standing_now, last_place)
    return tuple(connection.execute(query).one())


def _item(judged: JudgedForm, held: Mapping[Subject, DecisionRow]) -> QueueItem:
    # what an acceptance ends is the cause alone: what followed from it then stands for itself
    standing_ids = {one for one, _, _ in judged.findings if one not in held or held[one].kind != "accept"}  # fmt: skip
    left = dict.fromkeys(SEVERITIES, 0)
    for finding, severity, cause in judged.findings:
        if finding not in held and cause not in standing_ids:
            left[severity] += 1
    return QueueItem(judged, left, held.get((judged.document_id, judged.form, "")))


def _place(item: QueueItem) -> tuple[Any, ...]:
    judged = item.judged
    return (
        STAGES.index(item.stage),
        judged.unit or judged.authority,
        judged.project,
        judged.document,
        judged.form,
    )


def _judged(connection: Connection, document_ids: Collection[str]) -> dict[str, list[JudgedForm]]:
    """document_id -> what is said of its forms."""
    latest = current_extractions().subquery("latest")
    heads: sa.Select[Any] = sa.select(*(read_forms.c[name] for name in _HEAD))
    heads = heads.join(latest, latest.c.extraction_id == read_forms.c.extraction_id)
    doubted: sa.Select[Any] = sa.select(read_cells.c.form_id, read_cells.c.path)
    doubted = doubted.join(latest, latest.c.extraction_id == read_cells.c.extraction_id).where(
        read_cells.c.doubt.is_not(None),
        read_cells.c.decided_by.is_(None),
        read_cells.c.confidence < SURE,
        read_cells.c.part == 0,
    )
    doubts: dict[str, list[str]] = defaultdict(list)
    for row in fetch(connection, doubted, latest.c.document_id, document_ids):
        doubts[row.form_id].append(row.path)
    findings, undecided = _audited(connection, document_ids)
    found: dict[str, list[JudgedForm]] = {document_id: [] for document_id in document_ids}
    for row in fetch(connection, heads, latest.c.document_id, document_ids):
        found[row.document_id].append(
            JudgedForm(
                row.form_id,
                row.document_id,
                mask_text(row.document),
                row.form,
                row.year,
                _shown(row.project_name),
                _shown(row.unit),
                _shown(row.authority),
                tuple(doubts[row.form_id]),
                tuple(findings[row.form_id]),
                undecided[row.form_id],
            )
        )
    return found


def _audited(
    connection: Connection, document_ids: Collection[str]
) -> tuple[dict[str, list[tuple[str, str, str | None]]], dict[str, int]]:
    """By form its findings as (id, severity, cause), and how many verdicts could not be given."""
    latest = current_audits().subquery("latest_audit")
    columns = audit_findings.c
    query: sa.Select[Any] = sa.select(
        columns.form_id, columns.finding_id, columns.severity, columns.cause
    ).join(latest, latest.c.audit_id == columns.audit_id)
    findings = defaultdict(list)
    for row in fetch(connection, query, latest.c.document_id, document_ids):
        findings[row.form_id].append((row.finding_id, row.severity, row.cause))
    counted: sa.Select[Any] = sa.select(audit_verdicts.c.form_id, audit_verdicts.c.records)
    counted = counted.join(latest, latest.c.audit_id == audit_verdicts.c.audit_id).where(
        audit_verdicts.c.verdict == "undecidable"
    )
    undecided: dict[str, int] = defaultdict(int)
    for row in fetch(connection, counted, latest.c.document_id, document_ids):
        undecided[row.form_id] += row.records
    return findings, undecided


def _shown(text: str | None) -> str:
    return " ".join(mask_text(text or "").split())
