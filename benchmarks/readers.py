"""The readers that are compared. Each takes paths and yields, for each, a Document (ours) or the texts of all cells (raw engines)."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from selfeval.extractors.engines.registry import DEFAULT, ENGINES
from selfeval.extractors.model import Document

Result = Document | list[str]
#: readers that make nothing of what they read
BARE, DRAWN = "bare pdfium", "bare pdfium and one picture at 72 dpi"
Reader = Callable[[Sequence[Path]], Iterator[Result]]


@dataclass(frozen=True, slots=True)
class Contestant:
    """A reader under its name in the report; `ours`: it fills forms; `repeat`: times that the files are read over in one process."""

    name: str
    read: Reader
    ours: bool
    repeat: int


def sandboxed(paths: Sequence[Path]) -> Iterator[Result]:
    """As `selfeval extract` reads: one worker, a capped child process."""
    from selfeval.extractors.isolation.sandbox import extract_many

    yield from extract_many(paths, workers=1)


def in_process(paths: Sequence[Path], engine: str = DEFAULT.name) -> Iterator[Result]:
    from selfeval.extractors.read import read_document

    for path in paths:
        yield read_document(path.read_bytes(), path.name, engine=engine)


def raw_pdfplumber(paths: Sequence[Path]) -> Iterator[Result]:
    """`extract_tables` with its default settings."""
    import pdfplumber

    for path in paths:
        texts: list[str] = []
        with pdfplumber.open(path) as document:
            for page in document.pages:
                texts += [
                    cell for table in page.extract_tables() for row in table for cell in row if cell
                ]
        yield texts


def raw_camelot(paths: Sequence[Path]) -> Iterator[Result]:
    """`read_pdf` with the lattice flavour and its default settings."""
    import camelot

    for path in paths:
        try:
            tables = camelot.read_pdf(
                str(path), pages="all", flavor="lattice", suppress_stdout=True
            )
        except Exception:  # noqa: BLE001 - errors of several libraries, among them for files that it may not copy text from
            yield []
            continue
        yield [cell for table in tables for row in table.df.values.tolist() for cell in row if cell]


def bare_pdfium(paths: Sequence[Path], draw: bool = False) -> Iterator[Result]:
    """Every character with its box and every object with its bounds, and nothing made of them: the floor for any engine on pdfium. With `draw`
    each page is drawn once too, grey, a dot a point: the floor for one that looks at its pages."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    box: list[Any] = [ctypes.c_double() for _ in range(4)]
    bounds: list[Any] = [ctypes.c_float() for _ in range(4)]
    for path in paths:
        document = pdfium.PdfDocument(path)
        for page in document:
            text = page.get_textpage()
            for index in range(raw.FPDFText_CountChars(text)):
                raw.FPDFText_GetUnicode(text, index)
                raw.FPDFText_GetCharBox(text, index, *box)
            for index in range(raw.FPDFPage_CountObjects(page)):
                handle = raw.FPDFPage_GetObject(page, index)
                raw.FPDFPageObj_GetType(handle)
                raw.FPDFPageObj_GetBounds(handle, *bounds)
            text.close()
            if draw:
                page.render(scale=1, grayscale=True)
            page.close()
        document.close()
        yield []


CONTESTANTS = {
    contestant.name: contestant
    for contestant in (
        Contestant(BARE, bare_pdfium, False, 4),
        Contestant(DRAWN, partial(bare_pdfium, draw=True), False, 4),
        Contestant("selfeval", sandboxed, True, 4),
        Contestant("selfeval, no sandbox", in_process, True, 4),
        *(
            Contestant(f"selfeval --engine {name}", partial(in_process, engine=name), True, 1)
            for name, engine in ENGINES.items()
            if engine is not DEFAULT and not engine.recognises
        ),
        Contestant("raw pdfplumber", raw_pdfplumber, False, 2),
        Contestant("raw camelot", raw_camelot, False, 1),
    )
}
