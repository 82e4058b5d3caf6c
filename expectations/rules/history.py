"""This year's form against last year's, and screens over many forms (family portfolio)."""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal
from itertools import chain

from selfeval.core.numbers import MONEY_UNITS
from selfeval.core.quantities import parse_quantity
from selfeval.expectations.arithmetic import percent, plain
from selfeval.expectations.cross_form import Card
from selfeval.expectations.rules.base import FormRule
from selfeval.expectations.rules.costs import wan
from selfeval.expectations.rules.goals import SAME_TEXT, SHORT_GOAL
from selfeval.expectations.rules.portfolio import UNNAMED, peers_of
from selfeval.expectations.text import bare, likeness
from selfeval.expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from selfeval.expectations.view import FormView, brief

NO_LAST_YEAR = not_applicable("本批次没有该项目上年度的自评表")
TOLD = not_applicable("已在该单位首份自评表处说明")


def _last_year(record: FormView) -> FormView | Decision:
    peers = peers_of(record)
    card = peers.card(record)
    if card.key is None or record.year is None:
        return UNNAMED
    last = peers.index.last_year(card)
    return peers.form(last) if last else NO_LAST_YEAR


def _of_unit(record: FormView) -> tuple[Card, list[Card]]:
    """The card of a form, and those of all forms of its unit, itself among them; none where it does not name its unit."""
    peers = peers_of(record)
    card = peers.card(record)
    return card, peers.index.by_unit.get(card.unit_key, [])


class YearOverYearCopy(FormRule):
    """What was done this year is not told in last year's words."""

    id = "year-over-year-copy"
    subjects = ("goal_actual",)
    _SAME_EXPLANATIONS = 2

    def judge(self, record: FormView, subject: str) -> Decision:
        last = _last_year(record)
        if isinstance(last, Decision):
            return last
        if any(form.doubts and form.doubt("goal_actual") for form in (record, last)):
            return undecidable("实际完成情况读取存疑")
        now, then = record.goal_actual or "", last.goal_actual or ""
        if len(bare(now)) >= SHORT_GOAL and likeness(now, then) >= SAME_TEXT:
            what = f"实际完成情况与{last.year}年度文字相同（相似度{likeness(now, then):.0%}）"
        else:
            texts = {
                bare(row.explanation)
                for row in last.filled
                if len(bare(row.explanation)) >= SHORT_GOAL
            }
            same = [row for row in record.filled if bare(row.explanation) in texts]
            if len(same) < self._SAME_EXPLANATIONS:
                return PASS
            what = f"{len(same)}项偏差原因与{last.year}年度文字相同（如“{brief(same[0].explanation, 30)}”）"
        message = f"{what}，疑照抄上年内容，请按本年实际填写。"
        cells, values = (subject,), (record.goal_actual, last.goal_actual)
        return failed(
            message, "按本年实际填写", f"与{last.year}年度相同", cells=cells, values=values
        )


class SameResultsAsLastYear(FormRule):
    """Counted results differ from one year to the next in at least one number."""

    id = "same-results-as-last-year"
    subjects = ("indicators",)
    _ROWS = 4

    def judge(self, record: FormView, subject: str) -> Decision:
        last = _last_year(record)
        if isinstance(last, Decision):
            return last
        if record.doubts and (why := record.doubt_within("indicators")):
            return undecidable(f"绩效指标读取存疑，请核对 {why}")
        then = {bare(row.level3): row for row in last.filled}
        pairs = []
        for row in record.filled:
            now, before = (
                parse_quantity(row.actual),
                parse_quantity(getattr(then.get(bare(row.level3)), "actual", None)),
            )
            # 100% and round scores recur; odd counts do not.
            if (
                now is not None
                and before is not None
                and now.unit != "%"
                and now.value not in (0, 100)
            ):
                pairs.append((row, now.value == before.value and now.unit == before.unit))
        if len(pairs) < self._ROWS:
            return not_applicable(f"可与上年比较的数量不足{self._ROWS}项")
        if not all(same for _, same in pairs):
            return PASS
        message = (
            f"{len(pairs)}项数量指标的实际完成值与{last.year}年度逐项相同，疑照抄上年数据，请核实。"
        )
        cells = (f"{pairs[0][0].subject}/actual",)
        values = tuple(row.actual for row, _ in pairs)
        return failed(message, "本年实际数", f"与{last.year}年度相同", cells=cells, values=values)


