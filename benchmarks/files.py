"""The documents of a run: published forms with their truth, and generated ones."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2 as pdfium

from tests.forms import Layout, draw, random_document, random_layout

ROOT = Path(__file__).resolve().parent.parent
SAMPLES, GOLDEN = ROOT / "data" / "samples", ROOT / "tests" / "golden"


@dataclass(frozen=True, slots=True)
class Item:
    """One readable document: where it is, what it says, its pages, and whether it must be recognised from an image."""

    path: Path
    truth: dict[str, Any]
    pages: int
    scan: bool


def published(corpus: Path | None) -> list[Item]:
    """The readable documents of a corpus with truth, or of data/samples; what must be refused is left out."""
    pairs = (
        [(path.with_suffix(".pdf"), path) for path in sorted(corpus.glob("*.json"))]
        if corpus
        else [(SAMPLES / f"{path.stem}.pdf", path) for path in sorted(GOLDEN.glob("*.json"))]
    )
    items = []
    for pdf, golden in pairs:
        truth = json.loads(golden.read_text("utf-8"))
        if not truth["unreadable"] and pdf.exists():
            items.append(Item(pdf, truth, _pages(pdf), "scan" in truth["post"]))
    return items


def generated(folder: Path, count: int, first_seed: int = 1000) -> list[Item]:
    """So many random forms in random layouts, written to `folder`."""
    items = []
    for seed in range(first_seed, first_seed + count):
        rng = Random(seed)
        truth, layout = random_document(rng, rng.choice((1, 1, 1, 2))), random_layout(rng)
        items.append(_written(folder / f"generated-{seed}.pdf", truth, draw(truth, layout, seed)))
    return items


def scanned(folder: Path, seed: int = 77) -> Item:
    """One generated form as a scanner gives it: an image of the page at 200 dpi, slightly turned, and no text layer."""
    truth = random_document(Random(seed), rows=9)
    page = pdfium.PdfDocument(draw(truth, Layout(type_size=10.5), seed))[0]
    image = (
        page.render(scale=200 / 72, grayscale=True)
        .to_pil()
        .rotate(0.6, expand=False, fillcolor=255)
    )
    path = folder / "generated-scan.pdf"
    image.save(path, "PDF", resolution=200.0)
    return replace(_written(path, truth, path.read_bytes()), scan=True)


def of_pages(folder: Path, pages: int) -> Item:
    """A file of about so many pages, one form to two pages, for the growth of time and memory with pages."""
    forms = max(1, pages // 2)
    truth = random_document(Random(pages), forms, rows=34 if pages > 1 else 8)
    return _written(folder / f"pages-{pages}.pdf", truth, draw(truth, Layout(), pages))


def of_cells(folder: Path, cells: int) -> Item:
    """One form of about so many cells on one page as high as it takes (10,000 come near the cap on a page's area)."""
    rows = max(2, cells // 8)
    truth = random_document(Random(cells), rows=rows)
    return _written(
        folder / f"cells-{cells}.pdf",
        truth,
        draw(truth, Layout(page=(640.0, 700.0 + 19.0 * rows), type_size=7.0), cells),
    )


def _written(path: Path, truth: dict[str, Any], data: bytes) -> Item:
    path.write_bytes(data)
    return Item(path, truth, _pages(path), False)


def _pages(path: Path) -> int:
    document = pdfium.PdfDocument(path)
    try:
        return len(document)
    finally:
        document.close()
