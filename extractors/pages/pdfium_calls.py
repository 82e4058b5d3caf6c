"""pdfium's per-character and per-object functions with plain prototypes.

pypdfium2's own prototypes convert each argument to a typed pointer; a page takes some ten thousand calls, and with addresses
as plain integers they cost half. A call gets handles and the addresses of result buffers, and its caller keeps both alive.
What is asked of many characters or objects is asked by `gathered`, without a line of Python between two calls.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pypdfium2_raw.bindings as bindings

_HANDLE, _INT, _OUT, _UINT = ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint


class Calls:
    """The functions by what they give; arguments are those of pdfium's C interface (fpdf_text.h, fpdf_edit.h)."""

    def __init__(self) -> None:
        # a library object of our own, so that the prototypes of pypdfium2 stay as they are
        self._library = ctypes.PyDLL(bindings._libs["pdfium"]._name)
        self.char_object = self._function("FPDFText_GetTextObject", _HANDLE, _HANDLE, _INT)
        self.page_text = self._function("FPDFText_GetText", _INT, _HANDLE, _INT, _INT, _OUT)
        self.char_unicode = self._function("FPDFText_GetUnicode", _UINT, _HANDLE, _INT)
        self.char_generated = self._function("FPDFText_IsGenerated", _INT, _HANDLE, _INT)
        self.char_box = self._function(
            "FPDFText_GetCharBox", _INT, _HANDLE, _INT, _OUT, _OUT, _OUT, _OUT
        )
        self.char_origin = self._function("FPDFText_GetCharOrigin", _INT, _HANDLE, _INT, _OUT, _OUT)
        self.char_matrix = self._function("FPDFText_GetMatrix", _INT, _HANDLE, _INT, _OUT)
        self.font_size = self._function("FPDFText_GetFontSize", ctypes.c_double, _HANDLE, _INT)
        self.page_object = self._function("FPDFPage_GetObject", _HANDLE, _HANDLE, _INT)
        self.object_type = self._function("FPDFPageObj_GetType", _INT, _HANDLE)
        self.bounds = self._function("FPDFPageObj_GetBounds", _INT, _HANDLE, _OUT, _OUT, _OUT, _OUT)
        self.matrix = self._function("FPDFPageObj_GetMatrix", _INT, _HANDLE, _OUT)
        self.fill_colour = self._function(
            "FPDFPageObj_GetFillColor", _INT, _HANDLE, _OUT, _OUT, _OUT, _OUT
        )
        self.stroke_colour = self._function(
            "FPDFPageObj_GetStrokeColor", _INT, _HANDLE, _OUT, _OUT, _OUT, _OUT
        )
        self.text_font = self._function("FPDFTextObj_GetFont", _HANDLE, _HANDLE)
        self.font_embedded = self._function("FPDFFont_GetIsEmbedded", _INT, _HANDLE)
        self.marks = self._function("FPDFPageObj_CountMarks", _INT, _HANDLE)
        self.mark = self._function("FPDFPageObj_GetMark", _HANDLE, _HANDLE, ctypes.c_ulong)
        self.mark_text = self._function(
            "FPDFPageObjMark_GetParamStringValue",
            _INT,
            _HANDLE,
            ctypes.c_char_p,
            _OUT,
            ctypes.c_ulong,
            _OUT,
        )
        self.remove_mark = self._function("FPDFPageObj_RemoveMark", _INT, _HANDLE, _HANDLE)
        self.set_active = self._function("FPDFPageObj_SetIsActive", _INT, _HANDLE, _INT)
        self.has_transparency = self._function("FPDFPageObj_HasTransparency", _INT, _HANDLE)
        self.text_mode = self._function("FPDFTextObj_GetTextRenderMode", _INT, _HANDLE)
        self.form_objects = self._function("FPDFFormObj_CountObjects", _INT, _HANDLE)
        self.form_object = self._function("FPDFFormObj_GetObject", _HANDLE, _HANDLE, ctypes.c_ulong)
        self.clip_path = self._function("FPDFPageObj_GetClipPath", _HANDLE, _HANDLE)
        self.clip_paths = self._function("FPDFClipPath_CountPaths", _INT, _HANDLE)
        self.clip_segments = self._function("FPDFClipPath_CountPathSegments", _INT, _HANDLE, _INT)
        self.clip_segment = self._function(
            "FPDFClipPath_GetPathSegment", _HANDLE, _HANDLE, _INT, _INT
        )
        self.draw_mode = self._function("FPDFPath_GetDrawMode", _INT, _HANDLE, _OUT, _OUT)
        self.segments = self._function("FPDFPath_CountSegments", _INT, _HANDLE)
        self.segment = self._function("FPDFPath_GetPathSegment", _HANDLE, _HANDLE, _INT)
        self.segment_type = self._function("FPDFPathSegment_GetType", _INT, _HANDLE)
        self.segment_point = self._function("FPDFPathSegment_GetPoint", _INT, _HANDLE, _OUT, _OUT)
        self.segment_close = self._function("FPDFPathSegment_GetClose", _INT, _HANDLE)

    def _function(self, name: str, result: Any, *arguments: Any) -> Any:
        function = self._library[name]
        function.restype, function.argtypes = result, arguments
        return function


CALLS = Calls()


def gathered(
    function: Callable[..., int],
    *arguments: Iterable[Any],
    count: int,
    kind: str,
    width: int,
    results: Sequence[int],
) -> tuple[list[int], np.ndarray]:
    """Given a function that writes its results to addresses, and the arguments of many calls of it: what the calls return, and what they wrote
    (count x width of numpy's `kind`; zeros where a call wrote nothing). `results`: the column for each of its result arguments."""
    table = np.zeros((count, width), kind)
    size, start = table.itemsize * width, table.ctypes.data
    where = [
        range(at, at + size * count, size) if count else ()
        for at in (start + table.itemsize * column for column in results)
    ]
    return list(map(function, *arguments, *where)), table
