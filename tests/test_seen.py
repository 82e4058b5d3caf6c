"""What a person sees on the page is what is read: layers, covers, strikes, annotations, fields, pictures, seals, fonts with a wrong table.

Every document here is one small form whose budget cell is touched in a way that offices and systems touch it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from selfeval.extractors.drawing.render import draw_page, opened
from selfeval.extractors.model import Document, Form
from selfeval.extractors.read import read_document

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
LEFT, TOP, WIDTH, HEIGHT = 40, 700, 74, 26
ROWS = (
    ("项目名称", "道路养护", "", "", "", "", ""),
    ("", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"),
    ("年度资金总额", "1680", "1680", "1512", "10", "90%", "9"),
)
#: the cell of the budget: left, bottom, and where its text begins
X, Y = LEFT + 2 * WIDTH, TOP - 2 * HEIGHT
SPOT = (X + 3, Y + 9)
Drawing = Callable[[Canvas], None]


def page(
    budget: str = "1680",
    before: Drawing | None = None,
    after: Drawing | None = None,
    font: str = "Helvetica",
) -> bytes:
    """A form of one page; `before` and `after` draw under and over it."""
    out = io.BytesIO()
    canvas = Canvas(out, A4, pageCompression=0)
    if before:
        before(canvas)
    canvas.setFont("STSong-Light", 12)
    canvas.drawString(220, 760, "项目支出绩效自评表")
    for row, texts in enumerate(ROWS):
        for column, text in enumerate(texts):
            x, y = LEFT + column * WIDTH, TOP - row * HEIGHT
            canvas.setStrokeGray(0)
            canvas.rect(x, y, WIDTH, HEIGHT)
            canvas.setFillGray(0)
            canvas.setFont(font if text.strip("0123456789%.") == "" else "STSong-Light", 10)
            canvas.drawString(x + 3, y + 9, budget if (row, column) == (2, 2) else text)
    if after:
        after(canvas)
    canvas.save()
    return out.getvalue()


def write(canvas: Canvas, text: str, x: float = SPOT[0], y: float = SPOT[1]) -> None:
    canvas.setFont("Helvetica", 10)
    canvas.setFillGray(0)
    canvas.drawString(x, y, text)


def read(data: bytes, recognise: bool = False) -> Form:
    document: Document = read_document(data, "seen.pdf", recognise=recognise)
    assert document.status == "ok", document.reason
    return document.forms[0]


def budget(form: Form) -> str | None:
    return form.funds[0].budget


def why(form: Form, path: str = "funds/0/budget") -> str:
    return "；".join(doubt.why for doubt in form.doubts if doubt.path == path)


def changed(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        change(document)
        document.save(out)
    return out.getvalue()


def annotated(data: bytes, **entries: object) -> bytes:
    def add(document: pikepdf.Pdf) -> None:
        made = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Annot, F=4, **entries))
        document.pages[0].Annots = pikepdf.Array([made])

    return changed(data, add)


def appearance(document_text: bytes) -> Callable[[pikepdf.Pdf], pikepdf.Object]:
    def make(document: pikepdf.Pdf) -> pikepdf.Object:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        return document.make_stream(
            document_text,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=[0, 0, WIDTH, HEIGHT],
            Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)),
        )

    return make


def typed_over(data: bytes, subtype: str, content: bytes) -> bytes:
    """An annotation over the budget cell with an appearance of its own."""

    def add(document: pikepdf.Pdf) -> None:
        annotation = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name("/" + subtype),
            Rect=[X, Y, X + WIDTH, Y + HEIGHT],
            F=4,
            AP=pikepdf.Dictionary(N=appearance(content)(document)),
        )
        document.pages[0].Annots = pikepdf.Array([document.make_indirect(annotation)])

    return changed(data, add)


COVER = b"1 g 2 2 70 22 re f "
TYPED = b"0 g BT /F1 10 Tf 3 9 Td (1250) Tj ET"


def test_a_clean_form_is_read_without_a_doubt_and_without_recognition() -> None:
    form = read(page())
    assert (budget(form), form.doubts) == ("1680", ())


def test_a_value_typed_over_print_by_an_annotation_is_the_value() -> None:
    form = read(typed_over(page(), "FreeText", COVER + TYPED))
    assert budget(form) == "1250"
    assert why(form) == "第1页上改为“1250”，原印“1680”"


def test_a_filled_field_is_read_also_without_an_appearance() -> None:
    def fill(document: pikepdf.Pdf) -> None:
        field = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, F=4, T="budget",
                V="1250", DA="/Helv 10 Tf 0 g", Rect=[X + 2, Y + 4, X + WIDTH - 2, Y + HEIGHT - 4],
            )
        )  # fmt: skip
        document.pages[0].Annots = pikepdf.Array([field])
        helvetica = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        document.Root.AcroForm = pikepdf.Dictionary(
            Fields=pikepdf.Array([field]), NeedAppearances=True, DA="/Helv 10 Tf 0 g",
            DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=helvetica)),
        )  # fmt: skip

    assert budget(read(changed(page(budget=""), fill))) == "1250"


def test_a_white_annotation_blanks_the_value_and_says_so() -> None:
    form = read(typed_over(page(), "Square", COVER))
    assert budget(form) == ""
    assert "1680" in why(form)


@pytest.mark.parametrize("how", ["stroke", "rounded", "fill"])
def test_a_value_under_white_paint_gives_way_to_the_one_above(how: str) -> None:
    def cover(canvas: Canvas) -> None:
        canvas.setFillGray(1)
        canvas.setStrokeGray(1)
        if how == "stroke":
            canvas.setLineWidth(14)
            canvas.line(X + 3, Y + 13, X + 60, Y + 13)
        elif how == "rounded":
            canvas.roundRect(X + 2, Y + 3, WIDTH - 4, HEIGHT - 6, 4, stroke=0, fill=1)
        else:
            canvas.rect(X + 2, Y + 3, WIDTH - 4, HEIGHT - 6, stroke=0, fill=1)
        write(canvas, "2345")

    form = read(page(after=cover))
    assert budget(form) == "2345"
    assert "1680" in why(form)


def test_a_layer_that_is_off_is_not_there() -> None:
    """A draft's note, and an old value that the new one was printed upon."""
    data = page(after=lambda canvas: canvas.drawString(SPOT[0], SPOT[1], "2345"))

    def hide(document: pikepdf.Pdf) -> None:
        layer = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="old"))
        document.Root.OCProperties = pikepdf.Dictionary(
            OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer], Order=[layer])
        )
        first = document.pages[0]
        first.Resources.Properties = pikepdf.Dictionary(MC0=layer)
        content = first.Contents.read_bytes()
        at = content.rindex(b"BT", 0, content.index(b"(2345)"))
        first.Contents = document.make_stream(
            content[:at] + b"/OC /MC0 BDC " + content[at:].rstrip() + b" EMC\n"
        )

    form = read(changed(data, hide))
    assert budget(form) == "1680"
    assert "2345" in why(form)


