"""What of the printed values came out, and how sure it was said to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.files import Item
from benchmarks.readers import Result
from selfeval.extractors.model import Document, Form
from tests.forms.compare import Leaf, invented, leaves, norm

NOTHING = Document("", "", 0, "rejected", None, (Form(),))
#: lower bounds of confidence, each up to the one before it
BANDS = (1.0, 0.99, 0.9, 0.7, 0.5, 0.0)


@dataclass(slots=True)
class Accuracy:
    """Counts over documents. `as_cell`: printed values, blank ones aside, that stand alone in a cell of the result."""

    values: int = 0
    as_cell: int = 0
    leaves: list[Leaf] = field(default_factory=list)
    invented: int = 0
    forms: int = 0
    forms_found: int = 0

    @property
    def cell_share(self) -> float:
        return self.as_cell / max(1, self.values)

    @property
    def leaf_accuracy(self) -> float:
        return sum(leaf.right for leaf in self.leaves) / max(1, len(self.leaves))

    @property
    def number_accuracy(self) -> float:
        numbers = [leaf for leaf in self.leaves if leaf.number]
        return sum(leaf.right for leaf in numbers) / max(1, len(numbers))

    @property
    def silent(self) -> int:
        """Wrong numbers that no doubt points at."""
        return sum(leaf.number and leaf.silent and bool(norm(leaf.have)) for leaf in self.leaves)

    @property
    def silent_any(self) -> int:
        """Wrong values of any kind that no doubt points at."""
        return sum(leaf.silent for leaf in self.leaves)


def judge(items: Sequence[Item], results: Sequence[Result]) -> Accuracy:
    """Results against the truth of their items, in the same order."""
    found = Accuracy()
    for item, result in zip(items, results, strict=True):
        wanted = [norm(leaf.want) for leaf in leaves(item.truth, NOTHING) if norm(leaf.want)]
        if isinstance(result, Document):
            mine = leaves(item.truth, result)
            found.leaves += mine
            found.invented += len(invented(item.truth, result))
            found.forms += len(item.truth["forms"])
            found.forms_found += len(result.forms)
            have = {norm(leaf.have) for leaf in mine}
        else:
            have = {norm(text) for text in result}
        found.values += len(wanted)
        found.as_cell += sum(value in have for value in wanted)
    return found


def calibration(found: Sequence[Leaf]) -> list[tuple[str, int, int]]:
    """For each band of confidence: its name, how many values were said with it, and how many of them were right."""
    rows = []
    for number, low in enumerate(BANDS):
        high = BANDS[number - 1] if number else None
        band = [
            leaf
            for leaf in found
            if leaf.confidence >= low and (high is None or leaf.confidence < high)
        ]
        rows.append(
            (
                f"{low:g}" if high is None else f"{low:g} to under {high:g}",
                len(band),
                sum(leaf.right for leaf in band),
            )
        )
    return rows
