"""Zip files and mails as inboxes: each PDF inside is a submission that can be read again; bombs and locks are told, and cost nothing."""

from __future__ import annotations

import base64
import hashlib
import io
import mailbox
import os
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest

from selfeval.flows.inbox import containers, intake, unpacking
from selfeval.flows.inbox.folder import Skipped
from selfeval.flows.inbox.intake import Intake, take_in
from selfeval.flows.inbox.remote import fetch
from selfeval.flows.inbox.unpacking import container_of
from selfeval.flows.ledger.ledger import Ledger
from selfeval.flows.ledger.states import State
from selfeval.records.store.store import Store

ONE, TWO, THREE = b"%PDF-1.4 one", b"%PDF-1.4 two", b"%PDF-1.4 three"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Store(f"sqlite:///{tmp_path}/selfeval.db") as store:
        yield Ledger(store.engine)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "SETTLE_SECONDS", 0.0)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "收件 夹!"
    folder.mkdir()
    return folder


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def in_gbk(name: str, content: bytes) -> bytes:
    """A zip as Chinese Windows writes it: the name in GBK and no flag that says so."""
    raw = name.encode("gbk")
    stand_in = "a" * len(raw)
    return zipped({stand_in: content}).replace(stand_in.encode(), raw)


def mail(attachments: dict[str, bytes], subject: str = "自评表") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = (
        subject,
        "unit@example.org",
        "audit@example.org",
    )
    message.set_content("附件请查收。")
    for name, content in attachments.items():
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message


def contents(ledger: Ledger, folder: Path) -> dict[str, bytes]:
    """path -> content of every submission that stands, read again through its source as a rerun does."""
    found = {}
    for item in ledger.all():
        if item.state is not State.SUPERSEDED:
            copy = (
                fetch(item.source, folder / "copy.pdf").read_bytes()
                if "+file://" in item.source
                else b""
            )
            assert not copy or hashlib.sha256(copy).hexdigest() == item.document_id
            found[item.path] = copy
    return found


def codes(taken: Intake) -> dict[str, str]:
    return {item.path: item.code for item in taken.skipped}


def test_each_pdf_of_a_zip_is_a_submission_that_can_be_read_again(
    ledger: Ledger, inbox: Path, tmp_path: Path
) -> None:
    members = {
        "甲/a.pdf": ONE,
        "b": TWO,
        "notes.txt": b"no form",
        "__MACOSX/甲/._a.pdf": b"%PDF-",
        "~$b.pdf": b"%PDF-",
    }
    (inbox / "某局.zip").write_bytes(zipped(members))
    taken = take_in(str(inbox), ledger)
    assert contents(ledger, tmp_path) == {"某局.zip/甲/a.pdf": ONE, "某局.zip/b": TWO}
    assert {item.document for item in ledger.all()} == {"a.pdf", "b"}
    assert taken.skipped == () and all(
        container_of(item.source).endswith(".zip") for item in ledger.all()
    )


