"""The main job for real: a Prefect server, child processes, a store, a report; run twice, broken off, and over a difficult inbox."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flow_runs import (
    HOUSE,
    INBOX,
    SAMPLES,
    Season,
    environment,
    fill,
    rows,
    runs,
    season,
    selfeval,
    states,
)

__all__ = ["season"]
pytestmark = pytest.mark.xdist_group("flow")


def test_a_run_over_good_and_bad_documents_exits_2_and_does_the_good_ones(season: Season) -> None:
    assert season.first.returncode == 2, season.first.stderr
    assert "Traceback" not in season.first.stderr
    found = states(season.workspace)
    assert found.pop("password-locked.pdf") == "quarantined"
    assert set(found.values()) == {"published"} and len(found) == len(INBOX) - 1


def test_everything_that_the_design_promises_is_in_the_workspace(season: Season) -> None:
    work = season.workspace
    for name in (
        "selfeval.db",
        "reports/index.html",
        "data_docs/index.html",
        "parquet/findings.parquet",
        "runs.jsonl",
    ):
        assert (work / name).stat().st_size, name
    pages = list((work / "reports/documents").glob("*.html"))
    assert len(pages) == len(INBOX)
    assert {path.suffix for path in (work / "reports/pages").iterdir()} == {".png", ".json"}


def test_a_workspace_is_private_to_its_user(season: Season) -> None:
    work = season.workspace
    for path in (work, work / "reports", work / "quarantine"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for path in (work / "selfeval.db", work / "runs.jsonl", *(work / "quarantine").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_refused_file_lies_in_quarantine_beside_its_reason(season: Season) -> None:
    (reason,) = (season.workspace / "quarantine").glob("*.json")
    told = json.loads(reason.read_text("utf-8"))
    assert told["code"] == "password-locked" and told["message"] and told["hint"]
    assert reason.with_suffix(".pdf").read_bytes() == (SAMPLES / "password-locked.pdf").read_bytes()


def test_the_second_run_changes_no_row_and_exits_the_same(season: Season) -> None:
    before, report = (
        rows(season.workspace),
        (season.workspace / "reports/index.html").stat().st_mtime_ns,
    )
    again = selfeval("run", season.inbox, "--workspace", season.workspace)
    assert again.returncode == 2, again.stderr
    assert rows(season.workspace) == before
    assert (season.workspace / "reports/index.html").stat().st_mtime_ns == report
    assert runs(season.workspace)[-1]["new"] == 0


def test_prefect_keeps_to_the_workspace_and_leaves_no_server_behind(season: Season) -> None:
    assert (season.workspace / "prefect/prefect.db").exists()
    assert not (season.workspace / "prefect/server.json").exists()


def test_findings_of_a_workspace_are_those_of_one_desk(season: Season) -> None:
    listed = selfeval("findings", "--workspace", season.workspace, "--format", "json")
    here = json.loads(listed.stdout)
    counting = {f["document"] for f in here["forms"]}  # others were filed again, or refused
    current = [season.inbox / f"{name}.pdf" for name in INBOX if f"{name}.pdf" in counting]
    assert len(current) == len(counting) > 1
    desk = selfeval("audit", *current, "--format", "json")
    assert (listed.returncode, desk.returncode) == (1, 1)
    there = json.loads(desk.stdout)
    assert (
        here == there
    )  # rules that compare documents included: documents are judged in the order of receipt, not of reading
    assert set(here) == {"findings", "undecided", "forms"}
    named = "finding_id document form project_name unit rule severity subject message expected actual basis remedy page bbox status cause"
    assert all(set(f) == set(named.split()) for f in here["findings"])
    assert all(set(u) == {"document", "form", "rule", "subject", "why"} for u in here["undecided"])
    counted = {"passed", "failed", "undecided", "not_applicable"}
    assert here["forms"] and all(set(f) == {"document", "form"} | counted for f in here["forms"])
    assert sum(f["undecided"] for f in here["forms"]) == len(here["undecided"]) > 0
    errors = [
        f
        for f in here["findings"]
        if f["document"] == "beijing-hotline-2020-errors.pdf" and f["severity"] == "error"
    ]
    assert {"scores-sum", "execution-rate", "score-out-of-range"} <= {f["rule"] for f in errors}
    assert all(f["page"] and len(f["bbox"]) == 4 for f in errors)


def test_status_says_what_failed_why_and_what_to_do(season: Season) -> None:
    shown = selfeval("status", "--workspace", season.workspace)
    assert shown.returncode == 0
    assert "password-locked.pdf" in shown.stdout and "处理办法" in shown.stdout
    one = json.loads(
        selfeval("status", "chizhou-tangxi-2022.pdf", "-w", season.workspace, "--json").stdout
    )
    assert [step["state"] for step in one["documents"][0]["history"]] == [
        "received",
        "screened",
        "extracted",
        "audited",
        "published",
    ]


def test_tables_can_be_asked_and_not_changed(season: Season) -> None:
    asked = selfeval(
        "sql", "SELECT count(*) AS n FROM documents", "-w", season.workspace, "-f", "json"
    )
    assert json.loads(asked.stdout) == [{"n": len(INBOX)}]
    refused = selfeval("sql", "DELETE FROM read_documents", "-w", season.workspace)
    assert refused.returncode == 3 and "只允许查询" in refused.stderr


def test_a_waived_finding_no_longer_counts_and_the_report_says_who(season: Season) -> None:
    asked = selfeval(
        "sql",
        "SELECT finding_id FROM findings WHERE severity = 'warning' LIMIT 1",
        "-w",
        season.workspace,
        "-f",
        "json",
    )
    finding = json.loads(asked.stdout)[0]["finding_id"]
    assert (
        selfeval(
            "waive",
            finding,
            "-w",
            season.workspace,
            "--reason",
            "已核对付款凭证",
            "--by",
            "审计一处",
        ).returncode
        == 0
    )
    assert "审计一处" in selfeval("waive", "-w", season.workspace).stdout
    findings = json.loads(selfeval("findings", "-w", season.workspace, "-f", "json").stdout)[
        "findings"
    ]
    assert [f["status"] for f in findings].count("waived") == 1
    assert (
        selfeval(
            "waive",
            finding,
            "-w",
            season.workspace,
            "--reason",
            "误报",
            "--by",
            "审计一处",
            "--withdraw",
        ).returncode
        == 0
    )


def test_a_run_exported_and_imported_answers_the_same(season: Season, tmp_path: Path) -> None:
    def answers(workspace: Path) -> list[str]:
        asked = (("findings", "--format", "json"), ("status", "--json"))
        return [selfeval(*question, "--workspace", workspace).stdout for question in asked]

    assert selfeval("export", tmp_path / "season.tar.zst", "-w", season.workspace).returncode == 0
    assert selfeval("import", tmp_path / "season.tar.zst", "-w", tmp_path / "W").returncode == 0
    assert answers(tmp_path / "W") == answers(season.workspace)
    assert rows(tmp_path / "W") == rows(season.workspace)
    for name in ("reports/index.html", "parquet/findings.parquet", "runs.jsonl"):
        assert (tmp_path / "W" / name).read_bytes() == (season.workspace / name).read_bytes()


def test_two_runs_at_once_do_not_share_a_workspace(season: Season) -> None:
    import fcntl

    with (season.workspace / ".lock").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        busy = selfeval("run", season.inbox, "--workspace", season.workspace)
    assert busy.returncode == 3
    assert "另一次运行正在使用该工作区" in busy.stderr and "Traceback" not in busy.stderr


def awkward(inbox: Path) -> None:
    """What people and programs leave in a shared folder."""
    good = (SAMPLES / "chizhou-tangxi-2022.pdf").read_bytes()
    (inbox / "a b\n(终稿).pdf").write_bytes(good)
    Path(os.fsdecode(os.fsencode(inbox) + b"/\xb1\xed.pdf")).write_bytes(
        (SAMPLES / "jishan-poverty-2020.pdf").read_bytes()
    )
    (inbox / "no-extension").write_bytes((SAMPLES / "yongde-nutrition-2022.pdf").read_bytes())
    (inbox / "a..%2F..%2Fetc.pdf").write_bytes(b"")
    (inbox / "uploading.pdf.part").write_bytes(good)
    (inbox / ".hidden.pdf").write_bytes(good)
    (inbox / "notes.txt").write_text("no form", "utf-8")
    os.mkfifo(inbox / "pipe.pdf")
    (inbox / "folder.pdf").mkdir()
    (inbox / "loop").symlink_to(inbox)
    (inbox / "nowhere.pdf").symlink_to("nowhere-else.pdf")


def test_an_awkward_inbox_neither_blocks_nor_loops_and_a_killed_run_is_taken_up(
    tmp_path: Path,
) -> None:
    """One workspace for two troubles, since a first run costs a database of Prefect's."""
    inbox, workspace = fill(tmp_path / "inbox", ("beijing-hotline-2020-cidfont",)), tmp_path / "W"
    awkward(inbox)
    command = [
        sys.executable,
        "-m",
        "selfeval.flows.cli",
        "run",
        os.fspath(inbox),
        "--workspace",
        os.fspath(workspace),
    ]
    killed = subprocess.Popen(
        command, cwd=HOUSE, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        server = until_serving(workspace, killed)
        os.kill(killed.pid, signal.SIGKILL)
    finally:
        killed.wait(60)
    assert gone(server), "the Prefect server outlived the run that started it"
    done = selfeval("run", inbox, "--workspace", workspace)
    assert done.returncode == 2, done.stderr
    found = states(workspace)
    assert found == {
        "beijing-hotline-2020-cidfont.pdf": "published",
        "a b\n(终稿).pdf": "published",
        "\ufffd\ufffd.pdf": "published",
        "no-extension": "published",
        "a..%2F..%2Fetc.pdf": "quarantined",
    }
    assert {path.parent for path in workspace.rglob("*etc*") if path.is_file()} == {
        workspace / "quarantine"
    }
    assert "\n(终稿)" not in done.stderr
    skipped = dict(runs(workspace)[-1]["skipped"])
    assert skipped["pipe.pdf"] == "不是普通文件" and "nowhere.pdf" in skipped


def until_serving(workspace: Path, process: subprocess.Popen[bytes]) -> int:
    """The process id of the run's server, once it is recorded and the store is open."""
    record = workspace / "prefect/server.json"
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        if record.exists():
            return int(json.loads(record.read_text("utf-8"))["pid"])
        time.sleep(0.05)
    pytest.fail("the run never recorded its server")


def gone(pid: int) -> bool:
    """Whether the process ends within some seconds."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] in (
                "Z",
                "X",
            ):
                return True
        except OSError:
            return True
        time.sleep(0.1)
    return False
