"""One form as the desk shows it: its pages, each value in doubt, each finding, and what was decided about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from selfeval.core.fields import field_at
from selfeval.flows.review.alternatives import alternatives
from selfeval.flows.review.queue import QueueItem, holding
from selfeval.records.store.decisions import CAPTIONS, DecisionRow, Subject
from selfeval.records.store.store import Store
from selfeval.reports import labels
from selfeval.reports.i18n import translator
from selfeval.reports.model import (
    Crop,
    DocumentView,
    DoubtView,
    FindingView,
    FormPage,
    PageImage,
    PageView,
    RuleText,
    Value,
)
from selfeval.reports.site.crops import crop_of
from selfeval.reports.site.sources import Sources
from selfeval.reports.site.views import NAMED_BY, publishable

if TYPE_CHECKING:
    from selfeval.records.tables.build import Tables

#: Gives the pictures of the pages that these tables speak of, by document_id and page.
Pictures = Callable[["Tables"], Mapping[tuple[str, int], PageImage]]


@dataclass(frozen=True, slots=True)
class Made:
    """A decision in words: what, where, by whom and when; `detail` is what it changed, `stands` whether it still holds."""

    decision: DecisionRow
    caption: str
    where: str
    when: str
    detail: str
    stands: bool


@dataclass(frozen=True, slots=True)
class DoubtCard:
    """A printed cell in doubt: its value, or its values where it spans rows. `other` is what else it may be, `engine` what read it. Not `is_value` is what is
    doubted of a row, a column or the page: it is confirmed, and never corrected as a whole."""

    number: int
    where: str
    value: Value
    crop: Crop | None
    is_value: bool
    other: tuple[str, ...]
    engine: str


@dataclass(frozen=True, slots=True)
class FindingCard:
    """A finding, and what stands decided about it."""

    view: FindingView
    made: Made | None


@dataclass(frozen=True, slots=True)
class FormDesk:
    """Everything on the page of a form. `known` is the number of the last decision of all that the page shows."""

    item: QueueItem
    doc: DocumentView
    form: FormPage
    sheets: tuple[PageView, ...]
    doubts: tuple[DoubtCard, ...]
    findings: tuple[FindingCard, ...]
    made: tuple[Made, ...]
    known: int

    @property
    def left(self) -> int:
        """How many of the cards are not decided."""
        return len(self.doubts) + sum(card.made is None for card in self.findings)

    @property
    def reviewed(self) -> Made | None:
        return next((one for one in self.made if one.stands and one.decision.kind == "reviewed"), None)  # fmt: skip


def form_desk(store: Store, item: QueueItem, pictures: Pictures) -> FormDesk:
    """The page of a form."""
    from selfeval.reports.site.views import document_views

    document_id = item.judged.document_id
    # before the tables: what is decided between the two is then a conflict and no oversight
    all_made = store.decisions(document_id=document_id)
    tables = store.load([document_id])
    images = pictures(tables)
    sources = Sources(rules(), images)
    views = document_views(tables, tables.findings, store.verdicts([document_id]), sources, translator("zh"))  # fmt: skip
    doc = next(views)
    form = next(one for one in doc.forms if one.form_id == item.judged.form_id)
    held = holding(all_made, store.clock.stamp())
    say = _sayings(form)
    told = tuple(
        _made(one, held, say, store) for one in reversed(all_made) if one.form == item.judged.form
    )
    cells = tables.cells
    own = cells[cells["form_id"] == form.form_id]
    undecided = set(own[own["decided_by"].isna()]["path"])
    open_doubts = [one for one in form.doubts if one.value.path in undecided]
    by_finding = {one.decision.finding_id: one for one in told if one.stands}
    return FormDesk(
        item,
        doc,
        form,
        _sheets(doc, form),
        tuple(_doubt_cards(open_doubts, form, images, document_id)),
        tuple(FindingCard(one, by_finding.get(one.id)) for one in form.findings if not one.cause),
        told,
        max((one.number for one in all_made), default=0),
    )


@cache
def rules() -> dict[str, RuleText]:
    """The texts of the catalogue, read once."""
    from selfeval.flows.run.report_inputs import rule_texts_of

    return rule_texts_of()


def _sheets(doc: DocumentView, form: FormPage) -> tuple[PageView, ...]:
    """The pages on which something of this form stands, with the boxes of its findings; all pages where nothing is placed."""
    own = {spot.page for value in values_of(form) for spot in value.spots}
    own |= {one.spot.page for one in form.findings if one.spot}
    ids = {one.id for one in form.findings if not one.cause}
    return tuple(
        replace(page, findings=tuple(one for one in page.findings if one.id in ids))
        for page in doc.sheets
        if not own or page.number in own
    )


def values_of(form: FormPage) -> Iterable[Value]:
    """Every value of the form."""
    for pairs in (form.header, form.goals, form.total, form.conclusions, form.other):
        yield from (value for _, value in pairs)
    for table in (form.funds, form.indicators, form.tasks):
        if table:
            yield from (cell.value for row in table.rows for cell in row)
    yield from (doubt.value for doubt in form.doubts)


def _doubt_cards(
    doubts: Sequence[DoubtView],
    form: FormPage,
    images: Mapping[tuple[str, int], PageImage],
    document_id: str,
) -> Iterable[DoubtCard]:
    """One card a printed cell: a merged cell stands in the form's rows as often as it spans some."""
    cells: dict[tuple[object, ...], list[DoubtView]] = {}
    for one in doubts:
        value = one.value
        place = value.spots or value.path
        cells.setdefault((value.text, value.doubt, place), []).append(one)
    for number, same in enumerate(cells.values(), 1):
        first = same[0]
        spot = next(iter(first.value.spots), None)
        image = images.get((document_id, spot.page)) if spot else None
        yield DoubtCard(
            number,
            first.where if len(same) == 1 else f"{first.where}等 {len(same)} 处",
            first.value,
            crop_of(spot, image, form.veils) if spot and image else None,
            field_at(first.value.path) is not None,
            alternatives(first.value.doubt or "", first.value.text or ""),
            first.value.engine or form.engine,
        )


