"""Characters of a cell -> its lines as a reader takes them: turned and vertical type laid flat, double prints once, raised marks in their line.

Every measure is a share of the em, since forms are set in anything from 1.8 to 30 points.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter

from selfeval.extractors.model import Char

#: share of the em by which characters of one line may stand above or below each other
LINE_DRIFT = 0.5
#: two prints of a glyph closer than this are one glyph printed twice to look bold
BOLD_SHIFT = 0.2
#: two prints of the same words that begin closer than this are one text with its shadow
SHADOW_SHIFT = 0.5
#: glyphs of a line that overlap by more than this were printed over each other
OVERPRINT = 0.3
#: type smaller than this share of the largest in its cell may be a mark that belongs to a line of the larger
SMALL = 0.8
#: how far above or below a line, and how far beside its next character, the middle of a mark may stand
MARK_HEIGHT, MARK_GAP = 0.35, 0.8
#: how far beside and how far below the one before the next character of vertical type stands
COLUMN_DRIFT, COLUMN_PITCH = 0.35, (0.7, 2.0)
#: columns of vertical type stand at least so far apart
COLUMNS_APART = 0.8


#: share of the em: a gap wider than this between Latin letters is a space that the producer left out
WORD_GAP = 0.25
#: ideographs: no digits and no letters
FIRST_IDEOGRAPH, LAST_IDEOGRAPH = "\u3400", "\u9fff"

#: fields of a character, by their place: a page asks for them by the ten thousand
_left, _top, _bottom, _turn = itemgetter(1), itemgetter(2), itemgetter(4), itemgetter(6)


def lines(chars: Sequence[Char]) -> list[list[Char]]:
    """Given characters of one cell in drawing order, its lines from top to bottom, each from left to right."""
    flat = list(chars)
    if any(map(_turn, flat)):
        flat = [_laid_flat(c, c.turn) if c.turn else c for c in flat]
    if flat and _are_level(flat):
        result = [sorted(flat, key=_left)]  # most cells have one line
    else:
        result = _rows(flat)
    if any(_overprinted(line) for line in result):
        flat = printed_once(flat)
        result = _rows(flat)
    if len(result) > 1 and any(len(line) > 1 for line in result) and _is_vertical(flat):
        result = _rows([_from_column(c) for c in flat if c.text != " "])
    return result


def plain_lines(chars: Sequence[Char]) -> list[list[Char]]:
    """The lines of a cell whose characters were drawn upright, line by line from left to right, without blanks and gaps, as those of most
    cells are; none where `lines` has to look, or a gap or a mark may count."""
    found: list[list[Char]] = []
    level = foot = middle = start = end = word = 0.0
    low, tall, across = math.inf, 0.0, 0.0  # heights, and the longest step within a line
    for char in chars:
        text, x0, top, x1, bottom, _, turn, _, _ = char
        if turn or text == " ":
            return []
        if found and top == level and bottom == foot:
            gap = x0 - end
            if gap > word and not FIRST_IDEOGRAPH <= text <= LAST_IDEOGRAPH:
                return []
            if x0 < start or x1 < end or gap < -OVERPRINT * (x1 - x0):
                return []
            across = max(across, x0 + x1 - start - end)
            found[-1].append(char)
        else:
            height = bottom - top
            if found and (top + bottom) / 2 - middle <= LINE_DRIFT * height:
                return []
            level, foot, middle, word = top, bottom, (top + bottom) / 2, WORD_GAP * height
            low, tall = min(low, height), max(tall, height)
            found.append([char])
        start, end = x0, x1
    if low <= 0.1 or low < SMALL * tall:
        return []  # with raised marks
    # set down columns, unless it goes along a line somewhere
    return found if len(found) == 1 or across > 2 * COLUMN_DRIFT * tall else []


def size(char: Char) -> float:
    """The em of a character, in points."""
    return max(char.bottom - char.top, 0.1)


def printed_once(chars: Sequence[Char]) -> list[Char]:
    """The characters without second prints of the same glyph, or of the same words, in nearly the same place."""
    kept: list[Char] = []
    seen: dict[str, list[Char]] = {}  # kept characters by text
    begun: dict[str, list[Char]] = {}  # first characters of strands by their words
    for strand in _strands(chars):
        words = "".join(c.text for c in strand if c.text != " ")
        same = begun.setdefault(words, [])
        if len(words) > 1 and any(_is_shadow(strand[0], other) for other in same):
            continue
        same.append(strand[0])
        for char in strand:
            twins = seen.setdefault(char.text, [])
            if not any(_is_printed(char, twin) for twin in twins):
                twins.append(char)
                kept.append(char)
    return kept


def _is_shadow(first: Char, other: Char) -> bool:
    """Whether words begin where the same words began before."""
    reach = SHADOW_SHIFT * size(other)
    return abs(first.x0 - other.x0) < reach and abs(first.bottom - other.bottom) < reach


def _is_printed(char: Char, twin: Char) -> bool:
    """Whether a character is a second print of the same glyph."""
    reach = BOLD_SHIFT * size(char)
    if abs(twin.top - char.top) >= reach:
        return False
    overlap = min(twin.x1, char.x1) - max(twin.x0, char.x0)
    return abs(twin.x0 - char.x0) < reach or overlap > OVERPRINT * (char.x1 - char.x0)


def _strands(chars: Sequence[Char]) -> list[list[Char]]:
    """Characters drawn one after the other along one line, without a step back."""
    strands: list[list[Char]] = []
    for char in chars:
        if strands:
            last = strands[-1][-1]
            em = size(last)
            if abs(char.bottom - last.bottom) < em / 4 and char.x0 > last.x1 - OVERPRINT * em / 2:
                strands[-1].append(char)
                continue
        strands.append([char])
    return strands


def _are_level(chars: Sequence[Char]) -> bool:
    """Whether all characters have one height."""
    tops, bottoms = list(map(_top, chars)), list(map(_bottom, chars))
    return tops.count(tops[0]) == len(tops) and bottoms.count(bottoms[0]) == len(tops)


def _overprinted(line: Sequence[Char]) -> bool:
    end = float("-inf")
    for text, x0, _, x1, _, _, _, _, _ in line:
        if text != " ":
            if x0 < end - OVERPRINT * (x1 - x0):
                return True
            if x1 > end:
                end = x1
    return False


def _rows(chars: Sequence[Char]) -> list[list[Char]]:
    """Characters by height, those of small type with the line of larger type that they mark."""
    if not chars:
        return []
    heights = [bottom - top for _, _, top, _, bottom, _, _, _, _ in chars]
    tall = max(heights)
    if min(heights) >= SMALL * tall:
        return _by_height(chars)
    result = _by_height([c for c in chars if size(c) >= SMALL * tall])
    rest = []
    for char in sorted((c for c in chars if size(c) < SMALL * tall), key=lambda c: c.x0):
        line = next((line for line in result if _marks(char, line, tall)), None)
        if line is None:
            rest.append(char)
        else:
            line.insert(bisect_left([c.x0 for c in line], char.x0), char)
    if rest:
        result = sorted(result + _rows(rest), key=lambda line: line[0].top + line[0].bottom)
    return result


def _marks(char: Char, line: Sequence[Char], tall: float) -> bool:
    """Whether a small character stands right behind or before one of a line of larger type."""
    middle = (char.top + char.bottom) / 2
    drift = MARK_HEIGHT * tall
    return line[0].top - drift <= middle <= line[0].bottom + drift and any(
        -MARK_GAP * tall < char.x0 - c.x1 < MARK_GAP * tall
        or -MARK_GAP * tall < c.x0 - char.x1 < MARK_GAP * tall
        for c in line
        if c.text != " "
    )


def _by_height(chars: Sequence[Char]) -> list[list[Char]]:
    ordered = sorted(chars, key=lambda c: (c[2] + c[4], c[1]))
    result: list[list[Char]] = []
    centre = 0.0
    for char in ordered:
        top, bottom = char[2], char[4]
        middle = (top + bottom) / 2
        if result and middle - centre <= LINE_DRIFT * (bottom - top):
            result[-1].append(char)
            centre += (middle - centre) / len(result[-1])
        else:
            result.append([char])
            centre = middle
    return [sorted(line, key=_left) for line in result]


def _is_vertical(chars: Sequence[Char]) -> bool:
    """Whether the characters were drawn down columns. Only columns beside each other read otherwise than lines do."""
    drawn = [c for c in chars if c.text != " "]
    if len(drawn) < 3:
        return False
    centres = [(c.x0 + c.x1) / 2 for c in drawn]
    em = max(size(c) for c in drawn)
    if max(centres) - min(centres) < COLUMNS_APART * em:
        return False
    down = 0
    for k in range(1, len(drawn)):
        step = abs(drawn[k].bottom - drawn[k - 1].bottom) / em
        if abs(centres[k] - centres[k - 1]) < COLUMN_DRIFT * em:
            down += COLUMN_PITCH[0] < step < COLUMN_PITCH[1]
        elif step < LINE_DRIFT:
            return False
    return 3 * down > len(drawn) - 1


def _from_column(char: Char) -> Char:
    """A character of vertical type, moved to where it would stand in a line: the column to the right is the line above."""
    middle, half = (char.x0 + char.x1) / 2, size(char) / 2
    return char._replace(x0=char.top, top=-middle - half, x1=char.bottom, bottom=-middle + half)


def _laid_flat(char: Char, turn: int) -> Char:
    """A character of type turned by 90, 180 or 270 degrees, moved to where it would stand if its line were upright."""
    x0, top, x1, bottom = char.x0, char.top, char.x1, char.bottom
    if turn == 90:
        return char._replace(x0=top, top=-x1, x1=bottom, bottom=-x0)
    if turn == 270:
        return char._replace(x0=-bottom, top=x0, x1=-top, bottom=x1)
    return char._replace(x0=-x1, top=-bottom, x1=-x0, bottom=-top)
