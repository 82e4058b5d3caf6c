"""Entering decisions: what they are about must be there, nobody may have been quicker, and the same said twice is one entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selfeval.core import paths
from selfeval.core.fields import Field, field_at
from selfeval.core.masking import mask_field
from selfeval.records.clock import Clock
from selfeval.records.store import decisions as chain
from selfeval.records.store.decisions import (
    OF_FINDINGS,
    OF_VALUES,
    DecisionError,
    DecisionRow,
    NewDecision,
    Subject,
)
from selfeval.records.store.readings import DocumentReading
from selfeval.records.store.saving import as_read, decide_again, kept_reading
from selfeval.records.store.schema_sql import audit_findings, current_audits
from selfeval.records.store.statements import fetch
from selfeval.records.tables.build import storable


def enter(
    connection: Connection, clock: Clock, new: Sequence[NewDecision], expected_last: int | None
) -> list[DecisionRow]:
    """Enter decisions, all of them or none: the entries, or those that say the same and stand already. `expected_last` is the number of the
    last decision that the writer knew of, None to overrule whatever there is. Raises DecisionError."""
    for one in new:
        one.check()
    finding_ids = {one.finding_id for one in new if one.finding_id}
    there = current_findings(connection, finding_ids)
    made = chain.read(connection, {one.document_id for one in new if one.document_id}, finding_ids)
    stands, last = chain.standing(made), {one.subject: one for one in made}
    readings = _Readings(connection)
    rows: dict[Subject, dict[str, Any]] = {}
    for one in new:
        _refuse_overtaken(one, last.get(one.subject), expected_last)
        before = stands.get(one.subject)
        if before is not None and before.says_like(one):
            continue
        if one.kind == "withdraw" and before is None:
            raise DecisionError("nothing-to-withdraw")
        rows[one.subject] = _row(one, clock) | _about(one, there, before, readings)
    entered = {one.subject: one for one in chain.append(connection, rows.values())}
    decide_again(
        connection,
        {one.document_id for one in entered.values() if one.document_id and not one.finding_id},
    )
    return [entered.get(one.subject) or stands[one.subject] for one in new]


def current_findings(connection: Connection, finding_ids: set[str]) -> dict[str, sa.Row[Any]]:
    """finding_id -> document_id, document, form_id, form, rule, subject of those that there are now."""
    latest = current_audits().subquery("latest_audit")
    names = ("finding_id", "document", "form_id", "form", "rule", "subject")
    columns: list[Any] = [audit_findings.c[name] for name in names]
    query = sa.select(*columns, latest.c.document_id).join(
        latest, latest.c.audit_id == audit_findings.c.audit_id
    )
    return {
        row.finding_id: row
        for row in fetch(connection, query, audit_findings.c.finding_id, finding_ids)
    }


def _refuse_overtaken(new: NewDecision, last: DecisionRow | None, expected: int | None) -> None:
    if expected is None or last is None or last.number <= expected or last.by == new.by:
        return
    raise DecisionError("decided-meanwhile", by=last.by, number=last.number)


def _row(new: NewDecision, clock: Clock) -> dict[str, Any]:
    until = new.until if new.kind == "accept" else None
    return {
        "made_at": clock.stamp(), "by": storable(new.by.strip()), "reason": storable(new.reason.strip()), "kind": new.kind,
        "document_id": new.document_id, "document": None, "form": new.form, "path": new.path, "finding_id": new.finding_id,
        "rule": None, "reading": None, "value": None, "place": None, "until": until and until.isoformat(),
        "ends_at": clock.end_of(until) if until else None,
    }  # fmt: skip


def _about(
    new: NewDecision, there: dict[str, sa.Row[Any]], before: DecisionRow | None, readings: _Readings
) -> dict[str, Any]:
    """What the store knows of that which is decided."""
    if new.kind == "withdraw" and before is not None:
        names = ("document_id", "document", "form", "path", "finding_id", "rule", "reading", "place")  # fmt: skip
        return {name: getattr(before, name) for name in names}
    if new.kind in OF_FINDINGS:
        found = there.get(new.finding_id or "")
        if found is None:
            raise DecisionError("unknown-finding", finding=new.finding_id)
        return {
            "document_id": found.document_id, "document": found.document, "form": found.form, "path": found.subject, "rule": found.rule,
        }  # fmt: skip
    read, held = readings.of(new.document_id or "")
    number, count = new.form or 0, read.document["forms"]
    if not 0 < number <= count:
        raise DecisionError("unknown-form", form=number, forms=count)
    about: dict[str, Any] = {"document": read.document["document"], "path": None}
    if new.kind in OF_VALUES:
        about |= _of_value(new, read, held, paths.form_id(read.document_id, number))
    return about


def _of_value(
    new: NewDecision, read: DocumentReading, held: DocumentReading, form: str
) -> dict[str, Any]:
    """`read` is what was read, `held` the same with what stands decided, which is what the writer saw."""
    path = new.path or ""
    field = field_at(path)
    told = any(row["path"] == path for row in (*read.cells(form), *held.cells(form)))
    if not (read.has(form, path) if field else told and new.kind != "correct"):
        raise DecisionError("unknown-path", path=path)
    text, seen = read.text(form, path), held.text(form, path)
    if new.reading is not None and new.reading != (seen or ""):
        raise DecisionError("reading-changed", path=path)
    about = {"path": path, "reading": text, "place": read.place(form, path)}
    if new.kind == "correct" and field is not None:
        about["value"] = _corrected(field, new.value or "")
    elif new.kind == "confirm" and field is not None and seen != text:
        about["value"] = seen
    return about


def _corrected(field: Field, value: str) -> str:
    """The text that is kept: as typed, names and telephones masked as everywhere."""
    text = storable(value.strip())
    if field.kind == "year" and not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise DecisionError("value-wrong", value=text, field=field.zh)
    return mask_field(field, text, None) or ""


class _Readings:
    """The current readings of documents, as read and with what was decided, each loaded once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, tuple[DocumentReading, DocumentReading]] = {}

    def of(self, document_id: str) -> tuple[DocumentReading, DocumentReading]:
        if document_id not in self._known:
            read = as_read(self._connection, document_id)
            held = kept_reading(self._connection, document_id)
            if read is None or held is None:
                raise DecisionError("unknown-document")
            self._known[document_id] = read, held
        return self._known[document_id]
