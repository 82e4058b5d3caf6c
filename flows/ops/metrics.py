"""Figures of the last run for monitoring: a text file in the exposition format, which node_exporter's textfile collector picks up.

The file is written whole or not at all, at the end of every run, a failed one included. It holds counts and times, nothing of a form.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from selfeval.flows.ledger.states import State
from selfeval.flows.run.standing import TO_ACT_ON
from selfeval.flows.workspace import PRIVATE_FOLDER, Workspace

if TYPE_CHECKING:
    from selfeval.flows.run.summary import Summary
    from selfeval.records.store.store import Store

#: Where to write instead of the workspace's metrics/selfeval.prom; the file is then readable by everybody, as the collector needs it.
VARIABLE = "SELFEVAL_METRICS"
#: Findings that somebody has to act on, of documents that are part of the audit.
_OPEN = f"""SELECT rule, severity, count(*) FROM findings WHERE {TO_ACT_ON} AND document_id IN
(SELECT document_id FROM submissions WHERE state IN ('extracted', 'audited', 'published')) GROUP BY 1, 2"""
_PAGES = "SELECT coalesce(sum(pages), 0) FROM documents"
_STATES = "SELECT state, count(*) FROM submissions GROUP BY state"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store holds after a run: submissions by state, open findings by rule and severity, pages."""

    states: Mapping[str, int] = field(default_factory=dict)
    open: Mapping[tuple[str, str], int] = field(default_factory=dict)
    pages: int = 0


def standing(store: Store) -> Standing:
    """Count what the store and its ledger hold."""
    with store.reading() as connection:
        states = {row[0]: row[1] for row in connection.exec_driver_sql(_STATES)}
        found = {
            (rule, severity): number for rule, severity, number in connection.exec_driver_sql(_OPEN)
        }
        pages = int(connection.exec_driver_sql(_PAGES).scalar() or 0)
    return Standing(states, found, pages)


def write(
    workspace: Workspace,
    now: Standing | None,
    run: Summary | None,
    *,
    started: str,
    finished: str,
    exit_code: int,
) -> Path:
    """Write the file; times are ISO 8601. `now` and `run` None: a run that failed, of which no more is known. OSError: it cannot be."""
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

    registry = CollectorRegistry()
    name = workspace.root.name

    def gauge(metric: str, text: str, value: float, **labels: str) -> None:
        known = gauges.get(metric) or Gauge(metric, text, ["workspace", *labels], registry=registry)
        gauges[metric] = known
        known.labels(workspace=name, **labels).set(value)

    gauges: dict[str, Gauge] = {}
    begin, end = (datetime.fromisoformat(moment).timestamp() for moment in (started, finished))
    gauge("selfeval_run_start_timestamp_seconds", "Start of the last run.", begin)
    gauge("selfeval_run_end_timestamp_seconds", "End of the last run.", end)
    gauge("selfeval_run_duration_seconds", "Wall time of the last run.", max(end - begin, 0.0))
    gauge(
        "selfeval_run_exit_code",
        "0 nothing blocking, 1 blocking findings, 2 documents quarantined, 3 failed.",
        exit_code,
    )
    if run is not None:
        gauge("selfeval_run_documents_new", "Documents first seen in the last run.", run.new)
        gauge(
            "selfeval_run_documents_processed",
            "Documents read or refused in the last run.",
            run.processed,
        )
        gauge("selfeval_run_documents_refused", "Documents refused in the last run.", run.refused)
        gauge(
            "selfeval_run_files_skipped",
            "Files of the inbox not taken up in the last run.",
            len(run.skipped),
        )
        gauge(
            "selfeval_run_doubts",
            "Doubtful values in the documents read in the last run.",
            run.doubts,
        )
    if now is not None:
        for state in State:
            gauge(
                "selfeval_documents",
                "Documents by state.",
                now.states.get(state, 0),
                state=str(state),
            )
        for (rule, severity), number in sorted(now.open.items()):
            gauge(
                "selfeval_findings", "Open findings by rule.", number, rule=rule, severity=severity
            )
        gauge("selfeval_pages", "Pages of all documents.", now.pages)
    wanted = os.environ.get(VARIABLE, "")
    path = Path(wanted) if wanted else workspace.root / "metrics" / "selfeval.prom"
    if not wanted:
        path.parent.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
    write_to_textfile(str(path), registry)
    if wanted:
        path.chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IROTH)
    return path
