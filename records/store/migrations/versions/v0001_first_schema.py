"""The schema that stores had before they were versioned by Alembic. Frozen: it imports nothing that may change."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

_EXACT = sa.Text().with_variant(sa.Numeric(), "postgresql")


def _texts(names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text()) for name in names.split()]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(f"{name}_{part}", _EXACT) for name in names for part in ("value", "half")]


def _needed(*names: str, kind: Any = sa.Text) -> list[sa.Column[Any]]:
    return [
        sa.Column(name, kind() if isinstance(kind, type) else kind, nullable=False)
        for name in names
    ]


def _count(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer())


def _place() -> list[sa.Column[Any]]:
    return [
        _count("page"),
        *(sa.Column(name, sa.Double()) for name in ("x0", "top", "x1", "bottom")),
    ]


def _part_of(owner: str, parent: str) -> list[sa.Column[Any]]:
    key = sa.Column(owner, sa.String(32), sa.ForeignKey(f"{parent}.{owner}"), primary_key=True)
    return [key, sa.Column("ordinal", sa.Integer(), primary_key=True, autoincrement=False)]


def _read() -> list[sa.Column[Any]]:
    return _part_of("extraction_id", "read_documents")


def _found() -> list[sa.Column[Any]]:
    return _part_of("audit_id", "audit_results")


def _row() -> list[sa.Column[Any]]:
    return [
        *_texts("record_id form_id document"),
        _count("form"),
        *_texts("subject"),
        _count("position"),
    ]


def upgrade() -> None:
    op.create_table(
        "store_settings", sa.Column("name", sa.Text(), primary_key=True), *_needed("value")
    )
    op.create_table("read_documents", sa.Column("extraction_id", sa.String(32), primary_key=True), *_texts("document_id document"),
                    _count("pages"), *_texts("status reason_code reason_message reason_hint"), _count("forms"))  # fmt: skip
    op.create_table(
        "read_forms", *_read(), *_texts("form_id document_id document"), _count("form"), *_texts("title"), _count("year"),
        *_texts("project_name authority unit leader phone amount_unit goal_expected goal_actual"),
        *_texts("total_label total_weight total_score total_explanation profile"), sa.Column("has_scores", sa.Boolean()),
        *_numbers("total_weight", "total_score"))  # fmt: skip
    op.create_index("read_forms_form", "read_forms", ["form_id"])
    op.create_table(
        "read_funds", *_read(), *_row(), *_texts("label"), sa.Column("is_total_row", sa.Boolean()),
        *_texts("initial budget executed weight rate score"), *_numbers("initial", "budget", "executed", "weight", "rate", "score"),
        sa.Column("rate_fraction", _EXACT), sa.Column("rate_fraction_half", _EXACT))  # fmt: skip
    op.create_table(
        "read_indicators", *_read(), *_row(), *_texts("level1 level2 level3 target actual weight score explanation"),
        *_numbers("weight", "score"), sa.Column("is_placeholder", sa.Boolean()))  # fmt: skip
    op.create_table("read_cells", *_read(), *_texts("form_id path text"), *_place(), _count("part"),
                    sa.Column("confidence", sa.Double()), *_texts("doubt"))  # fmt: skip
    _entries()


def _entries() -> None:
    """What tells the order of things, and the results of audits."""
    document, reading = sa.String(64), sa.ForeignKey("read_documents.extraction_id")
    op.create_table(
        "extractions", sa.Column("document_id", document, primary_key=True),
        sa.Column("generation", sa.Integer(), primary_key=True, autoincrement=False), sa.Column("seq", sa.Integer(), nullable=False, unique=True),
        *_needed("extractor"), sa.Column("extraction_id", sa.String(32), reading, nullable=False), *_needed("recorded_at", kind=sa.String(32)))  # fmt: skip
    op.create_index("ix_extractions_extraction_id", "extractions", ["extraction_id"])
    op.create_table(
        "form_versions", sa.Column("series_id", sa.String(32), primary_key=True),
        sa.Column("extraction_id", sa.String(32), sa.ForeignKey("read_documents.extraction_id"), primary_key=True),
        sa.Column("form_id", sa.Text(), primary_key=True), *_needed("version", kind=sa.Integer), *_needed("document_id", kind=document),
        *_needed("recorded_at", kind=sa.String(32)))  # fmt: skip
    op.create_index("ix_form_versions_document_id", "form_versions", ["document_id"])
    op.create_table("audit_results", sa.Column("audit_id", sa.String(32), primary_key=True),
                    sa.Column("extraction_id", sa.String(32), sa.ForeignKey("read_documents.extraction_id"), nullable=False))  # fmt: skip
    op.create_table(
        "audits", sa.Column("extraction_id", sa.String(32), sa.ForeignKey("read_documents.extraction_id"), primary_key=True),
        sa.Column("generation", sa.Integer(), primary_key=True, autoincrement=False), *_needed("rules"),
        sa.Column("audit_id", sa.String(32), sa.ForeignKey("audit_results.audit_id"), nullable=False), *_needed("recorded_at", kind=sa.String(32)))  # fmt: skip
    op.create_table("audit_findings", *_found(), *_texts("finding_id form_id document"), _count("form"),
                    *_texts("rule severity subject message expected actual"), *_place())  # fmt: skip
    op.create_index("ix_audit_findings_finding_id", "audit_findings", ["finding_id"])
    op.create_table(
        "audit_verdicts", *_found(), *_texts("form_id rule subject verdict why"), _count("records")
    )
    op.create_table(
        "waiver_entries", sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False), *_needed("finding_id"),
        sa.Column("action", sa.String(8), sa.CheckConstraint("action IN ('accept', 'withdraw')"), nullable=False),
        *_needed("form_id", "rule", "subject", "who", "why"), *_needed("recorded_at", kind=sa.String(32)))  # fmt: skip
    op.create_index("ix_waiver_entries_finding_id", "waiver_entries", ["finding_id"])