class CarryOverConsistency(FormRule):
    """The carry-over of this year is what last year's form left unspent."""

    id = "carry-over-consistency"
    subjects = ("funds",)

    def judge(self, record: FormView, subject: str) -> Decision:
        last = _last_year(record)
        if isinstance(last, Decision):
            return last
        row = next((row for row in record.funds if "结转" in (row.label or "")), None)
        total, factor, before = (
            last.total_fund,
            MONEY_UNITS.get(record.amount_unit or ""),
            MONEY_UNITS.get(last.amount_unit or ""),
        )
        if row is None or total is None:
            return not_applicable("资金表没有上年结转行")
        carried, name = (
            row.read("budget").number or row.read("initial").number,
            "budget" if row.read("budget").number else "initial",
        )
        budget, executed = total.read("budget").number, total.read("executed").number
        if carried is None:
            return not_applicable("没有填上年结转资金")
        if budget is None or executed is None or factor is None or before is None:
            return undecidable("上年度自评表的资金不是可比较的金额")
        left, now = (budget.value - executed.value) * before, carried.value * factor
        if (
            abs(left - now) <= carried.half * factor + (budget.half + executed.half) * before
            or now < left
        ):
            return PASS  # less than what was left: the rest went back to the treasury
        message = f"上年结转资金为{carried.text}，而{last.year}年度自评表未执行数为{wan(left)}（{budget.text}－{executed.text}），结转数大于结余数，请核实。"
        cells, values = (f"{row.subject}/{name}",), (carried.text, budget.text, executed.text)
        return failed(message, f"不高于{wan(left)}", carried.text, cells=cells, values=values)


class BudgetSwing(FormRule):
    """A budget that more than doubles, or halves, from one year to the next is worth a look."""

    id = "budget-swing"
    subjects = ("funds/budget",)

    def judge(self, record: FormView, subject: str) -> Decision:
        last = _last_year(record)
        if isinstance(last, Decision):
            return last
        found = []
        for form in (record, last):
            number = form.total_fund.read("budget").number if form.total_fund else None
            factor = MONEY_UNITS.get(form.amount_unit or "")
            if number is None or factor is None or not number.value:
                return undecidable("全年预算数不是可比较的金额")
            found.append((number.value * factor, number.text))
        (now, text), (then, before) = found
        if then / 2 <= now <= then * 2:
            return PASS
        message = f"全年预算数{text}，{last.year}年度为{before}，变动{percent(abs(now - then) / then, 0)}，请关注项目内容是否变化。"
        cells = (f"{record.total_fund.subject}/budget",) if record.total_fund else ()
        return failed(message, None, text, cells=cells, values=(text, before))


#: Defects of filling in that a unit makes in the same way in every form.
SYSTEMATIC = ("total-row-unfilled", "required-field", "template-row-left", "actual-copied-from-target", "goal-missing-or-bare", "goal-actual-copied",
               "score-column-empty", "value-columns-hold-scores", "funds-components", "deviation-unexplained", "weights-sum", "scores-sum",
               "execution-rate", "execution-score", "scored-without-values", "block-caption-consistent")  # fmt: skip


class SystematicDefect(FormRule):
    """The same defect in several forms of one unit is the unit's: told once, on its first form."""

    id = "systematic-defect"
    _FORMS = 2

    def judge(self, record: FormView, subject: str) -> Decision:
        own, mine = _of_unit(record)
        if not mine:
            return UNNAMED
        if len({(card.key, card.year) for card in mine}) < self._FORMS:
            return not_applicable("本批次该单位只有一个项目")
        if mine[0] is not own:
            return TOLD
        found, peers = [], peers_of(record)
        for rule in SYSTEMATIC:
            failing = peers.failing(rule)
            projects = {(card.key, card.year) for card in mine if card.form_id in failing}
            if len(projects) >= self._FORMS:
                found.append((rule, len(projects)))
        if not found:
            return PASS
        listed = "、".join(f"{rule}（{count}份）" for rule, count in found)
        message = f"该单位多份自评表出现相同问题：{listed}，请统一整改。"
        cells, values = ("unit",), tuple(f"{rule}{count}" for rule, count in found)
        return failed(message, None, listed, cells=cells, values=values)


