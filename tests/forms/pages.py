"""A table -> the pages it falls on: rows measured, pages broken between rows or through one, headers repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.forms.layout import Layout
from tests.forms.table import Box, Table

PAD = 2.5
Measure = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Strip:
    """A row, or the part of a row, that stands on one page from `top` to `bottom`. `repeated`: a header printed again."""

    row: int
    page: int
    top: float
    bottom: float
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What of a cell stands on one page: its box, its lines, whether the cell goes on above and below, and whether the table does there."""

    box: Box
    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    lines: tuple[str, ...]
    goes_on_above: bool
    goes_on_below: bool
    repeated: bool = False
    cut_above: bool = False
    cut_below: bool = False


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """Lines no wider than `width`, broken between any two characters, as Chinese is; at least one character a line."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for char in paragraph:
            if line and measure(line + char) > width:
                lines.append(line)
                line = ""
            line += char
        if line:
            lines.append(line)
    return lines


class Pager:
    """Places one table. `left` and `width` are where it stands; `first_top` on page `page`, `top` and `bottom` on every other."""

    def __init__(
        self, layout: Layout, measure: Measure, left: float, width: float, top: float, bottom: float
    ) -> None:
        self.layout, self.measure = layout, measure
        self.left, self.width, self.top, self.bottom = left, width, top, bottom
        self.leading = layout.type_size * 1.35

    def place(self, table: Table, page: int, first_top: float) -> tuple[list[Part], int, float]:
        """The parts of all cells, the page on which the table ends, and where it ends there."""
        lines = {
            id(box): wrap(box.text, (box.x1 - box.x0) * self.width - 2 * PAD, self.measure)
            for box in table.boxes
        }
        heights = self._heights(table, lines)
        strips, page, y = self._strips(table, lines, heights, page, first_top)
        parts = [
            part for box in table.boxes for part in self._parts(box, lines[id(box)], strips, table)
        ]
        tops = {
            number: min(strip.top for strip in strips if strip.page == number)
            for number in {strip.page for strip in strips}
        }
        ends = {
            number: max(strip.bottom for strip in strips if strip.page == number) for number in tops
        }
        parts = [
            replace(
                part,
                cut_above=part.page > min(tops) and part.top == tops[part.page],
                cut_below=part.page < max(tops) and part.bottom == ends[part.page],
            )
            for part in parts
        ]
        return parts, page, y

    def _heights(self, table: Table, lines: dict[int, list[str]]) -> list[float]:
        heights = [self.leading + 2 * PAD + 2] * table.rows
        for box in sorted(table.boxes, key=lambda box: box.span):
            spare = (
                3 if box.span > 1 else 0
            )  # each page break may cost a merged cell a line and its margins
            need = (len(lines[id(box)]) + spare) * self.leading + 2 * PAD
            last = box.row + box.span - 1
            if (
                box.kind == "shared"
            ):  # it may be printed again on each page, so each row has room for all of it
                heights[box.row : last + 1] = [
                    max(height, need) for height in heights[box.row : last + 1]
                ]
            heights[last] += max(0.0, need - sum(heights[box.row : last + 1]))
        return heights

    def _strips(
        self, table: Table, lines: dict[int, list[str]], heights: list[float], page: int, y: float
    ) -> tuple[list[Strip], int, float]:
        strips: list[Strip] = []
        most = [
            max(
                (len(lines[id(box)]) for box in table.boxes if box.row == row and box.span == 1),
                default=0,
            )
            for row in range(table.rows)
        ]
        for row, height in enumerate(heights):
            while y + height > self.bottom:
                fit = int((self.bottom - y - 2 * PAD) / self.leading)
                if (
                    (self.layout.breaks == "cut" or height > self.bottom - self.top)
                    and most[row] >= 3
                    and 1 <= fit < most[row]
                ):
                    used = fit * self.leading + 2 * PAD
                    strips.append(Strip(row, page, y, y + used))
                    height = max(height - fit * self.leading, self.leading + 2 * PAD)
                    most[row] -= fit
                elif y <= self.top:
                    break  # a row that no page can hold runs off; random truth has none
                page, y = page + 1, self.top
                if self.layout.repeat_header and table.header is not None and row > table.header:
                    strips.append(Strip(table.header, page, y, y + heights[table.header], True))
                    y += heights[table.header]
            strips.append(Strip(row, page, y, y + height))
            y += height
        return strips, page, y

    def _parts(self, box: Box, lines: list[str], strips: list[Strip], table: Table) -> list[Part]:
        rows = range(box.row, box.row + box.span)
        own = [strip for strip in strips if strip.row in rows and not strip.repeated]
        pages = sorted({strip.page for strip in own})
        parts: list[Part] = []
        rest = list(lines)
        for number, page in enumerate(pages):
            here = [strip for strip in own if strip.page == page]
            if box.span > 1:  # a cell beside the header stands beside the repeated header too
                here += [
                    strip
                    for strip in strips
                    if strip.repeated and strip.page == page and strip.row in rows
                ]
            top, bottom = min(strip.top for strip in here), max(strip.bottom for strip in here)
            room = max(1, int((bottom - top - 2 * PAD + 0.01) / self.leading))
            if number and not rest:
                again = wrap(
                    self._continued(box), (box.x1 - box.x0) * self.width - 2 * PAD, self.measure
                )
                text = tuple(again) if len(again) <= room else ()
            else:
                text, rest = tuple(rest[:room]), rest[room:]
            parts.append(
                self._part(box, page, top, bottom, text, number > 0, number < len(pages) - 1)
            )
        if box.row == table.header and box.span == 1:
            parts += [
                self._part(
                    box, strip.page, strip.top, strip.bottom, tuple(lines), False, False, True
                )
                for strip in strips
                if strip.repeated
            ]
        return parts

    def _continued(self, box: Box) -> str:
        """What a merged cell says on the next page once all its text stands on the first."""
        if box.span == 1:
            return ""
        if box.kind == "label":
            return {"empty": "", "续上页": "续上页", "repeat": box.text}[self.layout.continued]
        # an empty cell cannot be told from one of its own unless it alone is open, so a value that is shared is printed again
        return "" if self.layout.break_border == "continuing" else box.text

    def _part(
        self,
        box: Box,
        page: int,
        top: float,
        bottom: float,
        lines: tuple[str, ...],
        above: bool,
        below: bool,
        repeated: bool = False,
    ) -> Part:
        return Part(
            box,
            page,
            self.left + box.x0 * self.width,
            top,
            self.left + box.x1 * self.width,
            bottom,
            lines,
            above,
            below,
            repeated,
        )
