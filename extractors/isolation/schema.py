"""What a Document must be beyond its types, when it comes from a child that may have been taken over: numbers that are numbers, known codes.

Its texts may be anything; they are escaped wherever they are shown, as those of an honest reader are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from selfeval.extractors.errors import REASONS
from selfeval.extractors.model import Document, Form

_DIGEST = re.compile(r"[0-9a-f]{64}\Z|\Z")
#: points: beyond any page that passes the gate
_FARTHEST = 1e6


def strangeness(document: Document) -> str:
    """What is wrong with a Document, as the name of its part; "" for a proper one."""
    reason = document.reason
    if document.status not in ("ok", "rejected") or (document.status == "ok") == (
        reason is not None
    ):
        return "status"
    if reason is not None and (reason.code not in REASONS or document.forms):
        return "reason"
    if not _DIGEST.match(document.sha256):
        return "sha256"
    if document.pages < 0:
        return "pages"
    return next((fault for form in document.forms for fault in _faults(form, document.pages)), "")


def _faults(form: Form, pages: int) -> Iterator[str]:
    for parts in form.evidence.values():
        for part in parts:
            if not 1 <= part.page <= pages or not all(abs(x) <= _FARTHEST for x in part.bbox):
                yield "evidence"
    shares = [doubt.confidence for doubt in form.doubts] + list(form.confidences.values())
    if not all(math.isfinite(share) and 0 <= share <= 1 for share in shares):
        yield "confidence"
