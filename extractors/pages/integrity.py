"""Is the file whole? PDF readers repair a file that is damaged and show what is left; here that would lose numbers silently.

Three witnesses are asked. The checksum of every Flate stream says whether its bytes are the ones that were written. A parser that reports
all it has to mend (qpdf, by pikepdf) says whether objects and cross-references are. And the page that pdfium shows must be the one that
qpdf finds: same pages, all content there. What matters for a page's text and is damaged refuses the file. What may matter (a font's
outlines, a picture, a mended object) is a sentence of doubt. A file of which the cross-references alone are broken is whole.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.pages.embedding import font_doubts
from selfeval.extractors.pages.operators import strange_words
from selfeval.extractors.pages.streams import (
    Checker,
    Stream,
    begins_like_flate,
    is_flate,
    streams,
    without_ascii,
)

FONT = "文件内字体的数据校验不符"
ATTACHED = "附件的数据校验不符"
PICTURE = "文件内图片的数据校验不符"
STRUCTURE = "文件结构有误，经修复后读取"
CONTENT = "页面内容中有无法解释的指令"

_SPACE = rb"[ \t\r\n\f\0]"
_OBJECT = re.compile(rb"(?<!\d)(\d{1,10})" + _SPACE + rb"{1,8}\d{1,5}" + _SPACE + rb"{1,8}obj\b")
#: the start of an object whose `obj` is cut off, at the very end of the data
_OBJECT_BEGUN = re.compile(
    _SPACE + rb"\d{1,10}(" + _SPACE + rb"+\d{0,5}(" + _SPACE + rb"+(o|ob)?)?)?\Z"
)
_REFERENCE = re.compile(rb"(?<![\d.])(\d{1,10}) (\d{1,5}) R\b")
#: what qpdf says of cross-references alone: it then looks for the objects themselves
_MENDED_REFERENCES = re.compile(
    r"xref|cross-reference|file is damaged|can't find PDF header|trailer|/Size|/Prev"
)
#: all that page content, fonts and pictures may be packed with (ISO 32000-2, table 6)
FILTERS = frozenset({
    "/ASCIIHexDecode", "/ASCII85Decode", "/LZWDecode", "/FlateDecode", "/RunLengthDecode",
    "/CCITTFaxDecode", "/JBIG2Decode", "/DCTDecode", "/JPXDecode", "/Crypt",
})  # fmt: skip
#: types of streams whose bytes no page shows
_NEVER_SHOWN = frozenset({"/Metadata", "/XRef"})
_OUTLINES = frozenset({"/Type1C", "/CIDFontType0C", "/OpenType"})


def require_whole(data: bytes, pages: int) -> tuple[str, ...]:
    """Sentences of doubt about a PDF that pdfium finds to have so many pages, () for a sound one. ExtractError: damaged, too-complex."""
    suspicious = _suspicious_streams(data)
    try:
        document = _open(data)
        len(document.objects)  # has all of them parsed, and warned of
        if len(document.pages) != pages:
            raise ExtractError("damaged", detail="页数与页面目录不符")
        _require_contents(document)
        warnings = [str(warning) for warning in document.get_warnings()]
        doubts = _stream_doubts(document, suspicious) if suspicious or document.is_encrypted else []
        doubts += font_doubts(document)
    except pikepdf.PdfError as error:
        raise ExtractError("damaged", detail="文件结构无法解析") from error
    if _is_cut_update(data, bool(warnings)):
        raise ExtractError("damaged", detail="缺少文件结尾，最后一次修改不完整")
    if warnings:
        _require_reachable(document)
        if not all(_MENDED_REFERENCES.search(warning) for warning in warnings):
            doubts.append(STRUCTURE)
    return tuple(dict.fromkeys(doubts))


def _open(data: bytes) -> pikepdf.Pdf:
    """The document in qpdf's hands. From a file in memory, which it reads without calling back into Python: half the time."""
    if not hasattr(os, "memfd_create"):  # macOS
        return pikepdf.open(io.BytesIO(data), suppress_warnings=True)
    handle = os.memfd_create("selfeval", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(handle), "wb") as file:
            file.write(data)
        return pikepdf.open(f"/proc/self/fd/{handle}", suppress_warnings=True)
    finally:
        os.close(handle)


def _suspicious_streams(data: bytes) -> list[Stream]:
    """The streams that their own bytes do not prove to be sound: only these are looked at one by one."""
    checker = Checker()
    return [stream for stream in streams(data) if not _is_proven(stream, checker)]


