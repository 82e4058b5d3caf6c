"""One document's bytes -> Document, in this process. `sandbox` runs it in a capped child; use that for files of unknown origin."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace

import pypdfium2 as pdfium

from selfeval.extractors.engines.registry import (
    DEFAULT,
    ENGINES,
    RECOGNISER,
    REFEREE,
    SECOND_OPINION,
    Engine,
)
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.forms import (
    arithmetic_check,
    compare,
    kind,
    page_breaks,
    run_together,
    values,
    zones,
)
from selfeval.extractors.forms.captions import captions, template_of
from selfeval.extractors.forms.templates import OWN_TEMPLATES
from selfeval.extractors.grids import stitch
from selfeval.extractors.grids.cells import OPEN_BORDERS, OVERRUN, UNRULED, SolvedPage
from selfeval.extractors.isolation.triage import screen
from selfeval.extractors.model import Document, Form, Notice, SkippedTable
from selfeval.extractors.naming import Naming, known_captions
from selfeval.extractors.pages import shapes, shown
from selfeval.extractors.pages.embedding import NO_CHARACTERS, NO_OUTLINES
from selfeval.extractors.pagewise import solved_page

_SIGNS = stitch.Signs(
    zones.begins_form, zones.names_of, zones.zones_of, kind.opens_other, kind.is_form_title
)


def read_document(
    data: bytes,
    name: str,
    *,
    engine: str = DEFAULT.name,
    second_opinion: bool = False,
    recognise: bool = True,
) -> Document:
    """Given a PDF's bytes and its file name, its forms, or a rejected Document with the reason.

    `engine` is a name in ENGINES. With `second_opinion` camelot reads the text pages too and every difference becomes a doubt.
    Without `recognise` a document that has scanned pages is rejected with the code needs-ocr, before any recogniser is loaded."""
    digest = hashlib.sha256(data).hexdigest()
    pages = 0
    try:
        if engine not in ENGINES:
            raise ExtractError("engine-unavailable", detail=engine)
        screened, suspicions = screen(data)
        pages = screened
        document = shown.open_document(data)
        try:
            pages = len(document)
            attached = document.count_attachments() if pages == screened else 0
            forms, skipped = _read(
                document, data, ENGINES[engine], second_opinion, recognise, suspicions
            )
        finally:
            document.close()
    except ExtractError as error:
        return Document(name, digest, pages, "rejected", error.reason())
    if not forms:
        none = _none_found([table.kind for table in skipped], suspicions)
        return Document(name, digest, pages, "rejected", none.reason(), (), tuple(skipped))
    if attached:
        forms = [compare.with_attachments(form, attached) for form in forms]
    return Document(name, digest, pages, "ok", None, tuple(forms), tuple(skipped))


def prepare() -> None:
    """Load what every document is held against, so that children which are forked afterwards have it: captions, titles, shapes of digits. A
    folder of the user's own templates is left to each child, since it may change and may be wrong."""
    shapes.references()
    if not os.environ.get(OWN_TEMPLATES):
        known_captions()
        kind.is_form_title("绩效自评表")


def _none_found(kinds: list[str], suspicions: Sequence[str]) -> ExtractError:
    """Why a file gave no form: it is something else, or what is damaged in it hides the form, or there is none."""
    if kinds:
        return ExtractError("not-a-self-evaluation", kinds=kind.refused(kinds))
    if damage := [why for why in suspicions if why not in (NO_CHARACTERS, NO_OUTLINES)]:
        return ExtractError("damaged", detail=damage[0])
    return ExtractError("no-form-found")


def _read(
    document: pdfium.PdfDocument,
    data: bytes,
    engine: Engine,
    second_opinion: bool,
    recognise: bool,
    suspicions: Sequence[str],
) -> tuple[list[Form], list[SkippedTable]]:
    naming = Naming(recognise)
    solved = [
        solved_page(shown.open_page(document, index), index + 1, engine, naming)
        for index in range(len(document))
    ]
    if naming.false and not engine.recognises:  # its fonts give their characters at random
        naming.pages = 0
        solved = [
            solved_page(shown.open_page(document, index), index + 1, RECOGNISER, naming)
            for index in range(len(document))
        ]
    recognised = any(page.content.source == "ocr" for page in solved)
    if recognised:  # read from the picture: what the fonts say of their characters does not matter
        suspicions = [why for why in suspicions if why != NO_CHARACTERS]
    forms, skipped = _read_forms(data, engine, second_opinion, solved, recognised)
    return [compare.with_suspicions(form, suspicions) for form in forms], skipped


