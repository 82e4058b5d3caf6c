"""Pages as a viewer shows them: form fields and annotations are part of the page before anything of it is read or drawn.

What an annotation covers stays in the page under it, so that the ink check can tell what was printed there before.
"""

from __future__ import annotations

import io

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation.limits import MAX_PAGES
from selfeval.extractors.isolation.triage import screen

#: kinds of annotations that put nothing on the page
_WITHOUT_INK = frozenset({raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_FILEATTACHMENT})


def open_document(data: bytes) -> pdfium.PdfDocument:
    """The document as it is shown: its form fields with an appearance, a portfolio with the pages of its files.

    Raises pypdfium2.PdfiumError."""
    document = _with_portfolio(pdfium.PdfDocument(data), data)
    if document.get_formtype() != raw.FORMTYPE_NONE:
        document.init_forms()
    return document


def open_page(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    """The page (counted from 0) with its annotations and form fields merged into its content. Raises pypdfium2.PdfiumError."""
    page = document[index]
    if _has_ink(page) and raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY) == (
        raw.FLATTEN_SUCCESS
    ):
        page.close()
        page = document[index]
    return page


def _has_ink(page: pdfium.PdfPage) -> bool:
    """Whether an annotation of the page may put anything on it."""
    for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind not in _WITHOUT_INK:
            return True
    return False


def _with_portfolio(document: pdfium.PdfDocument, data: bytes) -> pdfium.PdfDocument:
    """A portfolio as a viewer pages through it: its cover sheet, then the pages of the PDF files in it; any other document as it is."""
    if not document.count_attachments() or not _is_portfolio(data):
        return document
    for index in range(document.count_attachments()):
        inside = bytes(document.get_attachment(index).get_data())
        try:
            if screen(inside).pages + len(document) > MAX_PAGES:
                raise ExtractError("too-many-pages", pages=len(document), limit=MAX_PAGES)
        except ExtractError:
            continue  # no PDF, or none that can be read: it stays an attachment
        inner = pdfium.PdfDocument(inside)
        document.import_pages(inner)
        inner.close()
    return document


def _is_portfolio(data: bytes) -> bool:
    import pikepdf  # here, since few documents have attachments

    try:
        with pikepdf.open(io.BytesIO(data)) as opened:
            return "/Collection" in opened.Root
    except pikepdf.PdfError:
        return False
