"""Figures for monitoring, read back by Prometheus' own parser."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from flow_runs import runs
from prometheus_client.parser import text_string_to_metric_families

from selfeval.flows.ops import metrics
from selfeval.flows.workspace import create
from tests.watched import LEADER, PHONE, Watched

pytestmark = pytest.mark.xdist_group("watched")


def samples(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    """metric -> values of its labels other than the workspace -> figure."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            assert sample.labels["workspace"] == "W"
            labels = tuple(
                value for name, value in sorted(sample.labels.items()) if name != "workspace"
            )
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def test_the_figures_of_a_run_are_those_of_its_log_and_store(watched: Watched) -> None:
    found, run = samples(watched.figures[0]), runs(watched.workspace)[0]
    assert found["selfeval_run_exit_code"][()] == 2 == watched.done.returncode
    states = {state: number for (state,), number in found["selfeval_documents"].items() if number}
    assert states == {"published": 2, "quarantined": 1}
    assert (
        sum(found["selfeval_findings"].values())
        == sum(run["rules"].values())
        == sum(run["findings"].values())
        > 0
    )
    severities: dict[str, float] = {}
    for (_, severity), number in found["selfeval_findings"].items():
        severities[severity] = severities.get(severity, 0) + number
    assert severities == run["findings"]
    assert found["selfeval_pages"][()] >= 2 and found["selfeval_run_doubts"][()] == run["doubts"]
    assert (
        found["selfeval_run_documents_new"][()],
        found["selfeval_run_documents_refused"][()],
    ) == (3, 1)
    assert found["selfeval_run_files_skipped"][()] == 1
    start, end = (
        found["selfeval_run_start_timestamp_seconds"][()],
        found["selfeval_run_end_timestamp_seconds"][()],
    )
    assert 0 < end - start == pytest.approx(found["selfeval_run_duration_seconds"][()], abs=0.01)


def test_a_run_that_failed_says_so_and_claims_nothing_else(watched: Watched) -> None:
    found = samples(watched.figures[1])
    assert watched.failed.returncode == 3 == found["selfeval_run_exit_code"][()]
    assert set(found) == {
        f"selfeval_run_{name}"
        for name in (
            "start_timestamp_seconds",
            "end_timestamp_seconds",
            "duration_seconds",
            "exit_code",
        )
    }


def test_figures_name_nobody(watched: Watched) -> None:
    assert LEADER not in watched.figures[0] and PHONE not in watched.figures[0]


def test_a_file_of_ones_own_choice_is_whole_at_any_time_and_readable_by_the_collector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "collector" / "selfeval.prom"
    target.parent.mkdir()
    monkeypatch.setenv(metrics.VARIABLE, os.fspath(target))
    moment = "2026-03-01T02:00:00+00:00"
    mask = os.umask(0)
    try:
        workspace = create(tmp_path / "W")
        for code in (0, 3):
            metrics.write(workspace, None, None, started=moment, finished=moment, exit_code=code)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(target.stat().st_mode) == 0o644 and [
        path.name for path in target.parent.iterdir()
    ] == ["selfeval.prom"]
    assert samples(target.read_text("utf-8"))["selfeval_run_exit_code"][()] == 3
