"""Note marks and underscores beside a number, set apart from it: ¹ ① * [2] （注1） _15_."""

from __future__ import annotations

import re

_SIGNS = "¹²³⁰⁴-⁹①-⑳❶-❿*＊※★☆†‡"
_MARK = (
    rf"(?:[{_SIGNS}]|[\[【〔][注]?\s*\d{{1,2}}[\]】〕]|[（(]注\s*\d{{0,2}}[）)]|注\d{{1,2}}(?!\d))"
)
_NUMBER = r"[≥≤=＝<>＞＜约]?\s*[-+−－]?[¥￥]?\d[\d,，]*(?:[.．]\d+)?\s*(?:[%％‰]|[一-鿿]{1,4})?"
_MARKED = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<marks>{_MARK}(?:[,，、]?{_MARK})*)")
_MARKED_BEFORE = re.compile(rf"(?P<marks>[*＊※★☆†‡]+)\s*(?P<number>{_NUMBER})")
_RAISED = re.compile(rf"[0-9a-z{_SIGNS}\[\]()（）【】〔〕注,，、]")
_UNDERSCORED = re.compile(r"[_＿]+\s*(\d[\d.,，．]*\s*[%％]?)\s*[_＿]+")


def is_mark(char: str) -> bool:
    """Whether a small raised character may be part of a note mark."""
    return bool(_RAISED.fullmatch(char))


def set_apart(text: str) -> tuple[str, str]:
    """Given a cell's text, what it says without underscores to write on and without note marks beside its number; and those marks."""
    if "_" in text or "＿" in text:
        text = _UNDERSCORED.sub(r"\1", text)
        bare = text.strip("_＿ ")
        text = bare if not bare or re.fullmatch(_NUMBER, bare) else text
    match = _MARKED.fullmatch(text) or _MARKED_BEFORE.fullmatch(text)
    return (match["number"].strip(), match["marks"]) if match else (text, "")
