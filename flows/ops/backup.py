"""A workspace into one file and back. The database in it is always a SQLite file, so that a backup of a store on PostgreSQL can be opened
anywhere, and put back into either.

Not in it: the inbox, Prefect's own database, and what was under way.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from selfeval.flows.commands.console import log
from selfeval.flows.ledger import ledger
from selfeval.flows.ops import archive
from selfeval.flows.ops.archive import Manifest
from selfeval.flows.problems import Problem
from selfeval.flows.run import versions
from selfeval.flows.workspace import Workspace, locked, read_settings, write_private
from selfeval.records.store import schema_sql
from selfeval.records.store.copying import copy_rows, copy_sqlite, count_rows, is_sound
from selfeval.records.store.store import Store

_DATABASE = "selfeval.db"
#: What a backup holds of a workspace besides its database: data, by name. Caches, words of addresses and Prefect's history are made anew.
_DATA = frozenset({"reports", "parquet", "data_docs", "quarantine", "metrics", "runs.jsonl", "settings.json"})  # fmt: skip
#: What tells runs what to do. It is kept, and put where no run looks for it, until somebody has read it and moves it back.
_RULES = frozenset({"templates", "rules-off.yml"})
#: Where that is, below the workspace.
_IMPORTED = "imported"
#: The only settings that are taken over.
_SETTINGS = ("timezone", "id")
_TABLES = (schema_sql.metadata, ledger.metadata)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup as it was written or read."""

    path: Path
    manifest: Manifest

    @property
    def sentence(self) -> str:
        rows = self.manifest.counts
        return (
            f"{len(self.manifest.files)} 个文件、{self.manifest.total / (1 << 20):.1f} MB，"
            f"报送 {rows.get('submissions', 0)} 份、表 {rows.get('read_forms', 0)} 张、裁定 {rows.get('decisions', 0)} 条"
        )


def export(workspace: Workspace, path: Path) -> Backup:
    """Write a workspace, as it stands, into the new archive `path`, and read it again to be sure. Problem: it cannot be done; then there is
    no archive. No run can be under way meanwhile."""
    path = path.absolute()
    if not path.name.endswith(archive.SUFFIXES):
        raise Problem(
            "backup-name",
            f"备份文件名应以 {'、'.join(archive.SUFFIXES)} 结尾",
            "例如 selfeval-2026-03-01.tar.zst。",
        )
    if path.exists() or path.parent.resolve().is_relative_to(workspace.root.resolve()):
        why = "已存在" if path.exists() else "在工作区里"
        raise Problem("backup-name", f"{path.name} {why}", "请换一个文件名，放在工作区之外。")
    with locked(workspace), _scratch(workspace.temporary) as scratch:
        counts = _snapshot(workspace, scratch / _DATABASE)
        places = {name: workspace.root / name for name in _files(workspace.root)} | {
            _DATABASE: scratch / _DATABASE
        }
        files = archive.describe(workspace.root, [name for name in places if name != _DATABASE])
        files |= archive.describe(scratch, [_DATABASE])
        kind = "postgresql" if workspace.store else "sqlite"
        manifest = Manifest(versions.release(), ledger.now(), kind, counts, files)
        draft = path.with_name(f".{os.getpid()}.{path.name}")
        try:
            archive.write(draft, manifest, places)
            archive.read(draft)
            draft.rename(path)
        except OSError as error:
            raise Problem(
                "backup-failed",
                f"无法写入 {path}：{error.strerror or error}",
                "请检查磁盘空间和写权限。",
            ) from error
        finally:
            draft.unlink(missing_ok=True)
    return Backup(path, manifest)


def restore(path: Path, workspace: Workspace) -> Backup:
    """Put an archive in place as a workspace that is not there yet or empty; its rows into `workspace.store` where that is a database
    server. Everything is checked before anything is put in place. Problem: it is not sound, or there is something already."""
    root = workspace.root
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Problem(
            "workspace-not-empty", f"工作区 {root} 不是空的", "导入只能用于新的或空的目录。"
        )
    root.parent.mkdir(parents=True, exist_ok=True)
    with _scratch(root.parent) as scratch:
        place = Workspace(scratch / "workspace")
        place.root.mkdir(mode=0o700)
        manifest = archive.read(path, place.root)
        if _DATABASE not in manifest.files:
            raise Problem(
                "backup-damaged", "备份不可用：没有数据库", "没有写入任何内容。请换一份备份。"
            )
        if not is_sound(place.database):
            raise Problem("backup-damaged", "备份不可用：其中的数据库已损坏", "没有写入任何内容。请换一份备份。")  # fmt: skip
        with (
            Store(place.url) as store
        ):  # migrated where it comes from an earlier version, refused where from a later one
            ledger.Ledger(store.engine)
            with store.reading() as connection:
                if count_rows(connection, _TABLES) != dict(manifest.counts):
                    raise Problem(
                        "backup-damaged",
                        "备份不可用：数据库的行数与清单不符",
                        "没有写入任何内容。请换一份备份。",
                    )
            _remember(place, workspace.store)
            _set_aside(place.root)
            if workspace.store:
                _into_server(store, workspace, place)
                return Backup(path, manifest)
        _put(place.root, root)
    return Backup(path, manifest)


