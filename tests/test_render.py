"""Page images: small enough, sharp enough, upright, and without the names that the text hides."""

from __future__ import annotations

import io
import re
from functools import partial
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image

from selfeval.extractors.drawing.redact import personal_boxes
from selfeval.extractors.drawing.render import PagePicture, render_page
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation.limits import IMAGE_BYTES
from selfeval.extractors.isolation.sandbox import run_isolated
from tests.hostile.make import TEXT, one_page

SAMPLES = Path(__file__).parent.parent / "data/samples"


@pytest.mark.parametrize(
    "name",
    ["beijing-hotline-2020-watermark.pdf", "collection-2022-scan.pdf", "hubei-commerce-2020.pdf"],
)
def test_a_page_fits_the_budget_at_150_dots_an_inch(name: str) -> None:
    image = run_isolated(render_page, (SAMPLES / name).read_bytes(), 1)
    assert len(image.data) <= IMAGE_BYTES
    assert image.width_px / image.width_pt * 72 >= 149
    with Image.open(io.BytesIO(image.data)) as picture:
        assert picture.size == (image.width_px, image.height_px)


def test_a_rotated_page_is_drawn_as_displayed() -> None:
    image = render_page((SAMPLES / "beijing-hotline-2020-rotated.pdf").read_bytes(), 1)
    assert image.width_pt > image.height_pt
    assert image.width_px > image.height_px


def test_a_tight_budget_costs_sharpness_and_not_the_picture() -> None:
    data = (SAMPLES / "beijing-hotline-2020-watermark.pdf").read_bytes()
    image = render_page(data, 1, max_bytes=30_000)
    assert len(image.data) <= 30_000
    assert render_page(data, 1, max_pixels=100_000).width_px ** 2 < 100_000


def darkest(image: PagePicture, box: tuple[float, float, float, float]) -> int:
    """The darkest grey, 0 to 255, in a box given in points."""
    scale = image.width_px / image.width_pt
    x0, top, x1, bottom = (round(value * scale) for value in box)
    with Image.open(io.BytesIO(image.data)) as picture:
        return min(picture.convert("L").crop((x0, top, x1, bottom)).tobytes())


def test_covered_boxes_cannot_be_read() -> None:
    data = one_page(TEXT)  # 12345 at (72, 700) from the lower left of 842
    box = (70, 842 - 715, 120, 842 - 695)
    shown, covered = render_page(data, 1), run_isolated(partial(render_page, hide=[box]), data, 1)
    assert darkest(shown, box) < 100
    assert darkest(covered, box) > 100


@pytest.mark.parametrize("page", [0, 2, 99])
def test_a_page_that_is_not_there(page: int) -> None:
    with pytest.raises(ExtractError, match="无法显示"):
        render_page(one_page(TEXT), page)


def test_a_page_of_200_inches_is_refused_before_it_is_drawn() -> None:
    with pytest.raises(ExtractError, match="面积上限"):
        render_page(one_page(TEXT, box=b"0 0 14400 14400"), 1)


def han(text: str) -> bytes:
    return "".join(f"{ord(one):04X}" for one in text).encode()


def set_in_song(content: str, *, turn: int = 0) -> bytes:
    """A page whose text comes from a Chinese font that is not embedded; each `<<...>>` of the content is Chinese or any other text."""
    body = re.sub(rb"<<(.*?)>>", lambda m: b"<" + han(m[1].decode()) + b">", content.encode())
    song = (
        b"<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/UniGB-UCS2-H/DescendantFonts[7 0 R]>>"
    )
    child = b"<</Type/Font/Subtype/CIDFontType0/BaseFont/SimSun/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/DW 1000/FontDescriptor 8 0 R>>"
    about = b"<</Type/FontDescriptor/FontName/SimSun/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 80>>"
    data = one_page(
        body, page=b"/Rotate %d" % turn if turn else b"", more={6: song, 7: child, 8: about}
    )
    return data.replace(b"/Font<</F 5 0 R>>", b"/Font<</F 6 0 R>>")


PLANTED = {
    "电话": ("13800001234", "联系电话：{}，请核。"),
    "证件": ("110101199003077758", "身份证号{}。"),
    "固话": ("0871-65551234", "如有疑问请致电{}"),
    "姓名": ("欧阳小明", "填报人：{} 2023年1月"),
    "分开": ("张 三 丰", "填 报 人：{}  联系电话："),
    "逐位": ("1 3 8 0 0 0 0 1 2 3 4", "电话 {} "),
    "全角": ("１３８００００１２３４", "手机{}"),
}


@pytest.mark.parametrize("turn", [0, 90])
@pytest.mark.parametrize("kind", PLANTED)
def test_personal_data_in_running_text_is_covered_without_being_asked_for(
    kind: str, turn: int
) -> None:
    secret, sentence = PLANTED[kind]
    before, _after = sentence.split("{}")
    data = set_in_song(
        f"BT /F 10 Tf 60 700 Td <<{before}>> Tj 0 -40 Td <<绩效目标已完成>> Tj ET BT /F 10 Tf 60 700 Td <<{sentence.format(secret)}>> Tj ET",
        turn=turn,
    )
    image = run_isolated(render_page, data, 1)
    # every character is 10 points wide in this font
    left, right = 60 + 10 * len(before), 60 + 10 * (len(before) + len(secret))
    boxes = {
        "secret": (left + 1, 842 - 708, right - 1, 842 - 699),
        "before": (60, 842 - 708, left - 12, 842 - 699),
        "else": (60, 842 - 668, 120, 842 - 659),
    }
    if turn:
        boxes = {
            name: (842 - bottom, x0, 842 - top, x1) for name, (x0, top, x1, bottom) in boxes.items()
        }
    assert darkest(image, boxes["secret"]) > 150, "covered"
    assert darkest(image, boxes["before"]) < 120, "its caption stays"
    assert darkest(image, boxes["else"]) < 120, "and so does everything else"


