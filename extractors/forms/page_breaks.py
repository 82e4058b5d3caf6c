"""What a page break does to a table, undone: repeated captions go, cut rows become one, merged cells run on.

Where the print leaves it open whether a row was cut or a merged cell ran on, the likelier reading stands and is doubted.
"""

from __future__ import annotations

import re

from selfeval.extractors.forms.captions import caption_key, field_of
from selfeval.extractors.forms.continued import inherit_continued, is_continued
from selfeval.extractors.forms.layout import TASKS, Column, Layout, Zone
from selfeval.extractors.forms.levels import first_level, is_cut_name, is_one_level
from selfeval.extractors.forms.zones import find
from selfeval.extractors.grids.stitch import Box, Break, Table

CUT = (0.7, "分页处的一行按被截断的同一行拼接，请核对原页")
SURE = (1.0, "")
CUT_NAME = (0.6, "名称似在分页处被截断，请核对原页")
LEVEL_ABOVE = (0.5, "上一页的层级名称可能延续到此格，请核对原页")
LEVELS = ("level1", "level2")
NUMBERS = ("weight", "score")
#: points from the upper cell's text to the break that leave no room for another line of usual type, and from the break to the lower text;
#: less in smaller type
NO_ROOM, AT_TOP, USUAL_TYPE = 15.0, 7.0, 9.0
#: the same room in sizes of the characters, and how many of them a line that wraps leaves free: one, and the cell's margins
NO_LINE, FULL_LINE = 2.0, 2.4
#: shares of the width by which two parts of one cell may differ
SAME_EDGE = 0.02

_WORD = re.compile(r"[\w.%/+-]+", re.ASCII)
_WORDS_END = re.compile(r"[。！？；…]$|^$")
_NEW_ROW = re.compile(r"^(指标\s*\d|\d{1,2}[.、．]|[…\.。·]{2,}|[（(]?\d{1,2}[）)])")
_GOES_ON = re.compile(r"^[，、。；：）)]")
_TEMPLATE_ROW = re.compile(r"^(指标\s*\d+\s*[:：、.．/]?|[…\.。·]+)$")


def mend(table: Table) -> Layout:
    """Undo every page break of a table in place and say where its zones then lie."""
    layout = _without_repeated_captions(table)
    for index in range(len(table.breaks)):
        at = table.breaks[index]
        if not at.new_page or not 0 < at.row < table.rows:
            continue
        zone = next((z for z in layout.zones if z.above < at.row < z.end), None)
        if zone is None or at.row <= zone.first:  # captions above a break, their first row below it
            continue
        if _is_empty_head(table.row(at.row - 1), table.row(at.row), at):
            table.drop_rows(at.row - 1, at.row)
            layout, at = find(table), table.breaks[index]
            at.open = False
            zone = next(z for z in layout.zones if z.name == zone.name)
        if _join_cut_row(table, at, zone):
            layout = find(table)
        else:
            _run_on(table, at, zone)
    inherit_continued(table)
    if zone := layout.zone("indicators"):
        _lengthen_levels(table, zone)
    for zone in layout.zones:
        for column, other in zone.doubled:
            for box in table.boxes:
                if box.covers(column.middle) and zone.first <= box.first < zone.end:
                    box.doubt(0.5, f"栏目“{column.caption}”与“{other}”含义相近，此处读的是前者")
    return layout


def _without_repeated_captions(table: Table) -> Layout:
    """Captions printed again after a page break leave, and the zone runs on. Returns the layout that remains."""
    while True:
        layout = find(table)
        first: dict[str, Zone] = {}
        for zone in layout.zones:
            before = first.setdefault(zone.name, zone)
            starts = {b.row for b in table.breaks}
            if before is not zone and any(zone.above - 2 <= row <= zone.above for row in starts):
                if _is_again(zone, before):
                    table.drop_rows(zone.above, zone.first)
                    break
        else:
            return layout


