"""A reading of a case held against its truth."""

from __future__ import annotations

import re

from selfeval.extractors.model import Document
from tests.forms.compare import invented, leaves, unsaid
from tests.habits.case import Case


def silent_of(case: Case, reading: Document) -> list[str]:
    """What came back wrong with nothing said of it: values, and rows or forms that nobody printed. A refused file is told."""
    if reading.status != "ok":
        return []
    wrong = [
        f"{leaf.path}: {leaf.want!r} read as {leaf.have!r}"
        for leaf in unsaid(case.document, reading)
        if not ("no-break space" in case.texts and _grouped(leaf.want) == _grouped(leaf.have))
    ]
    if wrong or _is_told(reading):
        return wrong
    return [f"invented {row}" for row in invented(case.document, reading)]


def _grouped(number: str | None) -> str:
    """A number whose thousands a space parts as a comma does."""
    return re.sub(r"[\s,]", "", number or "")


def right_of(case: Case, reading: Document) -> tuple[int, int]:
    """How many values came back right, and how many there are."""
    found = leaves(case.document, reading)
    return sum(leaf.right for leaf in found), len(found)


def _is_told(reading: Document) -> bool:
    return any(
        doubt.path in ("indicators", "funds") for form in reading.forms for doubt in form.doubts
    )
