"""The rows of the funds block: a label and its amounts, each under the caption of its column."""

from __future__ import annotations

import re

from selfeval.extractors.forms.captions import field_of
from selfeval.extractors.forms.draft import Draft
from selfeval.extractors.forms.zones import Zone
from selfeval.extractors.grids.stitch import Box
from selfeval.extractors.model import Doubt, Fund

GOALS = ("goal_expected", "goal_actual")

_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")


def trim(zone: Zone, rows: list[list[Box]]) -> None:
    """End the zone where goals begin without captions of their own."""
    for index in range(zone.first, zone.end):
        starting = [b for b in rows[index] if b.first == index]
        if any(field_of("header", b.text) in GOALS for b in starting) and not any(
            _is_amount(b) for b in starting
        ):
            zone.end = index
            break


def read(draft: Draft, zone: Zone, rows: list[list[Box]]) -> list[Fund]:
    """The rows that print amounts in columns. What is written across columns is no row of amounts: it is reported and not read."""
    funds: list[Fund] = []
    first_number = min(c.left for c in zone.columns)
    for index in range(zone.first, zone.end):
        left = [b for b in rows[index] if b.right <= first_number + 0.02 and b.first >= zone.first]
        labels = [b for b in left if b.text]
        cells = {
            c.field: next((b for b in rows[index] if b.covers(c.middle)), None)
            for c in zone.columns
        }
        filled = any(b is not None and b.text for b in cells.values())
        label = labels[-1] if labels else None
        if (label is None and not filled) or not any(
            b.first == index for b in (label, *cells.values()) if b is not None
        ):
            continue
        if (
            label is not None
            and (label.first != index or field_of("header", label.text) not in (None, "-"))
            and not filled
        ):
            continue
        if across := [b for b in _across(cells) if b.first == index]:
            _report(draft, across)
            if not any(b is not None and _is_amount(b) for b in cells.values()):
                continue
        path = f"funds/{len(funds)}"
        values = {
            name: draft.note(f"{path}/{name}", box)
            for name, box in cells.items()
            if box is not None
        }
        funds.append(Fund(label=draft.note(f"{path}/label", label) if label else "", **values))
    return funds


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


def _report(draft: Draft, boxes: list[Box]) -> None:
    for box in boxes:
        path = f"captions/funds/{box.text}"
        page = box.parts[0].page if box.parts else 0
        draft.doubts.append(Doubt(path, f"第{page}页资金栏中“{box.text}”没有按列填写，未读取", 0.0))
        draft.evidence.setdefault(path, box.parts)
