"""What stood open at an earlier time: the store keeps every audit and the ledger every step, so the past need not be written down twice.

Times are compared here, and nowhere else: the run log gives a run's end, and what an earlier report said is only told, never acted on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from selfeval.core.paths import page_address
from selfeval.flows.ledger.ledger import Ledger, history, submissions
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

#: a finding as two runs have it in common: the filings of one project (or the form), the rule, the subject
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
        with reading(ledger.engine) as connection:
            rows = connection.execute(
                sa.select(history.c.submission_id, history.c.at, history.c.state).order_by(
                    history.c.id
                )
            )
            _collect(self.steps, rows)
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

    def standing(self, when: str = _NOW) -> dict[str, str]:
        """document_id -> audit_id, for every document that was read and judged then and stood in an inbox."""
        active = {
            self.owners[key] for key, steps in self.steps.items() if _last(steps, when) in _READ
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
            if _last(entries, when) > moment
        }

    def open_by_rule(self, times: Iterable[str]) -> list[dict[str, int]]:
        """For each of the times, how many findings of each rule stood open."""
        moments = [(self.standing(when), self.waived(when)) for when in times]
        wanted = {audit_id for standing, _waived in moments for audit_id in standing.values()}
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        accepted: dict[str, list[tuple[str, str]]] = defaultdict(
            list
        )  # the few findings that were ever accepted
        columns = audit_findings.c
        with self.store.reading() as connection:
            grouped: sa.Select[Any] = sa.select(
                columns.audit_id, columns.rule, sa.func.count().label("found")
            ).group_by(columns.audit_id, columns.rule)
            for row in fetch(connection, grouped, columns.audit_id, wanted):
                counts[row.audit_id][row.rule] = row.found
            single: sa.Select[Any] = sa.select(columns.audit_id, columns.rule, columns.finding_id)
            for row in fetch(connection, single, columns.finding_id, list(self.waivers)):
                accepted[row.audit_id].append((row.rule, row.finding_id))
        found = []
        for standing, waived in moments:
            total: Counter[str] = Counter()
            for audit_id in standing.values():
                total.update(counts.get(audit_id, {}))
                total.subtract(
                    rule for rule, finding_id in accepted.get(audit_id, ()) if finding_id in waived
                )
            found.append({rule: count for rule, count in total.items() if count})
        return found

    def changes(self, when: str, said: str) -> Changes:
        """What differs between then and now. `said` is that time as the reader is told it."""
        from selfeval.reports.site.run_diff import AGAIN, NEW, SAME, ChangedDocument, Changes

        then, now = self.standing(when), self.standing()
        series = self._series()
        fresh, gone = now.keys() - then.keys(), then.keys() - now.keys()
        known = {key for document_id in then for key in series.by_document.get(document_id, ())}
        again = {
            document_id
            for document_id in fresh
            if not known.isdisjoint(series.by_document.get(document_id, ()))
        }
        before = self._open(then, self.waived(when), series.by_form)
        after = self._open(now, self.waived(), series.by_form)
        was, stands = (
            Counter(key for keys in before.values() for key in keys),
            Counter(key for keys in after.values() for key in keys),
        )
        opened, closed = stands - was, was - stands
        rules: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for at, counted in enumerate((opened, closed, stands & was)):
            for (_series_id, rule, _subject), count in counted.items():
                rules[rule][at] += count
        heirs = {
            series_id: document_id
            for document_id in now
            for series_id in series.by_document.get(document_id, ())
        }
        lost: Counter[str] = Counter()
        for document_id, keys in before.items():
            for key in keys:
                lost[document_id if document_id in now else heirs.get(key[0], "")] += key in closed
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
            if not heirs.keys().isdisjoint(series.by_document.get(document_id, ()))
        }
        return Changes(
            said, new=len(fresh - again), again=len(again), gone=len(gone - replaced),
            rules={rule: (one[0], one[1], one[2]) for rule, one in rules.items()},
            documents=tuple(sorted(documents, key=lambda one: (-one.opened, -one.closed, one.document))),
        )  # fmt: skip

    def _series(self) -> _Filings:
        with self.store.reading() as connection:
            rows: Iterable[Any] = connection.execute(
                sa.select(
                    form_versions.c.form_id, form_versions.c.series_id, form_versions.c.document_id
                ).distinct()
            )
            return _Filings((row[0], row[1], row[2]) for row in rows)

    def _open(
        self, standing: Mapping[str, str], waived: Collection[str], series: Mapping[str, str]
    ) -> dict[str, list[Key]]:
        """document_id -> its open findings."""
        owner = {audit_id: document_id for document_id, audit_id in standing.items()}
        columns = audit_findings.c
        query: sa.Select[Any] = sa.select(
            columns.audit_id, columns.finding_id, columns.form_id, columns.rule, columns.subject
        )
        found: dict[str, list[Key]] = defaultdict(list)
        with self.store.reading() as connection:
            for row in fetch(connection, query, columns.audit_id, list(owner)):
                if row.finding_id not in waived:
                    found[owner[row.audit_id]].append(
                        (series.get(row.form_id, row.form_id), row.rule, row.subject or "")
                    )
        return found


class _Filings:
    """Which filings are of the same project: series_id by form, and by document."""

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        self.by_form: dict[str, str] = {}
        self.by_document: dict[str, list[str]] = defaultdict(list)
        for form_id, series_id, document_id in rows:
            self.by_form[form_id] = series_id
            self.by_document[document_id].append(series_id)


def _collect(into: dict[str, _Series], rows: Iterable[Any]) -> None:
    for key, at, what in rows:
        times, values = into.setdefault(key, ([], []))
        # a clock that was set back must not hide what came later
        times.append(max(at, times[-1]) if times else at)
        values.append(what)


def _last(series: _Series | None, when: str) -> str:
    """What held at that time, "" where nothing did yet."""
    if series is None:
        return ""
    times, values = series
    count = bisect_right(times, when)
    return values[count - 1] if count else ""
