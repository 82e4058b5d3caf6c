"""What audits found, into the database and back. A finding's status is not kept: the waivers tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selfeval.core.paths import short_id
from selfeval.records.store.readings import digest, group_values
from selfeval.records.store.schema_sql import (
    VERDICT_COLUMNS,
    audit_findings,
    audit_results,
    audit_verdicts,
    audits,
    current_audits,
    current_extractions,
    current_filings,
    extractions,
    standing_waivers,
)
from selfeval.records.store.statements import fetch, fetch_column, insert
from selfeval.records.tables.columns import COLUMNS

if TYPE_CHECKING:
    from pandas import DataFrame

_FINDING = tuple(name for name in COLUMNS["findings"] if name != "status")
_VERDICT = tuple(VERDICT_COLUMNS)


def save(
    connection: Connection,
    document_ids: Iterable[str],
    findings: DataFrame,
    verdicts: DataFrame,
    rules: str,
    readings: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Enter an audit of these documents; the number of rows inserted in each table. `readings` are those that were judged: a document that
    has another one by now is left out."""
    ids = list(dict.fromkeys(document_ids))
    latest = current_extractions().subquery("latest")
    read = {
        row.document_id: row
        for row in fetch(connection, sa.select(latest), latest.c.document_id, ids)
    }
    missing = [document_id for document_id in ids if document_id not in read]
    if missing:
        raise ValueError(
            f"{len(missing)} audited documents were never saved, the first is {missing[0]}"
        )
    if readings is not None:
        ids = [one for one in ids if readings[one] == read[one].extraction_id]
    last = {row.document_id: row for row in _current(connection, ids)}
    found, judged = group_values(findings, _FINDING), group_values(verdicts, _VERDICT)
    results: dict[str, tuple[str, str]] = {}
    entries, now = [], datetime.now(UTC).isoformat(timespec="milliseconds")
    for document_id in ids:
        extraction_id, prefix = read[document_id].extraction_id, short_id(document_id)
        rows = [
            [value for name, value in zip(_FINDING, row, strict=True) if name != "document"]
            for row in found.get(prefix, [])
        ]
        audit_id = digest([extraction_id, rows, judged.get(prefix, [])])
        before = last.get(document_id)
        if before is not None and (before.audit_id, before.rules) == (audit_id, rules):
            continue
        results[audit_id] = extraction_id, prefix
        entries.append({"extraction_id": extraction_id, "generation": before.generation + 1 if before is not None else 1, "rules": rules,
                        "audit_id": audit_id, "recorded_at": now})  # fmt: skip
    kept = set(fetch_column(connection, audit_results.c.audit_id, results))
    fresh = {audit_id: result for audit_id, result in results.items() if audit_id not in kept}
    inserted: dict[sa.Table, Iterable[dict[str, Any]]] = {
        audit_results: [
            {"audit_id": audit_id, "extraction_id": extraction_id}
            for audit_id, (extraction_id, _) in fresh.items()
        ],
        audits: entries,
        audit_findings: _numbered(fresh, found, _FINDING),
        audit_verdicts: _numbered(fresh, judged, _VERDICT),
    }
    return {table.name: insert(connection, table, new) for table, new in inserted.items()}


def carry_over(connection: Connection, before: str, after: str) -> None:
    """Let the last audit of one reading stand for another that nobody has judged yet, under no version of the rules."""
    wanted = sa.select(audits.c.extraction_id).where(audits.c.extraction_id == after).limit(1)
    query = sa.select(audits).where(audits.c.extraction_id == before)
    last = connection.execute(query.order_by(audits.c.generation.desc()).limit(1)).first()
    if last is not None and connection.execute(wanted).first() is None:
        entry = {"extraction_id": after, "generation": 1, "rules": "", "audit_id": last.audit_id}
        connection.execute(audits.insert(), {**entry, "recorded_at": last.recorded_at})


def _numbered(
    fresh: dict[str, tuple[str, str]],
    groups: dict[str, list[tuple[Any, ...]]],
    names: tuple[str, ...],
) -> Iterator[dict[str, Any]]:
    for audit_id, (_, prefix) in fresh.items():
        for n, row in enumerate(groups.get(prefix, [])):
            yield {"audit_id": audit_id, "ordinal": n, **dict(zip(names, row, strict=True))}


def current_ids(connection: Connection, rules: str) -> dict[str, tuple[str, str]]:
    """By document_id the current reading and its audit, for documents that were last judged by these rules."""
    latest = current_audits().subquery("latest_audit")
    rows = connection.execute(sa.select(latest).where(latest.c.rules == rules)).fetchall()
    return {row.document_id: (row.extraction_id, row.audit_id) for row in rows}


def last_ids(connection: Connection, document_ids: Collection[str]) -> dict[str, str]:
    """By document_id the last audit of its current reading."""
    return {row.document_id: row.audit_id for row in _current(connection, document_ids)}


