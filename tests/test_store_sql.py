"""SQL from people: numbers that compare, and nothing that writes, on SQLite and on PostgreSQL."""

from __future__ import annotations

from decimal import Decimal

import pytest

from selfeval.extractors.model import Doubt, Evidence, Fund, Indicator, Total
from selfeval.records.analysis import tables_page
from selfeval.records.errors import QueryError
from selfeval.records.store.store import Store
from selfeval.records.tables.build import Tables, build
from selfeval.records.tables.columns import COLUMNS
from tests.documents import form, ok
from tests.stores import audit, finding, waive


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
    filings = store.query("SELECT form_id, is_current FROM filings", limit=10**6).rows
    assert len(filings) == len(published.forms)
    now = {form_id for form_id, is_current in filings if is_current}
    assert 0 < len(now) < len(filings)
    for name, table in store.load().items():
        answer = store.query(f"SELECT * FROM {name}", limit=10**6)
        assert set(table.columns) | {"document_id"} <= set(answer.columns)
        rows = table[table["form_id"].isin(now)] if "form_id" in table else table
        assert len(answer.rows) == len(rows), name
    assert len(store.query("SELECT * FROM verdicts").rows) == len(now)
    assert len(store.query("SELECT * FROM form_summary").rows) == len(now)


def test_the_last_filing_of_a_project_is_the_current_one_whatever_its_file_is_called(
    store: Store,
) -> None:
    """A resubmission under another name counted beside the first one, in every sum."""
    first, other = ok("a.pdf", form()), ok("b.pdf", form(project_name="另一项目"))
    again = ok("更正.pdf", form(total=Total("总分", "100", "90")))
    store.save(build([first, other]), "1")
    store.save(build([again]), "1")
    rows = store.query("SELECT document, score FROM form_summary ORDER BY document").rows
    assert [(name, float(score)) for name, score in rows] == [("b.pdf", 99.85), ("更正.pdf", 90.0)]
    earlier = store.query("SELECT document FROM filings WHERE NOT is_current AND version = 1").rows
    assert earlier == [("a.pdf",)]
    assert len(store.load().forms) == 3


def test_a_summary_of_a_form_is_in_yuan_and_says_what_is_lost_found_and_undecided(
    store: Store,
) -> None:
    fund = Fund("年度资金总额", "100", "508.75", "387.66", "10", "76.20%", "7.62")
    rows = (
        Indicator("产出", "数量", "甲", "≥19台", "19台", "50", "45.5", ""),
        Indicator("产出", "数量", "乙", "≥19台", "19台", "40", "39", "设备推迟到货"),
    )
    doubts = (Doubt("total/score", "两种读法不一致", 0.5),)
    tables = build([ok("a.pdf", form(funds=(fund,), indicators=rows, doubts=doubts))])
    store.save(tables, "1")
    found = finding(tables, rule="deviation-unexplained", subject="indicators/0", severity="error")
    audit(store, tables, [found])
    answer = store.query("SELECT * FROM form_summary")
    row = dict(zip(answer.columns, answer.rows[0], strict=True))
    exact = {name: round(Decimal(str(row[name])), 6) for name in ("budget_yuan", "executed_yuan", "execution_rate",
             "rate_printed", "score", "points_lost", "points_lost_unexplained")}  # fmt: skip
    assert exact == {
        "budget_yuan": Decimal("5087500"), "executed_yuan": Decimal("3876600"), "execution_rate": Decimal("0.761985"),
        "rate_printed": Decimal("0.762"), "score": Decimal("99.85"), "points_lost": Decimal("5.5"), "points_lost_unexplained": Decimal("4.5"),
    }  # fmt: skip
    assert (row["errors"], row["warnings"], row["information"], row["doubts"]) == (1, 0, 0, 1)
    assert row["project_name"] == "维护费"
    half = store.query("SELECT weight_value / 4 FROM indicators WHERE position = 0").rows[0][0]
    assert float(half) == 12.5


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SELECT count(*) / 2 FROM forms", 0.5),
        ("SELECT 7 / 2 / 2 /* no / here */ -- nor / here\n", 1.75),
        ("SELECT 1 + form / 4 FROM forms", 1.25),
        ("SELECT length('1/2' || document) FROM forms", 8),
        ('SELECT "n/m" FROM (SELECT 3 AS "n/m") AS t', 3),
    ],
)
def test_a_share_of_counts_is_no_whole_number(store: Store, sql: str, value: float) -> None:
    """One refused file of three was a share of 0."""
    store.save(build([ok("a.pdf", form())]), "1")
    assert float(store.query(sql).rows[0][0]) == value


def test_an_answer_that_is_cut_says_so(store: Store) -> None:
    store.save(build([ok("a.pdf", form())]), "1")
    query = "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3"
    assert (len(store.query(query, limit=2).rows), store.query(query, limit=2).is_cut) == (2, True)
    assert not store.query(query, limit=3).is_cut


