"""Zip archives and mails as inboxes within an inbox: each PDF inside becomes a submission of its own.

A member is told from others by a source such as `zip+file:///forms/a.zip!/dir/b.pdf` or `zip+mail+file:///forms/c.eml!/d.zip!/b.pdf`,
which `open_source` reads again at any time, remote containers included. fsspec's own `zip://` addresses do not serve: they know neither
limits nor names in GBK, and a name with `::` in it ends them. Nothing is ever written under a name from an archive.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, unquote

from selfeval.extractors.isolation.limits import HEADER_WINDOW, MAX_BYTES
from selfeval.flows.inbox.containers import (
    MAX_MEMBERS,
    MAX_UNPACKED,
    Member,
    PackedError,
    mail_members,
    zip_members,
)
from selfeval.flows.inbox.folder import (
    UNSUPPORTED,
    Entry,
    Skipped,
    is_clutter,
    kind_of,
    local_path,
    open_remote,
)
from selfeval.flows.ledger.ledger import Submission

#: containers within a container that are opened: a zip in a mail, a zip in a zip. What lies deeper is told and left alone.
MAX_DEPTH = 1
#: containers that are kept open to read member after member.
MAX_OPEN = 4
#: bytes of a container within a container that are held in memory; more goes to an unnamed temporary file.
_IN_MEMORY = 8 << 20
_CHUNK = 1 << 20
#: What broken archives and codecs raise while they are read.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


@dataclass(slots=True)
class _Budget:
    """What is left of the limits of one outermost container."""

    members: int = MAX_MEMBERS
    bytes: int = MAX_UNPACKED

    def take(self, members: int = 0, size: int = 0) -> None:
        self.members -= members
        self.bytes -= size
        if self.members < 0:
            raise PackedError("archive-too-many", limit=MAX_MEMBERS)
        if self.bytes < 0:
            raise PackedError("archive-too-large", limit=MAX_UNPACKED >> 20)


def expand(entries: Iterable[Entry], known: Iterable[Submission]) -> Iterator[Entry | Skipped]:
    """The entries, each container replaced by the PDFs in it with their hashes. One that is as the ledger knows it is not opened.

    A container over a limit, broken or unreadable gives one Skipped with its reason and none of its members."""
    _listing.cache_clear()
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
        if same and len(same) == int(tag.rpartition("-")[2]):
            yield from (replace(entry, document=i.document, path=i.path, source=i.source, bytes=i.bytes, modified=tag, packed="",
                                sha256=i.document_id) for i in same)  # fmt: skip
        else:
            yield from _opened(entry, stamp)


def is_packed(source: str) -> bool:
    """Whether a source means something inside a container."""
    return source.startswith(("zip+", "mail+"))


def container_of(source: str) -> str:
    """The source of the outermost file: the one that lies in the inbox."""
    while is_packed(source):
        source = source.partition("+")[2].rpartition("!/")[0]
    return source


def open_source(source: str) -> IO[bytes]:
    """The content behind any source, packed or not. OSError: it is gone or cannot be read; PackedError: its container breaks a limit."""
    if not is_packed(source):
        return _open_file(source)
    container, _, label = source.rpartition("!/")
    try:
        return _listing(container, _state(container)).get(unquote(label), _gone)()
    except _BROKEN as error:
        raise OSError(f"{container}: {type(error).__name__}") from error


def _gone() -> IO[bytes]:
    raise FileNotFoundError(2, "no such member")


@lru_cache(maxsize=MAX_OPEN)
def _listing(container: str, _state: tuple[int, int]) -> dict[str, Callable[[], IO[bytes]]]:
    """Name -> opener of the members of `zip+file:///...` and the like. Kept while the file is as it was: a zip lists thousands."""
    kind, _, rest = container.partition("+")
    file = open_source(rest)
    return {
        member.name: member.open
        for member in _members(kind, _spooled(file) if is_packed(rest) else file)
    }


def _state(container: str) -> tuple[int, int]:
    """Time and size of the outermost file, where it is local; what is read of a remote one is compared by its hash."""
    path = local_path(container_of(container))
    if path is None:
        return 0, 0
    found = _filed(path).stat()
    return found.st_mtime_ns, found.st_size


def _stamp(entry: Entry) -> str:
    """Changes with the container; short, whatever tag its file system gives."""
    return hashlib.sha256(
        f"{entry.bytes}\0{entry.modified}".encode("utf-8", "surrogatepass")
    ).hexdigest()[:24]


def _opened(entry: Entry, stamp: str) -> Iterator[Entry | Skipped]:
    """What is in a container. The tag of each member says how many there are, so that the ledger can tell whether it knows them all; 0 where
    something was left out, so that it is looked at and told of again."""
    try:
        with _open_file(entry.source) as file:
            found = list(_walk(entry, entry.packed, file, _Budget(), 0))
    except PackedError as error:
        yield Skipped(entry.path, *error.told)
        return
    except Exception as error:  # noqa: BLE001 - every fsspec file system raises errors of its own; the file waits for the next run
        broken = isinstance(error, (*_BROKEN, RecursionError))
        yield Skipped(
            entry.path,
            *PackedError(
                "archive-damaged" if broken else "archive-unreadable", detail=type(error).__name__
            ).told,
        )
        return
    count = 0 if any(isinstance(item, Skipped) for item in found) else len(found)
    yield from (
        item if isinstance(item, Skipped) else replace(item, modified=f"{stamp}-{count}")
        for item in found
    )


def _walk(
    entry: Entry, kind: str, file: IO[bytes], budget: _Budget, depth: int
) -> Iterator[Entry | Skipped]:
    for member in _members(kind, file):
        path, inner = f"{entry.path}/{member.name}", kind_of(member.name)
        budget.take(members=1)
        if is_clutter(member.name.rpartition("/")[2]) or member.name.startswith("__MACOSX/"):
            continue
        if member.problem:
            yield Skipped(path, *PackedError(member.problem).told)
            continue
        if Path(member.name).suffix.lower() in UNSUPPORTED:
            yield Skipped(
                path, UNSUPPORTED[Path(member.name).suffix.lower()], "archive-unsupported"
            )
            continue
        if inner and depth >= MAX_DEPTH:
            yield Skipped(path, *PackedError("archive-nested").told)
            continue
        source = f"{kind}+{entry.source}!/{quote(member.name)}"
        here = replace(
            entry,
            document=member.name.rpartition("/")[2],
            path=path,
            source=source,
            bytes=member.size,
            packed="",
        )
        try:
            if inner:
                budget.take(size=member.size)
                with member.open() as content, _spooled(content) as whole:
                    yield from _walk(here, inner, whole, budget, depth + 1)
            elif member.name.lower().endswith(".pdf") or _begins_like_pdf(member):
                budget.take(size=member.size)
                yield replace(here, sha256=_sha256(member))
        except _BROKEN:
            yield Skipped(path, *PackedError("archive-damaged").told)


def _members(kind: str, file: IO[bytes]) -> Iterator[Member]:
    return zip_members(file) if kind == "zip" else mail_members(file)


def _begins_like_pdf(member: Member) -> bool:
    with member.open() as content:
        return b"%PDF-" in content.read(HEADER_WINDOW)


def _sha256(member: Member) -> str:
    digest = hashlib.sha256()
    with member.open() as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _spooled(content: IO[bytes]) -> IO[bytes]:
    """The whole of a container within a container, in which one can seek. PackedError: it is over the cap of a file."""
    whole = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it outlives this function
    left = MAX_BYTES
    while chunk := content.read(_CHUNK):
        left -= len(chunk)
        if left < 0:
            whole.close()
            raise PackedError("archive-too-large", limit=MAX_BYTES >> 20)
        whole.write(chunk)
    whole.seek(0)
    return whole


def _open_file(source: str) -> IO[bytes]:
    path = local_path(source)
    if path is None:
        system, remote = open_remote(source)
        opened: Any = system.open(remote, "rb")
        return opened  # type: ignore[no-any-return]
    return os.fdopen(os.open(_filed(path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")


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
