"""One cause, one finding: what only follows from another finding names it, and is not counted beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from selfeval.expectations import catalogue
from selfeval.expectations.catalogue import Follows
from selfeval.expectations.causes import name_causes, row_of

BOOK = catalogue.load()


def book(**follows: Follows) -> catalogue.Catalogue:
    """The catalogue with these rules following others, and no other."""
    named = {rule.replace("_", "-"): one for rule, one in follows.items()}
    entries = {
        rule: replace(entry, follows=(named[rule],) if rule in named else ())
        for rule, entry in BOOK.entries.items()
    }
    return replace(BOOK, entries=entries)


def finding(rule: str, subject: str, expected: str | None = None) -> dict[str, Any]:
    severity = BOOK[rule].severity
    return {"finding_id": f"{rule} {subject}", "rule": rule, "subject": subject, "severity": severity,
            "expected": expected, "cause": None}  # fmt: skip


def causes(rows: list[dict[str, Any]], known: catalogue.Catalogue, cells: Any = ()) -> list[Any]:
    name_causes(rows, dict(cells), known)
    return [row["cause"] for row in rows]


def test_a_chain_leads_to_its_beginning():
    rows = [finding("total-row-unfilled", "funds/0"), finding("funds-components", "funds/budget"), finding("scores-sum", "total")]  # fmt: skip
    known = book(funds_components=Follows("total-row-unfilled", "form"), scores_sum=Follows("funds-components", "form"))  # fmt: skip
    first = "total-row-unfilled funds/0"
    assert causes(rows, known) == [None, first, first]


def test_a_circle_has_no_cause():
    rows = [finding("weights-sum", "form"), finding("weights-total", "total")]
    known = book(weights_sum=Follows("weights-total", "form"), weights_total=Follows("weights-sum", "form"))  # fmt: skip
    assert causes(rows, known) == [None, None]


def test_an_error_is_never_folded_under_something_lighter():
    rows = [finding("over-execution", "funds/0"), finding("execution-rate", "funds/0")]
    assert [row["severity"] for row in rows] == ["warning", "error"]
    assert causes(rows, book(execution_rate=Follows("over-execution"))) == [None, None]


def test_scopes_are_subject_row_and_the_cells_that_the_cause_names():
    one, other = finding("score-out-of-range", "indicators/1"), finding("number-unreadable", "indicators/1/score")  # fmt: skip
    assert causes([one, other], book(score_out_of_range=Follows("number-unreadable", "subject"))) == [None, None]  # fmt: skip
    assert causes([one, other], book(score_out_of_range=Follows("number-unreadable", "row")))[0]
    cells = {other["finding_id"]: ("indicators/1/weight", "indicators/2/weight")}
    assert causes([one, other], book(score_out_of_range=Follows("number-unreadable", "cells")), cells)[0]  # fmt: skip
    assert row_of("indicators/12/score") == "indicators/12" and row_of("funds/budget") == "funds/budget"  # fmt: skip


def test_expected_is_withheld_where_two_findings_of_one_cause_contradict():
    """One said that the total should be 98, the other 97, of the same cell."""
    rows = [finding("weights-sum", "form", "98"), finding("weights-total", "total", "97")]
    cells = {row["finding_id"]: ("total/weight",) for row in rows}
    causes(rows, book(weights_total=Follows("weights-sum", "form")), cells)
    assert [row["expected"] for row in rows] == [None, None]
