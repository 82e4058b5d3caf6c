"""From what is read to what people see: audit, page images, report, Data Docs, Parquet. Done only where something is new, and in batches:
the memory that a season takes is that of some hundred documents.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from selfeval.flows.commands.console import log
from selfeval.flows.ledger.ledger import Ledger, active
from selfeval.flows.ledger.order import Receipt, places
from selfeval.flows.ledger.states import REFUSED, State
from selfeval.flows.run import standing, versions
from selfeval.flows.run.heap import collecting_seldom, hand_back
from selfeval.flows.run.images import Artist, originals, redraw
from selfeval.flows.run.made import Outputs
from selfeval.flows.run.writing import Season, content_of, make_report, write_data_docs
from selfeval.flows.workspace import Workspace
from selfeval.records.store.store import Store

if TYPE_CHECKING:
    from selfeval.expectations import DataDocs
    from selfeval.expectations.switched_off import Off

#: The mark of the ledger that says what the report in the workspace was made from.
PUBLISHED = "published"
#: The mark that says under which profile and roster forms were judged last.
JUDGED_UNDER = "judged-under"
#: What verdicts rest on, kept between runs.
JUDGED = "judged.json"
#: Submissions that are moved on at a time.
_MOVED = 500


@dataclass(frozen=True, slots=True)
class Published:
    """Where the report is, how many findings that nobody has waived each document has, by document_id and severity, and what failed."""

    report: Path
    open_findings: Mapping[tuple[str, str], int]
    #: Rules that raised, with the first reason and how many verdicts they left open.
    faults: Sequence[tuple[str, str, int]] = ()


R = TypeVar("R")


class Step(Protocol):
    """Do some work under a name."""

    def __call__(self, name: str, work: Callable[[], R]) -> R: ...


def as_it_is(name: str, work: Callable[[], R]) -> R:
    """Do the work and no more."""
    return work()


def bring_up_to_date(
    workspace: Workspace,
    ledger: Ledger,
    store: Store,
    profile: str,
    workers: int,
    force: bool,
    roster: str = "",
    step: Step = as_it_is,
) -> Published:
    """Bring findings, report, Data Docs and Parquet up to date with what is read. Nothing is written where they are already.

    `roster` is the path of a list of those who have to submit, "" for none. Each part of the work is given to `step` with its name."""
    items = ledger.all()
    store.receive(places(items, ledger.received()))
    report = workspace.reports / "index.html"
    judged, listed = (
        active(items),
        active(items) | {item.document_id for item in items if item.state in REFUSED},
    )
    from selfeval.expectations import switched_off

    off = switched_off.read(workspace.root / switched_off.FILE)
    key = _key(judged, listed, profile, store, roster, off)
    waiting = any(item.state in (State.EXTRACTED, State.AUDITED) for item in items)
    lost = Outputs(workspace).lost
    if lost:
        log.warning("报告的 %d 个文件被删除或改动，重新生成", len(lost))
        redraw(workspace, lost)
    if force or waiting or lost or ledger.mark(PUBLISHED) != key or not report.exists():
        receipt = Receipt(items)
        with (
            Artist(workspace, originals(items), workers, len(listed)) as artist,
            collecting_seldom(),
        ):
            del items  # a kilobyte each
            cache = workspace.root / JUDGED
            docs, order = step("audit", lambda: judge(cache, ledger, store, receipt, judged, profile, roster, artist, off))  # fmt: skip
            order += receipt.order(listed - judged)
            hand_back()
            workspace.remember_roster(roster)
            season = Season(workspace, ledger, store, receipt, order, artist, profile, roster, off)
            made = Outputs(workspace)
            step("data-docs", lambda: write_data_docs(season, docs, made))
            step("report", lambda: make_report(season, made))
        _advance(ledger, State.AUDITED, State.PUBLISHED)
        ledger.mark(PUBLISHED, key)
    return Published(report, standing.open_findings(store, judged), standing.faults(store))


def terms(profile: str, off: Sequence[Off]) -> tuple[str, str]:
    """The version of the rules as the store keeps it, and what all verdicts rest on, as `Kept` keeps it."""
    rules = f"{versions.rules()}{profile and '+'}{profile}"
    return rules, "\n".join([rules, *map(repr, off)])


def judge(
    cache: Path,
    ledger: Ledger,
    store: Store,
    receipt: Receipt,
    judged: set[str],
    profile: str,
    roster: str = "",
    artist: Artist | None = None,
    off: Sequence[Off] = (),
) -> tuple[DataDocs, list[str]]:
    """Audit what is new among the documents that are read, batch by batch, and keep what was found; what Data Docs say of it, and all
    documents, those first that were judged. `cache` is the file that keeps what verdicts rest on. The `artist` begins with the pages of a batch while the next one is judged."""
    from selfeval.expectations import DataDocs, audit_in_batches
    from selfeval.expectations.kept import Kept

    log.info("正在审核 %d 份文件", len(judged))
    docs, (rules, common) = DataDocs(), terms(profile, off)
    ledger.mark(JUDGED_UNDER, json.dumps({"profile": profile, "roster": roster}))
    received, order = receipt.order(judged), list[str]()
    readings = store.current_readings(judged)
    kept = Kept.read(cache, common, store.current_audits(rules))
    for tables, found in audit_in_batches(
        received,
        partial(receipt.load, store),
        profile or None,
        Path(roster) if roster else None,
        off=off,
        kept=kept,
        readings=readings,
        replaced=store.replaced(),
        run=_run_name(store, ledger),
    ):
        batch = tables.documents["document_id"].tolist()
        store.save_audit(batch, found.findings, found.verdicts, rules, readings)
        if found.batch is not None:
            docs.add(found.batch)
        order += batch
        if artist is not None:
            artist.begin(tables)
        del batch, tables, found  # the next batch is made before these names are given to it
        hand_back()
    log.info("已审核 %d 份，其余 %d 份没有变动", len(order), len(received) - len(order))
    current = store.current_audits(rules)
    kept.write(cache, {one: current[one] for one in received if one in current})
    _advance(ledger, State.EXTRACTED, State.AUDITED)
    done = set(order)
    return docs, order + [one for one in received if one not in done]


def _run_name(store: Store, ledger: Ledger) -> str:
    """What Data Docs call this run: its time where the auditors sit, and the beginning of its id. It is part of addresses,
    and begins with a word: Great Expectations takes 2026-11-26-13-26 for a time 26 hours off."""
    moment = re.sub(r"[^0-9]+", "-", store.clock.shown(store.clock.stamp()))
    return f"run-{moment.strip('-')}-{ledger.run[:8]}".strip("-")


def _advance(ledger: Ledger, before: State, after: State) -> None:
    ids = [item.submission_id for item in ledger.all() if item.state is before]
    for at in range(0, len(ids), _MOVED):
        ledger.move([replace(item, state=after) for item in ledger.get(ids[at : at + _MOVED])])


def _key(
    judged: set[str],
    listed: set[str],
    profile: str,
    store: Store,
    roster: str = "",
    off: Sequence[Off] = (),
) -> str:
    """Changes with everything that a report is made from."""
    waivers = sorted(
        f"{waiver.finding_id} {waiver.who} {waiver.why} {waiver.until} {waiver.void}"
        for waiver in store.waivers()
    )
    expected = content_of(roster)
    parts = [
        *sorted(judged),
        "|",
        *sorted(listed),
        "|",
        profile,
        expected,
        versions.rules(),
        versions.report(),
        *map(repr, off),
        *waivers,
        store.decisions_head().hash,
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
