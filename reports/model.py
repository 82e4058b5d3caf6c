"""The values that a report is made of: page images and rule texts that callers hand in, and the views that templates print.

A view holds one document as an auditor sees it. It is built from the tidy tables (see `views`), printed, and dropped, so that a
report of ten thousand documents needs no more memory than one of ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from selfeval.core.paths import page_address
from selfeval.core.severities import SEVERITIES


class Spot(NamedTuple):
    """A box on a page: page from 1, and PDF points of the page as displayed, origin at the upper left."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float

    def attribute(self) -> str:
        """`page:x0,top,x1,bottom`, as the page's script reads it from `data-at`."""
        return "%d:%.2f,%.2f,%.2f,%.2f" % self  # noqa: UP031 - of millions; twice as fast as an f-string


@dataclass(frozen=True, slots=True)
class PageImage:
    """The picture of one page, upright: `path` relative to the site's folder with forward slashes; `width` and `height` in PDF points;
    `turn` the degrees by which the page as displayed lies turned clockwise against it."""

    document_id: str
    page: int
    path: str
    width: float
    height: float
    turn: int = 0


@dataclass(frozen=True, slots=True)
class RuleText:
    """What the catalogue says of a rule, for people."""

    id: str
    title: str
    severity: str = "warning"
    family: str = ""
    statement: str = ""
    tolerance: str = ""
    source: str = ""
    remedy: str = ""
    traps: tuple[str, ...] = ()
    core: bool = (
        False  # judges every form; where it is undecided, nothing can be concluded of the form
    )

    @property
    def severity_rank(self) -> int:
        return SEVERITIES.index(self.severity)

    @classmethod
    def from_mapping(
        cls, entry: Mapping[str, Any], sources: Mapping[str, str], lang: str = "zh"
    ) -> RuleText:
        """Given an entry of the catalogue as plain data and what its source keys stand for, keep what a reader needs."""

        def said(name: str) -> Any:
            """The text in the language of the report, or in Chinese where the catalogue has no other."""
            return (lang != "zh" and entry.get(f"{name}_{lang}")) or entry.get(name)

        return cls(
            id=str(entry["id"]),
            title=str(said("title") or entry["id"]),
            severity=severity_name(entry.get("severity")),
            family=str(entry.get("family") or ""),
            statement=str(entry.get(lang) or entry.get("zh") or ""),
            tolerance=str(said("tolerance") or ""),
            source=("；" if lang == "zh" else "; ").join(
                sources.get(key, key) for key in entry.get("source") or ()
            ),
            remedy=str(said("remedy") or ""),
            traps=tuple(str(trap) for trap in said("traps") or ()),
            core=bool(entry.get("core")),
        )


def rule_texts(
    entries: Iterable[Mapping[str, Any]], sources: Mapping[str, str], lang: str = "zh"
) -> dict[str, RuleText]:
    """Given the catalogue's entries as plain data, return what reports print of them, by id and in the catalogue's order."""
    return {
        text.id: text for text in (RuleText.from_mapping(entry, sources, lang) for entry in entries)
    }


@dataclass(frozen=True, slots=True)
class WaiverShown:
    """What an auditor decided on a finding: the explanation was accepted, or the form is returned, or it is in question (`kind`: accept,
    return, question). `until` is the last day on which an acceptance holds, "" for ever; `void` says why it no longer holds, "" while it
    does."""

    finding_id: str
    who: str
    when: str
    why: str
    void: str = ""
    until: str = ""
    kind: str = "accept"


@dataclass(frozen=True, slots=True)
class Version:
    """One filing of a form, in order of `number` from 1. `address` is the page of that version in this site, if it has one; `replaced_by` the
    number of the filing that counts in its place, 0 for that one."""

    form_id: str
    number: int
    document: str
    received: str
    total_score: str = ""
    findings: int | None = None  # None: not known
    address: str = ""
    is_this: bool = False
    replaced_by: int = 0


@dataclass(frozen=True, slots=True)
class Value:
    """One value as printed (None: the form has no such column), where it stands, and why it may have been misread."""

    path: str
    text: str | None
    spots: tuple[Spot, ...] = ()
    doubt: str | None = None
    severity: str = ""  # the weightiest open finding about it
    sure: str = ""  # how sure the reading is, in percent; "" for certain
    engine: str = ""  # what read it; "" for the engine that read most of the form

    @property
    def at(self) -> str:
        return " ".join(spot.attribute() for spot in self.spots)


