"""Accepted explanations: who accepted which finding, when and why. They are never deleted, only withdrawn by a later entry.

A finding's id is made from the values that it rests on, so an acceptance is void as soon as one of them changes: the finding that is there
then is another one."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from records.schema_sql import audit_findings, current_audits, standing_waivers, waiver_entries


@dataclass(frozen=True, slots=True)
class Waiver:
    """One acceptance that stands. `when` is ISO 8601 in UTC; `void` says why it no longer holds, "" while it does."""

    finding_id: str
    form_id: str
    rule: str
    subject: str
    who: str
    when: str
    why: str
    void: str = ""


def enter(connection: Connection, action: str, finding_id: str, who: str, why: str) -> bool:
    """Add an entry that changes what stands; False where it would change nothing. ValueError: who or why is blank. LookupError: there is
    no such finding now (an acceptance that is void can still be withdrawn)."""
    if not who.strip() or not why.strip():
        raise ValueError("an acceptance needs a name and a reason")
    before = next(iter(connection.execute(standing_waivers().where(waiver_entries.c.finding_id == finding_id))), None)
    if action == "withdraw" and before is None:
        return False
    if action == "accept" and before is not None and (before.who, before.why) == (who, why):
        return False
    latest = current_audits().subquery("latest_audit")
    query = sa.select(audit_findings.c.form_id, audit_findings.c.rule, audit_findings.c.subject)
    query = query.join(latest, latest.c.audit_id == audit_findings.c.audit_id).where(audit_findings.c.finding_id == finding_id)
    finding = next(iter(connection.execute(query)), before if action == "withdraw" else None)
    if finding is None:
        raise LookupError(finding_id)
    seq = connection.scalar(sa.select(sa.func.coalesce(sa.func.max(waiver_entries.c.seq), 0))) or 0
    entry = {"seq": seq + 1, "finding_id": finding_id, "action": action, "form_id": finding.form_id, "rule": finding.rule}
    stamp = {"who": who, "why": why, "recorded_at": datetime.now(UTC).isoformat(timespec="milliseconds")}
    connection.execute(waiver_entries.insert(), {**entry, "subject": finding.subject, **stamp})
    return True


def standing(connection: Connection) -> list[Waiver]:
    """Every acceptance that stands, in the order in which they were given."""
    latest = current_audits().subquery("latest_audit")
    there = sa.select(audit_findings.c.finding_id, audit_findings.c.form_id, audit_findings.c.rule, audit_findings.c.subject).join(
        latest, latest.c.audit_id == audit_findings.c.audit_id).join(
        waiver_entries, (waiver_entries.c.form_id == audit_findings.c.form_id) & (waiver_entries.c.rule == audit_findings.c.rule)
        & (waiver_entries.c.subject == audit_findings.c.subject))  # fmt: skip
    ids: set[str] = set()
    places: set[tuple[str, str, str]] = set()
    for row in connection.execute(there):
        ids.add(row.finding_id)
        places.add((row.form_id, row.rule, row.subject))
    found = []
    for row in connection.execute(standing_waivers().order_by(waiver_entries.c.seq)):
        changed = "所依据的数值已改变" if (row.form_id, row.rule, row.subject) in places else "该问题已不存在"
        void = "" if row.finding_id in ids else changed
        found.append(Waiver(row.finding_id, row.form_id, row.rule, row.subject, row.who, row.recorded_at, row.why, void))
    return found
