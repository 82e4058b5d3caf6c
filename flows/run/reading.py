"""A chunk of documents: read in capped child processes, stored, and moved on in the ledger. Its result is one Outcome a submission."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from selfeval.core.paths import short_id
from selfeval.extractors.engines.registry import DEFAULT
from selfeval.extractors.isolation.limits import MAX_BYTES
from selfeval.extractors.isolation.sandbox import extract_many
from selfeval.extractors.model import Document
from selfeval.flows.commands.console import log
from selfeval.flows.inbox import remote
from selfeval.flows.inbox.folder import local_path
from selfeval.flows.ledger.ledger import Ledger, Submission
from selfeval.flows.ledger.states import State
from selfeval.flows.run import versions
from selfeval.flows.workspace import Workspace, write_private
from selfeval.records.store.store import Store
from selfeval.records.tables.build import build

#: One writer at a time in this process: SQLite has one, and waiting here costs less than its busy timeout.
_writing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one submission. `settled` is False where its file has changed or gone since it was registered."""

    submission_id: str
    document: str
    state: State
    code: str = ""
    doubts: int = 0
    settled: bool = True


@dataclass(frozen=True, slots=True)
class Reader:
    """How documents are read in this run."""

    engine: str = DEFAULT.name
    second_opinion: bool = False


def read_chunk(
    workspace: Workspace, ledger: Ledger, store: Store, ids: Sequence[str], how: Reader
) -> list[Outcome]:
    """Read the submissions with these ids, one child process at a time. Bad documents are outcomes, not errors; OSError and database
    errors are raised, and the chunk can then be tried again: nothing in it is done twice."""
    chunk = ledger.get(ids)
    first = {item.document_id: item for item in reversed(chunk)}
    with _contents(workspace, list(first.values())) as paths:
        here = [first[key] for key in paths]
        read = extract_many(
            [paths[item.document_id] for item in here],
            engine=how.engine,
            second_opinion=how.second_opinion,
        )
        documents = {
            item.document_id: _named(item, document)
            for item, document in zip(here, read, strict=True)
        }
        same = {key: document for key, document in documents.items() if document.sha256 == key}
        with _writing:
            store.save(build(same.values()), versions.reader())
            return _settle(workspace, ledger, chunk, same, paths)


def _named(item: Submission, document: Document) -> Document:
    """The document under the name that it came with; a child that could not hash what it read is taken to have read what was registered."""
    return replace(document, document=item.document, sha256=document.sha256 or item.document_id)


def _settle(
    workspace: Workspace,
    ledger: Ledger,
    chunk: Sequence[Submission],
    documents: dict[str, Document],
    paths: dict[str, Path],
) -> list[Outcome]:
    """Move the whole chunk on, in one transaction a state: each copy of a document takes the same steps."""
    outcomes: list[Outcome] = []
    passed: list[Submission] = []
    refused: list[Submission] = []
    for item in chunk:
        about = {"document": item.document, "document_id": item.document_id}
        document = documents.get(item.document_id)
        if document is None:
            log.warning("文件在登记后被改动或移走，留待下次运行", extra=about)
            outcomes.append(Outcome(item.submission_id, item.document, item.state, settled=False))
        elif document.reason is not None:
            why = document.reason
            log.warning("%s %s", why.message, why.hint or "", extra=about | {"code": why.code})
            refused.append(
                replace(
                    item,
                    state=State.REJECTED,
                    code=why.code,
                    why=why.message,
                    hint=why.hint or "",
                    reader=versions.reader(),
                )
            )
            outcomes.append(Outcome(item.submission_id, item.document, State.QUARANTINED, why.code))
        else:
            doubts = sum(len(form.doubts) for form in document.forms)
            log.debug("已读取 %d 张表，存疑 %d 处", len(document.forms), doubts, extra=about)
            passed.append(
                replace(
                    item, state=State.SCREENED, code="", why="", hint="", reader=versions.reader()
                )
            )
            outcomes.append(
                Outcome(item.submission_id, item.document, State.EXTRACTED, doubts=doubts)
            )
    ledger.move(passed)
    ledger.move([replace(item, state=State.EXTRACTED) for item in passed])
    ledger.move(refused)
    for item in refused:
        _quarantine(workspace, item, paths.get(item.document_id))
    ledger.move([replace(item, state=State.QUARANTINED) for item in refused])
    for item in passed:
        _release(workspace, item)
    return outcomes


@contextmanager
def _contents(workspace: Workspace, items: Sequence[Submission]) -> Iterator[dict[str, Path]]:
    """document_id -> a local file with the content; remote ones are fetched and thrown away again. Those that are gone are left out."""
    workspace.temporary.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="fetched-", dir=workspace.temporary))
    try:
        paths: dict[str, Path] = {}
        for item in items:
            path = local_path(item.source)
            if path is None:
                path = remote.fetch(item.source, folder / f"{item.document_id}.pdf")
            if path.exists():
                paths[item.document_id] = path
        yield paths
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _quarantine(workspace: Workspace, item: Submission, content: Path | None) -> Path:
    """Keep a refused file with its reason; returns the reason's path. `content` None, or a file over the size cap: the reason only.

    Copies are named by content, never by the name that somebody gave the file, so that no name can lead out of the folder."""
    stem = workspace.quarantine / f"{short_id(item.document_id)}-{_safe(item.document)}"
    if content is not None and content.is_file() and content.stat().st_size <= MAX_BYTES:
        copy = stem.with_name(stem.name + ".pdf")
        if not copy.exists():
            draft = copy.with_name(f".{copy.name}.part")
            shutil.copyfile(content, draft)
            draft.chmod(0o600)
            draft.replace(copy)
    reason = stem.with_name(stem.name + ".json")
    told = {"document": item.document, "path": item.path, "sha256": item.document_id, "bytes": item.bytes, "code": item.code,
            "message": item.why, "hint": item.hint}  # fmt: skip
    write_private(reason, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return reason


def _release(workspace: Workspace, item: Submission) -> None:
    """Take a file out of quarantine, since it has been read after all."""
    for path in workspace.quarantine.glob(f"{short_id(item.document_id)}-*"):
        path.unlink(missing_ok=True)


def _safe(name: str) -> str:
    """The name's letters and digits, no more than 60 of them: enough to recognise it by."""
    return re.sub(r"[^\w.-]+", "_", name.removesuffix(".pdf")).strip("._")[:60] or "document"
