"""Rules over forms -> a decision for every record and question. Nothing here knows Great Expectations, which counts these decisions.

A rule that raises costs itself: the record on which it raised is undecidable for this rule and says so, and the fault is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from selfeval.expectations.catalogue import Catalogue, RuleEntry
from selfeval.expectations.rules import RULES
from selfeval.expectations.rules.base import Record, Rule
from selfeval.expectations.verdicts import Decision, Verdict, not_applicable, undecidable
from selfeval.expectations.view import FormView
from selfeval.records.tables.columns import RAISED

TABLES = ("forms", "funds", "indicators")

#: The family whose rules look at several forms at once.
ACROSS = "portfolio"

#: Verdicts by the numbers that stand for them in arrays.
VERDICTS = tuple(Verdict)
FAIL = VERDICTS.index(Verdict.FAIL)

#: What any rule says about a row of the template that nobody filled: it is asked about none of them.
EMPTY_ROW = not_applicable("模板空行")

log = logging.getLogger(__name__)


class Question(NamedTuple):
    """What one rule is asked about every record of a table; `subject` is "" where the record itself is the subject."""

    rule: str
    table: str
    subject: str


@dataclass(slots=True)
class Answer:
    """The decisions on one question: those that occur, and by the number of the record which of them it got."""

    decisions: list[Decision] = field(default_factory=list)
    which: list[int] = field(default_factory=list)
    #: id of a decision -> its place among them; decisions that recur are the same object.
    numbers: dict[int, int] = field(default_factory=dict)

    def number(self, decision: Decision) -> int:
        """The place of a decision among those that occur."""
        at = self.numbers.get(id(decision))
        if at is None:
            at = self.numbers[id(decision)] = len(self.decisions)
            self.decisions.append(decision)
        return at

    def codes(self) -> np.ndarray[Any, np.dtype[np.int8]]:
        """The verdict of every record, as its place in VERDICTS."""
        kinds = [VERDICTS.index(decision.verdict) for decision in self.decisions]
        return np.array(kinds, dtype=np.int8)[np.array(self.which, dtype=np.intp)] if kinds else np.empty(0, np.int8)  # fmt: skip

    def failing(self) -> list[int]:
        """The records that fail, by number."""
        return np.flatnonzero(self.codes() == FAIL).tolist()

    def __getitem__(self, record: int) -> Decision:
        return self.decisions[self.which[record]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that raised: on how many records, first on which, and what it said."""

    rule: str
    document: str
    subject: str
    cause: str
    times: int = 1


