"""Stores that an earlier version made are opened with everything in them; what the code expects is what the migrations make."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from selfeval.flows.ledger import ledger
from selfeval.flows.ledger.ledger import Ledger
from selfeval.flows.ledger.states import State
from selfeval.records.errors import StoreError
from selfeval.records.store import migrating, schema_sql
from selfeval.records.store.migrating import Chain
from selfeval.records.store.store import Store
from selfeval.records.tables.build import build
from tests.documents import form, ok
from tests.stores import asked, waive

HOUSE = Path(__file__).parent.parent
OLD = HOUSE / "tests" / "old_stores"
CHAINS = {
    "store": (migrating.STORE, schema_sql.metadata),
    "ledger": (ledger.MIGRATIONS, ledger.metadata),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store as the first version left it: two documents read, one refused, one finding accepted. From dumps of real ones."""
    sql = (OLD / f"{request.param}.sql").read_text("utf-8")
    if request.param == "sqlite":
        with sqlite3.connect(tmp_path / "selfeval.db") as connection:
            connection.executescript(sql)
        return f"sqlite:///{tmp_path}/selfeval.db"
    name = f"old_{uuid.uuid4().hex}"
    server = request.getfixturevalue("postgres_server")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}; SET search_path = {name}".encode())
        connection.execute(sql.replace("SCHEMA.", f"{name}.").encode())
    return f"{server}/postgres?options=-csearch_path%3D{name}"


def test_an_old_store_opens_with_everything_in_it(old_url: str) -> None:
    with Store(old_url) as store:
        tables = store.load()
        assert list(tables.documents["document"]) == ["a.pdf", "b.pdf", "c.pdf"]
        assert list(tables.documents["status"]) == ["ok", "ok", "rejected"]
        assert [str(value) for value in tables.funds["budget_value"]] == ["100.00", "100.00"]
        assert dict(zip(tables.findings["rule"], tables.findings["status"], strict=True)) == {
            "scores-sum": "waived",
            "weights-sum": "open",
        }
        (waiver,) = store.waivers()
        assert (waiver.who, waiver.why, waiver.until, waiver.void) == (
            "审计员甲",
            "尾差，已核对原始凭证",
            "",
            "",
        )
        (accepted,) = store.decisions()
        assert (accepted.document, accepted.rule, accepted.by) == (
            "a.pdf",
            "scores-sum",
            "审计员甲",
        )
        assert store.verify_decisions() == []
        assert "waiver_entries" not in sa.inspect(store.engine).get_table_names()
        assert [str(item.state) for item in Ledger(store.engine).all()] == [
            "extracted",
            "extracted",
            "received",
        ]
        assert Ledger(store.engine).mark("published") == "key"
        assert len(store.query("SELECT * FROM findings WHERE status = 'waived'").rows) == 1


def test_an_old_store_is_one_to_go_on_with(old_url: str) -> None:
    with Store(old_url) as store:
        before = store.counts()
        store.save(store.load(), "1")
        assert store.counts() == before
        waive(store, "weights-sum-1", "审计员乙", "已核对")
        store.save(build([ok("d.pdf", form())]), "2")
        assert len(store.load().documents) == 4
        items = Ledger(store.engine).all()
        assert Ledger(store.engine).steps(items[0].submission_id)[-1][1] is State.EXTRACTED
    with Store(old_url) as store:
        assert set(store.load().findings["status"]) == {"waived"}


def test_a_program_without_migrations_keeps_off_a_migrated_store(old_url: str) -> None:
    """It compares this entry with its own version, 1, and refuses what is not equal."""
    with Store(old_url) as store:
        assert asked(store, "SELECT value FROM store_settings WHERE name = 'schema'") == [("2",)]


def differences(url: str) -> list[object]:
    """What the code expects and the migrations do not make, or the other way round. Each says which revision is missing."""
    found: list[object] = []
    with Store(url) as store:
        Ledger(store.engine)
        for chain, metadata in CHAINS.values():
            with store.reading() as connection:
                owned = {
                    "include_name": lambda name, kind, parents, tables=metadata.tables: (
                        kind != "table" or name in tables
                    )
                }
                context = MigrationContext.configure(
                    connection, opts={"version_table": chain.version_table, **owned}
                )
                found += [chain.head] * (migrating.version(connection, chain) != chain.head)
                found += compare_metadata(context, metadata)
    return found


def test_migrations_make_what_the_code_expects(url: str) -> None:
    assert differences(url) == []


def test_migrations_of_an_old_store_make_what_the_code_expects(old_url: str) -> None:
    assert differences(old_url) == []


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_has_one_head_and_the_code_knows_it(name: str) -> None:
    chain, _ = CHAINS[name]
    config = Config()
    config.set_main_option("script_location", str(chain.folder))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [chain.head]
    assert script.get_base() == chain.first


def test_a_ledger_of_a_later_version_is_refused(url: str) -> None:
    with Store(url) as store:
        Ledger(store.engine)
        with store.writing() as connection:
            connection.exec_driver_sql("UPDATE ledger_version SET version_num = 'beyond'")
        with pytest.raises(StoreError, match="beyond") as caught:
            Ledger(store.engine)
    assert caught.value.code == "store-newer"


def test_a_migration_that_fails_leaves_the_store_as_it_was(url: str, tmp_path: Path) -> None:
    versions = tmp_path / "chain" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "chain" / "env.py").write_text(
        (HOUSE / "records/store/migrations/env.py").read_text("utf-8"), "utf-8"
    )
    head = "import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = {}\n\ndef upgrade():\n    op.create_table({}, sa.Column('a', sa.Integer))\n"
    (versions / "v1.py").write_text(head.format("'1', None", "'halfway'"), "utf-8")
    (versions / "v2.py").write_text(
        head.format("'2', '1'", "'read_documents'"), "utf-8"
    )  # which is there already
    with Store(url) as store:
        with pytest.raises(StoreError):
            migrating.bring_up_to_date(
                store.engine, Chain(tmp_path / "chain", "2", "chain_version", "halfway", "1")
            )
        assert not sa.inspect(store.engine).has_table("halfway")
        assert not sa.inspect(store.engine).has_table("chain_version")


def test_opening_what_is_up_to_date_loads_no_alembic(url: str) -> None:
    with Store(url) as store:
        Ledger(store.engine)
    code = (
        "import sys; from selfeval.records.store.store import Store; from selfeval.flows.ledger.ledger import Ledger; Ledger(Store(sys.argv[1]).engine).all();"
        "print([name for name in ('alembic', 'mako', 'pandas') if name in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, url], capture_output=True, text=True, check=True, cwd=HOUSE
    )
    assert shown.stdout.strip() == "[]"


def test_several_processes_may_migrate_one_store_at_once(old_url: str) -> None:
    code = "import sys; from selfeval.records.store.store import Store; from selfeval.flows.ledger.ledger import Ledger; Ledger(Store(sys.argv[1]).engine)"
    processes = [
        subprocess.Popen([sys.executable, "-c", code, old_url], stderr=subprocess.PIPE, cwd=HOUSE)
        for _ in range(3)
    ]
    assert [(process.communicate()[1], process.returncode) for process in processes] == [
        (b"", 0)
    ] * 3
