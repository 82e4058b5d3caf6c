"""Is the file whole? PDF readers repair a file that was cut off and show what is left; here that would lose numbers silently.

A file is whole when its closing `startxref` leads to a cross-reference section and every section and object that it lists stands
where it says. Where that fails (a rewritten or mangled cross-reference), the body must still prove that nothing is missing: the
last thing in it is a trailer, every listed object is defined, and every stream has its declared length.
"""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation.limits import MAX_INFLATED_BYTES, MAX_STREAM_BYTES

_SPACE = rb"[ \t\r\n\f\0]"
_OBJECT = re.compile(rb"(?<!\d)(\d{1,10})" + _SPACE + rb"{1,8}\d{1,5}" + _SPACE + rb"{1,8}obj\b")
_OBJECT_HERE = re.compile(
    _SPACE + rb"{0,8}\d{1,10}" + _SPACE + rb"{1,8}\d{1,5}" + _SPACE + rb"{1,8}obj\b"
)
#: the start of an object whose `obj` is cut off, at the very end of the data
_OBJECT_BEGUN = re.compile(
    _SPACE + rb"\d{1,10}(" + _SPACE + rb"+\d{0,5}(" + _SPACE + rb"+(o|ob)?)?)?\Z"
)
_CLOSING = re.compile(rb"startxref\s*(\d{1,15})\s*%%EOF")
_TABLE_HERE = re.compile(_SPACE + rb"{0,8}xref\b")
_SUBSECTION = re.compile(rb"\s*(\d{1,10})[ ]+(\d{1,10})\s*(?=\d{10} \d{5} [nf])")
_ENTRY = re.compile(rb"\s*(\d{10}) \d{5} ([nf])")
_ENTRY_IN_USE = re.compile(rb"\b(\d{10}) \d{5} n")
_PREVIOUS = re.compile(rb"/(?:Prev|XRefStm)\s+(\d{1,15})")
_LENGTH = re.compile(rb"/Length\s+(\d{1,12})(?!\d)(\s+\d{1,5}\s+R)?")
_INTEGER = re.compile(rb"\s*(\d{1,12})\b")
_FLATE_FIRST = re.compile(rb"/Filter\s*\[?\s*/(?:FlateDecode|Fl)\b")
_NOT_CONTENT = re.compile(
    rb"/Length1\b|/Subtype\s*/(?:Image|Type1C|CIDFontType0C|OpenType|XML)\b|/Alternate\b"
)
_COUNT = re.compile(rb"/Count\s+(\d{1,9})(?!\d|\s+\d+\s+R)")
_FIRST = re.compile(rb"/First\s+(\d{1,9})")
_KIDS = re.compile(rb"/Kids\s*\[([^\]]*)\]")
#: bytes that a wrong but harmless /Length may be off (line ends counted or not)
_LENGTH_SLACK = 8
#: entries of one cross-reference table that are followed
_SAMPLE = 200
#: bytes before `stream` in which its dictionary is looked for
_DICT_WINDOW = 1_500


class Stream(NamedTuple):
    """A stream object in the file: the bytes of its dictionary and where its data begins and ends."""

    head: bytes
    start: int
    end: int


def require_whole(data: bytes, base: int) -> None:
    """Raise ExtractError("damaged") when part of the PDF is missing; `base` is where its `%PDF-` header stands."""
    if not _sections_lead_everywhere(data, base):
        _require_whole_body(data)
    encrypted = b"/Encrypt" in data
    _require_consistent_page_tree(data)
    budget = MAX_INFLATED_BYTES
    for stream in _streams(data):
        if not encrypted and budget > 0 and _is_content(stream.head):
            budget -= _require_sound_deflate(data, stream)


def _sections_lead_everywhere(data: bytes, base: int) -> bool:
    end = data.rfind(b"%%EOF")
    closing = _CLOSING.match(data, data.rfind(b"startxref", 0, max(end, 0)))
    if end < 0 or closing is None or closing.end() != end + 5:
        return False
    if _OBJECT.search(data, end) or _OBJECT_BEGUN.search(
        data, end
    ):  # an update begun after the last complete revision
        return False
    todo, seen = [int(closing[1])], set[int]()
    while todo:
        at = todo.pop() + base
        if at in seen:
            continue
        seen.add(at)
        if at >= len(data):
            return False
        if _TABLE_HERE.match(data, at):
            stop = data.find(b"trailer", at)
            if stop < 0 or not _entries_lead_to_objects(data, base, at, stop):
                return False
            head = data[stop : data.find(b"startxref", stop)]
        elif _OBJECT_HERE.match(data, at):
            head = data[at : data.find(b"stream", at)]
            if b"/XRef" not in head:
                return False
        else:
            return False
        todo += [int(found) for found in _PREVIOUS.findall(head) if int(found) > 0]
    return True


def _entries_lead_to_objects(data: bytes, base: int, at: int, stop: int) -> bool:
    """Given a cross-reference table between `at` and `stop`, look whether its entries in use (a sample of long ones) point to objects."""
    offsets = [int(found) for found in _ENTRY_IN_USE.findall(data, at, stop)]
    step = len(offsets) // _SAMPLE + 1
    return all(_OBJECT_HERE.match(data, offset + base) for offset in offsets[::step] if offset > 0)


def _listed(data: bytes, at: int, stop: int) -> Iterator[tuple[int, int]]:
    """(object number, offset) of the entries in use of the cross-reference table between `at` and `stop`."""
    position = data.find(b"xref", at, stop) + 4
    number = 0
    while True:
        if section := _SUBSECTION.match(data, position, stop):
            number, position = int(section[1]), section.end()
        entry = _ENTRY.match(data, position, stop)
        if entry is None:
            return
        if (
            entry[2] == b"n" and int(entry[1]) > 0
        ):  # some producers list unused objects as in use at offset 0
            yield number, int(entry[1])
        number, position = number + 1, entry.end()


