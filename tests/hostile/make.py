"""Hostile PDFs, written byte by byte, since no library would write them."""

from __future__ import annotations

import zlib
from collections.abc import Callable

CASES: dict[str, Callable[[], bytes]] = {}


def case(build: Callable[[], bytes]) -> Callable[[], bytes]:
    CASES[build.__name__] = build
    return build


def pdf(objects: dict[int, bytes], trailer: bytes = b"", version: bytes = b"1.7") -> bytes:
    """A PDF of the given objects with a right cross-reference table; object 1 is the catalog."""
    out = bytearray(b"%PDF-" + version + b"\n")
    places: dict[int, int] = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += (
            b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
        )
    return bytes(
        out
        + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    )


def stream(content: bytes, extra: bytes = b"", deflate: bool = True) -> bytes:
    if deflate:
        content, extra = zlib.compress(content, 9), extra + b"/Filter/FlateDecode"
    return b"<</Length %d%s>>stream\n" % (len(content), extra) + content + b"\nendstream"


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
TREE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def one_page(
    content: bytes,
    *,
    page: bytes = b"",
    box: bytes = b"0 0 595 842",
    catalog: bytes = b"",
    resources: bytes = b"",
    more: dict[int, bytes] | None = None,
) -> bytes:
    """A page with `content`; objects from 6 on are free for `more`."""
    head = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>%s>>%s>>"
        % (box, resources, page)
    )
    catalog = b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog
    return pdf({1: catalog, 2: TREE, 3: head, 4: stream(content), 5: HELVETICA, **(more or {})})


TEXT = b"BT /F 12 Tf 72 700 Td (12345) Tj ET"


@case
def plain_text() -> bytes:
    return one_page(TEXT)


@case
def deep_page_tree() -> bytes:
    levels = 20_000
    tree = {
        10 + n: b"<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R>>" % (11 + n, 9 + n)
        for n in range(levels)
    }
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 10 0 R>>",
            **tree,
            10 + levels: b"<</Type/Page/MediaBox[0 0 595 842]>>",
        }
    )


