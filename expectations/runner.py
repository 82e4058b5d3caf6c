"""The bench on which a batch is judged: it holds the forms of the batch and remembers every decision that an expectation asks for.

Great Expectations decides which rule is asked about which records and what follows from it; what the rule says is decided here, once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from selfeval.expectations.catalogue import Catalogue, Entry
from selfeval.expectations.rules import RULES
from selfeval.expectations.rules.base import Record
from selfeval.expectations.rules.gates import kind_of
from selfeval.expectations.verdicts import Decision, Verdict, not_applicable
from selfeval.expectations.view import FormView

#: The bench of the run that is going on; metrics find it here, since a frame carries cells and not whole forms.
CURRENT: ContextVar[Bench] = ContextVar("bench")

TABLES = ("forms", "funds", "indicators")

#: The family whose rules look at several forms at once.
ACROSS = "portfolio"

Question = tuple[str, str, str]  # rule, table, subject ("" where the record is the subject)


Judge = Callable[[Any, str], Decision]

FAIL = Verdict.FAIL


class Settled(NamedTuple):
    """The records of one form that were decided alike and do not fail."""

    form: FormView
    decision: Decision
    rows: Sequence[Record]


@dataclass(slots=True)
class Docket:
    """The decisions on one question: failures by record id, the others counted by form and decision; `error` is what the rule raised."""

    failures: dict[str, Decision] = field(default_factory=dict)
    settled: list[Settled] = field(default_factory=list)
    error: Exception | None = None


class Bench:
    """Judges records of `forms`. Raises whatever a rule raises: that is a failed run, and Great Expectations reports it.

    `records` are the record ids of each table, in the order of its frame. `only` names the rules that are asked about, where these are not
    all: a first question settles no others then."""

    def __init__(
        self, forms: Sequence[FormView], catalogue: Catalogue, only: Collection[str] | None = None
    ) -> None:
        self.forms = forms
        self.catalogue = catalogue
        self.only = only
        self.dockets: dict[Question, Docket] = {}
        self._failing: dict[str, frozenset[str]] = {}
        self._rows: dict[str, list[tuple[FormView, Sequence[Record]]]] = {
            "forms": [(form, (form,)) for form in forms],
            "funds": [(form, (form.total_fund,)) for form in forms if form.total_fund is not None],
            "indicators": [(form, form.filled) for form in forms if form.filled],
        }
        self._by_id: dict[str, Record] = {
            row.record_id: row
            for groups in self._rows.values()
            for _, rows in groups
            for row in rows
        }
        self.records = {
            table: [row.record_id for _, rows in groups for row in rows]
            for table, groups in self._rows.items()
        }
        self._ordinals = {
            record_id: i for ids in self.records.values() for i, record_id in enumerate(ids)
        }
        if forms and forms[0].peers is not None and forms[0].peers.whole is None:
            forms[0].peers.failing = self.failing_forms

    def failing_records(self, question: Question) -> list[int]:
        """The records that fail, by their places in `records`."""
        failures = self.docket(question).failures
        return [self._ordinals[record_id] for record_id in failures]

    def docket(self, question: Question) -> Docket:
        """All decisions on a question, over the whole batch. Raises what the rule raised.

        The first question about a table settles all of that table, form by form: each form is looked at while it is at hand, which takes
        half the time of going through all forms again for each rule. Rules across forms wait until they are asked about."""
        if question not in self.dockets:
            rule, table, _ = question
            alone = self.catalogue[rule].family == ACROSS
            self._judge(
                table,
                [question]
                if alone
                else [one for one in self._questions(table) if one not in self.dockets],
            )
        docket = self.dockets[question]
        if docket.error is not None:
            raise docket.error
        return docket

    def _questions(self, table: str) -> list[Question]:
        """The questions about `table` that look at one form each."""
        asked = (
            entry
            for entry in self.catalogue.entries.values()
            if self.only is None or entry.id in self.only
        )
        entries = (
            entry for entry in asked if entry.family != ACROSS and table in RULES[entry.id].tables
        )
        return [
            (entry.id, table, subject) for entry in entries for subject in subjects(entry.id, table)
        ]

    def failing_forms(self, rule: str) -> frozenset[str]:
        """The forms that fail `rule` anywhere."""
        if rule not in self._failing:
            questions = [
                (rule, table, subject)
                for table in RULES[rule].tables
                for subject in subjects(rule, table)
            ]
            self._failing[rule] = frozenset(
                self.form_of(record_id).form_id
                for question in questions
                for record_id in self.docket(question).failures
            )
        return self._failing[rule]

    def decision(self, question: Question, record_id: str) -> Decision:
        """The decision on a record that failed."""
        return self.dockets[question].failures[record_id]

    def subject_of(self, question: Question, record_id: str) -> str:
        return question[2] or self._by_id[record_id].subject

    def form_of(self, record_id: str) -> FormView:
        record = self._by_id[record_id]
        return record if isinstance(record, FormView) else record.form

    def _judge(self, table: str, questions: Sequence[Question]) -> None:
        asked = []
        for question in questions:
            rule, _, subject = question
            docket = self.dockets[question] = Docket()
            entry, gate = self.catalogue[rule], getattr(RULES[rule], "gate", None)
            given, needs = (int(gate.given), int(gate.needs)) if gate else (0, 0)
            limits = None if entry.years == (None, None) and not entry.profiles else entry
            asked.append(
                _Asked(
                    RULES[rule].judge,
                    limits,
                    subject,
                    docket,
                    given,
                    needs,
                    gate.otherwise if gate else None,
                )
            )
        for form, rows in self._rows[table]:
            kinds = (
                [kind_of(row) for row in rows] if table == "indicators" and not form.doubts else []
            )
            for one in asked:
                if one.docket.error is None:
                    try:
                        _judge_form(one, form, rows, kinds)
                    except Exception as error:  # noqa: BLE001  whatever a rule raises is raised again when this rule is asked about
                        one.docket.error = error


class _Asked(NamedTuple):
    """One question, with what is the same for all forms: `limits` is the rule's entry where it is not valid for all of them, the rest of
    the fields after `docket` its gate."""

    judge: Judge
    limits: Entry | None
    subject: str
    docket: Docket
    given: int
    needs: int
    otherwise: Decision | None


def _judge_form(
    asked: _Asked, form: FormView, rows: Sequence[Record], kinds: Sequence[int]
) -> None:
    """`kinds` are those of the rows where they are known, which they are for the indicators of forms without doubts."""
    judge, limits, subject, docket, given, needs, otherwise = asked
    if limits is not None and (reason := _outside(limits, form)):
        docket.settled.append(Settled(form, not_applicable(reason), rows))
        return
    if otherwise is not None and kinds:
        inside = [kind & given != given or kind & needs == needs for kind in kinds]
        if (
            True not in inside
        ):  # the usual case: no row of the form is of the kind that the rule is about
            docket.settled.append(Settled(form, otherwise, rows))
            return
        decisions = [
            judge(row, row.subject) if open_ else otherwise
            for row, open_ in zip(rows, inside, strict=True)
        ]
    elif subject:
        decisions = [judge(row, subject) for row in rows]
    else:
        decisions = [judge(row, row.subject) for row in rows]
    first = decisions[0]
    if len(decisions) == 1:
        if first.verdict is FAIL:
            docket.failures[rows[0].record_id] = first
        else:
            docket.settled.append(Settled(form, first, rows))
        return
    keys = list(map(id, decisions))  # decisions that recur are the same object
    if first.verdict is not FAIL and keys.count(keys[0]) == len(keys):
        docket.settled.append(Settled(form, first, rows))
        return
    for key in dict.fromkeys(keys):
        place = keys.index(key)
        decision = decisions[place]
        if decision.verdict is not FAIL:
            alike = [row for row, one in zip(rows, keys, strict=True) if one == key]
            docket.settled.append(Settled(form, decision, alike))
        else:
            docket.failures.update(
                (row.record_id, decision)
                for row, one in zip(rows[place:], decisions[place:], strict=True)
                if one is decision
            )


def subjects(rule: str, table: str) -> tuple[str, ...]:
    """The subjects that `rule` is asked about for one record of `table`: "" where the record itself is the subject."""
    return RULES[rule].subjects if table == "forms" else ("",)


def _outside(entry: Entry, form: FormView) -> str:
    """Why the rule is not valid for this form, "" where it is."""
    if not entry.valid_in(form.year):
        return "本规则不适用于该年度"
    return (
        "本规则不适用于该表式"
        if entry.profiles and (form.settings is None or form.settings.id not in entry.profiles)
        else ""
    )
