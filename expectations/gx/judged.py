"""What the rules say about a frame of records, worked out from its columns and remembered while the frame lives.

A frame comes from anywhere: from a run, or read from parquet/judged by a process that knows nothing else. Its records are judged once for all
the expectations of its suites."""

from __future__ import annotations

import json
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from selfeval.expectations import catalogue
from selfeval.expectations.answers import VERDICTS, Answer
from selfeval.expectations.cross_form import Peers
from selfeval.expectations.frames import tables_of
from selfeval.expectations.judging import Judgement, Question
from selfeval.expectations.rules import RULES
from selfeval.expectations.view import views

if TYPE_CHECKING:
    import pandas as pd


class Judged:
    """The judgement of one frame: `numbers` says of each row which record of the judgement it is, -1 for rows that no rule is asked about."""

    def __init__(self, frame: pd.DataFrame, table: str, judgement: Judgement) -> None:
        self.frame, self.table, self.judgement = weakref.ref(frame), table, judgement
        known = judgement.numbers[table]
        record_ids = frame["record_id"].tolist()
        self.numbers = np.array([known.get(one, -1) for one in record_ids], dtype=np.intp)
        self._adjusted: dict[tuple[Any, ...], Judgement] = {}

    def answer(self, question: Question, tolerances: Mapping[str, str]) -> Answer:
        """The decisions on a question, under the rule's own tolerances or others."""
        rule = RULES[question.rule]
        if all(rule.tolerances.get(name) == value for name, value in tolerances.items()):
            return self.judgement.answer(question)
        key = (question.rule, *sorted(tolerances.items()))
        if key not in self._adjusted:
            rules = {**RULES, question.rule: rule.adjusted(tolerances)}
            only = None if question.rule == "systematic-defect" else {question.rule}
            self._adjusted[key] = Judgement(
                self.judgement.forms, catalogue.load(), only, rules, self.judgement.off
            )
        return self._adjusted[key].answer(question)

    def codes(self, question: Question, tolerances: Mapping[str, str]) -> np.ndarray[Any, Any]:
        """The verdict of each row, as its place in VERDICTS; -1 where the rule is not asked about it."""
        codes = np.append(self.answer(question, tolerances).codes(), np.int8(-1))
        return codes[self.numbers]

    def counts(self, question: Question, tolerances: Mapping[str, str]) -> dict[str, int]:
        """How many records got which verdict."""
        found = np.bincount(self.codes(question, tolerances) + 1, minlength=len(VERDICTS) + 1)
        return {verdict.value: int(found[code]) for code, verdict in enumerate(VERDICTS, 1)}


_known: dict[int, Judged] = {}


def remember(frame: pd.DataFrame, table: str, judgement: Judgement) -> Judged:
    """Keep a judgement as that of a frame, for as long as the frame lives."""
    judged = _known[id(frame)] = Judged(frame, table, judgement)
    weakref.finalize(frame, _known.pop, id(frame), None)
    return judged


def judged_of(frame: pd.DataFrame, table: str) -> Judged:
    """The judgement of a frame. Raises KeyError where it lacks a column of the judged tables."""
    known = _known.get(id(frame))
    if known is not None and known.frame() is frame and known.table == table:
        return known
    tables, roster = tables_of(frame, table)
    told = frame[["form_id", "off"]].dropna().drop_duplicates()
    off = {form_id: json.loads(rules) for form_id, rules in told.itertuples(index=False)}
    forms = views(tables, Peers(roster))
    return remember(frame, table, Judgement(forms, catalogue.load(), off=off))