def _set_aside(root: Path) -> None:
    """Leave nothing in an imported workspace that a run would take for the wish of who runs it: archives come from elsewhere."""
    for path in sorted(root.iterdir()):
        if path.name in _DATA or path.name.startswith(_DATABASE):
            continue
        (root / _IMPORTED).mkdir(exist_ok=True, mode=0o700)
        path.rename(root / _IMPORTED / path.name)
        log.warning("备份中的设置 %s 放在 imported/，核对后可移回工作区", path.name)


def _into_server(source: Store, workspace: Workspace, place: Workspace) -> None:
    """All rows in one transaction, which ends with the folder put in place."""
    with Store(workspace.store) as target:
        ledger.Ledger(target.engine)
        with target.writing() as connection:
            if any(
                count
                for name, count in count_rows(connection, _TABLES).items()
                if name != schema_sql.store_settings.name
            ):
                raise Problem(
                    "store-not-empty",
                    "数据库里已有数据",
                    "导入只能用于新的数据库或模式（schema）。",
                )
            copy_rows(source.engine, connection, _TABLES)
            source.close()
            for name in (_DATABASE, f"{_DATABASE}-wal", f"{_DATABASE}-shm"):
                (place.root / name).unlink(missing_ok=True)
            _put(place.root, workspace.root)


def _put(folder: Path, root: Path) -> None:
    for name in ("parquet", "reports", "data_docs", "quarantine", "prefect", "tmp"):
        (folder / name).mkdir(exist_ok=True, mode=0o700)
    try:
        folder.rename(root)  # over an empty folder too, in one step
    except OSError as error:
        raise Problem(
            "workspace-unusable",
            f"无法放置工作区 {root}：{error.strerror}",
            "请检查目录是否为空、是否可写。",
        ) from error


def _remember(place: Workspace, store: str) -> None:
    """Where the rows are now, not where they were when the backup was made."""
    from selfeval.flows.workspace import without_password

    known = read_settings(place.root)
    settings = {name: known[name] for name in _SETTINGS if isinstance(known.get(name), str)}
    if store:
        settings["store"] = without_password(store)
    write_private(place.root / "settings.json", json.dumps(settings, ensure_ascii=False, indent=1))


def _snapshot(workspace: Workspace, target: Path) -> dict[str, int]:
    """The database of a workspace as one SQLite file, and the rows in it."""
    with Store(workspace.url) as store:
        ledger.Ledger(store.engine)
        if store.engine.dialect.name == "sqlite":
            copy_sqlite(store.engine, target)
        else:
            with Store(f"sqlite:///{target}") as copy:
                ledger.Ledger(copy.engine)
                with copy.writing() as connection:
                    copy_rows(store.engine, connection, _TABLES)
    if not is_sound(target):
        raise Problem(
            "store-damaged",
            "工作区的数据库已损坏，没有备份",
            "请从较早的备份恢复：selfeval import 备份 -w 新目录。",
        )
    with Store(f"sqlite:///{target}") as copy, copy.reading() as connection:
        return count_rows(connection, _TABLES)


def _files(root: Path) -> Iterator[str]:
    """Paths of the plain files of a workspace, relative to it, in order."""
    for folder, folders, names in os.walk(root):
        top = Path(folder) == root
        kept = _DATA | _RULES
        folders[:] = sorted(name for name in folders if not top or name in kept)
        for name in sorted(names):
            path = Path(folder, name)
            if top and name not in kept:
                continue
            if path.is_symlink() or not path.is_file():
                log.warning(
                    "不是普通文件，没有备份", extra={"document": os.path.relpath(path, root)}
                )
            else:
                yield path.relative_to(root).as_posix()


@contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    """A private folder that goes away again."""
    parent.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".selfeval-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
