"""The runs that Data Docs tell of: what every suite came to, night after night, and the page that leads to them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from selfeval.expectations import catalogue
from selfeval.expectations.gx.pages import SHIPPED_IN, without_links

#: Runs whose results are kept.
KEPT = 30
RUNS = "runs.json"
#: Verdicts as Data Docs count them, in this order.
COUNTED = {"pass": "通过", "fail": "不符", "undecidable": "未能判定", "not-applicable": "不适用"}
_TABLES = {"forms": "自评表", "funds": "资金总额行", "indicators": "绩效指标"}


@dataclass(frozen=True, slots=True)
class Night:
    """One run: its name, its time (ISO 8601, UTC), and of each suite its name, the address of its page and how many verdicts of each kind."""

    run: str
    time: str
    suites: tuple[tuple[str, str, Mapping[str, int]], ...]

    @property
    def conclusions(self) -> Iterator[tuple[str, str]]:
        """Page and counts of each suite."""
        return ((page, told(counts)) for _, page, counts in self.suites)


def told(counts: Mapping[str, int]) -> str:
    """`通过 11 · 不符 1 · 未能判定 0 · 不适用 0`."""
    return " · ".join(f"{caption} {counts.get(key, 0)}" for key, caption in COUNTED.items())


def read_nights(place: Path) -> list[Night]:
    """The runs that a site tells of, newest first; none where it tells of none."""
    try:
        stored = json.loads((place / RUNS).read_text("utf-8"))
        return [Night(one["run"], one["time"], tuple((name, page, counts) for name, page, counts in one["suites"]))
                for one in stored]  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return []


def carry_over(nights: Sequence[Night], before: Path, after: Path) -> list[Night]:
    """Bring the pages and results of earlier runs from the site `before` to the one `after`; those runs whose pages are there."""
    kept = []
    for night in nights[: KEPT - 1]:
        pages = [Path(page) for _, page, _ in night.suites]
        if not all((before / page).is_file() for page in pages):
            continue
        for page in pages:
            (after / page).parent.mkdir(parents=True, exist_ok=True)
            text = (before / page).read_text("utf-8")
            (after / page).write_text(without_links(text), "utf-8")
            result = page.with_suffix(".json")
            if (before / result).is_file():
                shutil.copyfile(before / result, after / result)
        kept.append(night)
    return kept


def write_nights(place: Path, nights: Sequence[Night]) -> None:
    """Write the list of runs, and the page that people begin with."""
    stored = [asdict(night) for night in nights]
    (place / RUNS).write_text(json.dumps(stored, ensure_ascii=False, indent=1), "utf-8")
    sections = "".join(map(_section, nights)) or "<p>还没有执行记录。</p>"
    (place / "index.html").write_text(_PAGE.format(assets=SHIPPED_IN, sections=sections), "utf-8")


def _section(night: Night) -> str:
    rows = "".join(_row(*suite) for suite in night.suites)
    heads = "".join(f'<th class="text-right">{caption}</th>' for caption in COUNTED.values())
    return (
        f'<section><h2 class="h5 mt-4">{escape(night.run)} <small class="text-muted">{escape(night.time)}</small></h2>'
        f'<table class="table table-sm"><thead><tr><th>规则</th><th>核对对象</th>{heads}</tr></thead><tbody>{rows}</tbody></table></section>\n'
    )


def _row(name: str, page: str, counts: Mapping[str, int]) -> str:
    suite, _, table = name.partition(".")
    entries = catalogue.load().suites().get(suite)
    caption = catalogue.FAMILIES[entries[0].family] if entries else suite
    cells = "".join(f'<td class="text-right">{counts.get(key, 0)}</td>' for key in COUNTED)
    link = f'<a href="{escape(quote(page))}">{escape(caption)}</a>'
    return f"<tr><td>{link}</td><td>{_TABLES.get(table, escape(table))}</td>{cells}</tr>"


_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>规则执行记录</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'">
<link rel="stylesheet" href="{assets}/bootstrap.min.css"><link rel="stylesheet" href="{assets}/icons.css"></head>
<body><main class="container pt-4 pb-4"><h1 class="h3">规则执行记录</h1>
<p>每次运行由 Great Expectations 执行的全部规则及其判定次数，新的在前。不适用和未能判定都不是通过。<a href="../reports/index.html">审核报告</a></p>
{sections}</main></body></html>
"""
