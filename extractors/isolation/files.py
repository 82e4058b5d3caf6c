"""Reading a file that somebody else put there: regular files only, never blocking on a pipe, never more than the cap."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation.limits import MAX_BYTES, MAX_HASHED_BYTES

_DETAILS = {
    errno.ENOENT: "文件不存在",
    errno.EACCES: "没有读取权限",
    errno.EPERM: "没有读取权限",
    errno.ELOOP: "符号链接循环",
    errno.ENAMETOOLONG: "路径过长",
    errno.EISDIR: "是文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
}


def display_name(path: str | os.PathLike[str]) -> str:
    """The base name as it can be printed and stored: bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(Path(path).name or path).decode("utf-8", "replace")


def read_file(path: str | os.PathLike[str]) -> tuple[bytes, str]:
    """The content and its sha256. ExtractError: unreadable-file, too-large."""
    with _open(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > MAX_BYTES:
            raise ExtractError("too-large", bytes=size, limit=MAX_BYTES)
        data = file.read(
            MAX_BYTES + 1
        )  # it may grow while we read; triage refuses what is over the cap
    return data, hashlib.sha256(data).hexdigest()


def sha256_of(path: str | os.PathLike[str]) -> str:
    """The sha256 of a file that was not read to its end; "" when it cannot be opened or is absurdly large."""
    try:
        with _open(path) as file:
            return _hash(file) if os.fstat(file.fileno()).st_size <= MAX_HASHED_BYTES else ""
    except ExtractError:
        return ""


def _open(path: str | os.PathLike[str]) -> BufferedReader:
    try:
        # looked at before it is opened, since opening a device can have effects, and after, since it may have been exchanged
        _require_regular(Path(path).stat())
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        detail = _DETAILS.get(error.errno or 0) or os.strerror(error.errno or 0)
        raise ExtractError("unreadable-file", detail=detail) from error
    except ValueError as error:  # a NUL in the path
        raise ExtractError("unreadable-file", detail="路径含有非法字符") from error
    file = os.fdopen(descriptor, "rb")
    try:
        _require_regular(os.fstat(descriptor))
    except ExtractError:
        file.close()
        raise
    return file


def _require_regular(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ExtractError("unreadable-file", detail="是文件夹")
    if not stat.S_ISREG(status.st_mode):
        raise ExtractError("unreadable-file", detail="不是普通文件（管道或设备）")


def _hash(file: BufferedReader) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()
