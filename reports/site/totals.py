"""Running totals of a report: what the overview, the units, the projects and the rules pages say. Small whatever the batch's size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from urllib.parse import quote, urlencode

from selfeval.core.severities import SEVERITIES
from selfeval.records.tables.columns import RAISED
from selfeval.reports.model import DocumentView, FormPage, RuleText

SCORE_BANDS = (
    (Decimal(0), Decimal(60)),
    (Decimal(60), Decimal(80)),
    (Decimal(80), Decimal(90)),
    (Decimal(90), Decimal(95)),
    (Decimal(95), Decimal(98)),
    (Decimal(98), Decimal("100.000001")),
)


#: Bounds of the bands of execution rates that auditors ask for, in percent.
LOW_RATE, HIGH_RATE = 80, 90


def rate_band(rate: Decimal | None) -> str:
    """low, middle or high; unknown where there is no rate."""
    if rate is None:
        return "unknown"
    return "low" if rate < LOW_RATE else "middle" if rate < HIGH_RATE else "high"


def short_hash(text: str) -> str:
    """A stable, harmless file name for a name that came from a PDF."""
    return sha256(text.encode()).hexdigest()[:12]


@dataclass(slots=True)
class Funds:
    """Budget and executed in 万元 over the forms that print both with a unit."""

    budget: Decimal = Decimal(0)
    executed: Decimal = Decimal(0)
    counted: int = 0
    left_out: int = 0

    def add(self, form: FormPage) -> None:
        if form.budget is None or form.executed is None:
            self.left_out += 1
            return
        self.budget += form.budget
        self.executed += form.executed
        self.counted += 1


@dataclass(slots=True)
class ListedForm:
    """One form in the list of its unit or project."""

    address: str
    title: str
    unit: str
    year: int | None
    score: Decimal | None
    rate: Decimal | None
    counts: tuple[int, int, int]
    document: str


@dataclass(slots=True)
class Group:
    """A unit, or a project of a unit: its forms, its money, its findings by rule."""

    name: str
    unit: str = ""  # of a project
    authority: str = ""
    funds: Funds = field(default_factory=Funds)
    severities: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    unexplained_loss: Decimal = Decimal(0)
    years: set[int] = field(default_factory=set)
    forms: list[ListedForm] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Of a project: its form, or the list of its forms."""
        if len(self.forms) == 1:
            return self.forms[0].address
        asked = {"title": self.name, "unit": self.unit}
        return f"documents.html#{urlencode(asked, quote_via=quote)}"

    def add(self, form: FormPage, entry: ListedForm) -> None:
        self.funds.add(form)
        self.unexplained_loss += form.unexplained_loss
        self.authority = self.authority or form.authority
        if form.year is not None:
            self.years.add(form.year)
        for finding in form.open_findings:
            self.severities[finding.severity] += 1
            self.rules[finding.rule.id] += 1
        self.forms.append(entry)


