"""What a run publishes, copied to where others read it: any place that fsspec writes, such as s3://bucket/prefix. Only what has changed.

The place itself keeps a list of what was put there (PLACED), written last: a run that is broken off is made good by the next. Files that
are gone here are taken away there, but nothing that this list does not name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfeval.flows.commands.console import log
from selfeval.flows.ops.faults import system_fault
from selfeval.flows.problems import Problem
from selfeval.flows.workspace import Workspace

FOLDERS = ("quarantine", "parquet", "data_docs", "reports")
PLACED = ".selfeval-placed.json"
#: The page that leads to all others goes up after them.
_LAST = "reports/index.html"
#: files in one call: fsspec sends them side by side.
_BATCH = 200


class UploadError(Problem, OSError):
    """The place cannot be written now; the next try, or the next run, goes on where this one stopped."""

    sentences = {
        "publish-failed": (
            "无法上传到 {address}：{why}",
            "请检查网络、地址和访问凭据。结果都在工作区里，下次运行会接着上传。",
        )
    }


@dataclass(frozen=True, slots=True)
class Uploaded:
    """How many files were sent, taken away, and left as they were."""

    sent: int
    removed: int
    unchanged: int


def upload(workspace: Workspace, address: str, originals: bool = False) -> Uploaded:
    """Bring the place at `address` up to date with the workspace; the `originals` of refused documents, in which nothing is masked, go there
    only where they are asked for, their reasons always. UploadError: it cannot be written now; Problem: never."""
    system, root = open_place(address)
    try:
        return _upload(workspace.root, system, root.rstrip("/"), originals)
    except Problem:
        raise
    except Exception as error:  # every fsspec file system raises errors of its own
        raise UploadError("publish-failed", address=address, why=_why(error)) from error


def _why(error: Exception) -> str:
    if fault := system_fault(error):
        return fault.message.removesuffix("。")
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "那里没有这个目录，也无法新建"
    return f"{type(error).__name__}: {error}"


def _upload(root: Path, system: Any, base: str, originals: bool) -> Uploaded:
    placed = _placed(system, base)
    there = {
        path.removeprefix(f"{base}/"): int(info["size"] or 0)
        for path, info in _found(system, base).items()
    }
    local, new = {}, []
    for name in _files(root, originals):
        known = placed.get(name)
        local[name] = entry = _described(root / name, known)
        if known is None or known[1:] != entry[1:] or there.get(name) != entry[1]:
            new.append(name)
    new.sort(key=lambda name: (name == _LAST, name))
    for at in range(0, len(new), _BATCH):
        part = new[at : at + _BATCH]
        if _LAST in part and len(part) > 1:
            _send(system, root, base, part[:-1])
            part = part[-1:]
        _send(system, root, base, part)
    gone = sorted(set(placed) - set(local))
    _remove(system, base, [name for name in gone if name in there])
    if new or gone or local != placed:
        system.pipe_file(
            f"{base}/{PLACED}",
            json.dumps(local, ensure_ascii=False, indent=0).encode("utf-8", "surrogateescape"),
        )
    return Uploaded(len(new), len(gone), len(local) - len(new))


def _send(system: Any, root: Path, base: str, names: list[str]) -> None:
    """Put these files and look whether they arrived whole."""
    system.put([str(root / name) for name in names], [f"{base}/{name}" for name in names])
    system.invalidate_cache()
    for name in names:
        size, expected = system.size(f"{base}/{name}"), (root / name).stat().st_size
        if size != expected:
            raise OSError(f"{name}：发出 {expected} 字节，到达 {size} 字节")
        log.debug("已上传", extra={"document": name})


def _remove(system: Any, base: str, names: list[str]) -> None:
    if names:
        system.rm([f"{base}/{name}" for name in names])


def _files(root: Path, originals: bool) -> Iterator[str]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if folder == "quarantine" and path.suffix != ".json" and not originals:
                continue
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield path.relative_to(root).as_posix()


def _described(path: Path, known: tuple[int, int, str] | None) -> tuple[int, int, str]:
    """(modified in ns, bytes, SHA-256); the hash is not made again where time and size are those that are known."""
    found = path.stat()
    if known and known[:2] == (found.st_mtime_ns, found.st_size):
        return known
    with path.open("rb") as file:
        return found.st_mtime_ns, found.st_size, hashlib.file_digest(file, "sha256").hexdigest()


def _placed(system: Any, base: str) -> dict[str, tuple[int, int, str]]:
    try:
        content = json.loads(system.cat_file(f"{base}/{PLACED}").decode("utf-8", "surrogateescape"))
        return {
            str(name): (int(modified), int(size), str(digest))
            for name, (modified, size, digest) in content.items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, TypeError) as error:
        raise Problem(
            "publish-list",
            f"{PLACED} 无法读取：{error}",
            "请删除该文件后重试，届时会全部重新上传。",
        ) from error


def _found(system: Any, base: str) -> dict[str, dict[str, Any]]:
    system.invalidate_cache()
    try:
        found: dict[str, dict[str, Any]] = system.find(base, detail=True)
    except FileNotFoundError:
        return {}
    return found


def open_place(address: str) -> tuple[Any, str]:
    """The fsspec file system of an address and the path within it, without asking it anything. Problem: there is no such kind of place."""
    import fsspec

    if "://" not in address:
        raise Problem(
            "publish-address",
            f"发布地址 {address} 不是 s3://… 一类的地址",
            "例如 --publish s3://存储桶/目录。",
        )
    try:
        system, root = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise Problem(
            "publish-address",
            f"无法打开发布地址 {address}：{error}",
            "请检查地址；S3 需要 pip install 'selfeval[s3]'。",
        ) from error
    return system, str(root)
