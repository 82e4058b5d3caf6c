"""The store, the same tests on SQLite and on a real PostgreSQL server: exact, idempotent, private, nothing overwritten."""
from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from extractors.model import Document, Form, Fund, Indicator
from records import schema_sql
from records.columns import frame
from records.errors import QueryError, SchemaError, StoreError
from records.store import Store
from records.tables import Tables, build
from tests.documents import GOLDEN, form, golden, ok, rejected
from tests.postgres import new_store, postgres_server  # noqa: F401  (a fixture)
from tests.test_tables import odd_documents

VERDICTS = ["form_id", "rule", "subject", "verdict", "why", "records"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/workspace/selfeval.db"
    return new_store(request.getfixturevalue("postgres_server"), f"test_{uuid.uuid4().hex}")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store(url) as opened:
        yield opened


@pytest.fixture(scope="module")
def published() -> Tables:
    return build([golden(path) for path in GOLDEN])


def same(left: Tables, right: Tables) -> None:
    for name, table in left.items():
        pd.testing.assert_frame_equal(table, getattr(right, name))


def finding(tables: Tables, rule: str = "scores-sum", number: int = 0, **values: Any) -> dict[str, Any]:
    form = tables.forms.iloc[number]
    row = {"finding_id": f"{rule}-{number}", "form_id": form["form_id"], "document": form["document"], "form": form["form"], "rule": rule, "severity": "error",
           "subject": "total", "message": "得分合计应为 94，表中为 93", "expected": "94", "actual": "93", "page": 1, "x0": 1.5, "top": 2.0, "x1": 3.0, "bottom": 4.0, "status": "open"}  # fmt: skip
    return {**row, **values}


def audit(store: Store, tables: Tables, findings: list[dict[str, Any]], rules: str = "1", verdicts: list[tuple[Any, ...]] | None = None) -> dict[str, int]:
    rows = verdicts or [(form_id, "weights-sum", None, "pass", "", 1) for form_id in tables.forms["form_id"]]
    return store.save_audit(tables.documents["document_id"], frame("findings", findings), pd.DataFrame(rows, columns=VERDICTS), rules)


def test_published_forms_come_back_exactly_as_they_were_saved(store: Store, published: Tables) -> None:
    store.save(published, "1")
    loaded = store.load()
    same(published, loaded)
    assert [str(value) for value in loaded.funds["rate_value"]] == [str(value) for value in published.funds["rate_value"]]


def test_saving_the_same_documents_twice_writes_nothing_new(store: Store, published: Tables) -> None:
    first = store.save(published, "1")
    assert first["read_documents"] == len(published.documents)
    assert first["read_cells"] == len(published.cells)
    before = store.counts()
    assert set(store.save(published, "1").values()) == {0}
    assert store.counts() == before


def test_the_same_bytes_under_another_name_write_nothing_new(store: Store) -> None:
    store.save(build([ok("a.pdf", form(), content="x")]), "1")
    assert set(store.save(build([ok("b.pdf", form(), content="x")]), "1").values()) == {0}
    assert list(store.load().documents["document"]) == ["a.pdf"]


def test_a_store_reopened_holds_what_was_saved(url: str, published: Tables) -> None:
    with Store(url) as store:
        store.save(published, "1")
    with Store(url) as store:
        same(published, store.load())


@pytest.mark.parametrize("number", ["0.1", "387664.62", "999999999999.999999999", "0.000000001", "10.00", "-0.30"])
def test_money_is_kept_to_the_last_digit_and_the_last_zero(store: Store, number: str) -> None:
    store.save(build([ok("a.pdf", form(funds=(Fund("总额", number, number, number),)))]), "1")
    assert format(store.load().funds.iloc[0]["budget_value"], "f") == number


def test_a_new_extractor_that_reads_the_same_stores_no_row_of_it_again(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    store.save(tables, "1")
    assert store.known(tables.documents["document_id"], "1") == set(tables.documents["document_id"])
    assert store.known(tables.documents["document_id"], "2") == set()
    inserted = store.save(tables, "2")
    assert {name for name, rows in inserted.items() if rows} == {"extractions"}
    assert store.known(tables.documents["document_id"], "2") == set(tables.documents["document_id"])
    same(tables, store.load())


def test_a_better_reading_becomes_current_and_the_old_one_stays(store: Store) -> None:
    poor, good = build([ok("a.pdf", form(unit=""))]), build([ok("a.pdf", form())])
    store.save(poor, "1")
    store.save(good, "2")
    same(good, store.load())
    assert store.counts()["read_forms"] == 2
    store.save(poor, "1")  # and back again: a version was taken back
    same(poor, store.load())
    assert store.counts()["read_forms"] == 2
    assert store.counts()["extractions"] == 3


def test_a_document_that_failed_for_want_of_time_is_read_by_the_same_extractor_later(store: Store) -> None:
    late = replace(rejected("a.pdf", "timed-out"), sha256=ok("a.pdf").sha256)
    store.save(build([late]), "1")
    store.save(build([ok("a.pdf", form())]), "1")
    assert list(store.load().documents["status"]) == ["ok"]


def test_documents_come_in_the_order_in_which_they_first_came(store: Store) -> None:
    names = [f"{n}.pdf" for n in (3, 1, 2)]
    for name in names:
        store.save(build([ok(name, form(project_name=name))]), "1")
    store.save(build([ok("3.pdf", form(project_name="改"))]), "2")
    assert list(store.load().documents["document"]) == names
    ids = [ok(name).sha256 for name in ("2.pdf", "3.pdf")]
    assert list(store.load(ids).documents["document"]) == ["3.pdf", "2.pdf"]
    assert list(store.load([]).documents["document"]) == []


def test_more_documents_than_a_statement_takes_keys(store: Store) -> None:
    tables = build([ok(f"{n}.pdf", form(project_name=str(n))) for n in range(600)])
    store.save(tables, "1")
    assert store.known(tables.documents["document_id"], "1") == set(tables.documents["document_id"])
    same(tables, store.load(list(tables.documents["document_id"])))


def test_a_resubmission_is_the_next_version_and_nothing_is_overwritten(store: Store) -> None:
    store.save(build([ok("first.pdf", form())]), "1")
    store.save(build([ok("again.pdf", form(project_name="维 护费"), form(project_name="改造费")), ok("later.pdf", form())]), "1")
    filings = store.filings().set_index("document")
    assert filings.loc["first.pdf", "version"] == 1
    assert sorted(filings.loc[["again.pdf"], "version"]) == [1, 2]
    assert filings.loc["later.pdf", "version"] == 3
    assert filings["series_id"].nunique() == 2
    assert len(store.load().documents) == 3


def test_forms_that_name_no_project_or_no_unit_are_not_versions_of_each_other(store: Store) -> None:
    store.save(build([ok("a.pdf", form(project_name="")), ok("b.pdf", form(project_name="")), ok("c.pdf", form(unit=None, authority="——")), ok("d.pdf", form(year=2021))]), "1")
    assert set(store.filings()["version"]) == {1}


def test_two_forms_of_one_file_are_no_resubmission(store: Store) -> None:
    store.save(build([ok("a.pdf", form(), form())]), "1")
    assert list(store.filings()["version"]) == [1, 1]


def test_findings_come_back_with_their_page_and_box(store: Store, published: Tables) -> None:
    store.save(published, "1")
    rows = [finding(published), finding(published, "required-field", 1, page=None, x0=None, top=None, x1=None, bottom=None, severity="warning")]
    assert audit(store, published, rows)["audit_findings"] == 2
    pd.testing.assert_frame_equal(store.load().findings, frame("findings", rows))
    assert len(store.verdicts()) == len(published.forms)
    assert set(store.verdicts()["verdict"]) == {"pass"}
    one = [published.documents["document_id"].iloc[0]]
    assert list(store.load(one).findings["form_id"]) == [rows[0]["form_id"]]


def test_the_same_audit_twice_writes_nothing_new(store: Store, published: Tables) -> None:
    store.save(published, "1")
    audit(store, published, [finding(published)])
    assert store.audited(published.documents["document_id"], "1") == set(published.documents["document_id"])
    assert store.audited(published.documents["document_id"], "2") == set()
    before = store.counts()
    assert set(audit(store, published, [finding(published)]).values()) == {0}
    assert store.counts() == before


def test_new_rules_replace_what_is_current_and_keep_what_was(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    store.save(tables, "1")
    audit(store, tables, [finding(tables)], "1")
    audit(store, tables, [finding(tables, "weights-sum")], "2")
    assert list(store.load().findings["rule"]) == ["weights-sum"]
    assert store.counts()["audit_findings"] == 2
    inserted = audit(store, tables, [finding(tables)], "1")
    assert {name for name, rows in inserted.items() if rows} == {"audits"}
    assert list(store.load().findings["rule"]) == ["scores-sum"]


def test_findings_of_an_older_reading_are_not_those_of_the_new_one(store: Store) -> None:
    tables = build([ok("a.pdf", form(unit=""))])
    store.save(tables, "1")
    audit(store, tables, [finding(tables)])
    store.save(build([ok("a.pdf", form())]), "2")
    assert store.load().findings.empty
    assert store.audited(tables.documents["document_id"], "1") == set()


def test_an_audit_of_a_document_that_was_never_saved_is_an_error(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    with pytest.raises(ValueError, match="never saved"):
        audit(store, tables, [finding(tables)])


def test_an_accepted_explanation_waives_its_finding_until_it_is_withdrawn(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    store.save(tables, "1")
    audit(store, tables, [finding(tables)])
    assert store.waive("scores-sum-0", "审计员甲", "尾差，已核对原始凭证")
    assert not store.waive("scores-sum-0", "审计员甲", "尾差，已核对原始凭证")
    assert list(store.load().findings["status"]) == ["waived"]
    waiver = store.waivers()[0]
    assert (waiver.who, waiver.why, waiver.rule, waiver.void) == ("审计员甲", "尾差，已核对原始凭证", "scores-sum", "")
    assert store.withdraw("scores-sum-0", "审计员乙", "凭证有误")
    assert not store.withdraw("scores-sum-0", "审计员乙", "凭证有误")
    assert list(store.load().findings["status"]) == ["open"]
    assert store.waivers() == []
    assert store.counts()["waiver_entries"] == 2


def test_an_acceptance_is_void_when_the_value_under_it_changes(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    store.save(tables, "1")
    audit(store, tables, [finding(tables)])
    store.waive("scores-sum-0", "审计员甲", "尾差")
    audit(store, tables, [finding(tables, finding_id="scores-sum-other")])
    assert store.waivers()[0].void == "所依据的数值已改变"
    assert list(store.load().findings["status"]) == ["open"]
    audit(store, tables, [])
    assert store.waivers()[0].void == "该问题已不存在"


def test_nothing_is_accepted_without_a_finding_a_name_and_a_reason(store: Store) -> None:
    with pytest.raises(LookupError):
        store.waive("none", "审计员甲", "尾差")
    with pytest.raises(ValueError, match="reason"):
        store.waive("none", "审计员甲", " ")


def test_tables_that_break_their_schema_are_not_stored_at_all(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    wrong = replace(tables, funds=tables.funds.assign(score_half=None))
    before = store.counts()
    with pytest.raises(SchemaError):
        store.save(wrong, "1")
    assert store.counts() == before


def test_sql_of_a_reader_compares_and_adds_amounts_as_numbers(store: Store) -> None:
    funds = tuple(Fund(label, None, number, number) for label, number in (("合计", "1,150.75"), ("财政", "999.25"), ("其他", "151.50")))
    store.save(build([ok("a.pdf", form(funds=funds))]), "1")
    answer = store.query("SELECT label, executed_value FROM funds WHERE executed_value > 200 AND NOT is_total_row")
    assert answer.columns == ("label", "executed_value")
    assert [(label, Decimal(str(value))) for label, value in answer.rows] == [("财政", Decimal("999.25"))]
    assert store.query("select sum(budget_value) from funds where position > 0").rows[0][0] == Decimal("1150.75")
    assert store.query("  -- a remark\n/* and another */ with t as (select 1 as n) select n from t").rows == [(1,)]


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
    from records.query import run_query

    forever = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    with pytest.raises(QueryError) as caught:
        run_query(store.engine, forever, 10, seconds=0.5)
    assert caught.value.code == "sql-too-long"


def test_writers_that_come_at_once_lose_nothing_and_double_nothing(url: str) -> None:
    Store(url).close()
    errors: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with Store(url) as store:
                for n in range(4):
                    store.save(build([ok(f"{n}.pdf", form(project_name=str(n))), ok(f"{number}-{n}.pdf", form())]), "1")
        except BaseException as error:  # noqa: BLE001  (a thread's error is for the test to tell)
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with Store(url) as store:
        assert len(store.load().documents) == 4 + 16
        filings = store.filings()
        shared = filings[filings["project_name"] == "维护费"]
        assert sorted(shared["version"]) == list(range(1, 17))
        assert store.counts()["extractions"] == 20


def test_several_processes_may_create_one_store_at_once(url: str) -> None:
    code = "import sys; from records.store import Store; Store(sys.argv[1]).close()"
    processes = [subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE) for _ in range(3)]
    assert [(process.communicate()[1], process.returncode) for process in processes] == [(b"", 0)] * 3


def test_a_writer_that_is_killed_leaves_whole_batches_only(url: str) -> None:
    code = (
        "import sys; from records.store import Store; from records.tables import build; from tests.documents import ok, form\n"
        "store = Store(sys.argv[1])\n"
        "for n in range(10**6):\n"
        "    store.save(build([ok(f'{n}-{k}.pdf', form(project_name=f'{n}-{k}')) for k in range(5)]), '1'); print(n, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    done = [process.stdout.readline() for _ in range(3)]
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read().splitlines()
    process.wait()
    with Store(url) as store:
        tables = store.load()
        assert len(tables.documents) % 5 == 0
        assert len(tables.documents) >= 5 * (len(done) + len(rest))
        assert len(tables.documents) == len(tables.forms) == len(tables.funds) == len(tables.indicators) == store.counts()["form_versions"]
        store.save(build([ok("next.pdf", form())]), "1")


def test_a_reader_sees_one_state_while_a_writer_writes(store: Store) -> None:
    store.save(build([ok("a.pdf", form())]), "1")
    with store.reading() as connection:
        count = sa.select(sa.func.count()).select_from(schema_sql.read_documents)
        assert connection.scalar(count) == 1
        store.save(build([ok("b.pdf", form())]), "1")
        assert connection.scalar(count) == 1
    assert len(store.load().documents) == 2


def test_a_store_of_a_later_version_is_refused(url: str) -> None:
    with Store(url) as store, store.writing() as connection:
        connection.execute(schema_sql.store_settings.update().values(value="999"))
    with pytest.raises(StoreError, match="999") as caught:
        Store(url)
    assert caught.value.code == "store-newer"


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(StoreError), store.writing() as connection:
        connection.execute(schema_sql.audit_results.insert(), {"audit_id": "a", "extraction_id": "nowhere"})


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd_documents)
def test_whatever_a_form_prints_comes_back_from_the_store(store: Store, documents: list[Document]) -> None:
    tables = build(documents)
    store.save(tables, "1")
    loaded = store.load(list(tables.documents["document_id"]))
    for name, table in tables.items():
        columns = [column for column in table.columns if column != "document"]  # the first name of a content stays
        key = [column for column in ("form_id", "path", "position", "part", "document_id") if column in columns]
        left, right = (part[columns].sort_values(key).reset_index(drop=True) if len(part) else part[columns] for part in (table, getattr(loaded, name)))
        pd.testing.assert_frame_equal(left, right)


def test_the_workspace_database_is_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with Store(f"sqlite:///{tmp_path}/workspace/selfeval.db") as store:
            store.save(build([ok("a.pdf", form())]), "1")
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "workspace").iterdir()}
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "workspace").stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}
    assert "selfeval.db" in modes


def test_sqlite_runs_in_wal_mode_with_foreign_keys(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/selfeval.db") as store, store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_file_that_is_no_database_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "selfeval.db"
    path.write_bytes(b"%PDF-1.4 this is no database" * 100)
    with pytest.raises(StoreError) as caught:
        Store(f"sqlite:///{path}")
    assert caught.value.code == "store-damaged"


@pytest.mark.parametrize("bad", ["", "nonsense", "mysql://user:secret@host/name", "sqlite://", "sqlite:////proc/nowhere/selfeval.db", "postgresql://user:secret@127.0.0.1:1/name"])
def test_a_store_that_cannot_be_opened_is_told_without_its_password(bad: str) -> None:
    with pytest.raises(StoreError) as caught:
        Store(bad)
    assert caught.value.code == "store-unavailable"
    assert not re.search("secret", f"{caught.value} {caught.value.hint}")


def test_a_form_of_two_hundred_rows_needs_no_statement_of_its_own(store: Store) -> None:
    rows = tuple(Indicator("产出", "数量", f"指标{n}", "1", "1", "0.5", "0.5", "") for n in range(200))
    many: Form = form(indicators=rows)
    tables = build([ok("a.pdf", many)])
    assert store.save(tables, "1")["read_indicators"] == 200
    same(tables, store.load())
