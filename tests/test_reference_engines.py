"""pdfplumber and camelot give the grids that the default engine gives, whichever way a page is turned."""

from __future__ import annotations

import inspect
import io
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from flow_runs import selfeval
from reportlab.pdfgen.canvas import Canvas

from selfeval.extractors.engines import camelot, pdfplumber, registry
from selfeval.extractors.engines import pdfium as default
from selfeval.extractors.engines.registry import ENGINES
from selfeval.extractors.engines.upright import upright
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.grids.cells import solve
from selfeval.extractors.model import Grid
from selfeval.extractors.read import read_document
from tests.forms import Layout, draw, random_document
from tests.forms.compare import leaves, norm


def form(rows: int = 8, seed: int = 4) -> dict[str, Any]:
    return random_document(Random(seed), rows=rows)


def shape(grid: Grid) -> list[tuple[int, int, int, int, str]]:
    return [
        (cell.row, cell.column, cell.row_span, cell.column_span, norm(cell.text))
        for cell in grid.cells
    ]


def solved(data: bytes) -> list[Grid]:
    document = pdfium.PdfDocument(data)
    return [
        grid
        for index in range(len(document))
        for grid in solve(default.read_page(document[index], index + 1)).grids
    ]


@pytest.mark.parametrize(
    "layout",
    [Layout(), Layout(rotate=90), Layout(rotate=180), Layout(rotate=270, counter_turned=True)],
    ids=["upright", "sideways", "upside down", "turned back"],
)
@pytest.mark.parametrize("engine", [pdfplumber, camelot], ids=["pdfplumber", "camelot"])
def test_spans_text_and_evidence_agree_with_the_default_engine(engine: Any, layout: Layout) -> None:
    data = draw(form(), layout)
    (ours,), ((theirs,),) = solved(data), engine.read_grids(data)
    assert shape(theirs) == shape(ours)
    for a, b in zip(ours.cells, theirs.cells, strict=True):
        assert all(
            abs(p - q) <= 2.0 for p, q in zip(a.evidence[0].bbox, b.evidence[0].bbox, strict=True)
        ), (a, b)


def test_cells_that_a_page_break_leaves_open_are_cells_to_pdfplumber_too() -> None:
    data = draw(form(rows=34), Layout(break_border="none", breaks="cut"))
    pages = pdfplumber.read_grids(data)
    assert len(pages) > 1
    assert [grid.open_bottom for page in pages[:-1] for grid in page[-1:]] == [True] * (
        len(pages) - 1
    )
    assert [shape(grid) for page in pages for grid in page] == [
        shape(grid) for grid in solved(data)
    ]


@pytest.mark.parametrize("hidden", ["white", "off-page"])
def test_pdfplumber_leaves_out_what_no_reader_sees(hidden: str) -> None:
    layout = Layout(hidden=hidden, watermark="oblique", seal=True)
    plain = replace(layout, hidden="", watermark="", seal=False)
    assert [
        shape(grid) for page in pdfplumber.read_grids(draw(form(), layout)) for grid in page
    ] == [shape(grid) for grid in solved(draw(form(), plain))]


@pytest.mark.parametrize(
    "layout",
    [Layout(repeat_header=True), Layout(shaded="dark"), Layout(nested=True, mixed_type=True)],
    ids=["repeated header", "white on dark", "nested"],
)
@pytest.mark.parametrize("engine", ["pdfplumber", "camelot"])
def test_a_whole_form_is_read_through_each_engine(engine: str, layout: Layout) -> None:
    document = form(rows=12)
    reading = read_document(draw(document, layout), "form.pdf", engine=engine)
    assert not [leaf for leaf in leaves(document, reading) if not leaf.right]


@pytest.mark.parametrize("engine", [pdfplumber, camelot], ids=["pdfplumber", "camelot"])
def test_only_the_pages_asked_for_are_read(engine: Any) -> None:
    data = draw(form(rows=40), Layout(page=(841.89, 595.28)))
    every = engine.read_grids(data)
    assert len(every) == 3
    assert [[grid.page for grid in page] for page in engine.read_grids(data, page_numbers=[2])] == [
        [grid.page for grid in every[1]]
    ]


def test_a_page_whose_crop_box_is_not_its_media_box_keeps_its_evidence_in_place() -> None:
    pdf = pikepdf.open(io.BytesIO(draw(form(), Layout())))
    pdf.pages[0].MediaBox = [-100, -50, 700, 900]
    pdf.pages[0].CropBox = [0, 0, 595.28, 841.89]
    shifted = io.BytesIO()
    pdf.save(shifted)
    (ours,) = solved(draw(form(), Layout()))
    for engine in (pdfplumber, camelot):
        ((theirs,),) = engine.read_grids(shifted.getvalue())
        assert all(
            abs(a - b) <= 2.0
            for a, b in zip(
                ours.cells[0].evidence[0].bbox, theirs.cells[0].evidence[0].bbox, strict=True
            )
        )


def test_restrictions_of_the_owner_do_not_keep_camelot_from_reading() -> None:
    pdf = pikepdf.open(io.BytesIO(draw(form(), Layout())))
    locked = io.BytesIO()
    pdf.save(
        locked,
        encryption=pikepdf.Encryption(
            owner="secret", user="", allow=pikepdf.Permissions(extract=False)
        ),
    )
    assert camelot.read_grids(locked.getvalue())[0]


def test_loose_boxes_that_would_take_pdfplumber_minutes_are_refused() -> None:
    buffer, rng = io.BytesIO(), Random(0)
    canvas = Canvas(buffer)
    for _ in range(2000):
        canvas.rect(
            rng.uniform(0, 500), rng.uniform(0, 800), rng.uniform(3, 40), rng.uniform(3, 40)
        )
    canvas.save()
    with pytest.raises(ExtractError) as refused:
        pdfplumber.read_grids(buffer.getvalue())
    assert refused.value.code == "too-complex"


def test_a_page_too_large_to_draw_at_camelots_resolution_is_refused() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(3000, 3000))
    canvas.drawString(20, 20, "large")
    canvas.save()
    with pytest.raises(ExtractError) as refused:
        camelot.read_grids(buffer.getvalue())
    assert refused.value.code == "page-too-large"


def test_a_page_without_text_is_not_turned() -> None:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(400, 300))
    canvas.rect(10, 10, 50, 50)
    canvas.save()
    turned = upright(buffer.getvalue())
    assert (turned.turns, turned.sizes) == ((0,), ((400.0, 300.0),))


def test_an_engine_is_one_file_and_one_line() -> None:
    """Every module of the folder is in the registry, and holds the function that its line says, as the protocol has it."""
    folder = Path(str(registry.__file__)).parent
    others = {"__init__", "registry", "upright"}
    assert {path.stem for path in folder.glob("*.py")} - others == set(ENGINES)
    wanted = {"pages": registry.PageReader.read_page, "grids": registry.GridReader.read_grids}
    for engine in ENGINES.values():
        asked = inspect.signature(wanted[engine.reads])
        reader = engine.page_reader if engine.reads == "pages" else engine.grid_reader
        held = inspect.signature(getattr(reader, wanted[engine.reads].__name__))
        given = [name for name in asked.parameters if name != "self"]
        assert list(held.parameters)[: len(given)] == given
        assert all(
            value.default is not value.empty
            for value in list(held.parameters.values())[len(given) :]
        )


def test_the_command_line_offers_every_engine() -> None:
    shown = selfeval("extract", "any.pdf", "--engine", "no-such-engine")
    assert shown.returncode == 3
    assert all(name in shown.stderr for name in ENGINES)
