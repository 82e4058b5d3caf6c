"""The log of a run as a collector reads it: each line one object, of its run and document, without numbers of persons."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
from flow_runs import HOUSE, environment, runs

from tests.watched import LEADER, PHONE, SECRET, Watched

pytestmark = pytest.mark.xdist_group("watched")


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_every_line_of_a_run_is_an_object_with_its_time_level_and_message(watched: Watched) -> None:
    for run in (watched.done, watched.failed):
        found = lines(run.stderr)
        assert found
        assert all(
            line["message"] and line["level"] in ("info", "warning", "error") and "run" in line
            for line in found
        )
        assert all(datetime.fromisoformat(line["time"]).tzinfo for line in found)


def test_lines_say_which_run_and_which_document_they_are_about(watched: Watched) -> None:
    found = lines(watched.done.stderr)
    run = runs(watched.workspace)[0]["run"]
    refused = next(line for line in found if line.get("code") == "password-locked")
    assert (refused["run"], refused["document"], len(refused["document_id"])) == (
        run,
        "上锁.pdf",
        64,
    )
    assert {line["run"] for line in found} <= {run, None}
    assert {line["document"] for line in found if line.get("code") == "archive-damaged"} == {
        "cut.zip"
    }
    failed = lines(watched.failed.stderr)
    assert [line["code"] for line in failed if line["level"] == "error" and "code" in line] == [
        "no-inbox"
    ]


def test_no_line_holds_a_person_or_a_secret(watched: Watched) -> None:
    for run in (watched.done, watched.failed):
        assert not any(
            word in run.stderr + run.stdout for word in (LEADER, PHONE, SECRET, "Traceback")
        )


STRAY = """
import logging, os, sys, threading, warnings
from selfeval.flows.commands import console
console.start_logging("json")
console.start_run("r1")
console.log.info("电话13912345678", extra={"document": "a.pdf", "document_id": "0" * 64})
logging.getLogger("some.library").warning("联系人：诸葛孔明")
try:
    raise ValueError("诸葛孔明")
except ValueError:
    logging.getLogger("some.library").exception("failed")
warnings.warn("deprecated")
os.write(2, b"from C\\xff\\n")
os.system("echo from a child >&2")
thread = threading.Thread(target=lambda: 1 / 0)
thread.start(); thread.join()
raise KeyError("诸葛孔明")
"""


def test_lines_of_libraries_children_and_uncaught_errors_are_objects_too() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STRAY],
        cwd=HOUSE,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    found = lines(done.stderr)
    messages = [line["message"] for line in found]
    assert {line["run"] for line in found} == {"r1"}
    assert messages[0] == "电话139****5678" and found[0]["document"] == "a.pdf"
    assert {"联系人：诸*", "failed（ValueError）", "from C\ufffd", "from a child"} <= set(messages)
    assert any("deprecated" in message for message in messages)
    assert any("ZeroDivisionError" in message for message in messages) and any(
        "KeyError" in message for message in messages
    )
    assert "诸葛孔明" not in done.stderr


def test_text_asked_for_after_json_does_not_go_round_in_circles() -> None:
    code = "from selfeval.flows.commands import console; console.start_logging('json'); console.start_logging('text'); console.log.info('once'); import os; os.write(2, b'stray\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=HOUSE,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert [line.rpartition(" ")[2] for line in done.stderr.splitlines()] == ["once", "stray"]
