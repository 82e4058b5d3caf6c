"""What a list of findings counts is what a run's sentence counts: the last filing of each project, and causes without what follows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, tables_of
from rule_cases import DEPARTMENT

from selfeval.expectations.catalogue import load
from selfeval.expectations.cross_form import Peers
from selfeval.expectations.judging import Judgement
from selfeval.expectations.view import views
from selfeval.extractors.model import Form, Total
from selfeval.flows.cli import app
from selfeval.flows.ledger.ledger import Submission, active, submission_id
from selfeval.flows.ledger.states import State
from selfeval.flows.run.standing import open_findings
from selfeval.flows.run.stores import close_books, ledger_of, store_of
from selfeval.flows.workspace import Workspace, create
from selfeval.records.tables.build import build
from tests.documents import form, ok
from tests.stores import audit, finding


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    """A project that was filed twice under two names: two errors in the first filing, one and what follows from it in the second."""
    place = create(tmp_path / "W")
    store, ledger = store_of(place), ledger_of(place)
    first = build([ok("a.pdf", form())])
    again = build([ok("更正.pdf", form(total=Total("总分", "100", "90")))])
    for tables in (first, again):
        store.save(tables, "1")
        name, key = tables.documents.loc[0, ["document", "document_id"]]
        new = ledger.register(
            [Submission(submission_id(name, key), name, name, f"file:///{name}", key, 1, "1")]
        )
        for state in (State.SCREENED, State.EXTRACTED):
            ledger.move([replace(item, state=state) for item in new])
    audit(store, first, [finding(first), finding(first, "weights-sum")])
    later = finding(again, finding_id="later")
    audit(store, again, [later, {**later, "finding_id": "follows", "cause": "later"}])
    yield place
    close_books()


def findings(place: Workspace, *more: str) -> int:
    return int(app(["findings", "-w", str(place.root), *more], standalone_mode=False) or 0)


def test_a_list_counts_what_a_run_counts(
    place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list said 4 errors where the run said 1."""
    store = store_of(place)
    judged = active(ledger_of(place).all())
    assert sum(open_findings(store, judged).values()) == 1
    assert store.open_by_rule(judged) == {"scores-sum": 1}
    assert findings(place) == 1
    said = capsys.readouterr().out
    assert "共 1 项：错误 1。" in said
    assert "另有 1 项由其他问题引起，2 项在已被后报取代的自评表中，不计入待处理问题。" in said


def test_what_only_an_earlier_filing_had_blocks_nothing_and_stays_readable(
    place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert findings(place, "--document", "a.pdf", "--format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)["findings"]) == 2


def failing(rule: str, *forms: Form) -> list[str]:
    """The documents that fail a rule, of forms in the order in which they were received."""
    judgement = Judgement(views(tables_of(*forms), Peers()), load(), {rule})
    return [form.document for form, *_ in judgement.failures()]


def test_a_project_filed_again_counts_once_under_its_department() -> None:
    """Two filings of 95 were summed up to more than the department's 140."""
    department, other = changed(CLEAN, DEPARTMENT), changed(CLEAN, {"project_name": "另一项目"})
    corrected = changed(CLEAN, {"title": "项目支出绩效自评表（更正）"})
    assert failing("project-vs-dept", CLEAN, corrected, department) == []
    assert failing("project-vs-dept", CLEAN, other, department) == ["form-2.pdf"]


def test_next_year_is_held_against_the_last_filing() -> None:
    """The first filing was compared, whatever was put right in it since."""
    wrong, right = (
        changed(CLEAN, {"year": 2021, "funds/0/budget": budget}) for budget in ("20.00", "100.00")
    )
    assert failing("budget-swing", wrong, right, CLEAN) == []
    assert failing("budget-swing", right, wrong, CLEAN) == ["form-2.pdf"]
