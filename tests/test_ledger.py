"""The ledger and the inbox: each file once, replaced ones superseded, steps in order, nothing written where nothing is new."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from selfeval.flows.inbox import intake
from selfeval.flows.inbox.folder import Entry, is_being_written, is_remote, local_path, look
from selfeval.flows.inbox.intake import take_in
from selfeval.flows.ledger.ledger import Ledger, Submission
from selfeval.flows.ledger.states import NEXT, SENTENCES, State
from selfeval.flows.problems import Problem
from selfeval.flows.workspace import create, without_password
from selfeval.records.store.store import Store


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Store(f"sqlite:///{tmp_path}/selfeval.db") as store:
        yield Ledger(store.engine)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of these tests are seconds old; that they are looked at twice has a test of its own."""
    monkeypatch.setattr(intake, "SETTLE_SECONDS", 0.0)


def put(inbox: Path, name: str, content: bytes) -> Path:
    inbox.mkdir(exist_ok=True)
    path = inbox / name
    path.write_bytes(content)
    return path


def read(ledger: Ledger) -> None:
    """Take every waiting submission to where reading leaves it."""
    for step in (State.SCREENED, State.EXTRACTED):
        ledger.move(
            [
                replace(item, state=step)
                for item in ledger.all()
                if item.state in (State.RECEIVED, State.SCREENED)
            ]
        )


def test_taking_in_the_same_inbox_twice_registers_once(ledger: Ledger, tmp_path: Path) -> None:
    put(tmp_path / "in", "a.pdf", b"%PDF-1")
    first, second = take_in(str(tmp_path / "in"), ledger), take_in(str(tmp_path / "in"), ledger)
    assert len(first.new) == 1 and second.new == () and first.seen == second.seen


def test_a_replaced_file_supersedes_what_was_there_and_comes_back_when_it_does(
    ledger: Ledger, tmp_path: Path
) -> None:
    inbox = tmp_path / "in"
    for content in (b"%PDF-1", b"%PDF-2"):
        put(inbox, "a.pdf", content)
        take_in(str(inbox), ledger)
        read(ledger)
    assert [item.state for item in ledger.all()] == [State.SUPERSEDED, State.EXTRACTED]
    put(inbox, "a.pdf", b"%PDF-1")
    assert len(take_in(str(inbox), ledger).new) == 1
    assert [item.state for item in ledger.all()] == [State.RECEIVED, State.SUPERSEDED]


