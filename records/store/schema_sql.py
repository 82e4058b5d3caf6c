"""The database: base tables that only ever grow. `views_sql` shows what of them is current.

A reading of a document is kept once, under an extraction_id made from its content: `read_documents`, `read_forms`, `read_funds`,
`read_indicators`, `read_tasks`, `read_other`, `read_skipped`, `read_cells`. `extractions` says in which order which version of the extractors
gave which reading; where people decided on values, its `extraction_id` is the reading with that in it, and `read_id` the one that it was. What
an audit found of a reading is kept once, under an audit_id made from its content: `audit_results`, `audit_findings`, `audit_verdicts`;
`audits` says in which order which version of the rules gave which result. The last entry of each holds. `decisions` are what people decided.

Decimals are exact: NUMERIC on PostgreSQL; text on SQLite, which knows only floats. Times are ISO 8601 in UTC and only for reading: the
order of things is told by `generation` and `seq`, since clocks are set back.

Every change to what follows needs a revision in `migrations/versions`; a test holds the two to each other.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from selfeval.records.tables.columns import COLUMNS


class Exact(TypeDecorator[Decimal]):
    """A Decimal kept to its last digit, trailing zeros included."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.Numeric() if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else value if isinstance(value, Decimal) else Decimal(value)


_TYPES: dict[str, Any] = {"text": sa.Text, "decimal": Exact, "count": sa.Integer, "number": sa.Integer, "flag": sa.Boolean,
                          "point": sa.Double}  # fmt: skip

metadata = sa.MetaData()

#: What programs knew a store by that had no migrations; see revision 0002.
store_settings = sa.Table("store_settings", metadata, sa.Column("name", sa.Text, primary_key=True),
                          sa.Column("value", sa.Text, nullable=False))  # fmt: skip


def _columns(table: str, without: set[str]) -> list[sa.Column[Any]]:
    return [
        sa.Column(name, _TYPES[kind])
        for name, kind in COLUMNS[table].items()
        if name not in without
    ]


def _extraction() -> sa.Column[Any]:
    return sa.Column(
        "extraction_id",
        sa.String(32),
        sa.ForeignKey("read_documents.extraction_id"),
        primary_key=True,
    )


def _ordinal() -> sa.Column[Any]:
    """Position among the rows of the same reading or audit, from 0."""
    return sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False)


read_documents = sa.Table(
    "read_documents", metadata, sa.Column("extraction_id", sa.String(32), primary_key=True), *_columns("documents", set()))  # fmt: skip
read_forms = sa.Table(
    "read_forms",
    metadata,
    _extraction(),
    _ordinal(),
    *_columns("forms", set()),
    sa.Index("read_forms_form", "form_id"),
)
read_funds = sa.Table("read_funds", metadata, _extraction(), _ordinal(), *_columns("funds", set()))
read_indicators = sa.Table(
    "read_indicators", metadata, _extraction(), _ordinal(), *_columns("indicators", set())
)
read_tasks = sa.Table("read_tasks", metadata, _extraction(), _ordinal(), *_columns("tasks", set()))
read_other = sa.Table("read_other", metadata, _extraction(), _ordinal(), *_columns("other", set()))
read_skipped = sa.Table(
    "read_skipped", metadata, _extraction(), _ordinal(), *_columns("skipped", set())
)
read_cells = sa.Table("read_cells", metadata, _extraction(), _ordinal(), *_columns("cells", set()))

extractions = sa.Table(
    "extractions", metadata,
    sa.Column("document_id", sa.String(64), primary_key=True),
    sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, nullable=False, unique=True),
    sa.Column("extractor", sa.Text, nullable=False),
    sa.Column("extraction_id", sa.String(32), sa.ForeignKey("read_documents.extraction_id"), nullable=False, index=True),
    sa.Column("read_id", sa.String(32), sa.ForeignKey("read_documents.extraction_id")),
    sa.Column("recorded_at", sa.String(32), nullable=False),
)  # fmt: skip

#: The tables of one reading, parents first.
READ_TABLES = {
    "forms": read_forms,
    "funds": read_funds,
    "indicators": read_indicators,
    "tasks": read_tasks,
    "other": read_other,
    "skipped": read_skipped,
    "cells": read_cells,
}

