"""The words of captions, and the fields that they point to: one of the two signs by which an unknown caption is read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import lru_cache

from selfeval.extractors.forms.captions import caption_key, captions

#: likeness (0 to 1) of an unknown caption to a known one from which the known one is a sign
ALIKE = 0.6

#: words of captions, the strongest first: the first that fits is the sign, later ones are weaker
WORDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "indicators": (
        ("explanation", r"原因|偏差|措施|未完成|扣分|差异|说明|不足|整改"),
        ("score", r"得分|评分|打分|自评|实得|赋分|计分|评价分|考核分|获分"),
        ("weight", r"分值|权重|满分|标准分|配分|占分|分数|占比|应得|总分|比重"),
        ("actual", r"实际|完成|达[成到]|结果|执行|进度|落实|实现|兑现|成效|现状|年末|年底|做到|实绩"),
        ("target_part", r"符号?$|单位|性质|关系|量纲|计量|口径|方向|比较|度量"),
        ("target", r"目标|指标值|计划|预期|年初|预计|标准|设定|应达|任务|期望|要求|承诺|拟|应做"),
        ("level1", r"一级|1级|第一|首级|顶层|维度|大[类项]|板块|类别|一层|层一"),
        ("level2", r"二级|2级|第二|次级|分类|类型|子类|中[类项]|二层|层二"),
        ("level3", r"三级|3级|第三|末级|指标名|具体指标|指标内容|考核内容|细[项化]|小[类项]|明细|三层|层三|指标"),
    ),
    "funds": (
        ("rate", r"率|比例|百分比|进度|程度|比$|[BＢ]\s*[÷/／]\s*[AＡ]"),
        ("score", r"得分|评分|打分|自评|实得|计分"),
        ("weight", r"分值|权重|满分|标准分|配分|分数"),
        ("arrived", r"到位|拨付到|拨入"),
        ("balance", r"结余|剩余|余额"),
        ("carried_over", r"上年结转|结转"),
        ("executed", r"执行|支出|支付|使用|实际|决算|花|发生|列支|开支|用款|已用|支取"),
        ("initial", r"年初|批复|初始|原预算|期初|起初"),
        ("budget", r"预算|计划|调整|安排|下达|指标|核定|投资|额度|盘子|可用|控制|可支配"),
    ),
    "goals": (
        ("goal_actual", r"实际|完成|达[成到]|结果|实现|兑现|成效|执行|落实|年末|总结|做到|实绩"),
        ("goal_adjusted", r"调整"),
        ("goal_expected", r"预期|设定|年初|计划|目标|预计|期望|任务|承诺|原[定订]|拟"),
    ),
    "header": (
        ("phone", r"电话|手机|联系方式|号码"),
        ("leader", r"负责|联系人|经办|主管领导|主管人|责任人|牵头人"),
        ("total", r"总分|总得分|总评分|得分|评分|综合得分|分数|评定"),
        ("year", r"年度|年份|所属年"),
        ("goal_actual", r"(目标|任务|绩效).*(完成|实现|兑现|达[成到]|落实|成效|结果)"),
        ("goal_expected", r"目标"),
        ("project_name", r"项目名|专项名|名称|项目$|专项$|政策名|事项"),
        ("authority", r"主管|归口|上级|牵头|管理部门|业务|分管部门|部门$|指导"),
        ("unit", r"实施|承担|执行|建设|使用|填报|申报|责任|单位|承办|用款|处室|科室|落实|经办|机构"),
    ),
}  # fmt: skip
_NO_WORDS = re.compile(
    r"上年|往年|历史|复核|复评|系数|编码|序号|依据|佐证|评分标准|评价标准|公式|解释|附件|来源"
)


def are_only(text: str) -> bool:
    """Whether a text is words of two characters or more, and holds no figure: a caption or a remark, and no number."""
    return bool(re.search(r"[一-鿿]{2}", text)) and not re.search(r"\d", text)


@lru_cache(5_000)
def by_words(zone: str, caption: str) -> tuple[tuple[str, int], ...]:
    """The fields that the words of a caption point to, with how strongly (2 or 1), the strongest first."""
    flat = re.sub(r"\s", "", caption)
    if not flat or _NO_WORDS.search(flat):
        return ()
    found: dict[str, int] = {}
    for field, words in WORDS.get(zone, ()):
        if re.search(words, flat):
            found[field] = 1 if found else 2
    if zone in ("indicators", "funds") and re.search(r"分数?$|分[（(]", flat):
        found.setdefault("weight", 1)
        found.setdefault("score", 1)
    near = difflib.get_close_matches(
        caption_key(caption), [key for z, key in captions().exact if z == zone], 1, ALIKE
    )
    if near and (field := captions().exact[zone, near[0]]) != "-":
        found[field] = max(found.get(field, 0), 1) if found else 2
    return tuple(sorted(found.items(), key=lambda pair: -pair[1]))
