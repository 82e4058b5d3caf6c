"""The store, the same tests on SQLite and on a real PostgreSQL server: exact, idempotent, nothing overwritten."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from selfeval.expectations.view import views
from selfeval.extractors.model import Document, Form, Fund, Indicator
from selfeval.records.errors import SchemaError
from selfeval.records.store.decisions import DecisionError, NewDecision
from selfeval.records.store.store import Store
from selfeval.records.tables.build import Tables, build
from selfeval.records.tables.columns import Cells, frame
from tests.documents import form, ok, rejected
from tests.stores import audit, finding, same, waive
from tests.test_tables import odd_documents


def test_published_forms_come_back_exactly_as_they_were_saved(
    store: Store, published: Tables
) -> None:
    store.save(published, "1")
    loaded = store.load()
    same(published, loaded)
    assert [str(value) for value in loaded.funds["rate_value"]] == [
        str(value) for value in published.funds["rate_value"]
    ]


def test_saving_the_same_documents_twice_writes_nothing_new(
    store: Store, published: Tables
) -> None:
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


@pytest.mark.parametrize(
    "number", ["0.1", "387664.62", "999999999999.999999999", "0.000000001", "10.00", "-0.30"]
)
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


def test_a_document_that_failed_for_want_of_time_is_read_by_the_same_extractor_later(
    store: Store,
) -> None:
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
    store.save(
        build(
            [
                ok("again.pdf", form(project_name="维 护费"), form(project_name="改造费")),
                ok("later.pdf", form()),
            ]
        ),
        "1",
    )
    filings = store.filings().set_index("document")
    assert filings.loc["first.pdf", "version"] == 1
    assert sorted(filings.loc[["again.pdf"], "version"]) == [1, 2]
    assert filings.loc["later.pdf", "version"] == 3
    assert filings["series_id"].nunique() == 2
    assert len(store.load().documents) == 3


def test_forms_that_name_no_project_or_no_unit_are_not_versions_of_each_other(store: Store) -> None:
    store.save(
        build(
            [
                ok("a.pdf", form(project_name="")),
                ok("b.pdf", form(project_name="")),
                ok("c.pdf", form(unit=None, authority="——")),
                ok("d.pdf", form(year=2021)),
            ]
        ),
        "1",
    )
    assert set(store.filings()["version"]) == {1}


def test_two_forms_of_one_file_are_no_resubmission(store: Store) -> None:
    store.save(build([ok("a.pdf", form(), form())]), "1")
    assert list(store.filings()["version"]) == [1, 1]


def test_findings_come_back_with_their_page_and_box(store: Store, published: Tables) -> None:
    store.save(published, "1")
    rows = [
        finding(published),
        finding(
            published,
            "required-field",
            1,
            page=None,
            x0=None,
            top=None,
            x1=None,
            bottom=None,
            severity="warning",
        ),
    ]
    assert audit(store, published, rows)["audit_findings"] == 2
    pd.testing.assert_frame_equal(store.load().findings, frame("findings", rows))
    assert len(store.verdicts()) == len(published.forms)
    assert set(store.verdicts()["verdict"]) == {"pass"}
    one = [published.documents["document_id"].iloc[0]]
    assert list(store.load(one).findings["form_id"]) == [rows[0]["form_id"]]


def test_the_same_audit_twice_writes_nothing_new(store: Store, published: Tables) -> None:
    store.save(published, "1")
    audit(store, published, [finding(published)])
    assert store.audited(published.documents["document_id"], "1") == set(
        published.documents["document_id"]
    )
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
    assert waive(store, "scores-sum-0", "审计员甲", "尾差，已核对原始凭证")
    assert not waive(store, "scores-sum-0", "审计员甲", "尾差，已核对原始凭证")
    assert list(store.load().findings["status"]) == ["waived"]
    waiver = store.waivers()[0]
    assert (waiver.who, waiver.why, waiver.rule, waiver.void) == (
        "审计员甲",
        "尾差，已核对原始凭证",
        "scores-sum",
        "",
    )
    back = NewDecision("withdraw", "审计员乙", "凭证有误", finding_id="scores-sum-0")
    assert store.decide(back).number == 2
    with pytest.raises(DecisionError, match="没有可以收回的"):
        store.decide(back)
    assert list(store.load().findings["status"]) == ["open"]
    assert store.waivers() == []
    assert store.counts()["decisions"] == 2


def test_an_acceptance_is_void_when_the_value_under_it_changes(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    store.save(tables, "1")
    audit(store, tables, [finding(tables)])
    waive(store, "scores-sum-0", "审计员甲", "尾差")
    audit(store, tables, [finding(tables, finding_id="scores-sum-other")])
    assert store.waivers()[0].void == "所依据的数值已改变"
    assert list(store.load().findings["status"]) == ["open"]
    audit(store, tables, [])
    assert store.waivers()[0].void == "该问题已不存在"


def test_nothing_is_accepted_without_a_finding_a_name_and_a_reason(store: Store) -> None:
    for finding_id, who, why, says in (
        ("none", "审计员甲", "尾差", "没有编号为 none 的问题"),
        ("scores-sum-0", "审计员甲", " ", "请说明理由"),
        ("scores-sum-0", " ", "尾差", "请说明由谁决定"),
    ):
        with pytest.raises(DecisionError, match=says):
            waive(store, finding_id, who, why)


def test_tables_that_break_their_schema_are_not_stored_at_all(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    wrong = replace(tables, funds=tables.funds.assign(score_half=None))
    before = store.counts()
    with pytest.raises(SchemaError):
        store.save(wrong, "1")
    assert store.counts() == before


@settings(
    deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(odd_documents)
def test_whatever_a_form_prints_comes_back_from_the_store(
    store: Store, documents: list[Document]
) -> None:
    tables = build(documents)
    store.save(tables, "1")
    loaded = store.load(list(tables.documents["document_id"]))
    for name, table in tables.items():
        columns = [
            column for column in table.columns if column != "document"
        ]  # the first name of a content stays
        key = [
            column
            for column in ("form_id", "path", "position", "part", "document_id")
            if column in columns
        ]
        left, right = (
            part[columns].sort_values(key).reset_index(drop=True) if len(part) else part[columns]
            for part in (table, getattr(loaded, name))
        )
        pd.testing.assert_frame_equal(left, right)


def test_a_form_of_two_hundred_rows_needs_no_statement_of_its_own(store: Store) -> None:
    rows = tuple(
        Indicator("产出", "数量", f"指标{n}", "1", "1", "0.5", "0.5", "") for n in range(200)
    )
    many: Form = form(indicators=rows)
    tables = build([ok("a.pdf", many)])
    assert store.save(tables, "1")["read_indicators"] == 200
    same(tables, store.load())


def test_the_cells_that_rules_look_at_are_enough_for_their_views(
    store: Store, published: Tables
) -> None:
    store.save(published, "1")
    whole, judged, none = (
        store.load(cells=cells) for cells in (Cells.ALL, Cells.JUDGED, Cells.NONE)
    )
    assert len(whole.cells) > 2 * len(judged.cells) > 0 == len(none.cells)
    for one, same_one in zip(views(whole), views(judged), strict=True):
        assert (one.doubts, one.shared) == (same_one.doubts, same_one.shared)
    assert any(one.doubts for one in views(judged))
    pd.testing.assert_frame_equal(none.indicators, whole.indicators)