#: One filing of a form: `series_id` is the same for all that carry the same year, unit and project (`readings.series_id`); `version` counts
#: from 1 the documents of a series in the order of saving, which holds where no receipt tells another.
form_versions = sa.Table(
    "form_versions", metadata,
    sa.Column("series_id", sa.String(32), primary_key=True),
    _extraction(),
    sa.Column("form_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document_id", sa.String(64), nullable=False, index=True),
    sa.Column("recorded_at", sa.String(32), nullable=False),
)  # fmt: skip

#: Where each document stands in the order of receipt, and whether it still stands in an inbox; see `Store.receive`. The one table whose
#: rows change: it says what is so now, the ledger how it came.
receipts = sa.Table(
    "receipts", metadata,
    sa.Column("document_id", sa.String(64), primary_key=True),
    sa.Column("place", sa.BigInteger, nullable=False),
    sa.Column("standing", sa.Boolean, nullable=False),
)  # fmt: skip

audit_results = sa.Table(
    "audit_results", metadata,
    sa.Column("audit_id", sa.String(32), primary_key=True),
    sa.Column("extraction_id", sa.String(32), sa.ForeignKey("read_documents.extraction_id"), nullable=False),
)  # fmt: skip
audits = sa.Table(
    "audits", metadata,
    _extraction(),
    sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("rules", sa.Text, nullable=False),
    sa.Column("audit_id", sa.String(32), sa.ForeignKey("audit_results.audit_id"), nullable=False),
    sa.Column("recorded_at", sa.String(32), nullable=False),
)  # fmt: skip


def _audit() -> sa.Column[Any]:
    return sa.Column(
        "audit_id", sa.String(32), sa.ForeignKey("audit_results.audit_id"), primary_key=True
    )


VERDICT_COLUMNS = {
    "form_id": "text",
    "rule": "text",
    "subject": "text",
    "verdict": "text",
    "why": "text",
    "records": "count",
}
audit_findings = sa.Table("audit_findings", metadata, _audit(), _ordinal(), *_columns("findings", {"status"}),
                          sa.Index("ix_audit_findings_finding_id", "finding_id"))  # fmt: skip
audit_verdicts = sa.Table("audit_verdicts", metadata, _audit(), _ordinal(),
                          *(sa.Column(name, _TYPES[kind]) for name, kind in VERDICT_COLUMNS.items()))  # fmt: skip

#: What people decided, as a chain of hashes; see `decisions`. Rows are only ever added: triggers of the migration refuse anything else.
#: An acceptance holds until the moment `ends_at` if it has one: when the last day `until` (ISO 8601) is over where the auditors sit.
decisions = sa.Table(
    "decisions", metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", sa.String(32), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("document_id", sa.String(64), index=True),
    sa.Column("document", sa.Text),
    sa.Column("form", sa.Integer),
    sa.Column("path", sa.Text),
    sa.Column("finding_id", sa.Text, index=True),
    sa.Column("rule", sa.Text),
    sa.Column("reading", sa.Text),
    sa.Column("value", sa.Text),
    sa.Column("place", sa.Text),
    sa.Column("until", sa.String(10)),
    sa.Column("ends_at", sa.String(32)),
    sa.Column("previous", sa.String(64), nullable=False, unique=True),
    sa.Column("hash", sa.String(64), nullable=False),
)  # fmt: skip


#: Their kinds, for tables outside of the store.
DECISION_COLUMNS = {
    column.name: "count" if isinstance(column.type, sa.Integer) and not column.nullable
    else "number" if isinstance(column.type, sa.Integer) else "text"
    for column in decisions.columns
}  # fmt: skip


class utc_now(FunctionElement[str]):
    """Now, by the clock of the database, written as `Clock.stamp` writes it but for the offset: what compares with it is in UTC too."""

    type = sa.String()
    inherit_cache = True


@compiles(utc_now, "sqlite")
def _now_sqlite(element: utc_now, compiler: Any, **more: Any) -> str:
    return "strftime('%Y-%m-%dT%H:%M:%f', 'now')"