@pytest.mark.parametrize(
    "sql",
    ["DELETE FROM read_forms", "DROP TABLE audits", "INSERT INTO store_settings VALUES ('a', 'b')", "UPDATE read_forms SET year = 1", "CREATE TABLE t (x int)",
     "SELECT 1; DELETE FROM read_forms", "select 1; commit; drop table audits", "WITH x AS (SELECT 1) DELETE FROM read_forms", "/* SELECT */ DELETE FROM read_forms", "ATTACH 'other.db' AS other",
     "PRAGMA enable_profiling", "CALL pragma_version()", "INSTALL httpfs", "LOAD json", "COPY forms TO 'out.csv'", "SELECT * FROM read_text('/etc/hostname')", "SELECT * FROM 'pyproject.toml'", "EXPORT DATABASE 'x'",
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
    from selfeval.records.analysis.query import run_query

    forever = (
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    )
    with pytest.raises(QueryError) as caught:
        run_query(store.engine, forever, 10, seconds=0.5)
    assert caught.value.code == "sql-too-long"


def test_the_page_about_tables_is_current_and_tells_of_every_column() -> None:
    written = tables_page.PAGE.read_text("utf-8")
    assert written == tables_page.render(), "run python -m selfeval.records.analysis.tables_page"
    for name, columns in COLUMNS.items():
        section = written.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        untold = {column for column in columns if f"`{column}`" not in section}
        assert {column.rpartition("_")[2] for column in untold} <= {"value", "half"}, name


def test_money_of_forms_in_different_units_is_added_up_in_yuan(store: Store) -> None:
    """5.8万 on a form without a unit, 12,000 on one in 元 and 3 on one in 万元; and nothing where no unit is known."""
    rows = {
        "甲": (None, "5.8万", "2.9万元"),
        "乙": ("元", "12,000.10", "0.2"),
        "丙": ("万元", "3", "30000元"),
        "丁": (None, "7", "7"),
    }
    documents = [
        ok(f"{name}.pdf", form(project_name=name, amount_unit=unit, funds=(Fund("年度资金总额", None, budget, executed),)))
        for name, (unit, budget, executed) in rows.items()
    ]  # fmt: skip
    store.save(build(documents), "1")
    query = "SELECT project_name, budget_yuan, executed_yuan, execution_rate FROM form_summary"
    found = {name: rest for name, *rest in store.query(query).rows}
    assert found["甲"] == [58000, 29000, Decimal("0.5")]
    assert found["乙"][:2] == [Decimal("12000.1"), Decimal("0.2")]
    assert found["丙"] == [30000, 30000, 1]
    assert found["丁"] == [None, None, 1]
    assert store.query("SELECT sum(budget_yuan) FROM funds").rows == [(Decimal("100000.1"),)]


def test_a_merged_cell_is_added_up_once(store: Store) -> None:
    """A weight of 20 over two rows made 40 of it."""
    rows = (
        Indicator("产出", "数量", "甲", "≥1", "1", "20", "10", ""),
        Indicator("产出", "数量", "乙", "≥1", "1", "20", "8", ""),
        Indicator("产出", "质量", "丙", "≥1", "1", "30", "25", ""),
    )
    merged = (Evidence(1, (10.0, 10.0, 20.0, 50.0)),)
    evidence = {"indicators/0/weight": merged, "indicators/1/weight": merged,
                **{f"indicators/{at}/score": (Evidence(1, (30.0, 10.0 + 20 * at, 40.0, 30.0 + 20 * at)),) for at in range(3)},
                "indicators/2/weight": (Evidence(1, (10.0, 50.0, 20.0, 70.0)),)}  # fmt: skip
    store.save(build([ok("a.pdf", form(indicators=rows, evidence=evidence))]), "1")
    assert store.query("SELECT sum(weight_once), sum(score_once) FROM indicators").rows == [
        (50, 43)
    ]
    assert store.query("SELECT points_lost FROM form_summary").rows == [(7,)]


def test_findings_carry_what_people_call_them_and_whether_they_count(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    store.save(tables, "1")
    cause, effect = finding(tables), finding(tables, rule="weights-sum", cause="scores-sum-0")
    audit(store, tables, [cause, effect])
    said = [{"rule": "scores-sum", "title": "得分合计", "remedy": "更正"}]
    query = "SELECT unit, project_name, title, remedy, is_counted FROM findings ORDER BY rule"
    counted, not_counted = store.query(query, rules=said).rows
    assert counted[1:] == ("维护费", "得分合计", "更正", True)
    assert not_counted[1:] == ("维护费", None, None, False)
    waive(store, "scores-sum-0", "审计员", "已核对")
    assert [row[-1] for row in store.query(query).rows] == [False, True]
    made = "SELECT decision, decided_by, decision_reason FROM findings WHERE decision IS NOT NULL"
    assert store.query(made).rows == [("accept", "审计员", "已核对")]
    assert store.query("SELECT number, decision FROM decisions").rows == [(1, "accept")]
