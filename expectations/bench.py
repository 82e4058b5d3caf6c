"""The bench on which a batch is judged: it holds the forms of the batch and remembers every decision that an expectation asks for.

Great Expectations decides which rule is asked about which records and what follows from it; what the rule says is decided here, once."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field

from expectations.catalogue import Catalogue
from expectations.rules import RULES
from expectations.rules.base import Record
from expectations.verdicts import Decision, Verdict, not_applicable
from expectations.view import FormView

#: The bench of the run that is going on; metrics find it here, since a frame carries cells and not whole forms.
CURRENT: ContextVar[Bench] = ContextVar("bench")

Question = tuple[str, str, str]  # rule, table, subject ("" where the record is the subject)


@dataclass
class Docket:
    """The decisions on one question: failures and undecidable ones by record, the others counted by form and reason."""

    open: dict[str, Decision] = field(default_factory=dict)
    settled: Counter[tuple[str, Verdict, str]] = field(default_factory=Counter)


class Bench:
    """Judges records of `forms`. Raises whatever a rule raises: that is a failed run, and Great Expectations reports it."""

    def __init__(self, forms: Sequence[FormView], catalogue: Catalogue) -> None:
        self.forms = forms
        self.catalogue = catalogue
        self.dockets: dict[Question, Docket] = {}
        self.records: dict[str, Record] = {}
        self._failing: dict[str, frozenset[str]] = {}
        for form in forms:
            self.records[form.record_id] = form
            self.records |= {row.record_id: row for row in form.funds}
            self.records |= {row.record_id: row for row in form.indicators}
        if forms and forms[0].peers is not None:
            forms[0].peers.failing = self.failing_forms

    def upheld(self, rule: str, table: str, subject: str, record_ids: Iterable[str]) -> list[bool]:
        """For each record whether `rule` does not fail there. `subject` is "" except for rules with several subjects in a form."""
        docket = self.dockets.get((rule, table, subject))
        if docket is None:
            docket = self._judge(rule, table, subject, record_ids := list(record_ids))
            self.dockets[rule, table, subject] = docket
        failures = {record_id for record_id, decision in docket.open.items() if decision.verdict is Verdict.FAIL}
        return [record_id not in failures for record_id in record_ids]

    def failing_forms(self, rule: str) -> frozenset[str]:
        """The forms that fail `rule` anywhere; judged now where that was not asked for yet."""
        if rule in self._failing:
            return self._failing[rule]
        failing = set()
        for table in RULES[rule].tables:
            record_ids = [record_id for form in self.forms for record_id in _record_ids(form, table)]
            for subject in RULES[rule].subjects if table == "forms" else ("",):
                self.upheld(rule, table, subject, record_ids)
                docket = self.dockets[rule, table, subject]
                failing |= {self.form_of(record_id).form_id for record_id, decision in docket.open.items() if decision.verdict is Verdict.FAIL}
        self._failing[rule] = frozenset(failing)
        return self._failing[rule]

    def decision(self, question: Question, record_id: str) -> Decision:
        """The decision on a record that failed or was undecidable."""
        return self.dockets[question].open[record_id]

    def subject_of(self, question: Question, record_id: str) -> str:
        return question[2] or self.records[record_id].subject

    def form_of(self, record_id: str) -> FormView:
        record = self.records[record_id]
        return record if isinstance(record, FormView) else record.form

    def _judge(self, rule: str, table: str, subject: str, record_ids: Iterable[str]) -> Docket:
        judge, entry, docket = RULES[rule].judge, self.catalogue[rule], Docket()
        restricted = entry.years != (None, None) or bool(entry.profiles)
        for record_id in record_ids:
            record = self.records[record_id]
            form = record if isinstance(record, FormView) else record.form
            if restricted and (reason := _outside(entry.valid_in(form.year), entry.profiles, form)):
                decision = not_applicable(reason)
            else:
                decision = judge(record, subject or record.subject)
            if decision.verdict is Verdict.PASS or decision.verdict is Verdict.NOT_APPLICABLE:
                docket.settled[form.form_id, decision.verdict, decision.why] += 1
            else:
                docket.open[record_id] = decision
        return docket


def _record_ids(form: FormView, table: str) -> list[str]:
    """The records of `form` that stand in the frame of `table`."""
    if table == "forms":
        return [form.record_id]
    if table == "indicators":
        return [row.record_id for row in form.indicators]
    return [form.total_fund.record_id] if form.total_fund else []


def _outside(valid: bool, profiles: tuple[str, ...], form: FormView) -> str:
    if not valid:
        return "本规则不适用于该年度"
    return "本规则不适用于该表式" if profiles and form.profile not in profiles else ""
