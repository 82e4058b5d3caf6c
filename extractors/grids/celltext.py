"""Characters -> the text of a cell: lines in reading order, wrapped lines joined as their writer typed them.

All engines that give characters use this one assembly, so that their readings can be compared. What it is not sure of it says:
a number that may be two, a note mark beside a number, digits spread over a cell.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from operator import itemgetter
from statistics import median
from typing import NamedTuple

from selfeval.extractors.grids.marks import is_mark, set_apart
from selfeval.extractors.grids.typeset import (
    FIRST_IDEOGRAPH,
    LAST_IDEOGRAPH,
    SMALL,
    WORD_GAP,
    lines,
    plain_lines,
    size,
)
from selfeval.extractors.model import Bbox, Char
from selfeval.extractors.pages.glyphs import unmapped

__all__ = [
    "CellText",
    "assemble",
    "confidence",
    "line_text",
    "lines",
    "read_cells",
    "spread_figures",
]

#: share of the em: a gap wider than this between two digits keeps them apart, so that two numbers never become one
DIGIT_GAP = 0.7
#: ems that the margins of a cell take at most, both together: a line with more room than that and a digit did not end for want of room
MARGINS = 2.2
#: ems that glyphs keep free at their sides, over a short line: what tight boxes leave out of its width
BEARINGS = 0.25
#: characters from which a number with a decimal point fills its line by its length, not because another number follows below it
LONG = 7
#: ems by which the pitch of digits spread evenly over a cell may vary, more than which it is, and pitches that may be free beside them
UNEVEN, LOOSE, SPREAD_MARGIN = 0.35, 0.65, 0.75
#: ems by which a raised mark stands above the middle of its line
RAISED = 0.08
#: how sure one number on two lines, a number beside a mark, and two digits spread over a cell are
JOINED, MARKED, SPREAD = 0.8, 0.9, 0.8

_ENDS_PARAGRAPH = re.compile(r"[。；;！？!?…]$")
_BEGINS_ITEM = re.compile(
    r"(\d{1,2}[.、．)）](?!\d)|[一二三四五六七八九十]{1,3}[、是]|[(（][\d一二三四五六七八九十]{1,2}[)）]"
    r"|第[一二三四五六七八九十]|目标\d|[①-⑳])"
)
_ENDS_IN_DIGIT = re.compile(r"[0-9０-９]$")
_BEGINS_WITH_DIGIT = re.compile(r"^[0-9０-９]")
_FIGURES = re.compile(r"[-+−]?¥?[0-9][0-9.,]*%?")
_WHOLE = re.compile(r"[-+−]?¥?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?%?")
_NUMBER_AHEAD = re.compile(r"(0|[1-9][0-9]*)([.,%]|$)")
_SPACED_POINT = re.compile(r"(?<=[0-9])\s*([.．])\s*(?=[0-9])")


#: fields of a character, by their place: a page asks for them by the ten thousand
_text_of, _sure, _anchor = itemgetter(0), itemgetter(5), itemgetter(7)


class CellText(NamedTuple):
    """The text of one cell, how sure it is (0 to 1) and why not."""

    text: str
    confidence: float = 1.0
    why: str = ""


class _Row(NamedTuple):
    """One line: its characters, text, raised marks beside it, and the digits it has if they are spread over the cell."""

    chars: list[Char]
    text: str
    marks: str
    spread: int


def read_cells(held: Sequence[Sequence[Char]], boxes: Sequence[Bbox]) -> list[CellText]:
    """Given the characters of each cell of a table in drawing order and the cells' boxes in the upright frame, their texts.

    Cells tell of each other: how long figures in a column can be, and whether the table spreads digits over its cells."""
    typed = [_rows(chars, box) if chars else [] for chars, box in zip(held, boxes, strict=True)]
    widest: dict[tuple[int, int], float] = {}
    for (left, _, right, _), rows in zip(boxes, typed, strict=True):
        column = (round(left), round(right))
        figures = (_width(row) for row in rows if _FIGURES.fullmatch(row.text))
        widest[column] = max(widest.get(column, 0.0), *figures, 0.0)
    spreads = any(row.spread > 2 for rows in typed for row in rows)
    return [
        _text(chars, rows, box, widest[round(box[0]), round(box[2])], spreads)
        if rows
        else CellText("")
        for chars, rows, box in zip(held, typed, boxes, strict=True)
    ]


def assemble(chars: Sequence[Char], box: Bbox | None = None) -> str:
    """The text of one cell. `box` is the cell's: a line that ends well before its right edge ended a paragraph, others wrapped."""
    if not chars:
        return ""
    return _text(chars, _rows(chars, box), box, 0.0, False).text


