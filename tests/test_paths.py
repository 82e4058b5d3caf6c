"""PATHs and ids: made and taken apart in one place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfeval.core import paths
from selfeval.core.fields import ALL

SHA = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("unit", (None, None, "unit")),
        ("total/score", ("total", None, "score")),
        ("funds/0/budget", ("funds", 0, "budget")),
        ("indicators/12", ("indicators", 12, None)),
        ("indicators/*/score", ("indicators", None, "score")),
        ("funds/budget", ("funds", None, "budget")),
    ],
)
def test_a_path_is_taken_apart(path: str, parts: tuple[object, ...]) -> None:
    assert paths.parts_of(path) == parts


def test_the_path_of_every_field_says_its_block_and_name() -> None:
    for field in ALL:
        parts = paths.parts_of(field.path)
        assert parts.name == field.name
        assert parts.block == (None if field.block == "header" else field.block)


def test_a_doubt_covers_the_value_its_row_its_block_and_what_fits_the_pattern() -> None:
    assert list(paths.enclosing("indicators/3/score")) == [
        "indicators/3/score",
        "indicators/3",
        "indicators",
    ]
    for pattern in ("indicators", "indicators/3", "indicators/3/score", "indicators/*/score"):
        assert paths.covers(pattern, "indicators/3/score")
    for pattern in ("indicators/*/weight", "indicators/30", "funds", "score"):
        assert not paths.covers(pattern, "indicators/3/score")


def test_ids_say_whose_they_are() -> None:
    form = paths.form_id(SHA, 2)
    assert form == "0123456789abcdef-2"
    assert paths.document_of(form) == paths.short_id(SHA)
    assert paths.document_of(paths.record_id(form, "funds/0")) == paths.short_id(SHA)
    assert paths.page_address(SHA) == "documents/0123456789abcdef.html"


@given(st.lists(st.integers(0, 300), min_size=1, unique=True))
def test_paths_that_were_packed_come_back_in_printed_order(rows: list[int]) -> None:
    listed = [paths.row_path("indicators", row) for row in rows]
    assert paths.unpacked(paths.packed(listed)) == listed
    ordered = sorted(listed, key=paths.printed_order)
    assert ordered == [paths.row_path("indicators", row) for row in sorted(rows)]
