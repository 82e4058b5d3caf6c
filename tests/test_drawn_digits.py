"""Digits are what the page draws, in fonts that are not in the file and in Type 3 fonts whose glyphs are boxed too low."""

from __future__ import annotations

import io

import numpy as np
import pikepdf

from selfeval.extractors.pages import shapes, shown
from selfeval.extractors.pages.digit_shapes import COLUMNS, ROWS, SHAPES
from selfeval.extractors.pages.textpage import read
from tests.test_seen import budget, changed, page
from tests.test_seen import read as read_form

CMAP = b"""begincmap 1 begincodespacerange <00> <FF> endcodespacerange
2 beginbfchar <36> <0038> <38> <0036> endbfchar endcmap"""


def suspected(data: bytes) -> set[str]:
    document = shown.open_document(data)
    opened = shown.open_page(document, 0)
    return {digit for _, digit in shapes.suspects(opened, read(opened, 1), set())}


def test_a_font_that_is_not_in_the_file_and_says_8_for_6_is_read_as_drawn() -> None:
    def swap(document: pikepdf.Pdf) -> None:
        for thing in document.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/BaseFont") == "/Helvetica":
                thing.ToUnicode = document.make_stream(CMAP)

    data = page()
    assert suspected(data) == set()
    assert suspected(changed(data, swap)) == {"6", "8"}
    assert budget(read_form(changed(data, swap), recognise=True)) == "1680"


def type3(drawn_as: dict[str, str]) -> bytes:
    """A line of all digits in a Type 3 font whose glyphs are boxed to their lower half, each drawn as `drawn_as` says or as itself."""
    out = io.BytesIO()
    document = pikepdf.new()
    procs = pikepdf.Dictionary()
    for digit in "0123456789":
        width, bits = SHAPES[0][int(drawn_as.get(digit, digit))]
        cells = np.unpackbits(np.frombuffer(bytes.fromhex(bits), np.uint8)).reshape(ROWS, COLUMNS)
        wide, high = 700 * width / COLUMNS, 700 / ROWS
        squares = [
            f"{60 + k * wide:.1f} {(ROWS - 1 - row) * high:.1f} {wide + 1:.1f} {high + 1:.1f} re"
            for row, k in zip(*np.nonzero(cells), strict=True)
        ]
        drawing = f"600 0 0 -10 600 350 d1 {' '.join(squares)} f"
        procs[f"/d{digit}"] = document.make_stream(drawing.encode())
    names = pikepdf.Array([48, *(pikepdf.Name(f"/d{digit}") for digit in "0123456789")])
    cmap = b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <30> <39> <0030> endbfrange endcmap"
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type3, FontBBox=[0, 0, 0, 0],
        FontMatrix=[0.001, 0, 0, 0.001, 0, 0], FirstChar=48, LastChar=57, Widths=[600] * 10,
        CharProcs=procs, Encoding=pikepdf.Dictionary(Differences=names), ToUnicode=document.make_stream(cmap),
    )  # fmt: skip
    document.add_blank_page(page_size=(300, 200))
    document.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    document.pages[0].Contents = document.make_stream(b"BT /F1 12 Tf 30 100 Td (0123456789) Tj ET")
    document.save(out)
    return out.getvalue()


def test_a_type_3_digit_is_seen_whole_though_its_box_is_low() -> None:
    assert suspected(type3({})) == set()
    assert suspected(type3({"6": "8", "8": "6"})) == {"6", "8"}