@dataclass(slots=True)
class Totals:
    """Everything that is counted while documents stream by."""

    statuses: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    severity_forms: Counter[str] = field(
        default_factory=Counter
    )  # forms with at least one open finding of that severity
    verdicts: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    rule_forms: Counter[str] = field(default_factory=Counter)
    rule_texts: dict[str, RuleText] = field(default_factory=dict)
    funds: Funds = field(default_factory=Funds)
    units: dict[str, Group] = field(default_factory=dict)
    projects: dict[tuple[str, str], Group] = field(default_factory=dict)  # by unit and name
    forms: int = 0
    replaced_forms: int = 0  # of which a later filing counts; in none of the other numbers
    clean_forms: int = 0
    found_forms: int = 0  # with an open finding
    open_forms: int = 0  # where a core rule could not be decided, with findings or without
    faults: dict[str, tuple[str, int]] = field(
        default_factory=dict
    )  # rule that raised -> the first reason, and verdicts that it left open
    doubts: int = 0
    doubtful_forms: int = 0
    undecided_forms: int = 0
    reviewed_forms: int = 0
    rates: Counter[str] = field(default_factory=Counter)  # forms by band of the execution rate
    waived: int = 0
    scores: Counter[int] = field(default_factory=Counter)
    years: Counter[int] = field(default_factory=Counter)
    execution: list[tuple[float, float, str, str]] = field(
        default_factory=list
    )  # rate, score, project, address
    worst: list[tuple[tuple[int, int, int], ListedForm]] = field(default_factory=list)

    def add(self, view: DocumentView) -> None:
        self.statuses[view.status] += 1
        if view.status != "ok":
            self.reasons[view.reason_code, view.reason_message] += 1
        for form in view.forms:
            if form.replaced_by:  # read, and counted nowhere
                self.replaced_forms += 1
            else:
                self._add_form(view, form)

    def _add_form(self, view: DocumentView, form: FormPage) -> None:
        entry = entry_of(view, form)
        self.forms += 1
        self.clean_forms += form.is_clean
        self.found_forms += bool(form.open_findings)
        self.open_forms += form.is_open
        self.doubts += len(form.doubts)
        self.doubtful_forms += bool(form.doubts)
        self.undecided_forms += bool(form.undecided)
        self.rates[rate_band(form.rate)] += 1
        self.verdicts.update(form.verdict_counts)
        for item in form.undecided:
            if item.why.startswith(RAISED):
                why, count = self.faults.get(item.rule.id, (item.why, 0))
                self.faults[item.rule.id] = why, count + item.count
        self.funds.add(form)
        if form.year is not None:
            self.years[form.year] += 1
        self._add_findings(form)
        if form.score is not None:
            for at, (low, high) in enumerate(SCORE_BANDS):
                self.scores[at] += low <= form.score < high
            if form.rate is not None:
                self.execution.append(
                    (float(form.rate), float(form.score), entry.title, entry.address)
                )
        if form.unit:
            self.units.setdefault(form.unit, Group(form.unit)).add(form, entry)
        if form.project:
            key = form.unit, form.project
            self.projects.setdefault(key, Group(form.project, form.unit)).add(form, entry)
        self.worst.append((entry.counts, entry))
        if len(self.worst) > 200:
            self._trim(10)

    def _add_findings(self, form: FormPage) -> None:
        seen = set()
        for finding in form.findings:
            if finding.status == "waived":
                self.waived += 1
            if finding.status == "waived" or finding.cause:
                continue
            self.severities[finding.severity] += 1
            self.rules[finding.rule.id] += 1
            self.rule_texts.setdefault(finding.rule.id, finding.rule)
            seen.add(finding.rule.id)
        self.rule_forms.update(seen)
        self.severity_forms.update({finding.severity for finding in form.open_findings})

    def _trim(self, keep: int) -> None:
        self.worst = sorted(self.worst, key=lambda pair: pair[0], reverse=True)[:keep]

    def rules_by_cost(self, rules: Sequence[RuleText]) -> list[RuleText]:
        """The rules that have open findings, whatever their severity: first those that send the most forms back."""
        return sorted(
            (rule for rule in rules if self.rules[rule.id]),
            key=lambda rule: (-self.rule_forms[rule.id], -self.rules[rule.id], rule.severity_rank),
        )

    def most_findings(self, keep: int = 8) -> list[tuple[ListedForm, str]]:
        """The forms with the weightiest findings, most errors first, then warnings, each with what tells it apart: its unit, or its file
        where another one of them has the same unit or it has none."""
        self._trim(max(keep, 10))
        worst = [entry for counts, entry in self.worst[:keep] if any(counts)]
        units = Counter(entry.unit for entry in worst)
        return [
            (one, one.unit if one.unit and units[one.unit] == 1 else " · ".join(filter(None, (one.unit, one.document))))
            for one in worst
        ]  # fmt: skip


def entry_of(view: DocumentView, form: FormPage) -> ListedForm:
    anchor = f"#form-{form.number}" if len(view.forms) > 1 else ""
    counts = tuple(form.count(severity) for severity in SEVERITIES)
    title = form.project or form.title or view.document
    three = (counts[0], counts[1], counts[2])
    return ListedForm(
        f"{view.address}{anchor}",
        title,
        form.unit,
        form.year,
        form.score,
        form.rate,
        three,
        view.document,
    )
