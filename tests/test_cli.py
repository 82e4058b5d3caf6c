"""The commands that need no workspace: what goes to stdout, what to stderr, and the exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flow_runs import HOUSE, SAMPLES, environment, selfeval

FORM = SAMPLES / "beijing-hotline-2020-errors.pdf"
LOCKED = SAMPLES / "password-locked.pdf"


def test_extract_prints_one_document_as_json_and_nothing_else() -> None:
    shown = selfeval("extract", FORM)
    assert shown.returncode == 0
    document = json.loads(shown.stdout)
    assert document["status"] == "ok" and document["reason"] is None
    form = document["forms"][0]
    assert form["indicators"] and form["funds"] and form["year"] == 2020
    place = form["evidence"]["indicators/3/score"]
    assert place["page"] >= 1 and len(place["bbox"]) == 4


def test_names_and_phones_are_masked_unless_asked_for() -> None:
    masked, shown = (
        json.loads(selfeval("extract", FORM, *options).stdout)["forms"][0]
        for options in ((), ("--show-personal-data",))
    )
    assert masked["leader"] and masked["leader"].endswith("*") and not shown["leader"].endswith("*")
    assert "****" in masked["phone"] and shown["phone"].isdigit()


def test_extract_of_a_refused_file_still_writes_json_with_the_reason_and_exits_2(
    tmp_path: Path,
) -> None:
    shown = selfeval("extract", LOCKED, SAMPLES / "chizhou-tangxi-2022.pdf", "--out", tmp_path)
    assert shown.returncode == 2 and shown.stdout == ""
    refused = json.loads((tmp_path / "password-locked.json").read_text("utf-8"))
    assert refused["status"] == "rejected" and refused["forms"] == []
    assert (
        refused["reason"]["code"] == "password-locked"
        and refused["reason"]["message"]
        and refused["reason"]["hint"]
    )
    assert "password-locked.pdf" in shown.stderr
    assert json.loads((tmp_path / "chizhou-tangxi-2022.json").read_text("utf-8"))["status"] == "ok"


def test_many_files_need_a_folder_and_two_of_one_name_keep_apart(tmp_path: Path) -> None:
    assert selfeval("extract", FORM, LOCKED).returncode == 3
    other = tmp_path / "other"
    other.mkdir()
    (other / LOCKED.name).write_bytes(b"")
    assert (
        selfeval("extract", LOCKED, other / LOCKED.name, "--out", tmp_path / "out").returncode == 2
    )
    codes = {
        path.name: json.loads(path.read_text("utf-8"))["reason"]["code"]
        for path in (tmp_path / "out").iterdir()
    }
    assert codes == {
        "password-locked.json": "password-locked",
        "password-locked-2.json": "empty-file",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("extract",),
        ("extract", "--engine", "guess", "x.pdf"),
        ("nonsense",),
        ("findings", "--workspace", "no/such/place"),
        ("run", "no/such/inbox", "--workspace", "W"),
        ("rerun", "--workspace", "no/such/place", "--failed"),
        ("rules", "no-such-rule"),
        ("schedule", ".", "--cron", "every night"),
        ("schedule", ".", "--cron", "99 99 * * *"),
        ("schedule", ".", "--cron", "0 2 30 2 *"),
    ],
)
def test_what_cannot_be_done_exits_3_with_a_sentence_and_no_traceback(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    shown = selfeval(*arguments, cwd=tmp_path)
    assert shown.returncode == 3
    assert shown.stdout == "" and "Traceback" not in shown.stderr
    assert "错误" in shown.stderr


def test_a_file_that_is_not_there_is_refused_with_a_reason() -> None:
    shown = selfeval("extract", "no-such.pdf")
    assert shown.returncode == 2
    assert json.loads(shown.stdout)["reason"]["code"] == "unreadable-file"


def test_a_file_name_cannot_forge_a_line_of_the_log(tmp_path: Path) -> None:
    name = tmp_path / "a\n12:00:00 错误 forged.pdf"
    name.write_bytes(b"")
    shown = selfeval("extract", name)
    assert len(shown.stderr.strip().splitlines()) == 1
    line = json.loads(selfeval("--log", "json", "extract", name).stderr)
    assert (
        line["level"] == "warning"
        and line["code"] == "empty-file"
        and line["document"] == name.name
    )


def test_audit_lists_findings_as_table_json_and_csv() -> None:
    form = SAMPLES / "jishan-poverty-2020.pdf"
    shown = {kind: selfeval("audit", form, "--format", kind) for kind in ("table", "json", "csv")}
    assert {result.returncode for result in shown.values()} == {1}
    told = json.loads(shown["json"].stdout)
    assert list(told) == ["findings", "undecided", "forms"]
    found = told["findings"]
    assert "execution-score" in {row["rule"] for row in found}
    lines = list(csv.DictReader(io.StringIO(shown["csv"].stdout)))
    assert [row["message"] for row in lines] == [row["message"] for row in found]
    assert "execution-score" in shown["table"].stdout


def test_no_cell_of_a_list_begins_a_formula() -> None:
    from selfeval.flows.commands.listing import COLUMNS, to_csv

    row = dict.fromkeys(COLUMNS, "") | {
        "document": "=1+1.pdf",
        "actual": "-3.5",
        "message": "@SUM(A1)",
        "bbox": [1, 2, 3, 4],
    }
    cells = next(csv.reader(io.StringIO(to_csv([row]).partition("\n")[2])))
    values = dict(zip(COLUMNS, cells, strict=True))
    assert (values["document"], values["actual"], values["message"]) == (
        "'=1+1.pdf",
        "-3.5",
        "'@SUM(A1)",
    )


def test_rules_explains_what_a_rule_says_tolerates_and_rests_on() -> None:
    shown = selfeval("rules", "scores-sum")
    assert shown.returncode == 0
    for caption in ("规则：scores-sum", "容差：", "依据：", "易误报："):
        assert caption in shown.stdout
    assert json.loads(selfeval("rules", "--json").stdout)[0]["id"]


def test_doctor_finds_this_machine_fit_for_work() -> None:
    shown = selfeval("doctor", "--json")
    checks = {check["name"]: check for check in json.loads(shown.stdout)}
    assert shown.returncode == 0, shown.stdout
    assert (
        all(checks[f"读取引擎 {name}"]["holds"] for name in ("pdfium", "pdfplumber", "camelot"))
        and checks["文字识别"]["holds"]
        and checks["fastapi"]["holds"]
    )


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "selfeval.flows.cli", "rules", "--json"],
        cwd=HOUSE,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.wait(60) == 0
    with process.stderr as stderr:
        assert b"Traceback" not in stderr.read()


def test_help_costs_little_processor_time() -> None:
    """Processor time, not wall time: other tests run beside this one."""
    selfeval("--help")
    before = os.times()
    selfeval("--help")
    after = os.times()
    assert (
        after.children_user + after.children_system - before.children_user - before.children_system
        < 0.6
    )


def test_a_form_is_extracted_in_little_time() -> None:
    selfeval("extract", FORM)
    started = time.monotonic()
    assert selfeval("extract", FORM).returncode == 0
    assert (
        time.monotonic() - started < 10
    )  # 0.6 s on an idle machine; a loaded one must not fail the suite


def test_as_many_children_as_there_is_memory_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with processors and little memory free swapped all night."""
    from selfeval.flows.commands import options

    assert options.free_memory() > 0
    monkeypatch.setattr(options, "free_memory", lambda: options.WORKER_BYTES // 2)
    assert options.workers_of(0) == 1 and options.workers_of(5) == 5
    monkeypatch.setattr(options, "free_memory", lambda: 100 * options.WORKER_BYTES)
    assert options.workers_of(0) == min(len(os.sched_getaffinity(0)), options.MAX_WORKERS)


@pytest.mark.parametrize("then", ["raise RuntimeError('crashed')", "time.sleep(60)"])
def test_a_stop_that_a_library_wraps_or_swallows_is_still_a_stop(then: str) -> None:
    """Prefect makes an error of its own of whatever crashes a run: SIGTERM ended with 3. Others drop it, and the run went on."""
    script = f"""
import os, signal, time
from selfeval.flows import cli

def handled(*_, **__):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except BaseException:
        {then}

cli._GRACE = 0.5
cli.app = handled
cli.main()
"""
    ended = subprocess.run(
        [sys.executable, "-c", script, "doctor"], capture_output=True, encoding="utf-8", timeout=30
    )
    assert ended.returncode == 143 and ended.stderr.count("收到停止信号") == 1
    assert "内部出错" not in ended.stderr
