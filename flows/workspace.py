"""A workspace: the folder that holds everything a season of runs leaves, private to the user who runs them.

selfeval.db   parquet/   reports/   data_docs/   quarantine/   prefect/   runs.jsonl   settings.json   judged.json, made/ (caches)   rules-off.yml
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from selfeval.expectations.profiles import OWN_PROFILES
from selfeval.extractors.forms.templates import OWN_TEMPLATES
from selfeval.flows.problems import Problem
from selfeval.records.clock import DEFAULT_ZONE, Clock

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder and the database that belongs to it. `store` is empty for the SQLite file in the folder."""

    root: Path
    store: str = ""

    @property
    def database(self) -> Path:
        return self.root / "selfeval.db"

    @property
    def url(self) -> str:
        return self.store or f"sqlite:///{self.database}"

    @property
    def clock(self) -> Clock:
        """The clock in the time zone of the auditors whose workspace this is. Problem: there is no such zone."""
        return Clock(zone_of(read_settings(self.root).get("timezone", "") or DEFAULT_ZONE))

    @property
    def parquet(self) -> Path:
        return self.root / "parquet"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def images(self) -> Path:
        return self.reports / "pages"

    @property
    def data_docs(self) -> Path:
        return self.root / "data_docs"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def prefect_home(self) -> Path:
        return self.root / "prefect"

    @property
    def templates(self) -> Path:
        """Label maps of the user's own; a folder that is there only where somebody made it."""
        return self.root / "templates"

    @property
    def profiles(self) -> Path:
        """Profiles of the user's own; likewise."""
        return self.root / "profiles"

    @property
    def temporary(self) -> Path:
        return self.root / "tmp"

    @property
    def roster(self) -> Path:
        """The list of those who have to submit that the last audit was given; not there where it was given none."""
        return self.root / "roster.csv"

    def remember_roster(self, path: str) -> None:
        """Keep a copy of the roster at `path`, "" for none, so that a report or letters made later say what the run said."""
        if not path:
            self.roster.unlink(missing_ok=True)
        elif Path(path) != self.roster:
            write_private(self.roster, Path(path).read_bytes())

    @property
    def run_log(self) -> Path:
        """One JSON object a run. Kept out of the database, so that a run that finds nothing new changes no row there."""
        return self.root / "runs.jsonl"


def create(root: Path, store: str = "", timezone: str = "") -> Workspace:
    """The workspace at `root`, made if it is not there. A `store` URL is remembered without its password, and the time zone of its auditors.

    Problem: it cannot be written, or there is no such zone."""
    if timezone:
        zone_of(timezone)
    root = Path(root).absolute()
    os.umask(0o077)
    try:
        root.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        for name in ("parquet", "reports", "data_docs", "quarantine", "prefect", "tmp"):
            (root / name).mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
        known = read_settings(root)
        store = store or known.get("store", "")
        told = {
            "store": "" if store.startswith("sqlite") else without_password(store),
            "timezone": timezone,
        }
        settings = known | {name: value for name, value in told.items() if value}
        if settings != known:
            write_private(
                root / "settings.json", json.dumps(settings, ensure_ascii=False, indent=1)
            )
    except OSError as error:
        raise Problem(
            "workspace-unusable",
            f"无法使用工作区 {root}：{error.strerror or error}",
            "请检查磁盘空间和目录的写权限。",
        ) from error
    return _with_own_folders(Workspace(root, store))


def existing(root: Path, store: str = "") -> Workspace:
    """The workspace that a run has made at `root`. Problem: there is none."""
    root = Path(root).absolute()
    if not root.is_dir():
        raise Problem(
            "no-workspace",
            f"没有找到工作区 {root}",
            "请先运行 selfeval run 收件夹 --workspace 目录。",
        )
    workspace = Workspace(root, store or read_settings(root).get("store", ""))
    if not workspace.store and not workspace.database.is_file():
        raise Problem(
            "no-workspace",
            f"{root} 不是工作区（没有 selfeval.db）",
            "请先运行 selfeval run 收件夹 --workspace 目录。",
        )
    return _with_own_folders(workspace)


def _with_own_folders(workspace: Workspace) -> Workspace:
    """The workspace, whose folders `templates` and `profiles` are read from now on where the environment names no others."""
    for variable, folder in ((OWN_TEMPLATES, workspace.templates), (OWN_PROFILES, workspace.profiles)):  # fmt: skip
        if folder.is_dir():
            os.environ.setdefault(variable, str(folder))
    return workspace


def read_settings(root: Path) -> dict[str, Any]:
    """What the workspace remembers of how it is used; empty where nothing was set."""
    try:
        found = json.loads((root / "settings.json").read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Problem(
            "settings-unreadable",
            f"工作区设置 settings.json 无法读取：{error}",
            "请改正或删除该文件。",
        ) from error
    return found if isinstance(found, dict) else {}


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name. Problem: there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Problem(
            "unknown-timezone", f"没有名为 {name} 的时区", "例如 Asia/Shanghai。"
        ) from error


def without_password(url: str) -> str:
    """The URL without its password, which PGPASSWORD or ~/.pgpass supply."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(
        parts._replace(netloc=f"{parts.username or ''}@{parts.netloc.rpartition('@')[2]}")
    )


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(handle, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    draft.replace(path)


def make_private(folder: Path) -> None:
    """Take from others what they may do with anything below `folder`: files that were copied keep the modes of where they came from."""
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        if mode & 0o077 and not stat.S_ISLNK(mode):
            path.chmod(stat.S_IMODE(mode) & ~0o077)


def clear_leftovers(workspace: Workspace) -> None:
    """Remove what a killed run left half written: fetched files, drafts. Only for the one who holds the workspace."""
    for path in workspace.temporary.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    judged = workspace.parquet / "judged"
    made = workspace.root / "made"
    for folder in (workspace.images, workspace.parquet, judged, workspace.quarantine, made):
        for draft in folder.glob(".*"):
            draft.unlink(missing_ok=True)


_held: set[Path] = set()


@contextmanager
def locked(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace for one writing command; within this process it may be held again. The lock ends with the process, however it
    ends. Problem: another process holds it."""
    path = workspace.root / ".lock"
    if path in _held:
        yield
        return
    handle = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(handle, 64, 0).decode("ascii", "replace").strip() or "?"
            raise Problem(
                "workspace-busy",
                f"另一次运行正在使用该工作区（进程 {holder}）",
                "请等它结束后再运行。",
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        _held.add(path)
        yield
    finally:
        _held.discard(path)
        os.close(handle)
