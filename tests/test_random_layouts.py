"""Layouts that nobody has seen: drawn at random, with captions that no map knows among them. See tests/random_layouts.py."""

from __future__ import annotations

import pytest

from tests.random_layouts import silent

#: layouts in each test; many more with `python -m tests.random_layouts`
COUNT = 400


@pytest.mark.parametrize("first", range(0, 5 * COUNT, COUNT))
def test_what_is_drawn_comes_back_right_or_is_told(first: int) -> None:
    wrong = {seed: what for seed in range(first, first + COUNT) if (what := silent(seed))}
    assert wrong == {}


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(33653, id="a-block-of-funds-overleaf-is-no-second-form"),
        pytest.param(12131, id="a-list-with-merged-cells-is-no-header"),
        pytest.param(7364, id="a-caption-is-no-value-of-the-caption-above-it"),
        pytest.param(4951, id="a-caption-is-no-total"),
        pytest.param(3120, id="goals-end-where-another-block-begins"),
        pytest.param(227, id="funds-end-where-captions-that-nobody-knows-begin"),
    ],
)
def test_layouts_that_were_read_wrong_in_silence(seed: int) -> None:
    assert silent(seed) == []
