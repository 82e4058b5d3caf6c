"""Text that no reader of the page sees is never a value, and is reported."""

from __future__ import annotations

import io

import pikepdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from selfeval.extractors.model import Document
from selfeval.extractors.pages.kinds import MIN_SIZE
from selfeval.extractors.read import read_document
from tests import ruled

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
ROWS = (
    ("项目名称", "道路养护", "", "", "", "", ""),
    ("", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"),
    ("年度资金总额", "100", "100", "90", "10", "90%", "9"),
)
LEFT, TOP, WIDTH, HEIGHT = 60, 700, 65, 24


def form(hide: str) -> Document:
    """A small form with "7777" beside the budget of 100, hidden in a way."""
    out = io.BytesIO()
    canvas = Canvas(out, A4)
    canvas.setFont("STSong-Light", 10)
    canvas.drawString(220, 760, "项目支出绩效自评表")
    if hide == "under an image":
        put(canvas)
    for row, texts in enumerate(ROWS):
        for column, text in enumerate(texts):
            x, y = LEFT + column * WIDTH, TOP - row * HEIGHT
            if hide == "under an image" and (row, column) == (2, 2):
                canvas.setFillColorRGB(1, 1, 1)
                canvas.rect(x, y, WIDTH, HEIGHT, stroke=0, fill=1)
                canvas.setFillColorRGB(0, 0, 0)
            canvas.rect(x, y, WIDTH, HEIGHT)
            canvas.drawString(x + 3, y + 8, text)
    if hide == "white":
        canvas.setFillColorRGB(1, 1, 1)
        put(canvas)
    elif hide == "tiny":
        canvas.setFont("STSong-Light", MIN_SIZE / 2)
        put(canvas)
    elif hide == "invisible":
        text = canvas.beginText(*SPOT)
        text.setTextRenderMode(3)
        text.textOut("7777")
        canvas.drawText(text)
    elif hide == "clipped":
        path = canvas.beginPath()
        path.rect(500, 100, 10, 10)
        canvas.clipPath(path, stroke=0, fill=0)
        put(canvas)
    elif hide == "off the page":
        canvas.drawString(-200, 400, "7777")
    canvas.save()
    return read_document(out.getvalue(), "hidden.pdf")


SPOT = (LEFT + 2 * WIDTH + 30, TOP - 2 * HEIGHT + 8)


def put(canvas: Canvas) -> None:
    canvas.drawString(*SPOT, "7777")


@pytest.mark.parametrize(
    "hide", ["white", "tiny", "invisible", "clipped", "off the page", "under an image"]
)
def test_hidden_text_is_not_read_as_printed_and_is_reported(hide: str) -> None:
    (read,) = form(hide).forms
    assert read.funds[0].budget == "100"
    assert [doubt for doubt in read.doubts if "7777" in doubt.why]


def test_text_in_plain_sight_raises_no_doubt() -> None:
    (read,) = form("").forms
    assert read.funds[0].budget == "100"
    assert read.doubts == ()


def test_the_doubt_names_the_value_beside_which_text_is_hidden() -> None:
    (read,) = form("white").forms
    assert [doubt.path for doubt in read.doubts] == ["funds/0/budget"]


def test_rows_beyond_the_crop_of_a_page_are_no_rows_and_are_told() -> None:
    """A row that nobody sees came back as an empty one under the level of the row above it."""
    table: ruled.Rows = [
        ["项目名称", ("河道整治", 6)],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
        [("产出指标", 1, 2), "数量指标", "整治长度", "≥10公里", "10公里", "50", "50"],
        ["质量指标", "验收合格率", "100%", "100%", "50", "40"],
    ]
    title = "项目支出绩效自评表（2023年度）"
    solved = ruled.solved([[title, table]])
    (grid,) = solved[0].grids
    with pikepdf.open(io.BytesIO(ruled.pdf([[title, table]]))) as document:
        document.pages[0].cropbox = [0, ruled.HEIGHT - grid.ys[-2], ruled.WIDTH, ruled.HEIGHT]
        out = io.BytesIO()
        document.save(out)
    (form,) = read_document(out.getvalue(), "cropped.pdf").forms
    assert [row.level3 for row in form.indicators] == ["整治长度"]
    assert any("验收合格率" in doubt.why for doubt in form.doubts)
