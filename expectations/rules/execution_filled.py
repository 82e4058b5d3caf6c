"""Execution that is half filled in, and amounts in the wrong unit (family funds)."""

from __future__ import annotations

from decimal import Decimal

from selfeval.expectations.arithmetic import percent, plain, trouble
from selfeval.expectations.readings import CAPTIONS, CellState, Reading
from selfeval.expectations.rules.base import FundRule
from selfeval.expectations.rules.funds import base_of, money, units_differ, with_base
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FundRow


class RateWithoutAmounts(FundRule):
    """A rate or a score of execution has the amounts that it rests on."""

    id = "rate-without-amounts"

    def judge(self, record: FundRow, subject: str) -> Decision:
        base = base_of(record)
        amounts = {name: record.read(name) for name in (base, "executed")}
        claims = {name: record.read(name) for name in ("rate", "score")}
        if all(one.state is CellState.ABSENT for one in amounts.values()):
            return not_applicable("资金表没有预算数栏和执行数栏")
        claimed = [name for name, one in claims.items() if one.number is not None and one.value]
        if not claimed:
            doubted = next(
                (n for n, one in claims.items() if one.state is CellState.DOUBTFUL), None
            )
            if doubted:
                return undecidable(trouble(record, doubted, claims[doubted]))
            return not_applicable("没有填执行率和预算执行得分")
        for name, one in amounts.items():
            if one.state is CellState.DOUBTFUL:
                return undecidable(trouble(record, name, one))
        blank = [name for name, one in amounts.items() if one.state is CellState.BLANK]
        if not blank:
            return PASS
        told = "、".join(f"{CAPTIONS[name]}{claims[name].text}" for name in claimed)
        lacking = "、".join(CAPTIONS[name] for name in blank)
        message = f"{record.name}填有{told}，而{lacking}为空白，执行率和得分没有依据，请补填金额。"
        cells = (f"{subject}/{blank[0]}", *(f"{subject}/{name}" for name in claimed))
        values = tuple(one.text for one in (*amounts.values(), *claims.values()))
        return failed(message, f"填列{lacking}", "空白", cells=cells, values=values)


class ExecutionNotScored(FundRule):
    """Where execution has a weight and the amounts are given, it has a score."""

    id = "execution-not-scored"

    def judge(self, record: FundRow, subject: str) -> Decision:
        weight, score = record.read("weight"), record.read("score")
        if weight.state is CellState.ABSENT or score.state is CellState.ABSENT:
            return not_applicable("资金表没有分值栏或得分栏")
        if weight.state is CellState.BLANK:
            return not_applicable("预算执行没有设分值")
        for name, one in (("weight", weight), ("score", score)):
            if one.state is CellState.DOUBTFUL:
                return undecidable(trouble(record, name, one))
        if score.state is not CellState.BLANK:
            return PASS
        found = with_base(record, "executed")
        if isinstance(found, Decision):
            return found
        if not found["budget"].value or weight.number is None:
            return undecidable("预算数为0或分值不是数字，无法计算预算执行得分")
        ratio = min(found["executed"].value / found["budget"].value, Decimal(1))
        expected = f"{ratio * weight.value:.2f}"
        base = base_of(record)
        message = f"预算执行分值{weight.text}分，{CAPTIONS[base]}{money(record, base)}、全年执行数{money(record, 'executed')}均已填报，但未填得分，按执行率{percent(ratio)}计算为{expected}分，请补填。"
        values = (weight.text, found["budget"].text, found["executed"].text)
        return failed(message, expected, "空白", cells=(f"{subject}/score",), values=values)


class TenThousandfold(FundRule):
    """Amounts of one row are in one unit: none is about ten thousand times another."""

    id = "ten-thousandfold-slip"
    #: Between these a ratio is that of 元 to 万元, and not that of two amounts that differ.
    _LOWEST, _HIGHEST = Decimal(3000), Decimal(15_000)

    def judge(self, record: FundRow, subject: str) -> Decision:
        found = {name: record.read(name) for name in ("initial", "budget", "executed")}
        doubted = next((n for n, one in found.items() if one.state is CellState.DOUBTFUL), None)
        known = {name: one for name, one in found.items() if one.number is not None and one.value}
        if len(known) < 2:
            if doubted:
                return undecidable(trouble(record, doubted, found[doubted]))
            return not_applicable("可比较的金额不足两个")
        if units_differ(record.form, known.values()):
            return undecidable("金额有的带单位、有的不带，无法比较")
        largest = max(known, key=lambda name: abs(known[name].value))
        least = min(known, key=lambda name: abs(known[name].value))
        if not self._LOWEST <= self._times(known, largest, least) <= self._HIGHEST:
            return undecidable(trouble(record, doubted, found[doubted])) if doubted else PASS
        odd = self._odd(known, largest, least)
        other = least if odd == largest else largest
        times = plain(self._times(known, largest, least).quantize(Decimal(1)))
        message = f"{record.name}的{CAPTIONS[odd]}为{money(record, odd)}，与{CAPTIONS[other]}{money(record, other)}相差约{times}倍，疑元与万元混淆，请核实金额单位。"
        values = tuple(one.text for one in found.values())
        cells = (f"{subject}/{odd}", f"{subject}/{other}")
        return failed(message, "同一单位", money(record, odd), cells=cells, values=values)

    def _times(self, known: dict[str, Reading], largest: str, least: str) -> Decimal:
        return abs(known[largest].value / known[least].value)

    def _odd(self, known: dict[str, Reading], largest: str, least: str) -> str:
        """The column that stands alone where there are three, else the least."""
        third = next((name for name in known if name not in (largest, least)), None)
        if third is None:
            return least
        near = self._times(known, largest, third) < self._LOWEST
        return least if near else largest
