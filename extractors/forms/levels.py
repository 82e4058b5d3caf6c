"""Names of indicator levels: which two parts of a cut cell make one of them."""

from __future__ import annotations

import re

from selfeval.extractors.forms.captions import caption_key

_BARE_ENDING = re.compile(r"^(指?标)?([（(]?\d+(\.\d+)?分?[）)]?)?$")
#: names of levels with and without their ending
LEVEL_NAMES = frozenset(
    f"{name}{ending}"
    for name in (
        "产出",
        "效益",
        "满意度",
        "成本",
        "过程",
        "决策",
        "管理",
        "影响力",
        "数量",
        "质量",
        "时效",
        "经济成本",
        "社会成本",
        "生态环境成本",
        "经济效益",
        "社会效益",
        "生态效益",
        "可持续影响",
        "可持续发展",
        "服务对象满意度",
        "社会公众满意度",
        "受益对象满意度",
        "预算执行",
    )
    for ending in ("指标", "")
)


#: which first level a second level is of (财预〔2020〕10号 附件)
_FIRST_LEVELS = {
    "数量": "产出",
    "质量": "产出",
    "时效": "产出",
    "经济效益": "效益",
    "社会效益": "效益",
    "生态效益": "效益",
    "可持续影响": "效益",
    "服务对象满意度": "满意度",
}


def first_level(second: str) -> str | None:
    """The first level that a second level is of: 产出 of 数量指标; None where its name does not say."""
    return _FIRST_LEVELS.get(caption_key(second).removesuffix("指标"))


def is_one_level(above: str, below: str) -> bool:
    """Whether two parts make the name of one level: 生态效益 | 指标, 满 | 意度指标（40分）, 满意度指标 | （50分）."""
    if not above or not below:
        return False
    joined = caption_key(above + below) in LEVEL_NAMES
    if caption_key(below) in LEVEL_NAMES:  # 服务对象 | 满意度指标, but not 效益指标 | 满意度指标
        return joined and caption_key(above) not in LEVEL_NAMES
    return joined or bool(_BARE_ENDING.match(below))


def is_level_name(text: str) -> bool:
    """Whether a text is the name of a first or second level, with its points or without: 产出指标（50分）, 数量指标."""
    return caption_key(text) in LEVEL_NAMES


def is_cut_name(text: str) -> bool:
    """Whether a text is the beginning or the end of a level's name, and no name itself: 满意度指, 度指标."""
    key = caption_key(text)
    whole = not key or key in LEVEL_NAMES
    return not whole and any(name.startswith(key) or name.endswith(key) for name in LEVEL_NAMES)
