"""A real PostgreSQL server for the tests: in a temporary folder, on a loopback port, never as root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

#: Seconds in which a server has started, on a slow and busy machine.
STARTS_WITHIN = 60


def binaries() -> Path:
    """The folder of initdb and postgres, of the newest version installed."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    on_path = shutil.which("initdb")
    if not found and not on_path:
        pytest.fail("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return found[-1].parent if found else Path(on_path or "").resolve().parent


def account() -> dict[str, int]:
    """The account to start the server as: postgres refuses to run as root."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A server in a folder of its own; `start` and `stop` it as often as needed. `stop` is sudden: what is under way in it is lost."""

    def __init__(self) -> None:
        self._folder, self._owner, port = (
            Path(tempfile.mkdtemp(prefix="pg-")),
            account(),
            free_port(),
        )
        if self._owner:
            os.chown(self._folder, self._owner["user"], self._owner["group"])
        self.url = f"postgresql://selfeval@127.0.0.1:{port}"
        initdb = [
            binaries() / "initdb",
            "-D",
            self._folder / "data",
            "-U",
            "selfeval",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(initdb, check=True, capture_output=True, cwd=self._folder, **self._owner)
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": self._folder,
            "fsync": "off",
            "max_connections": 40,
        }
        self._command = [
            binaries() / "postgres",
            "-D",
            self._folder / "data",
            *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = self._folder / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, stdout=output, stderr=output, cwd=self._folder, **self._owner
            )
        _wait(self.url, self._process, log)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(STARTS_WITHIN)
            self._process = None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a running server, without a database."""
    with Server() as server:
        yield server.url


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            psycopg.connect(f"{url}/postgres", connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > end:
                pytest.fail(f"PostgreSQL did not start:\n{log.read_text('utf-8', 'replace')}")
            time.sleep(0.1)


def new_store(server: str, name: str) -> str:
    """The URL of an empty schema of its own: as good as a database, and made in no time."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(psycopg.sql.Identifier(name)))
    return f"{server}/postgres?options=-csearch_path%3D{name}"
