"""The engines by name: what the command line offers, what the sandbox gives memory to, what `doctor` tries and `bench` compares.

An engine is a module of this folder with one of two functions, and one line in ENGINES. A page engine gives `read_page`: a page opened by
pdfium -> PageContent, on which our own solver finds the table. A grid engine gives `read_grids`: the PDF's bytes -> the tables of each page,
which are held against the default engine's. Both run in a capped child process. Nothing is imported from a module before it is to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal, Protocol, cast

from selfeval.extractors.isolation.limits import MAX_ADDRESS_SPACE, OCR_ADDRESS_SPACE

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

    from selfeval.extractors.model import Grid, Notice, PageContent


class PageReader(Protocol):
    """What the module of a page engine holds. Raises ExtractError."""

    def read_page(self, page: PdfPage, number: int) -> PageContent: ...


class GridReader(Protocol):
    """What the module of a grid engine holds: a list of grids for each page, top to bottom, without what is `unseen` on it. Raises ExtractError."""

    def read_grids(self, data: bytes, unseen: Sequence[Sequence[Notice]]) -> list[list[Grid]]: ...


@dataclass(frozen=True, slots=True)
class Engine:
    """One way to read a page. `name` is also that of its file in this folder; `address_space` is in bytes, for the child process that reads with it;
    `recognises`: it reads pictures, and is slow; `libraries` are the distributions that it cannot do without, for `doctor`."""

    name: str
    reads: Literal["pages", "grids"]
    libraries: tuple[str, ...]
    address_space: int = MAX_ADDRESS_SPACE
    recognises: bool = False

    @property
    def page_reader(self) -> PageReader:
        return cast(PageReader, self._module())

    @property
    def grid_reader(self) -> GridReader:
        return cast(GridReader, self._module())

    def _module(self) -> object:
        return import_module(f"selfeval.extractors.engines.{self.name}")


ENGINES = {
    engine.name: engine
    for engine in (
        Engine("pdfium", "pages", ("pypdfium2",)),
        Engine("pdfplumber", "grids", ("pdfplumber",)),
        Engine("camelot", "grids", ("camelot-py",), OCR_ADDRESS_SPACE),
        Engine("ocr", "pages", ("rapidocr", "onnxruntime", "opencv-python-headless"), OCR_ADDRESS_SPACE, recognises=True),
    )
}  # fmt: skip

#: reads every text layer unless another is asked for
DEFAULT = ENGINES["pdfium"]
#: reads pages that are pictures, whichever engine reads the others
RECOGNISER = ENGINES["ocr"]
#: asked where the default engine has doubts about a page's borders
REFEREE = ENGINES["pdfplumber"]
#: asked about every page where a second opinion is wanted
SECOND_OPINION = ENGINES["camelot"]
