"""Whatever is drawn comes back, or is doubted: generated forms through the default engine."""

from __future__ import annotations

import inspect
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from reportlab.pdfbase import pdfmetrics

from selfeval.extractors.model import Document, Form
from selfeval.extractors.read import read_document
from tests.forms import (
    Layout,
    draw,
    draw_pages,
    extras,
    random_document,
    random_layout,
    truth,
    words,
)
from tests.forms.compare import invented, leaves, unsaid
from tests.forms.layout import BORDERS
from tests.forms.strategies import documents, layouts
from tests.forms.type import font, with_radicals

SEEDS = range(40)
#: points by which the box given for a value may differ from the cell that was drawn: half the widest border, snapped to a double line
EVIDENCE_TOLERANCE = 4.0


def read(document: dict[str, Any], layout: Layout, seed: int = 0) -> Document:
    return read_document(draw(document, layout, seed), "generated.pdf")


# Without the shrinking phase, which takes minutes: add Phase.shrink to look for the smallest form and plainest layout that fail.
@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
@given(documents(), layouts())
def test_whatever_is_drawn_comes_back_or_is_doubted(
    document: dict[str, Any], layout: Layout
) -> None:
    reading = read(document, layout)
    assert reading.status == "ok", reading.reason
    assert not unsaid(document, reading)
    assert len(reading.forms) == len(document["forms"])


def test_over_many_forms_numbers_are_exact_and_nothing_is_invented() -> None:
    count: Counter[str] = Counter()
    for seed in SEEDS:
        rng = Random(seed)
        document, layout = random_document(rng), random_layout(rng)
        reading = read(document, layout, seed)
        found = leaves(document, reading)
        count["leaves"] += len(found)
        count["right"] += sum(leaf.right for leaf in found)
        count["numbers"] += sum(leaf.number for leaf in found)
        count["right numbers"] += sum(leaf.right and leaf.number for leaf in found)
        count["invented"] += len(invented(document, reading))
    assert count["right"] >= 0.998 * count["leaves"], count
    assert count["right numbers"] == count["numbers"], count
    assert not count["invented"], count


@pytest.mark.parametrize("borders", BORDERS)
def test_borders_drawn_in_any_way_make_the_same_cells(borders: str) -> None:
    document = random_document(Random(11), rows=14)
    assert not [
        leaf for leaf in leaves(document, read(document, Layout(borders=borders))) if not leaf.right
    ]


@pytest.mark.parametrize("counter_turned", [False, True])
@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_evidence_lies_on_the_page_as_displayed_however_the_page_is_turned(
    rotate: int, counter_turned: bool
) -> None:
    document = random_document(Random(5), rows=24)
    drawn = draw_pages(document, Layout(rotate=rotate, counter_turned=counter_turned))
    (form,) = read_document(drawn.data, "generated.pdf").forms
    assert drawn.pages > 1
    compared = 0
    for path, places in drawn.places[0].items():
        parts = form.evidence.get(path)
        if (
            not parts
            or len(places) > 1
            or path.endswith(("level1", "level2", "target", "amount_unit"))
        ):
            continue  # several cells or several pages stand behind one value: the boxes are the reading's own choice
        page, box = places[0]
        assert parts[0].page == page, path
        assert all(
            abs(a - b) <= EVIDENCE_TOLERANCE for a, b in zip(parts[0].bbox, box, strict=True)
        ), (path, parts[0].bbox, box)
        compared += 1
    assert compared > 60, compared


@pytest.mark.parametrize("kind", ["white", "tiny", "off-page"])
def test_text_that_no_reader_sees_is_not_read_and_white_text_is_reported(kind: str) -> None:
    document = random_document(Random(3), rows=6)
    reading = read(document, Layout(hidden=kind))
    assert not [leaf for leaf in leaves(document, reading) if not leaf.right]
    if kind == "white":
        assert any("99" in doubt.why for form in reading.forms for doubt in form.doubts)


@pytest.mark.parametrize("seed", range(4))
def test_a_seal_over_the_last_rows_takes_no_character_from_them(seed: int) -> None:
    document = random_document(Random(seed), rows=16)
    assert not unsaid(document, read(document, Layout(seal=True)))


@pytest.mark.parametrize("watermark", ["oblique", "level"])
def test_watermark_characters_enter_no_cell(watermark: str) -> None:
    document = random_document(Random(9), rows=18)
    assert not [
        leaf
        for leaf in leaves(document, read(document, Layout(watermark=watermark)))
        if not leaf.right
    ]


def test_several_forms_on_one_page_and_prose_between_are_several_forms() -> None:
    document = random_document(Random(21), forms=3, rows=3)
    for layout in (
        Layout(new_page=False),
        Layout(prose=1, notes=True, running_head=True, page_numbers=True),
    ):
        reading = read(document, layout)
        assert [form.project_name for form in reading.forms] == [
            form["project_name"] for form in document["forms"]
        ]


@pytest.mark.parametrize("seed", range(4))
def test_two_forms_side_by_side_are_two_forms_from_left_to_right(seed: int) -> None:
    document = random_document(Random(seed), forms=2, rows=8)
    reading = read(document, Layout(two_up=True, unit_alone=bool(seed % 2)))
    assert not [leaf for leaf in leaves(document, reading) if not leaf.right]


def test_a_reading_gives_the_characters_people_type_where_fonts_give_radicals() -> None:
    document = random_document(Random(2), rows=8)
    assert with_radicals("水土流失") != "水土流失"
    assert not [
        leaf for leaf in leaves(document, read(document, Layout(radicals=True))) if not leaf.right
    ]


def test_a_drawing_depends_on_its_seed_alone() -> None:
    layout = replace(random_layout(Random(1)), seal=True, hidden="white", watermark="oblique")
    assert draw(random_document(Random(1)), layout, 4) == draw(
        random_document(Random(1)), layout, 4
    )


def test_the_font_of_the_generator_has_every_character_that_it_draws() -> None:
    known = pdfmetrics.getFont(font("embedded")).face.charToGlyph
    drawn = set("".join(inspect.getsource(module) for module in (words, truth, extras)))
    assert not {char for char in drawn if ord(char) > 0x20 and ord(char) not in known}


def test_an_empty_form_would_not_pass_for_a_reading() -> None:
    """The comparison itself: a reading with nothing in it is wrong, silently, everywhere but where the form prints nothing."""
    document = random_document(Random(8), rows=4)
    nothing = Document("generated.pdf", "", 1, "ok", None, (Form(),))
    assert len(unsaid(document, nothing)) == sum(
        bool(leaf.want) for leaf in leaves(document, nothing)
    )
