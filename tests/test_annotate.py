"""The page with what was read drawn over it."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from selfeval.extractors import extract
from selfeval.extractors.drawing.annotate import annotate
from selfeval.extractors.isolation.sandbox import run_isolated

SAMPLE = Path(__file__).parent.parent / "data" / "samples" / "tianchang-water-2022.pdf"


def test_a_doubted_value_is_boxed_in_red_where_it_stands() -> None:
    document = extract(SAMPLE)
    picture = Image.open(io.BytesIO(run_isolated(annotate, str(SAMPLE), document, 1)))
    doubt = document.forms[0].doubts[0]
    x0, top, x1, _ = document.forms[0].evidence[doubt.path][0].bbox
    scale = picture.width / 595.3
    line = [
        picture.getpixel((int((x0 + x1) / 2 * scale), int(top * scale) + step)) for step in range(8)
    ]
    assert any(r > 150 and g < 60 and b < 60 for r, g, b in line), line
