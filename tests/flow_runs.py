"""The command line as people use it: a process of its own. One workspace is run over the samples once for all tests that look at it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).resolve().parent.parent
SAMPLES = HOUSE / "data" / "samples"
#: Small forms of different producers, one with planted errors, one that is locked.
INBOX = (
    "beijing-hotline-2020-cidfont",
    "beijing-hotline-2020-errors",
    "chizhou-tangxi-2022",
    "collection-2022",
    "password-locked",
)


def environment(**more: str) -> dict[str, str]:
    """This process's, without what would send a run to a server or a workspace of its own, and with no way out to a network."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PREFECT_", "SELFEVAL_"))
    }
    return (
        kept
        | {
            "http_proxy": "http://127.0.0.1:9",
            "https_proxy": "http://127.0.0.1:9",
            "NO_PROXY": "127.0.0.1",
        }
        | more
    )


def selfeval(
    *arguments: str | Path, cwd: Path | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "selfeval.flows.cli", *map(os.fspath, arguments)]
    paths = os.pathsep.join([str(HOUSE), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        command,
        cwd=cwd or HOUSE,
        env=environment(PYTHONPATH=paths, **more),
        capture_output=True,
        text=True,
        errors="replace",
        timeout=400,
        check=False,
    )


def fill(inbox: Path, names: tuple[str, ...] = INBOX) -> Path:
    inbox.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy2(SAMPLES / f"{name}.pdf", inbox)
    return inbox


def rows(workspace: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted: two of these are equal when no row was written in between."""
    with sqlite3.connect(f"file:{workspace}/selfeval.db?mode=ro", uri=True) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        return {
            table: sorted(connection.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)
            for table in tables
        }


def states(workspace: Path) -> Mapping[str, str]:
    with sqlite3.connect(f"file:{workspace}/selfeval.db?mode=ro", uri=True) as connection:
        return dict(connection.execute("SELECT document, state FROM submissions").fetchall())


def runs(workspace: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (workspace / "runs.jsonl").read_text("utf-8").splitlines()]


class Season:
    """An inbox, its workspace, and what the first run over it said."""

    def __init__(self, folder: Path) -> None:
        self.inbox, self.workspace = fill(folder / "inbox"), folder / "W"
        self.first = selfeval("run", self.inbox, "--workspace", self.workspace)


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> Season:
    return Season(tmp_path_factory.mktemp("season"))
