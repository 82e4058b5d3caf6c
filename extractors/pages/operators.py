"""Page content as it is written down: a damaged byte in it often leaves a word that is neither an operator nor an operand."""

from __future__ import annotations

import re

#: all operators of page content (ISO 32000-2, annex A)
OPERATORS = frozenset(
    b"b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n "
    b"q Q re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"".split()
)
_IMAGE = re.compile(rb"(?<![^\s])BI\s.*?\sID\s.*?\sEI(?![^\s])", re.DOTALL)
_STRING = re.compile(rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.|\([^()]*\))*\))*\)", re.DOTALL)
_COMMENT = re.compile(rb"%[^\r\n]*")
_HEXADECIMAL = re.compile(rb"<[0-9A-Fa-f\s]*>")
_OPERAND = re.compile(
    rb"/[^\s()<>\[\]{}/%]*|[-+]?(?:\d+\.?\d*|\.\d+)(?=[\s/\[\]<(]|\Z)|true|false|null|<<|>>|[\[\]]"
)
_WORD = re.compile(rb"[^\s\[\]<>/]+")


def strange_words(content: bytes) -> int:
    """How many words of an unpacked content stream are neither operators nor operands."""
    text = _STRING.sub(b" ", _IMAGE.sub(b" ", content))
    text = _HEXADECIMAL.sub(b" ", _COMMENT.sub(b" ", text))
    rest = _OPERAND.sub(b" ", text)
    return (
        sum(word not in OPERATORS for word in _WORD.findall(rest))
        + rest.count(b"<")
        + rest.count(b">")
    )
