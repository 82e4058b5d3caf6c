"""The desk in a real Chromium, over the process that people start: doubts confirmed, a value corrected by keyboard alone, a finding accepted,
two people at once; the queue; and nobody else let in. With SELFEVAL_SCREENSHOTS=1 the pictures are written into docs/screenshots."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from selfeval.flows.run.stores import close_books, store_of
from selfeval.flows.workspace import Workspace
from tests.desk import ANSWERS_LATE, Desk, audited, chromium, desk
from tests.flow_runs import HOUSE
from tests.pictures import kept

pytestmark = pytest.mark.xdist_group("browser")
#: A form with amounts broken over two lines (doubts), one with planted errors, and one with an error and a doubt.
DOUBTS, ERRORS, BOTH = (
    HOUSE / "tests" / "troubles" / "invented-empty-row.pdf",
    HOUSE / "data" / "samples" / "beijing-hotline-2020-errors.pdf",
    HOUSE / "tests" / "troubles" / "authority-caption.pdf",
)
expect.set_options(timeout=30_000)  # an audit shares the machine with the rest of the suite
SIZES = {"desktop": (1440, 900), "laptop": (1280, 720), "phone": (390, 844)}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return audited(tmp_path_factory.mktemp("desk") / "W", (DOUBTS, ERRORS, BOTH))


@pytest.fixture(scope="module")
def opened(place: Workspace) -> Iterator[Desk]:
    with desk(place) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wanted = os.environ.get("SELFEVAL_SCREENSHOTS")
    folder = HOUSE / "docs" / "screenshots" if wanted else tmp_path_factory.mktemp("shots")
    return folder


class Auditor:
    """One person at the desk, in a browser of their own; the page says nothing on its console and asks for nothing from elsewhere."""

    def __init__(self, browser: Any, opened: Desk, name: str, **how: Any) -> None:
        self.opened, self.trouble = opened, list[str]()
        self.context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"} | how
        )
        self.page = self.context.new_page()
        self.page.on("console", lambda said: self.trouble.append(said.text))
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("request", self._asked)
        self.page.goto(opened.address)
        if name:
            self.page.get_by_role("button", name="复核人").click()
            self.page.get_by_label("姓名").fill(name)
            self.page.keyboard.press("Enter")
            expect(self.page.locator("#who-name")).to_have_text(name)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.opened.origin + "/"):
            self.trouble.append(request.url)

    def open(self, project: str) -> Any:
        """The form of this project, from the queue of all."""
        self.page.goto(f"{self.opened.origin}/?facet=all")
        self.page.get_by_role("link", name=project).click()
        self.page.wait_for_selector("#desk")
        self.page.wait_for_load_state()  # its script is there: a button pressed before does nothing
        return self.page

    def told(self, said: str) -> str:
        """What the page says after a decision, `said` in it."""
        outcome = self.page.locator("#outcome")
        expect(outcome).to_contain_text(said)
        return str(outcome.inner_text())


@pytest.fixture
def auditor(browser: Any, opened: Desk) -> Iterator[Any]:
    people: list[Auditor] = []

    def sit_down(name: str, **how: Any) -> Auditor:
        people.append(Auditor(browser, opened, name, **how))
        return people[-1]

    yield sit_down
    for one in people:
        one.context.close()
        refused = [
            said for said in one.trouble if "409" in said
        ]  # Chromium logs the status that a conflict has
        assert one.trouble == refused


def project(page: Any) -> str:
    return str(page.locator("h1").inner_text())


def test_a_list_that_comes_late_keeps_the_row_that_has_the_focus(auditor):
    page = auditor("张审计").page
    page.evaluate(ANSWERS_LATE)
    page.get_by_label("查找", exact=True).fill("一")
    page.get_by_label("查找", exact=True).fill("")
    page.keyboard.press("Escape")
    row = page.locator(".row:focus")
    expect(row).to_have_count(1)
    chosen = row.get_attribute("data-form")
    expect(page.locator("html")).to_have_attribute("data-list-ms", re.compile(r"\d"))
    assert page.locator(".row:focus").get_attribute("data-form", timeout=2_000) == chosen


def test_the_queue_has_doubts_first_and_finds_by_words_unit_and_state(auditor):
    page = auditor("张审计").page
    assert page.locator(".stage h2").all_inner_texts() == [
        "先核读数：有存疑的读数",
        "再看问题：有错误级问题",
    ]
    assert page.locator(".row").count() == 3
    page.get_by_label("查找", exact=True).fill("信息化")
    expect(page.locator(".row")).to_have_count(1)
    assert page.url.endswith("?q=%E4%BF%A1%E6%81%AF%E5%8C%96")
    page.get_by_label("查找", exact=True).fill("")
    expect(page.locator(".row")).to_have_count(3)
    page.get_by_label("单位").select_option("东塘县信息中心")
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_label("单位").select_option("")
    page.get_by_role("button", name="有错误").click()
    expect(page.locator(".row")).to_have_count(2)
    assert page.locator("[data-facet=errors]").evaluate("one => one === document.activeElement")
    # within what is listed, from one form to the next and back, by keys alone
    page.keyboard.press("j")
    first = page.locator(".row:focus b").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector("#desk")
    page.wait_for_load_state()
    assert project(page) == first and "第 1 / 2 份" in page.locator("#standing").inner_text()
    page.keyboard.press("n")
    expect(page.locator("h1")).not_to_have_text(first)
    page.wait_for_load_state()
    assert "第 2 / 2 份" in page.locator("#standing").inner_text()
    page.keyboard.press("p")
    expect(page.locator("h1")).to_have_text(first)
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    page.wait_for_selector("#finder")
    assert page.locator(".row:focus b").inner_text() == first


def test_two_doubts_are_confirmed_by_key_and_who_decides_is_asked_once(auditor, place):
    page = auditor("").open("公共文化设施免费开放")
    before = page.locator(".doubt-card").count()
    assert before > 2
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_label("姓名").fill("李审计")
    page.keyboard.press("Enter")
    expect(page.locator(".doubt-card")).to_have_count(before - 1)
    assert page.locator(".doubt-card:focus").count() == 1, "on to the next"
    page.keyboard.press("Enter")
    expect(page.locator(".doubt-card")).to_have_count(before - 2)
    made = page.locator(".decisions li").all_inner_texts()
    assert len(made) == 2 and all("确认读数" in one and "李审计" in one for one in made)
    store = store_of(place)
    assert [one.kind for one in store.decisions()] == ["confirm", "confirm"]
    assert not store.verify_decisions()
    close_books()


def test_a_value_corrected_by_keyboard_closes_its_finding_and_the_form_is_reviewed(auditor):
    one = auditor("张审计")
    page = one.open("信息化支撑")
    page.locator(".finding", has_text="执行率计算不符").first.wait_for()
    # into the record, to the rate of the first row of funds, by Tab and arrows as a keyboard goes
    page.locator("#record-title").evaluate("one => { one.tabIndex = -1; one.focus(); }")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    for _ in range(12):
        if page.evaluate("document.activeElement.dataset.path") == "1/funds/0/rate":
            break
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "98.00%"
    page.keyboard.press("Enter")
    page.keyboard.type("100.00%")
    page.keyboard.press("Enter")
    told = one.told("已记下。更正读数")
    assert "消除" in told and "执行率" in told
    assert not page.locator(".finding", has_text="执行率计算不符").count()
    assert page.locator("table.printed td.rate").first.inner_text() == "100.00%"
    assert "“98.00%”更正为“100.00%”" in page.locator(".decisions").inner_text()
    page.keyboard.press("d")
    page.get_by_label("理由").fill("其余问题随函告知单位")
    page.get_by_role("button", name="记下").click()
    page.wait_for_selector("#reviewed")
    assert "已复核" in page.locator(".footbar").inner_text()
    page.keyboard.press("Escape")
    page.wait_for_selector("#finder")
    assert "还有 2 份" in page.locator("h1").inner_text()
    page.get_by_role("button", name="已复核").click()
    expect(page.locator(".row")).to_have_count(1)
    assert page.locator(".row .accepted").inner_text() == "已复核"


def test_a_finding_is_accepted_with_a_reason_returned_in_doubt_or_taken_back(auditor):
    one = auditor("张审计")
    page = one.open("优势特色产业培育（二期）")
    card = page.locator(".finding", has_text="缺少数量指标")
    card.get_by_role("button", name="采纳说明").click()
    page.get_by_role("button", name="记下").click()
    assert page.locator("#decide-problem").inner_text() == "请写明理由。"
    page.get_by_label("理由").fill("项目只采购设备，无数量指标")
    page.get_by_label("有效至").fill("2099-12-31")
    page.get_by_role("button", name="记下").click()
    one.told("已记下。采纳说明")
    assert "项目只采购设备，无数量指标" in card.locator(".made").inner_text()
    assert "有效至 2099-12-31" in card.locator(".made").inner_text()
    assert page.locator(".card:focus").count() == 1
    card.get_by_role("button", name="撤回").click()
    page.get_by_label("理由").fill("须再核实")
    page.get_by_role("button", name="记下").click()
    one.told("已记下。撤回")
    for key, said in (("r", "退回更正"), ("w", "存疑")):
        waiting = page.locator(".finding:not(.decided)").first
        waiting.focus()
        page.keyboard.press(key)
        page.keyboard.type("请单位补充材料")
        page.keyboard.press("Enter")
        one.told(f"已记下。{said}")
    assert page.locator(".finding.decided").count() == 2


def test_what_is_next_to_decide_is_in_sight_with_what_was_told(auditor):
    """A reload put the page back to its top, with the focus on a card far below."""
    one = auditor("张审计")
    page = one.open("公共文化设施免费开放")
    page.locator(".finding:not(.decided)").nth(2).focus()
    for _ in range(2):
        page.keyboard.press("r")
        page.keyboard.type("请单位")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("补充材料")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        one.told("已记下。退回更正")
        top, bottom, bar = page.evaluate(
            """() => { const next = document.querySelector(".card:focus").getBoundingClientRect();
            return [next.top, next.bottom, document.querySelector("#footbar").getBoundingClientRect().top] }"""
        )
        assert 0 < top < bottom <= bar
    assert "请单位\n补充材料" in page.locator(".made").first.inner_text()


def test_enter_opens_the_first_form_of_a_queue_that_nothing_is_chosen_in(auditor):
    page = auditor("张审计").page
    page.goto(page.url)
    first = page.locator(".row b").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector("#desk")
    assert project(page) == first


def test_the_second_of_two_is_told_what_the_first_decided_and_overwrites_nothing(auditor, place):
    first, second = auditor("王审计"), auditor("赵审计")
    for person in (first, second):
        person.open("优势特色产业培育（二期）")
    first.page.locator(".doubt-card").get_by_role("button", name="无法辨认").click()
    first.told("已记下。无法辨认")
    second.page.locator(".doubt-card").get_by_role("button", name="确认").click()
    assert "王审计" in second.told("您的决定没有记下")
    assert "无法辨认" in second.page.locator(".decisions li").first.inner_text()
    assert not second.page.locator(".doubt-card").count()
    last = store_of(place).decisions()[-1]
    assert (last.kind, last.by) == ("unreadable", "王审计")
    close_books()


def test_a_page_of_another_site_can_decide_nothing(auditor, browser, opened, place):
    auditor("张审计")
    before = len(store_of(place).decisions())
    context = browser.new_context()
    page = context.new_page()
    page.goto(opened.origin + "/")
    assert "口令" in page.locator("body").inner_text(), "without the token"
    page.goto(opened.address)
    page.route("http://elsewhere.example/*", lambda route: route.fulfill(body="<html></html>"))
    page.goto("http://elsewhere.example/")
    sent = page.evaluate(
        """async address => { try { return (await fetch(address + "/decisions",
        {method: "POST", mode: "no-cors", credentials: "include", body: "{}"})).status } catch (error) { return "refused" } }""",
        opened.origin,
    )
    assert sent in (0, 403, "refused")
    assert len(store_of(place).decisions()) == before
    context.close()
    close_books()


def test_nothing_serious_for_those_who_use_a_screen_reader(auditor):
    from axe_playwright_python.sync_playwright import Axe

    light, dark = (auditor("张审计", color_scheme=theme).page for theme in ("light", "dark"))
    assert _serious(Axe().run(light)) == []
    for page in (light, dark):
        page.goto(f"{page.url.partition('?')[0]}?facet=all")
        page.locator(".row").last.click()
        page.wait_for_selector("#desk")
        assert _serious(Axe().run(page)) == []
    dark.locator(".value.score").last.dblclick()
    dark.wait_for_selector("#decide-dialog[open]")
    assert _serious(Axe().run(dark)) == []


def _serious(found: Any) -> list[str]:
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("size", SIZES)
def test_the_desk_fits_every_screen(auditor, shots, size):
    width, height = SIZES[size]
    for theme in ("light", "dark") if size == "desktop" else ("light",):
        one = auditor("张审计", viewport={"width": width, "height": height}, color_scheme=theme)
        name = "dark" if theme == "dark" else size
        one.page.screenshot(path=shots / f"desk-queue-{name}.png")
        one.open("公共文化设施免费开放")
        one.page.wait_for_load_state("networkidle")
        one.page.screenshot(path=shots / f"desk-form-{name}.png")
        for page in ("queue", "form"):
            kept(shots / f"desk-{page}-{name}.png")
        wide = one.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, "nothing stands out at the side"
