"""The generator as hypothesis strategies. Layouts shrink field by field towards the plainest one, documents towards few rows."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.forms.layout import CHOICES, Layout
from tests.forms.truth import random_document


def layouts() -> st.SearchStrategy[Layout]:
    return st.builds(Layout, **{name: st.sampled_from(values) for name, values in CHOICES.items()})


def documents() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda rows, forms, seed: random_document(Random(seed), forms, rows),
        st.integers(1, 20),
        st.sampled_from((1, 1, 1, 2)),
        st.integers(0, 2**16),
    )
