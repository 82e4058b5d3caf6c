"""The whole story: two units, a corrected resubmission under a new name, a roster with one missing. Every number is the truth's, wherever one looks."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from audit_forms import CLEAN, changed
from docx import Document as Document_
from test_current_filings import WRONG, Desk, filed

from selfeval.extractors.model import Document
from selfeval.flows.run.publishing import bring_up_to_date
from selfeval.flows.run.stores import close_books, ledger_of

pytestmark = pytest.mark.xdist_group("story")

ROSTER = "单位,主管部门,项目,年度\n某县水利工程站,某县水利局,,2022\n某县河道站,某县水利局,河道清淤,2022\n某县水库所,某县水利局,,2022\n"
#: The first form corrected but for a reason; the other unit's prints its money in 元 and lost a sum.
RIGHT = changed(CLEAN, {"indicators/2/explanation": ""})
OTHER = changed(CLEAN, {"unit": "某县河道站", "project_name": "河道清淤", "amount_unit": "元", "total/score": "90.00"})  # fmt: skip
#: What is in the two forms that count: 100 万元 and 100 元 of budget; one error, one warning.
BUDGET = Decimal("1000100")


class Season(Desk):
    def night(self, *documents: Document) -> None:
        self.take_in(*documents)
        roster = self.place.root.parent / "名单.csv"
        roster.write_text(ROSTER, "utf-8")
        self.published = bring_up_to_date(self.place, ledger_of(self.place), self.store, "", 1, False, str(roster))  # fmt: skip


@dataclass
class Story:
    """The workspace, and what stands open in it by unit and rule, causes only, as the list of findings has it."""

    desk: Season
    found: list[dict[str, Any]]
    folder: Path

    def by_severity(self) -> Counter[str]:
        return Counter(one["severity"] for one in self.found)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("story")
    desk = Season(folder / "W")
    desk.night(filed(WRONG, "甲.pdf"), filed(OTHER, "乙.pdf"))
    desk.night(filed(RIGHT, "甲-更正后.pdf"))
    found = folder / "findings.json"
    desk.called("findings", "--format", "json", "--out", str(found))
    listed = json.loads(found.read_text("utf-8"))["findings"]
    desk.called("report", "--xlsx", str(folder / "x.xlsx"), "--docx", str(folder / "letters"))
    yield Story(desk, [one for one in listed if not one["cause"]], folder)
    close_books()


def test_the_list_of_findings_is_the_truth(story: Story) -> None:
    """One sum that does not add up, one missing reason, one unit that did not file; nothing of the form that was corrected."""
    rules = {(one["unit"], one["rule"]) for one in story.found if one["severity"] != "information"}
    assert rules == {
        ("某县河道站", "scores-sum"),
        ("某县水利工程站", "deviation-unexplained"),
        ("某县河道站", "missing-submitter"),
        # the forms are copies of one another, and the second prints its 100 in 元 beside a cost of 95 万元
        ("某县水利工程站", "template-clone"),
        ("某县河道站", "cost-ceiling-vs-budget"),
        ("某县河道站", "cost-total-vs-executed"),
    }
    assert {one["document"] for one in story.found} == {"甲-更正后.pdf", "乙.pdf"}


def test_sql_parquet_and_the_workbook_count_and_add_up_alike(story: Story) -> None:
    store, told = story.desk.store, story.by_severity()
    asked = "SELECT count(*), sum(budget_yuan), sum(errors), sum(warnings), sum(information) FROM form_summary"
    forms, budget, *counts = store.query(asked).rows[0]
    assert (forms, budget) == (2, BUDGET)
    assert counts == [told["error"], told["warning"], told["information"]]
    counted = store.query("SELECT severity, count(*) FROM findings WHERE is_counted GROUP BY 1")
    assert dict(counted.rows) == dict(told)

    parquet = story.desk.place.parquet
    query = f"""SELECT severity, count(*) FROM '{parquet}/findings.parquet' AS f WHERE status = 'open' AND
        (cause IS NULL OR cause NOT IN (SELECT finding_id FROM '{parquet}/findings.parquet' WHERE status = 'open')) GROUP BY 1"""
    assert dict(duckdb.sql(query).fetchall()) == dict(told)
    assert duckdb.sql(f"SELECT count(*) FROM '{parquet}/forms.parquet'").fetchall() == [(2,)]

    book = openpyxl.load_workbook(story.folder / "x.xlsx")
    figures = dict(book.worksheets[0].iter_rows(values_only=True))
    assert (figures["文件（个）"], figures["自评表（份）"]) == (3, 2)
    assert [figures[name] for name in ("错误", "警告", "提示")] == counts
    assert figures["全年预算（元）"] == BUDGET
    listed = [row[0].value for row in book["审核发现"].iter_rows(min_row=2)]
    assert {one["finding_id"] for one in story.found} <= set(listed)


def test_the_report_says_the_same_and_who_has_not_filed(story: Story) -> None:
    told, reports = story.by_severity(), story.desk.place.reports
    overview = re.sub(r"\s+", "", (reports / "index.html").read_text("utf-8"))
    for severity, words in (("error", "项错误"), ("warning", "项警告")):
        assert f"共{told[severity]}{words}" in overview
    assert "读出自评表2份" in overview and "督促报送1份自评表" in overview
    (row,) = re.findall(r"selfeval\.rows\(\"documents\",0,(.*)\);", (reports / "data/documents-0.js").read_text("utf-8"))  # fmt: skip
    rows = [one for one in json.loads(row) if one[11] == "ok"]
    assert [sum(one[at] for one in rows) for at in (7, 8, 9)] == [told[one] for one in ("error", "warning", "information")]  # fmt: skip
    listed = csv.DictReader(io.StringIO((reports / "data/roster.csv").read_text("utf-8-sig")))
    assert {one["单位"]: one["报送情况"] for one in listed} == {
        "某县水库所": "未报",
        "某县水利工程站": "已报",
        "某县河道站": "已报",
    }


def test_letters_ask_each_unit_for_its_own_and_the_authority_for_who_is_missing(
    story: Story,
) -> None:
    texts = {
        path.stem: "\n".join(part.text for part in Document_(str(path)).paragraphs)
        for path in (story.folder / "letters").glob("*.docx")
    }
    assert set(texts) == {"某县水利工程站", "某县河道站", "催报-某县水利局"}
    for unit in ("某县水利工程站", "某县河道站"):
        own = [one for one in story.found if one["unit"] == unit and one["severity"] != "information" and one["rule"] != "missing-submitter"]  # fmt: skip
        assert f"问题共{len(own)}项" in texts[unit]
        assert "某县水库所" not in texts[unit] and "甲.pdf" not in texts[unit]
        assert all(one["message"] in texts[unit] for one in own)
    assert "1．某县水库所（2022年度）" in texts["催报-某县水利局"]


def test_the_page_says_what_a_person_corrected_confirmed_and_reviewed(story: Story) -> None:
    by = ("--by", "复核员")
    called = story.desk.called
    called("correct", "乙.pdf", "total/score", "91.00", *by, "--reason", "原件为91.00")
    called("correct", "乙.pdf", "funds/0/rate", "--confirm", *by)
    called("reviewed", "甲-更正后.pdf", *by, "--reason", "已核对")
    called("report")
    texts = {
        path.read_text("utf-8") for path in (story.desk.place.reports / "documents").glob("*.html")
    }
    (corrected,) = (text for text in texts if "人工核对" in text)
    assert "由复核员更正，原识读为“90.00”" in corrected and "由复核员核对确认" in corrected
    (reviewed,) = (text for text in texts if "本表已复核。" in text)
    assert reviewed != corrected