def _rows(chars: Sequence[Char], box: Bbox | None) -> list[_Row]:
    if plain := plain_lines(chars):
        return [_Row(line, "".join(map(_text_of, line)).strip(), "", 0) for line in plain]
    left, right = _sides(box, chars[0].turn) if box else (None, None)
    return [_row(line, left, right) for line in lines(chars)]


def _width(row: _Row) -> float:
    return row.chars[-1].x1 - row.chars[0].x0


def _text(
    chars: Sequence[Char], rows: list[_Row], box: Bbox | None, widest: float, spreads: bool
) -> CellText:
    """The text of a cell from its lines. `widest` is the longest line of figures in its column, `spreads` whether the table spreads digits."""
    doubts = [confidence(chars)]
    marks = "".join([row.marks for row in rows])
    pairs = 2 in [row.spread for row in rows]
    rows = [row for row in rows if row.text]
    left, right = _sides(box, chars[0].turn) if box else (None, None)
    text, joined = _joined(rows, left, right, widest)
    text, beside = set_apart(_SPACED_POINT.sub(r"\1", text) if _is_spaced(text) else text)
    marks += beside
    if joined:
        doubts.append((JOINED, joined))
    if marks:
        doubts.append((MARKED, f"数字旁的注释标记“{marks}”未计入数值"))
    if pairs and not spreads:
        doubts.append((SPREAD, "两个数字分散排列，按一个数读取"))
    return CellText(text, *min(doubts))


def _sides(box: Bbox, turn: int) -> tuple[float, float]:
    """Where lines of a cell begin and end, laid flat."""
    if turn == 90:
        return box[1], box[3]
    if turn == 270:
        return -box[3], -box[1]
    return (-box[2], -box[0]) if turn == 180 else (box[0], box[2])


def _is_spaced(text: str) -> bool:
    """Whether a text is one number once the spaces beside its decimal point go."""
    return (
        " " in text
        and _SPACED_POINT.search(text) is not None
        and _WHOLE.fullmatch(_SPACED_POINT.sub(r"\1", text)) is not None
    )


def _joined(
    rows: Sequence[_Row], left: float | None, right: float | None, widest: float
) -> tuple[str, str]:
    """The lines as one text, and why that is not sure."""
    if len(rows) < 2:
        return (rows[0].text if rows else ""), ""
    if len(rows) > 2 and all(len(row.text) == 1 for row in rows):  # set down a column
        return "".join(row.text for row in rows), ""
    em = max(median([c[4] - c[2] for row in rows for c in row.chars]), 0.1)
    edge = max(*(row.chars[-1].x1 for row in rows), (right or 0.0) - em)
    room = None if left is None or right is None else (right - left - MARGINS * em)
    joined, doubt = rows[0].text, ""
    for row, after in itertools.pairwise(rows):
        before, text = row.text, after.text
        short = edge - row.chars[-1].x1 > 1.5 * em
        if (short and (_ENDS_PARAGRAPH.search(before) or _BEGINS_ITEM.match(text))) or _ends_item(
            before, text
        ):
            joined += "\n" + text
        elif _ENDS_IN_DIGIT.search(before) and _BEGINS_WITH_DIGIT.match(text):
            apart = _are_apart(row, after, room, widest)
            if apart and _may_be_one(before, text):
                doubt = f"“{before}”与“{text}”分在两行，按两个数读取"
            elif not apart and _may_be_two(before, text):
                doubt = f"“{before}”与“{text}”分在两行，按一个数读取"
            joined += "\n" + text if apart else text
        elif _is_latin(before[-1]) and _is_latin(text[0]):
            joined += " " + text
        else:
            joined += text
    return joined, doubt


def _are_apart(row: _Row, after: _Row, room: float | None, widest: float) -> bool:
    """Whether a line that ends in a digit ended before the next one, which begins with a digit, for another reason than want of room:
    the digit had fitted into the cell, or beside the longest figures of its column."""
    before, text = _half_width(row.text), _half_width(after.text)
    if not _FIGURES.fullmatch(before):
        return False  # prose, in which whole words move to the next line
    if _FIGURES.fullmatch(text) and _WHOLE.fullmatch(before + text) is None:
        return True
    first = after.chars[0]
    needed = _width(row) + first.x1 - first.x0 + BEARINGS * size(first)
    return needed < widest or (room is not None and needed < room)


def _may_be_two(before: str, after: str) -> bool:
    """Whether two lines of figures, which there was no room for on one, are numbers of their own as well as parts of one."""
    before, after = _half_width(before), _half_width(after)
    if not _WHOLE.fullmatch(before) or not _NUMBER_AHEAD.match(after):
        return False
    return "." not in before or (len(before) < LONG and bool(after.strip("0%")))


