"""The sentences that the pages' scripts say, from the one catalogue, as a .js data file."""

from __future__ import annotations

from gettext import NullTranslations
from pathlib import Path

from selfeval.reports.site.jsdata import safe_json


def write_messages(path: Path, catalogue: NullTranslations) -> None:
    """Write `data/messages.js`. `{n}` and the like are filled in by the script."""
    _ = catalogue.gettext
    sentences = {
        "found": _("共 {n} 项，显示第 {a} 至 {b} 项"),
        "none": _("没有符合条件的记录。请放宽查找或筛选条件。"),
        "loading": _("正在读取索引（{a} / {b}）"),
        "page_of": _("第 {a} / {b} 页"),
        "refused": _("未能读取"),
        "points": _("得分"),
        "rate": _("执行率"),
    }
    path.write_text(f"selfeval.messages={safe_json(sentences)};\n", encoding="utf-8")
