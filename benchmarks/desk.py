"""The desk over a few hundred generated forms: how soon it answers, and how soon it shows what a decision came to.

`python -m benchmarks.desk [FORMS]` prints the part of the report alone."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from tests.desk import audited, chromium, desk
from tests.forms import draw, random_document, random_layout

FORMS = 300
#: milliseconds in which the desk promises to show what was asked for, to have started, and to have audited a correction
PROMISED, PROMISED_START, PROMISED_AUDIT = 200, 2000, 2000
#: times that each is measured
ROUNDS = 7


def section(forms: int = FORMS) -> str:
    """The part of the report about the desk; a minute for 300 forms."""
    with tempfile.TemporaryDirectory() as folder:
        place = audited(Path(folder, "W"), _drawn(Path(folder), forms), pictures=True)
        with desk(place, "--by", "张三") as opened, chromium() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(opened.address)
            took = _answers(page)
            audits = _corrections(page)
    lines = [
        f"\n## The desk over {forms} generated forms\n",
        f"- starts in {opened.seconds * 1000:.0f} ms (promised: {PROMISED_START} ms)",
        f"- in Chromium (promised: under {PROMISED} ms each): "
        + ", ".join(
            f"{name} {median(times):.0f} ms (at most {max(times):.0f})"
            for name, times in took.items()
        ),
        f"- a correction is entered, audited and shown in {median(audits):.0f} ms, at most {max(audits):.0f} (promised: {PROMISED_AUDIT} ms)",
    ]
    return "\n".join(lines) + "\n"


def _drawn(folder: Path, forms: int) -> list[Path]:
    files = []
    for number in range(forms):
        rng = Random(700_000 + number)
        files.append(folder / f"{number:04}.pdf")
        files[-1].write_bytes(draw(random_document(rng), random_layout(rng), number))
    return files


def _answers(page: Any) -> dict[str, list[float]]:
    """What an auditor does -> milliseconds until it stands there, each time."""
    took: dict[str, list[float]] = {"queue": [], "filter": [], "facet": [], "next form": []}
    home, words = page.url, page.get_by_label("查找", exact=True)
    for number in range(ROUNDS + 1):
        timed = [("queue", lambda: _loaded(page, lambda: page.goto(home)))]
        timed.append(("filter", lambda: _listed(page, lambda: words.fill("水"))))
        timed.append(("facet", lambda: _listed(page, lambda: page.locator("[data-facet=warnings]").click())))  # fmt: skip
        for name, action in timed:
            spent = action()
            if number:  # the first time, libraries are still being loaded
                took[name].append(spent)
    page.goto(home)
    page.locator(".row").first.click()
    page.wait_for_selector("#desk")
    for number in range(3 * ROUNDS):
        spent = _loaded(page, lambda: _next(page))
        if number >= ROUNDS:
            took["next form"].append(spent)
    return took


def _next(page: Any) -> None:
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("n")


def _loaded(page: Any, go: Callable[[], object]) -> float:
    """Milliseconds from asking for a page until it and its pictures are there, as the browser measures it."""
    go()
    page.wait_for_load_state("load")
    return float(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart"))


def _listed(page: Any, act: Callable[[], object]) -> float:
    """Milliseconds from the key or click until the list has changed."""
    page.evaluate("delete document.documentElement.dataset.listMs")
    act()
    page.wait_for_selector("html[data-list-ms]", state="attached")
    return float(page.evaluate("document.documentElement.dataset.listMs"))


def _corrections(page: Any) -> list[float]:
    """Milliseconds from sending a correction until the form, audited again, stands there."""
    took = []
    for number in range(ROUNDS):
        cell = page.locator("td.value.score, dd.value.project_name").first
        cell.dblclick()
        page.locator("#decide-value").fill(f"{number}.5" if "score" in cell.get_attribute("class") else f"项目{number}")  # fmt: skip
        started = time.monotonic()
        with page.expect_navigation(
            wait_until="load"
        ):  # what was told of the one before stands there until then
            page.locator("#decide-ok").click()
        page.get_by_text("已记下。").wait_for()
        took.append((time.monotonic() - started) * 1000)
    return took


if __name__ == "__main__":
    print(section(int(sys.argv[1]) if len(sys.argv) > 1 else FORMS))
