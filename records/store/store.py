"""The store: what was read and what was found, kept for ever, in SQLite or PostgreSQL.

    store = Store("sqlite:////var/selfeval/selfeval.db")        # or postgresql://user@host/name; a Clock, if not that of China
    store.known(document_ids, extractor) -> set                  # documents that this version of the extractors has read: nothing to do
    store.save(tables, extractor) -> {table: rows inserted}      # nothing where the same reading is the current one already
    store.load(document_ids=None) -> Tables                      # the current reading of each document, with its findings
    store.audited(document_ids, rules) -> set                    # documents whose current reading these rules have judged last
    store.save_audit(document_ids, findings, verdicts, rules) -> {table: rows inserted}
    store.verdicts(document_ids=None) -> DataFrame
    store.decide(NewDecision(...), expected_last=None) -> DecisionRow   # corrections, acceptances ...: see `decisions`
    store.decisions(), .verify_decisions() -> [ChainBreak], .waivers() -> [Waiver]
    store.receive({document_id: (place, standing)}) -> int       # the order of receipt, by which the last filing of a project is told
    store.filings(document_ids=None) -> DataFrame                # series_id, version, form_id ...: resubmissions of the same project
    store.query(sql) -> Result                                   # read-only, for people
    store.counts() -> {table: rows}
    store.engine, store.reading(), store.writing()               # for tables of other rooms; one writer at a time, readers never wait

Nothing is overwritten: a second reading, audit or filing of the same thing is the next one. Every method is one transaction. Errors are
`errors.StoreError`, `errors.SchemaError` and `errors.QueryError`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from selfeval.records.analysis.query import Result, run_query
from selfeval.records.clock import Clock
from selfeval.records.store import (
    audit_store,
    deciding,
    decisions,
    engine,
    migrating,
    schema_sql,
    views_sql,
    waivers,
)
from selfeval.records.store.decisions import (
    ChainBreak,
    DecisionError,
    DecisionRow,
    Head,
    NewDecision,
)
from selfeval.records.store.readings import DocumentReading, readings
from selfeval.records.store.saving import (
    FILING_COLUMNS,
    Save,
    current,
    decide_again,
    doubted,
    filings,
    kept_reading,
    load,
    receive,
)
from selfeval.records.store.schema_sql import metadata
from selfeval.records.tables.columns import COLUMNS, Cells

if TYPE_CHECKING:
    from pandas import DataFrame

    from selfeval.records.tables.build import Tables

CLOCK = Clock()


class Store:
    """One store, opened and brought into being at once. Safe to share between threads; each process opens its own."""

    def __init__(self, url: str, clock: Clock = CLOCK) -> None:
        self.clock = clock
        self.engine: Engine = engine.open_engine(url)
        try:
            migrating.bring_up_to_date(self.engine, migrating.STORE, views_sql.create_views)
        except BaseException:
            self.engine.dispose()
            raise

    def reading(self) -> AbstractContextManager[Connection]:
        return engine.reading(self.engine)

    def writing(self) -> AbstractContextManager[Connection]:
        return engine.writing(self.engine)

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def known(self, document_ids: Iterable[str], extractor: str) -> set[str]:
        """Those of the documents whose current reading is of this version of the extractors."""
        with self.reading() as connection:
            return {
                entry.document_id
                for entry in current(connection, document_ids)
                if entry.extractor == extractor
            }

    def save(self, tables: Tables, extractor: str) -> dict[str, int]:
        """Keep the readings of a batch; the number of rows inserted in each table. The findings of `tables` are for `save_audit`.

        Raises SchemaError when the tables are not what `schemas` promises: then nothing is saved."""
        from selfeval.records.tables.schemas import validate

        validate(tables)
        batch = list(readings(tables))
        with self.writing() as connection:
            return Save(connection, extractor).save(batch)

    def load(self, document_ids: Collection[str] | None = None, cells: Cells = Cells.ALL) -> Tables:
        """The tables of these documents, or of all, as they were saved: in the order in which the documents first came."""
        with self.reading() as connection:
            return load(connection, document_ids, cells, self.clock.stamp())

    def receive(self, places: Mapping[str, tuple[int, bool]]) -> int:
        """Say of each document its place in the order of receipt, and whether it stands in an inbox: of the filings of a project the last
        that stands is current. A document that is not told of came after all others, and stands. The number that changed."""
        with self.writing() as connection:
            return receive(connection, places)

    def audited(self, document_ids: Iterable[str], rules: str) -> set[str]:
        """Those of the documents whose current reading was last judged by this version of the rules."""
        with self.reading() as connection:
            return audit_store.audited(connection, document_ids, rules)

    def current_audits(self, rules: str) -> dict[str, tuple[str, str]]:
        """By document_id the current reading and its audit, for documents that were last judged by this version of the rules."""
        with self.reading() as connection:
            return audit_store.current_ids(connection, rules)

    def last_audits(self, document_ids: Collection[str]) -> dict[str, str]:
        """By document_id the last audit of its current reading, by whatever version of the rules; none for what was never judged."""
        with self.reading() as connection:
            return audit_store.last_ids(connection, document_ids)

    def current_readings(self, document_ids: Collection[str]) -> dict[str, str]:
        """By document_id its current reading."""
        with self.reading() as connection:
            return {one.document_id: one.extraction_id for one in current(connection, document_ids)}

    def save_audit(
        self,
        document_ids: Iterable[str],
        findings: DataFrame,
        verdicts: DataFrame,
        rules: str,
        readings: Mapping[str, str] | None = None,
    ) -> dict[str, int]:
        """Keep what an audit of these documents found: the findings and verdicts of the forms of their current readings. `rules` is the
        version of the rules, `readings` say which reading of each document was judged: one that has another by now is left out. Nothing is
        inserted where the last audit of a reading was the same. ValueError: a document was never saved."""
        from selfeval.records.tables.schemas import validate_table

        validate_table("findings", findings)
        with self.writing() as connection:
            return audit_store.save(
                connection, list(document_ids), findings, verdicts, rules, readings
            )

    def finding_ids(self) -> set[str]:
        """The ids of the findings of the last audits, of earlier filings too."""
        with self.reading() as connection:
            return audit_store.finding_ids(connection)

    def verdicts(self, document_ids: Collection[str] | None = None) -> DataFrame:
        """The verdicts of the current audits: form_id, rule, subject, verdict, why, records."""
        import pandas as pd

        with self.reading() as connection:
            rows = audit_store.verdicts(connection, document_ids)
        return pd.DataFrame(rows, columns=list(schema_sql.VERDICT_COLUMNS)).astype(
            {"records": "int64"}
        )

    def decide(self, new: NewDecision, *, expected_last: int | None = None) -> DecisionRow:
        """Enter a decision, or give the one that says the same and stands already. `expected_last` is the number of the last decision that
        the writer knew of: DecisionError decided-meanwhile where somebody else has decided on the same thing since. DecisionError: it is
        not complete, or about nothing that is there."""
        return self.decide_all([new], expected_last=expected_last)[0]

    def decide_all(
        self, new: Sequence[NewDecision], *, expected_last: int | None = None
    ) -> list[DecisionRow]:
        """The same for many, all of them or none."""
        with self.writing() as connection:
            return deciding.enter(connection, self.clock, new, expected_last)

    def take_in_decisions(self, rows: Sequence[DecisionRow]) -> list[DecisionRow]:
        """Enter what another store's chain has beyond this one's; the rows entered. DecisionError: it does not hold, or does not go on from
        here."""
        with self.writing() as connection:
            entered = decisions.take_in(connection, rows)
            decide_again(connection, {one.document_id for one in entered if one.document_id})
        return entered

    def decisions(
        self, document_id: str | None = None, finding_id: str | None = None
    ) -> list[DecisionRow]:
        """All decisions in the order in which they were made, or those about a document (its findings too), or about a finding."""
        with self.reading() as connection:
            if document_id is finding_id is None:
                return decisions.read(connection)
            return decisions.read(
                connection,
                [] if document_id is None else [document_id],
                [] if finding_id is None else [finding_id],
            )

    def documents_of(self, finding_ids: Iterable[str]) -> set[str]:
        """The documents that these findings are, or were, about."""
        with self.reading() as connection:
            return audit_store.documents_of(connection, set(finding_ids))

    def standing(
        self, document_ids: Collection[str]
    ) -> tuple[list[dict[str, Any]], set[tuple[str, str]]]:
        """The findings of these documents, as rows, and their doubts as (form_id, path): what a decision may open or close."""
        with self.reading() as connection:
            rows = audit_store.findings(connection, document_ids, self.clock.stamp())
            doubts = doubted(connection, document_ids)
        return [dict(zip(COLUMNS["findings"], row, strict=True)) for row in rows], doubts

    def kept_reading(self, document_id: str) -> DocumentReading | None:
        """What is kept of a document now, with what was decided; None where it was never read."""
        with self.reading() as connection:
            return kept_reading(connection, document_id)

    def forms_in(self, document_id: str) -> int:
        """How many forms a document has. DecisionError: it was never read."""
        reading = self.kept_reading(document_id)
        if reading is None:
            raise DecisionError("unknown-document")
        return int(reading.document["forms"])

    def decisions_head(self) -> Head:
        """The last row of the chain: what somebody notes who guards it."""
        with self.reading() as connection:
            return decisions.head(connection)

    def verify_decisions(self, noted: Head | None = None) -> list[ChainBreak]:
        """What does not hold of the chain, in order, [] where all does; `noted` is its head as it was known once."""
        return decisions.verify(self.decisions(), noted)

    def waivers(self) -> list[waivers.Waiver]:
        """Every acceptance that was not withdrawn, those included that are void because the finding has changed or a day is past."""
        with self.reading() as connection:
            return waivers.standing(connection, self.clock.stamp())

    def filings(self, document_ids: Collection[str] | None = None) -> DataFrame:
        """Every filing of every form, or of the projects that these documents are about: series_id, version (from 1), form_id, document_id,
        recorded_at, replaced_by (the version of the current one, None for that), document, form, year, unit, project_name, total_score; versions of a series in order."""
        import pandas as pd

        with self.reading() as connection:
            found = filings(connection, document_ids)
        frame = pd.DataFrame(found, columns=list(FILING_COLUMNS), dtype=object)
        return frame.astype(
            {"year": "Int64", "version": "int64", "form": "int64", "replaced_by": "Int64"}
        )

    def replaced(self) -> dict[str, int]:
        """form_id -> number of the filing that replaces it, for the forms that do not count; the others are those of the views."""
        filed = schema_sql.all_filings().subquery("filed")
        query = sa.select(filed.c.form_id, filed.c.replaced_by)
        with self.reading() as connection:
            rows = connection.execute(query.where(filed.c.replaced_by.is_not(None)))
            return dict(rows.tuples().all())

    def counted(self, document_ids: Iterable[str]) -> dict[str, int]:
        """form_id -> findings of the last audit of that form, accepted ones included, for the forms of these documents that were ever judged."""
        with self.reading() as connection:
            return audit_store.counted(connection, set(document_ids))

    def open_by_rule(self, document_ids: Iterable[str]) -> dict[str, int]:
        """How many findings of each rule stand open in the current filings of these documents, without what only follows from another."""
        with self.reading() as connection:
            return audit_store.open_by_rule(connection, set(document_ids), self.clock.stamp())

    def query(
        self, sql: str, limit: int = 10_000, rules: Sequence[Mapping[str, Any]] = ()
    ) -> Result:
        """The answer to one SELECT over the views of docs/tables.md, at most `limit` rows; `rules` are the catalogue's entries by
        `RULE_COLUMNS`. QueryError: it would write, is not SQL, or takes too long."""
        return run_query(self.engine, sql, limit, rules=rules)

    def counts(self) -> dict[str, int]:
        """Rows of every base table."""
        with self.reading() as connection:
            return {
                table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in metadata.sorted_tables
            }
