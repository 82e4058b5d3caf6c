"""What a report is told besides the tables: rule texts, accepted explanations, filings of the same project, the run and earlier runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from selfeval.core.paths import form_id, page_address
from selfeval.flows.ledger.ledger import Ledger
from selfeval.flows.run import versions
from selfeval.flows.run.run_diff import Past
from selfeval.flows.run.summary import runs
from selfeval.flows.workspace import Workspace
from selfeval.records.clock import Clock
from selfeval.records.store.decisions import standing
from selfeval.records.store.store import Store

if TYPE_CHECKING:
    from selfeval.reports.model import RuleText, Version, WaiverShown
    from selfeval.reports.site.sources import Sources
    from selfeval.reports.site.write import RunInfo

#: Earlier runs that the overview draws.
HISTORY = 12


def rule_texts_of(lang: str = "zh") -> dict[str, RuleText]:
    """What reports say of each rule of the catalogue."""
    from selfeval.expectations import catalogue
    from selfeval.reports.model import rule_texts

    known = catalogue.load()
    return rule_texts([asdict(entry) for entry in known.entries.values()], known.sources, lang)


def waivers_of(store: Store) -> dict[str, WaiverShown]:
    """finding_id -> what was decided on it last; acceptances that are void are among them."""
    from selfeval.records.store.decisions import OF_FINDINGS, standing
    from selfeval.reports.model import WaiverShown

    told = {
        one.finding_id: WaiverShown(
            one.finding_id, one.by, store.clock.shown(one.made_at), one.reason, kind=one.kind
        )
        for one in standing(store.decisions()).values()
        if one.finding_id and one.kind in OF_FINDINGS and one.kind != "accept"
    }
    return told | {
        one.finding_id: WaiverShown(
            one.finding_id, one.who, store.clock.shown(one.when), one.why, one.void, one.until
        )
        for one in store.waivers()
    }


def sources(store: Store, lang: str) -> Sources:
    """What all document pages may say besides the tables: rules, accepted explanations."""
    from selfeval.reports.site.sources import Sources

    waivers = waivers_of(store)
    lapsed = {
        (one.form_id, one.rule, one.subject): waivers[one.finding_id]
        for one in store.waivers()
        if one.void
    }
    made = standing(store.decisions())
    reviewed = {
        form_id(one.document_id, one.form)
        for one in made.values()
        if one.kind == "reviewed" and one.document_id and one.form
    }
    return Sources(rule_texts_of(lang), waivers=waivers, lapsed=lapsed, reviewed=reviewed)


def filings(
    store: Store, document_ids: Collection[str], shown: Collection[str]
) -> dict[str, Sequence[Version]]:
    """form_id -> all filings of its project, for the forms of these documents whose project was filed more than once. Documents not `shown`
    have no page."""
    series: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows_of_all: list[Any] = store.filings(document_ids).to_dict("records")
    for row in rows_of_all:
        series[row["series_id"]].append(row)
    several = [rows for rows in series.values() if len({row["version"] for row in rows}) > 1]
    counted = store.counted(row["document_id"] for rows in several for row in rows)
    wanted = set(document_ids)
    return {this["form_id"]: [_version(row, row is this, counted, shown, store.clock) for row in rows]
            for rows in several for this in rows if this["document_id"] in wanted}  # fmt: skip


def _version(
    row: dict[str, Any],
    is_this: bool,
    counted: Mapping[str, int],
    shown: Collection[str],
    clock: Clock,
) -> Version:
    import pandas as pd

    from selfeval.reports.model import Version

    address = page_address(row["document_id"]) if row["document_id"] in shown else ""
    return Version(row["form_id"], row["version"], row["document"], clock.shown(row["recorded_at"]), row["total_score"] or "",
                   counted.get(row["form_id"]), address, is_this, 0 if pd.isna(row["replaced_by"]) else int(row["replaced_by"]))  # fmt: skip


def run_info(workspace: Workspace, ledger: Ledger, store: Store, profile: str) -> RunInfo:
    """What the overview says of the run that the report is of: inside a run that run, otherwise the last one in the run log."""
    from selfeval.expectations import switched_off
    from selfeval.reports.site.write import RunInfo

    logged = [run for run in runs(workspace) if run.get("finished")]
    earlier = [run for run in logged if run.get("run") != ledger.run] if ledger.run else logged[:-1]
    drawn = [run for run in earlier if run.get("new")][-HISTORY:]
    past = Past(store, ledger) if earlier else None
    clock = store.clock
    counts = past.open_by_rule([run["finished"] for run in drawn]) if past else []
    return RunInfo(
        finished=clock.shown(clock.stamp()), profile=profile, version=versions.release(),
        changes=past.changes(earlier[-1]["finished"], clock.shown(earlier[-1]["finished"])) if past else None,
        off=tuple((one.rule, one.where, one.date, one.reason) for one in switched_off.read(workspace.root / switched_off.FILE)),
        history=tuple((clock.shown(run["finished"])[5:], rules) for run, rules in zip(drawn, counts, strict=True)),
    )  # fmt: skip