def test_a_zip_that_has_not_changed_is_not_opened_again(
    ledger: Ledger, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = inbox / "a.zip"
    path.write_bytes(zipped({"a.pdf": ONE, "b.pdf": TWO}))
    first = take_in(str(inbox), ledger)
    monkeypatch.setattr(unpacking, "ask", lambda *_: pytest.fail("opened again"))
    second = take_in(str(inbox), ledger)
    assert (second.new, sorted(second.seen)) == ((), sorted(first.seen))
    monkeypatch.undo()
    monkeypatch.setattr(intake, "SETTLE_SECONDS", 0.0)
    path.write_bytes(zipped({"a.pdf": THREE, "b.pdf": TWO}))
    third = take_in(str(inbox), ledger)
    assert len(third.new) == 1 and len(third.seen) == 2
    assert sorted((item.path, str(item.state)) for item in ledger.all()) == [
        ("a.zip/a.pdf", "received"), ("a.zip/a.pdf", "superseded"), ("a.zip/b.pdf", "received"),
    ]  # fmt: skip
    monkeypatch.setattr(unpacking, "ask", lambda *_: pytest.fail("opened again"))
    assert (
        take_in(str(inbox), ledger).new == ()
    )  # what stayed the same is known to lie in the new zip


def test_an_inbox_that_moves_can_still_be_read_again(
    ledger: Ledger, inbox: Path, tmp_path: Path
) -> None:
    (inbox / "a.zip").write_bytes(zipped({"a.pdf": ONE}))
    first = take_in(str(inbox), ledger)
    inbox.rename(tmp_path / "elsewhere")
    again = take_in(str(tmp_path / "elsewhere"), ledger)
    assert (again.new, again.seen) == ((), first.seen)
    assert contents(ledger, tmp_path) == {"a.zip/a.pdf": ONE}


def test_names_in_gbk_names_twice_and_names_that_lead_out_are_kept_apart_and_harmless(
    ledger: Ledger, inbox: Path, tmp_path: Path
) -> None:
    (inbox / "windows.zip").write_bytes(in_gbk("项目支出绩效自评表.pdf", ONE))
    odd = (
        ("../../etc/x.pdf", ONE),
        ("x!/::y.pdf", TWO),
        ("same.pdf", TWO),
        ("same.pdf", THREE),
        ("C:\\d\\z\n.pdf", THREE),
    )
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w") as archive,
        warnings.catch_warnings(action="ignore"),
    ):  # of two members of one name
        for name, content in odd:
            archive.writestr(name, content)
    (inbox / "odd.zip").write_bytes(buffer.getvalue())
    take_in(str(inbox), ledger)
    assert contents(ledger, tmp_path) == {
        "windows.zip/项目支出绩效自评表.pdf": ONE, "odd.zip/etc/x.pdf": ONE, "odd.zip/x!/::y.pdf": TWO, "odd.zip/same.pdf": TWO,
        "odd.zip/same (2).pdf": THREE, "odd.zip/d/z.pdf": THREE,
    }  # fmt: skip
    assert not list(tmp_path.parent.rglob("etc/x.pdf"))


def test_a_locked_member_is_told_and_its_neighbours_are_taken(ledger: Ledger, inbox: Path) -> None:
    data = zipped({"locked.pdf": ONE, "open.pdf": TWO}, zipfile.ZIP_STORED)
    at, entry = (
        data.index(b"PK\x03\x04"),
        data.index(b"PK\x01\x02"),
    )  # the flag stands in both places
    data = bytes(1 if n in (at + 6, entry + 8) else byte for n, byte in enumerate(data))
    (inbox / "a.zip").write_bytes(data)
    for _ in range(2):  # told again the next night, since it still waits there
        taken = take_in(str(inbox), ledger)
        assert (
            codes(taken) == {"a.zip/locked.pdf": "archive-locked"}
            and "密码" in taken.skipped[0].sentence
        )
    assert [item.path for item in ledger.all()] == ["a.zip/open.pdf"]


def bomb_of_zeros() -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.pdf", "w") as member,
    ):
        for _ in range(40):
            member.write(bytes(1 << 20))
    return buffer.getvalue()


def bomb_of_sizes() -> bytes:
    """Three members that say they have 1 GB each."""
    data = bytearray(zipped({f"{n}.pdf": os.urandom(6 << 20) for n in range(3)}))
    start = 0
    while (at := data.find(b"PK\x01\x02", start)) >= 0:
        data[at + 24 : at + 28] = (1 << 30).to_bytes(4, "little")
        start = at + 4
    return bytes(data)


