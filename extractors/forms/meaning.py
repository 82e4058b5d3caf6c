"""What an unknown caption means: by its words, by what stands under it, and by the arithmetic of the form.

A column is read only where two of these signs agree, and then with a doubt at its field. Otherwise it stays a column of its own,
and the fields that it may hold are open: nothing is said of them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from selfeval.core import fields
from selfeval.core.numbers import parse_number
from selfeval.extractors.forms.captions import caption_key, captions
from selfeval.extractors.forms.layout import UNKNOWN, Column, Zone
from selfeval.extractors.forms.levels import is_level_name
from selfeval.extractors.grids.stitch import Box

#: confidence in a column that two signs place, and in a field that an unread column may hold
PLACED, OPEN = 0.6, 0.0
#: likeness (0 to 1) of an unknown caption to a known one from which the known one is a sign
ALIKE = 0.6
#: share of the width by which a cell's edges may differ from its column's
SAME_EDGE = 0.02
#: share of the cells of a column that must bear a sign
MOST = 0.6
#: totals of weights that forms print, with and without the points of the execution
TOTALS = tuple(map(Decimal, (100, 90, 80, 95, 85)))

#: words of captions, the strongest first: the first that fits is the sign, later ones are weaker
WORDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "indicators": (
        ("explanation", r"原因|偏差|措施|未完成|扣分|差异|说明|不足|整改"),
        ("score", r"得分|评分|打分|自评|实得|赋分|计分|评价分|考核分|获分"),
        ("weight", r"分值|权重|满分|标准分|配分|分数|占比|应得|总分"),
        ("actual", r"实际|完成|达成|结果|执行|进度|落实|实现|成效|现状|年末"),
        ("target", r"目标|指标值|计划|预期|年初|预计|标准|设定|应达|任务值|期望|要求"),
        ("level1", r"一级|1级|第一层|首级|维度|大类|板块|类别|一层"),
        ("level2", r"二级|2级|第二层|次级|分类|类型|子类|中类|二层"),
        ("level3", r"三级|3级|第三层|末级|指标名|具体指标|指标内容|考核内容|细项|小类|明细|三层|指标"),
    ),
    "funds": (
        ("rate", r"率|比例|百分比|进度"),
        ("score", r"得分|评分|打分|自评|实得|计分"),
        ("weight", r"分值|权重|满分|标准分|配分|分数"),
        ("arrived", r"到位|拨付到|拨入"),
        ("balance", r"结余|剩余|余额"),
        ("carried_over", r"上年结转|结转"),
        ("executed", r"执行|支出|支付|使用|实际|决算|花费|发生|列支"),
        ("initial", r"年初|批复|初始|原预算|期初|起初"),
        ("budget", r"预算|计划|调整|安排|下达|指标|核定|投资|额度"),
    ),
    "goals": (
        ("goal_actual", r"实际|完成|达成|结果|实现|成效|执行|落实|年末|总结"),
        ("goal_adjusted", r"调整"),
        ("goal_expected", r"预期|设定|年初|计划|目标|预计|期望|任务"),
    ),
    "header": (
        ("phone", r"电话|手机|联系方式|号码"),
        ("leader", r"负责人|联系人|经办|主管领导|责任人|牵头人"),
        ("total", r"总分|总得分|总评分|得分|评分|综合得分|分数"),
        ("year", r"年度|年份"),
        ("project_name", r"项目名|专项名|名称|项目$|专项$|政策名|事项"),
        ("authority", r"主管|归口|上级|牵头|管理部门|业务部门|部门$"),
        ("unit", r"实施|承担|执行|建设|使用|填报|申报|责任|单位|承办|用款|处室|科室"),
    ),
}  # fmt: skip
_NO_WORDS = re.compile(
    r"上年|往年|历史|复核|复评|系数|编码|序号|依据|佐证|评分标准|评价标准|公式|解释|附件|来源"
)
_COMPARED = re.compile(r"[≥≤≧≦><＞＜=＝﹦]|不低于|不少于|不高于|不超过|以上|以内|达到")
_QUANTITY = re.compile(r"\d")
_PERCENT = re.compile(r"^\d+(\.\d+)?\s*[%％]$")


class ColumnTexts:
    """The texts of each column of a zone by row: a merged cell stands in the first row that it covers."""

    def __init__(self, zone: Zone, rows: Sequence[Sequence[Box]]) -> None:
        self._rows = rows
        self._span = range(zone.first, zone.end)

    def of(self, column: Column | None) -> dict[int, str]:
        """The texts under a column by row, of cells that are as wide as it."""
        if column is None:
            return {}
        return {
            row: b.text
            for row in self._span
            for b in self._rows[row]
            if b.first == row
            and abs(b.left - column.left) <= SAME_EDGE
            and abs(b.right - column.right) <= SAME_EDGE
        }

    def numbers(self, column: Column | None) -> dict[int, Decimal]:
        """The numbers under a column by row; a cell that is no number has none."""
        found = {row: number(text) for row, text in self.of(column).items()}
        return {row: value for row, value in found.items() if value is not None}


def number(text: str) -> Decimal | None:
    """The value of a printed number, whatever its unit; None for every other text."""
    printed = parse_number(text)
    return printed.value if printed is not None else None


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
    near = difflib.get_close_matches(
        caption_key(caption), [key for z, key in captions().exact if z == zone], 1, ALIKE
    )
    if near and (field := captions().exact[zone, near[0]]) != "-":
        found[field] = max(found.get(field, 0), 1) if found else 2
    return tuple(sorted(found.items(), key=lambda pair: -pair[1]))


def assign(zone: Zone, rows: Sequence[Sequence[Box]]) -> None:
    """Give the columns of a zone whose captions no map knows the fields that they mean, and note which fields stay open."""
    unknown = [c for c in zone.others if c.field == UNKNOWN and c.caption]
    if zone.name == "goals":
        unknown = [c for c in unknown if c.field == UNKNOWN]
    if not unknown and not any(c.field == UNKNOWN for c in zone.others):
        return
    cells = ColumnTexts(zone, rows)
    judge = _JUDGES[zone.name]
    for column in unknown:
        missing = [f for f, _ in WORDS[zone.name] if zone.column(f) is None]
        words = dict(by_words(zone.name, column.path) or by_words(zone.name, column.caption))
        signs = {f: judge(f, column, zone, cells) for f in missing}
        best = sorted(
            (f for f in missing if _agree(words.get(f, 0), signs[f])),
            key=lambda f: -(words.get(f, 0) + signs[f]),
        )
        if best and not (len(best) > 1 and _tie(best[:2], words, signs)):
            _place(zone, column, best[0])
    for column in zone.others:
        if (
            column.field == UNKNOWN
            and any(cells.of(column))
            and (column.caption or any(cells.of(column).values()))
        ):
            for f in [f for f, _ in WORDS[zone.name] if zone.column(f) is None]:
                if judge(f, column, zone, cells) >= 0:
                    zone.open.setdefault(f, column.path)


def _agree(words: int, sign: int) -> bool:
    """Whether the words of a caption and what stands under it agree: a word and nothing against it, or arithmetic alone."""
    return (words >= 1 and sign >= 1) or (words >= 2 and sign >= 0) or sign >= 3


def _tie(two: Sequence[str], words: Mapping[str, int], signs: Mapping[str, int]) -> bool:
    first, second = (words.get(f, 0) + signs[f] for f in two)
    return first == second and words.get(two[0], 0) == words.get(two[1], 0)


def _place(zone: Zone, column: Column, field: str) -> None:
    why = f"栏目“{column.path}”不在模板中，按含义读作“{_SAID[zone.name][field]}”，请核对"
    zone.columns.append(replace(column, field=field, doubt=why))
    zone.columns.sort(key=lambda c: c.left)
    zone.others.remove(column)


_SAID: Mapping[str, Mapping[str, str]] = {
    "indicators": fields.captions(fields.INDICATORS),
    "funds": fields.captions(fields.FUNDS),
    "goals": fields.captions(fields.section("goals")),
}


def _indicators(field: str, column: Column, zone: Zone, cells: ColumnTexts) -> int:
    """How well what stands under a column fits a field: 3 arithmetic, 2 plainly, 1 it may, 0 nothing stands there, -1 not."""
    texts = [text for text in cells.of(column).values() if text.strip()]
    if not texts:
        return 0
    numeric = sum(number(text) is not None for text in texts) >= MOST * len(texts)
    if field in ("weight", "score"):
        return _points(field, column, zone, cells) if numeric else -1
    if field in ("level1", "level2", "level3"):
        return _levels(field, texts, column, zone)
    if field == "explanation":
        return -1 if numeric else _explains(column, zone, cells)
    if field == "target":
        compared = sum(bool(_COMPARED.search(text)) for text in texts)
        return 2 if compared >= MOST * len(texts) else 1
    target = cells.of(zone.column("target"))
    same = sum(_same_unit(text, target.get(row, "")) for row, text in cells.of(column).items())
    return 2 if same >= MOST * len(texts) else 1


def _points(field: str, column: Column, zone: Zone, cells: ColumnTexts) -> int:
    values = cells.numbers(column)
    other = cells.numbers(zone.column("score" if field == "weight" else "weight"))
    pairs = [(values[row], other[row]) for row in values if row in other]
    if any((mine < theirs) if field == "weight" else (mine > theirs) for mine, theirs in pairs):
        return -1
    total = sum(values.values(), Decimal(0))
    sums = total in TOTALS or total - list(values.values())[-1] == list(values.values())[-1]
    if not sums:
        return 1 if all(0 <= value <= 100 for value in values.values()) else -1
    return 3 if pairs and any(mine != theirs for mine, theirs in pairs) else 2


def _levels(field: str, texts: Sequence[str], column: Column, zone: Zone) -> int:
    named = sum(is_level_name(text) for text in texts) >= MOST * len(texts)
    order = [c.field for c in sorted([*zone.columns, column], key=lambda c: c.left)]
    place = order.index(column.field)
    left = [f for f in order[:place] if f.startswith("level")]
    right = [f for f in order[place + 1 :] if f.startswith("level")]
    if any(f >= field for f in left) or any(f <= field for f in right):
        return -1
    if sum(number(text) is not None for text in texts) > len(texts) / 2:
        return -1
    if field == "level3":
        return -1 if named else 1
    return 3 if named and (left or right) else 2 if named else 1


def _explains(column: Column, zone: Zone, cells: ColumnTexts) -> int:
    weight, score = cells.numbers(zone.column("weight")), cells.numbers(zone.column("score"))
    texts = cells.of(column)
    lost = [row for row in weight if row in score and score[row] < weight[row]]
    if lost and all(texts.get(row, "x").strip() for row in lost):
        if any(not text.strip() for text in texts.values()):
            return 3
    return 1


def _same_unit(text: str, target: str) -> bool:
    bare = re.sub(r"[\d.,\s]|" + _COMPARED.pattern, "", text)
    return bool(_QUANTITY.search(text) and _QUANTITY.search(target)) and bare == re.sub(
        r"[\d.,\s]|" + _COMPARED.pattern, "", target
    )


def _funds(field: str, column: Column, zone: Zone, cells: ColumnTexts) -> int:
    texts = [text for text in cells.of(column).values() if text.strip()]
    if not texts:
        return 0
    if field == "rate":
        return _rates(cells.numbers(column), texts, zone, cells)
    values = cells.numbers(column)
    if not values or any(_PERCENT.match(text.strip()) for text in texts):
        return -1
    if field in ("weight", "score"):
        other = cells.numbers(zone.column("score" if field == "weight" else "weight"))
        pairs = [(values[row], other[row]) for row in values if row in other]
        if any((a < b) if field == "weight" else (a > b) for a, b in pairs):
            return -1
        return (2 if pairs else 1) if max(values.values()) <= 100 and len(values) <= 2 else -1
    return _amounts(field, values, zone, cells)


def _rates(
    values: Mapping[int, Decimal], texts: Sequence[str], zone: Zone, cells: ColumnTexts
) -> int:
    budget, executed = cells.numbers(zone.column("budget")), cells.numbers(zone.column("executed"))
    both = [row for row in values if budget.get(row) and row in executed]
    if both and all(_is_share(values[row], executed[row] / budget[row]) for row in both):
        return 3
    return 1 if any(_PERCENT.match(text.strip()) for text in texts) else -1


def _amounts(field: str, values: Mapping[int, Decimal], zone: Zone, cells: ColumnTexts) -> int:
    rates = cells.numbers(zone.column("rate"))
    partner = {"budget": "executed", "executed": "budget"}.get(field)
    other = cells.numbers(zone.column(partner)) if partner else {}
    for row in [row for row in values if row in other and row in rates]:
        part, whole = (
            (values[row], other[row]) if field == "executed" else (other[row], values[row])
        )
        if whole and not _is_share(rates[row], part / whole):
            return -1
        if whole:
            return 3
    return 1


def _is_share(printed: Decimal, share: Decimal) -> bool:
    return any(abs(printed - share * scale) <= Decimal("0.011") * scale for scale in (1, 100))


def _goals(field: str, column: Column, zone: Zone, cells: ColumnTexts) -> int:
    return 1


_JUDGES: Mapping[str, Callable[[str, Column, Zone, ColumnTexts], int]] = {
    "indicators": _indicators,
    "funds": _funds,
    "goals": _goals,
}
