"""Taking up an inbox: every file that has come to rest, by the hash of its content, becomes a submission of the ledger."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from selfeval.extractors.isolation.files import sha256_of
from selfeval.flows.commands.console import log
from selfeval.flows.inbox.folder import (
    Entry,
    Skipped,
    again,
    is_being_written,
    is_remote,
    local_path,
    look,
)
from selfeval.flows.inbox.remote import sha256_of_remote
from selfeval.flows.inbox.unpacking import expand
from selfeval.flows.ledger.ledger import Ledger, Submission, submission_id
from selfeval.flows.ledger.states import State

#: seconds that a file must have been left alone for; shorter ones are looked at again after as many.
SETTLE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Intake:
    """What an inbox held: ids of all submissions seen in it, which of them are new, and what was left for a later run."""

    seen: tuple[str, ...]
    new: tuple[str, ...]
    skipped: tuple[Skipped, ...]


def take_in(inbox: str, ledger: Ledger, remembered: Path | None = None) -> Intake:
    """Register what lies in the inbox. `remembered`: a file with what was told of containers before. A file whose size or time changes while this looks is left for the next run."""
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    for found in look(inbox):
        if isinstance(found, Skipped):
            skipped.append(found)
        else:
            entries.append(found)
    settled, unsettled = _settled(entries)
    skipped += [Skipped(entry.path, "仍在写入，留待下次运行") for entry in unsettled]
    known = ledger.all()
    opened = list(expand(settled, known, remembered))
    skipped += [item for item in opened if isinstance(item, Skipped)]
    for item in skipped:
        log.warning("未收取：%s", item.why, extra={"document": item.path, "code": item.code})
    entries = [item for item in opened if isinstance(item, Entry)]
    arrivals, unreadable = _hashed(entries, known, trust_tags=is_remote(inbox))
    _withdraw(ledger, known)
    new = ledger.register(arrivals)
    seen = tuple(dict.fromkeys(item.submission_id for item in arrivals))
    return Intake(seen, tuple(item.submission_id for item in new), (*skipped, *unreadable))


def _withdraw(ledger: Ledger, known: Iterable[Submission]) -> None:
    """Settle what waits to be read and lies nowhere any more: a run that was killed had registered it, and it was taken away since."""
    gone = [
        item
        for item in known
        if item.state in (State.RECEIVED, State.SCREENED)
        and not item.reader  # one that has been read is read again when it comes back
        and (path := local_path(item.source)) is not None
        and not path.exists()
        and path.parent.is_dir()  # else a disk is not mounted
    ]
    for item in gone:
        log.warning("读取之前已从收件夹移走，不再等待", extra={"document": item.document})
    ledger.move([replace(item, state=State.WITHDRAWN) for item in gone])


def _settled(entries: list[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Those that nobody writes to, and the others. Files that changed just now are looked at twice, all of them after one pause."""
    young = {entry.path for entry in entries if time.time() - entry.changed_at < SETTLE_SECONDS}
    if young:
        time.sleep(SETTLE_SECONDS)
    settled: list[Entry] = []
    unsettled: list[Entry] = []
    for entry in entries:
        if entry.path in young:
            later = again(entry)
            moving = (
                later is None
                or (later.bytes, later.modified) != (entry.bytes, entry.modified)
                or _open_for_writing(entry)
            )
            (unsettled if moving else settled).append(entry)
        else:
            settled.append(entry)
    return settled, unsettled


def _open_for_writing(entry: Entry) -> bool:
    try:
        return is_being_written(entry)
    except OSError:
        return True  # gone or closed to us since it was listed: the next run will see


def _hashed(
    entries: Iterable[Entry], known: list[Submission], trust_tags: bool
) -> tuple[list[Submission], list[Skipped]]:
    """Entries with the hash of their content. A remote file is fetched only when its tag or size is new: a season is gigabytes."""
    tags = {(item.path, item.bytes, item.modified): item for item in known} if trust_tags else {}
    arrivals: list[Submission] = []
    unreadable: list[Skipped] = []
    for entry in entries:
        old = tags.get((entry.path, entry.bytes, entry.modified)) if entry.modified else None
        path = local_path(entry.source)
        digest = entry.sha256 or (
            old.document_id if old else sha256_of(path) if path else sha256_of_remote(entry.source)
        )
        if not digest:
            unreadable.append(Skipped(entry.path, "无法读取文件，留待下次运行"))
            log.warning("未收取：无法读取文件，留待下次运行", extra={"document": entry.path})
            continue
        key = submission_id(entry.path, digest)
        arrivals.append(
            Submission(
                key, entry.document, entry.path, entry.source, digest, entry.bytes, entry.modified
            )
        )
    return arrivals, unreadable
