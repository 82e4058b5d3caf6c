"""Sums of printed numbers, and which slip of the pen explains a sum that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from selfeval.expectations.verdicts import Decision, not_applicable, undecidable
from selfeval.expectations.view import CAPTIONS, CellState, FormView, FundRow, Reading, Row

ZERO = Decimal(0)


def plain(value: Decimal) -> str:
    """`value` without an exponent and without trailing zeros after the point: 92.40 -> 92.4, 1E+2 -> 100."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def percent(ratio: Decimal, places: int = 2) -> str:
    """A ratio as a percentage: 0.98039 -> 98.04%."""
    return f"{ratio * 100:.{places}f}%"


@dataclass(frozen=True, slots=True)
class Part:
    """One number that goes into a sum: whose it is, and what."""

    row: Row
    value: Decimal
    half: Decimal
    text: str | None

    @property
    def name(self) -> str:
        """As a message names it."""
        return self.row.name


@dataclass(frozen=True, slots=True)
class FormSum:
    """Indicator parts and, where the form prints one, the part of the total row of funds."""

    parts: tuple[Part, ...]
    execution: Part | None

    @property
    def of_parts(self) -> Decimal:
        return sum((part.value for part in self.parts), ZERO)

    @property
    def total(self) -> Decimal:
        return self.of_parts + (self.execution.value if self.execution else ZERO)

    @property
    def values(self) -> tuple[str | None, ...]:
        return (
            *(part.text for part in self.parts),
            self.execution.text if self.execution else None,
        )


def trouble(row: Row, name: str) -> Decision:
    """Undecidable, since the cell `name` of `row` is no number; the reason names the cell."""
    name = row.named(name) if isinstance(row, FundRow) else name
    return undecidable(unread(row.name, row.subject, name, row.read(name)))


def unread(owner: str, subject: str, name: str, reading: Reading) -> str:
    """The same for a cell at `subject`/`name` of something that messages call `owner`."""
    cell, path = f"{owner}的{CAPTIONS[name]}", f"{subject}/{name}"
    if reading.state is CellState.DOUBTFUL:
        return f"{cell}读取存疑，请核对单元格 {path}：{reading.why}"
    if reading.state is CellState.UNREADABLE:
        return f"{cell}“{reading.text}”不是数字（{path}）"
    return (
        f"{cell}空白（{path}）"
        if reading.state is CellState.BLANK
        else f"本表没有{CAPTIONS[name]}栏（{path}）"
    )


def form_sum(form: FormView, name: str) -> FormSum | Decision:
    """All weights or all scores (`name`) of the form. Every indicator row but the empty ones counts, a merged cell once; a form without the column in its
    indicators gives not-applicable, a row that cannot be read undecidable. Where funds have no such column they count nothing."""
    known: FormSum | Decision | None = form.memo.get(name)
    if known is None:
        known = form.memo[name] = _form_sum(form, name)
    return known


def _form_sum(form: FormView, name: str) -> FormSum | Decision:
    if form.doubts and (doubt := form.doubt("indicators")):
        return undecidable(f"绩效指标读取存疑：{doubt}")
    if not form.indicators:
        return not_applicable("本表没有绩效指标")
    if not form.filled and not form.has_column(name):
        return not_applicable(f"绩效指标没有{CAPTIONS[name]}栏")
    parts = []
    for row in form.filled:
        reading = row.read(name)
        if reading.state is CellState.ABSENT and not form.has_column(name):
            return not_applicable(f"绩效指标没有{CAPTIONS[name]}栏")
        if reading.state is not CellState.KNOWN:
            return trouble(row, name)
        if not row.repeats(name):
            parts.append(_part(row, reading))
    execution = None
    if form.total_fund is not None:
        reading = form.total_fund.read(name)
        if reading.state is CellState.KNOWN:
            execution = _part(form.total_fund, reading)
        elif reading.state is not CellState.ABSENT:
            return trouble(form.total_fund, name)
    return FormSum(tuple(parts), execution)


