"""The core rules against a second reading of their wording: over published forms, over generated ones, and over slips planted in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from core_oracle import core
from documents import GOLDEN, form_of_truth

from selfeval.expectations import catalogue
from selfeval.expectations.judging import Judgement
from selfeval.expectations.view import views
from selfeval.extractors.model import Document
from selfeval.extractors.read import read_document
from selfeval.records.tables.build import build
from tests.forms import Layout, draw, random_form

CORE = [rule for rule, entry in catalogue.load().entries.items() if entry.core]
NUMBERS = ("initial", "budget", "executed", "weight", "rate", "score")
SEEDS = 100


def judged(documents: Iterable[Document]) -> list[set[tuple[str, str]]]:
    """(rule, subject) of the core findings, form by form."""
    forms = views(build(documents))
    found: dict[str, set[tuple[str, str]]] = {form.form_id: set() for form in forms}
    for form, rule, subject, _ in Judgement(forms, catalogue.load(), CORE).failures():
        found[form.form_id].add((rule, subject))
    return list(found.values())


def plain(forms: Iterable[dict[str, Any]]) -> list[Document]:
    """The truths as if each had been read without a doubt."""
    return [
        Document(
            f"{n}.pdf",
            f"{n:016x}".ljust(64, "0"),
            1,
            "ok",
            forms=(replace(form_of_truth(form), doubts=()),),
        )
        for n, form in enumerate(forms)
    ]


def slipped(form: dict[str, Any], rng: Random) -> dict[str, Any]:
    """A copy in which one digit of one number is another one."""
    form = json.loads(json.dumps(form))
    rows = [*form["funds"], *form["indicators"], *([form["total"]] if form["total"] else [])]
    cells = [
        (row, name)
        for row in rows
        for name in NUMBERS
        if any(char in "0123456789" for char in row.get(name) or "")
    ]
    if cells:
        row, name = rng.choice(cells)
        at = rng.choice([i for i, char in enumerate(row[name]) if char in "0123456789"])
        row[name] = (
            row[name][:at]
            + rng.choice([digit for digit in "0123456789" if digit != row[name][at]])
            + row[name][at + 1 :]
        )
    return form


def consistent(form: dict[str, Any], rng: Random) -> dict[str, Any]:
    """The form with its points made good: weights come to 100, scores are full or explained, targets are met, the total is the sum."""
    form = json.loads(json.dumps(form))
    for fund in form["funds"]:
        fund["initial"] = fund["budget"] if fund["initial"] is not None else None
    rows, t = (
        form["indicators"],
        next((row for row in form["funds"] if row["weight"] == "10"), None),
    )
    left, lost = 90 if t else 100, 0
    for n, row in enumerate(rows):
        weight = left if n == len(rows) - 1 else rng.randint(1, max(1, left - (len(rows) - n)))
        left -= weight
        if row["actual"] and row["target"]:
            row["actual"] = row["target"]
        points = 1 if weight > 1 and row["explanation"] is not None and rng.random() < 0.3 else 0
        lost += points
        if row["weight"] is not None:
            row["weight"] = str(weight)
        if row["score"] is not None:
            row["score"], row["explanation"] = (
                str(weight - points),
                "受汛期影响推迟" if points else row["explanation"],
            )
    if form["total"] and form["total"]["score"]:
        scores = [
            float(row["score"])
            for row in (*rows, *form["funds"])
            if row["score"] and row["score"][0].isdigit()
        ]
        form["total"]["score"] = f"{sum(scores):.2f}"
    return form


def test_oracle_finds_what_the_truth_of_published_forms_lists():
    for path in GOLDEN:
        truth = json.loads(path.read_text("utf-8"))
        if not truth["unreadable"]:
            listed = {(number, rule, subject) for number, rule, subject in truth["findings"]}
            assert {
                (n, *one) for n, form in enumerate(truth["forms"], 1) for one in core(form)
            } == listed, path.name


def test_rules_and_oracle_agree_on_generated_forms_as_they_come():
    forms = [random_form(Random(seed)) for seed in range(SEEDS)]
    expected = [core(form) for form in forms]
    for seed, (found, told) in enumerate(zip(judged(plain(forms)), expected, strict=True)):
        assert found == told, (seed, found ^ told)
    assert len({rule for one in expected for rule, _ in one}) > 6, "the forms break most rules"


@pytest.fixture(scope="module")
def clean():
    forms = [consistent(random_form(Random(seed)), Random(seed)) for seed in range(SEEDS)]
    return [form for form in forms if form["total"] or form["indicators"][0]["score"] is None]


def test_consistent_forms_raise_no_core_finding(clean):
    assert len(clean) > SEEDS * 0.7
    for found, form in zip(judged(plain(clean)), clean, strict=True):
        assert found == set(), form


def test_planted_slips_are_found_wherever_they_break_a_relation(clean):
    rng = Random(11)
    forms = [slipped(form, rng) for form in clean for _ in range(4)]
    expected = [core(form) for form in forms]
    assert sum(map(bool, expected)) > 0.5 * len(forms)
    counted = Counter(rule for one in expected for rule, _ in one)
    assert len(counted) >= 7, counted
    for found, told, form in zip(judged(plain(forms)), expected, forms, strict=True):
        assert found == told, (found ^ told, form)


def test_planted_slips_are_found_on_the_page(clean):
    """Through the whole reader: drawn, read, judged."""
    rng = Random(7)
    forms = [
        form
        for form in (slipped(form, rng) for form in clean[:40])
        if core(form) and not any("score_group" in row for row in form["indicators"])
    ][:8]
    assert len(forms) == 8
    documents = [
        read_document(draw({"forms": [form], "document": f"{n}.pdf"}, Layout(), n), f"{n}.pdf")
        for n, form in enumerate(forms)
    ]
    assert not [doubt for one in documents for form in one.forms for doubt in form.doubts]
    assert judged(documents) == [core(form) for form in forms]


def test_a_score_drawn_in_one_merged_cell_counts_once():
    """The generator makes its totals that way; each row of the reading carries the score of the cell that it shares."""
    drawn = [
        (seed, form)
        for seed, form in ((seed, random_form(Random(seed))) for seed in range(300))
        if any("score_group" in row for row in form["indicators"]) and form["total"]
    ]
    documents = [
        read_document(
            draw({"forms": [form], "document": f"{seed}.pdf"}, Layout(), seed), f"{seed}.pdf"
        )
        for seed, form in drawn[:6]
    ]
    assert len(documents) == 6
    assert sum(bool(form.shared) for form in views(build(documents))) >= 5
    assert not [found for found in judged(documents) if ("scores-sum", "total") in found]
