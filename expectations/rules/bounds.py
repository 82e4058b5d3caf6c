"""What can be said of sums where the core rules keep silent (family scores).

While some of its parts are blank, a sum is no less than what is filled in, since points are never negative: else a form with a row of the
template left in would never be added up. And printed points that miss the printed total by what rounding allows still miss it."""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal
from typing import ClassVar

from selfeval.expectations.arithmetic import ZERO, FormSum, form_sum, plain, trouble
from selfeval.expectations.rules.base import FormRule
from selfeval.expectations.rules.scores import FULL_MARKS
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import CAPTIONS, CellState, FormView


class _FilledInExceeds(FormRule):
    """The sum of all `name`s that are filled in is no more than what is printed for all of them."""

    name: ClassVar[str]

    def judge(self, record: FormView, subject: str) -> Decision:
        whole = form_sum(record, self.name)
        if not isinstance(whole, Decision) or whole.verdict.value == "not-applicable":
            return not_applicable(
                f"{CAPTIONS[self.name]}齐全或没有{CAPTIONS[self.name]}栏，不需估计"
            )
        rows = [
            *(row for row in record.indicators if not row.repeats(self.name)),
            *([record.total_fund] if record.total_fund else []),
        ]
        readings = [(row, row.read(self.name)) for row in rows]
        unsure = next(
            (
                (row, one)
                for row, one in readings
                if one.state in (CellState.DOUBTFUL, CellState.UNREADABLE)
            ),
            None,
        )
        if unsure:
            return trouble(unsure[0], self.name)
        if record.doubts and (why := record.doubt("indicators")):
            return undecidable(f"绩效指标读取存疑：{why}")
        known = [one.number for _, one in readings if one.number is not None]
        most = self.most(record)
        if isinstance(most, Decision):
            return most
        if any(one.value < 0 for one in known):
            return undecidable(f"{CAPTIONS[self.name]}有负数，不能作下限估计")
        least = sum((one.value for one in known), ZERO)
        if least <= most:
            return PASS
        return self.failure(
            record,
            least,
            [one.text for one in known],
            sum(one.state is CellState.BLANK for _, one in readings),
        )

    @abstractmethod
    def most(self, form: FormView) -> Decimal | Decision:
        """The largest sum that the printed total allows."""

    @abstractmethod
    def failure(
        self, form: FormView, least: Decimal, values: list[str | None], blank: int
    ) -> Decision: ...


class WeightsExceedTotal(_FilledInExceeds):
    """The weights that are filled in do not by themselves come to more than the total weight, or 100."""

    id = "weights-exceed-total"
    name = "weight"

    def most(self, form: FormView) -> Decimal | Decision:
        printed = form.read_total("weight")
        if printed.state in (CellState.DOUBTFUL, CellState.UNREADABLE):
            return undecidable(f"总分的分值读取存疑（total/weight）：{printed.why or printed.text}")
        return printed.value if printed.number is not None else FULL_MARKS

    def failure(
        self, form: FormView, least: Decimal, values: list[str | None], blank: int
    ) -> Decision:
        printed = form.read_total("weight").text or plain(FULL_MARKS)
        message = f"已填的各项分值（含预算执行分值）合计{plain(least)}分，超过总分值{printed}分，尚有{blank}项未填分值，请核实各项分值。"
        cells, told = ("total/weight", "total/score"), (*values, form.total_weight)
        return failed(message, f"不高于{printed}", plain(least), cells=cells, values=told)


class ScoresExceedTotal(_FilledInExceeds):
    """The scores that are filled in do not by themselves come to more than the printed total."""

    id = "scores-exceed-total"
    name = "score"
    subjects = ("total",)

    def most(self, form: FormView) -> Decimal | Decision:
        printed = form.read_total("score")
        if printed.state in (CellState.ABSENT, CellState.BLANK):
            return not_applicable("本表没有填总分")
        if printed.number is None:
            return undecidable(f"总分读取存疑（total/score）：{printed.why or printed.text}")
        execution = form.total_fund.read("score").number if form.total_fund else None
        return printed.value + printed.number.half + (execution.half if execution else ZERO)

    def failure(
        self, form: FormView, least: Decimal, values: list[str | None], blank: int
    ) -> Decision:
        message = f"总分为{form.total_score}分，而已填的各项得分（含预算执行得分）合计已达{plain(least)}分，尚有{blank}项未填得分，请核实。"
        cells, told = ("total/score",), (*values, form.total_score)
        return failed(message, f"不低于{plain(least)}", form.total_score, cells=cells, values=told)


class ScoresSumRounding(FormRule):
    """The printed scores add up to the printed total, not only within the halves of the last places that the core rule allows."""

    id = "scores-sum-rounding"
    #: What a row that is rounded to hundredths may lose, and what all of them together.
    _ROW, _ROWS = Decimal("0.01"), Decimal("0.05")
    subjects = ("total",)

    def judge(self, record: FormView, subject: str) -> Decision:
        whole = form_sum(record, "score")
        if isinstance(whole, Decision):
            return whole
        printed = record.read_total("score")
        if printed.state in (CellState.ABSENT, CellState.BLANK):
            return not_applicable("本表没有填总分")
        if printed.number is None:
            return undecidable(f"总分读取存疑（total/score）：{printed.why or printed.text}")
        gap = abs(whole.total - printed.value)
        if gap > printed.number.half + (whole.execution.half if whole.execution else ZERO):
            return not_applicable("相差超出舍入，见scores-sum")
        if gap <= self._slack(whole):
            return PASS
        message = f"总分为{printed.text}分，而各项得分相加为{plain(whole.total)}分，相差{plain(gap)}分，可能由取整造成，请核对各项得分与总分。"
        cells, values = ("total/score",), (*whole.values, printed.text)
        return failed(message, plain(whole.total), printed.text, cells=cells, values=values)

    def _slack(self, whole: FormSum) -> Decimal:
        parts = (*whole.parts, *((whole.execution,) if whole.execution else ()))
        rounded: int = sum(part.value % Decimal("0.1") != 0 for part in parts)
        return min(self._ROW * rounded, self._ROWS)