def test_a_name_known_from_its_cell_is_covered_elsewhere_on_the_page() -> None:
    data = set_in_song("BT /F 10 Tf 60 700 Td <<王小二>> Tj 0 -100 Td <<由王小二负责实施>> Tj ET")
    image = render_page(data, 1, hide=[(55, 842 - 715, 100, 842 - 695)])
    assert darkest(image, (71, 842 - 608, 99, 842 - 599)) > 150
    assert darkest(image, (101, 842 - 608, 139, 842 - 599)) < 120


def test_a_number_broken_over_two_lines_of_text_is_covered_on_both() -> None:
    data = set_in_song(
        "BT /F 10 Tf 60 700 Td <<原因见附件，电话1380000>> Tj 0 -14 Td <<1234，特此说明。>> Tj ET"
    )
    image = render_page(data, 1)
    assert darkest(image, (142, 842 - 708, 208, 842 - 699)) > 150
    assert darkest(image, (62, 842 - 694, 98, 842 - 685)) > 150
    assert darkest(image, (114, 842 - 694, 160, 842 - 685)) < 120


def test_amounts_of_a_row_are_not_taken_for_a_telephone() -> None:
    data = set_in_song(
        "BT /F 10 Tf 60 700 Td <<18 18 2018 100 1380000.1234 15000000000元>> Tj 0 -14 Td <<资金 1500000>> Tj 0 -14 Td <<1200>> Tj ET"
    )
    page = pdfium.PdfDocument(data)[0]
    assert personal_boxes(page) == []


def test_boxes_for_scans_are_covered_only_where_the_page_has_no_text() -> None:
    box = (70, 842 - 715, 120, 842 - 695)
    assert darkest(render_page(one_page(TEXT), 1, hide_on_scan=[box]), box) < 100
    scan = one_page(b"0 0 0 rg 72 700 40 8 re f")
    assert darkest(render_page(scan, 1), box) < 100
    assert darkest(render_page(scan, 1, hide_on_scan=[box]), box) > 150


def test_a_name_broken_over_two_lines_of_its_cell_is_covered_elsewhere_on_the_page() -> None:
    data = set_in_song(
        "BT /F 10 Tf 60 700 Td <<欧阳>> Tj 0 -12 Td <<小明>> Tj 0 -88 Td <<由欧阳小明负责实施>> Tj ET"
    )
    image = render_page(data, 1, hide=[(55, 842 - 715, 100, 842 - 680)])
    assert darkest(image, (71, 842 - 608, 109, 842 - 599)) > 150
    assert darkest(image, (111, 842 - 608, 149, 842 - 599)) < 120


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_name_known_from_its_cell_is_covered_on_a_page_that_is_turned(turn: int) -> None:
    data = set_in_song(
        "BT /F 10 Tf 60 700 Td <<王小二>> Tj 0 -100 Td <<由王小二负责实施>> Tj ET", turn=turn
    )
    width, height = pdfium.PdfDocument(data)[0].get_size()

    def shown(
        left: float, bottom: float, right: float, top: float
    ) -> tuple[float, float, float, float]:
        return {
            90: (bottom, left, top, right),
            180: (width - right, bottom, width - left, top),
            270: (width - top, height - right, width - bottom, height - left),
        }[turn]

    image = render_page(data, 1, hide=[shown(55, 695, 100, 715)])
    assert darkest(image, shown(71, 599, 99, 608)) > 150
    assert darkest(image, shown(101, 599, 139, 608)) < 120


@pytest.mark.parametrize(
    "paint, colour",
    [
        (b" 0.5 g 300 280 40 40 re f", (128, 128, 128)),
        (b" 1 0 0 RG 300 300 m 340 300 l S", (255, 102, 102)),
    ],
)
def test_a_printed_page_keeps_its_greys_and_a_thin_red_line_its_colour(
    paint: bytes, colour: tuple[int, int, int]
) -> None:
    image = render_page(one_page(TEXT + paint), 1)
    assert image.kind == "png"
    with Image.open(io.BytesIO(image.data)) as picture:
        assert picture.format == "PNG" and picture.width == image.width_px
        scale = image.width_px / image.width_pt
        found = picture.convert("RGB").getpixel((round(320 * scale), round((842 - 300) * scale)))
    assert all(abs(one - other) < 60 for one, other in zip(found, colour, strict=True)), found


def test_a_crowded_printed_page_has_fewer_dots_and_stays_sharp_edged() -> None:
    data = (SAMPLES / "chizhou-tangxi-2022.pdf").read_bytes()
    whole = render_page(data, 1)
    tight = render_page(data, 1, max_bytes=len(whole.data) - 1)
    assert whole.kind == tight.kind == "png"
    assert tight.width_px / tight.width_pt * 72 >= 119 and len(tight.data) < len(whole.data)


def test_a_scan_is_kept_as_webp() -> None:
    assert render_page((SAMPLES / "collection-2022-scan.pdf").read_bytes(), 1).kind == "webp"
