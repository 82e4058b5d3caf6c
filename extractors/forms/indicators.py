"""The rows of the indicators block, and the total row that ends it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from selfeval.core import fields
from selfeval.extractors.forms.captions import field_of
from selfeval.extractors.forms.continued import is_continued
from selfeval.extractors.forms.draft import SURE, Draft
from selfeval.extractors.forms.layout import Column, Zone
from selfeval.extractors.forms.meaning import OPEN, PLACED, number
from selfeval.extractors.grids.stitch import Box
from selfeval.extractors.model import Doubt, Indicator, Total

FIELDS = fields.names(fields.INDICATORS)
LEVELS = ("level1", "level2", "level3")
#: fields that every indicator has of its own, and what is said where two share one cell
OWN = ("target", "actual", "weight", "score")
SHARED = ("与相邻一行共用一个单元格，可能缺少框线，请核对是否属于本行", 0.7)
TWO_LEVELS = ("一个单元格内似有两级或两项指标名称，可能缺少框线，请核对", 0.6)
#: columns of the total row
_TOTALS = ("weight", "score", "explanation")

_WORD_OF_TOTAL = re.compile(r"[总合]\s*[分计]|得\s*分|汇\s*总")
#: 总分：96.74分, all in one cell
_SCORED = re.compile(r"^(?P<label>[^\d：:]{2,12})[：:]?\s*(?P<score>\d{1,3}(?:\.\d+)?\s*分?)$")


@dataclass(slots=True)
class IndicatorsRead:
    """What an indicators block prints: its rows, its total, and the rows of the table that were read."""

    indicators: list[Indicator] = field(default_factory=list)
    total: Total | None = None
    taken: set[int] = field(default_factory=set)


def read(
    draft: Draft,
    zones: Sequence[Zone],
    rows: Sequence[Sequence[Box]],
    execution: Sequence[Decimal],
) -> IndicatorsRead:
    """The indicators of all zones up to the total row, since some forms print the captions again over each block; `execution` are the
    points of the funds that the total may count. Rows that are neither are left to the header's captions."""
    block = IndicatorsRead()
    for zone in zones:
        if block.total is None:
            _read_zone(draft, block, zone, rows, execution)
    return block


def _read_zone(
    draft: Draft,
    block: IndicatorsRead,
    zone: Zone,
    rows: Sequence[Sequence[Box]],
    execution: Sequence[Decimal],
) -> None:
    block.taken.update(range(zone.above, zone.first))
    named = [c for c in zone.columns if c.field in FIELDS]
    for index in range(zone.first, zone.end):
        row = rows[index]
        if not any(b.first == index for b in row):
            block.taken.add(index)
            continue
        at = {c.field: next((b for b in row if b.covers(c.middle)), None) for c in named}
        if (label := _total_label(row, index, named)) is not None:
            if _goes_on(rows, index, zone, named):
                continue  # a subtotal: it is kept beside the fields
            block.total = _total(draft, label, at)
            block.taken.add(index)
            break
        sums = _sums(block.indicators, at, named, execution)
        if sums is False and not _goes_on(rows, index, zone, named):
            page = row[0].parts[0].page if row[0].parts else 0
            why = f"第{page}页“{row[0].text}”一行不在模板中，可能是总分行，未作判断"
            draft.doubts += [Doubt(f"total/{name}", why, OPEN) for name in ("weight", "score")]
        if sums:
            block.total = _total(draft, row[0], at)
            why = f"“{row[0].text}”不在模板中，因与各行之和相符读作总分行，请核对"
            draft.doubts.append(Doubt("total", why, PLACED))
            block.taken.add(index)
            break
        if not _begins(at, index):
            block.taken.add(index)
            continue
        if not _is_indicator(at, zone) or _is_pair(row, index, named):
            continue
        path = f"indicators/{len(block.indicators)}"
        values = {n: draft.note(f"{path}/{n}", b) for n, b in at.items() if b is not None}
        _doubt_missing_borders(draft, path, at, index)
        if zone.column("target_part"):
            _join_target(draft, path, values, zone, row)
        block.indicators.append(Indicator(**values))
        block.taken.add(index)
    doubt_columns(draft, "indicators", zone)


def _begins(at: Mapping[str, Box | None], index: int) -> bool:
    """Whether an indicator begins in a row. Where only a merged level begins, or blank cells beside an indicator that does not, as
    where a line under a text was taken for a border, the row above goes on."""
    own = {
        name: b
        for name, b in at.items()
        if b is not None and b.first == index and name not in ("level1", "level2")
    }
    above = at.get("level3")
    named_above = above is not None and above.first < index and bool(above.text)
    return any(b.text for b in own.values()) or (bool(own) and not named_above)


def _doubt_missing_borders(
    draft: Draft, path: str, at: Mapping[str, Box | None], index: int
) -> None:
    """Say of a number that an indicator shares with another that it may not be its own, and of two levels in one cell that they are
    two: a border may be missing."""
    for level in ("level1", "level2"):
        box = at.get(level)
        if box is not None and min(map(box.text.count, "指标")) > 1:
            draft.doubts.append(Doubt(f"{path}/{level}", *TWO_LEVELS))
    name = at.get("level3")
    if name is None or name.first < index or not name.text:
        return
    for field_name in OWN:
        box = at.get(field_name)
        if box is not None and box.end > box.first + 1 and re.search(r"\d", box.text):
            draft.doubts.append(Doubt(f"{path}/{field_name}", *SHARED))