@dataclass(frozen=True, slots=True)
class TableCell:
    value: Value
    row_span: int = 1
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A block of the form as printed: columns in printed order, cells that span rows given once."""

    caption: str
    columns: tuple[tuple[str, str], ...]  # (key, label)
    rows: tuple[tuple[TableCell, ...], ...]


@dataclass(frozen=True, slots=True)
class Crop:
    """The part of a page image that shows a finding: an SVG viewBox in points, and the image."""

    image: PageImage
    x: float
    y: float
    width: float
    height: float
    veils: tuple[Spot, ...] = ()  # personal data on that page, covered


@dataclass(frozen=True, slots=True)
class FindingView:
    number: int  # from 1 in the document, as written beside its box
    id: str
    rule: RuleText
    severity: str
    subject: str
    where: str
    message: str
    printed: str
    expected: str
    status: str
    spot: Spot | None = None
    crop: Crop | None = None
    waiver: WaiverShown | None = None
    cause: str = ""  # the id of the open finding that this one only follows from
    consequences: tuple[FindingView, ...] = ()

    @property
    def anchor(self) -> str:
        return f"finding-{self.id}"


@dataclass(frozen=True, slots=True)
class DoubtView:
    """A value that was not read with certainty, or about which there is something to tell: never mixed with findings."""

    where: str
    value: Value


@dataclass(frozen=True, slots=True)
class Undecided:
    """A rule that could not be decided for one reason in `count` places, the first of which are named."""

    rule: RuleText
    why: str
    places: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class OpenRule:
    """A core rule that could not be decided in `count` of the `asked` places about which it was asked."""

    rule: RuleText
    count: int
    asked: int


@dataclass(frozen=True, slots=True)
class FormPage:
    """One form with everything said about it."""

    form_id: str
    number: int
    title: str
    year: int | None
    project: str
    unit: str
    authority: str
    amount_unit: str
    header: tuple[tuple[str, Value], ...]
    funds: PrintedTable | None
    goals: tuple[tuple[str, Value], ...]
    indicators: PrintedTable | None
    tasks: PrintedTable | None
    conclusions: tuple[tuple[str, Value], ...]
    other: tuple[tuple[str, Value], ...]
    total: tuple[tuple[str, Value], ...]
    findings: tuple[FindingView, ...]
    doubts: tuple[DoubtView, ...]
    notes: tuple[DoubtView, ...]
    undecided: tuple[Undecided, ...]
    open_rules: tuple[OpenRule, ...]
    verdict_counts: Mapping[str, int]
    budget: Decimal | None = (
        None  # 万元, of the total row; None where the amount or its unit is unknown
    )
    executed: Decimal | None = None
    rate: Decimal | None = None  # executed of budget in percent, which needs no unit
    score: Decimal | None = None
    unexplained_loss: Decimal = Decimal(0)
    versions: tuple[Version, ...] = ()
    veils: tuple[Spot, ...] = ()
    decided: tuple[DoubtView, ...] = ()  # values that somebody has confirmed or corrected
    engine: str = ""  # what read most of the form
    is_reviewed: bool = False

    @property
    def open_findings(self) -> tuple[FindingView, ...]:
        """What somebody has to act on: causes, without what only follows from them."""
        return tuple(finding for finding in self.findings if finding.status != "waived" and not finding.cause)  # fmt: skip

    def count(self, severity: str) -> int:
        return sum(finding.severity == severity for finding in self.open_findings)

    @property
    def replaced_by(self) -> int:
        """The number of the filing that counts in place of this one, 0 where this one counts."""
        return next((version.replaced_by for version in self.versions if version.is_this), 0)

    @property
    def is_open(self) -> bool:
        """Whether a core rule could not be decided: nothing can be concluded of the form as a whole."""
        return bool(self.open_rules)

    @property
    def is_clean(self) -> bool:
        """Without an open finding, and decided in everything that is core."""
        return not self.open_findings and not self.is_open


@dataclass(frozen=True, slots=True)
class PageView:
    """One page of the document: its image if there is one, and the findings that point into it."""

    number: int
    image: PageImage | None
    findings: tuple[FindingView, ...]
    veils: tuple[Spot, ...] = ()

    @property
    def piles(self) -> list[list[FindingView]]:
        """The findings by the box that they are drawn on."""
        found: dict[Spot | None, list[FindingView]] = {}
        for finding in self.findings:
            found.setdefault(finding.spot, []).append(finding)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class SkippedView:
    """A table of the file that was not read as a self-evaluation."""

    page: int
    title: str
    kind: str
    has_image: bool


@dataclass(frozen=True, slots=True)
class DocumentView:
    document_id: str
    document: str
    pages: int
    status: str
    reason_code: str = ""
    reason_message: str = ""
    reason_hint: str = ""
    forms: tuple[FormPage, ...] = ()
    sheets: tuple[PageView, ...] = field(default=())
    skipped: tuple[SkippedView, ...] = ()

    @property
    def address(self) -> str:
        """The page's address from the site's folder; it depends on the file's content only, so it can stand in a letter."""
        return page_address(self.document_id)

    @property
    def findings(self) -> tuple[FindingView, ...]:
        return tuple(finding for form in self.forms for finding in form.findings)


def severity_name(value: object) -> str:
    """Given a severity as a rule or a frame spells it, return one of SEVERITIES (an unknown one is a warning)."""
    text = str(value or "").strip().lower()
    return {"e": "error", "w": "warning", "i": "information", "info": "information"}.get(
        text, text if text in SEVERITIES else "warning"
    )
