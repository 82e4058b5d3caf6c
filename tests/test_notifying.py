"""Notices reach a real webhook when a run fails or is unusual; a service that is down changes nothing; addresses stay secret."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from selfeval.flows.ops import notifying
from selfeval.flows.problems import Problem
from selfeval.flows.run.summary import Summary
from tests.watched import LEADER, PHONE, SECRET, Hook, Watched

pytestmark = pytest.mark.xdist_group("watched")


def summary(**values: Any) -> Summary:
    plain = {"run": "r", "inbox": "in", "started": "", "finished": "", "documents": 100, "new": 100, "read": 100, "quarantined": 0, "unsettled": 0,
             "processed": 100, "refused": 0, "rules": {"scores-sum": 10}}  # fmt: skip
    return Summary(**(plain | values))


def night(found: int, **values: Any) -> dict[str, Any]:
    return {"inbox": "in", "processed": 100, "refused": 0, "rules": {"scores-sum": found}} | values


def test_a_run_that_refuses_many_and_a_run_that_fails_are_told_and_no_more(
    watched: Watched,
) -> None:
    many, failed = watched.notices
    assert many["type"] == "warning" and "处理 3 份，隔离 1 份（33%，超过 30%）" in many["message"]
    assert (
        "报告：" in many["message"]
        and str(watched.workspace / "reports/index.html") in many["message"]
    )
    assert failed["type"] == "failure" and "nothing://bucket" in failed["message"]
    for notice in watched.notices:
        assert not any(word in str(notice) for word in (LEADER, PHONE, SECRET))


def test_a_service_that_is_down_changes_no_exit_code_and_stands_in_the_log(
    watched: Watched,
) -> None:
    assert (watched.done.returncode, watched.failed.returncode) == (2, 3)
    for run in (watched.done, watched.failed):
        assert '"notify-failed"' in run.stderr and "第 2 个地址" in run.stderr


def test_an_address_is_stored_nowhere(watched: Watched) -> None:
    for path in watched.workspace.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path


def test_a_usual_run_is_not_told(hook: Hook) -> None:
    assert notifying.of_run(summary(), [night(9), night(11), night(10), night(10)]) == []
    assert notifying.send([], [hook.address], failed=False) and hook.received == []


@pytest.mark.parametrize(
    "fires, earlier, told",
    [
        (20, [night(n) for n in (9, 11, 10, 10)], True),
        (14, [night(n) for n in (9, 11, 10, 10)], False),  # fewer than five more
        (20, [night(n) for n in (9, 11, 10)], False),  # three nights tell nothing
        (20, [night(n) for n in (2, 25, 4, 22)], False),  # it always varies
        (6, [night(0) for _ in range(4)], True),  # never seen before
        (
            20,
            [night(10, processed=50) for _ in range(4)],
            False,
        ),  # twice the documents, twice the findings
        (20, [night(9, inbox="other"), *(night(n) for n in (9, 11, 10))], False),
        (
            20,
            [night(0, processed=0), *(night(n) for n in (9, 11, 10))],
            False,
        ),  # nights on which nothing came
    ],
)
def test_a_rule_is_unusual_beyond_what_earlier_nights_explain(
    fires: int, earlier: list[dict[str, Any]], told: bool
) -> None:
    found = notifying.unusual(summary(rules={"scores-sum": fires}), earlier)
    assert [rule for rule, _, _ in found] == (["scores-sum"] if told else [])


def test_only_the_last_twelve_runs_count() -> None:
    earlier = [night(100) for _ in range(20)] + [night(10) for _ in range(12)]
    assert notifying.unusual(summary(rules={"scores-sum": 30}), earlier)


def test_what_an_unusual_run_says_arrives_in_chinese(
    hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(notifying.QUARANTINE, raising=False)
    told = notifying.of_run(
        summary(refused=30, rules={"scores-sum": 20}), [night(n) for n in (9, 11, 10, 10)]
    )
    assert notifying.send(told, [hook.address], failed=False)
    (notice,) = hook.received
    assert notice["title"] == "绩效自评表审核：需要注意"
    assert (
        notice["message"]
        == "本次处理 100 份，隔离 30 份（30%，超过 10%）。\n规则 scores-sum 发现 20 项，往常约 7 项。"
    )


def test_addresses_come_from_the_environment_or_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list").write_text("# 审计处\njson://one\n\n json://two \n", "utf-8")
    monkeypatch.setenv(notifying.ADDRESSES, f"json://zero @{tmp_path}/list")
    assert notifying.addresses() == ["json://zero", "json://one", "json://two"]
    monkeypatch.setenv(notifying.ADDRESSES, f"@{tmp_path}/none")
    with pytest.raises(Problem) as caught:
        notifying.addresses()
    assert caught.value.code == "notify-file"


def test_an_address_that_is_not_understood_is_refused_without_being_quoted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(Problem) as caught:
        notifying.check(["json://localhost", f"nosuch://{SECRET}"])
    assert caught.value.code == "notify-address" and "第 2 个" in caught.value.message
    assert SECRET not in str(caught.value) + caught.value.hint + caplog.text