def _require_whole_body(data: bytes) -> None:
    last = _last_object(data)
    finished = data.find(b"endobj", last)
    trailer = data.rfind(b"trailer")
    if last < 0 or finished < 0:
        raise ExtractError("damaged", detail="缺少文件结尾，最后一个对象不完整")
    closes = b"/XRef" in data[last : min(finished, last + 4 * _DICT_WINDOW)]
    if not closes and (
        trailer < finished or data.find(b">>", trailer) < 0 or _OBJECT_BEGUN.search(data, trailer)
    ):
        raise ExtractError("damaged", detail="缺少文件结尾（没有结尾目录）")
    defined = {int(found[1]): found.end() for found in _OBJECT.finditer(data)}
    at = data.find(b"xref")
    while at >= 0:
        stop = data.find(b"trailer", at)
        if (
            data[at - 5 : at] != b"start"
            and stop > 0
            and any(number not in defined for number, _ in _listed(data, at, stop))
        ):
            raise ExtractError("damaged", detail="目录中列出的对象缺失")
        at = data.find(b"xref", at + 4)
    for stream in _streams(data):
        if stream.end - stream.start < _declared_length(data, stream.head, defined) - _LENGTH_SLACK:
            raise ExtractError("damaged", detail="数据短于声明的长度")


def _declared_length(data: bytes, head: bytes, defined: dict[int, int]) -> int:
    """The /Length of a stream, looked up where it is a reference; 0 when it is not said. `defined`: object number -> where it begins."""
    found = _LENGTH.search(head)
    if found and found[2]:
        value = _INTEGER.match(data, defined.get(int(found[1]), len(data)))
        return int(value[1]) if value else 0
    return int(found[1]) if found else 0


def _last_object(data: bytes) -> int:
    """Where the last `N G obj` begins, -1 for none."""
    at = len(data)
    while (at := data.rfind(b"obj", 0, at)) >= 0:
        before = max(at - 30, 0)
        found = [m.start() for m in _OBJECT.finditer(data, before, at + 3)]
        if found:
            return found[-1]
    return -1


def _streams(data: bytes) -> Iterator[Stream]:
    at = 0
    while (at := data.find(b"stream", at)) >= 0:
        start = at + 6
        if data[start : start + 2] == b"\r\n":
            start += 2
        elif data[start : start + 1] in (b"\n", b"\r"):
            start += 1
        else:
            at = start
            continue
        window = max(at - _DICT_WINDOW, 0)
        head = data[max(data.rfind(b" obj", window, at), window) : at]
        end = data.find(b"endstream", start)
        if end < 0:
            raise ExtractError("damaged", detail="数据流没有结尾")
        yield Stream(head, start, end)
        at = end + 9


def _is_content(head: bytes) -> bool:
    """Whether the stream may hold page content or objects, rather than a font program, an image or a colour profile."""
    return bool(_FLATE_FIRST.search(head)) and not _NOT_CONTENT.search(head)


def _require_sound_deflate(data: bytes, stream: Stream) -> int:
    """Inflate the stream without keeping it (the checksum is not compared, some producers write none). The bytes that came out."""
    if (
        data[stream.start] & 0x0F != 8
    ):  # no deflate header: readers disagree on what this is, so the engine decides
        return 0
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    size, rest, kept = 0, data[stream.start + 2 : stream.end], b""
    objects = b"/ObjStm" in stream.head
    try:
        while rest and not inflater.eof:
            out = inflater.decompress(rest, 1 << 20)
            rest = inflater.unconsumed_tail
            size += len(out)
            if size > MAX_STREAM_BYTES:
                raise ExtractError(
                    "too-complex", detail=f"压缩数据展开后超过 {MAX_STREAM_BYTES} 字节"
                )
            if objects:
                kept += out
    except zlib.error as error:
        raise ExtractError("damaged", detail="页面的压缩数据有误") from error
    if not inflater.eof:
        raise ExtractError("damaged", detail="页面的压缩数据不完整")
    for packed in _unpacked(stream.head, kept):
        _require_consistent_page_tree(packed)
    return size


def _unpacked(head: bytes, data: bytes) -> Iterator[bytes]:
    """The objects of an inflated object stream, one by one: they follow one another without a word between them."""
    first = _FIRST.search(head)
    start = int(first[1]) if first else 0
    numbers = [int(found) for found in re.findall(rb"\d{1,10}", data[:start])]
    offsets = sorted(offset for offset in numbers[1::2] if start + offset < len(data))
    for offset, following in itertools.pairwise([*offsets, len(data) - start]):
        yield data[start + offset : start + following]


def _require_consistent_page_tree(data: bytes) -> None:
    """A node with more kids than it counts hides pages from readers that trust the count, as pdfium does."""
    at = 0
    while (at := data.find(b"/Kids", at)) >= 0:
        kids = _KIDS.match(data, at)
        begin = max(data.rfind(b"obj", 0, at), at - _DICT_WINDOW, 0)
        at += 5
        if kids is None:
            continue
        end = data.find(b"endobj", kids.end())
        node = (
            data[begin : kids.start()]
            + data[kids.end() : min(end if end >= 0 else len(data), kids.end() + _DICT_WINDOW)]
        )
        count = _COUNT.search(node)
        if count and b"/Pages" in node and len(re.findall(rb"\bR\b", kids[1])) > int(count[1]):
            raise ExtractError("damaged", detail="页数与页面目录不符")
