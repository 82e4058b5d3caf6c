"""Readings into the database and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selfeval.records.store import audit_store, decisions
from selfeval.records.store.decided import decided
from selfeval.records.store.readings import DocumentReading, series_id
from selfeval.records.store.schema_sql import (
    READ_TABLES,
    all_filings,
    current_extractions,
    extractions,
    form_versions,
    read_documents,
    receipts,
)
from selfeval.records.store.statements import fetch, fetch_column, insert
from selfeval.records.tables.columns import COLUMNS, Cells, empty, frame_of_tuples

if TYPE_CHECKING:
    from selfeval.records.tables.build import Tables


def current(connection: Connection, document_ids: Iterable[str] | None = None) -> list[sa.Row[Any]]:
    """The current entry of `extractions` about each of these documents, in the order in which they first came."""
    keys = None if document_ids is None else set(document_ids)
    return sorted(
        fetch(connection, current_extractions(), extractions.c.document_id, keys),
        key=lambda entry: entry.arrival,
    )


def load(
    connection: Connection, document_ids: Collection[str] | None, cells: Cells, now: str
) -> Tables:
    """The tables of the current readings, with the cells that are wanted, and with what stands accepted `now`."""
    from selfeval.records.tables.build import Tables

    entries = current(connection, document_ids)
    ids = None if document_ids is None else [entry.document_id for entry in entries]
    latest = current_extractions().subquery("latest")
    frames = {}
    for name, table in {"documents": read_documents, **READ_TABLES}.items():
        if name == "cells" and cells is Cells.NONE:
            frames[name] = empty(name)
            continue
        order = [latest.c.arrival] if name == "documents" else [latest.c.arrival, table.c.ordinal]
        query = sa.select(*(table.c[column] for column in COLUMNS[name])).order_by(*order)
        query = query.join(latest, latest.c.extraction_id == table.c.extraction_id)
        if name == "cells" and cells is Cells.JUDGED:
            looked_at = ("weight", "score", "target", "explanation")
            points = (table.c.path.like(f"indicators/%/{column}") for column in looked_at)
            query = query.where(table.c.doubt.is_not(None) | sa.or_(*points))
        frames[name] = frame_of_tuples(
            name, [tuple(row) for row in fetch(connection, query, latest.c.document_id, ids)]
        )
    findings = frame_of_tuples("findings", audit_store.findings(connection, ids, now))
    return Tables(**frames, findings=findings)


def kept_reading(connection: Connection, document_id: str) -> DocumentReading | None:
    """The current reading of a document; None where there is none."""
    entries = current(connection, [document_id])
    return reading_of(connection, entries[0].extraction_id) if entries else None


def as_read(connection: Connection, document_id: str) -> DocumentReading | None:
    """The same as it was read, before people decided on its values."""
    entries = current(connection, [document_id])
    return (
        reading_of(connection, entries[0].read_id or entries[0].extraction_id) if entries else None
    )


def reading_of(connection: Connection, extraction_id: str) -> DocumentReading:
    """A reading as it is kept."""
    rows = {}
    for name, table in {"documents": read_documents, **READ_TABLES}.items():
        query = sa.select(*(table.c[column] for column in COLUMNS[name]))
        query = query.where(table.c.extraction_id == extraction_id)
        if name != "documents":
            query = query.order_by(table.c.ordinal)
        rows[name] = [dict(row._mapping) for row in connection.execute(query)]
    return DocumentReading(rows.pop("documents")[0], rows)


def doubted(connection: Connection, document_ids: Collection[str]) -> set[tuple[str, str]]:
    """(form_id, path) of every value of the current readings of these documents that is in doubt."""
    latest, cells = current_extractions().subquery("latest"), READ_TABLES["cells"]
    query = sa.select(cells.c.form_id, cells.c.path).where(cells.c.doubt.is_not(None))
    query = query.join(latest, latest.c.extraction_id == cells.c.extraction_id)
    rows = fetch(connection, query, latest.c.document_id, document_ids)
    return {(row.form_id, row.path) for row in rows}


_FILED = ("series_id", "version", "form_id", "document_id", "recorded_at", "replaced_by")
_HEAD = ("document", "form", "year", "unit", "project_name", "total_score")
FILING_COLUMNS = (*_FILED, *_HEAD)


def filings(connection: Connection, document_ids: Collection[str] | None) -> list[tuple[Any, ...]]:
    """Rows of FILING_COLUMNS: all filings, or those of the series in which one of these documents was filed."""
    series = None
    if document_ids is not None:
        filed: sa.Select[Any] = sa.select(form_versions.c.series_id).distinct()
        series = {
            row.series_id
            for row in fetch(connection, filed, form_versions.c.document_id, document_ids)
        }
    versions, forms = all_filings().subquery("all_filings"), READ_TABLES["forms"]
    query: sa.Select[Any] = sa.select(
        *(versions.c[name] for name in _FILED), *(forms.c[name] for name in _HEAD)
    ).join_from(versions, forms, (forms.c.extraction_id == versions.c.extraction_id) & (forms.c.form_id == versions.c.form_id))  # fmt: skip
    rows = [tuple(row) for row in fetch(connection, query, versions.c.series_id, series)]
    return sorted(rows, key=lambda row: row[:3])


def receive(connection: Connection, places: Mapping[str, tuple[int, bool]]) -> int:
    """Say of each document its place in the order of receipt and whether it stands; the number that changed."""
    known = {
        row.document_id: (row.place, row.standing)
        for row in fetch(connection, sa.select(receipts), receipts.c.document_id, places)
    }
    changed = {key: place for key, place in places.items() if known.get(key) != place}
    stale = receipts.delete().where(receipts.c.document_id == sa.bindparam("key"))
    if moved := [{"key": key} for key in changed if key in known]:
        connection.execute(stale, moved)
    rows = [{"document_id": key, "place": place, "standing": standing}
            for key, (place, standing) in changed.items()]  # fmt: skip
    return insert(connection, receipts, rows)


def decide_again(connection: Connection, document_ids: Iterable[str]) -> None:
    """Put what stands decided now into the current readings of these documents: a reading that differs becomes the current one. Until it
    is judged, what was found of the one before stands."""
    for entry in current(connection, document_ids):
        reading = reading_of(connection, entry.read_id or entry.extraction_id)
        Save(connection, entry.extractor).save([reading])
        (now,) = current(connection, [entry.document_id])
        audit_store.carry_over(connection, entry.extraction_id, now.extraction_id)


class Save:
    """One transaction that saves a batch, with what people decided about it."""

    def __init__(self, connection: Connection, extractor: str) -> None:
        self.connection, self.extractor, self.now = (
            connection,
            extractor,
            datetime.now(UTC).isoformat(timespec="milliseconds"),
        )
        self.seq = (
            connection.scalar(sa.select(sa.func.coalesce(sa.func.max(extractions.c.seq), 0))) or 0
        )
        self.rows: dict[sa.Table, list[dict[str, Any]]] = {
            table: [] for table in (read_documents, *READ_TABLES.values(), extractions)
        }

    def save(self, batch: list[DocumentReading]) -> dict[str, int]:
        ids = [reading.document_id for reading in batch]
        last_of = {entry.document_id: entry for entry in current(self.connection, ids)}
        standing = decisions.standing(decisions.read(self.connection, ids)).values()
        keyed = {reading.extraction_id: reading for reading in batch}
        held = {read_id: decided(reading, standing) for read_id, reading in keyed.items()}
        readings = keyed | {
            one.extraction_id: one for read_id, one in held.items() if one is not keyed[read_id]
        }
        kept = set(fetch_column(self.connection, read_documents.c.extraction_id, readings))
        for extraction_id, reading in readings.items():
            if extraction_id not in kept:
                self._add(extraction_id, reading)
        holding = []
        for read_id, reading in held.items():
            extraction_id = reading.extraction_id
            last = last_of.get(reading.document_id)
            if last is not None and (last.extraction_id, last.extractor) == (
                extraction_id,
                self.extractor,
            ):
                continue
            holding.append((extraction_id, reading))
            self.seq += 1
            self.rows[extractions].append({
                "document_id": reading.document_id, "generation": last.generation + 1 if last is not None else 1, "seq": self.seq,
                "extractor": self.extractor, "extraction_id": extraction_id,
                "read_id": None if read_id == extraction_id else read_id, "recorded_at": self.now})  # fmt: skip
        for table, rows in self.rows.items():
            insert(self.connection, table, rows)
        versions = self._versions(holding)
        return {
            **{table.name: len(rows) for table, rows in self.rows.items()},
            "form_versions": versions,
        }

    def _add(self, extraction_id: str, reading: DocumentReading) -> None:
        self.rows[read_documents].append({"extraction_id": extraction_id, **reading.document})
        for name, table in READ_TABLES.items():
            self.rows[table] += (
                {"extraction_id": extraction_id, "ordinal": n, **row}
                for n, row in enumerate(reading.rows[name])
            )

    def _versions(self, holding: list[tuple[str, DocumentReading]]) -> int:
        """Enter each form that is not yet there in its series: with the number that its document has there, else with the next."""
        ids = {extraction_id for extraction_id, _ in holding}
        entered = set(fetch_column(self.connection, form_versions.c.extraction_id, ids))
        forms = [
            (extraction_id, form, series_id(form))
            for extraction_id, reading in holding
            if extraction_id not in entered
            for form in reading.rows["forms"]
        ]
        numbers: dict[str, dict[str, int]] = {}
        for entry in fetch(
            self.connection,
            sa.select(form_versions),
            form_versions.c.series_id,
            {series for _, _, series in forms},
        ):
            numbers.setdefault(entry.series_id, {})[entry.document_id] = entry.version
        rows = []
        for extraction_id, form, series in forms:
            known = numbers.setdefault(series, {})
            version = known.setdefault(form["document_id"], max(known.values(), default=0) + 1)
            rows.append({"series_id": series, "extraction_id": extraction_id, "form_id": form["form_id"], "version": version,
                         "document_id": form["document_id"], "recorded_at": self.now})  # fmt: skip
        insert(self.connection, form_versions, rows)
        return len(rows)
