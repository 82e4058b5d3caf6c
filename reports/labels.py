"""What fields, severities and verdicts are called on the form and in an audit paper, and how a PATH is said in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from gettext import NullTranslations

from selfeval.core import families, fields
from selfeval.core.fields import captions, section
from selfeval.core.paths import parts_of
from selfeval.reports.i18n import N_

#: What fields are called, by the section or block that they are in; English is in core beside the Chinese.
HEADER = captions(section("head"))
GOALS = captions(section("goals"))
CONCLUSIONS = captions(section("conclusions"))
BLOCKS: dict[str, dict[str, str]] = {block: captions(of) for block, of in fields.ROWS.items()}
FUNDS, INDICATORS, TASKS = BLOCKS["funds"], BLOCKS["indicators"], BLOCKS["tasks"]
TOTAL = captions(fields.TOTAL)
SEVERITY = {"error": N_("错误"), "warning": N_("警告"), "information": N_("提示")}
VERDICT = {
    "pass": N_("通过"),
    "fail": N_("不符"),
    "not-applicable": N_("不适用"),
    "undecidable": N_("未能判定"),
}
FAMILIES = {
    **{family: chinese for family, (chinese, _english) in families.FAMILIES.items()},
    "": N_("其他"),
}
STATUS = {"ok": N_("已审核"), "rejected": N_("未能读取"), "replaced": N_("已被后报取代")}

_ROW_SAID = {
    "funds": N_("资金情况第 %(row)d 行"),
    "indicators": N_("绩效指标第 %(row)d 行"),
    "tasks": N_("任务与子项目第 %(row)d 行"),
}

#: A block as a whole, or a column of it.
_BLOCK_SAID = {
    "funds": N_("资金情况"),
    "indicators": N_("绩效指标"),
    "tasks": N_("任务与子项目"),
}


def say_path(path: str, names: Callable[[str, int], str], catalogue: NullTranslations) -> str:
    """Given a PATH and a way to look up the printed name of row `n` of a block, say it in words: 绩效指标第 7 行“云服务中断次数”·得分."""
    _ = catalogue.gettext
    block, position, column = parts_of(path)
    if block in _ROW_SAID and position is not None:
        columns: Mapping[str, str] = BLOCKS[block]
        text = _(_ROW_SAID[block]) % {"row": position + 1}
        if name := names(block, position):
            text += f"“{name}”"
        return f"{text}·{_(columns[column])}" if column and column in columns else text
    if path in ("form", ""):
        return _("整张表")
    if path == "total":
        return _("总分")
    if path in _BLOCK_SAID:
        return _(_BLOCK_SAID[path])
    if block in _BLOCK_SAID and column in BLOCKS[block]:
        return f"{_(_BLOCK_SAID[block])}·{_(BLOCKS[block][column])}"
    if block == "hidden":
        return _("第 %(n)s 页") % {"n": position}
    if block == "total" and column and column in TOTAL:
        return _(TOTAL[column])
    known = {**HEADER, **GOALS, **CONCLUSIONS}
    return _(known[path]) if path in known else path


#: A PATH within a sentence.
_PATH_IN_TEXT = re.compile(
    r"(?<![\w/])(?:(?:funds|indicators|tasks)/(?:[0-9]+|\*)(?:/[a-z_]+)?|total/[a-z_]+)(?![\w/])"
)


def spoken(text: str, say: Callable[[str], str]) -> str:
    """Given a sentence of a rule or of the reader, say the PATHs in it as people call them."""
    return _PATH_IN_TEXT.sub(lambda found: say(found[0]), text) if "/" in text else text
