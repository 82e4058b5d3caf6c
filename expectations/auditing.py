"""Tidy tables -> audit: views, judgement, suites, findings. A season of documents is judged in batches, in the memory of one."""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from selfeval.core.batch_cache import forget
from selfeval.core.roster import Expected
from selfeval.expectations import catalogue
from selfeval.expectations.cross_form import Card, Index, Peers, card_of
from selfeval.expectations.findings import Audit, collect
from selfeval.expectations.frames import keys
from selfeval.expectations.judging import ACROSS, Judgement
from selfeval.expectations.kept import Kept, KeptDocument, bases, values_of
from selfeval.expectations.profiles import known, set_by_user
from selfeval.expectations.roster import read_roster
from selfeval.expectations.rules.history import SYSTEMATIC
from selfeval.expectations.switched_off import Off, off_by_form
from selfeval.expectations.view import FormView, views
from selfeval.records.tables.columns import Cells

if TYPE_CHECKING:
    from selfeval.expectations.gx.validating import SuiteRunner
    from selfeval.records.tables.build import Tables

#: Documents that are judged at a time. A batch costs Great Expectations a second and more, and a document of 20 indicators some 200 kB.
BATCH = 600

#: Documents that are loaded at a time for a few of their forms.
_FETCHED = 100

#: Gives the tables of some documents, with the cells that are wanted.
Load = Callable[[Sequence[str], Cells], "Tables"]
#: Gives the forms of some documents.
LookAt = Callable[[Sequence[str]], list[FormView]]


def audit(
    tables: Tables,
    profile: str | None = None,
    roster: Path | None = None,
    off: Sequence[Off] = (),
) -> Audit:
    """Judges every form of `tables` by every rule that applies to it. `profile` overrides the profile that the forms carry; `roster` is a
    CSV of those who have to submit (see `roster.read_roster`); `off` are rules that are switched off for some of the forms.

    Raises profiles.ProfileError for an unknown profile, roster.RosterError for a roster that cannot be read. A rule that raises costs only
    itself: see `Audit.faults`."""
    from selfeval.expectations.gx.validating import SuiteRunner

    peers = Peers(read_roster(roster) if roster else ())
    return _judge(SuiteRunner(), _under(profile, tables), peers, off)


def audit_in_batches(
    document_ids: Sequence[str],
    load: Load,
    profile: str | None = None,
    roster: Path | None = None,
    size: int = BATCH,
    off: Sequence[Off] = (),
    kept: Kept | None = None,
    readings: Mapping[str, str] | None = None,
    replaced: Mapping[str, int] | None = None,
    counted: bool = True,
    run: str = "audit",
) -> Iterator[tuple[Tables, Audit]]:
    """The same for more documents than memory should hold: batches of tables, with what was found among them, each with its audit.
    `document_ids` are in the order in which the documents were received, and `load` gives the tables of some of them. With `kept`, and the
    `readings` of the documents, only what rests on something new is judged. `replaced` are the ids of forms that a later filing replaces,
    with its number: rules across documents neither see them nor are asked about them. Not `counted` is an audit
    without what Great Expectations counts of it, for Data Docs: the same findings without the seconds that it takes to start. Data Docs
    call it `run`.

    Raises what `audit` raises, before the first batch or at any."""
    runner = None
    if counted:
        from selfeval.expectations.gx.validating import SuiteRunner

        runner = SuiteRunner(run=run)
    expected, replaced = read_roster(roster) if roster else (), replaced or {}
    for ids, peers in batches(
        document_ids, load, profile, expected, size, kept, readings, replaced
    ):
        tables = _under(profile, load(ids, Cells.ALL))
        found = _judge(runner, tables, peers, off, replaced)
        yield replace(tables, findings=found.findings), found


def batches(
    document_ids: Sequence[str],
    load: Load,
    profile: str | None,
    roster: Sequence[Expected],
    size: int = BATCH,
    kept: Kept | None = None,
    readings: Mapping[str, str] | None = None,
    replaced: Mapping[str, int] | None = None,
) -> Iterator[tuple[Sequence[str], Peers]]:
    """The documents in batches that are judged together, each with what its forms can ask about others.

    All documents are looked at twice: first for what forms have to know of each other, then to be judged. Forms of one project are judged
    together, so that few have to be loaded a third time."""

    def looked_at(ids: Sequence[str]) -> list[FormView]:
        return views(_under(profile, load(ids, Cells.JUDGED)))

    expected, replaced = tuple(roster), replaced or {}
    if kept is None and len(document_ids) <= size:
        yield document_ids, Peers(expected, replaced=replaced)
        return
    kept = Kept("") if kept is None else kept
    readings = dict.fromkeys(document_ids, "") if readings is None else readings
    _survey(
        [one for one in document_ids if one not in kept.documents], looked_at, size, kept, readings
    )
    cards = [card for one in document_ids for card in kept.documents[one].cards]
    index = Index([card for card in cards if card.form_id not in replaced])
    due, failing = (
        _due(document_ids, kept, index, readings, expected, replaced),
        kept.failing(SYSTEMATIC),
    )
    in_order = sorted(
        due,
        key=lambda document_id: min(
            (card.key or ("", "") for card in kept.documents[document_id].cards), default=("", "")
        ),
    )
    for batch in _batches(in_order, size):
        others = {
            one.form_id: one
            for document_id in batch
            for card in kept.documents[document_id].cards
            for one in index.compared(card)
        }
        outside = [card for card in others.values() if card.document_id not in set(batch)]
        fetch = _Fetch(looked_at, index, outside, size)
        yield batch, Peers(expected, whole=index, fetch=fetch, failing=failing.__getitem__)


