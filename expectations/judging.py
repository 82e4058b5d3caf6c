"""Rules over forms -> a decision for every record and question. Nothing here knows Great Expectations, which counts these decisions.

A rule that raises costs itself: the record on which it raised is undecidable for this rule and says so, and the fault is told."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from selfeval.expectations.answers import Answer
from selfeval.expectations.catalogue import Catalogue, RuleEntry
from selfeval.expectations.columns import Columns, Record, objects, rows_of
from selfeval.expectations.rules import RULES
from selfeval.expectations.rules.base import Rule
from selfeval.expectations.verdicts import Decision, not_applicable, undecidable
from selfeval.expectations.view import FormView
from selfeval.records.tables.columns import RAISED

TABLES = ("forms", "funds", "indicators")

#: The family whose rules look at several forms at once.
ACROSS = "portfolio"

#: What any rule says about a row of the template that nobody filled: it is asked about none of them.
EMPTY_ROW = not_applicable("模板空行")

log = logging.getLogger(__name__)


class Question(NamedTuple):
    """What one rule is asked about every record of a table; `subject` is "" where the record itself is the subject."""

    rule: str
    table: str
    subject: str


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
        self.records = rows_of(forms)
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
            self._answers[question] = self._judge(question)
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

    def _judge(self, question: Question) -> Answer:
        rule, rows = self.rules[question.rule], self.records[question.table]
        answer = self._asked(question, rows)
        try:
            rule.decide(answer, question.subject)
        except Exception:  # noqa: BLE001  form by form it is known which of them it was
            answer = self._asked(question, rows)
            for number, form in enumerate(rows.forms):
                mine = np.flatnonzero(rows.of == number)
                if len(mine):
                    answer.put(mine, self._judge_alone(question, form), np.arange(len(mine)))
        return answer

    def _asked(self, question: Question, rows: Columns) -> Answer:
        """An answer about these rows that says only which of them the question is not about."""
        answer, entry = Answer(rows), self.catalogue[question.rule]
        limited = entry.years != (None, None) or bool(entry.profiles)
        if limited or self.off:
            told = [
                self.off.get(form.form_id, {}).get(question.rule, "")
                or (outside(entry, form) if limited else "")
                for form in rows.forms
            ]
            reasons = objects(told)[rows.of]
            for reason in set(told) - {""}:
                answer.when(reasons == reason, not_applicable(reason))
        return answer

    def _judge_alone(self, question: Question, form: FormView) -> Answer:
        """The answer about one form, undecided where the rule raises."""
        answer = self._asked(question, rows_of([form])[question.table])
        try:
            self.rules[question.rule].decide(answer, question.subject)
        except Exception as error:  # noqa: BLE001  whatever a rule raises is told as its fault
            answer = self._asked(question, answer.rows)
            if answer.left.any():
                subject = question.subject or answer.rows[int(np.argmax(answer.left))].subject
                raised = self._fault(question.rule, form, subject, error, int(answer.left.sum()))
                answer.when(answer.left, raised)
        return answer

    def _fault(
        self, rule: str, form: FormView, subject: str, error: Exception, times: int
    ) -> Decision:
        cause = f"{type(error).__name__}: {error}"
        first = self.faults.get(rule)
        if first is None:
            log.error("规则 %s 执行出错：%s（%s）", rule, cause, subject, exc_info=error,
                      extra={"document": form.document, "code": "rule-raised"})  # fmt: skip
            first = Fault(rule, form.document, subject, cause, 0)
        self.faults[rule] = replace(first, times=first.times + times)
        return undecidable(f"{RAISED}，本条未判定：{cause}")


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
