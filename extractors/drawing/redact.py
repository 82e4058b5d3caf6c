"""Where telephone numbers, identity numbers and names after 联系人： and the like stand on a page: boxes to paint over in its picture.

The characters are pdfium's, in its reading order, whoever set them and in however many pieces; nothing but their boxes leaves this module.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from selfeval.core.masking import HAN, identity_spans, name_spans, number_spans
from selfeval.extractors.isolation.limits import MAX_PAGE_CHARS
from selfeval.extractors.model import Bbox
from selfeval.extractors.pages.glyphs import printed

#: points by which a cover is larger than the characters' boxes: strokes reach beyond them
_MARGIN = 1.0
#: steps a point in which pdfium's integer device space is asked for places
_STEPS = 64
#: degrees off the page's four directions beyond which a character is a watermark's
_MAX_SLANT = 2.0
#: a number that a line of text ends in and the next one goes on with; one that stands alone in its cell begins after a blank
_BROKEN = re.compile(r"(?<=[^\s\d.,，])\d[\d-]{0,9}\n+\d[\d-]{0,9}(?![\d.%])")
_DIGITS_APART = re.compile(r"(?<!\S)\d(?: \d){6,}(?!\S)")
_NAME = re.compile(rf"[{HAN}][{HAN}·]{{1,3}}")


def personal_boxes(page: pdfium.PdfPage, known: Sequence[Bbox] = ()) -> list[Bbox] | None:
    """Boxes in points of the displayed page; None for a page without a text layer, such as a scan. `known` are the cells of the leader and the telephone: a name in one of them is covered
    wherever else it stands on the page."""
    textpage = page.get_textpage()
    try:
        count = min(raw.FPDFText_CountChars(textpage.raw), MAX_PAGE_CHARS)
        if count <= 0:
            return None
        text = "".join(
            [_character(raw.FPDFText_GetUnicode(textpage.raw, at)) for at in range(count)]
        )
        spans = [*number_spans(text), *name_spans(text), *_spans_apart(text)]
        spans += _spans_of_names(page, textpage, text, known)
        return _lines(box for _at, box in _boxes(page, textpage, spans))
    finally:
        textpage.close()


@lru_cache(maxsize=1 << 14)
def _character(code: int) -> str:
    """The one character that a code stands for in matching: full-width digits are digits, radicals are characters."""
    if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        return "\0"
    if code in (10, 13):
        return "\n"
    plain = unicodedata.normalize("NFKC", printed(chr(code)))
    return plain if len(plain) == 1 else " " if not plain else "\0"


def _spans_apart(text: str) -> Iterator[tuple[int, int]]:
    """What becomes a number or a name only once blanks are gone: names set apart, numbers set digit by digit, and identity numbers that go
    over a line end, as telephone numbers do in running text. Nothing else is run together: the cells of a row would make numbers."""
    for match in _BROKEN.finditer(text):
        if any(number_spans(match[0].replace("\n", ""))):
            yield match.span()
    for match in _DIGITS_APART.finditer(text):
        if any(number_spans("".join(match[0].split()))):
            yield match.span()
    for find, ends in ((name_spans, "\n"), (identity_spans, "")):
        kept = [at for at, one in enumerate(text) if not one.isspace() or one in ends]
        for start, end in find("".join(text[at] for at in kept)):
            yield kept[start], kept[end - 1] + 1


def _spans_of_names(
    page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, text: str, known: Sequence[Bbox]
) -> Iterator[tuple[int, int]]:
    """Every place of a name that stands in one of the `known` cells. A name is made of characters whose boxes lie within the cell: those
    of a watermark across it are no part of one, and would cover what they happen to say elsewhere."""
    names: set[str] = set()
    places = _upright_places(textpage, text) if known else []
    for cell in known:
        inside = _text_within(text, places, _in_page_space(page, cell))
        for written in (
            inside,
            inside.replace("\n", ""),
        ):  # a name may be broken over two lines, and two names may stand on two
            names |= {match[0] for match in _NAME.finditer(written)}
    for name in names:
        for match in re.finditer(re.escape(name), text):
            yield match.span()


def _text_within(text: str, places: Sequence[Bbox | None], cell: Bbox) -> str:
    """The characters whose boxes lie within a cell (left, bottom, right, top in page space), with the blanks between them."""
    inside: list[str] = []
    for one, box in zip(text, places, strict=True):
        if box is None:
            if inside and one.isspace():
                inside.append(one)
        elif (
            cell[0] - _MARGIN <= box[0]
            and cell[1] - _MARGIN <= box[1]
            and box[2] <= cell[2] + _MARGIN
            and box[3] <= cell[3] + _MARGIN
        ):
            inside.append(one)
    return "".join(inside)


def _upright_places(textpage: pdfium.PdfTextPage, text: str) -> list[Bbox | None]:
    """The tight box of each character in page space; None for blanks and for what stands askew, as watermarks do."""
    found: list[Bbox | None] = []
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for at, one in enumerate(text):
        shown = (
            not one.isspace()
            and raw.FPDFText_GetCharBox(textpage.raw, at, left, right, bottom, top)
            and not _askew(textpage, at)
        )
        found.append((left.value, bottom.value, right.value, top.value) if shown else None)
    return found


def _askew(textpage: pdfium.PdfTextPage, at: int) -> bool:
    """Whether a character stands neither upright nor on a side, as those of watermarks do."""
    degrees = math.degrees(raw.FPDFText_GetCharAngle(textpage.raw, at))
    return abs((degrees + 45) % 90 - 45) > _MAX_SLANT


def _in_page_space(page: pdfium.PdfPage, box: Bbox) -> Bbox:
    """A box of the displayed page as left, bottom, right, top in page space."""
    size, x, y = _device(page), ctypes.c_double(), ctypes.c_double()
    xs, ys = [], []
    for across, down in (box[:2], box[2:]):
        raw.FPDF_DeviceToPage(
            page.raw, 0, 0, *size, 0, round(across * _STEPS), round(down * _STEPS), x, y
        )
        xs.append(x.value)
        ys.append(y.value)
    return min(xs), min(ys), max(xs), max(ys)


def _device(page: pdfium.PdfPage) -> tuple[int, int]:
    """The size of the device space that points are asked for in."""
    width, height = page.get_size()
    return round(width * _STEPS), round(height * _STEPS)


def _boxes(
    page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, spans: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, Bbox]]:
    """(index, box on the displayed page) of the characters that have one."""
    size = _device(page)
    for start, end in spans:
        for at in range(start, end):
            corners = [
                _shown(page, size, x, y)
                for box in _page_boxes(textpage, at)
                for x in (box[0], box[2])
                for y in (box[1], box[3])
            ]
            if corners:
                xs, ys = zip(*corners, strict=True)
                yield at, (min(xs), min(ys), max(xs), max(ys))


def _page_boxes(
    textpage: pdfium.PdfTextPage, at: int
) -> Iterator[tuple[float, float, float, float]]:
    """The tight and the loose box of a character, left, bottom, right, top in page space: together they hold all of its strokes."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if (
        raw.FPDFText_GetCharBox(textpage.raw, at, left, right, bottom, top)
        and right.value > left.value
    ):
        yield left.value, bottom.value, right.value, top.value
    loose = raw.FS_RECTF()
    if raw.FPDFText_GetLooseCharBox(textpage.raw, at, loose) and loose.right > loose.left:
        yield loose.left, loose.bottom, loose.right, loose.top


def _shown(page: pdfium.PdfPage, size: tuple[int, int], x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, across, down)
    return across.value / _STEPS, down.value / _STEPS


def _lines(boxes: Iterable[Bbox]) -> list[Bbox]:
    """Boxes of neighbouring characters as one, each with its margin."""
    found: list[Bbox] = []
    for x0, top, x1, bottom in boxes:
        box = (x0 - _MARGIN, top - _MARGIN, x1 + _MARGIN, bottom + _MARGIN)
        last = found[-1] if found else None
        if (
            last
            and box[0] <= last[2] + _MARGIN
            and last[0] <= box[2]
            and box[1] < last[3]
            and last[1] < box[3]
        ):
            found[-1] = (
                min(last[0], box[0]),
                min(last[1], box[1]),
                max(last[2], box[2]),
                max(last[3], box[3]),
            )
        else:
            found.append(box)
    return found
