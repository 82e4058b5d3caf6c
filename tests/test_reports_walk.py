# ruff: noqa: F811 - fixtures are imported
"""Lists and forms in a real Chromium: a question that stays in the address, the form before and after, files for a spreadsheet, paper, the roster.

300 generated forms: filter, facet and next form each take under 200 ms."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import axe_playwright_python
import openpyxl
import pypdfium2
import pytest
from report_data import RULES, season
from test_reports_browser import AXE, browser, page  # noqa: F401 - fixtures

from selfeval.core.roster import Expected
from selfeval.reports.site.sources import Sources
from selfeval.reports.site.views import document_views
from selfeval.reports.site.write import SiteWriter

pytestmark = pytest.mark.xdist_group("browser")
FORMS, QUICK = 300, 200  # milliseconds
ROSTER = tuple(Expected(f"某县第{at}水利站", "某县水利局", "", 2022) for at in range(40))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Sources(RULES, roster=ROSTER)
    writer = SiteWriter(tmp_path_factory.mktemp("season"), made)
    for given in season(FORMS, 50):
        for view in document_views(*given, made, writer.catalogue):
            writer.add(view)
    return writer.finish().parent


def opened(page: Any, folder: Path, address: str) -> None:
    page.goto((folder / address.partition("#")[0]).as_uri() + "#" + address.partition("#")[2])
    page.wait_for_selector("html[data-list-ready]")


def took(page: Any, what: str = "listMs") -> float:
    return float(page.evaluate(f"document.documentElement.dataset.{what}"))


def test_a_question_stays_in_the_address_and_is_answered_at_once(page: Any, folder: Path) -> None:
    opened(page, folder, "documents.html")
    page.select_option("[data-facet=severity]", "error")
    assert took(page) < QUICK
    page.select_option("[data-facet=rate]", "low")
    assert took(page) < QUICK
    page.fill("#q", "第1")
    assert took(page) < QUICK
    page.click("[data-sort=score]")
    assert page.url.endswith("#severity=error&rate=low&q=%E7%AC%AC1&sort=-score")
    told = page.inner_text("#state")
    page.reload()
    page.wait_for_selector("html[data-list-ready]")
    assert page.inner_text("#state") == told
    assert page.locator("[aria-sort=descending] [data-sort=score]").count() == 1


def test_a_form_leads_to_the_next_of_the_same_question_and_back(page: Any, folder: Path) -> None:
    opened(page, folder, "documents.html#severity=error&sort=score")
    names = page.locator("#list tbody th").all_inner_texts()
    page.click("#list tbody tr:nth-child(2) a")
    page.wait_for_selector("#walk:not([hidden])")
    assert "第 2 / 150 份" in page.inner_text("#walk")
    page.click("#after")
    page.wait_for_selector("#walk:not([hidden])")
    assert page.inner_text("h1") == names[2] and took(page, "walkMs") < QUICK
    page.click("#to-list")
    page.wait_for_selector("html[data-list-ready]")
    assert page.url.endswith("#severity=error&sort=score")


def test_what_is_shown_goes_into_files(page: Any, folder: Path, tmp_path: Path) -> None:
    opened(page, folder, "documents.html#rate=low&sort=-rate")
    rows = {}
    for kind in ("csv", "xlsx"):
        with page.expect_download() as download:
            page.click(f"[data-export={kind}]")
        download.value.save_as(tmp_path / f"x.{kind}")
    rows = list(csv.reader(io.StringIO((tmp_path / "x.csv").read_text("utf-8-sig"))))
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert len(rows) == sheet.max_row and rows[0] == [cell.value for cell in sheet[1]]
    assert sheet["E2"].value == float(rows[1][4]) / 100 and sheet.page_setup.orientation == "landscape"  # fmt: skip


def test_a_list_on_paper_lies_with_thirty_rows_a_page(
    page: Any, folder: Path, tmp_path: Path
) -> None:
    opened(page, folder, "documents.html#severity=error")
    page.pdf(path=tmp_path / "x.pdf", prefer_css_page_size=True)
    paper = pypdfium2.PdfDocument(tmp_path / "x.pdf")
    width, height = paper[0].get_size()
    assert width > height and len(paper) == 5
    assert paper[0].get_textpage().get_text_bounded().count("水利工程维护项目") == 30


def test_the_roster_says_who_has_not_filed(page: Any, folder: Path) -> None:
    opened(page, folder, "roster.html#state=missing")
    assert "未报" in page.inner_text("#list tbody") and "已报" not in page.inner_text("#list tbody")


@pytest.mark.parametrize("address", ["roster.html", "documents.html", "rules.html"])
def test_axe_finds_nothing_serious(browser: Any, folder: Path, address: str) -> None:
    context = browser.new_context(bypass_csp=True)  # axe itself is injected inline
    opened = context.new_page()
    opened.goto((folder / address).as_uri())
    script = Path(axe_playwright_python.__file__).parent / "axe.min.js"
    opened.evaluate(script.read_text("utf-8"))
    assert opened.evaluate(AXE) == []
    context.close()


def test_rules_are_found_by_their_words(page: Any, folder: Path) -> None:
    page.goto((folder / "rules.html").as_uri())
    page.fill("#q", "执行率")
    assert page.locator(".rule:visible").count() == 1
