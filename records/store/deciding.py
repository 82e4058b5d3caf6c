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
from selfeval.records.store.saving import kept_reading
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
    texts = _Readings(connection)
    rows: dict[Subject, dict[str, Any]] = {}
    for one in new:
        _refuse_overtaken(one, last.get(one.subject), expected_last)
        before = stands.get(one.subject)
        if before is not None and before.says_like(one):
            continue
        if one.kind == "withdraw" and before is None:
            raise DecisionError("nothing-to-withdraw")
        rows[one.subject] = _row(one, clock) | _about(one, there, before, texts)
    entered = {one.subject: one for one in chain.append(connection, rows.values())}
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
    new: NewDecision, there: dict[str, sa.Row[Any]], before: DecisionRow | None, texts: _Readings
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
    reading = texts.of(new.document_id or "")
    number, path = new.form or 0, new.path or ""
    count = reading.document["forms"]
    if not 0 < number <= count:
        raise DecisionError("unknown-form", form=number, forms=count)
    about: dict[str, Any] = {"document": reading.document["document"]}
    if new.kind in OF_VALUES:
        about |= _of_value(new, reading, paths.form_id(reading.document_id, number), path)
    else:
        about["path"] = None
    return about


def _of_value(new: NewDecision, reading: DocumentReading, form: str, path: str) -> dict[str, Any]:
    doubted = any(row["path"] == path and row["form_id"] == form for row in reading.rows["cells"])
    field = field_at(path)
    there = reading.has(form, path) if field else doubted
    if not there or (field is None and new.kind == "correct"):
        raise DecisionError("unknown-path", path=path)
    text = reading.text(form, path)
    if new.reading is not None and new.reading != (text or ""):
        raise DecisionError("reading-changed", path=path)
    about = {"reading": text, "place": reading.place(form, path)}
    if new.kind == "correct" and field is not None:
        about["value"] = _corrected(field, new.value or "")
    return about


def _corrected(field: Field, value: str) -> str:
    """The text that is kept: as typed, names and telephones masked as everywhere."""
    text = storable(value.strip())
    if field.kind == "year" and not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise DecisionError("value-wrong", value=text, field=field.zh)
    return mask_field(field, text, None) or ""


class _Readings:
    """The current readings of documents, each loaded once."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._known = connection, dict[str, DocumentReading]()

    def of(self, document_id: str) -> DocumentReading:
        if document_id not in self._known:
            found = kept_reading(self._connection, document_id)
            if found is None:
                raise DecisionError("unknown-document")
            self._known[document_id] = found
        return self._known[document_id]
