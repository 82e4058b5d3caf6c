"""Reviewed forms as truth to measure readers by: NAME.json beside NAME.pdf, as the benchmarks take a corpus.

A file is truth where every form in it stands reviewed, nothing in it is in doubt and nothing was found unreadable. Names and telephones are
kept masked only, so they are left out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from selfeval.core.fields import ALL
from selfeval.flows.inbox.folder import local_path
from selfeval.flows.run.images import Original, originals
from selfeval.flows.run.stores import ledger_of, store_of
from selfeval.flows.workspace import Workspace
from selfeval.records.store.decided import form_of
from selfeval.records.store.decisions import DecisionRow, standing
from selfeval.records.store.readings import DocumentReading

_LEFT_OUT = {"evidence", "doubts", "confidences", "profile", "other"} | {
    field.name for field in ALL if field.personal
}


@dataclass(frozen=True, slots=True)
class Truths:
    """How many files were written, and how many that somebody decided about are no truth yet."""

    written: int
    left_out: int


def write_truths(place: Workspace, folder: Path) -> Truths:
    """Write every file that is truth into `folder`, with its PDF where that is on this machine still as it was read. OSError: it cannot."""
    store, decided = store_of(place), dict[str, list[DecisionRow]]()
    for one in standing(store.decisions()).values():
        if one.document_id and one.finding_id is None:
            decided.setdefault(one.document_id, []).append(one)
    paths = originals(ledger_of(place).all())
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for document_id, made in decided.items():
        reading = store.kept_reading(document_id)
        if reading is None or not _is_truth(reading, made):
            continue
        name = f"{Path(reading.document['document']).stem}-{document_id[:8]}"
        truth = json.dumps(_truth(reading, f"{name}.pdf"), ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(truth + "\n", "utf-8")
        _copy(paths.get(document_id), document_id, folder / f"{name}.pdf")
        written += 1
    return Truths(written, len(decided) - written)


def _is_truth(reading: DocumentReading, made: list[DecisionRow]) -> bool:
    reviewed = {one.form for one in made if one.kind == "reviewed"}
    forms = {row["form"] for row in reading.rows["forms"]}
    return (
        bool(forms) and forms <= reviewed and not any(row["doubt"] for row in reading.rows["cells"])
    )


def _truth(reading: DocumentReading, name: str) -> Mapping[str, Any]:
    forms = [asdict(form_of(reading, row["form_id"])) for row in reading.rows["forms"]]
    plain = [{key: value for key, value in form.items() if key not in _LEFT_OUT} for form in forms]
    return {"document": name, "producer": "", "post": [], "unreadable": None, "forms": plain, "findings": []}  # fmt: skip


def _copy(original: Original | None, document_id: str, target: Path) -> None:
    path = local_path(original.source) if original else None
    if path is None or not path.is_file():
        return
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() == document_id:
        target.write_bytes(content)
