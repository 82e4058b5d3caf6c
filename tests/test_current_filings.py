"""A project counts once, as filed last, and everywhere alike. What a list of findings counts is what a run's sentence counts: the last filing of each project, and causes without what follows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from audit_forms import CLEAN, changed, document, tables_of, with_evidence
from docx import Document as Document_
from rule_cases import DEPARTMENT

from selfeval.expectations.catalogue import load
from selfeval.expectations.cross_form import Peers
from selfeval.expectations.judging import Judgement
from selfeval.expectations.view import views
from selfeval.extractors.model import Document, Form
from selfeval.flows.cli import app
from selfeval.flows.ledger.ledger import Submission, submission_id
from selfeval.flows.ledger.order import places
from selfeval.flows.ledger.states import State
from selfeval.flows.run.publishing import bring_up_to_date
from selfeval.flows.run.run_diff import Past
from selfeval.flows.run.standing import TO_ACT_ON
from selfeval.flows.run.stores import close_books, ledger_of, store_of
from selfeval.flows.run.summary import count
from selfeval.flows.workspace import Workspace, create
from selfeval.records.tables.build import build

pytestmark = pytest.mark.xdist_group("filings")


class Desk:
    """A workspace to which documents come, night after night; they are judged and published as the main job does it."""

    def __init__(self, root: Path) -> None:
        self.place: Workspace = create(root)
        self.store = store_of(self.place)

    def take_in(self, *documents: Document, saved: Sequence[Document] = ()) -> None:
        """Take these in, in this order; they reach the store in the order of `saved`."""
        ledger = ledger_of(self.place)
        new = ledger.register(
            Submission(
                submission_id(one.document, one.sha256), one.document, one.document,
                f"file:///{one.document}", one.sha256, 1, "1",
            )
            for one in documents
        )  # fmt: skip
        for one in saved or documents:
            self.store.save(build([one]), "1")
        for state in (State.SCREENED, State.EXTRACTED):
            ledger.move(replace(item, state=state) for item in ledger.get([item.submission_id for item in new]))  # fmt: skip
        self.store.receive(places(ledger.all(), ledger.received()))

    def night(self, *documents: Document) -> None:
        self.take_in(*documents)
        self.published = bring_up_to_date(self.place, ledger_of(self.place), self.store, "", 1, False)  # fmt: skip

    def called(self, *words: str) -> int:
        return int(app([*words, "-w", str(self.place.root)], standalone_mode=False) or 0)

    def sentence(self) -> Counter[str]:
        """Findings by severity, as a run's sentence counts them."""
        _, _, severities = count(ledger_of(self.place).all(), self.published.open_findings)
        return Counter(severities)


def filed(form: Form, name: str) -> Document:
    return document(with_evidence(form), name=name)


