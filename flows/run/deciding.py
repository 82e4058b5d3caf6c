"""A decision and what follows from it at once: the form is audited again, and whoever decided is told what opened and what closed.

    decide_and_audit(place, NewDecision("correct", by, reason, document_id, 1, "total/score", value="95")) -> Decided

Used by the commands and by the desk. No lock of the workspace is taken: the store lets one writer in at a time, and an audit that judged a
reading which is not current any more is not kept. Pages of the report follow with the next run or `selfeval report`."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from selfeval.flows.ledger.ledger import Ledger, active
from selfeval.flows.ledger.order import Receipt
from selfeval.flows.problems import Problem
from selfeval.flows.run.publishing import JUDGED, JUDGED_UNDER, terms
from selfeval.flows.run.stores import ledger_of, store_of
from selfeval.flows.workspace import Workspace, locked
from selfeval.records.store.decisions import (
    FIRST,
    ChainBreak,
    DecisionError,
    DecisionRow,
    Head,
    NewDecision,
)
from selfeval.records.store.store import Store

#: The file that keeps the head of the chain as it was last known here: rows that go missing at the end are told by it.
HEAD = "decisions.head"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of decisions: the entries (those that stood already included), findings that opened and that closed (rows of the table
    findings), doubts that opened and closed (form_id, path), how many documents were judged again, and why none were ("" for nothing wrong:
    what is said there is done by the next run)."""

    made: tuple[DecisionRow, ...]
    opened: tuple[Row, ...] = ()
    closed: tuple[Row, ...] = ()
    doubts_opened: tuple[tuple[str, str], ...] = ()
    doubts_closed: tuple[tuple[str, str], ...] = ()
    judged: int = 0
    put_off: str = ""


def decide_and_audit(
    place: Workspace,
    new: NewDecision | Sequence[NewDecision],
    *,
    expected_last: int | None = None,
) -> Decided:
    """Enter decisions, all of them or none, and judge again what rests on a value that they changed. DecisionError: they cannot be entered,
    as `Store.decide` says."""
    store, wanted = store_of(place), [new] if isinstance(new, NewDecision) else list(new)
    before = _Standing(store, _concerned(store, wanted))
    made = store.decide_all(wanted, expected_last=expected_last)
    return _followed(place, store, made, before)


def decide_each(
    place: Workspace, new: Sequence[tuple[NewDecision, int]]
) -> tuple[int, list[DecisionRow | DecisionError], Decided]:
    """The same for decisions that do not hang together, each with the number of the last one that its writer knew: how many there were
    before, of each its entry or why there is none, and what followed from all of them."""
    store = store_of(place)
    before = _Standing(store, _concerned(store, [one for one, _ in new]))
    count = store.decisions_head().number
    results: list[DecisionRow | DecisionError] = []
    for one, known in new:
        try:
            results.append(store.decide(one, expected_last=known))
        except DecisionError as error:
            results.append(error)
    made = [one for one in results if isinstance(one, DecisionRow)]
    return count, results, _followed(place, store, made, before)


def _followed(
    place: Workspace, store: Store, made: Sequence[DecisionRow], before: _Standing
) -> Decided:
    """What follows from decisions that have been entered."""
    note_head(place, store.decisions_head())
    judged: list[str] = []
    put_off = ""
    if any(one.finding_id is None and one.kind != "reviewed" for one in made):
        try:
            judged = judge_again(place, store, ledger_of(place), before)
        except (
            Problem
        ) as problem:  # a roster that is gone, say: what was decided is entered all the same
            put_off = f"{problem.message}，下次运行时重新审核"
    after = _Standing(store, before.documents)
    return Decided(
        tuple(made),
        tuple(row for key, row in after.open.items() if key not in before.open),
        tuple(row for key, row in before.open.items() if key not in after.open),
        tuple(sorted(after.doubts - before.doubts)),
        tuple(sorted(before.doubts - after.doubts)),
        len(judged),
        put_off,
    )


def _concerned(store: Store, new: Sequence[NewDecision]) -> set[str]:
    """The documents that decisions are about."""
    documents = {one.document_id for one in new if one.document_id}
    findings = [one.finding_id for one in new if one.finding_id]
    return documents | store.documents_of(findings)


class _Standing:
    """The open findings and the doubts of some documents."""

    def __init__(self, store: Store, documents: Collection[str] = ()) -> None:
        self._store, self.documents = store, set[str]()
        self.open: dict[str, Row] = {}
        self.doubts: set[tuple[str, str]] = set()
        self.add(documents)

    def add(self, documents: Collection[str]) -> None:
        """Look at these documents too, where that was not done."""
        fresh = set(documents) - self.documents
        self.documents |= fresh
        if not fresh:
            return
        found, doubts = self._store.standing(fresh)
        self.open |= {row["finding_id"]: row for row in found if row["status"] == "open"}
        self.doubts |= doubts


def judge_again(
    place: Workspace, store: Store, ledger: Ledger, before: _Standing | None = None
) -> list[str]:
    """Judge every document whose verdicts rest on something that changed since they were judged, under the profile, the roster and the
    rules switched off of the last run; their ids. `before` is shown each before its findings are replaced."""
    from selfeval.expectations import switched_off
    from selfeval.expectations.auditing import audit_in_batches
    from selfeval.expectations.kept import Kept

    items = ledger.all()
    receipt, known = Receipt(items), active(items)
    asked = json.loads(ledger.mark(JUDGED_UNDER) or "{}")
    profile, roster = asked.get("profile", ""), asked.get("roster", "")
    off = switched_off.read(place.root / switched_off.FILE)
    rules, common = terms(profile, off)
    kept = Kept.read(place.root / JUDGED, common, store.current_audits(rules))
    readings = store.current_readings(known)
    done: list[str] = []
    for tables, found in audit_in_batches(
        receipt.order(known),
        partial(receipt.load, store),
        profile or None,
        Path(roster) if roster else None,
        off=off,
        kept=kept,
        readings=readings,
        replaced=store.replaced(),
        counted=False,
    ):
        batch = tables.documents["document_id"].tolist()
        if before is not None:
            before.add(batch)
        store.save_audit(batch, found.findings, found.verdicts, rules, readings)
        done += batch
    _keep(place, kept, store.current_audits(rules), readings)
    return done


def _keep(
    place: Workspace,
    kept: Any,
    current: Mapping[str, tuple[str, str]],
    readings: Mapping[str, str],
) -> None:
    """Remember what was judged, unless a run is under way, which does so itself."""
    still = {one: current[one] for one, reading in readings.items() if current.get(one, ("",))[0] == reading}  # fmt: skip
    try:
        with locked(place):
            kept.write(place.root / JUDGED, still)
    except Problem as problem:
        if problem.code != "workspace-busy":
            raise


def note_head(place: Workspace, head: Head) -> None:
    """Keep the head of the chain beside the store. One that is further on stays: writers may come here out of order."""
    path = place.root / HEAD
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if _head_in(file.read()).number < head.number:
            file.seek(0)
            file.truncate()
            file.write(f"{head.number} {head.hash}\n")


def noted_head(place: Workspace) -> Head:
    """The head of the chain as it was last known here."""
    try:
        return _head_in((place.root / HEAD).read_text("ascii", "replace"))
    except FileNotFoundError:
        return Head()


def _head_in(text: str) -> Head:
    number, _, digest = text.strip().partition(" ")
    return Head(int(number), digest or FIRST) if number.isdecimal() else Head()


def broken(place: Workspace, store: Store) -> list[ChainBreak]:
    """What does not hold of the workspace's decisions, [] where everything does."""
    return store.verify_decisions(noted_head(place))
