"""Bringing tables into being and up to date, by Alembic. Each room that keeps tables has a chain of revisions of its own, and a table
that says how far a database has come along it; opening one that is up to date costs one SELECT and loads no Alembic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from selfeval.records.errors import StoreError
from selfeval.records.store.engine import reading, writing


@dataclass(frozen=True, slots=True)
class Chain:
    """Where the revisions are, the last of them, the table that says which one stands, and a table of the first: where that exists
    without the former, the database is older than its versions and stands at the first revision."""

    folder: Path
    head: str
    version_table: str
    first_table: str
    first: str = "0001"


#: The tables of this room.
STORE = Chain(Path(__file__).parent / "migrations", "0010", "store_version", "store_settings")


def bring_up_to_date(
    engine: Engine, chain: Chain, then: Callable[[Connection], None] | None = None
) -> bool:
    """Create or migrate the tables of a chain; True where something was to do. Whole or not at all, however many processes try at once.
    `then` is called within the same transaction where something was done.

    StoreError store-newer: the database stands at a revision that this version of the program has not."""
    with reading(engine) as connection:
        if version(connection, chain) == chain.head:
            return False
    with writing(engine) as connection:
        if version(connection, chain) == chain.head:  # another process was here first
            return False
        _upgrade(connection, chain)
        if then:
            then(connection)
    return True


def version(connection: Connection, chain: Chain) -> str | None:
    """The revision at which a database stands; None where it has never been versioned."""
    if not sa.inspect(connection).has_table(chain.version_table):
        return None
    return connection.scalar(
        sa.select(sa.column("version_num")).select_from(sa.table(chain.version_table))
    )


def _upgrade(connection: Connection, chain: Chain) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection, "version_table": chain.version_table})
    config.set_main_option("script_location", str(chain.folder).replace("%", "%%"))
    found = version(connection, chain)
    if found is None and sa.inspect(connection).has_table(chain.first_table):
        command.stamp(config, chain.first)
    elif found is not None and found not in {
        script.revision for script in ScriptDirectory.from_config(config).walk_revisions()
    }:
        message = f"数据库结构是第 {found} 版，本程序用第 {chain.head} 版"
        raise StoreError("store-newer", message, "请升级 selfeval 后再打开。")
    command.upgrade(config, chain.head)


def run_within() -> None:
    """What `env.py` of a chain does: migrate over the connection that `_upgrade` holds, within its transaction."""
    from alembic import context

    given = context.config.attributes
    context.configure(connection=given["connection"], version_table=given["version_table"])
    with context.begin_transaction():
        context.run_migrations()
