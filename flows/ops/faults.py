"""What the system refused, as a sentence: no room, no right to write, a device that fails. Such a fault is nobody's defect, and no traceback
helps whoever has to mend it."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from selfeval.core.problems import Problem

FULL, READ_ONLY, DENIED, DEVICE = "disk-full", "read-only", "not-permitted", "device-fault"
_OF_ERRNO = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: DENIED,
    errno.EPERM: DENIED,
    errno.EIO: DEVICE,
}
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: DENIED,
    sqlite3.SQLITE_IOERR: DEVICE,
}


class SystemFault(Problem):
    """The system did not let a file be read or written."""

    sentences = {
        FULL: ("写不下了：{place}所在的磁盘已满，或超出了配额。", "请腾出空间后重新运行；已经完成的不会重做。"),
        READ_ONLY: ("{place}是只读的，无法写入。", "请检查挂载方式，或换一个可写的目录。"),
        DENIED: ("没有读写{place}的权限。", "请检查目录的属主和权限，用有权限的账户运行。"),
        DEVICE: ("读写{place}时设备出错。", "请检查磁盘和网络存储；如在数据库上，请先执行 selfeval doctor。"),
    }  # fmt: skip


def system_fault(error: BaseException) -> SystemFault | None:
    """What the system refused, where an error or what it came from says so; None for every other error."""
    for cause in _causes(error):
        code = _OF_ERRNO.get(cause.errno or 0) if isinstance(cause, OSError) else None
        if isinstance(cause, sqlite3.Error):
            code = _OF_SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
        if code is not None:
            return SystemFault(code, place=_place(cause))
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it was raised from. What was merely being handled when a defect of ours came up is no reason for it."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__


def _place(cause: BaseException) -> str:
    if isinstance(cause, sqlite3.Error):
        return "数据库"
    name = getattr(cause, "filename", None)
    return f" {Path(name)} " if isinstance(name, str) else "文件"
