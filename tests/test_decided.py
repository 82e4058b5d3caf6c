"""What people decided acts on what was read: in tables, doubts and audits, through other readers, and never in another cell."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from audit_forms import CLEAN, changed

from selfeval.flows.run.deciding import decide_and_audit, judge_again, noted_head
from selfeval.flows.run.stores import ledger_of, store_of
from selfeval.flows.workspace import Workspace
from selfeval.records.store.decisions import Head, Kind, NewDecision
from selfeval.records.store.store import Store
from selfeval.records.tables.build import build
from selfeval.records.tables.columns import Cells
from tests.seasons import boxed, doc, other, place, season

__all__ = ["place"]


def decide(store: Store, kind: Kind, path: str, value: str | None = None, by: str = "审计员甲") -> None:  # fmt: skip
    store.decide(NewDecision(kind, by, "已核对原件", "a" * 64, 1, path, value=value))


def cell(store: Store, path: str) -> dict[str, Any]:
    cells = store.load().cells
    rows: list[Any] = cells[cells["path"] == path].to_dict("records")
    assert len(rows) == 1
    return {
        name: rows[0][name] for name in ("text", "confidence", "doubt", "decided_by", "reading")
    }


def doubted(store: Store) -> set[str]:
    cells = store.load(cells=Cells.JUDGED).cells
    return set(cells.loc[cells["doubt"].notna(), "path"])


def test_a_correction_replaces_the_text_its_number_and_closes_the_doubt(store: Store) -> None:
    store.save(build([doc(boxed(CLEAN, "indicators/2/score", "funds/0/budget"))]), "1")
    decide(store, "correct", "funds/0/budget", "98.50")
    tables = store.load()
    assert (tables.funds.budget[0], tables.funds.budget_value[0]) == ("98.50", Decimal("98.50"))
    assert cell(store, "funds/0/budget") == {
        "text": "98.50", "confidence": 1.0, "doubt": None, "decided_by": "审计员甲", "reading": "100.00",
    }  # fmt: skip
    assert doubted(store) == {"indicators/2/score"}
    views = "SELECT budget_value FROM funds WHERE position = 0"
    with store.reading() as connection:
        assert float(connection.exec_driver_sql(views).scalar_one()) == 98.5


def test_a_decision_holds_when_the_same_bytes_are_read_again_by_a_better_reader(
    store: Store,
) -> None:
    store.save(build([doc(boxed(CLEAN, "total/score"))]), "1")
    decide(store, "correct", "total/score", "95.50")
    store.save(build([doc(boxed(CLEAN, "total/score"))]), "2")
    assert store.known(["a" * 64], "2") and store.load().forms.total_score[0] == "95.50"
    better = changed(CLEAN, {"total/score": "96.50"})
    store.save(build([doc(boxed(better))]), "3")
    assert cell(store, "total/score")["reading"] == "96.50"
    assert store.load().forms.total_score_value[0] == Decimal("95.50")
    again = store.save(build([doc(boxed(better))]), "3")
    assert again["extractions"] == 0  # nothing new, nothing written


def test_a_withdrawn_decision_leaves_what_was_read(store: Store) -> None:
    store.save(build([doc(boxed(CLEAN, "total/score"))]), "1")
    before = store.current_readings(["a" * 64])
    decide(store, "correct", "total/score", "95.50")
    decide(store, "withdraw", "total/score")
    assert store.current_readings(["a" * 64]) == before
    assert doubted(store) == {"total/score"} and store.load().forms.total_score[0] == "98.50"
    decide(store, "confirm", "total/score")
    assert doubted(store) == set()


def test_a_row_found_above_does_not_move_a_correction_to_another_row(store: Store) -> None:
    """A better reader finds a row that the first one lost: the cell is told by where it stands, not by its number."""
    lost = replace(CLEAN, indicators=CLEAN.indicators[1:])
    store.save(build([doc(boxed(lost, down=20.0))]), "1")
    decide(store, "correct", "indicators/1/score", "13")
    store.save(build([doc(boxed(CLEAN))]), "2")
    assert list(store.load().indicators.score) == ["20", "15", "13", "10", "20", "10"]


def test_a_cell_that_is_not_found_again_is_a_doubt_and_no_correction(store: Store) -> None:
    store.save(build([doc(boxed(CLEAN))]), "1")
    decide(store, "correct", "indicators/1/score", "13")
    store.save(build([doc(boxed(CLEAN, down=300.0))]), "2")
    assert list(store.load().indicators.score)[1] == "15"
    assert "第 1 条复核记录" in cell(store, "indicators/1/score")["doubt"]


def test_a_merged_cell_is_decided_in_every_row_that_it_spans(store: Store) -> None:
    spanned = tuple(f"indicators/{row}/level1" for row in range(4))
    store.save(build([doc(boxed(CLEAN, *spanned, merged=spanned))]), "1")
    decide(store, "correct", "indicators/2/level1", "产出")
    assert list(store.load().indicators.level1)[:5] == ["产出"] * 4 + ["效益指标"]
    assert doubted(store) == set()


def test_a_doubted_column_is_narrowed_by_each_value_and_closed_as_a_whole(store: Store) -> None:
    store.save(build([doc(boxed(CLEAN, "indicators/*/score"))]), "1")
    decide(store, "confirm", "indicators/2/score")
    assert doubted(store) == {f"indicators/{row}/score" for row in (0, 1, 3, 4, 5)}
    decide(store, "withdraw", "indicators/2/score")
    decide(store, "confirm", "indicators/*/score")
    assert doubted(store) == set()
    moved = changed(CLEAN, {"indicators/4/score": "19"})
    store.save(build([doc(boxed(moved, "indicators/*/score"))]), "2")
    assert "indicators/*/score" in doubted(store)  # other values than those that were looked at


def test_what_nobody_can_read_stays_undecided_for_good(store: Store) -> None:
    store.save(build([doc(boxed(CLEAN, "total/score"))]), "1")
    decide(store, "unreadable", "total/score")
    store.save(build([doc(boxed(CLEAN))]), "2")  # a reader that is sure
    told = cell(store, "total/score")
    assert told["doubt"] == "审计员甲核对原件，认为无法辨认" and told["confidence"] == 0


def test_a_confirmed_reading_stays_where_another_reader_says_otherwise(store: Store) -> None:
    store.save(build([doc(boxed(CLEAN, "total/score"))]), "1")
    decide(store, "confirm", "total/score")
    store.save(build([doc(boxed(changed(CLEAN, {"total/score": "88.50"})))]), "2")
    assert store.load().forms.total_score[0] == "98.50"


def test_a_correction_that_another_confirms_is_not_undone(store: Store) -> None:
    store.save(build([doc(boxed(CLEAN, "total/score"))]), "1")
    decide(store, "correct", "total/score", "95.50")
    decide(store, "confirm", "total/score", by="审计员乙")
    told = cell(store, "total/score")
    assert (told["text"], told["decided_by"], told["reading"]) == ("95.50", "审计员乙", "98.50")


def test_a_corrected_unit_files_the_form_where_it_belongs(store: Store) -> None:
    store.save(build([doc(CLEAN)]), "1")
    decide(store, "correct", "unit", "某县灌区管理所")
    filed = store.filings()
    assert list(filed.unit) == ["某县灌区管理所"] and list(filed.version) == [1]
    assert store.replaced() == {}


def test_other_bytes_of_the_same_name_are_not_decided(store: Store) -> None:
    store.save(build([doc(boxed(CLEAN))]), "1")
    decide(store, "correct", "total/score", "95.50")
    other = replace(doc(boxed(CLEAN)), sha256="b" * 64)
    store.save(build([other]), "1")
    assert list(store.load(["b" * 64]).forms.total_score) == ["98.50"]


@pytest.mark.parametrize("path, value", [("amount_unit", "元"), ("year", "2021")])
def test_what_follows_from_a_corrected_value_follows(store: Store, path: str, value: str) -> None:
    store.save(build([doc(boxed(CLEAN))]), "1")
    decide(store, "correct", path, value)
    expected = build([doc(boxed(changed(CLEAN, {path: int(value) if path == "year" else value})))])
    assert (
        store.load().forms[["year", "amount_unit"]].equals(expected.forms[["year", "amount_unit"]])
    )
    assert list(store.load().funds.budget_value) == list(expected.funds.budget_value)


def test_a_correction_is_judged_at_once_and_says_what_it_closed(place: Workspace) -> None:
    wrong = changed(CLEAN, {"total/score": "88.50"})
    season(place, doc(boxed(wrong, "indicators/2/score")), *map(other, range(40)))
    store, new = store_of(place), NewDecision("correct", "审计员甲", "原表为 98.50", "a" * 64, 1, "total/score", value="98.50")  # fmt: skip
    found = store.load(["a" * 64]).findings
    assert found.empty  # undecided while a score is in doubt
    outcome = decide_and_audit(
        place, replace(new, kind="confirm", path="indicators/2/score", value=None)
    )
    assert [row["rule"] for row in outcome.opened] == ["scores-sum"]
    assert outcome.doubts_closed == (("a" * 16 + "-1", "indicators/2/score"),)
    begun = time.monotonic()
    outcome = decide_and_audit(place, new)
    assert time.monotonic() - begun < 2
    assert [row["rule"] for row in outcome.closed] == ["scores-sum"] and not outcome.opened
    assert 0 < outcome.judged < 41  # what it was compared with, not the season
    assert noted_head(place) == store.decisions_head() == Head(2, outcome.made[0].hash)


def test_a_run_after_a_correction_judges_nothing_that_was_judged(place: Workspace) -> None:
    season(place, doc(boxed(changed(CLEAN, {"total/score": "88.50"}))), *map(other, range(3)))
    store, ledger = store_of(place), ledger_of(place)
    decide_and_audit(place, NewDecision("correct", "甲", "看错了", "a" * 64, 1, "total/score", value="98.50"))  # fmt: skip
    before = store.counts()
    assert (
        len(judge_again(place, store, ledger)) == 1
    )  # one is always judged: Data Docs show what ran
    assert store.counts() == before and store.load(["a" * 64]).findings.empty


def test_what_was_found_stands_until_the_corrected_form_is_judged(place: Workspace) -> None:
    season(place, doc(boxed(changed(CLEAN, {"total/score": "88.50"}))))
    store = store_of(place)
    store.decide(NewDecision("correct", "甲", "看错了", "a" * 64, 1, "total/score", value="98.50"))
    assert list(store.load().findings.rule) == ["scores-sum"]  # killed before the audit
    assert judge_again(place, store, ledger_of(place)) == ["a" * 64]
    assert store.load().findings.empty


def test_an_audit_of_a_reading_that_was_corrected_meanwhile_is_not_kept(place: Workspace) -> None:
    season(place, doc(boxed(changed(CLEAN, {"total/score": "88.50"}))))
    store = store_of(place)
    readings, tables = store.current_readings(["a" * 64]), store.load()
    decide_and_audit(place, NewDecision("correct", "甲", "看错了", "a" * 64, 1, "total/score", value="98.50"))  # fmt: skip
    store.save_audit(["a" * 64], tables.findings, store.verdicts(), "2", readings)
    assert store.load().findings.empty


def test_an_accepted_finding_is_closed_and_nothing_is_judged(place: Workspace) -> None:
    season(place, doc(boxed(changed(CLEAN, {"total/score": "88.50"}))))
    (finding_id,) = store_of(place).finding_ids()
    outcome = decide_and_audit(place, NewDecision("accept", "甲", "尾差", finding_id=finding_id))
    assert [row["finding_id"] for row in outcome.closed] == [finding_id] and not outcome.judged