#: A total that no score adds up to, a row without a reason, and the corrected form, with a mistake of its own that another follows from.
WRONG = changed(CLEAN, {"total/score": "99.50", "indicators/2/explanation": ""})
RIGHT = changed(
    CLEAN,
    {
        "unit": "219001-某县水利工程站",
        "indicators/0/weight": "30",
        "indicators/0/explanation": "汛期停工，余下部分次年安装。",
    },
)
OTHER = changed(CLEAN, {"project_name": "泵站更新改造项目", "total/score": "90.00"})


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A project filed again under another name of file, its unit written with a code, and one filed once."""
    desk = Desk(tmp_path_factory.mktemp("filings") / "W")
    desk.night(filed(WRONG, "z.pdf"), filed(OTHER, "b.pdf"))
    desk.night(filed(RIGHT, "a-更正.pdf"))
    yield desk
    close_books()


def test_a_resubmission_closes_what_it_corrects_and_all_numbers_agree(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The overview counted 24 errors where the run's sentence said 10; lists, sheets and Parquet held every filing."""
    told = desk.sentence()
    assert desk.called("findings", "--format", "json") == 1
    listed = json.loads(capsys.readouterr().out)
    causes = [one for one in listed["findings"] if not one["cause"]]
    assert len(causes) < len(listed["findings"]), "something follows from something else"
    assert Counter(one["severity"] for one in causes) == told
    assert {one["document"] for one in listed["findings"]} == {"a-更正.pdf", "b.pdf"}
    assert {one["document"] for one in listed["undecided"]} <= {"a-更正.pdf", "b.pdf"}
    assert [one["document"] for one in listed["forms"]] == ["b.pdf", "a-更正.pdf"]
    rules = {one["rule"] for one in causes if one["document"] == "a-更正.pdf"}
    assert "weights-sum" in rules and not rules & {"scores-sum", "deviation-unexplained", "same-project-different-numbers"}  # fmt: skip

    query = f"SELECT severity, count(*) FROM findings WHERE {TO_ACT_ON} GROUP BY 1"
    assert dict(desk.store.query(query).rows) == told
    parquet = pq.read_table(desk.place.parquet / "findings.parquet").to_pylist()
    assert sorted(one["finding_id"] for one in parquet) == sorted(one["finding_id"] for one in listed["findings"])  # fmt: skip
    for name in ("forms", "judged/forms"):
        assert pq.read_table(desk.place.parquet / f"{name}.parquet").num_rows == 2

    desk.called("report", "--xlsx", str(tmp_path / "x.xlsx"), "--docx", str(tmp_path / "letters"))
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["审核发现"]
    assert sheet.max_row - 1 == len(listed["findings"])
    letters = "".join(
        paragraph.text
        for path in (tmp_path / "letters").glob("*.docx")
        for paragraph in Document_(str(path)).paragraphs
    )
    assert "z.pdf" not in letters and "b.pdf" in letters
    overview = re.sub(r"\s+", "", (desk.place.reports / "index.html").read_text("utf-8"))
    assert f"共{told['error']}项错误" in overview and f"共{told['warning']}项警告" in overview
    assert "读出自评表2份" in overview and "另有1份已被后报取代，不计入。" in overview


def test_an_earlier_filing_stays_readable_and_says_that_it_is_replaced(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.called("findings", "--document", "z.pdf") == 0
    said = capsys.readouterr().out
    assert "z.pdf 第 1 份自评表已被第 2 版取代" in said and "在已被后报取代的自评表中" in said
    (page,) = (
        text
        for path in (desk.place.reports / "documents").glob("*.html")
        if "已被第 2 版取代" in (text := path.read_text("utf-8"))
    )
    assert "z.pdf" in page and "a-更正.pdf" in page


def test_what_changed_between_runs_counts_causes_of_current_filings(desk: Desk) -> None:
    """Consequences were counted, and what a resubmission closed was told of the file that it replaces."""
    ledger = ledger_of(desk.place)
    first, last = (ledger.steps(item.submission_id) for item in (ledger.all()[0], ledger.all()[-1]))
    before = first[-1][0]
    assert before < last[0][0]
    changes = Past(desk.store, ledger).changes(before, "")
    opened, closed, unchanged = changes.sums
    assert opened + unchanged == sum(desk.sentence().values())
    assert changes.rules and changes.rules["scores-sum"] == (0, 1, 1)
    by_document = {one.document: one.closed for one in changes.documents}
    assert by_document["a-更正.pdf"] >= 2 and "z.pdf" not in by_document
    assert sum(by_document.values()) == closed


def test_the_order_of_receipt_tells_the_last_filing_not_that_of_saving(tmp_path: Path) -> None:
    """Of two filings taken in at once, the one that a worker had read later was current."""
    desk, first, last = Desk(tmp_path / "W"), filed(WRONG, "1.pdf"), filed(RIGHT, "2.pdf")
    desk.take_in(first, last, saved=(last, first))
    assert desk.store.query("SELECT document FROM forms").rows == [("2.pdf",)]
    # sent once more under a third name, the first is the latest submission
    desk.take_in(replace(first, document="3.pdf"))
    assert desk.store.query("SELECT document FROM forms").rows == [("1.pdf",)]
    assert desk.store.query("SELECT version, replaced_by FROM filings WHERE NOT is_current").rows == [(1, 2)]  # fmt: skip
    close_books()


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