def doubt_columns(draft: Draft, block: str, zone: Zone) -> None:
    """Say of which columns the field is not certain, and which fields a column that was not read may hold."""
    for column in zone.columns:
        if column.doubt:
            name = "target" if column.field == "target_part" else column.field
            draft.doubts.append(Doubt(f"{block}/*/{name}", column.doubt, PLACED))
    for name, captions in zone.open.items():
        if zone.column(name) is None:
            named = "、".join(f"“{caption}”" for caption in captions if caption)
            said = f"栏目{named}" if named else "没有名称的一栏"
            why = f"{said}不在模板中，可能就是该项，未作判断"
            path = "target" if name == "target_part" else name
            draft.doubts.append(Doubt(f"{block}/*/{path}", why, OPEN))
            if block == "indicators" and name in _TOTALS:
                draft.doubts.append(Doubt(f"total/{name}", why, OPEN))


def _total_label(row: Sequence[Box], index: int, named: Sequence[Column]) -> Box | None:
    label = next(
        (b for b in row if b.first == index and field_of("total", b.text) == "total"), None
    )
    if label is not None and (_spans(label, named) or label is row[0]):
        return label
    first = next((b for b in row if b.first == index), None)
    if first is not None and _spans(first, named) and len(row) > 1 and len(first.text) <= 12:
        if _WORD_OF_TOTAL.search(first.text) and any(number(b.text) is not None for b in row):
            return first
    return None


def _goes_on(
    rows: Sequence[Sequence[Box]], index: int, zone: Zone, named: Sequence[Column]
) -> bool:
    """Whether rows of indicators with points follow a row that looks like a total."""
    for later in range(index + 1, zone.end):
        at = {c.field: next((b for b in rows[later] if b.covers(c.middle)), None) for c in named}
        own = [b for n in ("weight", "score") if (b := at.get(n)) is not None and b.first == later]
        points = any(number(b.text) is not None for b in own)
        if points and _is_indicator(at, zone) and _total_label(rows[later], later, named) is None:
            return True
    return False


def _total(draft: Draft, label: Box, at: dict[str, Box | None]) -> Total:
    cells = {n: b for n in _TOTALS if (b := at.get(n)) is not None and b is not label}
    if cells.get("weight") is not None and cells.get("weight") is cells.get("score"):
        del cells["weight"]  # one cell under both captions: the score
    draft.used.add(id(label))
    text = label.text
    values = {n: draft.note(f"total/{n}", b) for n, b in cells.items()}
    if "score" not in cells and (found := _SCORED.match(text.strip())):
        text = found["label"]
        draft.note("total/score", label)
        values["score"] = found["score"]
    return Total(label=text, **values)


def _sums(
    indicators: Sequence[Indicator],
    at: dict[str, Box | None],
    named: Sequence[Column],
    execution: Sequence[Decimal],
) -> bool | None:
    """Whether a row whose first cell lies over several levels prints the sums of the columns above it, with the points of the
    execution or without; None where it is no such row."""
    level = next((b for name in LEVELS if (b := at.get(name)) is not None), None)
    if len(indicators) < 2 or level is None or not _spans(level, named) or not level.text:
        return None
    stated = {
        name: value
        for name in ("score", "weight")
        if (b := at.get(name)) is not None and b is not level
        if (value := number(b.text)) is not None
    }
    for name, value in stated.items():
        values = [number(getattr(row, name) or "") for row in indicators]
        total = sum((v for v in values if v is not None), Decimal(0))
        if value in (total, *(total + points for points in execution)):
            return True
    return False if stated else None


def _spans(box: Box, named: Iterable[Column]) -> bool:
    return sum(box.covers(c.middle) for c in named if c.field in (*LEVELS, "target")) > 1


def _is_pair(row: Sequence[Box], index: int, named: Sequence[Column]) -> bool:
    """Whether a row is a label with one cell beside it that lies over the columns of values: 其他需要说明事项 | 无."""
    starting = [b for b in row if b.first == index]
    if len(starting) != 2 or len(named) < 5:
        return False
    return sum(starting[1].covers(c.middle) for c in named) >= len(named) - 3


def _is_indicator(at: dict[str, Box | None], zone: Zone) -> bool:
    """Whether a row is one of indicators: its third level has a cell of its own that does not run over the value columns."""
    level3 = at.get("level3") or at.get("level2")
    if level3 is None or is_continued(level3.text):
        return False
    own = [
        b for name, b in at.items() if b is not None and name not in ("level1", "level2", "level3")
    ]
    if any(b is level3 for b in own):
        return False
    level1 = at.get("level1")
    if level1 is not None and level1 is level3 and zone.column("level3"):
        return False
    return any(b is not None and b.text for b in at.values())


def _join_target(
    draft: Draft, path: str, values: dict[str, str], zone: Zone, row: Sequence[Box]
) -> None:
    """A target printed in several columns (指标性质, 指标值, 度量单位) is one string, joined in printed order."""
    boxes: list[Box] = []
    for column in zone.columns:
        if column.field in ("target", "target_part"):
            box = next((b for b in row if b.covers(column.middle)), None)
            if box is not None and box not in boxes:
                boxes.append(box)
    draft.used.update(map(id, boxes))
    values["target"] = "".join(box.text for box in boxes)
    draft.evidence[f"{path}/target"] = tuple(part for box in boxes for part in box.parts)
    unsure = min(boxes, key=lambda b: b.confidence, default=None)
    if unsure is not None and unsure.confidence < SURE:
        draft.doubts.append(Doubt(f"{path}/target", unsure.why, round(unsure.confidence, 3)))
