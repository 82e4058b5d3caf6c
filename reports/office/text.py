"""Texts on their way into Office files, which are XML and take less than HTML does."""

from __future__ import annotations

import re

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def xml_text(text: str) -> str:
    """Given any text, put U+FFFD for the characters that XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)
