"""How the desk says things: what was decided, and places that belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from selfeval.records.store.decisions import Kind

#: What each kind of decision is called.
CAPTIONS: Mapping[Kind, str] = {
    "confirm": "确认读数",
    "correct": "更正读数",
    "unreadable": "无法辨认",
    "accept": "采纳说明",
    "return": "退回更正",
    "question": "存疑",
    "reviewed": "已复核",
    "withdraw": "撤回",
}


def joined_places(places: Sequence[str]) -> str:
    """Several places in a few words: the first, and how many there are."""
    return places[0] if len(places) == 1 else f"{places[0]}等 {len(places)} 处"
