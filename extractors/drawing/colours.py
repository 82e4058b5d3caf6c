"""Whether a page has colours, so that its picture needs them: a form in black and white is drawn and kept in shades of grey."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from selfeval.extractors.isolation.limits import MAX_OBJECT_DEPTH
from selfeval.extractors.pages.pdfium_calls import CALLS

#: difference of two channels, 0 to 255, from which a colour is not grey
_COLOURED = 6
#: scale of the small picture in which colours are looked for where objects do not tell
_SMALL = 0.5
_PAINTED = (raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH)


def has_colours(page: pdfium.PdfPage) -> bool:
    """Whether anything on the page is not black, white or grey. The colours of text and lines tell, in a third of the time of a small
    picture; that is looked at where there are images, shadings, patterns or notes."""
    if raw.FPDFPage_GetAnnotCount(page.raw):
        return _seen(page)
    handle = ctypes.cast(page.raw, ctypes.c_void_p).value
    objects = (CALLS.page_object(handle, at) for at in range(raw.FPDFPage_CountObjects(page.raw)))
    told = _of_objects(objects, (ctypes.c_uint * 4)(), MAX_OBJECT_DEPTH)
    return _seen(page) if told is None else told


def _of_objects(
    handles: Iterable[int], channels: ctypes.Array[ctypes.c_uint], depth: int
) -> bool | None:
    """Whether one of these objects, or of the objects of a form among them, has a colour; None where that cannot be told from them.
    `channels` is where pdfium writes red, green, blue and alpha."""
    size, at = ctypes.sizeof(ctypes.c_uint), ctypes.addressof(channels)
    places = (at, at + size, at + 2 * size, at + 3 * size)
    for handle in handles:
        kind = CALLS.object_type(handle)
        if kind == raw.FPDF_PAGEOBJ_FORM and depth > 1:
            told = _of_objects(
                (CALLS.form_object(handle, n) for n in range(CALLS.form_objects(handle))),
                channels,
                depth - 1,
            )
            if told is not False:
                return told
        elif kind not in _PAINTED:
            return None
        else:
            for colour_of in (CALLS.fill_colour, CALLS.stroke_colour):
                if not colour_of(handle, *places):
                    return None
                red, green, blue, _alpha = channels
                if abs(red - green) > _COLOURED or abs(green - blue) > _COLOURED:
                    return True
    return False


def _seen(page: pdfium.PdfPage) -> bool:
    from PIL import ImageChops

    red, green, blue = page.render(scale=_SMALL, rev_byteorder=True).to_pil().convert("RGB").split()
    apart = [value > _COLOURED for value in range(256)]
    return any(
        ImageChops.difference(one, other).point(apart).getbbox()
        for one, other in ((red, green), (green, blue))
    )
