"""Backups: a workspace into a file and back, equal in what it answers; what is damaged, forged or in the way changes nothing."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selfeval.flows.cli import app
from selfeval.flows.ledger.ledger import Ledger, Submission, submission_id
from selfeval.flows.ledger.states import State
from selfeval.flows.ops import archive, backup
from selfeval.flows.problems import Problem
from selfeval.flows.run.stores import close_books, ledger_of, store_of
from selfeval.flows.workspace import Workspace, create
from selfeval.records.errors import StoreError
from selfeval.records.store.store import Store
from selfeval.records.tables.build import build
from tests.documents import form, ok, rejected
from tests.stores import audit, finding, waive


def fill(place: Workspace) -> None:
    """What a run leaves: rows of every kind, and files."""
    tables = build([ok("a.pdf", form()), ok("b 二.pdf", form(unit="某站")), rejected("c.pdf")])
    store, books = store_of(place), ledger_of(place)
    store.save(tables, "1")
    audit(store, tables, [finding(tables), finding(tables, "weights-sum", 1)])
    waive(store, "scores-sum-0", "审计员甲", "尾差")
    new = books.register(
        [
            Submission(submission_id(n, i), n, n, f"file:///{n}", i, 1, "1")
            for n, i in zip(
                tables.documents["document"], tables.documents["document_id"], strict=True
            )
        ]
    )
    for state in (State.SCREENED, State.EXTRACTED):
        books.move([replace(item, state=state) for item in new[:2]])
    for name, content in {
        "reports/index.html": "<p>报告",
        "reports/pages/一 页.webp": "x" * 3_000_000,
        "quarantine/c.pdf": "%PDF",
        "runs.jsonl": "{}\n",
        "prefect/prefect.db": "not ours",
    }.items():
        path = place.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    place = create(tmp_path / "W")
    fill(place)
    yield place
    close_books()


def call(*arguments: str | Path) -> int:
    return int(app([str(argument) for argument in arguments], standalone_mode=False) or 0)


def answers(root: Path, capsys: pytest.CaptureFixture[str]) -> list[Any]:
    """What people ask of a workspace."""
    shown = []
    errors = (
        1  # the code of `findings` where one of severity error stands open, as in this workspace
    )
    questions = {("findings", "--format", "json"): errors, ("status", "--json"): 0, ("waive",): 0}
    for question, code in questions.items():
        capsys.readouterr()
        assert call(*question, "-w", root) == code
        shown.append(capsys.readouterr().out)
    return shown


@pytest.mark.parametrize("suffix", ["tar.zst", "tar.gz"])
def test_a_backup_put_back_answers_as_before(
    place: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    before, file, again = (
        answers(place.root, capsys),
        tmp_path / f"b.{suffix}",
        tmp_path / "new" / "W2",
    )
    assert call("export", file, "-w", place.root) == 0
    assert call("import", file, "-w", again) == 0
    assert answers(again, capsys) == before
    assert (again / "reports/pages/一 页.webp").read_text("utf-8") == "x" * 3_000_000
    assert not (again / "prefect/prefect.db").exists()
    assert (
        stat.S_IMODE(file.stat().st_mode)
        == stat.S_IMODE((again / "quarantine/c.pdf").stat().st_mode)
        == stat.S_IMODE((again / "selfeval.db").stat().st_mode)
        == 0o600
    )
    assert (
        stat.S_IMODE(again.stat().st_mode)
        == stat.S_IMODE((again / "reports").stat().st_mode)
        == 0o700
    )
    assert counts(Workspace(again)) == counts(place)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["W", f"b.{suffix}", "new"] and [
        path.name for path in again.parent.iterdir()
    ] == ["W2"]


def test_an_imported_archive_tells_no_run_what_to_do(place: Workspace, tmp_path: Path) -> None:
    """Rules that it switches off and maps of captions came into force with the archive of somebody else."""
    (place.root / "rules-off.yml").write_text("- rule: scores-sum\n", "utf-8")
    (place.root / "templates").mkdir()
    (place.root / "templates/theirs.csv").write_text("zone,field,caption,mark\n", "utf-8")
    (place.root / "report-word").write_text("secret", "utf-8")
    settings = place.root / "settings.json"
    settings.write_text(json.dumps({"timezone": "Asia/Urumqi", "notify": "json://x"}), "utf-8")
    assert call("export", tmp_path / "b.tar.gz", "-w", place.root) == 0
    assert call("import", tmp_path / "b.tar.gz", "-w", tmp_path / "W2") == 0
    there = tmp_path / "W2"
    assert {path.name for path in (there / "imported").iterdir()} == {"rules-off.yml", "templates"}
    for name in ("rules-off.yml", "templates", "report-word"):
        assert not (there / name).exists()
    assert json.loads((there / "settings.json").read_text("utf-8")) == {"timezone": "Asia/Urumqi"}


def test_a_damaged_database_is_not_backed_up(
    place: Workspace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    close_books()
    content = bytearray(place.database.read_bytes())
    content[-4096:] = b"\xff" * 4096
    place.database.write_bytes(content)
    with pytest.raises(Problem) as caught:
        backup.export(place, tmp_path / "b.tar.gz")
    assert caught.value.code == "store-damaged" and not (tmp_path / "b.tar.gz").exists()


def counts(place: Workspace) -> dict[str, int]:
    with Store(place.url) as store, store.reading() as connection:
        return backup.count_rows(connection, backup._TABLES)


def test_a_backup_of_postgresql_goes_into_sqlite_and_back_into_postgresql(
    postgres_server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.postgres import new_store
    from tests.test_migrations import differences

    close_books()
    place = create(tmp_path / "W", new_store(postgres_server, f"from_{id(tmp_path)}"))
    fill(place)
    before = answers(place.root, capsys)
    assert call("export", tmp_path / "b.tar.gz", "-w", place.root) == 0
    assert call("import", tmp_path / "b.tar.gz", "-w", tmp_path / "sqlite") == 0
    assert answers(tmp_path / "sqlite", capsys) == before
    target = new_store(postgres_server, f"to_{id(tmp_path)}")
    assert (
        call("import", tmp_path / "b.tar.gz", "-w", tmp_path / "postgres", "--store", target) == 0
    )
    assert not (tmp_path / "postgres/selfeval.db").exists()
    assert (
        answers(tmp_path / "postgres", capsys) == before
    )  # the workspace remembers where its store is
    with Store(target) as store:  # and goes on counting
        books = Ledger(store.engine)
        assert books.register(
            [
                Submission(
                    submission_id("d.pdf", "d"), "d.pdf", "d.pdf", "file:///d.pdf", "d", 1, "1"
                )
            ]
        )
        assert list(store.load().funds["budget"]) == ["100.00", "100.00"]
        assert [str(value) for value in store.load().funds["budget_value"]] == ["100.00", "100.00"]
    assert differences(target) == []
    with pytest.raises(Problem, match="已有数据"):
        call("import", tmp_path / "b.tar.gz", "-w", tmp_path / "other", "--store", target)
    assert not (tmp_path / "other").exists()
    close_books()


def test_a_backup_is_written_while_somebody_writes_to_the_store(
    place: Workspace, tmp_path: Path
) -> None:
    store = store_of(place)
    with store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM audit_verdicts")  # not committed: not in the backup
        done = backup.export(place, tmp_path / "b.tar.gz")
    assert done.manifest.counts["audit_verdicts"] == 2


def test_a_workspace_that_holds_something_is_left_alone(place: Workspace, tmp_path: Path) -> None:
    backup.export(place, tmp_path / "b.tar.gz")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/note.txt").write_text("mine", "utf-8")
    with pytest.raises(Problem) as caught:
        call("import", tmp_path / "b.tar.gz", "-w", tmp_path / "full")
    assert caught.value.code == "workspace-not-empty"
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["note.txt"]
    (tmp_path / "empty").mkdir()
    assert call("import", tmp_path / "b.tar.gz", "-w", tmp_path / "empty") == 0


@pytest.mark.parametrize("name", ["b.zip", "W/b.tar.gz", "there.tar.gz", "nowhere/b.tar.gz"])
def test_a_backup_goes_where_it_is_safe_or_nowhere(
    place: Workspace, tmp_path: Path, name: str
) -> None:
    (tmp_path / "there.tar.gz").write_text("mine", "utf-8")
    with pytest.raises(Problem) as caught:
        call("export", tmp_path / name, "-w", place.root)
    assert caught.value.code in ("backup-name", "backup-failed")
    assert (tmp_path / "there.tar.gz").read_text("utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["W", "there.tar.gz"]


def refused(file: Path, tmp_path: Path) -> str:
    """The code with which an archive is refused; nothing is left of it."""
    before = sorted(path for path in tmp_path.rglob("*") if "W" not in path.parts)
    with pytest.raises((Problem, StoreError)) as caught:
        call("import", file, "-w", tmp_path / "new")
    assert sorted(path for path in tmp_path.rglob("*") if "W" not in path.parts) == before
    assert caught.value.hint and "Traceback" not in caught.value.message
    return caught.value.code


@pytest.mark.parametrize("suffix", ["tar.zst", "tar.gz"])
def test_a_damaged_backup_is_refused_wherever_the_damage_is(
    place: Workspace, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"b.{suffix}"
    backup.export(place, file)
    sound = file.read_bytes()
    for damage in (
        sound[: len(sound) // 2],
        sound[:-20],
        b"",
        b"no archive at all" * 50,
        sound[: len(sound) // 2] + b"\x55" * 200 + sound[len(sound) // 2 + 200 :],
    ):
        file.write_bytes(damage)
        assert refused(file, tmp_path) == "backup-damaged"


def forged(path: Path, members: list[tuple[tarfile.TarInfo, bytes]], **manifest: Any) -> Path:
    """An archive as somebody makes it who knows the format."""
    listed = {
        member.name: (len(content), hashlib.sha256(content).hexdigest())
        for member, content in members
    }
    head = {
        "format": archive.FORMAT,
        "release": "1",
        "created": "",
        "store": "sqlite",
        "counts": {},
        "files": listed,
    } | manifest
    with tarfile.open(path, "w:gz") as tar:
        for member, content in [
            (tarfile.TarInfo("manifest.json"), json.dumps(head).encode()),
            *members,
        ]:
            member.size = len(content) if member.isreg() else 0
            tar.addfile(member, io.BytesIO(content))
    return path


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


FORGERIES: dict[str, list[tuple[tarfile.TarInfo, bytes]]] = {
    "a path that leads out": [(tarfile.TarInfo("../x"), b"out")],
    "a path that leads out later": [(tarfile.TarInfo("reports/../../x"), b"out")],
    "a path from the root": [(tarfile.TarInfo("/tmp/x"), b"out")],
    "a link out": [
        (special("reports", tarfile.SYMTYPE, ".."), b""),
        (tarfile.TarInfo("reports/x"), b"out"),
    ],
    "a hard link": [(special("x", tarfile.LNKTYPE, "/etc/passwd"), b"")],
    "a device": [(special("x", tarfile.CHRTYPE), b"")],
    "a pipe": [(special("x", tarfile.FIFOTYPE), b"")],
    "a file twice": [(tarfile.TarInfo("x"), b"one"), (tarfile.TarInfo("x"), b"one")],
    "a path with a detour": [(tarfile.TarInfo("./reports//x"), b"out")],
    "a path with a NUL": [(tarfile.TarInfo("x\0y"), b"out")],
    "no database": [(tarfile.TarInfo("x"), b"one")],
    "a database that is none": [(tarfile.TarInfo("selfeval.db"), b"no database" * 100)],
}


@pytest.mark.parametrize("case", FORGERIES)
def test_a_forged_backup_is_refused_and_writes_nothing_anywhere(tmp_path: Path, case: str) -> None:
    file = forged(tmp_path / "forged.tar.gz", FORGERIES[case])
    assert refused(file, tmp_path) == "backup-damaged"


def test_a_file_that_the_manifest_does_not_name_or_names_otherwise_is_refused(
    tmp_path: Path,
) -> None:
    member = (tarfile.TarInfo("x"), b"one")
    for files in (
        {},
        {"x": (3, "0" * 64)},
        {"x": (2, hashlib.sha256(b"on").hexdigest())},
        {"x": (3, hashlib.sha256(b"one").hexdigest()), "y": (1, "0" * 64)},
    ):
        assert (
            refused(forged(tmp_path / "forged.tar.gz", [member], files=files), tmp_path)
            == "backup-damaged"
        )
    assert (
        refused(forged(tmp_path / "forged.tar.gz", [member], format=2), tmp_path) == "backup-newer"
    )
    for nonsense in (
        {"files": {"x": None}},
        {"files": []},
        {"counts": {"x": "many"}},
        {"counts": None},
    ):
        assert (
            refused(forged(tmp_path / "forged.tar.gz", [member], **nonsense), tmp_path)
            == "backup-damaged"
        )


def test_a_backup_whose_database_is_not_the_one_that_was_counted_is_refused(
    place: Workspace, tmp_path: Path
) -> None:
    done = backup.export(place, tmp_path / "b.tar.gz")
    archive.read(done.path, tmp_path / "content")
    members = [(tarfile.TarInfo("selfeval.db"), (tmp_path / "content/selfeval.db").read_bytes())]
    assert (
        refused(
            forged(
                tmp_path / "forged.tar.gz",
                members,
                counts={**done.manifest.counts, "submissions": 4},
            ),
            tmp_path,
        )
        == "backup-damaged"
    )


def test_no_backup_is_made_while_a_run_is_under_way(place: Workspace, tmp_path: Path) -> None:
    import fcntl

    with (place.root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Problem) as caught:
            backup.export(place, tmp_path / "b.tar.gz")
    assert caught.value.code == "workspace-busy"


def test_every_table_of_a_store_is_in_a_backup(place: Workspace) -> None:
    """A new table that is not copied would be lost on the way from PostgreSQL."""
    with store_of(place).reading() as connection:
        found = (
            connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
            .scalars()
            .all()
        )
    known = {table.name for metadata in backup._TABLES for table in metadata.sorted_tables}
    assert set(found) - known == {"store_version", "ledger_version"}
