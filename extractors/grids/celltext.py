"""Characters -> the text of a cell: lines in reading order, wrapped lines joined as their writer typed them.

All engines that give characters use this one assembly, so that their readings can be compared.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from statistics import median

from selfeval.extractors.model import Char
from selfeval.extractors.pages.glyphs import unmapped

#: share of the em by which characters of one line may stand above or below each other
LINE_DRIFT = 0.5
#: share of the em: two prints of a glyph closer than this are one glyph printed twice to look bold
BOLD_SHIFT = 0.2
#: share of the em: a gap wider than this between two digits keeps them apart, so that two numbers never become one
DIGIT_GAP = 0.7
#: share of the em: a gap wider than this between Latin letters is a space that the producer left out
WORD_GAP = 0.25

_ENDS_PARAGRAPH = re.compile(r"[。；;！？!?…]$")
_BEGINS_ITEM = re.compile(
    r"(\d{1,2}[.、．)）](?!\d)|[一二三四五六七八九十]{1,3}[、是]|[(（][\d一二三四五六七八九十]{1,2}[)）]"
    r"|第[一二三四五六七八九十]|目标\d|[①-⑳])"
)


def lines(chars: Sequence[Char]) -> list[list[Char]]:
    """Given characters of one cell, its lines from top to bottom, each from left to right."""
    upright = [_laid_flat(c) if c.turn else c for c in chars]
    ordered = sorted(upright, key=lambda c: (c.top + c.bottom, c.x0))
    result: list[list[Char]] = []
    centre = 0.0
    for char in ordered:
        middle = (char.top + char.bottom) / 2
        if result and middle - centre <= LINE_DRIFT * (char.bottom - char.top):
            result[-1].append(char)
            centre += (middle - centre) / len(result[-1])
        else:
            result.append([char])
            centre = middle
    return [sorted(line, key=lambda c: c.x0) for line in result]


def assemble(chars: Sequence[Char], right: float | None = None) -> str:
    """The text of one cell. `right` is its right edge: a line that ends well before it ended a paragraph, others wrapped."""
    if not chars:
        return ""
    rows = [(line, line_text(line)) for line in lines(chars)]
    rows = [(line, text) for line, text in rows if text]
    if len(rows) < 2:
        return rows[0][1] if rows else ""
    size = median(c.bottom - c.top for line, _ in rows for c in line)
    edge = max(max(line[-1].x1 for line, _ in rows), (right or 0.0) - size)
    joined = rows[0][1]
    for (line, before), (_, text) in itertools.pairwise(rows):
        short = edge - line[-1].x1 > 1.5 * size
        if (short and (_ENDS_PARAGRAPH.search(before) or _BEGINS_ITEM.match(text))) or _ends_item(
            before, text
        ):
            joined += "\n" + text
        elif _is_latin(before[-1]) and _is_latin(text[0]):
            joined += " " + text
        else:
            joined += text
    return joined


def line_text(line: Sequence[Char]) -> str:
    """The text of one line, with a space where digits or Latin words stand apart."""
    if len(line) == 1:
        return line[0].text.strip()
    text = ""
    before: Char | None = None
    for char in line:
        size = max(char.bottom - char.top, 0.1)
        if before is not None:
            if (
                char.text == before.text
                and char.x0 - before.x0 < BOLD_SHIFT * size
                and abs(char.top - before.top) < BOLD_SHIFT * size
            ):
                continue
            gap = char.x0 - before.x1
            digits_apart = before.text.isdigit() and char.text.isdigit() and gap > DIGIT_GAP * size
            if digits_apart or (
                _is_latin(before.text) and _is_latin(char.text) and gap > WORD_GAP * size
            ):
                text += " "
        text += char.text
        before = char
    return (re.sub(r" {2,}", " ", text) if "  " in text else text).strip()


def confidence(chars: Sequence[Char]) -> tuple[float, str]:
    """How sure the characters of a cell are, from 0 to 1, and why not."""
    if unknown := unmapped("".join([c.text for c in chars])):
        return 0.2, f"有 {unknown} 个字形没有对应的文字"
    if any(c.anchor for c in chars):
        return 0.6, "文字超出单元格，打印时显示不全"
    lowest = min([c.confidence for c in chars if c.text != " "], default=1.0)
    return (lowest, "文字识别把握不足") if lowest < 1 else (1.0, "")


def _ends_item(before: str, text: str) -> bool:
    return before.endswith(("。", "；")) and bool(_BEGINS_ITEM.match(text))


def _is_latin(text: str) -> bool:
    return text.isascii() and text.isalpha()


def _laid_flat(char: Char) -> Char:
    """A character set sideways, moved to where it would stand if its line were upright."""
    if char.turn == 90:
        return char._replace(x0=char.top, top=-char.x1, x1=char.bottom, bottom=-char.x0)
    if char.turn == 270:
        return char._replace(x0=-char.bottom, top=char.x0, x1=-char.top, bottom=char.x1)
    return char
