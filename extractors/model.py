"""The types that cross rooms: what a page holds, the grid read from it, and the form with its evidence.

All of them are immutable and picklable, since they travel from the child process that reads a PDF to the one that judges it.
Text is as printed; turning it into numbers is the business of `records`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, NamedTuple, TypeVar

from selfeval.core.boxes import turned
from selfeval.core.fields import Fund as Fund
from selfeval.core.fields import Header
from selfeval.core.fields import Indicator as Indicator
from selfeval.core.fields import Task as Task
from selfeval.core.fields import Total as Total

#: x0, top, x1, bottom in PDF points of the page as displayed (rotation applied), origin at the upper left.
Bbox = tuple[float, float, float, float]
_Named = TypeVar("_Named", bound=tuple[Any, ...])


def made(kind: type[_Named], *columns: Iterable[Any]) -> list[_Named]:
    """Many named tuples of one kind from the columns of their fields, all of them given: what one costs to make is the most of a page."""
    return list(map(tuple.__new__, repeat(kind), zip(*columns, strict=False)))


class Char(NamedTuple):
    """One printed character. `top` and `bottom` are those of its em box, so that all characters of a line share them.

    `confidence` is below 1 only where a recogniser guessed it. `turn` is how many degrees clockwise it stands turned
    against the page's upright text (0, 90, 180 or 270), as captions set sideways do. `anchor` is set for a character that
    the print cuts off at the edge of its cell: a point within the cell it belongs to. `run` tells the characters of one text
    object from those of others (0: the engine knows no objects)."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    confidence: float = 1.0
    turn: int = 0
    anchor: tuple[float, float] | None = None
    run: int = 0


class Ruling(NamedTuple):
    """One straight border, its centre line from (x0, top) to (x1, bottom); horizontal when it is wider than high.

    `shade` is how light it is, from 0 (black) to 1 (white)."""

    x0: float
    top: float
    x1: float
    bottom: float
    shade: float = 0.0


class Notice(NamedTuple):
    """Something on a page that is not the form's text (watermark, hidden text, seal): `kind`, its text and where it stands. `whole` says that
    no character of the same word shows beside it."""

    kind: str
    text: str
    bbox: Bbox
    whole: bool = False


class Evidence(NamedTuple):
    """Where a value is printed, and the engine that read it there. `page` counts from 1."""

    page: int
    bbox: Bbox
    engine: str = ""


@dataclass(frozen=True, slots=True)
class PageContent:
    """What an engine read from one page, in the frame in which its text stands upright: `width` x `height` points.

    The displayed page is that frame turned clockwise by `turn` degrees (0, 90, 180, 270); `displayed` maps a box over.
    `source` is "text" for a text layer and "ocr" for a recognised image; `image_share` is the share of the page under images.
    `areas` are filled rectangles, whose sides are borders where no others are drawn. `engine` is the name of what read it."""

    number: int
    width: float
    height: float
    chars: tuple[Char, ...]
    rulings: tuple[Ruling, ...]
    notices: tuple[Notice, ...] = ()
    source: str = "text"
    turn: int = 0
    image_share: float = 0.0
    areas: tuple[Bbox, ...] = ()
    engine: str = ""

    def displayed(self, bbox: Bbox) -> Bbox:
        """Given a box in the upright frame, the same box on the page as displayed."""
        return turned(bbox, self.width, self.height, self.turn)

    def evidence(self, bbox: Bbox) -> Evidence:
        """Given a box in the upright frame, the evidence for what stands in it."""
        return Evidence(self.number, self.displayed(bbox), self.engine)


class Ink(NamedTuple):
    """The top and bottom of a cell's characters, the size of those of its last line, and how many more of that size it could have held."""

    top: float
    bottom: float
    size: float
    room: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed cell, with the rows and columns that it spans. A cell cut by a page break has one evidence for each part.

    `ink` is where its characters stand in the upright frame, for cells at the top and bottom of a grid that have any. `open` says whether the border
    at its top and at its bottom is missing, which only the first and last rows of a grid can lack."""

    row: int
    column: int
    row_span: int
    column_span: int
    text: str
    evidence: tuple[Evidence, ...]
    confidence: float = 1.0
    why: str = ""  # why confidence is below 1
    ink: Ink | None = None
    open: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True)
class Grid:
    """One table on one page: each position of rows x columns is covered by at most one cell; cells in reading order.

    `xs` and `ys` are the edges of columns and rows in the upright frame (one more than there are columns and rows).
    `open_top` and `open_bottom` say that the border is missing there, as where a page break cuts the table."""

    page: int
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[Cell, ...]
    open_top: bool = False
    open_bottom: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value that was not read with certainty: its PATH in the form, a sentence, and the confidence from 0 to 1.

    A confidence of 1 is a note: the value is what the page shows, and the sentence tells what lies beneath it."""

    path: str
    why: str
    confidence: float


@dataclass(frozen=True, slots=True)
class OtherCell:
    """A printed cell of the form that no field is for. `caption` is the path of the captions above or left of it (年度指标值/指标解释)."""

    caption: str
    value: str
    page: int
    bbox: Bbox


@dataclass(frozen=True, slots=True)
class SkippedTable:
    """A table of the file that is no self-evaluation: where it begins, what stands above it, and a key of core's KINDS."""

    page: int
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Form(Header):
    """One self-evaluation form. PATHs of `evidence` and `doubts` look like `indicators/3/score`, `funds/0/budget`, `total/score`.

    `confidences` holds, by PATH, how sure each value is that was not read with certainty, also where that is too sure for a doubt."""

    funds: tuple[Fund, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    tasks: tuple[Task, ...] = ()
    total: Total = field(default_factory=Total)
    other: tuple[OtherCell, ...] = ()
    profile: str | None = None
    evidence: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    confidences: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a document was refused: a stable code, a sentence for the user, and what to do."""

    code: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What came of one file. `status` is "ok" (with forms) or "rejected" (with a reason). `document` is the file's base name."""

    document: str
    sha256: str
    pages: int
    status: str
    reason: Reason | None = None
    forms: tuple[Form, ...] = ()
    skipped: tuple[SkippedTable, ...] = ()
