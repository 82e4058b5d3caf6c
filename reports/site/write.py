"""The static site: a page a document, the lists, and the overview, written as documents stream by.

It opens from disk: no server, no network, no inline script. Addresses depend on content only (documents/<sha16>.html#finding-<id>).
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.reports.i18n import translator
from selfeval.reports.model import DocumentView, PageImage, RuleText
from selfeval.reports.site import charts, lists
from selfeval.reports.site.environment import render
from selfeval.reports.site.jsdata import ChunkWriter, write_messages
from selfeval.reports.site.run_diff import Changes
from selfeval.reports.site.sources import Sources, TidyTables
from selfeval.reports.site.totals import Group, Totals, short_hash
from selfeval.reports.site.views import document_views

if TYPE_CHECKING:
    import pandas as pd

STATIC = Path(__file__).parent / "static"
PAGES = {
    "overview": "index.html",
    "documents": "documents.html",
    "units": "units.html",
    "projects": "projects.html",
    "rules": "rules.html",
}


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What the overview says of the run itself. Texts only, ready to print.

    `data_docs` is an address from the site's folder."""

    title: str = ""
    finished: str = ""
    profile: str = ""
    version: str = ""
    data_docs: str = ""
    off: tuple[
        tuple[str, str, str, str], ...
    ] = ()  # rules switched off: rule, for whom, since when, why
    changes: Changes | None = None  # since the run before; None: there was none
    history: tuple[
        tuple[str, Mapping[str, int]], ...
    ] = ()  # earlier runs, oldest first: (name, open findings by rule)


class SiteWriter:
    """Write a site: `add` each document, then `finish`. Memory is that of one document and the totals."""

    def __init__(
        self, out_dir: Path, sources: Sources, lang: str = "zh", run: RunInfo | None = None
    ) -> None:
        self.out, self.sources, self.lang, self.run = Path(out_dir), sources, lang, run or RunInfo()
        self.catalogue = translator(lang)
        self.totals = Totals()
        self._written: set[str] = set()
        for folder in ("documents", "units", "data", "static"):
            (self.out / folder).mkdir(parents=True, exist_ok=True)
        self._index = ChunkWriter(self.out / "data", "documents")
        self._rule_numbers: dict[str, int] = {
            rule_id: at for at, rule_id in enumerate(sources.rules)
        }

    def add(self, view: DocumentView) -> None:
        """Write the page of one document and count it."""
        self._page(view.address, "document.html.j2", "documents", doc=view, title=view.document)
        self.totals.add(view)
        for row in lists.document_rows(view, self._rule_number, self.catalogue):
            self._index.add(row)

    def finish(self) -> Path:
        """Write everything that needs the whole batch and return the overview's path."""
        self._index.close()
        totals, rules = self.totals, self._rules()
        units = sorted(totals.units.values(), key=_weight)
        projects = sorted(totals.projects.values(), key=_weight)
        for unit in units:
            self._page(
                f"units/{short_hash(unit.name)}.html",
                "unit.html.j2",
                "units",
                title=unit.name,
                unit=unit,
                rules=rules,
            )
        for name, groups in (("units", units), ("projects", projects)):
            chunks = ChunkWriter(self.out / "data", name)
            for group in groups:
                chunks.add(lists.group_row(group, name))
            chunks.close()
            spec = lists.groups_spec(name, chunks, self.catalogue)
            self._page(PAGES[name], "list.html.j2", name, title=spec["title"], spec=spec)
        spec = lists.documents_spec(self._index, totals, rules, self.catalogue)
        self._page(PAGES["documents"], "list.html.j2", "documents", title=spec["title"], spec=spec)
        title = self.catalogue.gettext("审核规则")
        self._page(
            PAGES["rules"],
            "rules.html.j2",
            "rules",
            title=title,
            rules=rules,
            families=_families(rules),
            totals=totals,
            titles=defaultdict(str, {rule.id: rule.title for rule in rules}),
        )
        drawn = charts.write(self.out, totals, rules, self.run.history, self.catalogue)
        titles = defaultdict(str, {rule.id: rule.title for rule in rules})
        title = self.catalogue.gettext("总览")
        self._page(
            PAGES["overview"],
            "index.html.j2",
            "overview",
            title=title,
            totals=totals,
            rules=rules,
            titles=titles,
            charts=drawn,
        )
        write_messages(self.out / "data" / "messages.js", self.catalogue)
        shutil.copytree(STATIC, self.out / "static", dirs_exist_ok=True)
        self._remove_stale()
        return self.out / PAGES["overview"]

    def _rule_number(self, rule_id: str) -> int:
        return self._rule_numbers.setdefault(rule_id, len(self._rule_numbers))

    def _rules(self) -> list[RuleText]:
        """Every rule of the catalogue and every other that has findings, in the order of the numbers that the list uses."""
        known = {**self.totals.rule_texts, **self.sources.rules}
        return [known.get(rule_id) or RuleText(rule_id, rule_id) for rule_id in self._rule_numbers]

    def _page(self, address: str, template: str, section: str, **context: Any) -> None:
        path = self.out / address
        root = "../" * address.count("/")
        text = render(
            self.lang, template, root=root, section=section, pages=PAGES, run=self.run, **context
        )
        path.write_text(text, encoding="utf-8")
        self._written.add(address)

    def _remove_stale(self) -> None:
        """A page that an earlier build wrote and this one did not would say what nobody stands by any more."""
        for folder in ("documents", "units"):
            for path in (self.out / folder).glob("*.html"):
                if f"{folder}/{path.name}" not in self._written:
                    path.unlink()


