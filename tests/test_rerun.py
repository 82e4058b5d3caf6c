"""`selfeval rerun`: each kind of it reads what it must and nothing else, told from the ledger's steps and the store's readings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flow_runs import fill, runs, selfeval

from selfeval.flows.run.prefect_server import Server
from selfeval.records.clock import Clock

pytestmark = pytest.mark.xdist_group("rerun")

GOOD = ("beijing-hotline-2020-cidfont", "chizhou-tangxi-2022")
LOCKED = "password-locked"


class Desk:
    """A workspace after its first run, and what a rerun changes in it."""

    def __init__(self, folder: Path, server: str) -> None:
        self.inbox, self.workspace, self.server = (
            fill(folder / "inbox", (*GOOD, LOCKED)),
            folder / "W",
            server,
        )
        self.code = selfeval(
            "run", self.inbox, "--workspace", self.workspace, PREFECT_API_URL=server
        ).returncode

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.workspace / "selfeval.db") as connection:
            return connection.execute(sql).fetchall()

    def rerun(self, *arguments: str) -> tuple[int, set[str], int]:
        """The exit code, the documents that were put back to be read, and how many new readings the store has."""
        (before,) = self.ask("SELECT max(id) FROM submission_history")[0]
        readings = len(self.ask("SELECT 1 FROM extractions"))
        done = selfeval(
            "rerun", *arguments, "--workspace", self.workspace, PREFECT_API_URL=self.server
        )
        assert "Traceback" not in done.stderr, done.stderr
        steps = f"SELECT DISTINCT document FROM submission_history h JOIN submissions s USING (submission_id) WHERE h.id > {before} AND h.state = 'received'"
        return (
            done.returncode,
            {name for (name,) in self.ask(steps)},
            len(self.ask("SELECT 1 FROM extractions")) - readings,
        )

    def findings(self) -> list[tuple[Any, ...]]:
        return sorted(self.ask("SELECT finding_id, rule, subject, message FROM findings"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One Prefect server for all, as a team has it: a run without one spends half of its time starting its own."""
    server = Server(tmp_path_factory.mktemp("prefect"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "PREFECT_API_URL", ""
        )  # the server's address must not stay in this process's environment
        server.start()
        server.wait()
        yield Desk(tmp_path_factory.mktemp("rerun"), server.url)
        server.stop()


def test_failed_reads_what_was_refused(desk: Desk) -> None:
    assert desk.rerun("--failed") == (2, {f"{LOCKED}.pdf"}, 0), (
        "it is refused again, for the same reason: nothing new to keep"
    )
    assert runs(desk.workspace)[-1]["processed"] == 1


def test_a_name_reads_that_document_and_keeps_no_second_copy_of_the_same_reading(
    desk: Desk,
) -> None:
    found = desk.findings()
    assert desk.rerun(f"{GOOD[0]}.pdf") == (2, {f"{GOOD[0]}.pdf"}, 0)
    assert desk.findings() == found


def test_a_date_reads_what_has_come_since(desk: Desk) -> None:
    today = Clock().today()
    assert desk.rerun("--since", (today + timedelta(days=2)).isoformat()) == (0, set(), 0), (
        "nothing to do is no failure"
    )
    assert desk.rerun("--since", (today - timedelta(days=2)).isoformat())[1] == {
        f"{name}.pdf" for name in (*GOOD, LOCKED)
    }


def test_stale_reads_what_an_earlier_version_read(desk: Desk) -> None:
    with sqlite3.connect(desk.workspace / "selfeval.db") as connection:
        connection.execute(
            "UPDATE submissions SET reader = 'earlier' WHERE document = ?", (f"{GOOD[1]}.pdf",)
        )
        connection.execute(
            "UPDATE extractions SET extractor = 'earlier' WHERE document_id IN (SELECT document_id FROM submissions WHERE reader = 'earlier')"
        )
    assert desk.rerun("--stale") == (2, {f"{GOOD[1]}.pdf"}, 1), (
        "what this version read is entered, even where it read the same"
    )
    assert desk.rerun("--stale") == (0, set(), 0)


def test_rules_are_applied_again_without_the_documents(desk: Desk) -> None:
    found = desk.findings()
    for path in desk.inbox.iterdir():
        path.unlink()
    code, put_back, readings = desk.rerun("--rules")
    assert (code, put_back, readings) == (desk.code, set(), 0)
    assert desk.findings() == found
    assert runs(desk.workspace)[-1]["processed"] == 0


def test_a_template_put_into_the_workspace_makes_what_was_read_without_it_stale(
    desk: Desk,
) -> None:
    """The version was taken before the workspace was looked at: the command that README names for it found nothing to do."""
    folder = desk.workspace / "templates"
    folder.mkdir()
    (folder / "own.csv").write_text("zone,field,caption,mark\nindicators,score,兑现档,yes\n")
    wanted = {f"{name}.pdf" for name in GOOD}
    assert desk.rerun("--stale")[1] == wanted
    assert desk.rerun("--stale") == (0, set(), 0)
