"""A mended table -> the Form: every value with the page and box it was read from, and doubts where the reading is not certain."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import Any

from selfeval.core import fields
from selfeval.extractors.forms import funds as funds_block
from selfeval.extractors.forms.captions import captions, field_of
from selfeval.extractors.forms.draft import SURE, Draft
from selfeval.extractors.forms.page_breaks import is_continued
from selfeval.extractors.forms.zones import Column, Layout, Zone
from selfeval.extractors.grids.stitch import Box, Table, is_title
from selfeval.extractors.model import Doubt, Evidence, Form, Indicator, Total

INDICATOR_FIELDS = fields.names(fields.INDICATORS)
#: Fields of the header that a cell beside a caption holds; the others are found by what they look like.
HEADER_FIELDS = tuple(
    name for name in fields.names(fields.HEADER) if name not in ("title", "year", "amount_unit")
)

_YEAR = re.compile(r"(?<!\d)(20\d{2})\s*年")
_YEAR_LINE = re.compile(r"^[（(\s]*(20\d{2})\s*年?\s*度?[）)\s]*$")
_AMOUNT_UNIT = re.compile(
    r"(?:单位|金额单位|计量单位)?[：:]?[（(]?(?:人民币)?(亿元|万元|千元|元)[）)]?"
)
_UNIT_LINE = re.compile(r"单位\s*[:：]\s*(?:人民币)?\s*(亿元|万元|千元|元)")
_PAIR_IN_LINE = re.compile(
    r"([一-鿿（）()]{2,12})\s*[:：]\s*(\S*(?:\s(?![一-鿿（）()]{2,12}\s*[:：])\S+)*)"
)


def extract(table: Table, layout: Layout) -> Form:
    """Given a mended table and its layout, the form that it prints."""
    draft = Draft()
    rows = table.by_row()
    if zone := layout.zone("funds"):
        funds_block.trim(zone, rows)
    _header(draft, table, layout, rows)
    funds = funds_block.read(draft, zone, rows) if zone else []
    _goals(draft, layout.zone("goals"), rows)
    indicators, total = _indicators(draft, layout.zone("indicators"), rows)
    if total is None and "total" in draft.values:
        draft.evidence["total/score"] = draft.evidence.pop("total")
        total = Total(label=draft.values.get("total_label"), score=draft.values["total"])
    _captions_unknown(draft, layout)
    values = draft.values
    title, title_at = _title(table, rows)
    if title_at:
        draft.evidence["title"] = title_at
    header: dict[str, Any] = {name: values.get(name) for name in HEADER_FIELDS}
    return Form(
        **header,
        title=title,
        year=_year(draft, table, title),
        amount_unit=_amount_unit(draft, table, layout, rows),
        funds=tuple(funds),
        indicators=tuple(indicators),
        total=total or Total(),
        profile=captions().profile(layout.seen),
        evidence={
            path: parts
            for path, parts in draft.evidence.items()
            if path not in ("total", "year_cell")
        },
        doubts=tuple(draft.doubts),
        confidences=draft.confidences,
    )


def _header(draft: Draft, table: Table, layout: Layout, rows: list[list[Box]]) -> None:
    """Captions with the value to their right, above and between the zones; then captions with a colon in loose lines."""
    inside = {
        row
        for zone in layout.zones
        if zone.name in ("funds", "indicators")
        for row in range(zone.above, zone.end)
    }
    inside |= {
        row
        for zone in layout.zones
        if zone.name == "goals"
        for row in range(zone.above, zone.first)
    }
    for index in range(table.rows):
        if index in inside:
            continue
        row = rows[index]
        for box, value in itertools.pairwise(row):
            name = field_of("header", box.text) if box.first == index else None
            if (
                name is None
                or name == "-"
                or name in draft.values
                or (field_of("header", value.text) and value.text)
            ):
                continue
            if name.startswith("goal") and (layout.zone("goals") or value.first != index):
                continue
            draft.values[name] = draft.note("year_cell" if name == "year" else name, value)
            if name == "total":
                draft.values["total_label"] = box.text
        _unknown_in_header(layout, row, index)
    for page, line in table.lines + table.notes:
        for caption, value_text in _PAIR_IN_LINE.findall(line.text):
            name = field_of("header", caption)
            if (
                name
                and name not in ("-", "amount_unit", "year")
                and name not in draft.values
                and value_text
            ):
                draft.values[name] = value_text
                draft.evidence[name] = (Evidence(page, line.bbox),)


def _unknown_in_header(layout: Layout, row: list[Box], index: int) -> None:
    """Note a label that no map knows: a short first cell of a row of pairs, or one that stands where the row's other labels do."""
    first = row[0] if row else None
    if (
        first is None
        or first.first != index
        or len(row) not in (2, 4, 6)
        or (layout.zones and index > layout.zones[0].above)
    ):
        return
    for box in row[::2]:
        if box.text and len(box.text) <= 14 and field_of("header", box.text) is None:
            layout.unknown.append(("header", box))