def _families(rules: list[RuleText]) -> list[tuple[str, list[RuleText]]]:
    """Rules by family, families in the catalogue's order, the weightiest rules first."""
    grouped: dict[str, list[RuleText]] = {}
    for rule in rules:
        grouped.setdefault(rule.family, []).append(rule)
    return [
        (family, sorted(members, key=lambda rule: rule.severity_rank))
        for family, members in grouped.items()
    ]


def _weight(group: Group) -> tuple[int, int, str]:
    return -group.severities["error"], -group.severities["warning"], group.name


def build(
    tables: TidyTables,
    findings: pd.DataFrame | None,
    verdicts: pd.DataFrame | None,
    out_dir: Path | str,
    page_images: Mapping[tuple[str, int], PageImage] | Iterable[PageImage] = (),
    lang: str = "zh",
    *,
    rules: Mapping[str, RuleText] | None = None,
    sources: Sources | None = None,
    run: RunInfo | None = None,
) -> Path:
    """Write the site of one batch into `out_dir` and return the path of its overview.

    `page_images` are given by (document_id, page) or as a plain series. `sources` gives waivers and versions as well; its rules and
    images give way to `rules` and `page_images` where those are given."""
    return build_stream(
        [(tables, findings, verdicts)],
        out_dir,
        page_images,
        lang,
        rules=rules,
        sources=sources,
        run=run,
    )


def build_stream(
    batches: Iterable[tuple[TidyTables, pd.DataFrame | None, pd.DataFrame | None]],
    out_dir: Path | str,
    page_images: Mapping[tuple[str, int], PageImage] | Iterable[PageImage] = (),
    lang: str = "zh",
    *,
    rules: Mapping[str, RuleText] | None = None,
    sources: Sources | None = None,
    run: RunInfo | None = None,
) -> Path:
    """As `build`, for batches of (tables, findings, verdicts) that come one after the other; each may be dropped once it is written."""
    given = sources or Sources(rules={})
    images = (
        page_images
        if isinstance(page_images, Mapping)
        else {(image.document_id, image.page): image for image in page_images}
    )
    whole = replace(given, rules=rules or given.rules, page_images=images or given.page_images)
    writer = SiteWriter(Path(out_dir), whole, lang, run)
    for tables, findings, verdicts in batches:
        for view in document_views(tables, findings, verdicts, whole, writer.catalogue):
            writer.add(view)
    return writer.finish()
