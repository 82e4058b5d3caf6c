"""docs/proof-of-value.md says what the audit finds in the sample forms today: no finding more, none fewer, and of that severity."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from selfeval.expectations import catalogue
from selfeval.expectations.judging import Judgement
from selfeval.expectations.view import views
from selfeval.extractors.read import read_document
from selfeval.records.tables.build import build

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "proof-of-value.md").read_text("utf-8")
SECTION = re.compile(r"^## \S+ ● \((data/samples/\S+)\)\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| ([a-z0-9-]+) \| (error|warning|information) \| ([^|]+) \|", re.MULTILINE)
LISTED = {path: ROW.findall(text) for path, text in SECTION.findall(PAGE)}


def places(where: str) -> set[str]:
    """ "indicators/4, 5" and "funds/initial, budget" as paths."""
    first, *more = [part.strip() for part in where.split(",")]
    block = first.rpartition("/")[0]
    return {
        first,
        *(part if part in ("goal_actual", "goal_expected") else f"{block}/{part}" for part in more),
    }


@pytest.mark.parametrize("path", LISTED)
def test_findings_are_those_of_the_page(path: str) -> None:
    forms = views(build([read_document((ROOT / path).read_bytes(), Path(path).name)]))
    book = catalogue.load()
    failing = Judgement(forms, book).failures(across=False)
    found = {(rule, book[rule].severity, subject) for _, rule, subject, _ in failing}
    assert found == {
        (rule, severity, place) for rule, severity, where in LISTED[path] for place in places(where)
    }


def test_the_page_speaks_of_every_published_sample_and_of_rules_that_exist() -> None:
    assert len(LISTED) == 8
    assert {rule for rule, _, _ in ROW.findall(PAGE)} <= set(catalogue.load().entries)
    assert len(ROW.findall(PAGE)) > 50
