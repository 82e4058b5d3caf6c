"""Accepted explanations: who accepted which finding, when, why and until which day. They are never deleted, only withdrawn by a later
entry.

A finding's id is made from the values that it rests on, so an acceptance is void as soon as one of them changes: the finding that is there
then is another one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selfeval.records.clock import Clock
from selfeval.records.store.schema_sql import (
    audit_findings,
    current_audits,
    last_waivers,
    standing_waivers,
    waiver_entries,
)
from selfeval.records.store.statements import fetch


@dataclass(frozen=True, slots=True)
class Waiver:
    """One acceptance that was not withdrawn. `when` is ISO 8601 in UTC, `until` the last day on which it holds where the auditors
    sit, ISO 8601, "" for ever; `void` says why it no longer holds, "" while it does."""

    finding_id: str
    form_id: str
    rule: str
    subject: str
    who: str
    when: str
    why: str
    void: str = ""
    until: str = ""


def current(connection: Connection, finding_ids: Collection[str]) -> dict[str, sa.Row[Any]]:
    """finding_id -> form_id, rule and subject of those that there are now."""
    latest = current_audits().subquery("latest_audit")
    columns = (audit_findings.c[name] for name in ("finding_id", "form_id", "rule", "subject"))
    query = sa.select(*columns).join(latest, latest.c.audit_id == audit_findings.c.audit_id)
    return {
        row.finding_id: row
        for row in fetch(connection, query, audit_findings.c.finding_id, finding_ids)
    }


def enter(
    connection: Connection,
    clock: Clock,
    there: Mapping[str, Any],
    action: str,
    finding_id: str,
    who: str,
    why: str,
    until: date | None = None,
) -> bool:
    """Add an entry that changes what stands; False where it would change nothing. `there` is what `current` says of the finding.
    ValueError: who or why is blank. LookupError: there is no such finding now (an acceptance that is void can still be withdrawn)."""
    if not who.strip() or not why.strip():
        raise ValueError("an acceptance needs a name and a reason")
    last_day = until.isoformat() if until else None
    before = next(
        iter(connection.execute(last_waivers().where(waiver_entries.c.finding_id == finding_id))),
        None,
    )
    if action == "withdraw" and before is None:
        return False
    if (
        action == "accept"
        and before is not None
        and (before.who, before.why, before.until) == (who, why, last_day)
    ):
        return False
    finding = there.get(finding_id, before if action == "withdraw" else None)
    if finding is None:
        raise LookupError(finding_id)
    seq = connection.scalar(sa.select(sa.func.coalesce(sa.func.max(waiver_entries.c.seq), 0))) or 0
    entry = {
        "seq": seq + 1,
        "finding_id": finding_id,
        "action": action,
        "form_id": finding.form_id,
        "rule": finding.rule,
    }
    stamp = {
        "who": who,
        "why": why,
        "until": last_day,
        "ends_at": clock.end_of(until) if until else None,
        "recorded_at": clock.stamp(),
    }
    connection.execute(waiver_entries.insert(), {**entry, "subject": finding.subject, **stamp})
    return True


def standing(connection: Connection, now: str) -> list[Waiver]:
    """Every acceptance that was not withdrawn, those included that are void, in the order in which they were given."""
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
    holding = {row.finding_id for row in connection.execute(standing_waivers(now))}
    found = []
    for row in connection.execute(last_waivers().order_by(waiver_entries.c.seq)):
        changed = (
            "所依据的数值已改变"
            if (row.form_id, row.rule, row.subject) in places
            else "该问题已不存在"
        )
        void = (
            changed if row.finding_id not in ids else "" if row.finding_id in holding else "已过期"
        )
        found.append(
            Waiver(
                row.finding_id,
                row.form_id,
                row.rule,
                row.subject,
                row.who,
                row.recorded_at,
                row.why,
                void,
                row.until or "",
            )
        )
    return found
