"""What lies in an inbox: a folder, or any place that fsspec reaches. Looking into it never blocks, loops or leaves it.

Taken up are regular files that are called .pdf or begin like one, zip files, and mails (.eml, or a Maildir folder), which
`selfeval.flows.inbox.unpacking` opens. Left alone are hidden and temporary files, pipes and devices, files
that somebody is still writing, folders behind symbolic links, and links that another user laid to a file that is not that user's own.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from selfeval.extractors.isolation.files import display_name
from selfeval.extractors.isolation.limits import HEADER_WINDOW
from selfeval.flows.problems import Problem

#: What browsers, mail programs, copying tools and office programs call a file that is not finished.
_UNFINISHED = (
    ".part",
    ".partial",
    ".crdownload",
    ".download",
    ".tmp",
    ".temp",
    ".filepart",
    ".swp",
)
#: What is opened in search of forms, and what people send that is not: it is told, so that nobody waits for it.
_CONTAINERS = {".zip": "zip", ".eml": "mail"}
UNSUPPORTED = {
    ".rar": "不能打开 RAR 压缩包。请改用 zip 重新打包", ".7z": "不能打开 7z 压缩包。请改用 zip 重新打包",
    ".msg": "不能打开 Outlook 的 msg 邮件。请另存为 eml，或提交附件",
}  # fmt: skip
_MAILDIR = {"cur", "new", "tmp"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an inbox. `path` is relative to it; `source` says where to read it again; `modified` is a time or tag that changes
    with the content; `changed_at` seconds since the epoch, 0 where the place does not tell; `packed` is zip or mail for a container of
    forms; `sha256` is known beforehand for what came out of one."""

    document: str
    path: str
    source: str
    bytes: int
    modified: str
    changed_at: float = 0.0
    packed: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is not taken up now, and why; `code` where it is one that somebody can do something about."""

    path: str
    why: str
    code: str = ""

    @property
    def sentence(self) -> str:
        return self.why + (f"（代码 {self.code}）" if self.code else "")


def look(inbox: str) -> Iterator[Entry | Skipped]:
    """The files of an inbox in the order of their paths. Problem: there is no such inbox or it cannot be listed."""
    if is_remote(inbox):
        yield from _remote(inbox)
    else:
        yield from _folder(Path(inbox.removeprefix("file://")))


def is_remote(inbox: str) -> bool:
    """Whether fsspec must read it. A Windows drive letter or a folder called `a:b` is not a protocol."""
    return ("://" in inbox or "::" in inbox) and not inbox.startswith("file://")


def local_path(source: str) -> Path | None:
    """The path behind the `source` of a local entry; None for a remote one."""
    return (
        Path(os.fsdecode(unquote_to_bytes(source.removeprefix("file://"))))
        if source.startswith("file://")
        else None
    )


def _folder(root: Path) -> Iterator[Entry | Skipped]:
    if not root.is_dir():
        why = "不是文件夹" if root.exists() else "不存在"
        raise Problem(
            "no-inbox", f"收件夹 {root}{why}", "请给出存放 PDF 的文件夹，或 s3://… 等地址。"
        )
    root = root.absolute()
    failed: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=failed.append, followlinks=False):
        maildir = set(folders) >= _MAILDIR
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not (maildir and name == "tmp")
        )
        if (
            not maildir
            and Path(folder).name in ("cur", "new")
            and all(Path(folder).with_name(name).is_dir() for name in _MAILDIR)
        ):
            for name in sorted(names):
                yield from _file(root, Path(folder, name), "mail")
            continue
        for name in sorted(names):
            if not is_clutter(name):
                yield from _file(root, Path(folder, name), kind_of(name))
    for error in failed:
        if os.fspath(error.filename) == os.fspath(root):
            raise Problem(
                "no-inbox", f"收件夹 {root} 无法读取：{error.strerror}", "请检查目录权限。"
            )
        yield Skipped(
            _printable(os.path.relpath(error.filename, root)), f"文件夹无法读取：{error.strerror}"
        )


def _file(root: Path, path: Path, packed: str) -> Iterator[Entry | Skipped]:
    # a Maildir's mail keeps its name up to the flags when a mail program files it in another folder of the three
    label = (
        path.parent.parent / path.name.partition(":2,")[0]
        if packed == "mail" and path.parent.name in ("cur", "new")
        else path
    )
    name = _printable(os.path.relpath(label, root))
    try:
        link = path.lstat()
        found = path.stat() if stat.S_ISLNK(link.st_mode) else link
        if not stat.S_ISREG(found.st_mode):
            yield Skipped(name, "不是普通文件")
        elif link is not found and link.st_uid not in (os.getuid(), found.st_uid):
            yield Skipped(name, "符号链接指向他人的文件")
        elif path.suffix.lower() in UNSUPPORTED:
            yield Skipped(name, UNSUPPORTED[path.suffix.lower()], "archive-unsupported")
        elif packed or path.suffix.lower() == ".pdf" or _begins_like_pdf(path):
            source, changed = (
                "file://" + quote(os.fsencode(path)),
                max(found.st_mtime, found.st_ctime),
            )
            yield Entry(
                display_name(path),
                name,
                source,
                found.st_size,
                str(found.st_mtime_ns),
                changed,
                packed,
            )
    except OSError as error:
        yield Skipped(name, f"无法读取：{error.strerror}")


def _begins_like_pdf(path: Path) -> bool:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return b"%PDF-" in os.read(handle, HEADER_WINDOW)
    finally:
        os.close(handle)


def kind_of(name: str) -> str:
    """zip or mail for a container by its name, else empty."""
    return _CONTAINERS.get(Path(name).suffix.lower(), "")


def is_clutter(name: str) -> bool:
    """Whether a file of this name is hidden, an office program's lock, or not finished."""
    return name.startswith((".", "~$")) or name.lower().endswith(_UNFINISHED)


