"""Data for the pages' scripts: JSON that cannot end its script element, and .js files that can be read from disk without a server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from markupsafe import Markup

# What could close the element, open a comment or, in old scripts, end a line. All stay valid inside JSON strings.
_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def safe_json(data: Any) -> str:
    """Given plain data (Decimals become numbers as printed), return JSON that may stand in a script element or a .js file."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_plain)
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text


def embedded(data: Any) -> Markup:
    """For templates: JSON inside `<script type="application/json">`, already safe there."""
    return Markup(safe_json(data))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(
            value
        )  # for plotting and sorting in a browser only; what is printed is a string made from the Decimal
    raise TypeError(f"no JSON for {type(value).__name__}")


class ChunkWriter:
    """Rows of one list, written to `data/NAME-0.js`, `data/NAME-1.js` ... as they come, so that none has to be kept."""

    def __init__(self, folder: Path, name: str, size: int = 1000) -> None:
        self._folder, self._name, self._size = folder, name, size
        self._rows: list[Sequence[Any]] = []
        self.chunks = 0
        self.rows = 0

    def add(self, row: Sequence[Any]) -> None:
        self._rows.append(row)
        self.rows += 1
        if len(self._rows) >= self._size:
            self._flush()

    def close(self) -> None:
        if self._rows or not self.chunks:
            self._flush()

    def _flush(self) -> None:
        text = f"selfeval.rows({safe_json(self._name)},{self.chunks},{safe_json(self._rows)});\n"
        (self._folder / f"{self._name}-{self.chunks}.js").write_text(text, encoding="utf-8")
        self._rows = []
        self.chunks += 1


def write_messages(path: Path, catalogue: NullTranslations) -> None:
    """Write the sentences that the pages' scripts say, from the one catalogue. `{n}` and the like are filled in by the script."""
    _ = catalogue.gettext
    sentences = {
        "found": _("共 {n} 项，显示第 {a} 至 {b} 项"),
        "none": _("没有符合条件的记录。请放宽查找或筛选条件。"),
        "loading": _("正在读取索引（{a} / {b}）"),
        "page_of": _("第 {a} / {b} 页"),
        "refused": _("未能读取"),
        "place": _("第 {a} / {b} 份"),
        "not_listed": _("不在列表中（共 {b} 份）"),
        "points": _("得分"),
        "rate": _("执行率"),
    }
    path.write_text(f"selfeval.messages={safe_json(sentences)};\n", encoding="utf-8")
