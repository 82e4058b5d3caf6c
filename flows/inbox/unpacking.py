"""Zip archives and mails as inboxes within an inbox: each PDF inside becomes a submission of its own.

A member is told from others by a source such as `zip+file:///forms/a.zip!/dir/b.pdf` or `zip+mail+file:///forms/c.eml!/d.zip!/b.pdf`,
which `copy_member` reads again at any time, remote containers included. fsspec's own `zip://` addresses do not serve: they know neither
limits nor names in GBK, and a name with `::` in it ends them. Containers are opened by a capped child process, once as long as they do not change.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import shutil
import stat
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import IO, Any

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation.limits import MAX_ADDRESS_SPACE
from selfeval.extractors.isolation.pool import Pool
from selfeval.flows.inbox import opening
from selfeval.flows.inbox.containers import MAX_UNPACKED, UNPACK_SECONDS, PackedError
from selfeval.flows.inbox.folder import Entry, Skipped, local_path, open_remote
from selfeval.flows.inbox.opening import container_of as container_of
from selfeval.flows.inbox.opening import is_packed as is_packed
from selfeval.flows.ledger.ledger import Submission
from selfeval.flows.workspace import write_private

#: calls that one child answers: it keeps the lists of the containers that it opened last.
_CALLS = 400


class Memory:
    """What was told of containers that stand as they did: they are not opened again to be told of once more. `path` None: of nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._before: dict[str, Any] = {}
        self._now: dict[str, Any] = {}
        if path is not None and path.exists():
            try:
                self._before = dict(json.loads(path.read_text("utf-8")))
            except ValueError:
                self._before = {}  # written by half, or by somebody else: everything is opened once more

    def told(self, entry: Entry, stamp: str, members: int) -> list[Skipped] | None:
        """What was left out of a container with this stamp and so many members in the ledger; None when that is not known."""
        known = self._before.get(entry.source)
        if not isinstance(known, dict) or (known.get("stamp"), known.get("members")) != (
            stamp,
            members,
        ):
            return None
        self._now[entry.source] = known
        return [Skipped(*item) for item in known["skipped"]]

    def note(self, entry: Entry, stamp: str, members: int, skipped: Iterable[Skipped]) -> None:
        told = [(item.path, item.why, item.code) for item in skipped]
        self._now[entry.source] = {"stamp": stamp, "members": members, "skipped": told}

    def save(self) -> None:
        """Keep what holds for the containers that are still there."""
        if self._path is not None and self._now != self._before:
            write_private(self._path, json.dumps(self._now, ensure_ascii=False))


def expand(
    entries: Iterable[Entry], known: Iterable[Submission], remembered: Path | None = None
) -> Iterator[Entry | Skipped]:
    """The entries, each container replaced by the PDFs in it with their hashes. One that is as the ledger knows it is not opened.

    A container over a limit, broken or unreadable gives one Skipped with its reason and none of its members."""
    memory = Memory(remembered)
    _fetched.cache_clear()
    before: dict[tuple[str, str], list[Submission]] = defaultdict(list)
    for item in known:
        if is_packed(item.source):
            before[container_of(item.source), item.modified].append(item)
    stamps: dict[str, set[str]] = defaultdict(set)
    for container, stamp in before:
        stamps[container].add(stamp)
    for entry in entries:
        if not entry.packed:
            yield entry
            continue
        stamp = _stamp(entry)
        tag = next((tag for tag in stamps[entry.source] if tag.rpartition("-")[0] == stamp), "")
        same = before.get((entry.source, tag), [])
        told = memory.told(entry, stamp, len(same))
        if told is not None or (same and len(same) == int(tag.rpartition("-")[2])):
            yield from (replace(entry, document=i.document, path=i.path, source=i.source, bytes=i.bytes, modified=tag, packed="",
                                sha256=i.document_id) for i in same)  # fmt: skip
            yield from told or ()
        else:
            yield from _opened(entry, stamp, memory)
    memory.save()


def copy_member(source: str, target: Path, most: int) -> bool:
    """Copy what a packed source means to `target`, no more than so many bytes; whether it is there. OSError: it cannot be read."""
    container = container_of(source)
    with _local(container) as file:
        if file is None:
            return False
        found = file.stat()
        state = found.st_mtime_ns, found.st_size
        with _ONE_AT_A_TIME:
            try:
                there, fault = ask(opening.copy_out, os.fspath(file), state, source, most)
            except ExtractError as error:
                raise OSError(f"{container}: {error}") from error
            if fault:
                raise OSError(f"{container}: {fault}")
            if there:
                _take(Path(_pool().scratch(), opening.COPY), target, most)
    return bool(there)


