"""Across documents: the same project twice, copied forms, missing ones."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from selfeval.core.filings import unit_key
from selfeval.core.numbers import MONEY_UNITS
from selfeval.core.roster import Arrival, listed
from selfeval.expectations.arithmetic import ZERO
from selfeval.expectations.cross_form import Card, Peers
from selfeval.expectations.rules.base import FormRule
from selfeval.expectations.rules.costs import wan
from selfeval.expectations.text import bare
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import CAPTIONS, CellState, FormView, Reading, brief

ALONE = not_applicable("本批次没有同一项目的其他自评表")
UNNAMED = undecidable("项目名称、实施单位或年度空白，无法与其他自评表比对")
HEAD = ("project_name", "unit")


def peers_of(record: FormView) -> Peers:
    return record.peers if record.peers is not None else Peers(forms=[record])


def others_before(record: FormView) -> list[Card] | Decision:
    """The forms of the same unit, project and year that come before this one in the batch."""
    peers = peers_of(record)
    card = peers.card(record)
    if card.key is None or not card.unit_key or record.year is None:
        return UNNAMED
    same = peers.index.same_project(card)
    before = same[: same.index(card)]
    if before:
        return before
    return not_applicable("同一项目的其他自评表在后，已在其处说明") if len(same) > 1 else ALONE


def _called(card: Card) -> str:
    return f"“{card.document}”第{card.form}份"


class DuplicateSubmission(FormRule):
    """A project submits one form for a year. Told on the later ones."""

    id = "duplicate-submission"

    def judge(self, record: FormView, subject: str) -> Decision:
        before = others_before(record)
        if isinstance(before, Decision):
            return before
        if record.doubts:
            return undecidable("本表有读取存疑的内容，无法确认与他表相同")
        printed = peers_of(record).card(record).printed
        twin = next((other for other in before if other.printed == printed), None)
        if twin is None:
            return PASS
        message = f"本表与{_called(twin)}（{brief(record.unit)}、{brief(record.project_name)}、{record.year}年度）内容完全相同，属重复报送，请核实保留一份。"
        return failed(
            message, "报送一份", "重复报送", cells=HEAD, values=(twin.document_id, str(twin.form))
        )


class SameProjectDifferentNumbers(FormRule):
    """Two forms of the same project and year print the same money and the same points. A corrected version may differ."""

    id = "same-project-different-numbers"

    def judge(self, record: FormView, subject: str) -> Decision:
        before = others_before(record)
        if isinstance(before, Decision):
            return before
        peers = peers_of(record)
        if any(card.revised for card in (peers.card(record), *before)):
            return undecidable("标题注明修改，以后报者为准")
        doubtful = False
        for other in before:
            for path, name, one, two in _numbers(record, peers.form(other)):
                if CellState.DOUBTFUL in (one.state, two.state):
                    doubtful = True
                elif one.number is not None and two.number is not None and one.value != two.value:
                    message = f"同一项目{record.year}年度的{name}，本表为{one.text}，而{_called(other)}为{two.text}，两份自评表不一致，请核实以何者为准。"
                    return failed(
                        message,
                        f"两份一致（另一份为{two.text}）",
                        one.text,
                        cells=(path, *HEAD),
                        values=(one.text, two.text),
                    )
        return undecidable("有数值读取存疑，无法逐项比对") if doubtful else PASS


def _numbers(one: FormView, other: FormView) -> Iterator[tuple[str, str, Reading, Reading]]:
    """The numbers that two forms have in common: path, name, both readings."""
    if one.total_fund and other.total_fund and one.amount_unit == other.amount_unit:
        for name in ("initial", "budget", "executed", "score"):
            yield (
                f"{one.total_fund.subject}/{name}",
                CAPTIONS[name],
                one.total_fund.read(name),
                other.total_fund.read(name),
            )
    yield "total/score", "总分", one.read_total("score"), other.read_total("score")
    if [bare(row.level3) for row in one.indicators] == [
        bare(row.level3) for row in other.indicators
    ]:
        for row, twin in zip(one.indicators, other.indicators, strict=True):
            for name in ("weight", "score"):
                yield (
                    f"{row.subject}/{name}",
                    f"{row.name}的{CAPTIONS[name]}",
                    row.read(name),
                    twin.read(name),
                )


class TemplateClone(FormRule):
    """Different units, and different projects of one unit, do not report the very same results. Told on the later ones."""

    id = "template-clone"
    subjects = ("indicators",)
    _ROWS, _TELLING = 6, 3

    def judge(self, record: FormView, subject: str) -> Decision:
        if len(record.filled) < self._ROWS:
            return not_applicable(f"绩效指标不足{self._ROWS}项")
        if record.doubts and (why := record.doubt_within("indicators")):
            return undecidable(f"绩效指标读取存疑，请核对 {why}")
        if not unit_key(record.unit):
            return UNNAMED
        # Equal results of 100% are no wonder; equal odd numbers and equal sentences are.
        telling = [
            row
            for row in record.filled
            if bare(row.actual) not in ("", "100%", "100", "0") and len(bare(row.actual)) > 2
        ]
        if len(telling) < self._TELLING:
            return not_applicable("完成值没有可比的特征")
        peers = peers_of(record)
        own = peers.card(record)
        same = peers.index.by_results[own.results]
        other = next((card for card in same if self._is_copied(card, own)), None)
        if other is None or same[0] is own:
            return PASS
        whose = brief(other.unit) if other.unit_key != own.unit_key else brief(other.project_name)
        message = f"本表{len(record.filled)}项指标及完成值与{_called(other)}（{whose}）完全相同，请核实是否照抄。"
        cells, values = ("indicators/0/actual",), (other.document_id, str(other.form))
        return failed(message, "据实填写", "与他表相同", cells=cells, values=values)

    def _is_copied(self, other: Card, own: Card) -> bool:
        """Another unit's form, or one of the same unit about another project. A unit left blank is not another unit."""
        if other is own or not other.unit_key or other.year != own.year:
            return False
        return other.unit_key != own.unit_key or bare(other.project_name) != bare(own.project_name)