def _is_proven(stream: Stream, checker: Checker) -> bool:
    packed, flate = is_flate(stream.head), begins_like_flate(stream.data)
    if packed and flate:
        return checker.is_sound(stream.data)
    # a filter without a checksum, as photographs have, and descriptions of the file are left alone
    return not packed and not flate and (b"/Filter" in stream.head or b"/XML" in stream.head)


def _stream_doubts(document: pikepdf.Pdf, suspicious: list[Stream]) -> list[str]:
    """Judge every stream by what it is for. ExtractError("damaged"): one that may hold text or objects."""
    checker, doubts = Checker(), list[str]()
    content = _content_ids(document)
    for thing in document.objects:
        if not isinstance(thing, pikepdf.Stream):
            continue
        data, filters = without_ascii(thing.read_raw_bytes(), _filters(thing))
        if data is not None and not filters and thing.objgen in content:
            doubts += [CONTENT] * bool(strange_words(data))
        if data is None or not _is_sound(data, filters, checker):
            doubts += _doubt_or_refuse(thing)
    packed = [s for s in suspicious if is_flate(s.head) and b"/ObjStm" in s.head]
    if packed and not document.is_encrypted:  # qpdf does not list the streams that hold objects
        raise ExtractError("damaged", detail="压缩的对象有误")
    return doubts


def _is_sound(data: bytes, filters: list[str], checker: Checker) -> bool:
    if filters[:1] == ["/FlateDecode"]:
        return checker.is_sound(data)
    lost_its_filter = begins_like_flate(data) and checker.is_sound(data)
    return FILTERS.issuperset(filters) and not lost_its_filter


def _filters(stream: pikepdf.Stream) -> list[str]:
    found = stream.stream_dict.get("/Filter")
    names = found if isinstance(found, pikepdf.Array) else [] if found is None else [found]
    return [{"/Fl": "/FlateDecode"}.get(str(name), str(name)) for name in names]


def _doubt_or_refuse(stream: pikepdf.Stream) -> list[str]:
    about = stream.stream_dict
    kind, subtype = str(about.get("/Type")), str(about.get("/Subtype"))
    if kind in _NEVER_SHOWN or subtype == "/XML" or "/Alternate" in about:
        return []
    if kind == "/EmbeddedFile":
        return [ATTACHED]
    if subtype == "/Image":
        return [PICTURE]
    if subtype in _OUTLINES or "/Length1" in about:
        return [FONT]
    raise ExtractError("damaged", detail="页面的压缩数据有误")


def _contents(document: pikepdf.Pdf) -> Iterator[tuple[int, Any]]:
    """(page number, entry) of every piece of content; a null entry of its own is none, as viewers have it."""
    for number, page in enumerate(document.pages, start=1):
        found = page.obj.get("/Contents")
        for entry in found if isinstance(found, pikepdf.Array) else [found]:
            if entry is not None:
                yield number, entry


def _require_contents(document: pikepdf.Pdf) -> None:
    for number, entry in _contents(document):
        if not isinstance(entry, pikepdf.Stream):
            raise ExtractError("damaged", detail=f"第 {number} 页的内容缺失一部分")


def _content_ids(document: pikepdf.Pdf) -> set[tuple[int, int]]:
    return {entry.objgen for _, entry in _contents(document)}


def _is_cut_update(data: bytes, mended: bool) -> bool:
    """Whether an update was begun after the last complete revision: readers then show the figures of before."""
    end = data.rfind(b"%%EOF")
    if end < 0 or not (_OBJECT.search(data, end) or _OBJECT_BEGUN.search(data, end)):
        return False
    if not mended:
        return True
    last = max((found.start() for found in _OBJECT.finditer(data, end)), default=len(data))
    closed = data.find(b"endobj", last)
    return closed < 0 or (data.find(b"trailer", closed) < 0 and b"/XRef" not in data[last:closed])


def _require_reachable(document: pikepdf.Pdf) -> None:
    """Of a file that was mended, every object that a page refers to must be there: else it was lost, and what it said with it."""
    there = {thing.objgen: thing for thing in document.objects if isinstance(thing, pikepdf.Object)}
    todo = [page.obj.objgen for page in document.pages]
    seen = set(todo)
    while todo:
        objgen = todo.pop()
        thing = there.get(objgen) or document.get_object(objgen)
        if thing is None:
            raise ExtractError("damaged", detail="页面用到的对象缺失")
        if not isinstance(thing, pikepdf.Object):
            continue
        body = thing.stream_dict if isinstance(thing, pikepdf.Stream) else thing
        for number, generation in _REFERENCE.findall(body.unparse(resolved=True)):
            reference = int(number), int(generation)
            if reference not in seen:
                seen.add(reference)
                todo.append(reference)
