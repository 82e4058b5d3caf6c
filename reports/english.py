"""The two sides of a finding in English: what a rule expects, and what stands there instead. What forms print stays as it is."""

from __future__ import annotations

import re

_WORDS = {
    "空白": "blank", "整栏空白": "blank throughout", "未说明": "no reason given", "未注明": "not stated", "没有此栏": "no such column", "已填报": "filled in",
    "已打分": "scored", "已注明年度": "the year stated", "数字": "a number", "数值": "a number", "一个数": "one number", "文字说明": "words", "填报内容": "an answer",
    "说明偏差原因": "a reason for the deviation", "说明具体原因": "a cause", "说明原因": "a reason", "说明调整原因": "a reason for the adjustment", "分别说明": "a reason for each",
    "分别设定": "one for each", "分项之和": "the sum of the parts", "据实填写": "what was done", "按本年实际填写": "what was done this year", "实际完成结果": "results",
    "指标值": "targets", "指标维度完整": "all dimensions", "可衡量的目标": "a measurable target", "可考核的指标值": "a target that can be missed", "名称不重复": "names of their own",
    "同一单位": "one unit", "与资金表一致": "as in the funds", "其中一个等级": "one grade", "调查结果": "a survey's result", "逐项填列": "filled in row by row",
    "填列指标值和完成值": "target and result", "有分值": "a weight", "有偏差则扣分": "points off for a deviation", "低于满分": "less than full marks", "计分一次": "scored once",
    "计分两次": "scored twice", "本年实际数": "this year's results", "全部报送": "all submitted", "报送一份": "one form", "重复报送": "submitted twice", "无空行": "no empty rows",
    "与他表相同": "the same as another form", "程度低于指标值": "weaker than the target", "说明存在的问题": "the problems",
}  # fmt: skip
_SHAPES = (
    (re.compile(r"不高于(.+)"), "not above {}"),
    (re.compile(r"不低于(.+)"), "not below {}"),
    (re.compile(r"不晚于(.+)"), "not later than {}"),
    (re.compile(r"低于(.+)"), "below {}"),
    (re.compile(r"高于(.+)"), "above {}"),
    (re.compile(r"大于(.+)"), "above {}"),
    (re.compile(r"缺少(.+)"), "lacks {}"),
    (re.compile(r"填列(.+)"), "{} filled in"),
    (re.compile(r"([0-9.]+)分以上"), "{} points or more"),
    (re.compile(r"([0-9.]+)以上"), "{} or more"),
    (re.compile(r"([-0-9.]+)分"), "{} points"),
    (re.compile(r"([0-9.]+)倍"), "{} times"),
    (re.compile(r"([0-9]+)项相同"), "the same in {} rows"),
    (re.compile(r"([0-9]+)项满分"), "{} with full marks"),
    (re.compile(r"([0-9]+)行"), "{} rows"),
    (re.compile(r"缺([0-9]+)份"), "{} missing"),
    (re.compile(r"与([0-9]+)年度相同"), "the same as in {}"),
    (re.compile(r"0至100(%?)"), "0 to 100{}"),
)


def in_english(text: str) -> str:
    """`text` in English where it is one of the catalogue's expressions; else as it is, since it quotes the form."""
    if text in _WORDS:
        return _WORDS[text]
    for shape, said in _SHAPES:
        if match := shape.fullmatch(text):
            return said.format(in_english(match[1]))
    return text
