"""Rulings to cells: named after what prints do to borders and to text within them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfeval.extractors.grids.cells import solve
from selfeval.extractors.grids.rulings import MAX_SPREAD, Segment, snapped
from selfeval.extractors.model import Char, Grid, PageContent, Ruling
from selfeval.extractors.pages.dotted import chained


def box(x0: float, top: float, x1: float, bottom: float) -> list[Ruling]:
    return [
        Ruling(x0, top, x1, top),
        Ruling(x0, bottom, x1, bottom),
        Ruling(x0, top, x0, bottom),
        Ruling(x1, top, x1, bottom),
    ]


def text(words: str, x: float, y: float, size: float = 10, pitch: float = 10) -> list[Char]:
    return [Char(c, x + i * pitch, y, x + (i + 0.9) * pitch, y + size) for i, c in enumerate(words)]


def page(rulings: Iterable[Ruling], chars: Iterable[Char] = ()) -> PageContent:
    return PageContent(1, 600, 800, tuple(chars), tuple(rulings))


def only_grid(rulings: Iterable[Ruling], chars: Iterable[Char] = ()) -> Grid:
    (grid,) = solve(page(rulings, chars)).grids
    return grid


def test_borders_drawn_cell_by_cell_a_hair_apart_are_one_border() -> None:
    grid = only_grid(
        box(50, 50, 150, 80)
        + box(150.8, 50, 250, 80)
        + box(50, 80.7, 150, 110)
        + box(150.8, 80.7, 250, 110)
    )
    assert (len(grid.xs), len(grid.ys), len(grid.cells)) == (3, 3, 4)


def test_two_double_lines_close_together_stay_two_borders() -> None:
    segments = [Segment(at, 0, 100) for at in (100.0, 101.4, 106.6, 108.0)]
    assert len(snapped(segments)) == 2


def test_the_strokes_of_a_wide_double_line_are_one_border_and_edges_of_columns_in_other_rows_are_not() -> (
    None
):
    assert [
        round(s.at, 6)
        for s in snapped([Segment(100, 0, 200), Segment(103.8, 0, 90), Segment(103.8, 96, 200)])
    ] == [101.9]
    assert [s.at for s in snapped([Segment(100, 0, 90), Segment(103.8, 90, 200)])] == [100, 103.8]


def test_a_merged_cell_that_takes_the_whole_page_is_a_column_of_its_table() -> None:
    """Beside the rows of a page, the borders of cells merged over more than the page stand alone: no horizontal one reaches them."""
    rows = [Ruling(100, y, 300, y) for y in (0, 30, 60)] + [
        Ruling(x, 0, x, 60) for x in (100, 200, 300)
    ]
    grid = only_grid([*rows, Ruling(0, 0, 0, 60), Ruling(50, 0, 50, 60)], text("产", 55, 20))
    assert grid.xs == (0, 50, 100, 200, 300)
    assert [(c.row_span, c.text) for c in grid.cells if c.column < 2] == [(2, ""), (2, "产")]


def test_a_line_between_two_tables_side_by_side_belongs_to_neither() -> None:
    solved = solve(
        page(
            [
                *box(0, 0, 100, 60),
                Ruling(0, 30, 100, 30),
                Ruling(150, 0, 150, 60),
                *box(200, 0, 300, 60),
                Ruling(200, 30, 300, 30),
            ]
        )
    )
    assert [grid.xs for grid in solved.grids] == [(0, 100), (200, 300)]


def test_borders_drawn_as_dots_are_borders() -> None:
    dots = [(x, 50.0, x + 0.75, 50.75) for x in (10 + 1.5 * k for k in range(40))] + [
        (10.0, y, 10.75, y + 0.75) for y in (50 + 1.5 * k for k in range(20))
    ]
    lying, standing = chained([*dots, (300.0, 300.0, 300.7, 300.7)])
    assert [round(v, 2) for v in lying] == [10.38, 50.38, 68.88, 50.38]
    assert [round(v, 2) for v in standing] == [10.38, 50.38, 10.38, 78.88]


@pytest.mark.parametrize("unit", [0.2, 0.5, 4.0])
@pytest.mark.parametrize("step", [1.5, 5.0, 9.0])
def test_dots_of_a_small_or_large_page_are_borders_at_its_scale(unit: float, step: float) -> None:
    dots = [(10 + step * k, 50.0, 10.75 + step * k, 50.75) for k in (*range(12), *range(20, 32))]
    plain = chained(dots)
    assert len(plain) == 2
    scaled = chained([tuple(unit * at for at in box) for box in dots], unit)
    assert scaled == [pytest.approx([unit * at for at in box]) for box in plain]


@given(st.lists(st.floats(0, 500), min_size=1, max_size=30))
def test_snapping_never_moves_a_border_further_than_a_border_is_thick(
    positions: list[float],
) -> None:
    result = snapped([Segment(at, 0, 100) for at in positions])
    assert all(min(abs(at - s.at) for s in result) <= MAX_SPREAD for at in positions)
    assert [s.at for s in result] == sorted(s.at for s in result) or len(
        {s.at for s in result}
    ) == len(result)


def test_a_cell_over_two_columns_and_two_rows_spans_them() -> None:
    rulings = [
        *box(0, 0, 300, 90),
        Ruling(200, 0, 200, 90),
        Ruling(100, 60, 100, 90),
        Ruling(0, 60, 300, 60),
        Ruling(200, 30, 300, 30),
    ]
    spans = {(c.row, c.column): (c.row_span, c.column_span) for c in only_grid(rulings).cells}
    assert spans == {
        (0, 0): (2, 2),
        (0, 2): (1, 1),
        (1, 2): (1, 1),
        (2, 0): (1, 1),
        (2, 1): (1, 1),
        (2, 2): (1, 1),
    }


def test_a_border_missing_at_the_page_break_still_closes_the_last_row() -> None:
    rulings = [Ruling(0, 700, 200, 700)] + [Ruling(x, 700, x, 780) for x in (0, 100, 200)]
    grid = only_grid(rulings, text("84", 20, 740))
    assert grid.open_bottom
    assert not grid.open_top
    assert [c.text for c in grid.cells] == ["84", ""]
    assert all(c.open == (False, True) for c in grid.cells)


def test_tables_side_by_side_are_two_grids() -> None:
    solved = solve(
        page(
            [
                *box(0, 0, 100, 50),
                Ruling(50, 0, 50, 50),
                *box(300, 0, 400, 50),
                Ruling(350, 0, 350, 50),
            ]
        )
    )
    assert len(solved.grids) == 2


def test_cells_that_borders_do_not_enclose_are_doubted() -> None:
    rulings = [
        *box(0, 0, 200, 100),
        Ruling(100, 0, 100, 100),
        Ruling(0, 50, 100, 50),
        Ruling(100, 50, 140, 50),
    ]
    grid = only_grid(
        [r for r in rulings if r != Ruling(100, 0, 100, 100)] + [Ruling(100, 0, 100, 50)]
    )
    assert any(cell.confidence < 1 and cell.why for cell in grid.cells)


def test_text_that_runs_over_a_border_stays_whole_and_is_doubted() -> None:
    rulings = [*box(0, 0, 200, 30), Ruling(52, 0, 52, 30)]
    grid = only_grid(rulings, text("387664.62", 4, 10, size=10, pitch=6.9))
    assert grid.cells[0].text == "387664.62"
    assert grid.cells[0].confidence < 1


def test_a_number_that_a_border_parts_between_two_digits_is_not_read_as_two() -> None:
    rulings = [*box(0, 0, 200, 30), Ruling(38.2, 0, 38.2, 30)]
    grid = only_grid(rulings, text("387664.62", 4, 10, size=10, pitch=5.7))
    assert grid.cells[0].confidence < 1 or grid.cells[1].confidence < 1


def test_text_outside_the_tables_is_kept_as_lines() -> None:
    solved = solve(
        page(
            [*box(0, 100, 200, 130), Ruling(100, 100, 100, 130)], text("项目支出绩效自评表", 40, 50)
        )
    )
    assert [line.text for line in solved.lines] == ["项目支出绩效自评表"]


def test_evidence_is_on_the_page_as_displayed() -> None:
    content = PageContent(
        1, 600, 800, tuple(text("7", 20, 20)), (*box(0, 0, 100, 50), Ruling(50, 0, 50, 50)), turn=90
    )
    (cell, _) = solve(content).grids[0].cells
    assert cell.evidence[0].bbox == (750.0, 0.0, 800.0, 50.0)