@pytest.mark.parametrize(
    "make, code",
    [
        (bomb_of_zeros, "archive-bomb"),
        (bomb_of_sizes, "archive-too-large"),
        (
            lambda: zipped(
                {f"{n}.pdf": b"" for n in range(containers.MAX_MEMBERS + 1)}, zipfile.ZIP_STORED
            ),
            "archive-too-many",
        ),
        (
            lambda: zipped({f"{n:0200d}": b"" for n in range(20_000)}, zipfile.ZIP_STORED),
            "archive-too-many",
        ),
        (
            lambda: zipped(
                {
                    f"{n}.zip": zipped({f"{m}": b"" for m in range(3_000)}, zipfile.ZIP_STORED)
                    for n in range(4)
                }
            ),
            "archive-too-many",
        ),
        (lambda: zipped({"a.pdf": ONE})[:-30], "archive-damaged"),
        (lambda: b"PK\x03\x04 and then nothing", "archive-damaged"),
    ],
    ids=["zeros", "sizes", "many", "directory", "many-within", "cut", "junk"],
)
def test_a_zip_over_a_limit_gives_its_reason_and_none_of_its_members(
    make: Callable[[], bytes], code: str, ledger: Ledger, inbox: Path
) -> None:
    (inbox / "bomb.zip").write_bytes(make())
    (inbox / "good.zip").write_bytes(zipped({"a.pdf": ONE}))
    tracemalloc.start()
    try:
        taken = take_in(str(inbox), ledger)
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
    assert codes(taken) == {"bomb.zip": code}
    assert [item.path for item in ledger.all()] == ["good.zip/a.pdf"]


def test_a_zip_in_a_zip_is_opened_and_one_in_that_is_told(
    ledger: Ledger, inbox: Path, tmp_path: Path
) -> None:
    deep = zipped({"c.pdf": THREE})
    (inbox / "a.zip").write_bytes(
        zipped({"a.pdf": ONE, "b.zip": zipped({"b.pdf": TWO, "c.zip": deep}), "broken.zip": b"PK"})
    )
    taken = take_in(str(inbox), ledger)
    assert contents(ledger, tmp_path) == {"a.zip/a.pdf": ONE, "a.zip/b.zip/b.pdf": TWO}
    assert codes(taken) == {
        "a.zip/b.zip/c.zip": "archive-nested",
        "a.zip/broken.zip": "archive-damaged",
    }


def test_attachments_of_mails_are_taken_whatever_their_names_are_written_in(
    ledger: Ledger, inbox: Path, tmp_path: Path
) -> None:
    plain = mail({"自评表.pdf": ONE, "包.zip": zipped({"z.pdf": TWO}), "logo.png": b"\x89PNG"})
    (inbox / "new.eml").write_bytes(plain.as_bytes())
    # as Outlook and Foxmail write them: an encoded word in two pieces that cut a character, and raw GBK
    old = mail({"x.pdf": ONE, "y.pdf": THREE}).as_bytes()
    named = "项目支出绩效自评表镕.pdf".encode("gbk")
    pieces = f"=?GB2312?B?{base64.b64encode(named[:9]).decode()}?=\r\n =?GB2312?B?{base64.b64encode(named[9:]).decode()}?="
    old = old.replace(b'filename="x.pdf"', f'filename="{pieces}"'.encode()).replace(
        b'filename="y.pdf"', b'filename="' + "收入.pdf".encode("gbk") + b'"'
    )
    assert old.count(b"GB2312") == 2
    (inbox / "old.eml").write_bytes(old)
    forwarded = EmailMessage()
    forwarded.set_content("转发")
    forwarded.add_attachment(mail({"inner.pdf": TWO}))
    (inbox / "fwd.eml").write_bytes(forwarded.as_bytes())
    taken = take_in(str(inbox), ledger)
    assert taken.skipped == ()
    assert contents(ledger, tmp_path) == {
        "fwd.eml/inner.pdf": TWO, "new.eml/自评表.pdf": ONE, "new.eml/包.zip/z.pdf": TWO, "old.eml/项目支出绩效自评表镕.pdf": ONE, "old.eml/收入.pdf": THREE,
    }  # fmt: skip