def test_a_file_that_goes_before_it_is_read_is_waited_for_no_more_and_comes_back(
    ledger: Ledger, tmp_path: Path
) -> None:
    """A run that was killed had registered it; every night after that warned of it."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name in ("gone.pdf", "read.pdf"):
        (inbox / name).write_bytes(name.encode())
        os.utime(inbox / name, (1, 1))
    first = take_in(str(inbox), ledger)
    held = {item.document: item for item in ledger.get(first.new)}
    ledger.move([replace(held["read.pdf"], reader="1")])
    for path in inbox.iterdir():
        path.unlink()
    assert take_in(str(inbox), ledger).seen == ()
    states = {item.document: item.state for item in ledger.all()}
    assert states == {"gone.pdf": State.WITHDRAWN, "read.pdf": State.RECEIVED}
    (inbox / "gone.pdf").write_bytes(b"gone.pdf")
    os.utime(inbox / "gone.pdf", (1, 1))
    assert take_in(str(inbox), ledger).new == (held["gone.pdf"].submission_id,)
    assert ledger.get([held["gone.pdf"].submission_id])[0].state is State.RECEIVED


def test_the_same_content_under_two_names_is_two_submissions_of_one_document(
    ledger: Ledger, tmp_path: Path
) -> None:
    put(tmp_path / "in", "a.pdf", b"%PDF-1")
    put(tmp_path / "in", "b.pdf", b"%PDF-1")
    take_in(str(tmp_path / "in"), ledger)
    first, second = ledger.all()
    assert first.document_id == second.document_id
    assert (first.duplicate_of, second.duplicate_of) == ("", "a.pdf") and "a.pdf" in second.sentence


def test_every_state_has_a_sentence_and_a_step_that_skips_one_is_refused(
    ledger: Ledger, tmp_path: Path
) -> None:
    assert set(SENTENCES) == set(NEXT) == set(State)
    put(tmp_path / "in", "a.pdf", b"%PDF-1")
    take_in(str(tmp_path / "in"), ledger)
    (item,) = ledger.all()
    with pytest.raises(ValueError, match="cannot go from received to published"):
        ledger.move([replace(item, state=State.PUBLISHED)])


def test_moving_to_where_a_submission_stands_writes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    put(tmp_path / "in", "a.pdf", b"%PDF-1")
    take_in(str(tmp_path / "in"), ledger)
    (item,) = ledger.all()
    assert ledger.move([item]) == 0
    assert ledger.all() == [item] and len(ledger.steps(item.submission_id)) == 1


def test_a_clock_that_is_set_back_does_not_reorder_the_steps(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from selfeval.flows.ledger import ledger as module

    put(tmp_path / "in", "a.pdf", b"%PDF-1")
    take_in(str(tmp_path / "in"), ledger)
    monkeypatch.setattr(module, "now", lambda: "1999-01-01T00:00:00.000+00:00")
    read(ledger)
    (item,) = ledger.all()
    assert [state for _, state, _ in ledger.steps(item.submission_id)] == [
        State.RECEIVED,
        State.SCREENED,
        State.EXTRACTED,
    ]


def test_a_file_that_somebody_writes_is_left_for_the_next_run(
    ledger: Ledger, tmp_path: Path
) -> None:
    path = put(tmp_path / "in", "a.pdf", b"%PDF-1")
    (entry,) = look(str(tmp_path / "in"))
    assert isinstance(entry, Entry)
    with path.open("ab"):
        assert is_being_written(entry)
    assert not is_being_written(entry)


def test_a_file_that_grows_while_it_is_looked_at_is_left_for_the_next_run(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = put(tmp_path / "in", "a.pdf", b"%PDF-1")
    monkeypatch.setattr(intake, "SETTLE_SECONDS", 2.0)
    monkeypatch.setattr(intake.time, "sleep", lambda _seconds: path.write_bytes(b"%PDF-1 and more"))
    taken = take_in(str(tmp_path / "in"), ledger)
    assert taken.seen == () and taken.skipped[0].path == "a.pdf"
    assert ledger.all() == []


def test_a_file_of_another_user_behind_a_link_is_not_read(ledger: Ledger, tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.fail("this test gives a link to another user and runs as root, as CI does")
    secret = put(tmp_path / "elsewhere", "secret.pdf", b"%PDF-1")
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "theirs.pdf").symlink_to(secret)
    os.lchown(inbox / "theirs.pdf", 65534, 65534)
    (inbox / "mine.pdf").symlink_to(secret)
    assert [(type(found).__name__, found.path) for found in look(str(inbox))] == [
        ("Entry", "mine.pdf"),
        ("Skipped", "theirs.pdf"),
    ]


def test_a_name_that_is_not_utf8_can_be_read_again(tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    inbox.mkdir()
    path = os.fsencode(inbox) + b"/\xb1\xed.pdf"
    Path(os.fsdecode(path)).write_bytes(b"%PDF-1")
    (entry,) = look(str(inbox))
    assert isinstance(entry, Entry)
    assert entry.document == "\ufffd\ufffd.pdf" and entry.path == "%B1%ED.pdf"
    again = local_path(entry.source)
    assert again is not None and os.fsencode(again) == path


def test_an_inbox_behind_an_address_is_read_once_and_then_told_by_its_tags(ledger: Ledger) -> None:
    import fsspec

    system = fsspec.filesystem("memory")
    system.pipe("/forms/2024/a.pdf", b"%PDF-1")
    system.pipe("/forms/readme.txt", b"no form")
    first = take_in("memory://forms", ledger)
    assert [item.path for item in ledger.all()] == ["2024/a.pdf"] and len(first.new) == 1
    assert take_in("memory://forms", ledger).new == ()
    system.pipe("/forms/2024/a.pdf", b"%PDF-2")
    take_in("memory://forms", ledger)
    assert [item.state for item in ledger.all()] == [State.SUPERSEDED, State.RECEIVED]


@pytest.mark.parametrize("inbox", ["/no/such/folder", "nothing://bucket/x"])
def test_an_inbox_that_is_not_there_is_a_problem_with_a_hint(inbox: str) -> None:
    with pytest.raises(Problem) as caught:
        list(look(inbox))
    assert caught.value.code == "no-inbox" and caught.value.hint


def test_what_looks_like_an_address_and_what_does_not() -> None:
    assert is_remote("s3://bucket/forms") and is_remote("zip://*.pdf::file:///tmp/a.zip")
    assert (
        not is_remote("/tmp/a b")
        and not is_remote("forms:2024")
        and not is_remote("file:///tmp/forms")
    )


def test_a_password_is_not_kept_in_the_workspace(tmp_path: Path) -> None:
    create(tmp_path / "W", "postgresql://writer:secret@db/forms")
    assert "secret" not in (tmp_path / "W/settings.json").read_text("utf-8")
    assert (
        without_password("postgresql://writer:secret@db:5433/forms")
        == "postgresql://writer@db:5433/forms"
    )


def test_a_submission_keeps_every_field(ledger: Ledger) -> None:
    item = Submission("k" * 32, "a.pdf", "x/a.pdf", "file:///in/x/a.pdf", "0" * 64, 5, "1")
    ledger.register([item])
    (kept,) = ledger.all()
    assert replace(kept, received_at="", updated_at="") == item and ledger.get(
        ["unknown", item.submission_id]
    ) == [kept]