@dataclass(frozen=True, slots=True)
class _Sayings:
    """How places and findings of a form are called."""

    place: Callable[[str], str]
    findings: Mapping[str, str]


def _sayings(form: FormPage) -> _Sayings:
    texts = {value.path: value.text for value in values_of(form) if value.text}

    def name(block: str, row: int) -> str:
        said = (texts.get(f"{block}/{row}/{key}") for key in NAMED_BY[block])
        text = "".join(next(filter(None, said), "").split())
        return text if len(text) <= 24 else f"{text[:23]}…"

    catalogue = translator("zh")
    titles = {one.id: f"{one.rule.title}（{one.where}）" for one in form.findings}
    return _Sayings(lambda path: labels.say_path(path, name, catalogue), titles)


def _made(
    one: DecisionRow, held: Mapping[Subject, DecisionRow], say: _Sayings, store: Store
) -> Made:
    where = "本表"
    if one.finding_id:
        place = say.place(one.path or "")
        rule = rules().get(one.rule or "")
        where = say.findings.get(one.finding_id) or (f"{rule.title}（{place}）" if rule else place)
    elif one.path:
        where = say.place(one.path)
    stands = held.get(one.subject)
    return Made(
        one,
        CAPTIONS[one.kind],
        where,
        store.clock.shown(one.made_at),
        _detail(one),
        stands is not None and stands.number == one.number,
    )


def _detail(one: DecisionRow) -> str:
    reading = publishable(one.reading or "") or "（空）"
    if one.kind == "correct":
        return f"“{reading}”更正为“{publishable(one.value or '') or '（空）'}”"
    if one.kind in ("confirm", "unreadable"):
        return f"“{reading}”"
    return f"有效至 {one.until}" if one.until else ""