#: Chi-square with 8 degrees of freedom that first digits pass in 99 of 100 honest samples, and amounts needed to ask.
_CHI_SQUARE, _SAMPLE = 20.09, 300


class FirstDigits(FormRule):
    """The first digits of all amounts of a batch follow Benford's law. A screen: a hint on the batch, told on its first form."""

    id = "first-digits"
    subjects = ("funds",)

    def judge(self, record: FormView, subject: str) -> Decision:
        cards = peers_of(record).index.cards
        if cards[0].form_id != record.form_id:
            return not_applicable("整批筛查，在首份自评表处说明")
        digits = Counter(chain.from_iterable(card.amounts for card in cards))
        n = digits.total()
        if n < _SAMPLE:
            return (
                undecidable(f"金额只有{n}个，不足{_SAMPLE}个，不作判断")
                if n
                else not_applicable("没有金额")
            )
        expected = {str(d): n * math.log10(1 + 1 / d) for d in range(1, 10)}
        chi = sum((digits[d] - e) ** 2 / e for d, e in expected.items())
        if chi <= _CHI_SQUARE:
            return PASS
        most = max(expected, key=lambda d: (digits[d] - expected[d]) / math.sqrt(expected[d]))
        message = f"本批{n}个金额的首位数字偏离本福特分布（卡方{chi:.1f}，临界值{_CHI_SQUARE}），首位为{most}的偏多，仅供选取样本参考。"
        return failed(message, f"{_CHI_SQUARE}以下", f"{chi:.1f}", values=(str(n), f"{chi:.1f}"))


class RoundAmounts(FormRule):
    """Executed amounts are seldom round. A screen over a unit's forms, told on its first one."""

    id = "round-amounts"
    subjects = ("funds",)
    _FORMS, _SHARE = 8, Decimal("0.8")

    def judge(self, record: FormView, subject: str) -> Decision:
        own, mine = _of_unit(record)
        if not mine:
            return UNNAMED
        if mine[0] is not own:
            return TOLD
        amounts = [card.executed for card in mine if card.executed]
        if len(amounts) < self._FORMS:
            return not_applicable(f"该单位可比的执行数不足{self._FORMS}个")
        is_round = [amount for amount in amounts if amount % 10_000 == 0]
        if len(is_round) < self._SHARE * len(amounts):
            return PASS
        message = (
            f"该单位{len(amounts)}个项目的全年执行数中{len(is_round)}个为整万元，仅供选取样本参考。"
        )
        values = (str(len(is_round)), str(len(amounts)))
        return failed(message, None, f"{len(is_round)}/{len(amounts)}", values=values)


class SameScoreEverywhere(FormRule):
    """The forms of one unit do not all end in the same total. Told on its first one."""

    id = "same-score-everywhere"
    subjects = ("total",)
    _FORMS = 5

    def judge(self, record: FormView, subject: str) -> Decision:
        own, mine = _of_unit(record)
        if not mine:
            return UNNAMED
        if mine[0] is not own:
            return TOLD
        scores = [card.score for card in mine if card.score is not None]
        if len(scores) < self._FORMS:
            return not_applicable(f"该单位有总分的自评表不足{self._FORMS}份")
        if len(set(scores)) > 1:
            return PASS
        message = (
            f"该单位{len(scores)}份自评表总分均为{plain(scores[0])}分，请关注自评是否流于形式。"
        )
        cells, values = ("total/score",), (str(len(scores)), plain(scores[0]))
        return failed(message, None, plain(scores[0]), cells=cells, values=values)