def _is_again(zone: Zone, before: Zone) -> bool:
    """Whether a zone has the columns of one before it, by all their captions, or by their fields and most captions: one may be cut off or
    badly read."""
    ours, theirs = _captions(zone), _captions(before)
    fields, theirs_fields = ([c.field for c in z.columns] for z in (zone, before))
    return ours == theirs or (fields == theirs_fields and len(ours & theirs) * 2 > len(theirs))


def _captions(zone: Zone) -> set[str]:
    return {caption_key(c.path) for c in (*zone.columns, *zone.others) if c.path}


def _pairs(table: Table, row: int) -> list[tuple[Box, Box]]:
    """The cells that end above a row and those that begin at it in the same share of the width."""
    above = [b for b in table.boxes if b.end == row]
    below = [b for b in table.boxes if b.first == row]
    return [
        (a, b)
        for b in below
        for a in above
        if abs(a.left - b.left) <= SAME_EDGE and abs(a.right - b.right) <= SAME_EDGE
    ]


def _at(row: list[Box], zone: Zone, name: str) -> Box | None:
    column = zone.column(name)
    return next((b for b in row if column and b.covers(column.middle)), None)


def _join_cut_row(table: Table, at: Break, zone: Zone) -> bool:
    """When the first row after a break is the rest of the last row before it, make them one row again."""
    above, below = table.row(at.row - 1), table.row(at.row)
    certainty = _cut(above, below, at, zone)
    if certainty is None:
        return False
    for a, b in _pairs(table, at.row):
        if a.text and b.text and not is_continued(b.text) and a.text != b.text:
            a.text += b.text
            a.doubt(*certainty)
        elif b.text and not is_continued(b.text) and not a.text:
            a.text = b.text
            a.doubt(*certainty)
        a.parts += b.parts
        a.end = b.end
        a.doubt(b.confidence, b.why)
        table.boxes.remove(b)
    for b in [b for b in table.boxes if b.first == at.row and b.text and not is_continued(b.text)]:
        a = min(above, key=lambda a: abs(a.middle - b.middle))
        a.text += b.text
        a.parts += b.parts
        a.doubt(0.5, "分页前后单元格边界不一致，内容按位置拼接")
    table.drop_rows(at.row, at.row + 1)
    return True


def _cut(above: list[Box], below: list[Box], at: Break, zone: Zone) -> tuple[float, str] | None:
    """Whether the row below is the rest of the row above, and how sure that is; None when it is a row of its own."""
    starting = [b for b in below if b.first == at.row and b.text and not is_continued(b.text)]
    if any(_is_total(b) for b in below):
        return None
    if zone.name == "indicators":
        return _cut_indicator(above, below, starting, at, zone)
    if zone.name == TASKS:
        return None if _at(starting, zone, "name") else SURE
    labelled = zone.columns and any(b.right <= zone.columns[0].left + SAME_EDGE for b in starting)
    return None if zone.name != "goals" and labelled else SURE


