"""One case: random truth, a layout, and random habits of text, borders and pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.forms import Layout, random_document, random_layout

#: habits of the text in a cell; each stands on some of the cells that hold a number, those of LABELS on merged captions at the side
TEXTS = (
    "raised digit",
    "raised star",
    "circled mark",
    "bracket mark",
    "two values",
    "spread",
    "underscores",
    "no-break space",
    "space before point",
    "shadow",
    "printed larger over itself",
    "turned left",
    "turned right",
    "negative size",
    "reversed",
    "glyph by glyph",
    "over the border",
)
LABELS = ("", "", "vertical", "turned labels")
BORDERS = (
    "lines",
    "rectangles",
    "double",
    "images",
    "dashes",
    "dots",
    "dashed cells",
    "white on shade",
    "fills with gaps",
    "rounded apart",
    "grey",
    "ruled paper",
    "no top and bottom",
    "missing segment",
    "underlines",
    "horizontal only",
    "horizontal only, cell by cell",
)
PAGES = ("", "", "wide second page", "small second page", "large second page", "upside down")


@dataclass(frozen=True, slots=True)
class Case:
    """`document` is the truth; `texts` stand on about `share` of the numbers; the pages are drawn at `scale`."""

    seed: int
    document: dict[str, Any]
    layout: Layout
    texts: tuple[str, ...] = ()
    labels: str = ""
    borders: str = "lines"
    pages: str = ""
    share: float = 0.2
    scale: float = 1.0

    def __str__(self) -> str:
        kinds = [*self.texts, self.labels, self.borders, self.pages, f"scale {self.scale}"]
        return f"seed {self.seed}: " + ", ".join(kind for kind in kinds if kind)


def random_case(seed: int) -> Case:
    """The case of a seed."""
    rng = Random(seed)
    document = random_document(rng, rows=rng.randint(3, 16))
    layout = replace(
        random_layout(rng),
        font=rng.choice(("embedded", "embedded", "unembedded")),
        borders="lines",
        rotate=0,
        counter_turned=False,
        watermark="",
        seal=False,
        hidden="",
        nested=False,
        radicals=False,
        shaded="",
        two_up=False,
        prose=0,
        notes=False,
        bold_twice=False,
        mixed_type=False,
        glyph_by_glyph=False,
        shuffled=False,
    )
    case = Case(
        seed,
        document,
        layout,
        tuple(rng.sample(TEXTS, rng.choice((0, 1, 1, 2)))),
        rng.choice(LABELS),
        rng.choice(BORDERS),
        rng.choice(PAGES),
        rng.choice((0.1, 0.3, 0.6)),
        rng.choice((1.0, 1.0, 1.0, 0.6, 0.25)),
    )
    return as_drawable(case, rng)


def as_drawable(case: Case, rng: Random) -> Case:
    """The case with what its habits demand of truth and layout."""
    if case.borders in (
        "fills with gaps",
        "rounded apart",
    ):  # such cells are closed wherever they end
        case = replace(case, layout=replace(case.layout, break_border="closed"))
    if case.borders == "underlines":  # an underline runs along its text
        upright = tuple(text for text in case.texts if not text.startswith("turned"))
        case = replace(case, texts=upright)
    return _with_two_values(case, rng) if "two values" in case.texts else case


def _with_two_values(case: Case, rng: Random) -> Case:
    """The case with some scores that stand on two lines."""
    for form in case.document["forms"]:
        for row in form["indicators"]:
            if row.get("score") and "score_group" not in row and rng.random() < case.share / 2:
                row["score"] = f"{row['score']}\n{rng.choice(('8.5', '10', '4', '9.50'))}"
    return case
