"""Errors planted in clean forms are found, of the right subject; clean forms in many habits have none. Through the whole audit."""

from __future__ import annotations

from collections import Counter

import pytest
from audit_forms import changed, document
from planted import VARIANTS, bases, planted

from selfeval.expectations import audit, catalogue
from selfeval.records.tables.build import build

pytestmark = pytest.mark.xdist_group("planted")

#: Families whose rules look at several forms; the planted forms are all of one project.
ACROSS = {rule for rule, entry in catalogue.load().entries.items() if entry.family == "portfolio"}


@pytest.fixture(scope="module")
def errors():
    return list(planted())


def found_in(documents):
    """(rule, subject) of the findings, by document, and the rules of error severity."""
    findings = audit(build(documents)).findings
    told = {}
    for row in findings.itertuples():
        told.setdefault(row.document, set()).add((row.rule, row.subject, row.severity))
    return told


def test_planted_errors_are_found_with_the_right_subject(errors):
    told = found_in([document(form, name=name) for name, _, form, _, _ in errors])
    missed = [
        (name, subject)
        for name, _, _, rule, subject in errors
        if (rule, subject) not in {one[:2] for one in told.get(name, ())}
    ]
    assert len(errors) >= 600
    assert len(missed) <= 0.05 * len(errors), missed
    assert not (Counter(rule for _, _, _, rule, _ in errors).keys() & ACROSS)


def test_every_rule_within_a_form_has_an_error_planted(errors):
    """All but those whose failing case needs a kind of form of its own, which tests/rule_cases.py holds."""
    planted_rules = {rule for _, _, _, rule, _ in errors}
    own = {"profile-weights", "perfect-execution", "weights-exceed-total", "scores-exceed-total", "scores-sum-rounding", "scores-all-full", "sub-rows-sum",
           "adjustment-not-recorded", "cost-parts-sum", "quantity-times-unit-cost", "goal-done-but-outputs-missed", "score-monotone", "score-proportional",
           "block-caption-consistent", "target-repeated", "explanation-repeats-result", "filing-late"}  # fmt: skip
    assert set(catalogue.load().entries) - ACROSS - planted_rules == own


def test_clean_forms_in_many_habits_have_no_error():
    assert len(VARIANTS) >= 30
    forms = bases()
    told = found_in(
        [
            document(changed(forms[base], changes), name=name)
            for name, (base, changes) in VARIANTS.items()
        ]
    )
    wrong = {
        (name, rule, subject)
        for name, some in told.items()
        for rule, subject, severity in some
        if severity == "error" and rule not in ACROSS
    }
    assert not wrong