def _printable(path: str) -> str:
    """The path as it can be stored as UTF-8 and still be told from others: bytes that are not UTF-8 are percent-encoded."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return quote(os.fsencode(path), safe="/ ")
    return path


def _remote(inbox: str) -> Iterator[Entry | Skipped]:
    system, root = open_remote(inbox)
    try:
        found: dict[str, dict[str, Any]] = system.find(root, detail=True)
    except FileNotFoundError as error:
        raise Problem("no-inbox", f"收件夹 {inbox} 不存在", "请检查地址。") from error
    except Exception as error:
        raise Problem(
            "no-inbox", f"收件夹 {inbox} 无法读取：{error}", "请检查地址、网络和访问凭据。"
        ) from error
    prefix = root.rstrip("/") + "/"
    for full in sorted(found):
        path = full.removeprefix(prefix).lstrip("/")
        name = path.rpartition("/")[2]
        suffix = Path(name).suffix.lower()
        if is_clutter(name):
            continue
        if suffix in UNSUPPORTED:
            yield Skipped(path, UNSUPPORTED[suffix], "archive-unsupported")
        if suffix != ".pdf" and not kind_of(name):
            continue
        info = found[full]
        tag = str(
            info.get("ETag")
            or info.get("etag")
            or info.get("LastModified")
            or info.get("mtime")
            or info.get("created")
            or ""
        )
        yield Entry(
            name,
            path,
            system.unstrip_protocol(full),
            int(info.get("size") or 0),
            tag,
            packed=kind_of(name),
        )


def open_remote(inbox: str) -> tuple[Any, str]:
    """The fsspec file system of a URL and the path within it. Problem: the protocol is unknown or its package is not installed."""
    import fsspec

    try:
        return fsspec.core.url_to_fs(inbox)  # type: ignore[no-any-return]
    except (ImportError, ValueError) as error:
        raise Problem(
            "no-inbox",
            f"无法打开收件夹地址 {inbox}：{error}",
            "请检查地址；S3 需要 pip install 'selfeval[s3]'。",
        ) from error


def is_being_written(entry: Entry) -> bool:
    """Whether somebody has the local file open for writing, as far as the kernel tells: a read lease is then refused."""
    import errno
    import fcntl

    path = local_path(entry.source)
    if path is None:
        return False
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return (
            error.errno == errno.EAGAIN
        )  # EACCES, EINVAL: not our file, or a file system without leases; the times decide then
    finally:
        os.close(handle)
    return False


def again(entry: Entry) -> Entry | None:
    """The entry as it stands now; None when it is gone."""
    path = local_path(entry.source)
    if path is None:
        return entry
    try:
        found = path.stat()
    except OSError:
        return None
    return replace(
        entry,
        bytes=found.st_size,
        modified=str(found.st_mtime_ns),
        changed_at=max(found.st_mtime, found.st_ctime),
    )