def _goals(draft: Draft, zone: Zone | None, rows: list[list[Box]]) -> None:
    if zone is None:
        return
    for column in zone.columns:
        boxes: list[Box] = []
        for index in range(zone.first, zone.end):
            box = next((b for b in rows[index] if b.covers(column.middle)), None)
            if box is None or box in boxes:
                continue
            if any(
                field_of("header", b.text) for b in rows[index] if b.first == index and b is not box
            ):
                break
            boxes.append(box)
        if boxes and column.field not in draft.values:
            texts = [draft.note(column.field, box) for box in boxes]
            draft.evidence[column.field] = tuple(part for box in boxes for part in box.parts)
            draft.values[column.field] = "\n".join(t for t in texts if t)


def _indicators(
    draft: Draft, zone: Zone | None, rows: list[list[Box]]
) -> tuple[list[Indicator], Total | None]:
    indicators: list[Indicator] = []
    total: Total | None = None
    if zone is None:
        return indicators, total
    named = [c for c in zone.columns if c.field in INDICATOR_FIELDS]
    for index in range(zone.first, zone.end):
        row = rows[index]
        if not any(b.first == index for b in row):
            continue
        at = {c.field: next((b for b in row if b.covers(c.middle)), None) for c in named}
        label = next(
            (b for b in row if b.first == index and field_of("total", b.text) == "total"), None
        )
        if label is not None and (_spans(label, named) or label is row[0]):
            cells = {
                n: b
                for n in ("weight", "score", "explanation")
                if (b := at.get(n)) is not None and b is not label
            }
            total = Total(
                label=label.text, **{n: draft.note(f"total/{n}", b) for n, b in cells.items()}
            )
            break
        begun = any(
            b is not None and b.first == index
            for name, b in at.items()
            if name not in ("level1", "level2")
        )
        if not begun or not _is_indicator(
            at, zone
        ):  # where only a merged level begins, the row above goes on
            continue
        path = f"indicators/{len(indicators)}"
        values = {n: draft.note(f"{path}/{n}", b) for n, b in at.items() if b is not None}
        if zone.column("target_part"):
            _join_target(draft, path, values, zone, row)
        indicators.append(Indicator(**values))
    return indicators, total


def _spans(box: Box, named: Iterable[Column]) -> bool:
    return (
        sum(
            box.covers(c.middle)
            for c in named
            if c.field in ("level1", "level2", "level3", "target")
        )
        > 1
    )


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
    draft: Draft, path: str, values: dict[str, str], zone: Zone, row: list[Box]
) -> None:
    """A target printed in several columns (指标性质, 指标值, 度量单位) is one string, joined in printed order."""
    boxes: list[Box] = []
    for column in zone.columns:
        if column.field in ("target", "target_part"):
            box = next((b for b in row if b.covers(column.middle)), None)
            if box is not None and box not in boxes:
                boxes.append(box)
    values["target"] = "".join(box.text for box in boxes)
    draft.evidence[f"{path}/target"] = tuple(part for box in boxes for part in box.parts)
    unsure = min(boxes, key=lambda b: b.confidence, default=None)
    if unsure is not None and unsure.confidence < SURE:
        draft.doubts.append(Doubt(f"{path}/target", unsure.why, round(unsure.confidence, 3)))


