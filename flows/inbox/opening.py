"""Opening zip files and mails: called in a capped child process, since what they hold can be made to harm whoever opens it.

Nothing here writes but into the child's own folder, and never under a name from an archive.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import IO
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
from selfeval.flows.inbox.folder import UNSUPPORTED, Entry, Skipped, is_clutter, kind_of

#: containers within a container that are opened: a zip in a mail, a zip in a zip. What lies deeper is told and left alone.
MAX_DEPTH = 1
#: containers that are kept open to read member after member.
MAX_OPEN = 4
#: bytes of a container within a container that are held in memory; more goes to an unnamed temporary file.
_IN_MEMORY = 8 << 20
_CHUNK = 1 << 20
#: What broken archives and codecs raise while they are read.
BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    RecursionError,
)  # fmt: skip
#: what a copy is called in the child's folder
COPY = "unpacked"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a container holds: its PDFs with their hashes, what was left out, and why it was not opened at all (sentence, code) if so."""

    entries: tuple[Entry, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    refused: tuple[str, str] | None = None


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


def contents(file: str, entry: Entry) -> Contents:
    """Everything in the container of `entry`, of which `file` is a local copy or the file itself. One over a limit or broken gives nothing."""
    try:
        with Path(file).open("rb") as opened:
            found = list(_walk(entry, entry.packed, opened, _Budget(), 0))
    except PackedError as error:
        return Contents(refused=error.told)
    except BROKEN as error:
        return Contents(refused=PackedError("archive-damaged", detail=type(error).__name__).told)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        return Contents(refused=PackedError("archive-unreadable", detail=detail).told)
    return Contents(
        tuple(item for item in found if isinstance(item, Entry)),
        tuple(item for item in found if isinstance(item, Skipped)),
    )


def copy_out(file: str, state: tuple[int, int], source: str, most: int) -> tuple[bool, str]:
    """Copy what `source` means, out of the container of which `file` is a local copy, to COPY in the child's folder, at most so many bytes.

    (whether it is there, what broke if it cannot be read). `state` changes with the container."""
    try:
        with (
            _opened(source, file, state) as content,
            Path(tempfile.gettempdir(), COPY).open("wb") as out,
        ):
            while most > 0 and (chunk := content.read(min(_CHUNK, most))):
                out.write(chunk)
                most -= len(chunk)
    except FileNotFoundError:
        return False, ""
    except (*BROKEN, PackedError, OSError) as error:
        return False, type(error).__name__
    return True, ""


def is_packed(source: str) -> bool:
    """Whether a source means something inside a container."""
    return source.startswith(("zip+", "mail+"))


def container_of(source: str) -> str:
    """The source of the outermost file: the one that lies in the inbox."""
    while is_packed(source):
        source = source.partition("+")[2].rpartition("!/")[0]
    return source


def _opened(source: str, file: str, state: tuple[int, int]) -> IO[bytes]:
    if not is_packed(source):
        return Path(file).open("rb")
    container, _, label = source.rpartition("!/")
    return _listing(container, file, state).get(unquote(label), _gone)()


def _gone() -> IO[bytes]:
    raise FileNotFoundError(2, "no such member")


@lru_cache(maxsize=MAX_OPEN)
def _listing(
    container: str, file: str, state: tuple[int, int]
) -> dict[str, Callable[[], IO[bytes]]]:
    """Name -> opener of the members of `zip+file:///...` and the like. Kept while the file is as it was: a zip lists thousands."""
    kind, _, rest = container.partition("+")
    opened = _opened(rest, file, state)
    return {
        member.name: member.open
        for member in _members(kind, _spooled(opened) if is_packed(rest) else opened)
    }


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
        except BROKEN:
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