def ask(function: Callable[..., Any], *args: Any) -> Any:
    """What a function says in the child that opens containers."""
    with _ONE_AT_A_TIME:
        return _pool().call(function, *args, seconds=UNPACK_SECONDS)


#: Threads read chunks side by side, and the child has one folder: a copy is taken over before the next is made.
_ONE_AT_A_TIME = threading.RLock()


@cache
def _pool() -> Pool:
    pool = Pool(1, address_space=MAX_ADDRESS_SPACE, calls=_CALLS)
    atexit.register(pool.close)
    return pool


def _take(copy: Path, target: Path, most: int) -> None:
    """Take over what a child has written: a plain file of no more bytes than it may have, else nothing that could have been planted."""
    handle = os.open(copy, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file, target.open("wb") as out:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            raise OSError(f"{copy.name}: no plain copy")
        shutil.copyfileobj(file, out)
    copy.unlink(missing_ok=True)


def _stamp(entry: Entry) -> str:
    """Changes with the container; short, whatever tag its file system gives."""
    return hashlib.sha256(
        f"{entry.bytes}\0{entry.modified}".encode("utf-8", "surrogatepass")
    ).hexdigest()[:24]


def _opened(entry: Entry, stamp: str, memory: Memory) -> Iterator[Entry | Skipped]:
    """What is in a container. The tag of each member says how many there are, so that the ledger can tell whether it knows them all; 0 where
    something was left out, which the memory tells again."""
    found = _contents(entry)
    if found.refused is not None:
        refused = Skipped(entry.path, *found.refused)
        if refused.code != "archive-unreadable":
            memory.note(entry, stamp, 0, [refused])
        yield refused
        return
    if found.skipped or not found.entries:
        memory.note(entry, stamp, len(found.entries), found.skipped)
    count = 0 if found.skipped else len(found.entries)
    yield from found.skipped
    yield from (replace(item, modified=f"{stamp}-{count}") for item in found.entries)


def _contents(entry: Entry) -> opening.Contents:
    try:
        with _local(entry.source) as file:
            if file is None:
                raise FileNotFoundError(2, "gone")
            found: opening.Contents = ask(opening.contents, os.fspath(file), entry)
            return found
    except ExtractError as error:
        code = "archive-too-slow" if error.code == "timed-out" else "archive-damaged"
        return opening.Contents(refused=PackedError(code, seconds=f"{UNPACK_SECONDS:g}").told)
    except Exception as error:  # noqa: BLE001 - every fsspec file system raises errors of its own; the file waits for the next run
        told = PackedError("archive-unreadable", detail=type(error).__name__).told
        return opening.Contents(refused=told)


@contextmanager
def _local(source: str) -> Iterator[Path | None]:
    """A file on this machine with the content of an unpacked source, None where it is gone; a remote one is fetched and thrown away again."""
    path = local_path(source)
    if path is not None:
        filed = _filed(path)
        yield filed if filed.exists() else None
        return
    try:
        copy = _fetched(source)
    except FileNotFoundError:
        copy = None
    yield None if copy is None else Path(copy.name)


@lru_cache(maxsize=2)
def _fetched(source: str) -> Any:
    """A copy of a remote container, which goes with the last use of it: its members are taken out one by one."""
    copy = tempfile.NamedTemporaryFile(prefix="selfeval-")  # noqa: SIM115 - it outlives this function
    system, remote = open_remote(source)
    with system.open(remote, "rb") as content:
        _copy(content, copy)
    copy.flush()
    return copy


def _copy(content: IO[bytes], out: Any) -> None:
    left = MAX_UNPACKED
    while chunk := content.read(1 << 20):
        left -= len(chunk)
        if left < 0:
            raise OSError("a container over the limit")
        out.write(chunk)


def _filed(path: Path) -> Path:
    """Where a mail of a Maildir lies now: mail programs move it from `new` to `cur` and write its flags into its name."""
    if path.exists() or path.parent.name not in ("new", "cur"):
        return path
    unique = path.name.partition(":2,")[0]
    filed = (
        p
        for folder in ("new", "cur")
        for p in (path.parent.parent / folder).iterdir()
        if p.name.partition(":2,")[0] == unique
    )
    return next(filed, path)