class ProjectVsDept(FormRule):
    """The projects of a department execute no more than its own form reports as 项目支出. Told on the department's form."""

    id = "project-vs-dept"
    subjects = ("funds",)

    def judge(self, record: FormView, subject: str) -> Decision:
        if record.settings is None or record.settings.id != "department":
            return not_applicable("不是部门整体支出自评表")
        row = next((row for row in record.funds if "项目支出" in (row.label or "")), None)
        peers = peers_of(record)
        own = peers.card(record)
        office = peers.index.by_office.get(own.unit_key, ())
        projects = [
            card
            for card in office
            if card is not own and card.year == own.year and card.funded and not card.department
        ]
        # a project that was filed again counts once, as filed last
        last = {card.key: card.document_id for card in projects if card.key}
        projects = [card for card in projects if not card.key or last[card.key] == card.document_id]
        if row is None or not projects:
            return not_applicable("没有项目支出行，或本批次没有该部门的项目自评表")
        factor = MONEY_UNITS.get(record.amount_unit or "")
        whole, known = (
            row.read("executed").number,
            [card.executed for card in projects if card.executed is not None],
        )
        if whole is None or factor is None or len(known) < len(projects):
            return undecidable("项目支出或项目执行数不是可比较的金额")
        summed, limit = sum(known, ZERO), whole.value * factor
        if summed <= limit * Decimal("1.01"):
            return PASS
        message = f"本批次{len(known)}个项目全年执行数合计{wan(summed)}，大于部门整体支出中的项目支出{wan(limit)}，请核实。"
        cells, values = (f"{row.subject}/executed",), (row.executed, str(summed))
        return failed(message, f"不高于{wan(limit)}", wan(summed), cells=cells, values=values)


class MissingSubmitter(FormRule):
    """Everyone on the roster submits. Told once for each authority, on the first form of that authority in the batch, else of the batch."""

    id = "missing-submitter"

    def judge(self, record: FormView, subject: str) -> Decision:
        peers = peers_of(record)
        if not peers.roster:
            return not_applicable("没有报送名单")
        standings = [peers.filings.standing(one) for one in peers.awaited.get(record.form_id, ())]
        waited = [one for one in standings if one.state is not Arrival.FILED]
        if not waited:
            return PASS
        open_to = {form_id for one in waited for form_id in one.form_ids}
        named = [listed(one.expected) for one in waited]
        told = "；".join(named[:10]) + ("等" if len(named) > 10 else "")
        if len(waited) <= len(open_to) and all(one.form_ids for one in waited):
            why = f"有{len(open_to)}份自评表未填实施单位、项目或年度，无法确认{told}是否已报"
            return undecidable(why)
        open_note = (
            f"（另有{len(open_to)}份自评表未填实施单位、项目或年度，可能在其中）" if open_to else ""
        )
        message = f"按报送名单，尚有{len(waited)}份自评表未收到：{told}{open_note}，请督促报送。"
        cells, values = ("unit", "authority"), tuple(named)
        return failed(message, "全部报送", f"缺{len(waited)}份", cells=cells, values=values)


class NameVariants(FormRule):
    """One unit is written in one way. Told on the forms that differ from the first."""

    id = "name-variants"
    subjects = ("unit",)

    def judge(self, record: FormView, subject: str) -> Decision:
        key = unit_key(record.unit)
        if not key:
            return not_applicable("没有填实施单位")
        if record.doubts and (why := record.doubt("unit")):
            return undecidable(f"实施单位读取存疑，请核对 unit：{why}")
        first = peers_of(record).index.by_unit[key][0]
        if (first.unit or "").strip() == (record.unit or "").strip():
            return PASS
        message = (
            f"实施单位写作“{record.unit}”，而{_called(first)}写作“{first.unit}”，请统一单位名称。"
        )
        return failed(
            message, first.unit, record.unit, cells=("unit",), values=(record.unit, first.unit)
        )
