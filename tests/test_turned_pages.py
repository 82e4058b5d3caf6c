"""Pages that lie turned stand upright in report and desk, and every box lies on its value there."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image

from selfeval.extractors.drawing.render import PagePicture, render_page
from selfeval.extractors.read import read_document
from selfeval.flows.run.images import wanted_pages
from selfeval.records.tables.build import build
from selfeval.reports.model import PageImage, Spot
from selfeval.reports.site.crops import upright

FORM = Path(__file__).parents[1] / "data/samples/langfang-hvac-2019.pdf"


def lying(turn: int) -> bytes:
    """The sample displayed with its text turned clockwise."""
    document = pdfium.PdfDocument(FORM)
    for page in document:
        page.set_rotation((page.get_rotation() + turn) % 360)
    copy = io.BytesIO()
    document.save(copy)
    return copy.getvalue()


def drawn(picture: PagePicture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data)).convert("L")


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_that_lies_turned_is_shown_upright_with_its_boxes(turn: int) -> None:
    data = lying(turn)
    reading = read_document(data, "turned.pdf")
    (pages,) = wanted_pages(build([replace(reading, sha256="0" * 64)])).values()
    assert pages[1][2] == turn
    picture = render_page(data, 1, turn=pages[1][2])
    straight = render_page(FORM.read_bytes(), 1)
    assert (picture.width_px, picture.height_px) == (straight.width_px, straight.height_px)
    image = PageImage("", 1, "", picture.width_pt, picture.height_pt, picture.turn)
    plain = read_document(FORM.read_bytes(), "plain.pdf").forms[0].evidence
    for path, parts in reading.forms[0].evidence.items():
        if parts and parts[0].page == 1:
            spot = upright(Spot(1, *parts[0].bbox), image)
            assert spot[1:] == pytest.approx(plain[path][0].bbox, abs=1.5), path


def test_personal_data_of_a_turned_page_is_covered_on_its_picture() -> None:
    box = (100.0, 60.0, 160.0, 80.0)
    width, height = pdfium.PdfDocument(FORM)[0].get_size()
    across = (height - box[3], box[0], height - box[1], box[2])  # of the page turned by 90
    shown = drawn(render_page(lying(90), 1, turn=90, hide=[across]))
    scale = shown.width / width
    inside = shown.crop(tuple(round(side * scale) for side in (102, 62, 158, 78)))
    assert inside.getextrema()[0] == inside.getextrema()[1] < 255
