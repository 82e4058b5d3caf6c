"""The static site: a page a document, the lists, and the overview, written as documents stream by.

It opens from disk: no server, no network, no inline script. Addresses depend on content only (documents/<sha16>.html#finding-<id>).
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.core.roster import RosterLine
from selfeval.reports.i18n import translator
from selfeval.reports.model import DocumentView, PageImage, RuleText
from selfeval.reports.site import charts, lists, roster
from selfeval.reports.site.environment import render
from selfeval.reports.site.jsdata import ChunkWriter, safe_json, write_messages
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
        self,
        out_dir: Path,
        sources: Sources,
        lang: str = "zh",
        run: RunInfo | None = None,
        standing: Mapping[str, str] | None = None,
    ) -> None:
        """`standing` are pages that an earlier writer left, by address with their key in its `keys`: they are not written again."""
        self.out, self.sources, self.lang, self.run = Path(out_dir), sources, lang, run or RunInfo()
        self.catalogue = translator(lang)
        self.totals = Totals()
        self.arrivals = roster.Arrivals(sources.roster)
        self._pages = dict(PAGES)
        if sources.roster:
            self._pages["roster"] = "roster.html"
        self._written: set[str] = set()
        self._standing, self.keys = standing or {}, dict[str, str]()
        for folder in ("documents", "units", "data", "static"):
            (self.out / folder).mkdir(parents=True, exist_ok=True)
        self._index = ChunkWriter(self.out / "data", "documents")
        self._rule_numbers: dict[str, int] = {
            rule_id: at for at, rule_id in enumerate(sources.rules)
        }

    def add(self, view: DocumentView) -> None:
        """Write the page of one document and count it."""
        made_from = repr((self.lang, self._pages, view))
        self._page(view.address, "document.html.j2", "documents", made_from, doc=view, title=view.document)  # fmt: skip
        self._count(view)

    def count(self, view: DocumentView) -> None:
        """Count one document whose page stands already."""
        self._written.add(view.address)
        self.keys[view.address] = self._standing.get(view.address, "")
        self._count(view)

    def _count(self, view: DocumentView) -> None:
        self.totals.add(view)
        for form in view.forms:
            self.arrivals.add(view, form)
            counts = form.form_id in self.sources.reviewed and not form.replaced_by
            self.totals.reviewed_forms += counts
        for row in lists.document_rows(
            view, self._rule_number, self.catalogue, self.sources.reviewed
        ):
            self._index.add(row)

    def finish(self) -> Path:
        """Write everything that needs the whole batch and return the overview's path."""
        totals, rules = self.totals, self._rules()
        lines = self.arrivals.lines()
        if lines:
            self._roster(lines)
        self._groups(rules)
        self._index.close()
        size = self._index.chunks, self._index.rows
        self._list(lists.documents_spec(*size, totals, rules, self.catalogue))
        titles = defaultdict(str, {rule.id: rule.title for rule in rules})
        said: dict[str, Any] = {"totals": totals, "rules": rules, "titles": titles}
        families = _families(rules)
        title = self.catalogue.gettext("审核规则")
        self._page(PAGES["rules"], "rules.html.j2", "rules", title=title, families=families, **said)
        drawn = charts.write(self.out, totals, rules, self.run.history, self.catalogue)
        title = self.catalogue.gettext("总览")
        states = Counter(line.state.value for line in lines)
        self._page(
            PAGES["overview"],
            "index.html.j2",
            "overview",
            title=title,
            charts=drawn,
            states=states,
            **said,
        )
        write_messages(self.out / "data" / "messages.js", self.catalogue)
        shutil.copytree(STATIC, self.out / "static", dirs_exist_ok=True)
        self._remove_stale()
        return self.out / PAGES["overview"]

    def _groups(self, rules: list[RuleText]) -> None:
        """The pages of units, and the lists of units and of projects."""
        units = sorted(self.totals.units.values(), key=_weight)
        said = repr((self.lang, self._pages, rules))
        for unit in units:
            address = f"units/{short_hash(unit.name)}.html"
            self._page(address, "unit.html.j2", "units", said + repr(unit), title=unit.name, unit=unit, rules=rules)  # fmt: skip
        for name, groups in (
            ("units", units),
            ("projects", sorted(self.totals.projects.values(), key=_weight)),
        ):
            size = self._rows(name, (lists.group_row(group, name) for group in groups))
            self._list(lists.groups_spec(name, *size, self.catalogue))

    def _roster(self, lines: list[RosterLine]) -> None:
        """The page of who has filed, and the same as CSV."""
        chunks, count = self._rows("roster", roster.rows(lines, self.arrivals))
        counts = Counter(line.state for line in lines)
        states = {
            state.value: (label, tone, counts[state])
            for state, (label, tone) in roster.STATES.items()
        }
        spec = lists.roster_spec(chunks, states, count, self.catalogue)
        roster.write_csv(self.out, lines, self.arrivals, self.catalogue)
        self._list(
            spec,
            "roster.html.j2",
            states=states,
            offices=roster.offices(lines),
            unnamed=self.arrivals.unnamed,
            csv=roster.CSV,
        )

    def _rows(self, name: str, rows: Iterable[Sequence[Any]]) -> tuple[int, int]:
        """Write the rows of a list; the number of files and of rows."""
        chunks = ChunkWriter(self.out / "data", name)
        for row in rows:
            chunks.add(row)
        chunks.close()
        return chunks.chunks, chunks.rows

    def _list(self, spec: lists.Spec, template: str = "list.html.j2", **more: Any) -> None:
        """The page of a list, and its description, which the pages that it leads to read too."""
        name = spec["name"]
        text = f"selfeval.specs[{safe_json(name)}]={safe_json(spec)};\n"
        (self.out / "data" / f"{name}.js").write_text(text, encoding="utf-8")
        self._page(self._pages[name], template, name, title=spec["title"], spec=spec, **more)

    def _rule_number(self, rule_id: str) -> int:
        return self._rule_numbers.setdefault(rule_id, len(self._rule_numbers))

    def _rules(self) -> list[RuleText]:
        """Every rule of the catalogue and every other that has findings, in the order of the numbers that the list uses."""
        known = {**self.totals.rule_texts, **self.sources.rules}
        return [known.get(rule_id) or RuleText(rule_id, rule_id) for rule_id in self._rule_numbers]

    def _page(
        self, address: str, template: str, section: str, made_from: str = "", **context: Any
    ) -> None:
        """Write a page, unless it stands and was made from the same."""
        self._written.add(address)
        if made_from:
            self.keys[address] = sha256(made_from.encode()).hexdigest()
            if self._standing.get(address) == self.keys[address]:
                return
        path = self.out / address
        root = "../" * address.count("/")
        text = render(
            self.lang,
            template,
            root=root,
            section=section,
            pages=self._pages,
            run=self.run,
            **context,
        )
        path.write_text(text, encoding="utf-8")

    def _remove_stale(self) -> None:
        """A page that an earlier build wrote and this one did not would say what nobody stands by any more."""
        for folder in ("documents", "units"):
            for path in (self.out / folder).glob("*.html"):
                if f"{folder}/{path.name}" not in self._written:
                    path.unlink()
        if "roster" not in self._pages:
            for name in ("roster.html", roster.CSV, "data/roster.js"):
                (self.out / name).unlink(missing_ok=True)


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
