"""A reading held against the truth, value by value."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from selfeval.extractors.model import Document, Form

HEADER = (
    "title",
    "year",
    "project_name",
    "authority",
    "unit",
    "leader",
    "phone",
    "amount_unit",
    "goal_expected",
    "goal_actual",
)
FUND = ("label", "initial", "budget", "executed", "weight", "rate", "score")
INDICATOR = ("level1", "level2", "level3", "target", "actual", "weight", "score", "explanation")
NUMBERS = frozenset(("initial", "budget", "executed", "weight", "rate", "score"))


@dataclass(frozen=True, slots=True)
class Leaf:
    """One printed value: its form (from 0), its PATH in the reading, what is printed and what was read, how sure the reading is of it
    (0 to 1), and whether one of its doubts points there."""

    form: int
    path: str
    want: str
    have: str | None
    confidence: float
    doubted: bool

    @property
    def right(self) -> bool:
        return norm(self.want) == norm(self.have)

    @property
    def number(self) -> bool:
        return self.path.rsplit("/", 1)[-1] in NUMBERS

    @property
    def silent(self) -> bool:
        """Wrong, and nothing said of it."""
        return not self.right and not self.doubted


def norm(value: Any) -> str:
    """Text without spaces, full and half width alike, every dash a hyphen. Between two digits a space or a line break counts."""
    text = "" if value is None else str(value)
    text = "".join(
        char if "⺀" <= char <= "⿟" else unicodedata.normalize("NFKC", char) for char in text
    )
    text = re.sub(r"(?<=\d)\s+(?=\d)", "␣", text.strip())
    return re.sub(r"[-‐-―⸺⸻─－]+", "-", re.sub(r"\s+", "", text))


def leaves(truth: dict[str, Any], document: Document) -> list[Leaf]:
    """Every printed value of the truth with what the document has for it. A form that was not found has nothing."""
    found: list[Leaf] = []
    for number, form in enumerate(truth["forms"]):
        reading = document.forms[number] if number < len(document.forms) else Form()
        said = {
            doubt.path: doubt.confidence
            for doubt in sorted(reading.doubts, key=lambda doubt: -doubt.confidence)
        }
        for path, want, have in _values(form, reading):
            parts = path.split("/")
            above = {"/".join(parts[:length]) for length in range(1, len(parts) + 1)}
            sure = min(reading.confidences.get(path, 1.0), *(said.get(part, 1.0) for part in above))
            found.append(
                Leaf(
                    number,
                    path,
                    str(want),
                    None if have is None else str(have),
                    sure,
                    any(fnmatchcase(one, path) for one in above for path in said),
                )
            )
    return found


def unsaid(truth: dict[str, Any], document: Document) -> list[Leaf]:
    """Values that came back wrong without a doubt. A row that vanished is said when the row beside it is doubted."""
    return [
        leaf for leaf in leaves(truth, document) if leaf.silent and not _row_said(leaf, document)
    ]


def _row_said(leaf: Leaf, document: Document) -> bool:
    block, _, row = leaf.path.partition("/")
    number = row.split("/")[0]
    if leaf.have is not None or not number.isdigit() or leaf.form >= len(document.forms):
        return False
    index = int(number)
    return any(
        doubt.path.startswith(
            (f"{block}/{index - 1}/", f"{block}/{index}/", f"{block}/{index + 1}/")
        )
        for doubt in document.forms[leaf.form].doubts
    )


def invented(truth: dict[str, Any], document: Document) -> list[str]:
    """Rows of indicators, and forms, that the reading has and the truth has not."""
    extra = [f"form {number + 1}" for number in range(len(truth["forms"]), len(document.forms))]
    for number, (form, reading) in enumerate(zip(truth["forms"], document.forms, strict=False)):
        extra += [
            f"form {number + 1}: indicators/{row} {reading.indicators[row].level3}"
            for row in _aligned(form["indicators"], reading)[1]
        ]
        extra += [
            f"form {number + 1}: funds/{row}"
            for row in range(len(form["funds"]), len(reading.funds))
        ]
    return extra


def _values(form: dict[str, Any], reading: Form) -> Iterator[tuple[str, Any, Any]]:
    for key in HEADER:
        if form.get(key) is not None:
            yield key, form[key], getattr(reading, key)
    for index, row in enumerate(form["funds"]):
        got = reading.funds[index] if index < len(reading.funds) else None
        for key in FUND:
            if row.get(key) is not None:
                yield f"funds/{index}/{key}", row[key], getattr(got, key, None)
    pairs, _ = _aligned(form["indicators"], reading)
    for index, row in enumerate(form["indicators"]):
        match = pairs.get(index)
        for key in INDICATOR:
            if row.get(key) is not None:
                have = getattr(reading.indicators[match], key) if match is not None else None
                yield f"indicators/{index if match is None else match}/{key}", row[key], have
    for key in ("weight", "score"):
        if (form.get("total") or {}).get(key) is not None:
            yield f"total/{key}", form["total"][key], getattr(reading.total, key)


def _aligned(rows: list[dict[str, Any]], reading: Form) -> tuple[dict[int, int], list[int]]:
    """Row of the truth -> row of the reading, by level 3 in order; and the rows of the reading that are nobody's."""
    want = [norm(row.get("level3")) for row in rows]
    have = [norm(row.level3) for row in reading.indicators]
    if len(want) == len(have):
        return {index: index for index in range(len(want))}, []
    pairs: dict[int, int] = {}
    for block in difflib.SequenceMatcher(None, want, have, autojunk=False).get_matching_blocks():
        pairs |= {block.a + k: block.b + k for k in range(block.size)}
    free = [index for index in range(len(have)) if index not in pairs.values()]
    for index in range(len(want)):
        if index not in pairs and free:
            best = max(
                free,
                key=lambda other: difflib.SequenceMatcher(None, want[index], have[other]).ratio(),
            )
            if difflib.SequenceMatcher(None, want[index], have[best]).ratio() > 0.5:
                pairs[index] = best
                free.remove(best)
    return pairs, free
