"""The report of a season from what the store holds: Data Docs, the static site, Parquet. In parts, of which those that changed are made."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from selfeval.flows.commands.console import log
from selfeval.flows.ledger.ledger import Ledger
from selfeval.flows.ledger.order import Receipt
from selfeval.flows.run import standing, versions
from selfeval.flows.run.images import Artist
from selfeval.flows.run.made import Groups, Outputs, ReportPart, parts
from selfeval.flows.run.report_inputs import filings, run_info, sources
from selfeval.flows.workspace import Workspace, make_private
from selfeval.records.store.store import Store

if TYPE_CHECKING:
    from pandas import DataFrame

    from selfeval.core.roster import Expected
    from selfeval.expectations import DataDocs
    from selfeval.expectations.switched_off import Off
    from selfeval.records.tables.build import Tables
    from selfeval.reports.model import DocumentView


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


def write_data_docs(season: Season, docs: DataDocs, made: Outputs) -> None:
    """Data Docs, where what they show has changed or they are not there as they were."""
    logging.getLogger("great_expectations.data_context.types.base").setLevel(
        logging.WARNING
    )  # it tells of every temporary folder
    counts, findings = standing.for_data_docs(season.store, season.order)
    told = [versions.rules(), *sorted(map(repr, counts.items())), findings.to_csv()]
    key = hashlib.sha256("\n".join(told).encode("utf-8", "surrogatepass")).hexdigest()
    if key != made.docs:
        docs.write(season.workspace.data_docs, counts, findings)
        made.docs = key


def make_report(season: Season, made: Outputs) -> None:
    """The site and Parquet, from what the store holds now."""
    from selfeval.expectations.frames import JudgedFiles
    from selfeval.records.tables.parquet import Export, export_decisions

    log.info("正在生成报告")
    place = season.workspace
    replaced = season.store.replaced()
    with (
        Export(place.parquet) as parquet,
        JudgedFiles(
            place.parquet / "judged",
            season.receipt.place,
            season.expected,
            season.profile or None,
            season.off,
        ) as judged,
    ):
        files = parquet.files | {f"judged/{name}": file for name, file in judged.files.items()}
        groups = made.groups(files)

        def add(part: ReportPart, tables: Tables, verdicts: DataFrame) -> None:
            """Analysis counts a project once, as filed last."""
            before = groups.counts()
            counted = tables.of_forms(replaced, without=True)
            parquet.add(counted, verdicts[~verdicts["form_id"].isin(replaced)])
            judged.add(counted)
            groups.note(part, before)

        written = _write_parts(season, place.reports, "zh", made, groups, add)
    export_decisions(place.parquet, season.store.decisions())
    made.close(*written, groups)


def write_site(season: Season, out: Path, lang: str = "zh") -> Path:
    """The static site in `out`, with the page images copied beside it where it is not the workspace's own. The documents pass by in parts;
    of the workspace's own site only those are written that have changed."""
    workspace = season.workspace
    if out == workspace.reports:
        made = Outputs(workspace)
        made.close(*_write_parts(season, out, lang, made))
    else:
        _write_parts(season, out, lang)
        shutil.copytree(workspace.images, out / workspace.images.name, dirs_exist_ok=True)
    return out / "index.html"


def _write_parts(
    season: Season,
    out: Path,
    lang: str,
    made: Outputs | None = None,
    groups: Groups | None = None,
    also: Callable[[ReportPart, Tables, DataFrame], None] | None = None,
) -> tuple[list[ReportPart], dict[str, str]]:
    """The site in `out`, its parts, and what pages with a key were made from. Parts that `made` knows stand as they are; `also` is given the
    tables and verdicts of those that `groups` does not have."""
    from selfeval.reports.site.brief import brief, with_rules
    from selfeval.reports.site.views import document_views
    from selfeval.reports.site.write import SiteWriter

    store, artist, receipt = season.store, season.artist, season.receipt
    known, shown = replace(sources(store, lang), roster=season.expected), set(season.order)
    run = run_info(season.workspace, season.ledger, store, season.profile)
    checks = season.workspace.data_docs / "index.html"
    run = replace(run, data_docs=os.path.relpath(checks, out) if checks.is_file() else "")
    writer = SiteWriter(out, known, lang, run, made.pages if made else None)
    common = [lang, season.profile, content_of(season.roster), *map(repr, season.off), versions.rules(), versions.report(), str(artist.draw_all)]  # fmt: skip
    found = parts(store, receipt, season.order, common)

    def begun(part: ReportPart) -> _Begun:
        kept = made.views(part) if made else None
        has = also is None or (groups is not None and groups.has(part))
        tables = None if kept is not None and has else receipt.load(store, part.documents)
        wanted = artist.begin(tables) if kept is None and tables is not None else {}
        return _Begun(part, kept, has, tables, wanted)

    changed = 0
    # the pages of one part are drawn while the one before is written
    for part, kept, has, tables, wanted in _one_ahead(map(begun, found)):
        verdicts = store.verdicts(part.documents) if tables is not None else None
        if kept is not None:
            for view in kept:
                writer.count(with_rules(view, known.rules))
        elif tables is not None and verdicts is not None:
            changed += len(part.documents)
            ids = part.documents
            of_part = replace(
                known, page_images=artist.finish(wanted), versions=filings(store, ids, shown)
            )
            views = []
            for view in document_views(
                tables, tables.findings, verdicts, of_part, writer.catalogue
            ):
                writer.add(view)
                views.append(brief(view))
            if made:
                made.keep(part, views)
        if has and groups is not None:
            groups.copy(part)
        elif also is not None and tables is not None and verdicts is not None:
            also(part, tables, verdicts)
    log.info("已核对 %d 份文件的页面，其余 %d 份没有变动", changed, len(shown) - changed)
    writer.finish()
    make_private(out / "static")
    return found, writer.keys


class _Begun(NamedTuple):
    """A part that is about to be written: what is counted of it if its pages stand, whether Parquet has it, its tables if they are needed,
    and its pages that are being drawn."""

    part: ReportPart
    kept: list[DocumentView] | None
    has: bool
    tables: Tables | None
    wanted: dict[str, list[int]]


T = TypeVar("T")


def _one_ahead(series: Iterable[T]) -> Iterator[T]:
    """The same series, each item given out when the one after it has been made."""
    waiting: list[T] = []
    for item in series:
        waiting.append(item)
        if len(waiting) > 1:
            yield waiting.pop(0)
    yield from waiting


def content_of(path: str) -> str:
    """A digest of the file, "" for none."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path else ""
