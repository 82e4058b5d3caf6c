"""Code points as PDF fonts give them, brought to the characters that people type.

`printed` keeps what a reader of the page sees (full width stays full width); `folded` is for comparing captions and never shown.
"""

from __future__ import annotations

import re
import unicodedata

from selfeval.extractors.pages.radicals import EQUIVALENT_IDEOGRAPH

#: What pdfium gives for a hyphen at the end of a line, and what it and other readers give for glyphs without a meaning.
_HYPHEN_AT_LINE_END = 0x02
_SPACES = (
    0x00A0,
    0x2000,
    0x2001,
    0x2002,
    0x2003,
    0x2004,
    0x2005,
    0x2006,
    0x2007,
    0x2008,
    0x2009,
    0x200A,
    0x202F,
    0x205F,
)
_NOTHING = (0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)

_PRINTED: dict[int, str | None] = {
    code: None for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)
}
_PRINTED.update(EQUIVALENT_IDEOGRAPH)
_PRINTED.update(dict.fromkeys((9, 10, 13, *_SPACES), " "))
_PRINTED.update(dict.fromkeys(_NOTHING))
_PRINTED[_HYPHEN_AT_LINE_END] = "-"
# Compatibility ideographs (U+F900 to U+FAFF) look the same as the unified ones that keyboards produce.
_PRINTED.update({code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xF900, 0xFB00)})

_UNMAPPED = re.compile("[\x00\ufffd\ufffe\ue000-\uf8ff\U000f0000-\U0010ffff]")
_FOREIGN = re.compile("[\x80-\x9f\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
_DASHES = re.compile(r"[‐-―⸺⸻─━－﹣−ー—]")
_NOT_A_WORD = re.compile(r"[\s:：,，、。.;；()（）\[\]【】《》<>〈〉“”\"'‘’·*★☆_\-—/|]+")


def printed(text: str) -> str:
    """The characters that people type for those of a font: radicals become ideographs, control characters vanish."""
    return text.translate(_PRINTED)


def unmapped(text: str) -> int:
    """How many characters have no meaning outside their font: private use, or the replacement character."""
    return len(_UNMAPPED.findall(text))


def foreign(text: str) -> int:
    """How many characters a Chinese form does not print (accented Latin letters, control codes): a font that maps them maps others wrongly
    too, into characters that look in order."""
    return len(_FOREIGN.findall(text))


def folded(text: str) -> str:
    """For comparing captions: compatibility forms, case, spaces and punctuation removed."""
    return _NOT_A_WORD.sub(
        "", unicodedata.normalize("NFKC", _DASHES.sub("-", printed(text)))
    ).lower()
