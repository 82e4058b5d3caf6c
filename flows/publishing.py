"""From what is read to what people see: audit, page images, report, Data Docs, Parquet. Done only where something is new."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from flows import versions
from flows.console import log
from flows.images import draw_pages
from flows.ledger import Ledger, active
from flows.order import as_received
from flows.report_inputs import run_info, sources
from flows.states import REFUSED, State
from flows.workspace import Workspace, make_private
from records.store import Store

if TYPE_CHECKING:
    from expectations import Audit
    from records.tables import Tables

#: The mark of the ledger that says what the report in the workspace was made from.
PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Published:
    """Where the report is, and the findings that nobody has waived as pairs of document_id and severity."""

    report: Path
    open_findings: tuple[tuple[str, str], ...]


def bring_up_to_date(
    workspace: Workspace, ledger: Ledger, store: Store, profile: str, workers: int, force: bool, roster: str = ""
) -> Published:
    """Bring findings, report, Data Docs and Parquet up to date with what is read. Nothing is written where they are already.

    `roster` is the path of a list of those who have to submit, "" for none."""
    items = ledger.all()
    report = workspace.reports / "index.html"
    judged, listed = active(items), active(items) | {item.document_id for item in items if item.state in REFUSED}
    key = _key(judged, listed, profile, store, roster)
    waiting = any(item.state in (State.EXTRACTED, State.AUDITED) for item in items)
    if force or waiting or ledger.mark(PUBLISHED) != key or not report.exists():
        audit = judge(ledger, store, judged, profile, roster)
        make_report(workspace, ledger, store, audit, listed, profile, workers)
        _advance(ledger, State.AUDITED, State.PUBLISHED)
        ledger.mark(PUBLISHED, key)
    return Published(report, _open(store, judged))


def judge(ledger: Ledger, store: Store, judged: set[str], profile: str, roster: str = "") -> Audit:
    """Audit every document that is read, all in one batch, and keep what was found."""
    from expectations import audit

    tables = as_received(store.load(judged), ledger.all())
    log.info("正在审核 %d 份文件、%d 张表", len(tables.documents), len(tables.forms))
    result = audit(tables, profile or None, Path(roster) if roster else None)
    store.save_audit(judged, result.findings, result.verdicts, f"{versions.rules()}{profile and '+'}{profile}")
    _advance(ledger, State.EXTRACTED, State.AUDITED)
    return result


def make_report(workspace: Workspace, ledger: Ledger, store: Store, audit: Audit, listed: set[str], profile: str, workers: int) -> None:
    """Page images, the site, Data Docs and Parquet, from what the store holds now."""
    import logging

    from expectations import build_data_docs
    from records.parquet import export

    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)  # it tells of every temporary folder

    log.info("正在生成报告")
    tables = as_received(store.load(listed), ledger.all())
    write_site(workspace, ledger, store, tables, workspace.reports, profile, workers)
    build_data_docs(audit, workspace.data_docs)
    export(tables, workspace.parquet, audit.verdicts)


def write_site(
    workspace: Workspace, ledger: Ledger, store: Store, tables: Tables, out: Path, profile: str, workers: int, lang: str = "zh"
) -> Path:
    """The static site in `out`, with the page images copied beside it where it is not the workspace's own."""
    import shutil

    from reports.site import build

    pictures = draw_pages(workspace, tables, {item.document_id: item for item in reversed(ledger.all())}, workers)
    if out != workspace.reports:
        shutil.copytree(workspace.images, out / workspace.images.name, dirs_exist_ok=True)
    verdicts = store.verdicts(set(tables.documents["document_id"]))
    told = run_info(workspace, ledger, store, profile)
    index = build(tables, tables.findings, verdicts, out, pictures, lang, sources=sources(store, lang), run=told)
    if out == workspace.reports:
        make_private(out / "static")
    return index


def _advance(ledger: Ledger, before: State, after: State) -> None:
    ledger.move([replace(item, state=after) for item in ledger.all() if item.state is before])


def _open(store: Store, judged: set[str]) -> tuple[tuple[str, str], ...]:
    """(document_id, severity) of each finding that stands open."""
    prefixes = {document_id[:16]: document_id for document_id in judged}
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT form_id, severity FROM findings WHERE status = 'open'").fetchall()
    found = ((prefixes.get(form_id.rpartition("-")[0]), severity) for form_id, severity in rows)
    return tuple((document_id, severity) for document_id, severity in found if document_id)


def _key(judged: set[str], listed: set[str], profile: str, store: Store, roster: str = "") -> str:
    """Changes with everything that a report is made from."""
    waivers = sorted(f"{waiver.finding_id} {waiver.who} {waiver.why} {waiver.until} {waiver.void}" for waiver in store.waivers())
    expected = hashlib.sha256(Path(roster).read_bytes()).hexdigest() if roster else ""
    parts = [*sorted(judged), "|", *sorted(listed), "|", profile, expected, versions.rules(), versions.report(), *waivers]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
