"""A digit changed anywhere in the numbers of a clean published form is caught wherever it breaks a relation that the form states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pytest
from audit_forms import changed
from documents import golden

from selfeval.expectations import catalogue
from selfeval.expectations.judging import Judgement
from selfeval.expectations.view import views
from selfeval.extractors.model import Document, Form
from selfeval.records.tables.build import build

GOLDEN = Path(__file__).parent / "golden" / "beijing-hotline-2020-cidfont.json"
FUNDS, POINTS = ("initial", "budget", "executed", "weight", "rate", "score"), ("weight", "score")


def clean_form() -> Form:
    return replace(golden(GOLDEN).forms[0], doubts=(), evidence={}, profile="beijing")


@dataclass(frozen=True)
class Number:
    value: Fraction
    half: Fraction


def number(text: str | None) -> Number | None:
    """The number in a cell, by other means than the project's own reader."""
    bare = (text or "").rstrip("%")
    if not bare or any(char not in "0123456789." for char in bare):
        return None
    places = len(bare.partition(".")[2])
    return Number(Fraction(bare), Fraction(1, 2 * 10**places))


def digits(form: Form) -> Iterator[tuple[str, str]]:
    """(path, text) for every digit of every number, replaced by every other digit."""
    cells = [
        (f"funds/{i}/{name}", getattr(row, name))
        for i, row in enumerate(form.funds)
        for name in FUNDS
    ]
    cells += [
        (f"indicators/{i}/{name}", getattr(row, name))
        for i, row in enumerate(form.indicators)
        for name in POINTS
    ]
    cells += [(f"total/{name}", getattr(form.total, name)) for name in POINTS]
    for path, text in cells:
        if number(text) is None:
            continue
        for at, old in enumerate(text):
            if old.isdigit():
                yield from (
                    (path, text[:at] + new + text[at + 1 :]) for new in "0123456789" if new != old
                )


def broken(form: Form) -> list[str]:
    """The relations that the printed numbers cannot all satisfy, each number known to half of its last place."""
    rows = [(number(row.weight), number(row.score), row.explanation) for row in form.indicators]
    total_row, parts = form.funds[0], form.funds[1:]
    fund = {name: number(getattr(total_row, name)) for name in FUNDS}
    total = {name: number(getattr(form.total, name)) for name in POINTS}
    found = []
    weights = sum(weight.value for weight, _, _ in rows) + fund["weight"].value
    if weights != 100:
        found.append("weights are 100")
    if weights != total["weight"].value:
        found.append("weights are the total weight")
    scores = sum(score.value for _, score, _ in rows) + fund["score"].value
    if abs(scores - total["score"].value) > Fraction(
        1, 1000
    ):  # exact: what is printed to two places adds up to two places
        found.append("scores are the total")
    if any(
        score.value > weight.value
        for weight, score, _ in [*rows, (fund["weight"], fund["score"], "")]
    ):
        found.append("score within weight")
    if any(
        score.value < weight.value and not (text or "").strip("—") for weight, score, text in rows
    ):
        found.append("lost points explained")
    for name in ("initial", "budget", "executed"):
        listed = [one for one in (number(getattr(part, name)) for part in parts) if one]
        if listed and abs(sum(one.value for one in listed) - fund[name].value) > fund[
            name
        ].half + sum(one.half for one in listed):
            found.append(f"parts make {name}")
    if fund["executed"].value > fund["budget"].value:
        found.append("executed within budget")
    low, high = (
        (fund["executed"].value + sign * fund["executed"].half)
        / (fund["budget"].value - sign * fund["budget"].half)
        for sign in (-1, 1)
    )
    rate, rate_half = fund["rate"].value / 100, fund["rate"].half / 100
    if rate + rate_half < low or rate - rate_half > high:
        found.append("rate is executed by budget")
    if (
        fund["score"].value + fund["score"].half < min(low, 1) * fund["weight"].value
        or fund["score"].value - fund["score"].half > min(high, 1) * fund["weight"].value
    ):
        found.append("execution score is rate by weight")
    return found


@pytest.fixture(scope="module")
def outcome():
    """(path, new text, broken relations, rules that fail anew) for every mutation, judged by all rules about single forms."""
    clean = clean_form()
    mutations = list(digits(clean))
    mutants = [clean, *(changed(clean, {path: text}) for path, text in mutations)]
    forms = views(
        build(
            Document(f"{n}.pdf", f"{n:016x}".ljust(64, "0"), 1, "ok", forms=(form,))
            for n, form in enumerate(mutants)
        )
    )
    for form in forms:
        form.peers.forms = [form]
    judgement = Judgement(forms, catalogue.load())
    failing: dict[str, set[str]] = {form.form_id: set() for form in forms}
    for rule, entry in catalogue.load().entries.items():
        if entry.family != "portfolio":
            for form_id in judgement.failing_forms(rule):
                failing[form_id].add(rule)
    usual = failing[forms[0].form_id]
    assert not [rule for rule in usual if catalogue.load()[rule].severity == "error"], (
        "the clean form has no error"
    )
    return [
        (path, text, broken(changed(clean, {path: text})), failing[form.form_id] - usual)
        for (path, text), form in zip(mutations, forms[1:], strict=True)
    ]


def test_clean_form_breaks_no_relation():
    assert broken(clean_form()) == []


def test_ninety_five_of_a_hundred_changes_that_break_a_relation_are_caught(outcome):
    breaking = [one for one in outcome if one[2]]
    caught = [one for one in breaking if one[3]]
    assert len(breaking) > 1000
    assert len(caught) >= 0.95 * len(breaking), [one[:3] for one in breaking if not one[3]][:20]


def test_only_a_last_place_within_the_tolerance_of_the_total_escapes(outcome):
    """scores-sum allows half of the last place of the total and of the execution score, together 0.01: a score that is off by
    exactly that escapes, and nothing else does."""
    escaped = [
        (path, text, relations)
        for path, text, relations, caught in outcome
        if relations and not caught
    ]
    assert {relation for _, _, relations in escaped for relation in relations} <= {
        "scores are the total"
    }
    clean = clean_form()
    for path, text, _ in escaped:
        block, *rest = path.split("/")
        before = getattr(
            clean.total if block == "total" else getattr(clean, block)[int(rest[0])], rest[-1]
        )
        assert abs(Fraction(text) - Fraction(before)) <= Fraction(1, 100), (path, text)


def test_what_breaks_no_relation_raises_no_error(outcome):
    sound = [(path, text, caught) for path, text, relations, caught in outcome if not relations]
    errors = {rule for rule, entry in catalogue.load().entries.items() if entry.severity == "error"}
    assert [(path, text, caught & errors) for path, text, caught in sound if caught & errors] == []
