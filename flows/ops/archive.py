"""A backup's archive: a tar of files, first among them a manifest with the size and SHA-256 of every other.

Nothing is taken from an archive on its own word: what the manifest does not name, what is no plain file, what would lie outside, what is
longer than it says or has another hash, is refused; so is an archive in which something is missing.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from selfeval.flows.problems import Problem
from selfeval.flows.workspace import PRIVATE_FILE, PRIVATE_FOLDER

FORMAT = 1
MANIFEST = "manifest.json"
SUFFIXES = (".tar.zst", ".tar.gz", ".tgz")
#: bytes; half a million files.
_MAX_MANIFEST = 128 << 20
_CHUNK = 1 << 20
_RETRY = "请换一份备份，或在原机器上重新导出。"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files`: path -> (bytes, SHA-256); `counts`: rows of every table; `store` says what kind of database they were in."""

    release: str
    created: str
    store: str
    counts: Mapping[str, int]
    files: Mapping[str, tuple[int, str]]

    @property
    def total(self) -> int:
        return sum(size for size, _ in self.files.values())


def describe(folder: Path, names: list[str]) -> dict[str, tuple[int, str]]:
    """Size and hash of files below a folder."""
    described = {}
    for name in names:
        digest, size = hashlib.sha256(), 0
        with (folder / name).open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
        described[name] = size, digest.hexdigest()
    return described


def write(path: Path, manifest: Manifest, places: Mapping[str, Path]) -> None:
    """Write an archive of the files of a manifest, each from its place. OSError: cannot be written, or a file has shrunk meanwhile."""
    content = json.dumps(
        {"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=0
    ).encode("utf-8", "surrogateescape")
    with (
        _compressed(path, "wb") as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        tar.addfile(_member(MANIFEST, len(content)), io.BytesIO(content))
        for name, (size, _) in manifest.files.items():
            with places[name].open("rb") as file:
                tar.addfile(_member(name, size), file)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, PRIVATE_FILE
    return member


def read(path: Path, target: Path | None = None) -> Manifest:
    """Read a whole archive and check every byte of it; with `target`, an empty folder, unpack it there. Problem: it is not sound."""
    try:
        with _compressed(path, "rb") as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            members = iter(tar)
            manifest = _manifest(tar, next(members, None))
            missing = dict(manifest.files)
            for member in members:
                expected = missing.pop(member.name, None)
                if expected is None or not member.isreg() or not _is_inside(member.name):
                    raise _unsound(f"含有清单之外的内容：{member.name!r}")
                _take(tar, member, expected, target)
    except (
        tarfile.TarError,
        OSError,
        EOFError,
        zlib.error,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise Problem(
                "backup-unreadable",
                f"无法读取备份或写入：{error.strerror}",
                "请检查文件、磁盘空间和权限。",
            ) from error
        raise _unsound("文件已损坏或不是备份") from error
    if missing:
        raise _unsound(f"缺少 {len(missing)} 个文件，例如 {next(iter(missing))!r}")
    return manifest


def _manifest(tar: tarfile.TarFile, member: tarfile.TarInfo | None) -> Manifest:
    if (
        member is None
        or member.name != MANIFEST
        or not member.isreg()
        or member.size > _MAX_MANIFEST
    ):
        raise _unsound("没有清单")
    content = json.loads(_open(tar, member).read().decode("utf-8", "surrogateescape"))
    if content["format"] != FORMAT:
        raise Problem(
            "backup-newer",
            f"备份是第 {content['format']} 版格式，本程序用第 {FORMAT} 版",
            "请升级 selfeval 后再导入。",
        )
    files = {
        str(name): (int(size), str(digest)) for name, (size, digest) in content["files"].items()
    }
    counts = {str(name): int(count) for name, count in content["counts"].items()}
    return Manifest(
        str(content["release"]), str(content["created"]), str(content["store"]), counts, files
    )


def _is_inside(name: str) -> bool:
    """A plain path below the folder: not from the root, with no way up and no detour."""
    path = PurePosixPath(name)
    return (
        bool(path.parts) and not path.is_absolute() and ".." not in path.parts and str(path) == name
    )


def _take(
    tar: tarfile.TarFile, member: tarfile.TarInfo, expected: tuple[int, str], target: Path | None
) -> None:
    size, digest = expected
    if member.size != size:
        raise _unsound(f"{member.name!r} 的大小与清单不符")
    found = hashlib.sha256()
    with (
        _open(tar, member) as source,
        _new(target / member.name if target else Path(os.devnull)) as out,
    ):
        while chunk := source.read(_CHUNK):
            found.update(chunk)
            out.write(chunk)
    if found.hexdigest() != digest:
        raise _unsound(f"{member.name!r} 的内容与清单不符")


def _new(path: Path) -> IO[bytes]:
    if os.fspath(path) == os.devnull:
        return path.open("wb")
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    return os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PRIVATE_FILE), "wb"
    )


def _open(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    file = tar.extractfile(member)
    if file is None:
        raise _unsound(f"{member.name!r} 不是普通文件")
    return file


def _unsound(why: str) -> Problem:
    return Problem("backup-damaged", f"备份不可用：{why}", f"没有写入任何内容。{_RETRY}")


@contextmanager
def _compressed(path: Path, mode: str) -> Iterator[Any]:
    """The bytes within: Zstandard through PyArrow, which is there for Parquet anyway, or gzip."""
    if not path.name.endswith(SUFFIXES):
        raise Problem(
            "backup-name",
            f"备份文件名应以 {'、'.join(SUFFIXES)} 结尾",
            "例如 selfeval-2026-03-01.tar.zst。",
        )
    flags = os.O_RDONLY if mode == "rb" else os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, PRIVATE_FILE), mode) as file:
        if path.name.endswith(".tar.zst"):
            import pyarrow as pa

            with (pa.CompressedInputStream if mode == "rb" else pa.CompressedOutputStream)(
                file, "zstd"
            ) as stream:
                yield stream
        else:
            with gzip.GzipFile("", mode, 6, file, mtime=0) as stream:
                yield stream
