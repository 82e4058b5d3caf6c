"""Runs killed, starved and kept waiting, in real processes: the next run loses nothing and does nothing twice."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import psycopg
import pytest
from flow_runs import HOUSE, SAMPLES, environment, selfeval

from selfeval.records.store.store import Store
from tests.forms import Layout, draw, random_document
from tests.postgres import Server
from tests.stores import asked

pytestmark = pytest.mark.xdist_group("faults")

#: seconds that a file lies in the inbox before it counts as at rest; these are older.
_OLD = 60


class Runner:
    """The process that forks runs."""

    def __init__(self, errors: Path) -> None:
        paths = os.pathsep.join([str(HOUSE), str(HOUSE / "tests")])
        with errors.open("wb") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "tests.broken_off"], cwd=HOUSE, env=environment(PYTHONPATH=paths),
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)  # fmt: skip

    def __call__(self, inbox: Path, workspace: Path, **how: Any) -> dict[str, Any]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(
            json.dumps({"inbox": str(inbox), "workspace": str(workspace), **how}) + "\n"
        )
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    runner = Runner(tmp_path_factory.mktemp("runner") / "log")
    yield runner
    assert runner.process.stdin and runner.process.stdout
    runner.process.stdin.close()
    runner.process.stdout.close()
    runner.process.wait(60)


def arrive(inbox: Path, number: int) -> None:
    """One more document: a form of its own, or one that has to be refused."""
    inbox.mkdir(exist_ok=True)
    path = inbox / f"{number:02d}.pdf"
    if number % 7 == 3:
        path.write_bytes((SAMPLES / "password-locked.pdf").read_bytes() + b"\n" * number)
    else:
        path.write_bytes(draw(random_document(Random(number), rows=4), Layout(), number))
    past = time.time() - _OLD
    os.utime(path, (past, past))


def standing(workspace: Path) -> dict[str, Any]:
    """What holds in the store, without times, run ids and the numbers that count attempts."""
    with Store(f"sqlite:///{workspace}/selfeval.db") as store:
        held: dict[str, Any] = dict(store.load().items()) | {
            "verdicts": store.verdicts(),
            "filings": store.filings().drop(columns="recorded_at"),
        }
        counts = store.counts()
        with store.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT path, document_id, state, code, why FROM submissions"
            ).fetchall()
    held["submissions"] = pd.DataFrame(
        [tuple(row) for row in rows], columns=["path", "document_id", "state", "code", "why"]
    )
    held = {name: frame.sort_values(list(frame.columns), key=lambda column: column.astype(str)).reset_index(drop=True)
            for name, frame in held.items()}  # fmt: skip
    # a document read twice would be a second entry of `extractions`
    held["counts"] = {
        name: counts[name]
        for name in ("extractions", "read_documents", "read_forms", "read_cells", "form_versions")
    }
    held["published"] = {str(path.relative_to(workspace)) for name in ("reports", "parquet", "quarantine", "tmp")
                         for path in (workspace / name).rglob("*") if "static" not in path.parts}  # fmt: skip
    held["parquet"] = {
        path.name: pd.read_parquet(path)
        for path in sorted((workspace / "parquet").glob("forms.parquet"))
    }
    return held


def same(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert left.keys() == right.keys()
    for name, value in left.items():
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(value, right[name], obj=name)
        elif name != "parquet":
            assert value == right[name], name
    assert len(left["parquet"]["forms.parquet"]) == len(right["parquet"]["forms.parquet"])


@pytest.fixture(scope="module")
def small(run: Runner, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """An inbox of five documents, and what an undisturbed run makes of it."""
    folder = tmp_path_factory.mktemp("small")
    for number in range(5):
        arrive(folder / "inbox", number)
    done = run(folder / "inbox", folder / "W")
    assert done["status"] == 0, done
    return folder / "inbox", standing(folder / "W")


@pytest.mark.parametrize(
    "stage", ["received", "screened", "extracted", "rejected", "audited", "publishing"]
)
def test_killed_at_each_stage_the_next_run_takes_up_there(
    run: Runner, small: tuple[Path, dict[str, Any]], tmp_path: Path, stage: str
) -> None:
    inbox, wanted = small
    assert run(inbox, tmp_path / "W", die_at=stage)["status"] == -9
    done = run(inbox, tmp_path / "W")
    assert done["status"] == 0, done
    same(standing(tmp_path / "W"), wanted)


@pytest.mark.parametrize("most_bytes", [150_000, 30_000])
def test_a_full_disk_fails_the_run_with_a_reason_and_the_next_one_finishes(
    run: Runner, small: tuple[Path, dict[str, Any]], tmp_path: Path, most_bytes: int
) -> None:
    """No file may grow beyond a limit, which is how a quota looks to a program: the database first, then a page or a picture."""
    inbox, wanted = small
    failed = run(inbox, tmp_path / "W", most_bytes=most_bytes)
    assert failed["status"] == 1
    assert failed["error"].split()[0] in ("StoreError", "OSError"), failed
    done = run(inbox, tmp_path / "W")
    assert done["status"] == 0, done
    same(standing(tmp_path / "W"), wanted)


def test_a_run_waits_while_another_process_holds_the_database(
    run: Runner, small: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    inbox, wanted = small
    assert run(inbox, tmp_path / "W", die_at="received")["status"] == -9
    holder = sqlite3.connect(
        tmp_path / "W/selfeval.db", isolation_level=None, check_same_thread=False
    )
    holder.execute("BEGIN EXCLUSIVE")
    answers: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: answers.append(run(inbox, tmp_path / "W")))
    thread.start()
    thread.join(2)
    assert thread.is_alive() and not answers
    holder.execute("ROLLBACK")
    holder.close()
    thread.join(120)
    assert answers and answers[0]["status"] == 0, answers
    same(standing(tmp_path / "W"), wanted)


def test_killed_at_twenty_random_moments_a_season_loses_nothing_and_doubles_nothing(
    run: Runner, tmp_path: Path
) -> None:
    """Two documents arrive before each run, and each run is killed at some moment of what an undisturbed one of its size takes; the last is
    not. What holds then is what one run over the whole inbox would have made."""
    rng, kills = Random(20), 20
    arrive(tmp_path / "inbox", 0)
    began = time.monotonic()
    assert run(tmp_path / "inbox", tmp_path / "first")["status"] == 0
    whole = time.monotonic() - began
    killed = 0
    for number in range(kills):
        arrive(tmp_path / "inbox", 2 * number + 1)
        arrive(tmp_path / "inbox", 2 * number + 2)
        killed += (
            run(tmp_path / "inbox", tmp_path / "W", kill_after=rng.uniform(0.02, 1.0) * whole)[
                "status"
            ]
            == -9
        )
    assert killed >= kills // 2, "most of the runs were under way when they were killed"
    for name in ("W", "undisturbed"):
        done = run(tmp_path / "inbox", tmp_path / name)
        assert done["status"] == 0, done
    same(standing(tmp_path / "W"), standing(tmp_path / "undisturbed"))


def test_a_run_outlives_a_database_server_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    """The real command, with Prefect's retries: the server is stopped as soon as the documents are registered, while they are read."""
    for number in range(12):
        arrive(tmp_path / "inbox", number)
    whole = selfeval("run", tmp_path / "inbox", "--workspace", tmp_path / "W")
    with Server() as server:
        url = f"{server.url}/postgres"
        command = [
            sys.executable,
            "-m",
            "selfeval.flows.cli",
            "run",
            str(tmp_path / "inbox"),
            "--workspace",
            str(tmp_path / "P"),
            "--store",
            url,
        ]
        with subprocess.Popen(
            command,
            cwd=HOUSE,
            env=environment(PYTHONPATH=str(HOUSE)),
            stderr=subprocess.PIPE,
            text=True,
        ) as going:
            _wait_for_registered(url, going)
            server.stop()
            time.sleep(4)
            server.start()
            told = going.communicate(timeout=200)[1]
        assert going.returncode == whole.returncode == 2, (
            told
        )  # some documents are made to be refused
        assert "Traceback" not in told, told
        with Store(url) as one, Store(f"sqlite:///{tmp_path}/W/selfeval.db") as other:
            assert sorted(one.load().findings["finding_id"]) == sorted(
                other.load().findings["finding_id"]
            )
            assert one.counts()["extractions"] == other.counts()["extractions"]
            assert asked(
                one, "SELECT state, count(*) FROM submissions GROUP BY 1 ORDER BY 1"
            ) == asked(other, "SELECT state, count(*) FROM submissions GROUP BY 1 ORDER BY 1")


def _wait_for_registered(url: str, going: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < until and going.poll() is None:
            with suppress(psycopg.errors.UndefinedTable):
                if connection.execute("SELECT count(*) FROM submissions").fetchone() != (0,):
                    return
            time.sleep(0.01)
    pytest.fail("no document was registered")


def test_what_a_killed_run_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    from selfeval.flows.workspace import clear_leftovers, create

    place = create(tmp_path / "W")
    (place.temporary / "fetched-x").mkdir()
    (place.temporary / "fetched-x/a.pdf").write_bytes(b"%PDF")
    (place.images).mkdir()
    drafts = [
        place.images / ".0123-1.webp.part",
        place.parquet / ".forms.parquet.123",
        place.quarantine / ".a.pdf.part",
    ]
    kept = [place.images / "0123-1.webp", place.parquet / "forms.parquet"]
    for path in (*drafts, *kept):
        path.write_bytes(b"x")
    clear_leftovers(place)
    assert not any(path.exists() for path in drafts) and all(path.exists() for path in kept)
    assert not any(place.temporary.iterdir())
