"""Forms in layouts drawn at random, written down for `ruled`: which columns there are and in which order, captions of the maps and of nobody's,
in storeys or flat, labels at the side, blocks in any order. Whatever is drawn comes back right, or is told at its field.

`python -m tests.random_layouts 10000 [FIRST]` draws and reads so many and prints the seeds of those that fail.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random

from selfeval.core.fields import HEADER, ROWS
from selfeval.extractors.forms.captions import field_of
from selfeval.extractors.model import Form
from tests import ruled

WIDE = 24
TITLE = "项目支出绩效自评表（2023年度）"

HEADER_CAPTIONS = {
    "project_name": ("项目名称", "专项名称", "支出事项名称"),
    "authority": ("主管部门", "主管单位", "归口管理单位"),
    "unit": ("实施单位", "项目单位", "填报单位", "经办单位"),
    "leader": ("项目负责人", "负责人", "项目牵头人"),
    "phone": ("联系电话", "电话", "联络电话"),
    "filing_date": ("填报日期",),
    "": ("项目类别", "项目起止时间", "单位人数", "项目属性", "资金用途"),
}
FUND_CAPTIONS = {
    "initial": ("年初预算数", "年初预算", "年初预算数（万元）", "年初盘子"),
    "budget": ("全年预算数", "全年预算数（A）", "预算数", "全年预算（万元）", "可用指标"),
    "executed": ("全年执行数", "全年执行数（B）", "执行数", "实际列支"),
    "arrived": ("到位数", "资金到位数"),
    "carried_over": ("上年结转数", "上年结转"),
    "balance": ("结转结余数", "结余数"),
    "weight": ("分值", "权重", "本项分数"),
    "rate": ("执行率", "预算执行率", "执行率（B/A）", "花钱进度"),
    "score": ("得分", "自评得分", "自我打分"),
    "": ("备注", "资金性质", "支付方式"),
}
LEVELS = {
    "level1": ("一级指标", "第一层指标"),
    "level2": ("二级指标", "第二层指标"),
    "level3": ("三级指标", "指标名称", "细化指标"),
}
JUDGED = {
    "target": ("年度指标值", "指标值", "目标值", "年初承诺值"),
    "actual": ("实际完成值", "完成值", "全年实际完成值", "年末兑现值"),
    "weight": ("分值", "权重", "应得满分"),
    "score": ("得分", "自评得分", "自我打分"),
    "explanation": ("偏差原因分析及改进措施", "偏差原因分析", "未完成原因及改进措施", "差距成因"),
    "reviewed_score": ("复核得分", "财政复核得分"),
    "": ("指标解释", "评价标准", "支撑材料", "计分方法", "数据来源"),
}
GOALS = (
    ("预期目标", "实际完成情况"),
    ("年初设定目标", "年度总体目标完成情况综述"),
    ("年度总体目标", "全年实际完成情况"),
)
FUND_LABELS = ("年度资金总额", "其中：财政拨款", "其他资金", "上年结转资金")
TREE = (
    ("产出指标", (("数量指标", ("整治长度", "培训场次")), ("质量指标", ("验收合格率",)), ("时效指标", ("按时完成",)))),
    ("效益指标", (("社会效益指标", ("受益人口",)), ("生态效益指标", ("水质达标率",)))),
    ("满意度指标", (("服务对象满意度指标", ("群众满意度",)),)),
)  # fmt: skip
NAMES = ("河道整治", "校舍维修", "道路照明", "农技推广")


@dataclass(slots=True)
class Drawn:
    """A form as drawn: its pages, and what they say by PATH; `loose` are values that no field has."""

    seed: int
    pages: list[ruled.Page] = field(default_factory=list)
    truth: dict[str, str] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)


class Layout:
    """One layout being drawn."""

    def __init__(self, seed: int) -> None:
        self.rng, self.drawn, self.number = Random(seed), Drawn(seed), 100
        self.strange = self.rng.choice((0.0, 0.0, 0.1, 0.3))

    def caption(self, captions: Sequence[str], zone: str) -> str:
        """A caption of the maps; now and then one of nobody's, where there is one."""
        known = [c for c in captions if field_of(zone, c) is not None]
        odd = [c for c in captions if c not in known]
        return self.rng.choice(
            odd if odd and (not known or self.rng.random() < self.strange) else known
        )

    def widths(self, count: int, total: int = WIDE) -> list[int]:
        cuts = sorted(self.rng.sample(range(1, total), count - 1))
        return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]

    def amount(self) -> str:
        self.number += self.rng.randint(3, 40)
        return f"{self.number}.{self.rng.randint(10, 99)}"

    def header(self) -> ruled.Rows:
        names = [
            "unit",
            "authority",
            *self.rng.sample(["leader", "phone", "filing_date", ""], self.rng.randint(0, 4)),
        ]
        self.rng.shuffle(names)
        names.insert(0, "project_name")
        rows: list[list[ruled.Spanned]] = []
        while names:
            taken = [names.pop(0) for _ in range(min(len(names), self.rng.choice((1, 2, 2, 3))))]
            cells: list[ruled.Spanned] = []
            for name, across in zip(taken, self.pairs(len(taken)), strict=True):
                value = self.header_value(name)
                cells += [
                    (self.caption(HEADER_CAPTIONS[name], "header"), across[0]),
                    (value, across[1]),
                ]
            rows.append(cells)
        return rows

    def pairs(self, count: int) -> list[tuple[int, int]]:
        each = WIDE // count
        label = self.rng.randint(2, each - 3)
        return [(label, each - label)] * count

    def header_value(self, name: str) -> str:
        value = {
            "project_name": self.rng.choice(NAMES), "authority": "某县水务局", "unit": "某县河道管理所", "leader": "赵某某",
            "phone": "0550-1234567", "filing_date": "2024年3月5日",
        }.get(name, f"说明{self.rng.randint(10, 99)}")  # fmt: skip
        if name:
            self.drawn.truth[name] = value
        else:
            self.drawn.loose.append(value)
        return value

    def funds(self) -> ruled.Rows:
        names = ["budget", "executed"]
        if self.rng.random() < 0.6:
            names.insert(0, "initial")
        for extra in ("arrived", "carried_over", "balance"):
            if self.rng.random() < 0.15:
                names.insert(self.rng.randint(0, len(names)), extra)
        judged = [n for n in ("weight", "rate", "score") if self.rng.random() < 0.7]
        self.rng.shuffle(judged)
        names += judged
        if self.rng.random() < 0.2:
            names.insert(self.rng.randint(2, len(names)), "")
        side = self.rng.random() < 0.4
        count = self.rng.randint(1, 4)
        widths = self.widths(1 + side + len(names))
        label = self.rng.choice(("资金来源", "项目资金（万元）", "", "资金名称", "资金类别"))
        head: list[ruled.Spanned] = (
            [(self.rng.choice(("资金情况", "项目资金", "预算执行情况")), widths.pop(0), count + 1)]
            if side
            else []
        )
        labelled = widths.pop(0)
        head.append((label, labelled))
        head += [
            (self.caption(FUND_CAPTIONS[n], "funds"), w) for n, w in zip(names, widths, strict=True)
        ]
        rows: list[list[ruled.Spanned]] = [head]
        for at in range(count):
            cells: list[ruled.Spanned] = [(FUND_LABELS[at], labelled)]
            self.drawn.truth[f"funds/{at}/label"] = FUND_LABELS[at]
            for name, width in zip(names, widths, strict=True):
                value = {"weight": "10", "score": "9.5", "rate": "95.5%", "": f"备{at}"}.get(
                    name
                ) or self.amount()
                if name in ("weight", "score") and at:
                    value = ""
                self.say(f"funds/{at}", name, value)
                cells.append((value, width))
            rows.append(cells)
        return rows

    def say(self, path: str, name: str, value: str) -> None:
        if name:
            self.drawn.truth[f"{path}/{name}"] = value
        elif value:
            self.drawn.loose.append(value)

    def goals(self) -> ruled.Rows:
        expected, actual = self.rng.choice(GOALS)
        texts = ("整治河道十公里，水质稳定达标。", "已整治河道十公里，水质稳定达标。")
        self.drawn.truth |= dict(zip(("goal_expected", "goal_actual"), texts, strict=True))
        side = self.rng.random() < 0.5
        wide = WIDE - 3 * side
        left = self.rng.randint(6, wide - 6)
        head: list[ruled.Spanned] = [("年度总体目标", 3, 2)] if side else []
        return [
            [*head, (expected, left), (actual, wide - left)],
            [(texts[0], left), (texts[1], wide - left)],
        ]

    def indicators(self) -> ruled.Rows:
        levels = self.rng.choice(
            (("level1", "level2", "level3"),) * 3 + (("level1", "level3"), ("level1", "level2"))
        )
        judged = ["target", "actual"]
        judged += [n for n in ("weight", "score") if self.rng.random() < 0.9] or ["score"]
        if self.rng.random() < 0.4:
            self.rng.shuffle(judged)
        judged += [n for n in ("explanation",) if self.rng.random() < 0.7]
        for extra in ("", "reviewed_score"):
            if self.rng.random() < 0.25:
                judged.insert(self.rng.randint(0, len(judged)), extra)
        leaves = [(a, b, c) for a, seconds in TREE for b, thirds in seconds for c in thirds]
        leaves = [leaf for leaf in leaves if self.rng.random() < 0.8] or leaves[:2]
        side = self.rng.random() < 0.4
        widths = self.widths(side + len(levels) + len(judged))
        first = (
            [(self.rng.choice(("绩效指标", "年度绩效指标")), widths.pop(0), 1 + len(leaves))]
            if side
            else []
        )
        head: list[ruled.Spanned] = [*first]
        names = [*levels, *judged]
        captions = LEVELS | JUDGED
        used: set[str] = set()
        for name, width in zip(names, widths, strict=True):
            chosen = self.caption([c for c in captions[name] if c not in used], "indicators")
            used.add(chosen)
            head.append((chosen, width))
        merged = self.rng.random() < 0.7
        rows: list[list[ruled.Spanned]] = [head]
        for at, leaf in enumerate(leaves):
            cells: list[ruled.Spanned] = []
            for name, width in zip(names, widths, strict=True):
                if name in levels:
                    deep = {"level1": 1, "level2": 2, "level3": 3}[name]
                    value = leaf[deep - 1]
                    self.say(f"indicators/{at}", name, value)
                    if name == levels[-1] or not merged:
                        cells.append((value, width))
                    elif not at or leaves[at - 1][:deep] != leaf[:deep]:
                        down = sum(other[:deep] == leaf[:deep] for other in leaves)
                        cells.append((value, width, down))
                    continue
                value = self.judged(name, at)
                self.say(f"indicators/{at}", name, value)
                cells.append((value, width))
            rows.append(cells)
        if "score" in judged and self.rng.random() < 0.6:
            total = str(90 + self.rng.randint(0, 9))
            self.drawn.truth["total/score"] = total
            before = sum(widths[: names.index("score")]) + (first[0][1] if side else 0)
            after = widths[names.index("score") + 1 :]
            rows.append(
                [("总分", before), (total, widths[names.index("score")]), *(("", w) for w in after)]
            )
        return rows

    def judged(self, name: str, at: int) -> str:
        return {
            "target": self.rng.choice(("≥95%", "10公里", "≤30天", "100%", "5场", "合格")),
            "actual": self.rng.choice(("96.5%", "10公里", "28天", "100%", "5场", "合格")),
            "weight": str(self.rng.choice((5, 10, 15))), "score": str(self.rng.choice((4.5, 9, 10, 15))),
            "explanation": self.rng.choice(("", "", "因汛期推迟，下年加快进度")), "reviewed_score": str(self.rng.choice((4, 8, 9))),
            "": f"依据第{at + 1}号文件",
        }[name]  # fmt: skip

    def draw(self) -> Drawn:
        middle = [self.funds(), self.goals()]
        if self.rng.random() < 0.2:
            middle.reverse()
        blocks = [self.header(), *middle, self.indicators()]
        if self.rng.random() < 0.25:  # cut between two blocks
            at = self.rng.randint(1, 3)
            self.drawn.pages = [[TITLE, _joined(blocks[:at])], [_joined(blocks[at:])]]
        else:
            self.drawn.pages = [[TITLE, _joined(blocks)]]
        return self.drawn


