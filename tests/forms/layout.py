"""How a form is printed: everything that changes the page and not what it says."""

from __future__ import annotations

from dataclasses import dataclass, fields
from random import Random

BORDERS = ("lines", "rectangles", "bars", "cells", "double", "dashed", "hairline", "gaps")


@dataclass(frozen=True, slots=True)
class Layout:
    """The first value of each field is the plainest; property tests shrink towards it."""

    page: tuple[float, float] = (595.28, 841.89)
    type_size: float = 9.0
    font: str = "embedded"  # or "unembedded": a CID font that the reader must replace
    borders: str = "lines"
    break_border: str = (
        "closed"  # at a page break: "closed", "continuing" cells have none, "none" at all
    )
    breaks: str = "rows"  # pages break between rows, or "cut" a row in two
    continued: str = (
        "empty"  # what a merged label says on the next page: "empty", "续上页" or "repeat"
    )
    repeat_header: bool = False
    captions: int = 0  # seed of the choice of captions; 0 is the national form's
    weight_first: bool = False  # weight before the target instead of before the score
    side_labels: bool = True  # 绩效指标 stands in a merged cell beside the indicators
    unit_alone: bool = False  # one header field a row
    valign: str = "middle"  # or "top"
    new_page: bool = True  # each form begins on a page of its own
    prose: int = 0  # pages of cover and prose before each form
    notes: bool = False  # a note under the table
    rotate: int = 0  # the page's /Rotate
    counter_turned: bool = (
        False  # the content is turned against /Rotate, so that the page is displayed upright
    )
    watermark: str = ""  # "oblique", or "level"; repeated light text
    seal: bool = False  # a round red seal with text over the table
    page_numbers: bool = False
    running_head: bool = False
    hidden: str = ""  # text that no reader sees: "white", "tiny", "off-page"
    radicals: bool = False  # some characters are those of the radicals block (embedded font only)
    glyph_by_glyph: bool = False  # each character is placed by itself
    shuffled: bool = False  # cells are drawn in no order
    bold_twice: bool = False  # captions are printed twice, a little apart
    spaced_captions: bool = False  # 项　目　名　称
    narrow_levels: bool = False  # level 1 stands in a column one character wide
    shaded: str = ""  # captions on "grey", or white on "dark"
    mixed_type: bool = False  # Latin letters and digits are set in Helvetica
    nested: bool = False  # each page is a form XObject
    extra_header: bool = False  # header rows that are no recorded field
    extra_column: str = ""  # a column that is no recorded field, "before" the target or "last"
    closing: bool = False  # rows under the total: conclusion, problems, measures
    two_up: bool = False  # two forms side by side on an A3 page

    @property
    def paper(self) -> tuple[float, float]:
        """Width and height of the upright page, in points."""
        return (1190.55, 841.89) if self.two_up else self.page

    @property
    def sheet(self) -> float:
        """The width that one form has, margins included."""
        return self.paper[0] / (1 + self.two_up)


CHOICES: dict[str, tuple[object, ...]] = {
    "page": ((595.28, 841.89), (595.28, 841.89), (841.89, 595.28), (841.89, 1190.55)),
    "type_size": (9.0, 7.0, 10.5),
    "font": ("embedded", "unembedded"),
    "borders": BORDERS,
    "break_border": ("closed", "continuing", "none"),
    "breaks": ("rows", "cut"),
    "continued": ("empty", "续上页", "repeat"),
    "repeat_header": (False, True),
    "captions": (0, 1, 2, 3, 4, 5, 6, 7),
    "weight_first": (False, False, True),
    "side_labels": (True, False),
    "unit_alone": (False, False, True),
    "valign": ("middle", "top"),
    "new_page": (True, False),
    "prose": (0, 0, 0, 1),
    "notes": (False, True),
    "rotate": (0, 0, 0, 0, 90, 180, 270),
    "counter_turned": (False, True),
    "watermark": ("", "", "", "oblique", "level"),
    "seal": (False, False, True),
    "page_numbers": (False, True),
    "running_head": (False, True),
    "hidden": ("", "", "", "white", "tiny", "off-page"),
    "radicals": (False, False, True),
    "glyph_by_glyph": (False, True),
    "shuffled": (False, False, True),
    "bold_twice": (False, False, True),
    "spaced_captions": (False, False, False, True),
    "narrow_levels": (False, False, True),
    "shaded": ("", "", "", "grey", "dark"),
    "mixed_type": (False, False, True),
    "nested": (False, False, False, True),
    "extra_header": (False, False, True),
    "extra_column": ("", "", "", "before", "last"),
    "closing": (False, False, True),
    "two_up": (False,),  # a print of its own kind: tests ask for it by name
}
assert set(CHOICES) == {field.name for field in fields(Layout)}


def random_layout(rng: Random) -> Layout:
    """A layout with each field chosen by itself."""
    return Layout(**{name: rng.choice(values) for name, values in CHOICES.items()})  # type: ignore[arg-type]
