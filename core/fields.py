"""Every field of a form, once: its name, what it holds, what it is called in Chinese and English, whether it is about a person.

The dataclasses below are the parts of a form as printed; `Form` in the extractors' model is a `Header` with rows of the others. Text is as
printed, None where the form has no such column, "" where the cell is empty. Columns of tables, JSON, masks, comparisons, labels, Excel and
docs/tables.md follow from them, in this order: a new field is one line here, a migration of the store, and a line in a template that says
which caption names it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from selfeval.core.paths import parts_of

#: What a field holds: text; an amount of money in the form's unit; points of a score; a rate; a date; a year as a number.
Kind = Literal["text", "amount", "points", "rate", "date", "year"]
#: Whose data it is: a person's name or telephone, masked whole; "" for what is masked only where such a thing stands in running text.
Personal = Literal["", "name", "phone"]
#: Where on the form a field of the header belongs.
Section = Literal["head", "goals", "conclusions", ""]
Block = Literal["header", "funds", "indicators", "tasks", "total"]

#: Kinds that are numbers; they are never masked.
NUMBERS: tuple[Kind, ...] = ("amount", "points", "rate")


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `block` says what it is part of, `section` which part of the header."""

    block: Block
    name: str
    kind: Kind
    zh: str
    en: str
    personal: Personal = ""
    section: Section = ""

    @property
    def path(self) -> str:
        """Its PATH in a form, with * for the row: `unit`, `total/score`, `indicators/*/score`."""
        if self.block == "header":
            return self.name
        return f"total/{self.name}" if self.block == "total" else f"{self.block}/*/{self.name}"

    @property
    def column(self) -> str:
        """Its column in the table of its block (`TABLE_OF`)."""
        return f"total_{self.name}" if self.block == "total" else self.name

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS

    @property
    def is_office(self) -> bool:
        """Whether it names an office, which others look up by that name."""
        return self.block == "header" and self.name in ("unit", "authority")

    @property
    def is_free_text(self) -> bool:
        """Whether people write sentences there, and with them names and numbers of telephones."""
        return self.kind in ("text", "date") and not self.personal


def _printed(
    kind: Kind, zh: str, en: str, personal: Personal = "", section: Section = "head"
) -> Any:
    said = {"kind": kind, "zh": zh, "en": en, "personal": personal, "section": section}
    return dataclasses.field(default=None, metadata=said)


@dataclass(frozen=True, slots=True)
class Header:
    """What is printed once a form."""

    title: str | None = _printed("text", "表名", "Title")
    year: int | None = _printed("year", "年度", "Year")
    project_name: str | None = _printed("text", "项目名称", "Project")
    authority: str | None = _printed("text", "主管部门", "Authority")
    unit: str | None = _printed("text", "实施单位", "Unit")
    leader: str | None = _printed("text", "项目负责人", "Leader", "name")
    phone: str | None = _printed("text", "联系电话", "Phone", "phone")
    filing_date: str | None = _printed("date", "填报日期", "Date of filing")
    amount_unit: str | None = _printed("text", "金额单位", "Unit of amounts")
    goal_expected: str | None = _printed("text", "预期目标", "Expected goal", section="goals")
    goal_adjusted: str | None = _printed("text", "调整后目标", "Adjusted goal", section="goals")
    goal_actual: str | None = _printed("text", "实际完成情况", "Achieved", section="goals")
    grade: str | None = _printed("text", "评价等级", "Grade", section="conclusions")
    conclusion: str | None = _printed("text", "自评结论", "Conclusion", section="conclusions")
    problems: str | None = _printed("text", "存在问题", "Problems", section="conclusions")
    measures: str | None = _printed("text", "改进措施", "Measures", section="conclusions")


