"""What pdfium says of many paths and texts of a page at once, before any of them is judged."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as raw

from selfeval.extractors.isolation import limits
from selfeval.extractors.model import made
from selfeval.extractors.pages.geometry import Box
from selfeval.extractors.pages.pdfium_calls import CALLS, gathered

Colour = tuple[int, int, int, int]  # red, green, blue, alpha from 0 to 255
Listed = list[tuple[int, int]]  # addresses of objects with their types


class Facts(NamedTuple):
    """What is asked of a path or a text: its box as pdfium gives it (of a path), the colour that shows, and how it is drawn: (fill,
    stroke) of a path, (mode of rendering, paths of its clip) of a text."""

    box: Box
    colour: Colour
    how: tuple[int, int]


def on_page(page: Any) -> Listed:
    """The objects of a page handle."""
    handle = ctypes.cast(page, ctypes.c_void_p).value
    return _listed(CALLS.page_object, handle, raw.FPDFPage_CountObjects(page))


def in_form(form: int) -> Listed:
    """The objects of a form that is drawn on a page."""
    return _listed(CALLS.form_object, form, CALLS.form_objects(form))


def _listed(get: Callable[..., int], holder: int | None, count: int) -> Listed:
    """No more of them than make a page too complex: hostile pages have millions."""
    handles = list(map(get, repeat(holder), range(min(count, limits.MAX_PAGE_OBJECTS + 1))))
    return list(zip(handles, map(CALLS.object_type, handles), strict=True))


def of_paths(handles: list[int]) -> Iterator[Facts]:
    """The facts of paths, given their addresses."""
    count = len(handles)
    _, how = gathered(CALLS.draw_mode, handles, count=count, kind="i4", width=2, results=range(2))
    _, boxes = gathered(CALLS.bounds, handles, count=count, kind="f4", width=4, results=range(4))
    shown = colours(handles, how[:, 1].tolist())
    return iter(made(Facts, _tuples(boxes), shown, _tuples(how)))


def of_texts(handles: list[int]) -> Iterator[Facts]:
    """The facts of text objects, given their addresses."""
    modes = list(map(CALLS.text_mode, handles))
    clips = [CALLS.clip_paths(clip) if clip else 0 for clip in map(CALLS.clip_path, handles)]
    stroked = [mode == raw.FPDF_TEXTRENDERMODE_STROKE for mode in modes]
    nowhere = repeat((0.0, 0.0, 0.0, 0.0))
    return iter(made(Facts, nowhere, colours(handles, stroked), zip(modes, clips, strict=True)))


def colours(handles: list[int], stroked: Sequence[bool]) -> list[Colour]:
    """The colours (red, green, blue, alpha) in which objects are stroked, or filled."""
    found: list[Colour] = [(0, 0, 0, 255)] * len(handles)
    for get, wanted in ((CALLS.stroke_colour, True), (CALLS.fill_colour, False)):
        own = [k for k, stroke in enumerate(stroked) if bool(stroke) is wanted]
        if own:
            told, table = gathered(
                get,
                [handles[k] for k in own],
                count=len(own),
                kind="u4",
                width=4,
                results=range(4),
            )
            for k, known, colour in zip(own, told, _tuples(table), strict=True):
                if known:
                    found[k] = colour
    return found


def _tuples(table: np.ndarray) -> Iterator[Any]:
    """The rows of an array as tuples."""
    return zip(*table.T.tolist(), strict=True)