@case
def page_tree_loop() -> bytes:
    return pdf({1: CATALOG, 2: b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2/Parent 2 0 R>>"})


@case
def page_count_that_lies_high() -> bytes:
    return pdf(
        {
            1: CATALOG,
            2: b"<</Type/Pages/Kids[3 0 R]/Count 400>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        }
    )


@case
def page_count_that_lies_low() -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    return pdf(
        {
            1: CATALOG,
            2: b"<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 1>>",
            3: page,
            4: page,
            5: page,
        }
    )


@case
def page_count_beyond_int() -> bytes:
    return pdf(
        {
            1: CATALOG,
            2: b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        }
    )


@case
def no_pages() -> bytes:
    return pdf({1: CATALOG, 2: b"<</Type/Pages/Kids[]/Count 0>>"})


@case
def length_that_refers_to_itself() -> bytes:
    return pdf(
        {
            1: CATALOG,
            2: TREE,
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
            4: b"<</Length 4 0 R>>stream\n" + TEXT + b"\nendstream",
        }
    )


@case
def object_loop() -> bytes:
    return pdf(
        {
            1: CATALOG,
            2: TREE,
            3: b"<</Type/Page/Parent 2 0 R/MediaBox 6 0 R/Contents 6 0 R/Resources 6 0 R>>",
            6: b"7 0 R",
            7: b"6 0 R",
        }
    )


@case
def xref_loop() -> bytes:
    whole = plain_text()
    start = whole.rfind(b"xref\n0")
    return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % start)


@case
def actions_on_opening() -> bytes:
    action = b"/OpenAction<</S/JavaScript/JS(while\\(true\\){app.alert\\(1\\)})>>/AA<</WC<</S/Launch/F(/bin/sh)>>>>"
    return one_page(TEXT, catalog=action, page=b"/AA<</O<</S/Launch/F(/bin/sh)>>>>")


@case
def huge_font_size() -> bytes:
    return one_page(b"BT /F 99999999999 Tf 1e30 0 0 1e30 0 0 Tm (12345) Tj ET " + TEXT)


@case
def coordinates_that_are_no_numbers() -> bytes:
    return one_page(
        b"nan inf m 1e39 -1e39 l S 99999999999999999999 0 1e308 1e308 re S NaN 0 0 NaN 0 0 cm "
        + TEXT
    )


@case
def box_that_is_no_number() -> bytes:
    return one_page(TEXT, box=b"nan inf 1e39 -1e39")


@case
def box_upside_down() -> bytes:
    return one_page(TEXT, box=b"595 842 -595 -842")


@case
def crop_box_elsewhere() -> bytes:
    return one_page(TEXT, page=b"/CropBox[5000 5000 6000 6000]")


@case
def ten_thousand_annotations() -> bytes:
    notes = b"".join(
        b"<</Type/Annot/Subtype/FreeText/Rect[0 0 99 99]/DA(/F 9 Tf)/Contents(x)>>"
        for _ in range(10_000)
    )
    return one_page(TEXT, page=b"/Annots[" + notes + b"]")


@case
def deep_graphics_stack() -> bytes:
    return one_page(b"q " * 3_000_000 + TEXT)


@case
def deep_array() -> bytes:
    return one_page(b"[" * 1_000_000 + b"]" * 1_000_000 + b" TJ " + TEXT)


@case
def deep_dictionary() -> bytes:
    return one_page(TEXT, page=b"/X" + b"<</X" * 100_000 + b" 1" + b">>" * 100_000)


@case
def billion_laughs() -> bytes:
    """Nine levels of form XObjects, each drawing the next ten times."""
    more = {
        n: stream(
            b"/X Do " * 10,
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>"
            % (n + 1),
        )
        for n in range(10, 19)
    }
    more[19] = stream(
        TEXT, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F 5 0 R>>>>"
    )
    return one_page(b"/X Do", resources=b"/XObject<</X 10 0 R>>", more=more)


@case
def form_that_draws_itself() -> bytes:
    body = stream(
        b"/X Do /X Do",
        b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 10 0 R>>>>",
    )
    return one_page(b"/X Do", resources=b"/XObject<</X 10 0 R>>", more={10: body})


@case
def glyph_that_draws_itself() -> bytes:
    font = b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.01 0 0 .01 0 0]/FirstChar 97/LastChar 97/Widths[9]/Encoding<</Differences[97/a]>>/CharProcs<</a 11 0 R>>/Resources<</Font<</T 10 0 R>>>>>>"
    return one_page(
        b"BT /T 9 Tf (aaaa) Tj ET",
        page=b"/Resources<</Font<</T 10 0 R>>>>",
        more={10: font, 11: stream(b"9 0 d0 BT /T 9 Tf (aa) Tj ET")},
    )


@case
def zip_bomb() -> bytes:
    return one_page(b" " * 200_000_000)


@case
def zip_bomb_in_a_zip_bomb() -> bytes:
    twice = zlib.compress(zlib.compress(b"0 0 m " * 50_000_000, 9), 9)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
    return pdf(
        {
            1: CATALOG,
            2: TREE,
            3: page,
            4: b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n" % len(twice)
            + twice
            + b"\nendstream",
        }
    )


@case
def picture_of_a_square_mile() -> bytes:
    picture = stream(
        b"\0" * 40_000_000,
        b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceRGB",
    )
    return one_page(
        b"q 595 0 0 842 0 0 cm /X Do Q", resources=b"/XObject<</X 10 0 R>>", more={10: picture}
    )


@case
def mapping_bomb() -> bytes:
    mapping = (
        b"/CIDInit /ProcSet findresource begin begincmap "
        + b"1 beginbfrange <0000> <FFFF> <0000> endbfrange " * 20_000
        + b"endcmap"
    )
    font = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/ToUnicode 11 0 R/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/W[0 65535 500]>>]>>"
    return one_page(
        b"BT /T 9 Tf 50 500 Td <00410042> Tj ET",
        page=b"/Resources<</Font<</T 10 0 R>>>>",
        more={10: font, 11: stream(mapping)},
    )


@case
def loose_boxes() -> bytes:
    return one_page(
        b"".join(
            b"%d.%02d %d.%02d 3 3 re S\n" % (n * 37 % 590, n % 97, n * 53 % 840, n % 89)
            for n in range(20_000)
        )
        + TEXT
    )


@case
def letters_by_the_million() -> bytes:
    return one_page(b"BT /F 1 Tf 0 500 Td (" + b"1" * 2_000_000 + b") Tj ET")


@case
def unknown_encryption() -> bytes:
    objects = {
        1: CATALOG,
        2: TREE,
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        4: b"<</Filter/Adobe.PubSec/V 4/R 4/Length 128>>",
    }
    return pdf(objects, b"/Encrypt 4 0 R/ID[<00><00>]")


@case
def header_alone() -> bytes:
    return b"%PDF-1.7\n"


@case
def junk_with_a_header() -> bytes:
    return b"%PDF-1.7\n" + bytes(range(256)) * 400


@case
def web_page_renamed() -> bytes:
    return b"<!DOCTYPE html><html><body>404 Not Found</body></html>"


@case
def nothing() -> bytes:
    return b""


@case
def page_of_200_inches() -> bytes:
    return one_page(TEXT, box=b"0 0 14400 14400")


@case
def twenty_thousand_pages() -> bytes:
    return pdf(
        {
            1: CATALOG,
            2: b"<</Type/Pages/Kids[" + b"3 0 R " * 20_000 + b"]/Count 20000>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        }
    )