def test_two_texts_on_one_place_are_a_doubt() -> None:
    form = read(page(after=lambda canvas: write(canvas, "1250")))
    assert "叠有" in why(form)


def test_struck_text_is_not_the_value() -> None:
    def strike(canvas: Canvas) -> None:
        canvas.setLineWidth(0.7)
        canvas.line(X + 2, Y + 12.5, X + 27, Y + 12.5)
        write(canvas, "1250", X + 34)

    form = read(page(after=strike))
    assert budget(form) == "1250"
    assert "划去" in why(form)


def test_an_underline_strikes_nothing() -> None:
    def underline(canvas: Canvas) -> None:
        canvas.setLineWidth(0.7)
        canvas.line(X + 3, Y + 7.6, X + 26, Y + 7.6)

    form = read(page(after=underline))
    assert (budget(form), why(form)) == ("1680", "")


def test_a_pen_stroke_across_a_value_is_a_doubt() -> None:
    def cross(canvas: Canvas) -> None:
        canvas.bezier(X + 4, Y + 9, X + 10, Y + 16, X + 16, Y + 9, X + 24, Y + 15)

    form = read(page(after=cross))
    assert budget(form) == "1680"
    assert "笔迹" in why(form)


def test_a_highlighter_leaves_no_doubt() -> None:
    def mark(canvas: Canvas) -> None:
        canvas.setFillColorRGB(1, 1, 0, alpha=0.4)
        canvas.rect(X + 2, Y + 5, 40, 16, stroke=0, fill=1)

    assert why(read(page(after=mark))) == ""


