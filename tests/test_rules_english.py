"""What rules expect is said in English too; what forms print is quoted."""

from __future__ import annotations

import re

import pytest
from audit_forms import document
from planted import planted

from selfeval.expectations.catalogue import load
from selfeval.expectations.judging import Judgement
from selfeval.expectations.view import views
from selfeval.records.tables.build import build
from selfeval.reports.english import in_english

HAN = re.compile("[一-鿿]")


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("空白", "blank"),
        ("低于10分", "below 10 points"),
        ("不高于100.00", "not above 100.00"),
        ("3项相同", "the same in 3 rows"),
        ("明显改善", "明显改善"),
    ],
)
def test_expressions_are_translated_and_quotations_kept(chinese, english):
    assert in_english(chinese) == english


def test_what_is_expected_is_english_unless_it_quotes_the_form():
    forms = [form for _, _, form, _, _ in planted()]
    read = views(build(document(form, name=f"{n}.pdf") for n, form in enumerate(forms)))
    left = set()
    for form, rule, _, decision in Judgement(read, load()).failures():
        printed = "".join(str(value) for row in (*form.funds, *form.indicators) for value in (getattr(row, name, "") for name in ("label", "level1", "level2", "target", "actual")))  # fmt: skip
        said = in_english(decision.expected or "")
        if HAN.search(said) and not all(part in printed for part in HAN.findall(said)):
            left.add((rule, decision.expected))
    assert len({rule for rule, _ in left}) <= 8, left
