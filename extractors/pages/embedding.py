"""Fonts that a program has robbed of what they need: their outlines, or the table that says which characters their glyphs are.

Such a file is well-formed, so no checksum tells. A reader puts other glyphs, or other characters, in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

NO_OUTLINES = "文件内有字体缺少字形，显示的字可能与原件不同"
NO_CHARACTERS = "文件内有字体缺少字符对照表，读出的字可能与显示的不同"

#: a tag before the name of a font says that the file holds a part of it
_SUBSET = re.compile(r"/[A-Z]{6}\+")
#: a glyph's name that is a number, as programs invent it
_NUMBERED = re.compile(r"/[a-zA-Z]{0,2}([0-9A-F]+)\Z")
#: codes that are characters by themselves in every encoding of single bytes
_ASCII = range(0x20, 0x7F)
_OUTLINES = ("/FontFile", "/FontFile2", "/FontFile3")


def font_doubts(document: pikepdf.Pdf) -> list[str]:
    """Sentences of doubt about the fonts of a document's pages and of the forms drawn on them."""
    doubts: list[str] = []
    for font in _fonts(document):
        doubts += _doubts(font)
    return list(dict.fromkeys(doubts))


def _fonts(document: pikepdf.Pdf) -> Iterator[Any]:
    seen: set[tuple[int, int]] = set()
    todo = [page.resources for page in document.pages]
    while todo:
        resources = todo.pop()
        for kind in ("/Font", "/XObject"):
            for thing in _values(resources.get(kind)):
                if not isinstance(thing, pikepdf.Object) or thing.objgen in seen:
                    continue
                if thing.objgen != (0, 0):  # written in place, and so used once
                    seen.add(thing.objgen)
                if kind == "/Font" and isinstance(thing, pikepdf.Dictionary):
                    yield thing
                elif isinstance(thing, pikepdf.Stream):
                    within = thing.stream_dict.get("/Resources")
                    todo += [within] if isinstance(within, pikepdf.Dictionary) else []


def _values(dictionary: Any) -> list[Any]:
    return list(dictionary.as_dict().values()) if isinstance(dictionary, pikepdf.Dictionary) else []


def _doubts(font: Any) -> Iterator[str]:
    kind = font.get("/Subtype")
    holder = font
    if kind == "/Type0":
        below = font.get("/DescendantFonts")
        holder = below[0] if isinstance(below, pikepdf.Array) and len(below) else None
    if not isinstance(holder, pikepdf.Dictionary):
        yield NO_OUTLINES
        return
    subset = bool(_SUBSET.match(str(font.get("/BaseFont"))))
    by_glyph = kind == "/Type0" and _numbers_glyphs(font, holder)
    descriptor = holder.get("/FontDescriptor")
    if (subset or by_glyph) and not any(name in (descriptor or {}) for name in _OUTLINES):
        yield NO_OUTLINES
    if "/ToUnicode" not in font and (by_glyph or _is_unnamed(font, kind, subset)):
        yield NO_CHARACTERS


def _is_unnamed(font: Any, kind: Any, subset: bool) -> bool:
    """Whether the glyphs of a font of single bytes have numbers instead of names."""
    encoding = font.get("/Encoding")
    if kind == "/Type3" and isinstance(encoding, pikepdf.Dictionary):
        return any(_is_arbitrary(*pair) for pair in _named(encoding.get("/Differences")))
    return kind not in ("/Type0", "/Type3") and subset and encoding is None


def _is_arbitrary(code: int, name: str) -> bool:
    """Whether a glyph has a number for a name that is not its code, or a code that is no character by itself."""
    number = _NUMBERED.match(name)
    return number is not None and not (code in _ASCII and number[1] in (str(code), f"{code:X}"))


def _named(differences: Any) -> Iterator[tuple[int, str]]:
    """The codes and names of an array of differences: a number is the code of the name behind it, names without one count on."""
    code = 0
    for item in _items(differences):
        if isinstance(item, pikepdf.Name):
            yield code, str(item)
            code += 1
        elif isinstance(item, int):
            code = item


def _items(array: Any) -> list[Any]:
    return list(array.as_list()) if isinstance(array, pikepdf.Array) else []


def _numbers_glyphs(font: Any, holder: Any) -> bool:
    """Whether its codes are glyphs of this very font and not characters of a published collection such as Adobe-GB1."""
    system = holder.get("/CIDSystemInfo")
    ordering = str(system.get("/Ordering")) if isinstance(system, pikepdf.Dictionary) else ""
    return str(font.get("/Encoding")).startswith("/Identity") and ordering in ("", "Identity")
