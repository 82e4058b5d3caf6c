"""What publishing has made, kept by parts of a hundred documents: the next run makes again what changed, and what was deleted or damaged.

A part is a hundred documents that came one after the other. Its key is a digest of all that its pages and its rows of Parquet show; of a part
whose key is still the same the pages stand, its row groups are copied, and what lists and charts count of it is read from `made/`. All of
this is a cache: without it everything is made.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from selfeval.core.paths import document_of, short_id
from selfeval.flows.run import versions
from selfeval.flows.run.report_inputs import filings
from selfeval.flows.workspace import Workspace, write_private
from selfeval.records.tables.columns import COLUMNS

if TYPE_CHECKING:
    from selfeval.flows.ledger.order import Receipt
    from selfeval.records.store.store import Store
    from selfeval.records.tables.parquet import ParquetFile
    from selfeval.reports.model import DocumentView

SIZE = 100
#: folders of a workspace whose files are looked at
_OUTPUTS = ("reports", "parquet", "data_docs")
_INDEX = "index.json"


class ReportPart(NamedTuple):
    """Some documents in the order of receipt. The number stays theirs, whatever else comes or goes."""

    number: int
    documents: list[str]
    key: str


def parts(store: Store, receipt: Receipt, shown: Sequence[str], common: Iterable[str]) -> list[ReportPart]:  # fmt: skip
    """The documents that are shown, by parts. `common` is what all parts depend on besides what the store holds of their documents."""
    stands = _standing(store, shown)
    grouped: dict[int, list[str]] = defaultdict(list)
    for document_id in receipt.order(shown):
        grouped[receipt.place(document_id) // SIZE].append(document_id)
    judged = store.last_audits(shown)
    first, found = True, []
    base = [repr(COLUMNS), *common]
    for number, documents in sorted(grouped.items()):
        told = [part for one in documents for part in (one, *stands.get(one, ()))]
        key = hashlib.sha256("\n".join([*base, str(first), *told]).encode()).hexdigest()
        found.append(ReportPart(number, documents, key))
        first = first and judged.keys().isdisjoint(documents)
    return found


def _standing(store: Store, shown: Sequence[str]) -> dict[str, list[str]]:
    """By document_id what the store holds of it: its reading and its audit, what was decided about it, the filings of its projects."""
    found: dict[str, list[str]] = defaultdict(list)
    for document_id, reading in store.current_readings(shown).items():
        found[document_id].append(reading)
    for document_id, audit in store.last_audits(shown).items():
        found[document_id].append(audit)
    of_short = {short_id(document_id): document_id for document_id in shown}
    for form_id, number in store.replaced().items():
        found[of_short.get(document_of(form_id), "")].append(f"{form_id} {number}")
    for waiver in store.waivers():
        found[of_short.get(document_of(waiver.form_id), "")].append(repr(waiver))
    for row in store.decisions():
        found[row.document_id or ""].append(row.hash)
    for form_id, filed in filings(store, shown, set(shown)).items():
        found[of_short.get(document_of(form_id), "")].append(repr(filed))
    return found


class Outputs:
    """The record of one workspace. `lost` are files below its root that were made and are no longer there as they were."""

    def __init__(self, workspace: Workspace) -> None:
        self.root, self.folder = workspace.root, workspace.root / "made"
        self._known: dict[str, Any] = {}
        try:
            self._known = json.loads((self.folder / _INDEX).read_text("utf-8"))
        except (OSError, ValueError):
            self._known = {}
        files: Mapping[str, Any] = self._known.get("files", {})
        self.lost = {name for name, known in files.items() if _stamp(self.root / name) != known}
        self._lost_ids = {Path(name).name[:16] for name in self.lost}
        #: by address of a page of the site what it was made from, where it stands as it was made
        self.pages: dict[str, str] = {
            address: key
            for address, key in self._known.get("pages", {}).items()
            if f"reports/{address}" not in self.lost
            and self._known.get("version") == versions.report()
        }
        docs_stand = not any(name.startswith("data_docs/") for name in self.lost)
        #: what the Data Docs were made from, "" where they are to be made
        self.docs: str = self._known.get("docs", "") if docs_stand else ""

    def views(self, part: ReportPart) -> list[DocumentView] | None:
        """What lists and charts count of a part whose pages and pictures stand; None: they are to be made."""
        from selfeval.reports.site.brief import Brief

        if not self._lost_ids.isdisjoint(map(short_id, part.documents)):
            return None
        try:
            found = msgspec.msgpack.decode(self._path(part.number).read_bytes(), type=Brief)
        except (OSError, msgspec.MsgspecError):
            return None
        return found.views if found.key == part.key else None

    def keep(self, part: ReportPart, views: Sequence[DocumentView]) -> None:
        """Remember what is counted of a part, once its pages are written."""
        from selfeval.reports.site.brief import Brief, brief

        self.folder.mkdir(exist_ok=True, mode=0o700)
        draft = self.folder / f".{part.number}.part"
        draft.write_bytes(msgspec.msgpack.encode(Brief(part.key, [brief(view) for view in views])))
        draft.replace(self._path(part.number))

    def groups(self, files: Mapping[str, ParquetFile]) -> Groups:
        """The row groups of these files, by their names below `parquet/`."""
        sound = not any(f"parquet/{name}.parquet" in self.lost for name in files)
        return Groups(files, self._known.get("groups", {}) if sound else {})

    def close(self, parts: Iterable[ReportPart], pages: Mapping[str, str], groups: Groups | None = None) -> None:  # fmt: skip
        """Remember all files as they are now, and forget parts that are no more."""
        self.folder.mkdir(exist_ok=True, mode=0o700)
        files = {
            path.relative_to(self.root).as_posix(): _stamp(path)
            for name in _OUTPUTS
            for path in (self.root / name).rglob("*")
            if path.is_file()
        }
        noted = groups.noted if groups is not None else self._known.get("groups", {})
        told = {
            "files": files,
            "pages": dict(pages),
            "groups": noted,
            "docs": self.docs,
            "version": versions.report(),
        }
        write_private(self.folder / _INDEX, json.dumps(told))
        stand = {self._path(part.number) for part in parts}
        for path in self.folder.glob("*.msgpack"):
            if path not in stand:
                path.unlink()

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.msgpack"


class Groups:
    """Row groups of Parquet files by part: in each file one for each part that has rows there, in the order of the parts."""

    def __init__(self, files: Mapping[str, ParquetFile], known: Mapping[str, Any]) -> None:
        self._files, self._known = files, known
        #: part -> its key, and the place of its row group in each file that has one
        self.noted: dict[str, Any] = {}

    def has(self, part: ReportPart) -> bool:
        """Whether the files as they are hold the rows of the part."""
        return bool(self._known.get(str(part.number), {}).get("key") == part.key)

    def copy(self, part: ReportPart) -> None:
        """Take over the row groups of a part that the files hold already."""
        at = self._known[str(part.number)]["at"]
        before = {name: file.groups for name, file in self._files.items()}
        for name, group in at.items():
            self._files[name].copy(group)
        self.note(part, before)

    def note(self, part: ReportPart, before: Mapping[str, int]) -> None:
        """Remember where the rows of a part are; `before` is how many groups each file had without them."""
        at = {name: before[name] for name, file in self._files.items() if file.groups > before[name]}  # fmt: skip
        self.noted[str(part.number)] = {"key": part.key, "at": at}

    def counts(self) -> dict[str, int]:
        return {name: file.groups for name, file in self._files.items()}


def _stamp(path: Path) -> list[int]:
    """Size and time of a file, [] where there is none."""
    try:
        status = path.stat()
    except OSError:
        return []
    return [status.st_size, status.st_mtime_ns]
