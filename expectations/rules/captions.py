"""The points that captions promise, 产出指标(50分), against the weights below them (family scores)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from selfeval.core.folding import fold
from selfeval.core.numbers import exact
from selfeval.expectations.answers import Answer
from selfeval.expectations.arithmetic import ZERO, plain, trouble
from selfeval.expectations.columns import nonzero
from selfeval.expectations.rules.base import FormRule, IndicatorRule
from selfeval.expectations.text import bare
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import CellState, FormView, IndicatorRow

FULL_MARKS = Decimal(100)
_CAPTION = re.compile(r"^(?P<name>[^0-9/]+?)[（(]?(?P<points>[0-9]+(?:\.[0-9]+)?)分[)）]?$")

#: What rounding in a three-way split may lose: 33.33 x 3 = 99.99.
SPLIT_TOLERANCE = Decimal("0.05")


class Level1Block(NamedTuple):
    """The rows of one first level, also where a page break prints it twice. `points` is what its caption promises, None without."""

    name: str
    points: Decimal | None
    rows: tuple[IndicatorRow, ...]


def blocks(form: FormView) -> list[Level1Block]:
    """The first levels of the form in printed order, without template rows."""
    found: list[Level1Block] | None = form.memo.get("blocks")
    if found is None:
        found = form.memo["blocks"] = _blocks(form)
    return found


def _promises(caption: str | None) -> bool:
    """Whether a caption says how many points there are below it."""
    return _CAPTION.match("".join(fold(caption or "").split())) is not None


def _blocks(form: FormView) -> list[Level1Block]:
    rows: dict[str, list[IndicatorRow]] = {}
    points: dict[str, Decimal | None] = {}
    for row in form.filled:
        text = "".join(fold(row.level1 or "").split())
        match = _CAPTION.match(text)
        name = bare(match["name"] if match else text)
        rows.setdefault(name, []).append(row)
        points[name] = points.get(name) or (exact(match["points"]) if match else None)
    return [Level1Block(name, points[name], tuple(found)) for name, found in rows.items()]


def block_weight(block: Level1Block) -> Decimal | Decision:
    """The sum of the weights below one first level."""
    total = ZERO
    for row in block.rows:
        reading = row.read("weight")
        if reading.state is CellState.ABSENT:
            return not_applicable("绩效指标没有分值栏")
        if reading.number is None:
            return trouble(row, "weight")
        if not row.repeats("weight"):
            total += reading.number.value
    return total


NO_CAPTION2 = not_applicable("二级指标名称没有标明分值，或不是该级首行")
NO_CAPTION = not_applicable("一级指标名称没有标明分值，或不是该级首行")


class Level1WeightCaption(IndicatorRule):
    """The weights below a first level come to the points in its caption. Told on the first row of the level."""

    id = "level1-weight-caption"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        promised = rows.any(rows.fact(_promises, "level1", kind=bool))
        answer.when(~promised | ~nonzero(rows.column("level1")), NO_CAPTION)
        answer.when(answer.left, lambda at: self._judge(rows[at], rows[at].subject))

    def _judge(self, record: IndicatorRow, subject: str) -> Decision:
        block = next((block for block in blocks(record.form) if block.rows[0] is record), None)
        if block is None or block.points is None:
            return NO_CAPTION
        if doubt := record.doubt("level1"):
            return undecidable(f"一级指标读取存疑，请核对 {doubt}")
        total = block_weight(block)
        if isinstance(total, Decision):
            return total
        if abs(total - block.points) <= SPLIT_TOLERANCE:
            return PASS
        message = f"“{block.name}”标明{plain(block.points)}分，其下各指标分值合计为{plain(total)}分，相差{plain(abs(total - block.points))}分，请核实。"
        values = (record.level1, *(row.weight for row in block.rows))
        cells = (f"{subject}/level1", f"{subject}/weight")
        return failed(message, plain(block.points), plain(total), cells=cells, values=values)


class Level2WeightCaption(IndicatorRule):
    """The weights below a second level come to the points in its caption, 数量指标(20分). Told on the first row of the level."""

    id = "level2-weight-caption"

    def decide(self, answer: Answer, subject: str) -> None:
        rows = answer.rows
        answer.when(~rows.fact(_promises, "level2", kind=bool), NO_CAPTION2)
        answer.when(answer.left, lambda at: self._judge(rows[at], rows[at].subject))

    def _judge(self, record: IndicatorRow, subject: str) -> Decision:
        match = _CAPTION.match("".join(fold(record.level2 or "").split()))
        above = record.form.indicators[record.position - 1] if record.position else None
        same = (record.level1, record.level2)
        if match is None or (above is not None and (above.level1, above.level2) == same):
            return NO_CAPTION2
        if doubt := record.doubt("level2"):
            return undecidable(f"二级指标读取存疑，请核对 {doubt}")
        rows = tuple(row for row in record.form.filled if (row.level1, row.level2) == same)
        promised = exact(match["points"])
        block = Level1Block(bare(match["name"]), promised, rows)
        total = block_weight(block)
        if isinstance(total, Decision):
            return total
        if abs(total - promised) <= SPLIT_TOLERANCE:
            return PASS
        message = f"二级指标“{block.name}”标明{plain(promised)}分，其下各指标分值合计为{plain(total)}分，相差{plain(abs(total - promised))}分，请核实。"
        values = (record.level2, *(row.weight for row in rows))
        cells = (f"{subject}/level2", f"{subject}/weight")
        return failed(message, plain(promised), plain(total), cells=cells, values=values)


class BlockCaptionConsistent(FormRule):
    """The points in the captions of the first levels and of the execution come to 100."""

    id = "block-caption-consistent"

    def judge(self, record: FormView, subject: str) -> Decision:
        found = blocks(record)
        if not found or any(block.points is None for block in found):
            return not_applicable("一级指标名称没有全部标明分值")
        if record.doubts and (
            why := next((why for block in found if (why := block.rows[0].doubt("level1"))), None)
        ):
            return undecidable(f"一级指标读取存疑，请核对 {why}")
        if record.total_score is None and record.total_weight is None:
            return undecidable("未见总分行，表格可能不完整")
        execution = record.total_fund.read("weight") if record.total_fund else None
        if execution is not None and execution.state not in (CellState.ABSENT, CellState.KNOWN):
            return undecidable("预算执行分值空白或无法辨认")
        points = sum((block.points for block in found if block.points is not None), ZERO)
        extra = execution.value if execution and execution.number else ZERO
        if abs(points + extra - FULL_MARKS) <= SPLIT_TOLERANCE or (
            not extra and abs(points - FULL_MARKS) <= SPLIT_TOLERANCE
        ):
            return PASS
        parts = "、".join(f"{block.name}{plain(block.points or ZERO)}分" for block in found)
        which = "，仅指标部分已满100分，疑预算执行分值重复计入" if points == FULL_MARKS else ""
        with_execution = f"，加预算执行{plain(extra)}分" if extra else ""
        message = f"一级指标标明的分值（{parts}）{with_execution}合计为{plain(points + extra)}分，不是100分{which}，请核实。"
        values = (*(str(block.points) for block in found), str(extra))
        cells = (f"{found[0].rows[0].subject}/level1",)
        return failed(message, "100", plain(points + extra), cells=cells, values=values)


class ProfileWeights(FormRule):
    """The first levels weigh what the jurisdiction fixes for them."""

    id = "profile-weights"
    subjects = ("indicators",)

    def judge(self, record: FormView, subject: str) -> Decision:
        settings = record.settings
        if settings is None or not settings.level1:
            return not_applicable("本表式没有统一规定一级指标分值")
        wrong, cell = [], "indicators/0/weight"
        for name, points in settings.level1:
            rows = tuple(row for row in record.filled if name in bare(row.level1))
            if not rows:
                return undecidable(f"没有“{name}”一级指标")
            total = block_weight(Level1Block(name, points, rows))
            if isinstance(total, Decision):
                return total
            if total != points:
                wrong.append(f"{name}{plain(total)}分（应为{plain(points)}分）")
                cell = f"{rows[0].subject}/weight"
        if not wrong:
            return PASS
        message = f"一级指标分值与统一规定不符：{'、'.join(wrong)}，请按规定设置。"
        expected = "、".join(f"{name}{plain(points)}" for name, points in settings.level1)
        return failed(message, expected, "、".join(wrong), cells=(cell,), values=tuple(wrong))