def _joined(blocks: Sequence[ruled.Rows]) -> ruled.Rows:
    return [row for block in blocks for row in block]


def values(form: Form) -> Iterator[tuple[str, str]]:
    for one in HEADER:
        if one.name not in ("title", "year", "amount_unit") and getattr(form, one.name) is not None:
            yield one.name, str(getattr(form, one.name))
    for block, columns in ROWS.items():
        for at, row in enumerate(getattr(form, block)):
            yield from (
                (f"{block}/{at}/{c.name}", v)
                for c in columns
                if (v := getattr(row, c.name)) is not None
            )
    if form.total.score is not None:
        yield "total/score", form.total.score


def silent_of(drawn: Drawn, form: Form) -> list[str]:
    """What came back wrong or was lost, and no doubt says so."""
    found = dict(values(form))
    wrong = [
        f"{path}: {drawn.truth.get(path)!r} -> {found.get(path)!r}"
        for path in drawn.truth | found
        if (drawn.truth.get(path) or "") != (found.get(path) or "") and not _told(form, path)
    ]
    said = "\n".join(
        [*found.values(), *(text for c in form.other for text in (c.caption, c.value))]
    )
    wrong += [f"lost: {value}" for value in drawn.loose if value not in said]
    return wrong


def _told(form: Form, path: str) -> bool:
    return any(fnmatchcase(path, d.path) or path.startswith(d.path + "/") for d in form.doubts)


def silent(seed: int) -> list[str]:
    """What is silently wrong in the layout of a seed."""
    drawn = Layout(seed).draw()
    forms, skipped = ruled.forms(*drawn.pages)
    if len(forms) != 1:
        return [f"forms: {len(forms)}, skipped: {[table.kind for table in skipped]}"]
    return silent_of(drawn, forms[0])


def main(argv: Sequence[str]) -> int:
    count, first = int(argv[0]), int(argv[1]) if len(argv) > 1 else 0
    failed = 0
    for seed in range(first, first + count):
        if wrong := silent(seed):
            failed += 1
            print(seed, "; ".join(wrong[:4]), flush=True)
    print(f"{failed} of {count} layouts with a value wrong or lost in silence")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
