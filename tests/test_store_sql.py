"""SQL from people: numbers that compare, and nothing that writes, on SQLite and on PostgreSQL."""

from __future__ import annotations

from decimal import Decimal

import pytest

from selfeval.extractors.model import Fund
from selfeval.records.errors import QueryError
from selfeval.records.store.store import Store
from selfeval.records.tables.build import Tables, build
from tests.documents import form, ok
from tests.stores import audit, finding


def test_sql_of_a_reader_compares_and_adds_amounts_as_numbers(store: Store) -> None:
    funds = tuple(
        Fund(label, None, number, number)
        for label, number in (("合计", "1,150.75"), ("财政", "999.25"), ("其他", "151.50"))
    )
    store.save(build([ok("a.pdf", form(funds=funds))]), "1")
    answer = store.query(
        "SELECT label, executed_value FROM funds WHERE executed_value > 200 AND NOT is_total_row"
    )
    assert answer.columns == ("label", "executed_value")
    assert [(label, Decimal(str(value))) for label, value in answer.rows] == [
        ("财政", Decimal("999.25"))
    ]
    assert store.query("select sum(budget_value) from funds where position > 0").rows[0][
        0
    ] == Decimal("1150.75")
    assert store.query(
        "  -- a remark\n/* and another */ with t as (select 1 as n) select n from t"
    ).rows == [(1,)]


def test_every_view_answers_with_the_columns_of_its_table(store: Store, published: Tables) -> None:
    store.save(published, "1")
    audit(store, published, [finding(published)])
    for name, table in store.load().items():
        answer = store.query(f"SELECT * FROM {name}", limit=10**6)
        assert set(table.columns) <= set(answer.columns)
        assert len(answer.rows) == len(table)
    assert len(store.query("SELECT * FROM verdicts").rows) == len(published.forms)
    assert len(store.query("SELECT * FROM filings").rows) == len(published.forms)


def test_an_answer_that_is_cut_says_so(store: Store) -> None:
    store.save(build([ok("a.pdf", form())]), "1")
    query = "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3"
    assert (len(store.query(query, limit=2).rows), store.query(query, limit=2).is_cut) == (2, True)
    assert not store.query(query, limit=3).is_cut


@pytest.mark.parametrize(
    "sql",
    ["DELETE FROM read_forms", "DROP TABLE audits", "INSERT INTO store_settings VALUES ('a', 'b')", "UPDATE read_forms SET year = 1", "CREATE TABLE t (x int)",
     "SELECT 1; DELETE FROM read_forms", "select 1; commit; drop table audits", "WITH x AS (SELECT 1) DELETE FROM read_forms", "/* SELECT */ DELETE FROM read_forms", "ATTACH 'other.db' AS other",
     "PRAGMA journal_mode = DELETE", "COPY read_forms TO PROGRAM 'cat'", "SET default_transaction_read_only = off", "EXPLAIN ANALYZE DELETE FROM read_forms", "VACUUM", ""],
)  # fmt: skip
def test_sql_that_would_write_is_refused(store: Store, sql: str) -> None:
    store.save(build([ok("a.pdf", form())]), "1")
    before = store.counts()
    with pytest.raises(QueryError) as caught:
        store.query(sql)
    assert caught.value.code in ("sql-refused", "sql-failed")
    assert store.counts() == before


def test_sql_with_a_mistake_is_told_in_a_sentence(store: Store) -> None:
    with pytest.raises(QueryError, match="查询无法执行") as caught:
        store.query("SELECT nothing FROM nowhere")
    assert caught.value.code == "sql-failed"


def test_sql_that_never_ends_is_given_up(store: Store) -> None:
    from selfeval.records.store.query import run_query

    forever = (
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    )
    with pytest.raises(QueryError) as caught:
        run_query(store.engine, forever, 10, seconds=0.5)
    assert caught.value.code == "sql-too-long"