def _due(
    document_ids: Sequence[str],
    kept: Kept,
    index: Index,
    readings: Mapping[str, str],
    expected: Sequence[Expected],
    replaced: Mapping[str, int],
) -> list[str]:
    """The documents whose verdicts rest on something else than those that are kept, and at least one: Data Docs show what ran."""
    found = bases(kept, index, readings, expected, replaced)
    due = [one for one in document_ids if kept.documents[one].basis != found[one]]
    kept.documents |= {one: replace(kept.documents[one], basis=found[one]) for one in due}
    return due or list(document_ids[:1])


def _under(profile: str | None, tables: Tables) -> Tables:
    """The tables with every form under the profile, where one is given."""
    if profile is None:
        return tables
    known(profile)
    return replace(tables, forms=tables.forms.assign(profile=set_by_user(profile)))


def _judge(
    runner: SuiteRunner | None,
    tables: Tables,
    peers: Peers,
    off: Sequence[Off],
    replaced: Mapping[str, int] = MappingProxyType({}),
) -> Audit:
    with _collector_paused():
        forms = views(tables, peers)
        silent = off_by_form(off, forms)
        for form in forms:
            if form.form_id in replaced:
                silent[form.form_id] = silent.get(form.form_id, {}) | _not_compared(replaced[form.form_id])  # fmt: skip
        judgement = Judgement(forms, catalogue.load(), off=silent)
        batch = runner.run(judgement, keys(tables)) if runner is not None else None
        return collect(judgement, tables.cells, batch)


def _not_compared(version: int) -> dict[str, str]:
    """The rules that are not asked about a form which the filing of that number replaces, and why."""
    why = f"本表已被第{version}版取代，不参与跨表比对"
    return {entry.id: why for entry in catalogue.load().entries.values() if entry.family == ACROSS}


def _survey(
    document_ids: Sequence[str], look_at: LookAt, size: int, kept: Kept, readings: Mapping[str, str]
) -> None:
    """Keep the cards of all forms of these documents, and of the rules whose failures are counted by unit those that each form fails."""
    same: dict[Any, Any] = {text: text for text in document_ids}
    for batch in _batches(document_ids, size):
        with _collector_paused():
            forms = look_at(batch)
            judgement = Judgement(forms, catalogue.load(), SYSTEMATIC)
            found = {rule: judgement.failing_forms(rule) for rule in SYSTEMATIC}
            packed = pickle.dumps([values_of(card_of(form)) for form in forms])
        del forms, judgement
        if len(batch) > _FETCHED:  # forms and their rows refer to each other
            gc.collect()
        forget()
        by_document: dict[str, list[Card]] = {document_id: [] for document_id in batch}
        for card in _unpacked(packed, same):
            by_document[card.document_id].append(card)
        for document_id, cards in by_document.items():
            failing = {
                card.form_id: tuple(rule for rule in SYSTEMATIC if card.form_id in found[rule])
                for card in cards
            }
            kept.documents[document_id] = KeptDocument(readings[document_id], tuple(cards), failing)


def _unpacked(packed: bytes, same: dict[Any, Any]) -> list[Card]:
    """Made now and not among the forms of a batch, cards stand close together and leave its memory to the next. Equal texts and keys on
    them are one: `same` holds those that occurred."""
    return [
        Card(
            *(
                same.setdefault(value, value) if isinstance(value, (str, bytes, tuple)) else value
                for value in card
            )
        )
        for card in pickle.loads(packed)
    ]


class _Fetch:
    """Forms outside of a batch by their ids: those foreseen, of at most so many documents, loaded beforehand, any other when it is asked
    for."""

    def __init__(self, look_at: LookAt, index: Index, foreseen: Sequence[Card], most: int) -> None:
        self._look_at, self._index = look_at, index
        wanted = {card.form_id for card in foreseen}
        documents = list(islice(dict.fromkeys(card.document_id for card in foreseen), most))
        self._forms = {
            form.form_id: form
            for part in _batches(documents, _FETCHED)
            for form in look_at(part)
            if form.form_id in wanted
        }

    def __call__(self, form_id: str) -> FormView:
        found = self._forms.get(form_id)
        return found or next(
            form
            for form in self._look_at([self._index.by_form[form_id].document_id])
            if form.form_id == form_id
        )


def _batches(document_ids: Sequence[str], size: int) -> Iterator[list[str]]:
    return (list(document_ids[at : at + size]) for at in range(0, len(document_ids), size))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No garbage collection within: an audit makes hundreds of thousands of small objects that all stay to its end, and looking through
    them again and again costs a quarter of its time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