@compiles(utc_now, "postgresql")
def _now_postgresql(element: utc_now, compiler: Any, **more: Any) -> str:
    return "to_char(CURRENT_TIMESTAMP AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS')"


def current_extractions() -> sa.Select[Any]:
    """The last entry of `extractions` about each document, with `arrival`, the seq of its first."""
    other = extractions.alias("other")
    same = other.c.document_id == extractions.c.document_id
    newest = sa.select(sa.func.max(other.c.generation)).where(same).scalar_subquery()
    arrival = sa.select(sa.func.min(other.c.seq)).where(same).scalar_subquery()
    return sa.select(extractions, arrival.label("arrival")).where(
        extractions.c.generation == newest
    )


#: Greater than every place in a ledger: a document that nobody has told the place of came after all others.
_AFTER_ALL = 10**9


def all_filings() -> sa.Select[Any]:
    """Every filing of every form: series_id, extraction_id, form_id, document_id, recorded_at. `version` counts from 1 the documents of a
    series in the order of receipt; `is_current` says which forms count, those of the last document that stands in an inbox, and
    `replaced_by` gives for the others the version of that one."""
    current, of = current_extractions().subquery("read_now"), form_versions.c
    names = ("series_id", "extraction_id", "form_id", "document_id", "recorded_at")
    place = sa.func.coalesce(receipts.c.place, _AFTER_ALL + of.version)
    standing = sa.func.coalesce(receipts.c.standing, sa.true())
    filed = (
        sa.select(*(of[name] for name in names), place.label("place"), standing.label("standing"))
        .join(current, current.c.extraction_id == of.extraction_id)
        .join(receipts, receipts.c.document_id == of.document_id, isouter=True)
        .subquery("filed_now")
    )
    rank = sa.func.dense_rank().over(partition_by=filed.c.series_id, order_by=filed.c.place)
    # that of a view stays what it was
    version = sa.cast(rank, sa.Integer).label("version")
    numbered = sa.select(filed, version).subquery("numbered")
    counted = sa.case((numbered.c.standing, numbered.c.version))
    last = sa.func.max(counted).over(partition_by=numbered.c.series_id)
    is_last = numbered.c.standing & (numbered.c.version == last)
    return sa.select(
        numbered.c.series_id,
        numbered.c.version,
        *(numbered.c[name] for name in names[1:]),
        is_last.label("is_current"),
        sa.case((is_last, None), else_=last).label("replaced_by"),
    )


def current_filings() -> sa.Select[Any]:
    """extraction_id and form_id of the forms that count: of each series (year, unit, project) those of the document that came last, of
    those that stand in an inbox."""
    filed = all_filings().subquery("filed")
    return sa.select(filed.c.extraction_id, filed.c.form_id).where(filed.c.is_current)


def current_audits() -> sa.Select[Any]:
    """The last entry of `audits` about the current reading of each document, with document_id and arrival of the latter."""
    current = current_extractions().subquery("current_reading")
    other = audits.alias("other")
    newest = (
        sa.select(sa.func.max(other.c.generation))
        .where(other.c.extraction_id == audits.c.extraction_id)
        .scalar_subquery()
    )
    joined = sa.select(audits, current.c.document_id, current.c.arrival).join(
        current, current.c.extraction_id == audits.c.extraction_id
    )
    return joined.where(audits.c.generation == newest)


def last_of_findings() -> sa.Select[Any]:
    """The last decision about each finding that has any."""
    other = decisions.alias("other")
    newest = (
        sa.select(sa.func.max(other.c.number))
        .where(other.c.finding_id == decisions.c.finding_id)
        .scalar_subquery()
    )
    return sa.select(decisions).where(decisions.c.number == newest)


def last_waivers() -> sa.Select[Any]:
    """The last decision about each finding, where that is an acceptance, be it expired or not."""
    return last_of_findings().where(decisions.c.kind == "accept")


def standing_waivers(now: str = "") -> sa.Select[Any]:
    """Those of `last_waivers` that have not expired `now`, a moment as `Clock.stamp` writes it; by the database's clock without one."""
    ends_at = decisions.c.ends_at
    return last_waivers().where(sa.or_(ends_at.is_(None), ends_at > (now or utc_now())))
