"""The report of a season: what ten thousand document pages cost, whether memory grows, how fast the list answers, how large pictures are."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.files import ROOT

DOCUMENTS = 10_000
#: seconds on two cores, milliseconds, bytes: what the report promises
PROMISED_SECONDS, PROMISED_ANSWER, PROMISED_PICTURE = 120, 200, 120_000
_BROWSER = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"]  # fmt: skip
_WRITE = """
import json, resource, sys, time
from pathlib import Path
from report_data import RULES, season
from selfeval.reports.site.write import SiteWriter
from selfeval.reports.site.sources import Sources
from selfeval.reports.site.views import document_views

writer, spent, peaks = SiteWriter(Path(sys.argv[1]), Sources(RULES)), 0.0, []
for given in season(int(sys.argv[2])):
    started = time.process_time()
    for view in document_views(*given, Sources(RULES), writer.catalogue):
        writer.add(view)
    spent += time.process_time() - started
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
started = time.process_time()
writer.finish()
print(json.dumps({"pages": spent, "finish": time.process_time() - started, "peaks": peaks}))
"""


def section(documents: int = DOCUMENTS) -> str:
    """The part of the report about reports; about three minutes for ten thousand documents."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder, "site")
        written = _write(site, documents)
        answers = _answers(site)
    pictures = _pictures()
    peaks = written["peaks"]
    total = written["pages"] + written["finish"]
    size = documents // 10
    lines = [
        f"\n## The report of {documents:,} documents of 21 indicators, one core\n",
        f"- written in {total:.0f} s of processor time (promised: under {PROMISED_SECONDS} s), {written['pages'] / documents * 1000:.1f} ms a page,"
        f" the lists, charts and overview {written['finish']:.1f} s",
        f"- peak memory {peaks[min(len(peaks) - 1, size // 100)]} MB after a tenth of them, {peaks[-1]} MB after all",
        f"- in Chromium, over the list of all (promised: under {PROMISED_ANSWER} ms): "
        + ", ".join(f"{name} {took:.0f} ms" for name, took in answers.items()),
        f"- page images of the samples: {len(pictures)}, the largest {max(pictures) / 1000:.0f} kB, in the middle "
        f"{sorted(pictures)[len(pictures) // 2] / 1000:.0f} kB (promised: at most {PROMISED_PICTURE // 1000} kB)",
    ]
    return "\n".join(lines) + "\n"


def _write(site: Path, documents: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _WRITE, str(site), str(documents)], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": f"{ROOT / 'tests'}:{ROOT}", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _answers(site: Path) -> dict[str, float]:
    """What a person does to the list of all documents -> milliseconds until the rows stand there, as the page itself measures it."""
    from playwright.sync_api import sync_playwright

    found: dict[str, float] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_BROWSER)
        page = browser.new_page()
        page.goto((site / "documents.html").as_uri())
        page.wait_for_selector("html[data-list-ready=true]", state="attached", timeout=60_000)
        search, sort = (
            page.get_by_label("查找"),
            lambda name: page.get_by_role("button", name=name).click(),
        )
        for name, action in (
            ("search", lambda: search.fill("第 99 水利")), ("filter", lambda: page.get_by_label("规则").select_option("scores-sum")),
            ("clear", lambda: search.fill("")), ("sort by number", lambda: sort("自评得分")), ("sort by name", lambda: sort("实施单位")),
        ):  # fmt: skip
            action()
            found[name] = float(page.evaluate("document.documentElement.dataset.listMs"))
        browser.close()
    return found


def _pictures() -> list[int]:
    """Bytes of the picture of every page of the samples."""
    import pypdfium2 as pdfium

    from selfeval.extractors.drawing.render import render_page

    sizes = []
    for path in sorted((ROOT / "data" / "samples").glob("*.pdf")):
        data = path.read_bytes()
        try:
            pages = len(pdfium.PdfDocument(data))
        except pdfium.PdfiumError:  # one sample is locked
            continue
        sizes += [len(render_page(data, number).data) for number in range(1, pages + 1)]
    return sizes
