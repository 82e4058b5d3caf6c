"""Decisions of people: a chain that only grows, that shows any change, and that two writers never fork."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from selfeval.records.errors import StoreError
from selfeval.records.store.decision_files import read_file, written
from selfeval.records.store.decisions import (
    FIRST,
    ChainBreak,
    DecisionError,
    Head,
    NewDecision,
    sealed,
    standing,
    verify,
)
from selfeval.records.store.store import Store
from selfeval.records.tables.build import build
from tests.documents import form, ok
from tests.stores import audit, finding

HOUSE = Path(__file__).parent.parent
READ = build([ok("a.pdf", form())])
DOCUMENT = str(READ.documents.document_id[0])


def confirmed(path: str = "total/score", by: str = "审计员甲", reason: str = "") -> NewDecision:
    return NewDecision("confirm", by, reason, DOCUMENT, 1, path)


@pytest.fixture
def read(store: Store) -> Store:
    """A store with one form and one finding."""
    store.save(READ, "1")
    audit(store, READ, [finding(READ)])
    return store


def tampered(store: Store, change: str) -> None:
    """What somebody does who has the file or the owner's rights: triggers off, then the change."""
    with store.writing() as connection:
        if connection.dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(f"DROP TRIGGER decisions_no_{verb}")
        else:
            connection.exec_driver_sql("ALTER TABLE decisions DISABLE TRIGGER ALL")
        connection.execute(sa.text(change))


def test_a_row_keeps_what_was_read_and_the_hash_of_the_row_before(read: Store) -> None:
    first = read.decide(confirmed())
    second = read.decide(
        NewDecision(
            "correct", "审计员乙", "原表为 95", DOCUMENT, 1, "funds/0/budget", value=" 95.00 "
        )
    )
    third = read.decide(NewDecision("accept", "审计员乙", "尾差", finding_id="scores-sum-0"))
    assert (first.number, first.previous, first.reading) == (1, FIRST, READ.forms.total_score[0])
    assert (second.reading, second.value, second.document) == (
        READ.funds.budget[0],
        "95.00",
        "a.pdf",
    )
    assert (third.document_id, third.form, third.path, third.rule) == (DOCUMENT, 1, "total", "scores-sum")  # fmt: skip
    made = read.decisions()
    assert [one.previous for one in made[1:]] == [one.hash for one in made[:-1]]
    assert all(sealed(asdict(one)) == one.hash for one in made)
    assert read.verify_decisions(Head(3, third.hash)) == []
    assert read.decisions(document_id=DOCUMENT) == made
    assert read.decisions(finding_id="scores-sum-0") == [third]


def test_the_database_itself_refuses_to_change_or_delete(read: Store) -> None:
    read.decide(confirmed())
    for statement in ("UPDATE decisions SET reason = 'x'", "DELETE FROM decisions"):
        with pytest.raises(StoreError), read.writing() as connection:
            connection.exec_driver_sql(statement)
    assert len(read.decisions()) == 1


@pytest.mark.parametrize(
    "change, told",
    [
        ("UPDATE decisions SET reason = '改过' WHERE number = 2", [ChainBreak(2, "changed")]),
        ("UPDATE decisions SET \"by\" = '别人' WHERE number = 3", [ChainBreak(3, "changed")]),
        (
            "DELETE FROM decisions WHERE number = 2",
            [ChainBreak(2, "missing"), ChainBreak(3, "unlinked")],
        ),
        ("DELETE FROM decisions WHERE number = 3", [ChainBreak(3, "cut")]),
        ("DELETE FROM decisions", [ChainBreak(3, "cut")]),
    ],
)
def test_a_row_changed_behind_the_back_is_told_by_its_number(
    read: Store, change: str, told: list[ChainBreak]
) -> None:
    for path in ("total/score", "unit", "project_name"):
        read.decide(confirmed(path))
    noted = read.decisions_head()
    tampered(read, change)
    assert read.verify_decisions(noted) == told


def test_a_chain_that_was_sealed_anew_is_not_the_one_that_was_noted(read: Store) -> None:
    made = [read.decide(confirmed(path)) for path in ("total/score", "unit")]
    forged = replace(made[1], reason="改过")
    forged = replace(forged, hash=sealed(asdict(forged)))
    assert verify([made[0], forged]) == []
    assert verify([made[0], forged], Head(2, made[1].hash)) == [ChainBreak(2, "replaced")]


def test_the_last_word_about_a_value_stands_and_can_be_taken_back(read: Store) -> None:
    read.decide(confirmed())
    corrected = NewDecision("correct", "审计员甲", "看错了", DOCUMENT, 1, "total/score", value="93")
    last = read.decide(corrected)
    assert standing(read.decisions()) == {(DOCUMENT, 1, "total/score"): last}
    assert read.decide(corrected) == last  # said twice, entered once
    read.decide(NewDecision("withdraw", "审计员甲", "误操作", DOCUMENT, 1, "total/score"))
    assert standing(read.decisions()) == {}
    with pytest.raises(DecisionError, match="没有可以收回的"):
        read.decide(NewDecision("withdraw", "审计员甲", "误操作", DOCUMENT, 1, "total/score"))


