"""应报、已报、未报: the roster held against the forms of the report, by authority and unit, as a list and as CSV."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from selfeval.core.filings import unit_key
from selfeval.core.formulas import harmless
from selfeval.core.masking import mask_text
from selfeval.core.roster import Arrival, Expected, Filings, RosterLine
from selfeval.reports.i18n import N_
from selfeval.reports.model import DocumentView, FormPage
from selfeval.reports.site import lists
from selfeval.reports.site.totals import entry_of

#: What each state is called, the most pressing first, and the colour of its word.
STATES = {
    Arrival.MISSING: (N_("未报"), "error"),
    Arrival.UNSURE: (N_("待核实"), "warning"),
    Arrival.FILED: (N_("已报"), ""),
}
CSV = "data/roster.csv"
_CSV_COLUMNS = (N_("主管部门"), N_("单位"), N_("项目"), N_("年度"), N_("报送情况"), N_("自评表（份）"), N_("文件"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class FiledForm:
    """A form of the report, as the roster asks for it."""

    form_id: str
    unit: str
    project_name: str
    year: int | None
    authority_key: str
    address: str
    title: str
    document: str


@dataclass(slots=True)
class Office:
    """An authority: how many of its lines stand how."""

    name: str
    counts: Counter[Arrival] = field(default_factory=Counter)

    @property
    def expected(self) -> int:
        return self.counts.total()


class Arrivals:
    """The roster against the forms, once all have passed by; `expected` is empty where there is no roster."""

    def __init__(self, expected: Sequence[Expected]) -> None:
        self.expected = expected
        self._forms: dict[str, FiledForm] = {}

    def add(self, view: DocumentView, form: FormPage) -> None:
        """Take note of a form."""
        if self.expected:
            entry = entry_of(view, form)
            self._forms[form.form_id] = FiledForm(
                form.form_id, form.unit, form.project, form.year, unit_key(form.authority), entry.address, entry.title, view.document,
            )  # fmt: skip

    def lines(self) -> list[RosterLine]:
        """Every line of the roster with how it stands, those first that wait."""
        filings = Filings(self._forms.values())
        order = list(STATES)
        found = [filings.standing(expected) for expected in self.expected]
        return sorted(found, key=lambda line: order.index(line.state))

    def forms_of(self, line: RosterLine) -> list[FiledForm]:
        return [self._forms[form_id] for form_id in line.form_ids]

    @property
    def unnamed(self) -> list[FiledForm]:
        """The forms that do not say whose they are."""
        return [form for form in self._forms.values() if not unit_key(form.unit)]


def offices(lines: Iterable[RosterLine]) -> list[Office]:
    """The authorities of the roster, those first that wait for most."""
    found: dict[str, Office] = {}
    for line in lines:
        name = line.expected.authority
        found.setdefault(name, Office(name)).counts[line.state] += 1
    return sorted(found.values(), key=lambda one: (-one.counts[Arrival.MISSING], one.name))


def rows(lines: Iterable[RosterLine], arrivals: Arrivals) -> Iterable[list[Any]]:
    """One row a line of the roster; it leads to the first form that is it or may be it."""
    for line in lines:
        forms = arrivals.forms_of(line)
        values = {
            "unit": mask_text(line.expected.unit),
            "project": mask_text(line.expected.project),
            "year": line.expected.year,
            "authority": mask_text(line.expected.authority),
            "state": line.state.value,
            "forms": len(forms),
            "document": forms[0].document if forms else "",
        }
        yield lists.row("roster", forms[0].address if forms else "", values)


def write_csv(
    out: Path, lines: Iterable[RosterLine], arrivals: Arrivals, catalogue: NullTranslations
) -> None:
    """Write data/roster.csv, which Excel opens."""
    _ = catalogue.gettext
    with (out / CSV).open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([_(label) for label in _CSV_COLUMNS])
        for line in lines:
            forms, one = arrivals.forms_of(line), line.expected
            texts = (one.authority, one.unit, one.project, str(one.year or ""), _(STATES[line.state][0]), str(len(forms)),
                     "；".join(dict.fromkeys(form.document for form in forms)))  # fmt: skip
            writer.writerow([harmless(mask_text(text)) for text in texts])
