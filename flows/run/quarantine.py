"""The quarantine folder: what was refused, each file beside a text that says why and what to do.

Copies are named by content, never by the name that somebody gave the file, so that no name can lead out of the folder.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from selfeval.extractors.isolation.limits import MAX_BYTES
from selfeval.flows.ledger.ledger import Submission
from selfeval.flows.workspace import Workspace, write_private


def put(workspace: Workspace, item: Submission, content: Path | None) -> Path:
    """Keep a refused file with its reason; returns the reason's path. `content` None, or a file over the size cap: the reason only."""
    stem = workspace.quarantine / f"{item.document_id[:16]}-{_safe(item.document)}"
    if content is not None and content.is_file() and content.stat().st_size <= MAX_BYTES:
        copy = stem.with_name(stem.name + ".pdf")
        if not copy.exists():
            draft = copy.with_name(f".{copy.name}.part")
            shutil.copyfile(content, draft)
            draft.chmod(0o600)
            draft.replace(copy)
    reason = stem.with_name(stem.name + ".json")
    told = {"document": item.document, "path": item.path, "sha256": item.document_id, "bytes": item.bytes, "code": item.code,
            "message": item.why, "hint": item.hint}  # fmt: skip
    write_private(reason, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return reason


def release(workspace: Workspace, item: Submission) -> None:
    """Take a file out of quarantine, since it has been read after all."""
    for path in workspace.quarantine.glob(f"{item.document_id[:16]}-*"):
        path.unlink(missing_ok=True)


def _safe(name: str) -> str:
    """The name's letters and digits, no more than 60 of them: enough to recognise it by."""
    return re.sub(r"[^\w.-]+", "_", name.removesuffix(".pdf")).strip("._")[:60] or "document"
