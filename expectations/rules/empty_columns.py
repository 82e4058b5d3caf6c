"""A column that nobody filled in is one finding, and the cause of those about its cells (families structure and explanations)."""

from __future__ import annotations

from selfeval.expectations.readings import CAPTIONS
from selfeval.expectations.rules.base import FormRule
from selfeval.expectations.rules.common import points
from selfeval.expectations.text import is_blank
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, IndicatorRow


class _ColumnEmpty(FormRule):
    """Where at least `_ROWS` rows need it, the column `name` is not blank in every row."""

    name: str
    _ROWS = 3
    subjects = ("indicators",)

    def judge(self, record: FormView, subject: str) -> Decision:
        if not record.has_column(self.name):
            return not_applicable(f"本表没有{CAPTIONS[self.name]}栏")
        if record.doubts and (why := record.doubt_within("indicators")):
            return undecidable(f"绩效指标读取存疑，请核对 {why}")
        if any(not is_blank(getattr(row, self.name)) for row in record.filled):
            return PASS
        rows = [row for row in record.filled if self.needed(row)]
        if len(rows) < self._ROWS:
            return not_applicable(f"需要填写{CAPTIONS[self.name]}的指标不足{self._ROWS}项")
        message = f"{CAPTIONS[self.name]}栏全部空白，而{self.what(len(rows))}，请逐项补填。"
        cells = tuple(f"{row.subject}/{self.name}" for row in rows)
        return failed(message, "逐项填列", "整栏空白", cells=cells, values=(str(len(rows)),))

    def needed(self, row: IndicatorRow) -> bool:
        """Whether the row needs this cell."""
        raise NotImplementedError

    def what(self, rows: int) -> str:
        """What the rows that need it have, as the middle of a sentence."""
        raise NotImplementedError


class ExplanationColumnEmpty(_ColumnEmpty):
    """Where several indicators lose points, the column of explanations is not blank throughout."""

    id = "explanation-column-empty"
    name = "explanation"

    def needed(self, row: IndicatorRow) -> bool:
        found = points(row)
        return not isinstance(found, Decision) and found.lost

    def what(self, rows: int) -> str:
        return f"有{rows}项指标扣分"


class ResultColumnEmpty(_ColumnEmpty):
    """Where several indicators have targets and points, the column of results is not blank throughout."""

    id = "result-column-empty"
    name = "actual"

    def needed(self, row: IndicatorRow) -> bool:
        found = points(row)
        scored = not isinstance(found, Decision) and found.score > 0
        return scored and not is_blank(row.target)

    def what(self, rows: int) -> str:
        return f"有{rows}项指标设有指标值并已得分"
