"""The streams of a PDF and their own checks: Flate data ends with an Adler-32 of what was packed, which nearly every producer writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from isal import isal_zlib

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation.limits import MAX_INFLATED_BYTES, MAX_STREAM_BYTES

_FLATE = re.compile(rb"/(?:FlateDecode|Fl)\b")
#: bytes before `stream` in which its filter is named
_HEAD = 1_500
#: bytes inflated at a time
_CHUNK = 1 << 20
_SPACE = b" \t\r\n\f\v\0"


class Stream(NamedTuple):
    """A stream as it lies in the file: the end of its dictionary, and its data up to `endstream`."""

    head: bytes
    data: memoryview


def streams(data: bytes) -> Iterator[Stream]:
    """Everything between `stream` and `endstream` in a file; the last one may lack its end."""
    view = memoryview(data)
    at = end = 0
    while (at := data.find(b"stream", at)) >= 0:
        word, at = at, at + 6
        if data[at : at + 1] not in (b"\r", b"\n") or data[word - 3 : word] == b"end":
            continue
        start, begin = at + 1 + (data[at : at + 2] == b"\r\n"), max(word - _HEAD, end)
        at = end = found if (found := data.find(b"endstream", start)) >= 0 else len(data)
        yield Stream(data[max(data.rfind(b" obj", begin, word), begin) : start], view[start:end])


def is_flate(head: bytes) -> bool:
    """Whether a dictionary names Flate among its filters."""
    return bool(_FLATE.search(head))


def begins_like_flate(data: bytes | memoryview) -> bool:
    """Whether the two bytes of a zlib header stand at the start."""
    return len(data) > 6 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0


class Checker:
    """Inflates streams without keeping them, up to a limit for all of them together."""

    def __init__(self) -> None:
        self.left = MAX_INFLATED_BYTES

    def is_sound(self, data: bytes | memoryview) -> bool:
        """Whether zlib data is complete and its checksum right; True once the limit is used up. ExtractError: too-complex."""
        if self.left <= 0:
            return True
        inflater = isal_zlib.decompressobj()
        rest, size = data, 0
        try:
            while len(rest) and not inflater.eof:
                size += len(inflater.decompress(rest, _CHUNK))
                rest = inflater.unconsumed_tail
                if size > MAX_STREAM_BYTES:
                    raise ExtractError(
                        "too-complex", detail=f"压缩数据展开后超过 {MAX_STREAM_BYTES} 字节"
                    )
        except isal_zlib.IsalError:  # type: ignore[misc]  # its stub has an instance here
            return False
        finally:
            self.left -= size
        return bool(inflater.eof)


def without_ascii(data: bytes, filters: list[str]) -> tuple[bytes | None, list[str]]:
    """Data and the filters that are left once those that write bytes as text are taken off; None where they do not fit the data."""
    while filters and filters[0] in _TEXTUAL:
        try:
            data = _TEXTUAL[filters[0]](data)
        except (ValueError, UnicodeDecodeError):
            return None, filters
        filters = filters[1:]
    return data, filters


def _from_hexadecimal(data: bytes) -> bytes:
    digits = data.partition(b">")[0].translate(None, _SPACE)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _from_base_85(data: bytes) -> bytes:
    """Five digits a word of four bytes, as an array: the standard library's loop takes 20 ms a page."""
    text = data.translate(None, _SPACE).removeprefix(b"<~").partition(b"~")[0]
    text = text.replace(b"z", b"!!!!!")
    missing = -len(text) % 5
    digits = np.frombuffer(text + b"u" * missing, np.uint8).astype(np.int64) - 33
    if digits.size and not 0 <= digits.min() <= digits.max() < 85:
        raise ValueError("no digit of base 85")
    words = digits.reshape(-1, 5) @ _PLACES
    if words.size and words.max() >= 1 << 32:
        raise ValueError("no word of four bytes")
    return bytes(words.astype(">u4").tobytes()[: words.size * 4 - missing])


_PLACES = np.array([85**4, 85**3, 85**2, 85, 1])
_TEXTUAL = {"/ASCII85Decode": _from_base_85, "/ASCIIHexDecode": _from_hexadecimal}