def test_a_maildir_is_an_inbox_and_reading_a_mail_elsewhere_does_not_make_it_new(
    ledger: Ledger, inbox: Path, tmp_path: Path
) -> None:
    box = mailbox.Maildir(inbox / "box")
    key = box.add(mail({"a.pdf": ONE}))
    (inbox / "box/tmp/half").write_bytes(mail({"b.pdf": TWO}).as_bytes())
    first = take_in(str(inbox), ledger)
    assert len(first.new) == 1
    message = box[key]
    message.set_subdir("cur")
    message.set_flags("S")
    box[key] = message
    assert not list((inbox / "box/new").iterdir())
    again = take_in(str(inbox), ledger)
    assert (again.new, again.seen) == ((), first.seen)
    ((path, content),) = contents(ledger, tmp_path).items()
    assert path.endswith("/a.pdf") and content == ONE


@pytest.mark.parametrize(
    "make",
    [lambda: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 1_300_000, lambda: b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(2_000))],
    ids=["lines", "levels"],
)  # fmt: skip
def test_a_mail_made_to_keep_its_reader_busy_is_refused(
    make: Callable[[], bytes], ledger: Ledger, inbox: Path
) -> None:
    (inbox / "bad.eml").write_bytes(make())
    assert codes(take_in(str(inbox), ledger)) == {"bad.eml": "mail-too-large"}


def test_what_cannot_be_opened_is_told_with_what_to_do(ledger: Ledger, inbox: Path) -> None:
    for name in ("a.rar", "b.7z", "c.msg"):
        (inbox / name).write_bytes(b"Rar!")
    (inbox / "d.zip").write_bytes(zipped({"e.rar": b"Rar!"}))
    taken = take_in(str(inbox), ledger)
    assert set(codes(taken).values()) == {"archive-unsupported"} and len(taken.skipped) == 4
    assert all("请" in item.why for item in taken.skipped)


def test_a_zip_behind_an_address_is_taken_and_its_members_fetched(
    ledger: Ledger, tmp_path: Path
) -> None:
    import fsspec

    system = fsspec.filesystem("memory")
    system.pipe("/packed/2024/a.zip", zipped({"a.pdf": ONE, "b.zip": zipped({"b.pdf": TWO})}))
    first = take_in("memory://packed", ledger)
    assert (
        sorted(item.path for item in ledger.all()) == ["2024/a.zip/a.pdf", "2024/a.zip/b.zip/b.pdf"]
        and len(first.new) == 2
    )
    for item in ledger.all():
        copy = fetch(item.source, tmp_path / "copy.pdf").read_bytes()
        assert hashlib.sha256(copy).hexdigest() == item.document_id
    assert take_in("memory://packed", ledger).new == ()


def test_members_that_are_fetched_at_the_same_time_are_not_mixed_up(
    ledger: Ledger, inbox: Path, tmp_path: Path
) -> None:
    """The child that opens containers has one folder: a run of several chunks took one member for another, and left both for the next night."""
    (inbox / "a.zip").write_bytes(zipped({f"{n}.pdf": b"%PDF-" + bytes([n]) for n in range(24)}))
    take_in(str(inbox), ledger)
    items = ledger.all()
    with ThreadPoolExecutor(8) as threads:
        copies = [
            threads.submit(fetch, item.source, tmp_path / f"{item.document_id}.pdf")
            for item in items
        ]
    hashes = [hashlib.sha256(copy.result().read_bytes()).hexdigest() for copy in copies]
    assert hashes == [item.document_id for item in items]


def test_a_member_that_is_gone_leaves_no_copy(ledger: Ledger, inbox: Path, tmp_path: Path) -> None:
    (inbox / "a.zip").write_bytes(zipped({"a.pdf": ONE}))
    take_in(str(inbox), ledger)
    (item,) = ledger.all()
    (inbox / "a.zip").write_bytes(zipped({"other.pdf": ONE}))
    assert not fetch(item.source, tmp_path / "copy.pdf").exists()
    (inbox / "a.zip").unlink()
    assert not fetch(item.source, tmp_path / "copy.pdf").exists()