@dataclass(frozen=True, slots=True)
class Fund:
    """One row of the funds block."""

    label: str | None = _printed("text", "资金名称", "Source of funds")
    initial: str | None = _printed("amount", "年初预算数", "Initial budget")
    budget: str | None = _printed("amount", "全年预算数", "Budget")
    executed: str | None = _printed("amount", "全年执行数", "Executed")
    weight: str | None = _printed("points", "分值", "Weight")
    rate: str | None = _printed("rate", "执行率", "Execution rate")
    score: str | None = _printed("points", "得分", "Score")
    arrived: str | None = _printed("amount", "到位数", "Funds arrived")
    carried_over: str | None = _printed("amount", "上年结转数", "Carried over")
    balance: str | None = _printed("amount", "结转结余数", "Balance")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the indicators block; merged cells stand in every row that they span."""

    level1: str | None = _printed("text", "一级指标", "Level 1")
    level2: str | None = _printed("text", "二级指标", "Level 2")
    level3: str | None = _printed("text", "三级指标", "Level 3")
    target: str | None = _printed("text", "年度指标值", "Target")
    actual: str | None = _printed("text", "实际完成值", "Result")
    weight: str | None = _printed("points", "分值", "Weight")
    score: str | None = _printed("points", "得分", "Score")
    explanation: str | None = _printed(
        "text", "偏差原因分析及改进措施", "Explanation of the deviation"
    )
    reviewed_score: str | None = _printed("points", "复核得分", "Reviewed score")


@dataclass(frozen=True, slots=True)
class Task:
    """One row of a list of tasks or second-level projects within a form."""

    name: str | None = _printed("text", "任务（子项目）名称", "Task")
    content: str | None = _printed("text", "主要内容", "Content")
    budget: str | None = _printed("amount", "预算数", "Budget of the task")
    executed: str | None = _printed("amount", "执行数", "Executed by the task")
    actual: str | None = _printed("text", "完成情况", "Result of the task")


@dataclass(frozen=True, slots=True)
class Total:
    """The total row (or the total printed in the header). All None: the form prints no total."""

    label: str | None = _printed("text", "总分栏", "Total row")
    weight: str | None = _printed("points", "总分值", "Total weight")
    score: str | None = _printed("points", "总得分", "Total score")
    explanation: str | None = _printed("text", "说明", "Explanation")


def _fields(block: Block, part: type[Any]) -> tuple[Field, ...]:
    return tuple(Field(block, one.name, **one.metadata) for one in dataclasses.fields(part))


HEADER = _fields("header", Header)
FUNDS = _fields("funds", Fund)
INDICATORS = _fields("indicators", Indicator)
TASKS = _fields("tasks", Task)
TOTAL = _fields("total", Total)

#: Blocks of rows, in the order of a form, with the fields of a row.
ROWS: Mapping[Block, tuple[Field, ...]] = {
    "funds": FUNDS,
    "indicators": INDICATORS,
    "tasks": TASKS,
}
ALL = (*HEADER, *FUNDS, *INDICATORS, *TASKS, *TOTAL)
_BY_PATH = {field.path: field for field in ALL}
#: The table that each block is in.
TABLE_OF: Mapping[Block, str] = {
    "header": "forms",
    "total": "forms",
    "funds": "funds",
    "indicators": "indicators",
    "tasks": "tasks",
}
#: Words for parts of a form that are no field, as a PATH names them.
PARTS: Mapping[str, tuple[str, str]] = {
    "form": ("本表", "Form"),
    "funds": ("项目资金", "Funds"),
    "indicators": ("绩效指标", "Indicators"),
    "tasks": ("任务与子项目", "Tasks"),
    "total": ("总分", "Total"),
}


def field_at(path: str) -> Field | None:
    """The field that the PATH of one value names (`total/score`, `indicators/3/score`); None for a row, a block or a pattern."""
    block, position, name = parts_of(path)
    if "*" in path or name is None:
        return None
    return _BY_PATH.get(path if position is None else f"{block}/*/{name}")


def names(fields: Iterable[Field], *kinds: Kind) -> tuple[str, ...]:
    """The names of fields, of those kinds where any are given."""
    return tuple(field.name for field in fields if not kinds or field.kind in kinds)


def section(of: Section) -> tuple[Field, ...]:
    """The fields of a section of the header."""
    return tuple(field for field in HEADER if field.section == of)


def captions(fields: Iterable[Field]) -> dict[str, str]:
    """name -> what it is called in Chinese."""
    return {field.name: field.zh for field in fields}


#: Chinese caption -> English, of every field and part.
ENGLISH: Mapping[str, str] = {
    **{field.zh: field.en for field in reversed(ALL)},
    **dict(PARTS.values()),
}