def _may_be_one(before: str, after: str) -> bool:
    """Whether two lines of figures that had room on one may be parts of one number all the same: a decimal, and a digit or two."""
    before, after = _half_width(before), _half_width(after)
    return "." in before and _WHOLE.fullmatch(before + after) is not None and len(after) < 3


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def line_text(line: Sequence[Char]) -> str:
    """The text of one line, with a space where digits or Latin words stand apart."""
    return _row(line, None, None).text


def _row(line: list[Char] | Sequence[Char], left: float | None, right: float | None) -> _Row:
    line = list(line)
    if len(line) == 1:
        return _Row(line, line[0].text.strip(), "", 0)
    heights = [bottom - top for _, _, top, _, bottom, _, _, _, _ in line]
    tall = max(heights)
    marks = ""
    if min(heights) < SMALL * tall:
        raised = _raised(line, tall)
        marks = "".join(line[k].text for k in sorted(raised))
        line = [c for k, c in enumerate(line) if k not in raised] or line
    text, parted = _with_gaps(line)
    if "  " in text:
        text = re.sub(r" {2,}", " ", text)
    text = text.strip()
    if (parted or " " in text) and (spread := spread_figures(line, left, right)):
        return _Row(line, text.replace(" ", ""), marks, spread)
    return _Row(line, text, marks, 0)


def _with_gaps(line: Sequence[Char]) -> tuple[str, bool]:
    """The characters of a line with a space where digits or Latin letters stand apart; whether they do anywhere."""
    parts: list[str] = []
    before = ""  # the one before, if it is no ideograph
    end = 0.0
    parted = False
    for text, x0, top, x1, bottom, _, _, _, _ in line:
        if FIRST_IDEOGRAPH <= text <= LAST_IDEOGRAPH:
            before = ""
        else:
            if before and x0 > end:
                gap = (x0 - end) / max(bottom - top, 0.1)
                if (gap > DIGIT_GAP and before.isdigit() and text.isdigit()) or (
                    gap > WORD_GAP and _is_latin(before) and _is_latin(text)
                ):
                    parts.append(" ")
                    parted = True
            before, end = text, x1
        parts.append(text)
    return "".join(parts), parted


def _raised(line: Sequence[Char], tall: float) -> set[int]:
    """Which characters of a line are note marks: small, raised, and not the exponent of a Latin unit (m²)."""
    body = [c for c in line if size(c) >= SMALL * tall]
    middle = median((c.top + c.bottom) / 2 for c in body)
    found: set[int] = set()
    for k, char in enumerate(line):
        if size(char) >= SMALL * tall or (char.top + char.bottom) / 2 > middle - RAISED * tall:
            continue
        base = next((c for c in reversed(line[:k]) if size(c) >= SMALL * tall), None)
        if is_mark(char.text) and not (base and _is_latin(base.text) and char.text in "23"):
            found.add(k)
    return found


def spread_figures(line: Sequence[Char], left: float | None, right: float | None) -> int:
    """How many figures stand at one pitch over all the width of their cell (分散对齐); 0 if they do not."""
    glyphs = [c for c in line if c.text != " "]
    if left is None or right is None or len(glyphs) < 2:
        return 0
    if not all(c.text.isdigit() or c.text in ".,．，-%％" for c in glyphs):
        return 0
    em = max(size(c) for c in glyphs)
    centres = [(c.x0 + c.x1) / 2 for c in glyphs]
    pitches = [b - a for a, b in itertools.pairwise(centres)]
    pitch = sum(pitches) / len(pitches)
    margin = SPREAD_MARGIN * pitch + em / 2
    even = max(pitches) - min(pitches) <= 2 * UNEVEN * em and min(pitches) > LOOSE * em
    full = glyphs[0].x0 - left <= margin and right - glyphs[-1].x1 <= margin
    return len(glyphs) if even and full else 0


def confidence(chars: Sequence[Char]) -> tuple[float, str]:
    """How sure the characters of a cell are, from 0 to 1, and why not."""
    if unknown := unmapped("".join(map(_text_of, chars))):
        return 0.2, f"有 {unknown} 个字形没有对应的文字"
    if any(map(_anchor, chars)):
        return 0.6, "文字超出单元格，打印时显示不全"
    if min(map(_sure, chars), default=1.0) == 1:
        return 1.0, ""
    lowest = min([c.confidence for c in chars if c.text != " "], default=1.0)
    return (lowest, "文字识别把握不足") if lowest < 1 else (1.0, "")


def _ends_item(before: str, text: str) -> bool:
    return before.endswith(("。", "；")) and bool(_BEGINS_ITEM.match(text))


def _is_latin(text: str) -> bool:
    return text.isascii() and text.isalpha()
