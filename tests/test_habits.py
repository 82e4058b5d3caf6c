"""Habits of offices and printing programs, one by one and in random company: what is drawn comes back right, or is told."""

from __future__ import annotations

from random import Random

import pytest

from selfeval.extractors.grids.missing import MISSING
from selfeval.extractors.read import read_document
from tests.forms import Layout, random_document
from tests.habits import Case, draw_case, random_case, silent_of
from tests.habits.case import BORDERS, PAGES, TEXTS, as_drawable
from tests.habits.judge import right_of

#: seeds of random cases, a fixed budget; `make fuzz` draws others
SEEDS = range(48)


def holds(case: Case, least: float = 1.0) -> None:
    """Assert that a case is read with nothing wrong in silence, and at least such a share of it right."""
    reading = read_document(draw_case(case), "habits.pdf")
    assert reading.status == "ok", reading.reason
    assert not silent_of(case, reading)
    right, every = right_of(case, reading)
    assert right >= least * every, (right, every)


def one(seed: int, rows: int = 4, **habits: object) -> Case:
    """A plain form with one habit."""
    rng = Random(seed)
    case = Case(seed, random_document(rng, rows=rows), Layout(), share=1.0, **habits)  # type: ignore[arg-type]
    return as_drawable(case, rng)


@pytest.mark.parametrize("habit", TEXTS)
def test_text_in_a_cell_is_read_as_it_is_seen(habit: str) -> None:
    holds(one(3, texts=(habit,)), 0.9)


@pytest.mark.parametrize("labels", ["vertical", "turned labels"])
def test_labels_set_down_columns_or_turned_are_words(labels: str) -> None:
    holds(one(5, rows=9, labels=labels))


@pytest.mark.parametrize("borders", BORDERS)
def test_borders_of_every_make_part_the_cells(borders: str) -> None:
    holds(one(7, borders=borders), 0.5 if borders.startswith("horizontal only") else 0.95)


@pytest.mark.parametrize("pages", [kind for kind in dict.fromkeys(PAGES) if kind])
def test_a_second_page_of_other_width_scale_or_way_up_goes_on_with_the_first(pages: str) -> None:
    holds(one(9, rows=30, pages=pages))


def test_type_of_two_points_is_read() -> None:
    holds(one(11, scale=0.22))


@pytest.mark.parametrize("seed", SEEDS)
def test_random_habits_together_are_right_or_told(seed: int) -> None:
    case = random_case(seed)
    assert not silent_of(case, read_document(draw_case(case), "habits.pdf")), str(case)


@pytest.mark.parametrize(
    ("seed", "trouble"),
    [
        (20009, "a digit on a border beside an empty cell"),
        (20031, "turned figures in a merged cell"),
        (20095, "a text in the lower row of a merged cell"),
        (20254, "two names in a merged cell"),
        (20427, "two names in a merged cell, one of them turned"),
        (30016, "a glyph drawn as a box"),
        (30061, "a full stop alone on its underline"),
        (30143, "more underlines than borders"),
        (30263, "a text near the middle of two rows"),
        (30355, "a row cut where a level ends in 分）"),
        (30364, "a column whose caption was misread"),
        (100053, "a caption runs into the first fund: the row became a caption"),
        (101061, "the same over a blank row"),
        (101405, "a row of full-width figures was taken for captions"),
        (900027, "a goal in one cell with its caption"),
        (103836, "a turned level in one cell with the caption above it"),
        (103200, "captions printed again with a slip ended the form"),
        (100464, "a row cut by a page break without borders became two"),
        (201314, "a number that wraps was cut in two by a page break"),
        (202337, "the name of a level was cut by a page break"),
        (101122, "full-width figures over a border were parted"),
        (100198, "an underline made one indicator two"),
        (100122, "two levels in one cell"),
        (102783, "two levels set down in columns in one cell"),
        (304303, "a line through the label beside the goals made them the header's"),
        (302448, "a number in one cell with its caption, and before it"),
        (303494, "a number on two lines, where another of its column ran over its border"),
        (303865, "the end of a level's name after a page break, its beginning in another's cell"),
        (303868, "a row cut by a page break shared the score of the row above"),
        (304033, "a blank result shared the cell of the result below"),
        (300274, "a row without points was cut by a page break, its label said to go on"),
        (301971, "two levels in one cell above a page break, blank ones below it"),
        (302050, "the end of one first level and the whole of the next in one cell"),
        (305639, "the label of the goals and the caption of the levels in one cell"),
        (407959, "a row cut in the middle of a sentence, its numbers above the break"),
        (102784, "a blank score shared the cell of the score above"),
    ],
)
def test_a_form_of_the_fuzz_that_lost_values_in_silence(seed: int, trouble: str) -> None:
    case = random_case(seed)
    silent = silent_of(case, read_document(draw_case(case), "habits.pdf"))
    assert not silent, f"{trouble}: {case}"


@pytest.mark.parametrize("seed", [20443, 20487, 20576])
def test_a_value_below_or_above_an_empty_cell_without_a_border_between_is_told(seed: int) -> None:
    """It stands in the middle of its row, and so not where a merged cell has its text."""
    case = random_case(seed)
    assert case.borders == "missing segment"
    reading = read_document(draw_case(case), "habits.pdf")
    assert not silent_of(case, reading)
    assert any(MISSING[1] in doubt.why for form in reading.forms for doubt in form.doubts)