class Judgement:
    """All decisions about `forms`. A question is decided when it is first asked about, together with the other questions about its table:
    each form is looked at while it is at hand. Rules across forms wait until they are asked about.

    `only` names the rules that are asked about, where these are not all; `rules` are the rules by id, where they are not the usual ones;
    `off` says by form_id which rules are not asked about a form, and why."""

    def __init__(
        self,
        forms: Sequence[FormView],
        catalogue: Catalogue,
        only: Collection[str] | None = None,
        rules: Mapping[str, Rule] = RULES,
        off: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.forms, self.catalogue, self.rules = forms, catalogue, rules
        self.only = set(catalogue.entries) if only is None else set(only)
        self.off = off or {}
        self.faults: dict[str, Fault] = {}
        self.records: dict[str, list[Record]] = {
            "forms": list(forms),
            "funds": [form.total_fund for form in forms if form.total_fund is not None],
            "indicators": [row for form in forms for row in form.filled],
        }
        self._answers: dict[Question, Answer] = {}
        self._failing: dict[str, frozenset[str]] = {}
        if forms and forms[0].peers is not None and forms[0].peers.whole is None:
            forms[0].peers.failing = self.failing_forms

    @cached_property
    def numbers(self) -> dict[str, dict[str, int]]:
        """record_id -> the record's number, for each table."""
        return {
            table: {record.record_id: number for number, record in enumerate(records)}
            for table, records in self.records.items()
        }

    def questions(self, table: str | None = None) -> list[Question]:
        """The questions about one table, or all; in the order of the catalogue."""
        return [
            Question(rule, one, subject)
            for rule in self.catalogue.entries
            if rule in self.only
            for one in self.rules[rule].tables
            if table in (None, one)
            for subject in subjects(self.rules[rule], one)
        ]

    def answer(self, question: Question) -> Answer:
        """All decisions on a question."""
        if question not in self._answers:
            table = question.table
            near = [one for one in self.questions(table) if self.catalogue[one.rule].family != ACROSS]  # fmt: skip
            self._judge(table, near if question in near else [question])
        return self._answers[question]

    def answers(self) -> Iterable[tuple[Question, Answer]]:
        """Every question with its decisions."""
        return ((question, self.answer(question)) for question in self.questions())

    def failures(self, across: bool = True) -> Iterator[tuple[FormView, str, str, Decision]]:
        """Everything that fails, as form, rule, subject and decision; with the rules across forms or without."""
        for question in self.questions():
            if across or self.catalogue[question.rule].family != ACROSS:
                answer, records = self.answer(question), self.records[question.table]
                for number in answer.failing():
                    record = records[number]
                    subject = question.subject or record.subject
                    yield form_of(record), question.rule, subject, answer[number]

    def failing_forms(self, rule: str) -> frozenset[str]:
        """The forms that fail `rule` anywhere."""
        if rule not in self._failing:
            asked = [
                Question(rule, table, subject)
                for table in self.rules[rule].tables
                for subject in subjects(self.rules[rule], table)
            ]
            self._failing[rule] = frozenset(
                form_of(self.records[question.table][record]).form_id
                for question in asked
                for record in self.answer(question).failing()
            )
        return self._failing[rule]

    def decision(self, rule: str, subject: str, form: FormView) -> Decision:
        """What a rule says about a subject of a form."""
        records: Sequence[Record] = [form, *form.funds, *form.indicators]
        record = next((one for one in records if one.subject == subject), form)
        table = "forms" if record is form else record.subject.partition("/")[0]
        question = Question(rule, table, subject if table == "forms" else "")
        number = self.numbers[table].get(record.record_id)
        return EMPTY_ROW if number is None else self.answer(question)[number]

    def _judge(self, table: str, questions: Sequence[Question]) -> None:
        asked = [self._asked(question) for question in questions]
        for form in self.forms:
            rows: Sequence[Record] = (
                (form,) if table == "forms" else form.filled if table == "indicators"
                else () if form.total_fund is None else (form.total_fund,)
            )  # fmt: skip
            if rows:
                for one in asked:
                    self._judge_rows(one, form, rows)

    def _asked(self, question: Question) -> _Asked:
        answer = self._answers[question] = Answer()
        entry = self.catalogue[question.rule]
        limited = entry.years != (None, None) or bool(entry.profiles)
        return _Asked(question, self.rules[question.rule].judge, entry if limited else None, answer)

    def _judge_rows(self, asked: _Asked, form: FormView, rows: Sequence[Record]) -> None:
        question, judge, limits, answer = asked
        reason = self.off[form.form_id].get(question.rule, "") if form.form_id in self.off else ""
        if not reason and limits is not None:
            reason = outside(limits, form)
        if reason:
            answer.which.extend([answer.number(not_applicable(reason))] * len(rows))
            return
        subject, numbers, which = question.subject, answer.numbers, answer.which
        for row in rows:
            try:
                decision = judge(row, subject or row.subject)
            except Exception as error:  # noqa: BLE001  whatever a rule raises is told as its fault
                decision = self._fault(question.rule, form, subject or row.subject, error)
            at = numbers.get(id(decision))
            which.append(answer.number(decision) if at is None else at)

    def _fault(self, rule: str, form: FormView, subject: str, error: Exception) -> Decision:
        cause = f"{type(error).__name__}: {error}"
        known = self.faults.get(rule)
        if known is None:
            log.error("规则 %s 执行出错：%s（%s）", rule, cause, subject, exc_info=error,
                      extra={"document": form.document, "code": "rule-raised"})  # fmt: skip
            self.faults[rule] = Fault(rule, form.document, subject, cause)
        else:
            self.faults[rule] = Fault(rule, known.document, known.subject, known.cause, known.times + 1)  # fmt: skip
        return undecidable(f"{RAISED}，本条未判定：{cause}")


class _Asked(NamedTuple):
    """One question with what is the same for all forms: `limits` is the rule's entry where it is not valid for all of them."""

    question: Question
    judge: Callable[[Any, str], Decision]
    limits: RuleEntry | None
    answer: Answer


def form_of(record: Record) -> FormView:
    """The form that a record is, or stands in."""
    return record if isinstance(record, FormView) else record.form


def subjects(rule: Rule, table: str) -> tuple[str, ...]:
    """The subjects that `rule` is asked about for one record of `table`: "" where the record itself is the subject."""
    return rule.subjects if table == "forms" else ("",)


def outside(entry: RuleEntry, form: FormView) -> str:
    """Why the rule is not valid for this form, "" where it is."""
    if not entry.valid_in(form.year):
        return "本规则不适用于该年度"
    named = form.settings.id if form.settings is not None else None
    return "本规则不适用于该表式" if entry.profiles and named not in entry.profiles else ""
