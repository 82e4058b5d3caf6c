"""What changed since the last run: a first inbox, then a changed one, over a real store and ledger and the real rules; no Prefect."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, document, with_evidence

from selfeval.extractors.model import Document
from selfeval.flows.ledger.ledger import Ledger, Submission, active, submission_id
from selfeval.flows.ledger.order import Receipt
from selfeval.flows.ledger.states import State
from selfeval.flows.run.publishing import JUDGED, judge
from selfeval.flows.run.report_inputs import filings, run_info, sources
from selfeval.flows.workspace import Workspace, create
from selfeval.records.store.store import Store
from selfeval.records.tables.build import build
from selfeval.reports.site.run_diff import AGAIN, NEW
from selfeval.reports.site.write import build as build_site
from tests.stores import waive

pytestmark = pytest.mark.xdist_group("changes")  # one desk, run after run: its tests go together

WRONG_TOTAL = changed(CLEAN, {"total/score": "99.50"})
# Three projects with results of their own: a copied form would be a finding on whichever came later.
OTHER = changed(
    CLEAN,
    {
        "project_name": "灌区渠道清淤项目",
        "indicators/2/explanation": "",
        "indicators/5/actual": "97%",
    },
)
THIRD = changed(
    CLEAN,
    {"project_name": "泵站更新改造项目", "total/score": "90.00", "indicators/5/actual": "98%"},
)


class Desk:
    """A workspace that is run over documents as the main job does it, step by step."""

    def __init__(self, root: Path) -> None:
        self.place: Workspace = create(root / "W", "")
        self.store = Store(self.place.url)
        self.number = 0

    def run(self, **files: Document) -> Ledger:
        """Take in these files, read and audit them, and end the run; the ledger of that run."""
        self.number += 1
        ledger = Ledger(self.store.engine, f"run-{self.number}")
        arrivals = [
            Submission(
                submission_id(path, given.sha256), given.document, path, path, given.sha256, 1, ""
            )
            for path, given in files.items()
        ]
        fresh = ledger.register(arrivals)
        self.store.save(
            build(
                [
                    given
                    for given in files.values()
                    if any(given.sha256 == one.document_id for one in fresh)
                ]
            ),
            "1",
        )
        for state in (State.SCREENED, State.EXTRACTED):
            ledger.move(
                [
                    replace(one, state=state)
                    for one in ledger.get([one.submission_id for one in fresh])
                ]
            )
        judge(
            self.place.root / JUDGED,
            ledger,
            self.store,
            Receipt(ledger.all()),
            active(ledger.all()),
            "",
        )
        return ledger

    def end(self, new: int) -> None:
        line = {
            "run": f"run-{self.number}",
            "finished": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "new": new,
        }
        with self.place.run_log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("changes"))
    yield made
    made.store.close()


def filed(form, name: str) -> Document:
    return document(with_evidence(form), name=name)


def open_rules(store: Store) -> list[str]:
    return sorted(store.load().findings.query("status == 'open'")["rule"])


def test_a_changed_inbox_is_told_against_the_run_before(desk, tmp_path):
    first = desk.run(a=filed(WRONG_TOTAL, "a.pdf"), b=filed(OTHER, "b.pdf"))
    assert run_info(desk.place, first, desk.store, "").changes is None, (
        "nothing went before the first run"
    )
    before = open_rules(desk.store)
    assert {"scores-sum", "deviation-unexplained"} <= set(before)
    desk.end(new=2)

    second = desk.run(
        a=filed(CLEAN, "a-corrected.pdf"), b=filed(OTHER, "b.pdf"), c=filed(THIRD, "c.pdf")
    )
    told = run_info(desk.place, second, desk.store, "")
    changes = told.changes
    assert changes is not None
    assert (changes.new, changes.again, changes.gone) == (1, 1, 0)
    assert changes.rules["scores-sum"] == (1, 1, 0), (
        "closed in the corrected form, opened in the new one"
    )
    assert changes.rules["deviation-unexplained"] == (0, 0, 1)
    standing = {item.document_id for item in second.all() if item.state is not State.SUPERSEDED}
    now = desk.store.load(standing).findings
    opened, closed, unchanged = changes.sums
    assert opened + unchanged == len(now), "what is told adds up to what the overview counts"
    assert closed + unchanged == len(before)
    kinds = {one.document: (one.kind, one.opened > 0, one.closed > 0) for one in changes.documents}
    assert kinds["a-corrected.pdf"] == (AGAIN, False, True)
    assert kinds["c.pdf"] == (NEW, True, False)
    ((_name, rules),) = told.history
    assert sum(rules.values()) == len(before)
    desk.end(new=2)

    later = Ledger(desk.store.engine)
    assert run_info(desk.place, later, desk.store, "").changes == changes, (
        "a report made again later tells of the same run"
    )
    tables = desk.store.load(standing)
    given = replace(sources(desk.store, "zh"), versions=filings(desk.store, standing, standing))
    build_site(
        tables, tables.findings, desk.store.verdicts(standing), tmp_path, sources=given, run=told
    )
    text = (tmp_path / "index.html").read_text("utf-8")
    assert "与上次运行相比" in text and "a-corrected.pdf" in text
    corrected = next(
        path
        for path in (tmp_path / "documents").glob("*.html")
        if "a-corrected.pdf" in path.read_text("utf-8")
    )
    page = corrected.read_text("utf-8")
    assert "报送历次版本" in page
    assert "<td>a.pdf</td>" in page, "the superseded filing has no page, so it is no link"


def test_each_filing_tells_how_many_findings_it_had(desk):
    documents = set(desk.store.filings()["document_id"])
    found = filings(desk.store, documents, documents)
    (versions,) = {
        tuple(series)
        for series in found.values()
        if any(one.is_this and one.number == 2 for one in series)
    }
    first, second = versions
    assert first.findings is not None and second.findings is not None
    assert first.findings > second.findings


def test_a_run_with_nothing_new_changes_nothing(desk):
    third = desk.run(b=filed(OTHER, "b.pdf"))
    changes = run_info(desk.place, third, desk.store, "").changes
    assert changes is not None and changes.nothing
    desk.end(new=0)


def test_an_accepted_explanation_is_a_finding_closed(desk):
    fourth = Ledger(desk.store.engine, "run-4")
    finding = (
        desk.store.load()
        .findings.query("rule == 'deviation-unexplained' and status == 'open'")
        .finding_id.iloc[0]
    )
    waive(desk.store, finding, "审计一处", "已核对付款凭证")
    changes = run_info(desk.place, fourth, desk.store, "").changes
    assert changes is not None
    assert changes.sums[:2] == (0, 1)
    assert [one.document for one in changes.documents] == ["b.pdf"]