def test_who_comes_second_is_told_and_overwrites_nothing(read: Store) -> None:
    seen = read.decisions_head().number
    read.decide(confirmed(by="审计员甲"), expected_last=seen)
    with pytest.raises(DecisionError) as caught:
        read.decide(confirmed(by="审计员乙"), expected_last=seen)
    assert caught.value.code == "decided-meanwhile" and "审计员甲" in str(caught.value)
    read.decide(confirmed("unit", by="审计员乙"), expected_last=seen)  # another value is free
    read.decide(confirmed(by="审计员乙"), expected_last=1)  # seen, and decided otherwise
    assert [one.number for one in read.decisions()] == [1, 2, 3]


@pytest.mark.parametrize(
    "new, code",
    [
        (NewDecision("confirm", " ", "", DOCUMENT, 1, "total/score"), "name-needed"),
        (NewDecision("correct", "甲", " ", DOCUMENT, 1, "total/score", value="1"), "reason-needed"),
        (NewDecision("correct", "甲", "错", DOCUMENT, 1, "total/score"), "value-needed"),
        (NewDecision("confirm", "甲", "", DOCUMENT, 1), "subject-needed"),
        (NewDecision("accept", "甲", "尾差", DOCUMENT, 1, "total"), "subject-needed"),
        (NewDecision("confirm", "甲", "", "0" * 64, 1, "total/score"), "unknown-document"),
        (NewDecision("confirm", "甲", "", DOCUMENT, 2, "total/score"), "unknown-form"),
        (NewDecision("confirm", "甲", "", DOCUMENT, 1, "indicators/99/score"), "unknown-path"),
        (NewDecision("confirm", "甲", "", DOCUMENT, 1, "total/nothing"), "unknown-path"),
        (NewDecision("confirm", "甲", "", DOCUMENT, 1, "unit", reading="别的"), "reading-changed"),
        (NewDecision("correct", "甲", "错", DOCUMENT, 1, "year", value="二〇二二"), "value-wrong"),
        (NewDecision("question", "甲", "存疑", finding_id="nothing"), "unknown-finding"),
    ],
)
def test_what_is_not_complete_or_not_there_is_refused(
    read: Store, new: NewDecision, code: str
) -> None:
    with pytest.raises(DecisionError) as caught:
        read.decide(new)
    assert caught.value.code == code and caught.value.hint
    assert read.decisions() == []


def test_names_and_telephones_are_masked_in_decisions_too(read: Store) -> None:
    new = NewDecision("correct", "审计员甲", "看错了", DOCUMENT, 1, "leader", value="王小明")
    assert read.decide(new).value == "王*"


@pytest.mark.parametrize(
    "kept, changed, code",
    [
        ([0, 1, 2], ("number 1", "number 9"), "chain-broken"),
        ([1, 2], ("", ""), "chain-gap"),
        ([0, 2], ("", ""), "chain-broken"),
        ([0], ('"number"', '"nummer"'), "chain-unreadable"),
        ([0], ("{", "这不是"), "chain-unreadable"),
    ],
)
def test_a_file_of_a_chain_that_does_not_hold_is_not_taken_in(
    read: Store, tmp_path: Path, kept: list[int], changed: tuple[str, str], code: str
) -> None:
    made = [read.decide(confirmed(reason=f"number {number}")) for number in range(3)]
    lines = written(made).splitlines()
    file = tmp_path / "chain.jsonl"
    file.write_text("\n".join(lines[at].replace(*changed) for at in kept), "utf-8")
    with Store(f"sqlite:///{tmp_path}/other.db") as other:
        with pytest.raises(DecisionError) as caught:
            other.take_in_decisions(read_file(file))
        assert caught.value.code == code and other.decisions() == []
        file.write_text(written(made), "utf-8")
        assert other.take_in_decisions(read_file(file)) == made == other.decisions()
        assert other.take_in_decisions(read_file(file)) == []


_WRITE = """
import sys
from selfeval.records.store.decisions import NewDecision
from selfeval.records.store.store import Store
url, document, by, count = sys.argv[1:]
with Store(url) as store:
    for number in range(int(count)):
        store.decide(NewDecision("confirm", by, str(number), document, 1, "total/score"))
"""


def writer(url: str, by: str, count: int) -> subprocess.Popen[bytes]:
    """A process that makes decisions one after the other."""
    arguments = [url, DOCUMENT, by, str(count)]
    return subprocess.Popen([sys.executable, "-c", _WRITE, *arguments], cwd=HOUSE)


def test_two_processes_that_write_at_once_make_one_chain(read: Store, url: str) -> None:
    with writer(url, "审计员甲", 12) as one, writer(url, "审计员乙", 12) as other:
        assert (one.wait(), other.wait()) == (0, 0)
    made = read.decisions()
    assert len(made) == 24 and verify(made) == []
    assert len({one.previous for one in made}) == 24


def test_a_writer_that_is_killed_leaves_a_chain_that_holds(read: Store, url: str) -> None:
    end = time.monotonic() + 30
    with writer(url, "审计员甲", 100_000) as process:
        while len(read.decisions()) < 5 and time.monotonic() < end:
            time.sleep(0.01)
        process.kill()
    before = len(read.decisions())
    assert before >= 5 and read.verify_decisions() == []
    assert read.decide(confirmed("unit")).number == before + 1
    assert read.verify_decisions() == []
