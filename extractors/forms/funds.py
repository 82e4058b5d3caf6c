"""The rows of the funds block: a label and its amounts, each under the caption of its column."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selfeval.extractors.forms import words
from selfeval.extractors.forms.captions import field_of
from selfeval.extractors.forms.draft import Draft
from selfeval.extractors.forms.indicators import doubt_columns
from selfeval.extractors.forms.layout import Zone
from selfeval.extractors.grids.stitch import Box
from selfeval.extractors.model import Fund

GOALS = ("goal_expected", "goal_actual")

#: share of the width by which edges of one column may differ
SAME_EDGE = 0.01
#: cells of words, all different, from which a row is one of captions
CAPTIONS = 4

_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")


def trim(zone: Zone, rows: list[list[Box]]) -> None:
    """End the zone where goals begin without captions of their own, or a block whose captions nobody knows."""
    for index in range(zone.first, zone.end):
        starting = [b for b in rows[index] if b.first == index]
        are_goals = any(field_of("header", b.text) in GOALS for b in starting)
        if _are_captions(starting) or (are_goals and not any(map(_is_amount, starting))):
            zone.end = index
            break


def _are_captions(starting: Sequence[Box]) -> bool:
    texts = {b.text for b in starting}
    return len(texts) >= CAPTIONS and all(map(words.are_only, texts))


def read(
    draft: Draft, zone: Zone | None, rows: Sequence[Sequence[Box]]
) -> tuple[list[Fund], set[int]]:
    """The rows that print amounts in columns, and which rows of the table they are. A row that does not follow the columns, or is
    written across them, is no row of amounts: it is left to the header's captions."""
    funds: list[Fund] = []
    if zone is None:
        return funds, set()
    taken = set(range(zone.above, zone.first))
    first_number = min(c.left for c in (*zone.columns, *zone.others))
    for index in range(zone.first, zone.end):
        cells = {
            c.field: next((b for b in rows[index] if b.covers(c.middle)), None)
            for c in zone.columns
        }
        filled = any(b is not None and b.text for b in cells.values())
        label = _label(zone, rows[index], first_number, filled)
        starting = [b for b in (label, *cells.values()) if b is not None and b.first == index]
        if not starting or (label is None and not filled):
            continue
        if label is not None and not filled:
            if label.first != index or field_of("header", label.text) not in (None, "-"):
                continue
        if not _follows(zone, cells) or not _in_columns(cells, index):
            continue
        path = f"funds/{len(funds)}"
        values = {
            name: draft.note(f"{path}/{name}", box)
            for name, box in cells.items()
            if box is not None
        }
        funds.append(Fund(label=draft.note(f"{path}/label", label) if label else "", **values))
        taken.add(index)
    doubt_columns(draft, "funds", zone)
    return funds, taken


def _label(zone: Zone, row: Sequence[Box], first_number: float, filled: bool) -> Box | None:
    """The label of a row of amounts: the last words left of them; where there is no cell for any, the label at the side."""
    left = [b for b in row if b.right <= first_number + 0.02]
    own = [b for b in left if b.first >= zone.first]
    labels = [b for b in own if b.text]
    if labels:
        return labels[-1]
    side = [b for b in left if b.text and b.first == zone.above]
    return side[-1] if side and not own and filled else None


def _follows(zone: Zone, cells: dict[str, Box | None]) -> bool:
    """Whether the cells of a row stand under the captions, and not across the edges of their columns."""
    edges = [(c.left, c.right) for c in zone.columns]
    lefts, rights = [left for left, _ in edges], [right for _, right in edges]
    boxes = {id(b): b for b in cells.values() if b is not None}
    fitting = [
        b
        for b in boxes.values()
        if min(abs(b.left - left) for left in lefts) <= SAME_EDGE
        or min(abs(b.right - right) for right in rights) <= SAME_EDGE
    ]
    return 2 * len(fitting) > len(boxes)


def _in_columns(cells: dict[str, Box | None], index: int) -> bool:
    across = [b for b in _across(cells) if b.first == index]
    return not across or any(b is not None and _is_amount(b) for b in cells.values())


def _is_amount(box: Box) -> bool:
    return bool(re.search(r"\d", box.text)) and not _WORDS.search(box.text)


def _across(cells: dict[str, Box | None]) -> list[Box]:
    """The cells that hold words under more than one caption."""
    boxes = [box for box in cells.values() if box is not None]
    return list(
        {
            id(b): b
            for b in boxes
            if sum(b is other for other in boxes) > 1 and _WORDS.search(b.text)
        }.values()
    )
