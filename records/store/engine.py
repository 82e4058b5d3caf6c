"""Opening a store: SQLite or PostgreSQL by URL, with the same promises. Writers come one at a time, readers never wait for them.

SQLite runs in WAL mode with foreign keys on; the file is readable by its owner only."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url

from selfeval.records.errors import StoreError

#: How long a writer waits for another one, in seconds; the longest save of a chunk takes a few.
BUSY_SECONDS = 60
_BETWEEN_TRIES = 0.05
#: Key of the advisory lock that PostgreSQL writers take, any number that nothing else uses ("selfeval").
_WRITERS = 0x73656C66
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///PATH` or `postgresql://...`; makes the SQLite file when it is not there. StoreError: cannot be opened."""
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError as error:
        raise StoreError(
            "store-unavailable",
            "存储地址无法识别",
            "应为 sqlite:///路径 或 postgresql://用户@主机/库名。",
        ) from error
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10},
        )
    if (
        parsed.get_backend_name() != "sqlite"
        or not parsed.database
        or parsed.database == ":memory:"
    ):
        raise StoreError(
            "store-unavailable",
            f"不支持的存储：{parsed.get_backend_name()}",
            "应为 sqlite:///路径 或 postgresql://用户@主机/库名。",
        )
    _make_private(Path(parsed.database))
    engine = sa.create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, _PRIVATE_FILE))
        path.chmod(_PRIVATE_FILE)
    except OSError as error:
        message = f"无法打开数据库文件 {path.name}：{error.strerror}"
        raise StoreError(
            "store-unavailable", message, "请检查目录是否存在、磁盘空间和写权限。"
        ) from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin transactions at moments of its own
    _write_ahead(connection)
    for pragma in (
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "cache_size=-16384",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: Any) -> None:
    """Switch to WAL. SQLite does not wait for another process that switches or migrates the same new file: it says busy at once."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not busy or time.monotonic() > end:
                raise
        time.sleep(_BETWEEN_TRIES)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later can fail at once when another one wrote in between, however long the timeout is:
    # whoever may write takes the lock at the start.
    connection.exec_driver_sql(
        "BEGIN" if connection.get_execution_options().get("reads") else "BEGIN IMMEDIATE"
    )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees one state of the store and never waits for a writer."""
    with translated(engine.url), engine.connect() as connection:
        level = (
            {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        )
        yield connection.execution_options(reads=True, **level)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction, the only one of its kind: written whole at the end, or not at all."""
    with translated(engine.url), engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))
        yield connection


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """What the database says, as a StoreError. The cause is kept for the log; it may name values, so it is not in the message."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _reason(error, url) from error


def _reason(error: sa.exc.DBAPIError, url: URL) -> StoreError:
    name = (
        getattr(error.orig, "sqlite_errorname", "") if isinstance(error.orig, sqlite3.Error) else ""
    )
    state = getattr(error.orig, "sqlstate", None) or ""
    database = url.database or ""
    where = (
        Path(database).name
        if url.get_backend_name() == "sqlite"
        else f"{url.host or ''}:{url.port or 5432}/{database}"
    )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or state in ("55P03", "40P01", "40001"):
        return StoreError(
            "store-busy", f"数据库 {where} 正被占用，等待超时", "请等另一次运行结束后重试。"
        )
    if name == "SQLITE_FULL" or state.startswith("53"):
        return StoreError(
            "store-full",
            f"数据库 {where} 空间或连接数不足",
            "请清理磁盘或增加连接数后重试；已提交的数据不受影响。",
        )
    if state == "42501":
        hint = "请换用有权限的账号；升级后须由表的所有者先打开一次，见 docs/store.md。"
        return StoreError("store-denied", f"当前账号在数据库 {where} 没有这项权限", hint)
    if name in ("SQLITE_CORRUPT", "SQLITE_NOTADB"):
        return StoreError(
            "store-damaged", f"数据库文件 {where} 已损坏或不是数据库", "请从备份恢复。"
        )
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY")) or isinstance(
        error, sa.exc.OperationalError
    ):
        return StoreError(
            "store-unavailable", f"数据库 {where} 无法访问", "请检查路径、网络、服务和权限。"
        )
    return StoreError(
        "store-failed",
        f"数据库 {where} 拒绝了操作（{name or state or type(error.orig).__name__}）",
        "请查看日志。",
    )
