"""A column that nobody filled in is one finding, and the cause of those about its cells (families structure and explanations)."""

from __future__ import annotations

from selfeval.expectations.answers import Answer
from selfeval.expectations.columns import Array, Columns
from selfeval.expectations.readings import CAPTIONS
from selfeval.expectations.rules.base import FormRule
from selfeval.expectations.rules.common import scored
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable
from selfeval.expectations.view import FormView


class _ColumnEmpty(FormRule):
    """Where at least `_ROWS` rows need it, the column `name` is not blank in every row."""

    name: str
    #: What the rows that need it have, as the middle of a sentence.
    what: str
    _ROWS = 3
    subjects = ("indicators",)

    def decide(self, answer: Answer, subject: str) -> None:
        forms, rows = answer.rows, answer.rows.blocks["indicators"]
        needed, caption = self.needed(rows), CAPTIONS[self.name]

        def told(form: int) -> Decision:
            cells = tuple(f"{rows[at].subject}/{self.name}" for at in rows.within(form, needed))
            message = f"{caption}栏全部空白，而有{len(cells)}{self.what}，请逐项补填。"
            return failed(message, "逐项填列", "整栏空白", cells=cells, values=(str(len(cells)),))

        answer.when(~forms.by_form(self._has_column, bool), not_applicable(f"本表没有{caption}栏"))
        answer.within("绩效指标读取存疑，请核对 {}", "indicators")
        answer.when(rows.counted(~rows.blank(self.name)) > 0, PASS)
        few = not_applicable(f"需要填写{caption}的指标不足{self._ROWS}项")
        answer.when(rows.counted(needed) < self._ROWS, few).fails(told)

    def _has_column(self, form: FormView) -> bool:
        return form.has_column(self.name)

    def needed(self, rows: Columns) -> Array:
        """The rows that need this cell."""
        raise NotImplementedError


class ExplanationColumnEmpty(_ColumnEmpty):
    """Where several indicators lose points, the column of explanations is not blank throughout."""

    id = "explanation-column-empty"
    name = "explanation"
    what = "项指标扣分"

    def needed(self, rows: Columns) -> Array:
        return scored(rows).known & scored(rows).lost


class ResultColumnEmpty(_ColumnEmpty):
    """Where several indicators have targets and points, the column of results is not blank throughout."""

    id = "result-column-empty"
    name = "actual"
    what = "项指标设有指标值并已得分"

    def needed(self, rows: Columns) -> Array:
        return scored(rows).known & scored(rows).given & ~rows.blank("target")
