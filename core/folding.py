"""Full width and look-alike characters -> the ones that people type. Only what cannot change a number is folded: NFKC would turn ① into 1
and ² into 2."""

from __future__ import annotations

import re

#: Every dash that forms print for "nothing", or for a range.
DASHES = (
    "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2500\u2501\u2e3a\u2e3b\ufe58\ufe63\uff0d\uff70"
)

_TABLE: dict[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_TABLE |= {
    ord(dash): "-" for dash in DASHES if dash not in "\u2014\u2015\u2500\u2501\u2e3a\u2e3b\uff70"
}  # those are no minus signs
_TABLE |= {
    ord(wide): narrow
    for wide, narrow in {
        "\u3000": " ",
        "\u00a0": " ",
        "￥": "¥",
        "﹪": "%",
        "﹐": ",",
        "﹒": ".",
        "﹢": "+",
        "﹙": "(",
        "﹚": ")",
        "≧": "≥",
        "⩾": "≥",
        "≦": "≤",
        "⩽": "≤",
        "﹥": ">",
        "﹤": "<",
        "﹦": "=",
        "═": "=",
    }.items()
}


#: Most cells hold nothing to fold, and looking is three times as fast as folding.
_ANY = re.compile(
    "["
    + "".join(re.escape(chr(code)) for code, folded in _TABLE.items() if chr(code) != folded)
    + "]"
)


def fold(text: str) -> str:
    """The same text with half width ASCII, plain minus signs and one glyph for each comparison. Thin spaces stay: they group digits."""
    return text.translate(_TABLE) if _ANY.search(text) else text