def _captions_unknown(draft: Draft, layout: Layout) -> None:
    """Report each unknown caption; where the known one most like it names a header field that is missing, doubt that field."""
    for zone, box in layout.unknown:
        near = captions().nearest(zone, box.text)
        hint = f"，最接近的是“{near}”" if near else ""
        page = box.parts[0].page if box.parts else 0
        path = f"captions/{zone}/{box.text}"
        meant = captions().exact.get((zone, near)) if near and zone == "header" else None
        if meant in HEADER_FIELDS and meant not in draft.values:
            path = meant
        draft.doubts.append(
            Doubt(path, f"第{page}页的栏目“{box.text}”不在模板中，该栏未读取{hint}", 0.0)
        )
        draft.evidence.setdefault(path, box.parts)


def _title(table: Table, rows: list[list[Box]]) -> tuple[str | None, tuple[Evidence, ...]]:
    """The form's title: the line above it that names a self-evaluation, with a line that it wraps onto, or its full-width first row."""
    page = table.boxes[0].parts[0].page if table.boxes and table.boxes[0].parts else 0
    own = [(p, line) for p, line in table.lines if p == page] or table.lines
    for position in range(len(own) - 1, -1, -1):
        number, line = own[position]
        if is_title(line.text):
            return line.text, (Evidence(number, line.bbox),)
    first = list(rows[0]) if rows else []
    if len(first) == 1 and is_title(first[0].text):
        return first[0].text, first[0].parts
    for number, line in own:
        if re.search(r"绩效|目标", line.text) and len(line.text) <= 40 and "：" not in line.text:
            return line.text, (Evidence(number, line.bbox),)
    return None, ()


def _year(draft: Draft, table: Table, title: str | None) -> int | None:
    """The form's year: a line of its own （2020年度）, else the caption 年度, else the title, else a line above that names one."""
    for page, line in reversed(table.lines):
        if match := _YEAR_LINE.match(line.text):
            draft.evidence["year"] = (Evidence(page, line.bbox),)
            return int(match.group(1))
    cell = re.search(r"20\d{2}", draft.values.get("year", ""))
    if cell:
        draft.evidence["year"] = draft.evidence["year_cell"]
        return int(cell.group())
    if title and (match := _YEAR.search(title)):
        draft.evidence["year"] = draft.evidence.get("title", ())
        return int(match.group(1))
    for page, line in reversed(table.lines):
        if match := _YEAR.search(line.text):
            draft.evidence["year"] = (Evidence(page, line.bbox),)
            return int(match.group(1))
    return None


def _amount_unit(draft: Draft, table: Table, layout: Layout, rows: list[list[Box]]) -> str | None:
    """The unit of the funds, as the funds block's captions, a line 单位：万元 above the table, or a cell of its own print it."""
    zone = layout.zone("funds")
    if zone:
        for index in range(zone.above, min(zone.end, zone.first + 1)):
            for box in rows[index]:
                flat = re.sub(r"\s", "", box.text)
                if match := re.search(
                    r"[（(：:](?:单位[：:])?(?:人民币)?(亿元|万元|千元|元)[）)]?$", flat
                ):
                    if box.first <= zone.above or field_of("funds", box.text):
                        draft.evidence["amount_unit"] = box.parts
                        return match.group(1)
    for page, line in table.lines + table.notes:
        if match := _UNIT_LINE.search(line.text):
            draft.evidence["amount_unit"] = (Evidence(page, line.bbox),)
            return match.group(1)
    if match := _AMOUNT_UNIT.fullmatch(re.sub(r"\s", "", draft.values.get("amount_unit", ""))):
        return match.group(1)
    return None
