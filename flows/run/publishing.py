"""From what is read to what people see: audit, page images, report, Data Docs, Parquet. Done only where something is new, and in batches:
the memory that a season takes is that of some hundred documents.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from selfeval.flows.commands.console import log
from selfeval.flows.ledger.ledger import Ledger, active
from selfeval.flows.ledger.order import Receipt, places
from selfeval.flows.ledger.states import REFUSED, State
from selfeval.flows.run import standing, versions
from selfeval.flows.run.heap import collecting_seldom, hand_back
from selfeval.flows.run.images import Artist, originals
from selfeval.flows.run.report_inputs import filings, run_info, sources
from selfeval.flows.workspace import Workspace, make_private
from selfeval.records.store.store import Store

if TYPE_CHECKING:
    from pandas import DataFrame

    from selfeval.core.roster import Expected
    from selfeval.expectations import DataDocs
    from selfeval.expectations.switched_off import Off
    from selfeval.records.tables.build import Tables

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


def bring_up_to_date(
    workspace: Workspace,
    ledger: Ledger,
    store: Store,
    profile: str,
    workers: int,
    force: bool,
    roster: str = "",
) -> Published:
    """Bring findings, report, Data Docs and Parquet up to date with what is read. Nothing is written where they are already.

    `roster` is the path of a list of those who have to submit, "" for none."""
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
    if force or waiting or ledger.mark(PUBLISHED) != key or not report.exists():
        receipt = Receipt(items)
        with (
            Artist(workspace, originals(items), workers, len(listed)) as artist,
            collecting_seldom(),
        ):
            del items  # a kilobyte each
            docs, order = judge(
                workspace.root / JUDGED,
                ledger,
                store,
                receipt,
                judged,
                profile,
                roster,
                artist,
                off,
            )
            order += receipt.order(listed - judged)
            hand_back()
            workspace.remember_roster(roster)
            make_report(
                Season(workspace, ledger, store, receipt, order, artist, profile, roster, off),
                docs,
            )
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
    """What Data Docs call this run: its time where the auditors sit, and the beginning of its id. It is part of addresses."""
    moment = re.sub(r"[^0-9]+", "-", store.clock.shown(store.clock.stamp()))
    return f"{moment.strip('-')}-{ledger.run[:8]}".strip("-")


@dataclass(frozen=True, slots=True)
class Season:
    """What a report is made from: the documents `order`, in which they pass by, with their places in the inbox and their pictures;
    `roster` is the path of a list of those who have to submit, "" for none."""

    workspace: Workspace
    ledger: Ledger
    store: Store
    receipt: Receipt
    order: Sequence[str]
    artist: Artist
    profile: str = ""
    roster: str = ""
    off: Sequence[Off] = ()

    @property
    def expected(self) -> tuple[Expected, ...]:
        """The lines of the roster."""
        from selfeval.expectations.roster import read_roster

        return read_roster(Path(self.roster)) if self.roster else ()


def make_report(season: Season, docs: DataDocs) -> None:
    """Data Docs, the site and Parquet, from what the store holds now."""
    import logging

    from selfeval.expectations.frames import JudgedFiles
    from selfeval.records.tables.parquet import Export

    logging.getLogger("great_expectations.data_context.types.base").setLevel(
        logging.WARNING
    )  # it tells of every temporary folder

    log.info("正在生成报告")
    place = season.workspace
    docs.write(place.data_docs, *standing.for_data_docs(season.store, season.order))
    received = {
        document_id: at for at, document_id in enumerate(season.receipt.order(season.order))
    }
    replaced = season.store.replaced()
    with (
        Export(place.parquet) as parquet,
        JudgedFiles(
            place.parquet / "judged",
            received.__getitem__,
            season.expected,
            season.profile or None,
            season.off,
        ) as judged,
    ):

        def add(tables: Tables, verdicts: DataFrame) -> None:
            """Analysis counts a project once, as filed last."""
            counted = tables.of_forms(replaced, without=True)
            parquet.add(counted, verdicts[~verdicts["form_id"].isin(replaced)])
            judged.add(counted)

        write_site(season, place.reports, also=add)


def write_site(
    season: Season,
    out: Path,
    lang: str = "zh",
    also: Callable[[Tables, DataFrame], None] | None = None,
) -> Path:
    """The static site in `out`, with the page images copied beside it where it is not the workspace's own. The documents pass by in
    batches; `also` is given the tables and the verdicts of each."""
    import shutil

    from selfeval.reports.site.views import document_views
    from selfeval.reports.site.write import SiteWriter

    workspace, store, artist = season.workspace, season.store, season.artist
    known = replace(sources(store, lang), roster=season.expected)
    shown = set(season.order)
    run = run_info(workspace, season.ledger, store, season.profile)
    writer = SiteWriter(out, known, lang, run)
    # the pages of one batch are drawn while the one before is written
    for tables, wanted in _one_ahead(
        (tables, artist.begin(tables)) for tables in season.receipt.batches(store, season.order)
    ):
        ids = tables.documents["document_id"].tolist()
        verdicts = store.verdicts(ids)
        of_batch = replace(
            known, page_images=artist.finish(wanted), versions=filings(store, ids, shown)
        )
        for view in document_views(tables, tables.findings, verdicts, of_batch, writer.catalogue):
            writer.add(view)
        if also is not None:
            also(tables, verdicts)
    if out != workspace.reports:
        shutil.copytree(workspace.images, out / workspace.images.name, dirs_exist_ok=True)
    index = writer.finish()
    if out == workspace.reports:
        make_private(out / "static")
    return index


T = TypeVar("T")


def _one_ahead(series: Iterable[T]) -> Iterator[T]:
    """The same series, each item given out when the one after it has been made."""
    waiting: list[T] = []
    for item in series:
        waiting.append(item)
        if len(waiting) > 1:
            yield waiting.pop(0)
    yield from waiting


def _advance(ledger: Ledger, before: State, after: State) -> None:
    ids = [item.submission_id for item in ledger.all() if item.state is before]
    for at in range(0, len(ids), _MOVED):
        ledger.move([replace(item, state=after) for item in ledger.get(ids[at : at + _MOVED])])


def _content(path: str) -> str:
    """A digest of the file, "" for none."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path else ""


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
    expected = _content(roster)
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