def _cut_indicator(
    above: list[Box], below: list[Box], starting: list[Box], at: Break, zone: Zone
) -> tuple[float, str] | None:
    level2, level3 = _at(below, zone, "level2"), _at(below, zone, "level3")
    numbers = [
        (_own(_at(above, zone, n), at.row - 1), _own(_at(below, zone, n), at.row))
        for n in NUMBERS
        if zone.column(n)
    ]
    below_has_number = any(b and b.text for _, b in numbers)
    if level3 is None or (level3.text and _NEW_ROW.match(level3.text)):
        return None
    if level2 is not None and level2 is not level3 and level2 in starting:
        before = _at(above, zone, "level2")
        again = (
            at.open and before is not None and caption_key(before.text) == caption_key(level2.text)
        )
        if not again and _begins_level(before, level2, bool(level3.text), starting):
            return None
    if not level3.text:
        both = [b for a, b in numbers if a and a.text and b and b.text]
        if both and at.open and all(_wraps(above, b) for b in both):
            return CUT  # numbers that wrap in narrow columns
        return SURE if not below_has_number or (at.open and not both) else None
    above3 = _at(above, zone, "level3")
    if above3 is None or _TEMPLATE_ROW.match(above3.text):
        return None
    scale = min(1.0, above3.size / USUAL_TYPE)
    full = above3.ink_gap[1] <= NO_ROOM * scale
    touching = full and level3.ink_gap[0] <= AT_TOP * scale
    own = [(a, b) for a, b in numbers if b is not None]
    complementary = bool(own) and all(bool(a and a.text) != bool(b.text) for a, b in own)
    alone = not any(b.text for b in starting if b is not level3)
    result_above, result_below = _at(above, zone, "actual"), _at(below, zone, "actual")
    rest = bool(result_above and result_above.text) and not (result_below and result_below.text)
    if (full and complementary and rest) or (
        touching and ((complementary and at.open) or (alone and above3.text))
    ):
        return CUT
    wraps = all(_wraps(above, b) for b in starting)
    numberless = not below_has_number and (complementary or (not own and rest))
    goes_on = any(_GOES_ON.match(b.text) for b in starting)
    return CUT if sum((at.open, wraps, numberless, goes_on)) > 1 else None  # two signs of four


def _begins_level(before: Box | None, level: Box, named: bool, starting: list[Box]) -> bool:
    """Whether a level of the row below is another than that above it (`before`). Printed again it is the rest of the row above, if anything else
    but a name stands in the row, else a row left blank."""
    if before is None:
        return True
    others = any(b.left >= level.right - SAME_EDGE for b in starting)
    repeated = others and caption_key(before.text) == caption_key(level.text)
    return not is_one_level(before.text, level.text) and (named or not repeated)


def _is_empty_head(above: list[Box], below: list[Box], at: Break) -> bool:
    """Whether the row above is the empty upper edge of the row below: browsers begin a row wherever its margin still fits."""
    own = [a for a in above if a.first == at.row - 1 and a.end == at.row]
    others = [a for a in above if a.end == at.row and a.text]
    apart = any(b.text and b.first == at.row and a.covers(b.middle) for a in others for b in below)
    return (
        bool(own)
        and not apart
        and all(not a.text and a.open[1] for a in own)
        and not any(b.open[0] and b.end > at.row + 1 for b in below if b.text)
    )


def _wraps(above: list[Box], below: Box) -> bool:
    """Whether the text of a cell goes on from the cell above it: that one's last line is full, and no line had room under it."""
    a = next((a for a in above if a.covers(below.middle)), None)
    if a is None or not a.text:
        return False
    word = _WORD.match(
        below.text
    )  # figures and Latin words are not parted, and leave as much free as they need
    return (
        a.room <= FULL_LINE + (word.end() if word else 0) / 2 and a.ink_gap[1] <= NO_LINE * a.size
    )


def _own(box: Box | None, row: int) -> Box | None:
    """A cell if it belongs to this row alone: one that it shares with rows below says nothing about the row."""
    return box if box is not None and box.first == row and box.end == row + 1 else None


def _run_on(table: Table, at: Break, zone: Zone) -> None:
    """Merged cells run on over the break: levels always, explanations and scores where one side spans several rows."""
    pairs = _pairs(table, at.row)
    if zone.name != "indicators":
        for a, b in pairs:
            if not b.text and a.end - a.first > 1:
                _join(table, a, b)  # the label at the side of the block
        return
    columns = {name: zone.column(name) for name in (*LEVELS, "level3", "explanation", *NUMBERS)}
    first = min((c.left for c in zone.columns), default=0.0)
    closed_above, closed_below = (
        not all(a.open[1] for a, _ in pairs),
        not all(b.open[0] for _, b in pairs),
    )
    for a, b in pairs:
        name = next((n for n, c in columns.items() if c and b.covers(c.middle)), None)
        alone = (closed_above and a.open[1]) or (closed_below and b.open[0])
        if name in LEVELS or (name is None and b.right <= first + SAME_EDGE):
            _run_on_level(table, a, b, alone)
        elif name in ("explanation", *NUMBERS):
            _run_on_value(table, a, b, alone, name == "explanation", at.open)
    paired = [b for _, b in pairs]
    levels = [c for c in (columns[name] for name in LEVELS) if c]
    for box in table.boxes:
        if at.row in (box.first, box.end) and is_cut_name(box.text):
            box.doubt(*CUT_NAME)
        if box.first == at.row and any(box.covers(c.middle) for c in levels):
            unpaired = not box.text and box not in paired
            if unpaired or _holds_another(table, box, columns["level2"]):
                box.doubt(*LEVEL_ABOVE)


