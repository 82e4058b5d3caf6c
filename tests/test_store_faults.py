"""The store under several writers, a kill, foreign files and other accounts, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from selfeval.flows.problems import Problem
from selfeval.flows.run.holding import claim, database_held
from selfeval.flows.run.stores import close_books
from selfeval.flows.workspace import create
from selfeval.records.errors import StoreError
from selfeval.records.store import schema_sql
from selfeval.records.store.store import Store
from selfeval.records.tables.build import build
from tests.documents import form, ok
from tests.postgres import new_store


def test_writers_that_come_at_once_lose_nothing_and_double_nothing(url: str) -> None:
    Store(url).close()
    errors: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with Store(url) as store:
                for n in range(4):
                    store.save(
                        build(
                            [
                                ok(f"{n}.pdf", form(project_name=str(n))),
                                ok(f"{number}-{n}.pdf", form()),
                            ]
                        ),
                        "1",
                    )
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
    code = "import sys; from selfeval.records.store.store import Store; Store(sys.argv[1]).close()"
    processes = [
        subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [(process.communicate()[1], process.returncode) for process in processes] == [
        (b"", 0)
    ] * 3


def test_a_writer_that_is_killed_leaves_whole_batches_only(url: str) -> None:
    code = (
        "import sys; from selfeval.records.store.store import Store; from selfeval.records.tables.build import build; from tests.documents import ok, form\n"
        "store = Store(sys.argv[1])\n"
        "for n in range(10**6):\n"
        "    store.save(build([ok(f'{n}-{k}.pdf', form(project_name=f'{n}-{k}')) for k in range(5)]), '1'); print(n, flush=True)\n"
    )
    command = [sys.executable, "-c", code, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        done = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().splitlines()
    with Store(url) as store:
        tables = store.load()
        assert len(tables.documents) % 5 == 0
        assert len(tables.documents) >= 5 * (len(done) + len(rest))
        assert (
            len(tables.documents)
            == len(tables.forms)
            == len(tables.funds)
            == len(tables.indicators)
            == store.counts()["form_versions"]
        )
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
        connection.exec_driver_sql("UPDATE store_version SET version_num = '999'")
    with pytest.raises(StoreError, match="999") as caught:
        Store(url)
    assert caught.value.code == "store-newer"


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(StoreError), store.writing() as connection:
        connection.execute(
            schema_sql.audit_results.insert(), {"audit_id": "a", "extraction_id": "nowhere"}
        )


def test_the_workspace_database_is_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with Store(f"sqlite:///{tmp_path}/workspace/selfeval.db") as store:
            store.save(build([ok("a.pdf", form())]), "1")
            modes = {
                path.name: stat.S_IMODE(path.stat().st_mode)
                for path in (tmp_path / "workspace").iterdir()
            }
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


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "nonsense",
        "mysql://user:secret@host/name",
        "sqlite://",
        "sqlite:////proc/nowhere/selfeval.db",
        "postgresql://user:secret@127.0.0.1:1/name",
    ],
)
def test_a_store_that_cannot_be_opened_is_told_without_its_password(bad: str) -> None:
    with pytest.raises(StoreError) as caught:
        Store(bad)
    assert caught.value.code == "store-unavailable"
    assert not re.search("secret", f"{caught.value} {caught.value.hint}")


def test_two_workspaces_do_not_share_one_database(tmp_path: Path, postgres_server: str) -> None:
    """The second took the documents of the first for its own, and both were corrupt in the end."""
    url = new_store(postgres_server, "shared")
    first, second = (create(tmp_path / name, url) for name in ("first", "second"))
    claim(first)
    claim(first)  # the next night
    with database_held(first):
        moved = create(tmp_path / "first-elsewhere", url)  # the same workspace on another machine
        (moved.root / "settings.json").write_bytes((first.root / "settings.json").read_bytes())
        claim(moved)
        with pytest.raises(Problem) as busy, database_held(moved):
            pytest.fail("two runs at once")
        assert busy.value.code == "workspace-busy"
    with database_held(moved):
        pass
    with pytest.raises(Problem) as refused:
        claim(second)
    assert refused.value.code == "store-of-another-workspace" and "--store" in refused.value.hint
    close_books()