def _read_forms(
    data: bytes,
    engine: Engine,
    second_opinion: bool,
    solved: Sequence[SolvedPage],
    recognised: bool,
) -> tuple[list[Form], list[SkippedTable]]:
    if engine.reads == "grids":
        forms, skipped = _forms(_with_grids(solved, engine, data))
        return _judged(_finished(forms, solved), _forms(solved)[0], DEFAULT), skipped
    forms, skipped = _forms(solved)
    forms = _finished(forms, solved)
    if recognised:
        return [arithmetic_check.cross_checked(form) for form in forms], skipped
    referees = [SECOND_OPINION] if second_opinion else []
    if any(
        doubt.why in (OPEN_BORDERS[1], OVERRUN[1], UNRULED[1])
        for form in forms
        for doubt in form.doubts
    ):
        referees.insert(0, REFEREE)
    for referee in referees:
        forms = _judged(forms, _forms(_with_grids(solved, referee, data))[0], referee)
    return forms, skipped


def _as_displayed(page: SolvedPage) -> tuple[Notice, ...]:
    """A page's notices in displayed coordinates; those of a scan's own text layer are one, since they lie on every value."""
    notices = tuple(
        notice._replace(bbox=page.content.displayed(notice.bbox)) for notice in page.content.notices
    )
    if not page.text_layer.strip():
        return notices
    words = page.text_layer.strip()
    return (
        *notices,
        Notice(compare.TEXT_LAYER, words if len(words) <= 20 else f"{words[:20]}……", (0, 0, 0, 0)),
    )


def _with_grids(pages: Sequence[SolvedPage], engine: Engine, data: bytes) -> list[SolvedPage]:
    """Pages with a grid engine's grids; recognised pages keep their own, since the other engines read text layers only."""
    unseen = [[n for n in page.content.notices if n.kind in compare.UNSEEN] for page in pages]
    grids = engine.grid_reader.read_grids(data, unseen=unseen)
    return [
        page if page.content.source == "ocr" else replace(page, grids=tuple(other))
        for page, other in zip(pages, grids, strict=True)
    ]


def _forms(pages: Sequence[SolvedPage]) -> tuple[list[Form], list[SkippedTable]]:
    """The self-evaluation forms of a document, and what its other tables are; parts of one long table are one."""
    captions()
    forms: list[Form] = []
    skipped: list[SkippedTable] = []
    for table in stitch.tables(pages, _SIGNS):
        page = table.boxes[0].parts[0].page
        with template_of(box.text for box in table.boxes) as own:
            run_together.part(table)
            layout = page_breaks.mend(table)
            what = kind.of(table, layout)
            if what is not None and what.name == kind.SELF:
                form = values.extract(table, layout)
                forms.append(replace(form, profile=form.profile if own is None else own))
                continue
        if what is not None:
            entry = SkippedTable(page, what.title, what.name)
            if not (skipped and not entry.title and skipped[-1].kind == entry.kind):
                skipped.append(entry)
        elif forms:
            forms[-1] = compare.with_lost_table(forms[-1], page)
    return forms, skipped


def _finished(forms: list[Form], pages: Sequence[SolvedPage]) -> list[Form]:
    notices = [(page.content.number, notice) for page in pages for notice in _as_displayed(page)]
    return compare.with_notices(
        forms, notices, (cell.text for page in pages for grid in page.grids for cell in grid.cells)
    )


def _judged(forms: list[Form], others: list[Form], engine: Engine) -> list[Form]:
    if len(forms) != len(others):
        return [compare.missing_form(form, engine.name) for form in forms]
    return [
        compare.compare(form, other, engine.name) for form, other in zip(forms, others, strict=True)
    ]