def _part(row: Row, reading: Reading) -> Part:
    assert reading.number is not None
    return Part(row, reading.number.value, reading.number.half, reading.text)


def slip(total: FormSum, printed: Decimal, what: str) -> str:
    """The one slip that explains why `printed` is not the sum, as the end of a sentence; "" where none or more than one kind fits.

    Tried in this order: execution left out, execution counted twice, one row left out, one row counted twice, digits transposed. `what` is 分值 or 得分."""
    execution = total.execution
    if execution and execution.value and total.of_parts == printed:
        return f"，与不含预算执行{what}的合计一致，疑漏加预算执行{what}{plain(execution.value)}分"
    if execution and execution.value and total.total + execution.value == printed:
        return f"，疑将预算执行{what}{plain(execution.value)}分重复计入"
    return row_slip(total.parts, total.total, printed, alike=False)


def row_slip(parts: Sequence[Part], total: Decimal, printed: Decimal, alike: bool = True) -> str:
    """The same for rows only, for any sum. `alike` also takes two numbers that differ in one digit for a slip: points have too few digits
    to tell that from chance."""
    gap = total - printed
    if not printed:
        return "，疑为合计未填"
    if left_out := _only(parts, gap):
        return f"，疑漏加{left_out.name}（{plain(gap)}）"
    if twice := _only(parts, -gap):
        return f"，疑将{twice.name}（{plain(-gap)}）重复计入"
    if transposed(printed, total):
        return "，疑为数字前后颠倒"
    if alike and (changed := one_digit_apart(printed, total)):
        return f"，两数仅{changed}不同，疑为笔误"
    slipped = [part for part in parts if transposed(part.value, part.value - gap)]
    return f"，疑{slipped[0].name}的数字前后颠倒" if len(slipped) == 1 else ""


def _only(parts: Sequence[Part], value: Decimal) -> Part | None:
    """The one part that is `value`; None where several are, since any of them would be a guess."""
    found = [part for part in parts if part.value == value]
    return found[0] if len(found) == 1 else None


def transposed(one: Decimal, other: Decimal) -> bool:
    """Whether two neighbouring digits of `one`, exchanged, give `other`."""
    a, b = _digits(one, other)
    differing = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    return (
        len(differing) == 2
        and differing[1] == differing[0] + 1
        and a[differing[0]] == b[differing[1]]
        and a[differing[1]] == b[differing[0]]
    )


def one_digit_apart(one: Decimal, other: Decimal) -> str:
    """个位, 十位, 小数第1位 ... where exactly one digit differs, else "". Single digits are too short to tell."""
    if min(one, other) < 10:
        return ""
    a, b = _digits(one, other)
    differing = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if len(differing) != 1:
        return ""
    point = a.index(".") if "." in a else len(a)
    place = point - differing[0] - 1
    if place < 0:
        return f"小数第{differing[0] - point}位"
    return (
        ("个", "十", "百", "千", "万", "十万", "百万", "千万", "亿")[place] + "位"
        if place < 9
        else "高位"
    )


def _digits(one: Decimal, other: Decimal) -> tuple[str, str]:
    """Both numbers with the same number of digits before and after the point."""
    a, b = plain(one), plain(other)
    places = max(len(text.partition(".")[2]) for text in (a, b))
    a, b = (f"{value:.{places}f}" for value in (one, other))
    return a.rjust(max(len(a), len(b)), "0"), b.rjust(max(len(a), len(b)), "0")


def in_breakdowns(values: Sequence[Decimal], meets: Callable[[Iterable[Decimal]], bool]) -> bool:
    """Whether the rows are breakdowns of one total, one after the other, each of which adds up; a subtotal that is the whole total
    again (按收入性质分) stands for itself."""
    reached = {0}
    for end in range(1, len(values) + 1):
        if any(start in reached and meets(values[start:end]) for start in range(end)):
            reached.add(end)
    return len(values) in reached