def _holds_another(table: Table, box: Box, column: Column | None) -> bool:
    """Whether second levels of more than one first level stand beside one cell (for want of a line between)."""
    if column is None or box.covers(column.middle):
        return False
    beside = [b for b in table.boxes if b.covers(column.middle) and box.first <= b.first < box.end]
    return len({first_level(b.text) for b in beside} - {None}) > 1


def _run_on_level(table: Table, a: Box, b: Box, alone: bool) -> None:
    """A level below a break joined to that above it, where both are one. `alone`: the border at the break is missing here and not everywhere."""
    if b.text and not is_continued(b.text):
        if not a.text and alone:
            a.text = b.text  # a spreadsheet prints the text of a merged cell once, on the page where its middle lies
        elif a.text and b.text.startswith(a.text) and b.text != a.text:
            a.text = (
                b.text
            )  # the producer drew the whole merged cell on both pages and the first one cut it off
        elif is_one_level(a.text, b.text):
            a.text += b.text
        else:
            return
    _join(table, a, b)


def _run_on_value(table: Table, a: Box, b: Box, alone: bool, words: bool, broken: bool) -> None:
    """The same of an explanation (`words`) or a score; `broken`: borders are missing at the break."""
    if alone and not (a.text and b.text):
        a.text = a.text or b.text  # the border is missing at this cell alone
        _join(table, a, b)
        return
    spans = a.end - a.first > 1 or b.end - b.first > 1
    continued = is_continued(b.text)
    if words and spans and b.text and not continued and _goes_on(a, b):
        a.text += b.text
        a.doubt(*CUT)
        _join(table, a, b)
    elif continued or (not b.text and a.text and spans):
        if not continued:
            a.doubt(0.8, "合并单元格跨页，下一页部分按同一单元格处理")
        _join(table, a, b)
    elif words and broken and not b.text and a.text:
        b.doubt(0.8, "上一页的说明可能延续到此格，请核对原页")


def _goes_on(a: Box, b: Box) -> bool:
    """Whether a text breaks off within a sentence for want of room."""
    return _WORDS_END.search(a.text) is None and _wraps([a], b)


def _lengthen_levels(table: Table, zone: Zone) -> None:
    """Where an empty cell of a level begins within a row, the level above it goes on: browsers that break rows over pages draw merged
    cells too short."""
    columns = [c for c in (zone.column(name) for name in LEVELS) if c]
    starts = {b.first for b in table.boxes if not any(b.covers(c.middle) for c in columns)}
    for box in [
        b
        for b in table.boxes
        if not b.text and b.first in range(zone.first + 1, zone.end) and b.first not in starts
    ]:
        above = next(
            (
                a
                for a in table.boxes
                if a.end == box.first
                and abs(a.left - box.left) <= SAME_EDGE
                and abs(a.right - box.right) <= SAME_EDGE
            ),
            None,
        )
        if above is not None and any(box.covers(c.middle) for c in columns):
            _join(table, above, box)


def _join(table: Table, a: Box, b: Box) -> None:
    a.parts += b.parts
    a.end = b.end
    table.boxes.remove(b)


def _is_total(box: Box) -> bool:
    return len(caption_key(box.text)) > 1 and field_of("total", box.text) == "total"
