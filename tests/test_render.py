"""Page images: small enough, sharp enough, upright, and without the names that the text hides."""
from __future__ import annotations

import io
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from extractors.errors import ExtractError
from extractors.limits import IMAGE_BYTES
from extractors.render import render_page
from extractors.sandbox import run_isolated
from tests.hostile.make import TEXT, one_page

SAMPLES = Path(__file__).parent.parent / "data/samples"


@pytest.mark.parametrize("name", ["beijing-hotline-2020-watermark.pdf", "collection-2022-scan.pdf", "hubei-commerce-2020.pdf"])
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


def test_covered_boxes_cannot_be_read() -> None:
    data = one_page(TEXT)  # 12345 at (72, 700) from the lower left of 842
    box = (70, 842 - 715, 120, 842 - 695)
    shown, covered = render_page(data, 1), run_isolated(partial(render_page, hide=[box]), data, 1)
    for image, dark in ((shown, True), (covered, False)):
        with Image.open(io.BytesIO(image.data)) as picture:
            scale = image.width_px / image.width_pt
            darkest, _ = picture.convert("L").crop(tuple(round(v * scale) for v in box)).getextrema()
            assert (darkest < 100) is dark


@pytest.mark.parametrize("page", [0, 2, 99])
def test_a_page_that_is_not_there(page: int) -> None:
    with pytest.raises(ExtractError, match="无法显示"):
        render_page(one_page(TEXT), page)


def test_a_page_of_200_inches_is_refused_before_it_is_drawn() -> None:
    with pytest.raises(ExtractError, match="面积上限"):
        render_page(one_page(TEXT, box=b"0 0 14400 14400"), 1)
