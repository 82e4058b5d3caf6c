"""What stood open at an earlier time: the store keeps every audit and the ledger every step, so the past need not be written down twice.

Times are compared here, and nowhere else: the run log gives a run's end, and what an earlier report said is only told, never acted on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from selfeval.core.paths import page_address
from selfeval.flows.ledger.ledger import RECEIPT, Ledger, history, submissions
from selfeval.flows.ledger.states import READ
from selfeval.records.store.engine import reading
from selfeval.records.store.schema_sql import (
    audit_findings,
    audits,
    decisions,
    extractions,
    form_versions,
)
from selfeval.records.store.statements import fetch
from selfeval.records.store.store import Store

if TYPE_CHECKING:
    from selfeval.reports.site.run_diff import Changes

#: a finding as two runs have it in common: the filings of one project, the rule, the subject
Key = tuple[str, str, str]
#: times from the oldest, and beside each what held from then on
_Series = tuple[list[str], list[str]]
_NOW = "9999"
_READ = frozenset(str(state) for state in READ)


class Past:
    """The ledger's steps and the store's audits, read once; asked for any number of times. Some 1 kB a document."""

    def __init__(self, store: Store, ledger: Ledger) -> None:
        self.store = store
        self.steps: dict[str, _Series] = {}
        self.readings: dict[str, _Series] = {}
        self.audits: dict[str, _Series] = {}
        self.places: dict[str, tuple[list[str], list[int]]] = {}
        with reading(ledger.engine) as connection:
            step = history.c
            rows = connection.execute(
                sa.select(step.submission_id, step.at, step.state).order_by(step.id)
            )
            _collect(self.steps, rows)
            came = sa.select(step.submission_id, step.at, step.id).where(RECEIPT)
            _collect(self.places, connection.execute(came.order_by(step.id)))
            self.owners = dict(
                connection.execute(
                    sa.select(submissions.c.submission_id, submissions.c.document_id)
                )
                .tuples()
                .all()
            )
            self.names = dict(
                connection.execute(sa.select(submissions.c.document_id, submissions.c.document))
                .tuples()
                .all()
            )
        with store.reading() as connection:
            read = sa.select(
                extractions.c.document_id, extractions.c.recorded_at, extractions.c.extraction_id
            )
            _collect(self.readings, connection.execute(read.order_by(extractions.c.generation)))
            judged = sa.select(audits.c.extraction_id, audits.c.recorded_at, audits.c.audit_id)
            _collect(self.audits, connection.execute(judged.order_by(audits.c.generation)))
            made = decisions.c
            ends_at = sa.case((made.kind == "accept", sa.func.coalesce(made.ends_at, _NOW)), else_="")  # fmt: skip
            waived = sa.select(made.finding_id, made.made_at, ends_at)
            #: the moment at which an acceptance ends, "" for what replaced or withdrew it
            self.waivers: dict[str, _Series] = {}
            waived = waived.where(made.finding_id.is_not(None)).order_by(made.number)
            _collect(self.waivers, connection.execute(waived))
            filed = form_versions.c
            self.filed: dict[str, tuple[str, str]] = {
                form_id: (series_id, document_id)
                for form_id, series_id, document_id in connection.execute(
                    sa.select(filed.form_id, filed.series_id, filed.document_id).order_by(
                        filed.recorded_at
                    )
                )
            }

    def standing(self, when: str = _NOW) -> dict[str, str]:
        """document_id -> audit_id, for every document that was read and judged then and stood in an inbox."""
        active = {
            self.owners[key]
            for key, steps in self.steps.items()
            if (_last(steps, when) or "") in _READ
        }
        found = {}
        for document_id in active:
            times, ids = self.readings.get(document_id, ([], []))
            for extraction_id in reversed(ids[: bisect_right(times, when)]):
                if audit_id := _last(self.audits.get(extraction_id), when):
                    found[document_id] = audit_id
                    break
        return found

    def waived(self, when: str = _NOW) -> set[str]:
        """The findings whose explanation was accepted then."""
        moment = self.store.clock.stamp() if when == _NOW else when
        return {
            finding_id
            for finding_id, entries in self.waivers.items()
            if (_last(entries, when) or "") > moment
        }

    def counted(self, standing: Collection[str], when: str = _NOW) -> dict[str, str]:
        """series_id -> the document whose forms counted then, of those that stood: the last that had been received."""
        place: dict[str, int] = {}
        for submission, document_id in self.owners.items():
            if document_id in standing and (_last(self.steps.get(submission), when) or "") in _READ:
                last = _last(self.places.get(submission), when) or 0
                place[document_id] = max(place.get(document_id, 0), last)
        found: dict[str, str] = {}
        for series_id, document_id in self.filed.values():
            if document_id in place and place[document_id] >= place.get(found.get(series_id, ""), 0):  # fmt: skip
                found[series_id] = document_id
        return found

    def _counts(self, form_id: str, counted: Mapping[str, str]) -> bool:
        series_id, document_id = self.filed[form_id]
        return counted.get(series_id) == document_id

    def open_by_rule(self, times: Iterable[str]) -> list[dict[str, int]]:
        """For each of the times, how many findings of each rule stood open in the filings that counted, without what only followed from
        another."""
        moments = []
        for when in times:
            standing = self.standing(when)
            moments.append((set(standing.values()), self.counted(standing, when), self.waived(when)))  # fmt: skip
        wanted = {audit_id for standing_audits, _, _ in moments for audit_id in standing_audits}
        columns = audit_findings.c
        grouped: sa.Select[Any] = sa.select(
            columns.audit_id, columns.form_id, columns.rule, sa.func.count().label("found")
        ).where(columns.cause.is_(None)).group_by(columns.audit_id, columns.form_id, columns.rule)  # fmt: skip
        single: sa.Select[Any] = sa.select(
            columns.audit_id, columns.form_id, columns.rule, columns.finding_id, columns.cause
        )
        ids = list(self.waivers)
        with self.store.reading() as connection:
            counts = fetch(connection, grouped, columns.audit_id, wanted)
            # the few that were ever accepted, and what followed from them
            accepted = fetch(connection, single, columns.finding_id, ids)
            following = fetch(connection, single, columns.cause, ids)
        found = []
        for standing_audits, counted, waived in moments:
            total: Counter[str] = Counter()
            for sign, rows in (
                (1, [(row, row.found) for row in counts]),
                (-1, [(row, 1) for row in accepted if row.cause is None and row.finding_id in waived]),
                (1, [(row, 1) for row in following if row.cause in waived and row.finding_id not in waived]),
            ):  # fmt: skip
                for row, number in rows:
                    if row.audit_id in standing_audits and self._counts(row.form_id, counted):
                        total[row.rule] += sign * number
            found.append({rule: count for rule, count in total.items() if count})
        return found

    def changes(self, when: str, said: str) -> Changes:
        """What differs between then and now. `said` is that time as the reader is told it."""
        from selfeval.reports.site.run_diff import AGAIN, NEW, SAME, ChangedDocument, Changes

        then, now = self.standing(when), self.standing()
        was_counted, heirs = self.counted(then, when), self.counted(now)
        by_document: dict[str, list[str]] = defaultdict(list)
        for series_id, document_id in self.filed.values():
            by_document[document_id].append(series_id)
        fresh, gone = now.keys() - then.keys(), then.keys() - now.keys()
        known = {key for document_id in then for key in by_document.get(document_id, ())}
        again = {
            document_id
            for document_id in fresh
            if not known.isdisjoint(by_document.get(document_id, ()))
        }
        before = self._open(then, self.waived(when), was_counted)
        after = self._open(now, self.waived(), heirs)
        was, stands = (
            Counter(key for keys in before.values() for key in keys),
            Counter(key for keys in after.values() for key in keys),
        )
        opened, closed = stands - was, was - stands
        rules: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for at, counted in enumerate((opened, closed, stands & was)):
            for (_series_id, rule, _subject), count in counted.items():
                rules[rule][at] += count
        lost: Counter[str] = Counter()
        for keys in before.values():
            for key in keys:
                lost[heirs.get(key[0], "")] += key in closed
        documents = []
        for document_id in now:
            kind = AGAIN if document_id in again else NEW if document_id in fresh else SAME
            won = sum(key in opened for key in after.get(document_id, ()))
            if won or lost[document_id] or kind != SAME:
                name = self.names.get(document_id, document_id)
                documents.append(
                    ChangedDocument(page_address(document_id), name, kind, won, lost[document_id])
                )
        replaced = {
            document_id
            for document_id in gone
            if not heirs.keys().isdisjoint(by_document.get(document_id, ()))
        }
        return Changes(
            said, new=len(fresh - again), again=len(again), gone=len(gone - replaced),
            rules={rule: (one[0], one[1], one[2]) for rule, one in rules.items()},
            documents=tuple(sorted(documents, key=lambda one: (-one.opened, -one.closed, one.document))),
        )  # fmt: skip

    def _open(
        self, standing: Mapping[str, str], waived: Collection[str], counted: Mapping[str, str]
    ) -> dict[str, list[Key]]:
        """document_id -> its open findings, in forms that counted, without what only followed from another."""
        owner = {audit_id: document_id for document_id, audit_id in standing.items()}
        names = ("audit_id", "finding_id", "form_id", "rule", "subject", "cause")
        columns = audit_findings.c
        query: sa.Select[Any] = sa.select(*(columns[name] for name in names))
        found: dict[str, list[Key]] = defaultdict(list)
        with self.store.reading() as connection:
            for row in fetch(connection, query, columns.audit_id, list(owner)):
                stands = row.finding_id not in waived and (row.cause is None or row.cause in waived)
                if stands and self._counts(row.form_id, counted):
                    series_id = self.filed[row.form_id][0]
                    found[owner[row.audit_id]].append((series_id, row.rule, row.subject or ""))
        return found


V = TypeVar("V")


def _collect(into: dict[str, tuple[list[str], list[V]]], rows: Iterable[Any]) -> None:
    for key, at, what in rows:
        times, values = into.setdefault(key, ([], []))
        # a clock that was set back must not hide what came later
        times.append(max(at, times[-1]) if times else at)
        values.append(what)


def _last(series: tuple[list[str], list[V]] | None, when: str) -> V | None:
    """What held at that time, None where nothing did yet."""
    if series is None:
        return None
    times, values = series
    count = bisect_right(times, when)
    return values[count - 1] if count else None
