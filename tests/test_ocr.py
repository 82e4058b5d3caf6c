"""Scans: what is drawn, rastered and spoilt as scanners spoil it comes back, or is doubted."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from selfeval.extractors.grids.cells import SolvedPage, solve

WIDTH, HEIGHT, DPI = 420, 300, 200
COLUMNS = (40, 110, 170, 240, 300, 380)
ROWS = (50, 68, 86, 104, 122, 158)  # from the top, in points
#: (row, column) -> text; row 4 is merged over columns 1 to 3, and the cell (2, 4) stays empty
TEXTS = {
    (0, 0): "Budget",
    (0, 1): "508.75",
    (0, 2): "91.40",
    (0, 3): "100%",
    (0, 4): "7",
    (1, 0): "Executed",
    (1, 1): "0.05",
    (1, 2): "1,234.5",
    (1, 3): "86.5%",
    (1, 4): "8",
    (2, 0): "Weight",
    (2, 1): "4",
    (2, 2): "10",
    (2, 3): "3.00",
    (3, 0): "Score",
    (3, 1): "1",
    (3, 2): "0",
    (3, 3): "2.40",
    (3, 4): "11",
    (4, 0): "Total",
    (4, 1): "100",
    (4, 4): "94.5",
}


def _drawn() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    data = io.BytesIO()
    canvas = Canvas(data, pagesize=(WIDTH, HEIGHT))
    canvas.setLineWidth(0.7)
    for y in ROWS:
        canvas.line(COLUMNS[0], HEIGHT - y, COLUMNS[-1], HEIGHT - y)
    for i, x in enumerate(COLUMNS):
        canvas.line(x, HEIGHT - ROWS[0], x, HEIGHT - (ROWS[4] if i in (2, 3) else ROWS[-1]))
    canvas.setFont("Helvetica", 10)
    for (row, column), text in TEXTS.items():
        canvas.drawString(COLUMNS[column] + 6, HEIGHT - ROWS[row] - 13, text)
    # A dash as long as its merged cell's column, on the level of nothing else; and a title.
    canvas.setLineWidth(0.5)
    canvas.line(COLUMNS[2] + 4, HEIGHT - 145, COLUMNS[3] - 30, HEIGHT - 145)
    canvas.setFont("Helvetica", 16)
    canvas.drawString(150, HEIGHT - 35, "Form 2022")
    canvas.save()
    return data.getvalue()


def _raster() -> Any:
    import pypdfium2

    document = pypdfium2.PdfDocument(_drawn())
    return document[0].render(scale=DPI / 72, rev_byteorder=True).to_numpy()[..., :3].copy()


def _read(image: Any) -> SolvedPage:
    """Given a colour image, a page of it compressed as a scanner does, read by the engine."""
    import pypdfium2
    from PIL import Image

    from selfeval.extractors.engines.ocr import read_page

    data = io.BytesIO()
    Image.fromarray(image).save(data, "PDF", resolution=DPI, quality=70)
    return solve(read_page(pypdfium2.PdfDocument(data.getvalue())[0], 1))


def _spoilt(image: Any, skew: float) -> Any:
    """Turned by `skew` degrees around the middle, on greyish paper with noise and black speckle."""
    import cv2
    import numpy as np

    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1)
    spoilt = (
        cv2.warpAffine(image, matrix, (width, height), borderValue=(255, 255, 255)).astype(
            np.float32
        )
        * 0.9
    )
    random = np.random.default_rng(7)
    spoilt += random.normal(0, 7, spoilt.shape[:2])[..., None]
    count = spoilt.shape[0] * spoilt.shape[1] // 8000
    spoilt[random.integers(0, height, count), random.integers(0, width, count)] = 30
    return np.clip(spoilt, 0, 255).astype(np.uint8)


def _cells(page: SolvedPage) -> dict[tuple[int, int], Any]:
    assert len(page.grids) == 1
    return {(c.row, c.column): c for c in page.grids[0].cells}


@pytest.fixture(scope="module")
def skewed() -> SolvedPage:
    return _read(_spoilt(_raster(), 2.0))


def test_decimal_points_and_lone_digits_survive_a_skewed_noisy_scan(skewed: SolvedPage) -> None:
    cells = _cells(skewed)
    for place, text in TEXTS.items():
        if re.search(r"\d", text) and place != (4, 1):
            assert cells[place].text == text, place


def test_an_empty_cell_stays_empty_under_speckle(skewed: SolvedPage) -> None:
    assert _cells(skewed)[2, 4].text == ""


def test_a_long_dash_does_not_cut_the_merged_cell_that_holds_it(skewed: SolvedPage) -> None:
    merged = _cells(skewed)[4, 1]
    assert (merged.row_span, merged.column_span) == (1, 3)
    assert merged.text.startswith("100")
    assert len(skewed.grids[0].cells) == 23


def test_boxes_of_a_skewed_scan_lie_on_the_page_as_displayed(skewed: SolvedPage) -> None:
    import cv2

    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 2.0, 1)
    for row, column in ((0, 0), (3, 4), (1, 2)):
        x, y = (COLUMNS[column] + COLUMNS[column + 1]) / 2, (ROWS[row] + ROWS[row + 1]) / 2
        want = matrix @ (x, y, 1)
        x0, top, x1, bottom = _cells(skewed)[row, column].evidence[0].bbox
        assert abs((x0 + x1) / 2 - want[0]) < 1.5
        assert abs((top + bottom) / 2 - want[1]) < 1.5


def test_large_type_outside_the_table_is_one_line(skewed: SolvedPage) -> None:
    assert [line.text.replace(" ", "") for line in skewed.lines] == ["Form2022"]


@pytest.mark.parametrize("quarters", [1, 2])
def test_a_page_scanned_on_its_side_or_head_is_turned(quarters: int) -> None:
    import numpy as np

    page = _read(np.ascontiguousarray(np.rot90(_raster(), quarters)))
    cells = _cells(page)
    assert [cells[place].text for place in ((0, 1), (1, 2), (3, 3))] == [
        "508.75",
        "1,234.5",
        "2.40",
    ]
    x0, top, x1, bottom = cells[0, 1].evidence[0].bbox
    x, y = (COLUMNS[1] + COLUMNS[2]) / 2, (ROWS[0] + ROWS[1]) / 2
    want = (y, WIDTH - x) if quarters == 1 else (WIDTH - x, HEIGHT - y)
    assert abs((x0 + x1) / 2 - want[0]) < 1.5
    assert abs((top + bottom) / 2 - want[1]) < 1.5


def test_a_red_seal_neither_hides_a_number_nor_becomes_text() -> None:
    import cv2

    image = _raster()
    seal = image.copy()
    cv2.circle(seal, (560, 240), 130, (225, 30, 40), 9)
    cv2.line(seal, (480, 240), (640, 240), (225, 30, 40), 9)
    sealed = cv2.min(image, seal)
    page = _read(sealed)
    cells = _cells(page)
    assert [cells[place].text for place in ((1, 2), (2, 2), (1, 1))] == ["1,234.5", "10", "0.05"]
    assert [notice.kind for notice in page.content.notices] == ["seal"]


def test_a_digit_cut_in_half_is_doubted_not_guessed() -> None:
    image = _raster()
    x, y = round((COLUMNS[1] + 6) * DPI / 72), round((ROWS[0] + 4) * DPI / 72)
    image[y : y + 28, x + 17 : x + 33] = 255  # a strip of correction fluid through 508.75
    cell = _cells(_read(image))[0, 1]
    assert cell.text != "508.75" or cell.confidence < 0.9
    assert cell.confidence < 0.9


def test_no_network_is_tried_and_the_models_are_those_of_the_wheel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import socket

    from selfeval.extractors.recognition import recogniser

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    recogniser._network.cache_clear()
    assert len(recogniser._network().alphabet) > 5000