def test_a_zip_that_is_still_being_written_waits(
    ledger: Ledger, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = inbox / "a.zip"
    path.write_bytes(zipped({"a.pdf": ONE})[:40])
    monkeypatch.setattr(intake, "SETTLE_SECONDS", 2.0)
    monkeypatch.setattr(
        intake.time, "sleep", lambda _seconds: path.write_bytes(zipped({"a.pdf": ONE}))
    )
    (skipped,) = take_in(str(inbox), ledger).skipped
    assert isinstance(skipped, Skipped) and "仍在写入" in skipped.why


def bomb_of_overlaps() -> bytes:
    """Members that are all the same bytes of the file: 41 kB that say to be 2 GB."""
    core = zipped({"a.pdf": bytes(8 << 20)})
    start, end = core.index(b"PK\x01\x02"), core.index(b"PK\x05\x06")
    entry = core[start:end]
    entries = b"".join(entry.replace(b"a.pdf", b"%05d" % n) for n in range(240))
    tail = bytearray(core[end:])
    tail[8:12] = (240).to_bytes(2, "little") * 2
    tail[12:16] = len(entries).to_bytes(4, "little")
    return core[:start] + entries + bytes(tail)


def mail_of_one_header() -> bytes:
    return b"Subject: " + b"=?utf-8?q?a?=\n " * 180_000 + b"\n\ntext"


@pytest.mark.parametrize(
    "name, make, code",
    [
        ("a.zip", bomb_of_overlaps, "archive-bomb"),
        ("a.eml", mail_of_one_header, "mail-too-large"),
        ("a.zip", lambda: zipped({"a.pdf": ONE}, zipfile.ZIP_LZMA), "archive-method"),
        ("a.zip", lambda: zipped({"a.pdf": ONE}, zipfile.ZIP_BZIP2), "archive-method"),
    ],
    ids=["overlaps", "header", "lzma", "bzip2"],
)
def test_what_takes_a_minute_to_open_is_refused_at_once_and_not_opened_every_night(
    name: str, make: Callable[[], bytes], code: str, ledger: Ledger, inbox: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (inbox / name).write_bytes(make())
    remembered = tmp_path / "packed.json"
    begin = time.process_time()
    first = codes(take_in(str(inbox), ledger, remembered))
    assert set(first.values()) == {code}
    monkeypatch.setattr(unpacking, "ask", lambda *_: pytest.fail("opened again"))
    assert codes(take_in(str(inbox), ledger, remembered)) == first
    assert time.process_time() - begin < 2
    assert remembered.stat().st_mode & 0o077 == 0


def test_a_container_that_keeps_its_child_busy_is_told_by_the_limit(
    ledger: Ledger, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = ONE + os.urandom(8 << 20)
    (inbox / "a.zip").write_bytes(
        zipped({f"{n}.pdf": content for n in range(12)}, zipfile.ZIP_STORED)
    )
    (inbox / "b.zip").write_bytes(zipped({"b.pdf": TWO}))
    monkeypatch.setattr(unpacking, "UNPACK_SECONDS", 0.02)
    taken = take_in(str(inbox), ledger)
    assert codes(taken)["a.zip"] == "archive-too-slow"
    assert "0.02 秒" in taken.skipped[0].why


def test_members_told_once_are_told_again_without_opening(
    ledger: Ledger, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "a.zip").write_bytes(zipped({"a.pdf": ONE, "b.rar": b"Rar!", "c.pdf": TWO}))
    remembered = tmp_path / "packed.json"
    first = take_in(str(inbox), ledger, remembered)
    monkeypatch.setattr(unpacking, "ask", lambda *_: pytest.fail("opened again"))
    second = take_in(str(inbox), ledger, remembered)
    assert (second.skipped, sorted(second.seen)) == (first.skipped, sorted(first.seen))
    assert len(second.seen) == 2 and second.new == ()
