"""What a report is told besides the tables: rule texts, accepted explanations, filings of the same project, the run and earlier runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flows import versions
from flows.ledger import Ledger
from flows.summary import runs
from flows.workspace import Workspace
from records.store import Store

if TYPE_CHECKING:
    from pandas import DataFrame

    from reports.model import RuleText, Version
    from reports.site import RunInfo
    from reports.views import Sources

#: Earlier runs that the overview draws.
HISTORY = 12


def rule_texts_of(lang: str = "zh") -> dict[str, RuleText]:
    """What reports say of each rule of the catalogue."""
    from expectations import catalogue
    from reports.model import rule_texts

    known = catalogue.load()
    return rule_texts([asdict(entry) for entry in known.entries.values()], known.sources, lang)


def sources(store: Store, lang: str) -> Sources:
    """What document pages say besides the tables: rules, accepted explanations, the other filings of a project."""
    from reports.model import Waiver
    from reports.views import Sources

    waivers = {waiver.finding_id: Waiver(waiver.finding_id, waiver.who, waiver.when, waiver.why, waiver.void) for waiver in store.waivers()}
    return Sources(rule_texts_of(lang), waivers=waivers, versions=_versions(store.filings()))


def _versions(filings: DataFrame) -> dict[str, Sequence[Version]]:
    """form_id -> all filings of its project, for projects that were filed more than once."""

    series: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows_of_all: list[Any] = filings.to_dict("records")
    for row in rows_of_all:
        series[row["series_id"]].append(row)
    found: dict[str, Sequence[Version]] = {}
    for rows in series.values():
        if len({row["version"] for row in rows}) > 1:
            for this in rows:
                found[this["form_id"]] = [_version(row, row is this) for row in rows]
    return found


def _version(row: dict[str, Any], is_this: bool) -> Version:
    from reports.model import Version

    address = f"documents/{row['document_id'][:16]}.html"
    return Version(row["form_id"], row["version"], row["document"], row["recorded_at"][:16].replace("T", " "), row["total_score"] or "",
                   address=address, is_this=is_this)  # fmt: skip


def run_info(workspace: Workspace, ledger: Ledger, store: Store, profile: str) -> RunInfo:
    """What the overview says of the run that the report is of."""
    from reports.site import RunInfo

    earlier = [(run["finished"][:10], run["findings"]) for run in runs(workspace)[-HISTORY:] if run.get("new") and "rules" in run]
    return RunInfo(
        finished=f"{datetime.now().astimezone():%Y-%m-%d %H:%M}", profile=profile, version=versions.release(),
        data_docs="../data_docs/index.html", history=tuple(earlier),
    )  # fmt: skip
