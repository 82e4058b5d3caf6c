"""Accepted explanations as they stand: the decisions `accept` that nobody has replaced or withdrawn.

A finding's id is made from the values that it rests on, so an acceptance is void as soon as one of them changes: the finding that is there
then is another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selfeval.core import paths
from selfeval.records.store.schema_sql import (
    audit_findings,
    current_audits,
    decisions,
    last_waivers,
    standing_waivers,
)


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


def standing(connection: Connection, now: str) -> list[Waiver]:
    """Every acceptance that was not withdrawn, those included that are void, in the order in which they were given."""
    latest = current_audits().subquery("latest_audit")
    columns: list[Any] = [
        audit_findings.c[name] for name in ("finding_id", "form_id", "rule", "subject")
    ]
    ids: set[str] = set()
    places: set[tuple[str, str, str]] = set()
    there = sa.select(*columns).join(latest, latest.c.audit_id == audit_findings.c.audit_id)
    accepted = sa.select(decisions.c.rule).where(decisions.c.kind == "accept").distinct()
    for row in connection.execute(there.where(audit_findings.c.rule.in_(accepted))):
        ids.add(row.finding_id)
        places.add((row.form_id, row.rule, row.subject))
    holding = {row.finding_id for row in connection.execute(standing_waivers(now))}
    found = []
    for row in connection.execute(last_waivers().order_by(decisions.c.number)):
        place = paths.form_id(row.document_id, row.form), row.rule, row.path
        changed = "所依据的数值已改变" if place in places else "该问题已不存在"
        void = (
            changed if row.finding_id not in ids else "" if row.finding_id in holding else "已过期"
        )
        found.append(
            Waiver(row.finding_id, *place, row.by, row.made_at, row.reason, void, row.until or "")
        )
    return found
