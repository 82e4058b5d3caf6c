"""Whether a page has colours, so that its picture needs them: a form in black and white is drawn and kept in shades of grey."""
from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from extractors.limits import MAX_OBJECT_DEPTH

#: difference of two channels, 0 to 255, from which a colour is not grey
_COLOURED = 6
#: scale of the small picture in which colours are looked for where objects do not tell
_SMALL = 0.5
_PAINTED = (raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH)


def has_colours(page: pdfium.PdfPage) -> bool:
    """Whether anything on the page is not black, white or grey. The colours of text and lines tell, in a third of the time of a small
    picture; that is looked at where there are images, shadings, patterns or notes."""
    told = None if raw.FPDFPage_GetAnnotCount(page.raw) else _of_objects(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, MAX_OBJECT_DEPTH)
    return _seen(page) if told is None else told


def _of_objects(holder: Any, count: Callable[[Any], int], get: Callable[[Any, int], Any], depth: int) -> bool | None:
    """Whether an object of a page, or of a form on it, has a colour; None where that cannot be told from its objects."""
    channels = [ctypes.c_uint() for _ in range(4)]
    for at in range(count(holder)):
        handle = get(holder, at)
        kind = raw.FPDFPageObj_GetType(handle)
        if kind == raw.FPDF_PAGEOBJ_FORM and depth > 1:
            told = _of_objects(handle, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, depth - 1)
            if told is not False:
                return told
        elif kind not in _PAINTED:
            return None
        else:
            for colour_of in (raw.FPDFPageObj_GetFillColor, raw.FPDFPageObj_GetStrokeColor):
                if not colour_of(handle, *channels):
                    return None
                red, green, blue, _alpha = (channel.value for channel in channels)
                if max(red, green, blue) - min(red, green, blue) > _COLOURED:
                    return True
    return False


def _seen(page: pdfium.PdfPage) -> bool:
    from PIL import ImageChops

    red, green, blue = page.render(scale=_SMALL, rev_byteorder=True).to_pil().convert("RGB").split()
    apart = [value > _COLOURED for value in range(256)]
    return any(ImageChops.difference(one, other).point(apart).getbbox() for one, other in ((red, green), (green, blue)))
