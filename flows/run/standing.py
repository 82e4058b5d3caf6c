"""What stands in the store after an audit, asked for as a whole: open findings, rules that raised, what Data Docs show."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import text

from selfeval.records.store.store import Store

if TYPE_CHECKING:
    from pandas import DataFrame

    from selfeval.expectations.gx.data_docs import Counts

#: What somebody has to act on, of the view `findings`: what stands open, without what only follows from another open one.
TO_ACT_ON = """status = 'open' AND (cause IS NULL OR cause NOT IN
(SELECT finding_id FROM findings WHERE status = 'open'))"""
_OPEN = f"SELECT document_id, severity, count(*) FROM findings WHERE {TO_ACT_ON} GROUP BY 1, 2"
_COUNTS = (
    "SELECT rule, subject, verdict, sum(records) FROM verdicts GROUP BY rule, subject, verdict"
)
_LISTED = ["rule", "form_id", "document", "form", "subject", "message", "finding_id"]
_FIRST = f"""SELECT {", ".join(_LISTED)} FROM (SELECT *, row_number() OVER (PARTITION BY rule ORDER BY form_id, subject) AS place
FROM findings) AS numbered WHERE place <= 200 ORDER BY rule, place"""


def open_findings(store: Store, judged: set[str]) -> dict[tuple[str, str], int]:
    """Findings that stand open, by document_id and severity; without what only follows from another open one."""
    with store.reading() as connection:
        rows = connection.exec_driver_sql(_OPEN).fetchall()
    return {
        (document_id, severity): count
        for document_id, severity, count in rows
        if document_id in judged
    }


def faults(store: Store) -> tuple[tuple[str, str, int], ...]:
    """The rules that raised when the current verdicts were given."""
    from selfeval.records.tables.columns import RAISED

    query = "SELECT rule, min(why), sum(records) FROM verdicts WHERE why LIKE :raised GROUP BY rule"
    with store.reading() as connection:
        rows = connection.execute(text(query), {"raised": f"{RAISED}%"}).fetchall()
    return tuple((rule, why, int(count)) for rule, why, count in rows)


def for_data_docs(store: Store, order: Collection[str]) -> tuple[Counts, DataFrame]:
    """Of all verdicts and findings that stand what Data Docs show: counts by question, and the first findings of each rule."""
    import pandas as pd

    from selfeval.expectations.gx.data_docs import counted

    shown = set(order)
    with store.reading() as connection:
        counts = pd.DataFrame(
            connection.execute(text(_COUNTS)).fetchall(),
            columns=["rule", "subject", "verdict", "records"],
        )
        findings = pd.DataFrame(connection.execute(text(_FIRST)).fetchall(), columns=_LISTED)
        others = (
            set(connection.execute(text("SELECT document_id FROM documents")).scalars()) - shown
        )
    if others:  # withdrawn, or filed again
        gone = store.verdicts(others)
        counts = pd.concat([counts, gone.assign(records=-gone["records"])[counts.columns]])
        findings = findings[
            ~findings["form_id"].str.rpartition("-")[0].isin({one[:16] for one in others})
        ]
    return counted(counts), findings
