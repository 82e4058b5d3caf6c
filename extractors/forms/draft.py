"""A form while it is being filled: values, evidence and doubts by PATH."""

from __future__ import annotations

from dataclasses import dataclass, field

from selfeval.extractors.grids.stitch import Box
from selfeval.extractors.model import Doubt, Evidence

#: readings at least this sure need no doubt
SURE = 0.95


@dataclass(slots=True)
class Draft:
    """A form being filled: values of the header by field, and evidence and doubts by path."""

    values: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    confidences: dict[str, float] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)  # ids of the boxes that a field holds
    open: dict[str, Box] = field(
        default_factory=dict
    )  # missing fields, and the label that may name one
    heads: set[int] = field(default_factory=set)  # ids of the boxes at the head of a list
    captions: set[int] = field(default_factory=set)  # ids of the boxes that name one

    def note(self, path: str, box: Box) -> str:
        """Record where a value stands and how sure it is; returns its text."""
        self.used.add(id(box))
        self.evidence[path] = box.parts
        if box.confidence < 1:
            self.confidences[path] = box.confidence
        if box.confidence < SURE:
            self.doubts.append(Doubt(path, box.why, round(box.confidence, 3)))
        return box.text