def audited(connection: Connection, document_ids: Iterable[str], rules: str) -> set[str]:
    """Those of the documents whose current reading was last judged by these rules."""
    return {row.document_id for row in _current(connection, document_ids) if row.rules == rules}


def findings(
    connection: Connection, document_ids: Collection[str] | None, now: str
) -> list[tuple[Any, ...]]:
    """Rows of the table findings, of the current audits; pass `document_ids` in the order in which they are wanted."""
    standing = standing_waivers(now).subquery("standing")
    status = sa.case(
        (audit_findings.c.finding_id.in_(sa.select(standing.c.finding_id)), "waived"), else_="open"
    )
    return _rows(
        connection,
        audit_findings,
        [status if name == "status" else audit_findings.c[name] for name in COLUMNS["findings"]],
        document_ids,
    )


def documents_of(connection: Connection, finding_ids: Collection[str]) -> set[str]:
    """The documents that findings of any audit are about."""
    query = sa.select(extractions.c.document_id).distinct()
    query = query.join(audit_results, audit_results.c.extraction_id == extractions.c.extraction_id)
    query = query.join(audit_findings, audit_findings.c.audit_id == audit_results.c.audit_id)
    rows = fetch(connection, query, audit_findings.c.finding_id, finding_ids)
    return {row.document_id for row in rows}


def finding_ids(connection: Connection) -> set[str]:
    """The ids of the findings of the last audits."""
    latest = current_audits().subquery("latest_audit")
    query = sa.select(audit_findings.c.finding_id).join(
        latest, latest.c.audit_id == audit_findings.c.audit_id
    )
    return set(connection.execute(query).scalars())


def verdicts(connection: Connection, document_ids: Collection[str] | None) -> list[tuple[Any, ...]]:
    """Rows of form_id, rule, subject, verdict, why, records."""
    return _rows(
        connection,
        audit_verdicts,
        [audit_verdicts.c[name] for name in VERDICT_COLUMNS],
        document_ids,
    )


def counted(connection: Connection, document_ids: Collection[str]) -> dict[str, int]:
    """form_id -> findings, for the forms of these documents that were judged."""
    latest = current_audits().subquery("latest_audit")
    judged: sa.Select[Any] = (
        sa.select(audit_verdicts.c.form_id)
        .distinct()
        .join(latest, latest.c.audit_id == audit_verdicts.c.audit_id)
    )
    found: sa.Select[Any] = sa.select(
        audit_findings.c.form_id, sa.func.count().label("found")
    ).group_by(audit_findings.c.form_id)
    found = found.join(latest, latest.c.audit_id == audit_findings.c.audit_id)
    counts = {
        row.form_id: 0 for row in fetch(connection, judged, latest.c.document_id, document_ids)
    }
    return counts | {
        row.form_id: row.found
        for row in fetch(connection, found, latest.c.document_id, document_ids)
    }


def open_by_rule(connection: Connection, document_ids: Collection[str], now: str) -> dict[str, int]:
    """rule -> findings of the current filings in these documents that no acceptance stands against `now`, without what only follows from
    another such one: a run's sentence counts the same."""
    latest, filed, standing = (
        current_audits().subquery("latest_audit"),
        current_filings().subquery("filed"),
        standing_waivers(now).subquery("standing"),
    )
    accepted = sa.select(standing.c.finding_id)
    query: sa.Select[Any] = sa.select(
        audit_findings.c.rule, sa.func.count().label("found")
    ).group_by(audit_findings.c.rule)
    query = query.join(latest, latest.c.audit_id == audit_findings.c.audit_id)
    query = query.join(
        filed,
        (filed.c.extraction_id == latest.c.extraction_id)
        & (filed.c.form_id == audit_findings.c.form_id),
    )
    # a cause and what follows from it are found by one audit
    cause = audit_findings.c.cause
    query = query.where(
        audit_findings.c.finding_id.not_in(accepted), cause.is_(None) | cause.in_(accepted)
    )
    counts: Counter[str] = Counter()
    for row in fetch(connection, query, latest.c.document_id, document_ids):
        counts[row.rule] += row.found
    return dict(counts)


def _rows(
    connection: Connection,
    table: sa.Table,
    columns: list[Any],
    document_ids: Collection[str] | None,
) -> list[tuple[Any, ...]]:
    latest = current_audits().subquery("latest_audit")
    query = sa.select(*columns).join_from(table, latest, latest.c.audit_id == table.c.audit_id)
    query = query.order_by(latest.c.arrival, table.c.ordinal)
    return [tuple(row) for row in fetch(connection, query, latest.c.document_id, document_ids)]


def _current(connection: Connection, document_ids: Iterable[str]) -> list[sa.Row[Any]]:
    latest = current_audits().subquery("latest_audit")
    return fetch(connection, sa.select(latest), latest.c.document_id, set(document_ids))
