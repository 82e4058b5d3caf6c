"""The commands with which people decide: what they say, what they refuse, and how a chain goes from one workspace to another."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from audit_forms import CLEAN, changed

from selfeval.flows.cli import app
from selfeval.flows.ops import environment
from selfeval.flows.problems import Problem
from selfeval.flows.run.deciding import HEAD, decide_and_audit
from selfeval.flows.run.report_inputs import rule_texts_of, waivers_of
from selfeval.flows.run.stores import close_books, store_of
from selfeval.flows.workspace import Workspace, create
from selfeval.records.store.decisions import NewDecision
from selfeval.records.tables.parquet import export_decisions
from selfeval.reports.i18n import translator
from selfeval.reports.office import letters
from selfeval.reports.site.sources import Sources
from selfeval.reports.site.views import document_views
from tests.seasons import boxed, doc, other, place, season

__all__ = ["place"]

WRONG = boxed(changed(CLEAN, {"total/score": "88.50"}), "funds/0/budget")
BY = ("--by", "审计员甲", "--reason", "已核对原件")


def call(*arguments: str | Path) -> int:
    return int(app([str(argument) for argument in arguments], standalone_mode=False) or 0)


@pytest.fixture
def told(place: Workspace) -> Workspace:
    season(place, doc(WRONG), other(1))
    return place


def test_a_value_is_corrected_confirmed_and_given_up_by_name(
    told: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    w = ("-w", told.root)
    assert call("correct", "a.pdf", "total/score", "98.50", *BY, *w) == 0
    shown = capsys.readouterr().out
    assert "第 1 条  更正读数  a.pdf 第 1 张表 total/score  “88.50” 改为 “98.50”  审计员甲：已核对原件" in shown  # fmt: skip
    assert "不再成立  a.pdf 第 1 张表 错误 scores-sum" in shown
    assert call("correct", "a" * 12, "funds/0/budget", "--confirm", "--by", "审计员甲", *w) == 0
    assert "不再存疑  1 处" in capsys.readouterr().out
    assert (
        call("correct", "a.pdf", "indicators/0/score", "--unreadable", "--by", "审计员甲", *w) == 0
    )
    assert call("correct", "a.pdf", "total/score", "--withdraw", *BY, *w) == 0
    assert call("reviewed", "a.pdf", "--by", "审计员甲", *w) == 0
    capsys.readouterr()
    assert call("decisions", *w) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6 and lines[-1].startswith("共 5 条，校验相符；最后一条：第 5 条 ")
    assert call("decisions", "--format", "json", *w) == 0
    answer = json.loads(capsys.readouterr().out)
    kinds = [one["kind"] for one in answer["decisions"]]
    assert kinds == ["correct", "confirm", "unreadable", "withdraw", "reviewed"]
    assert answer["head"] == {"number": 5, "hash": answer["decisions"][-1]["hash"]}
    assert call("decisions", "--format", "csv", *w) == 0
    assert len(list(csv.reader(io.StringIO(capsys.readouterr().out)))) == 6


@pytest.mark.parametrize(
    "arguments, code",
    [
        (("correct", "a.pdf", "total/score", *BY), "one-decision"),
        (("correct", "a.pdf", "total/score", "1", "--confirm", *BY), "one-decision"),
        (("correct", "a.pdf", "total/score", "1", "--by", "甲"), "reason-needed"),
        (("correct", "a.pdf", "total/points", "1", *BY), "unknown-path"),
        (("correct", "a.pdf", "total/score", "1", "--form", "2", *BY), "unknown-form"),
        (("correct", "b.pdf", "total/score", "1", *BY), "unknown-document"),
        (("reviewed", "a.pdf"), "name-needed"),
        (("decisions", "--as-truth", "T"), "no-truth"),
    ],
)
def test_what_cannot_be_decided_is_said(
    told: Workspace, arguments: tuple[str, ...], code: str
) -> None:
    with pytest.raises(Problem) as caught:
        call(*arguments, "-w", told.root)
    assert caught.value.code == code and caught.value.hint
    assert store_of(told).decisions() == []


def test_what_was_decided_on_a_finding_is_told_everywhere(
    told: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = store_of(told)
    (finding_id,) = store.finding_ids()
    decide_and_audit(told, NewDecision("return", "审计员甲", "总分填错", finding_id=finding_id))
    assert call("findings", "-w", told.root, "--format", "json") == 1  # still open
    (row,) = json.loads(capsys.readouterr().out)["findings"]
    assert (row["status"], row["decision"]["kind"], row["decision"]["reason"]) == ("open", "return", "总分填错")  # fmt: skip
    asked = store.query("SELECT number, decision, finding_id, decision_reason FROM decisions").rows
    assert asked == [(1, "return", finding_id, "总分填错")]
    (written,) = pq.read_table(export_decisions(tmp_path, store.decisions())).to_pylist()
    assert written == asdict(store.decisions()[0])
    told_of = waivers_of(store)[finding_id]
    views = document_views(
        store.load(), store.load().findings, store.verdicts(),
        Sources(rule_texts_of(), waivers={finding_id: told_of}), translator("zh"),
    )  # fmt: skip
    letter = next(iter(letters.collect(views).values()))
    (finding,) = letters.context(letter, "zh", letters.Imprint(date(2026, 11, 26)))["forms"][0]["findings"]  # fmt: skip
    assert finding["message"].endswith("（退回更正意见：总分填错）")


def tampered(place: Workspace, sql: str) -> None:
    close_books()
    with sqlite3.connect(place.database) as connection:
        for verb in ("UPDATE", "DELETE"):
            connection.execute(f"DROP TRIGGER decisions_no_{verb}")
        connection.execute(sql)
    connection.close()


@pytest.mark.parametrize(
    "sql, says",
    [
        ("UPDATE decisions SET value = '99' WHERE number = 1", "第 1 条的内容被改过"),
        ("DELETE FROM decisions WHERE number = 2", "末尾缺失：曾有第 2 条"),
    ],
)
def test_a_row_changed_or_cut_off_is_told_by_decisions_and_doctor(
    told: Workspace, caplog: pytest.LogCaptureFixture, sql: str, says: str
) -> None:
    for score in ("98.50", "97.50"):
        call("correct", "a.pdf", "total/score", score, *BY, "-w", told.root)
    assert call("decisions", "-w", told.root) == 0
    tampered(told, sql)
    assert call("decisions", "-w", told.root) == 3
    assert says in caplog.text
    check = environment._decisions(told.root)
    assert check.holds is False and says in check.found


def test_a_chain_goes_to_another_workspace_and_acts_there(told: Workspace, tmp_path: Path) -> None:
    file, there = tmp_path / "chain.jsonl", create(tmp_path / "V")
    season(there, doc(WRONG))
    call("correct", "a.pdf", "total/score", "98.50", *BY, "-w", told.root)
    call("decisions", "--export", file, "-w", told.root)
    for _ in range(2):  # the second time there is nothing new
        assert call("decisions", "--import", file, "-w", there.root) == 0
    assert store_of(there).decisions() == store_of(told).decisions()
    assert store_of(there).load().forms.total_score[0] == "98.50"
    assert store_of(there).load().findings.empty
    assert (there.root / HEAD).read_text().startswith("1 ")
    call("correct", "a.pdf", "total/score", "97", *BY, "-w", told.root)
    call("correct", "a.pdf", "total/score", "96", *BY, "-w", there.root)
    call("decisions", "--export", file, "-w", told.root)
    with pytest.raises(Problem, match="第 2 条与本工作区的不是同一条"):
        call("decisions", "--import", file, "-w", there.root)
    assert len(store_of(there).decisions()) == 2


def test_reviewed_forms_are_truth_to_measure_readers_by(place: Workspace, tmp_path: Path) -> None:
    from benchmarks.files import published

    pdf = Path(__file__).parent.parent / "data" / "samples" / "beijing-hotline-2020-cidfont.pdf"
    sha256 = hashlib.sha256(pdf.read_bytes()).hexdigest()
    read = replace(doc(WRONG), document=pdf.name, sha256=sha256)
    season(place, read, other(1), source=pdf)
    w = ("-w", place.root)
    call("reviewed", pdf.name, "--by", "甲", *w)
    call("correct", "1.pdf", "total/score", "97", *BY, *w)  # decided, not reviewed
    with pytest.raises(Problem, match="没有可作基准的"):  # a doubt is left
        call("decisions", "--as-truth", tmp_path / "T", *w)
    call("correct", pdf.name, "funds/0/budget", "100.10", *BY, *w)
    call("decisions", "--as-truth", tmp_path / "T", *w)
    (item,) = published(tmp_path / "T")
    assert item.truth["forms"][0]["funds"][0]["budget"] == "100.10"
    assert "leader" not in item.truth["forms"][0]