def test_a_diagonal_through_an_empty_cell_is_not_asked_after() -> None:
    form = read(
        page(budget="", after=lambda c: c.line(X + 1, Y + 1, X + WIDTH - 1, Y + HEIGHT - 1))
    )
    assert (budget(form), why(form)) == ("", "")


@cache
def _picture(text: str) -> ImageReader:
    image = Image.new("RGB", (300, 100), "white")
    brush = ImageDraw.Draw(image)
    brush.text((20, 10), text, fill="black", font=ImageFont.load_default(size=64))
    return ImageReader(image)


def test_a_picture_of_a_value_is_recognised_and_doubted() -> None:
    def paste(canvas: Canvas) -> None:
        canvas.drawImage(_picture("1250"), X + 4, Y + 3, 60, 20)

    with pytest.raises(AssertionError, match="needs-ocr"):
        read(page(after=paste))
    form = read(page(after=paste), recognise=True)
    assert budget(form) == "1250"
    assert why(form)


def test_red_values_under_a_red_seal_are_values_and_its_own_words_are_not() -> None:
    def seal(canvas: Canvas) -> None:
        canvas.setStrokeColorRGB(0.85, 0.1, 0.1)
        canvas.setLineWidth(2)
        canvas.circle(X + 20, Y + 10, 45)
        canvas.setFillColorRGB(0.85, 0.1, 0.1)
        canvas.setFont("STSong-Light", 9)
        canvas.drawString(X - 8, Y - 22, "绩效专用章")

    def red_value(canvas: Canvas) -> None:
        canvas.setFillColorRGB(0.8, 0, 0)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(*SPOT, "1250")
        seal(canvas)

    form = read(page(budget="", after=red_value))
    assert budget(form) == "1250"


def test_pale_words_printed_again_and_again_are_a_watermark() -> None:
    def watermark(canvas: Canvas) -> None:
        canvas.setFillGray(0.75)
        canvas.setFont("STSong-Light", 10)
        for row in range(6):
            for column in range(3):
                canvas.drawString(50 + 170 * column, 640 + 19 * row, "青石市财政局")

    form = read(page(before=watermark))
    assert (budget(form), form.project_name) == ("1680", "道路养护")


def test_a_font_told_to_swap_its_digits_is_read_by_their_shape() -> None:
    def swap(document: pikepdf.Pdf) -> None:
        for font in document.pages[0].Resources.Font.values():
            if "/ToUnicode" in font and "/FontFile2" in font.get("/FontDescriptor", {}):
                table = font.ToUnicode.read_bytes()
                six, eight, other = b"<0036>", b"<0038>", b"<@@@@>"
                table = table.replace(six, other).replace(eight, six).replace(other, eight)
                font.ToUnicode = document.make_stream(table)

    form = read(changed(page(font="Vera"), swap), recognise=True)
    assert budget(form) == "1680"
    assert any("字形" in doubt.why for doubt in form.doubts)


def test_attachments_are_told_and_a_portfolio_is_read_with_its_files() -> None:
    def attach(document: pikepdf.Pdf) -> None:
        document.attachments["form.pdf"] = page()

    assert any("附件" in doubt.why for doubt in read(changed(page(), attach)).doubts)

    def bind(document: pikepdf.Pdf) -> None:
        attach(document)
        document.Root.Collection = pikepdf.Dictionary(Type=pikepdf.Name.Collection)

    cover = io.BytesIO()
    canvas = Canvas(cover, A4)
    canvas.drawString(100, 700, "Open this file in a viewer")
    canvas.save()
    form = read(changed(cover.getvalue(), bind))
    assert budget(form) == "1680"
    assert form.evidence["funds/0/budget"][0].page == 2


def test_a_page_image_shows_what_was_typed_over() -> None:
    data = typed_over(page(), "FreeText", COVER + TYPED)
    with opened(data) as document:
        shown = Image.open(io.BytesIO(draw_page(document, 1).data)).convert("L")
    with opened(page()) as document:
        bare = Image.open(io.BytesIO(draw_page(document, 1).data)).convert("L")
    assert shown.tobytes() != bare.tobytes()
