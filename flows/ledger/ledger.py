"""The ledger: every file that ever came, where it stands, and every step that it took, each with its time.

Prefect's own database is not the ledger: it loses task runs when a short process exits. A submission is one content at one path of the
inbox, so that the same file taken in twice is one row, and a file replaced by another content is a second one that supersedes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from selfeval.flows.ledger.states import LEFT, NEXT, READ, SENTENCES, State
from selfeval.records.store.engine import reading, writing
from selfeval.records.store.migrating import Chain, bring_up_to_date

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

metadata = sa.MetaData()
#: Every change to the tables below needs a revision there; a test holds the two to each other.
MIGRATIONS = Chain(Path(__file__).parent / "migrations", "0001", "ledger_version", "submissions")

submissions = sa.Table(
    "submissions", metadata,
    sa.Column("submission_id", sa.String(32), primary_key=True),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False, index=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("document_id", sa.String(64), nullable=False, index=True),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("modified", sa.String(40), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("hint", sa.Text, nullable=False),
    sa.Column("duplicate_of", sa.Text, nullable=False),
    sa.Column("reader", sa.String(32), nullable=False),
    sa.Column("received_at", sa.String(32), nullable=False),
    sa.Column("updated_at", sa.String(32), nullable=False),
)  # fmt: skip

history = sa.Table(
    "submission_history", metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("submission_id", sa.String(32), nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("run", sa.String(40), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)  # fmt: skip

marks = sa.Table(
    "marks", metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)  # fmt: skip

_PLACE = (
    submissions.update()
    .where(submissions.c.submission_id == sa.bindparam("key"))
    .values(source=sa.bindparam("place"), modified=sa.bindparam("at"))
)
#: The note of a step that has a document read again.
RERUN = "rerun"
#: A step that took up a submission, for the first time or again.
RECEIPT = (history.c.state == str(State.RECEIVED)) & (history.c.note != RERUN)
#: Values in one IN (...) list: SQLite takes 32,766 parameters, older builds 999.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Submission:
    """One file as it came. `path` is relative to the inbox and `source` is where it can be read again, both percent-encoded where the
    name is not UTF-8; `modified` is the time or the tag that its file system gives; `reader` the version of the extractors that read it."""

    submission_id: str
    document: str
    path: str
    source: str
    document_id: str
    bytes: int
    modified: str
    state: State = State.RECEIVED
    code: str = ""
    why: str = ""
    hint: str = ""
    duplicate_of: str = ""
    reader: str = ""
    received_at: str = ""
    updated_at: str = ""

    @property
    def sentence(self) -> str:
        """Where it stands, and why when it was refused."""
        text = SENTENCES[self.state]
        if self.why:
            text += f"：{self.why}"
        if self.duplicate_of:
            text += f"（内容与 {self.duplicate_of} 相同）"
        return text


def submission_id(path: str, document_id: str) -> str:
    """The key of a content at a path."""
    return hashlib.sha256(f"{path}\0{document_id}".encode("utf-8", "surrogatepass")).hexdigest()[
        :32
    ]


def now() -> str:
    """UTC to the millisecond. It is for reading; nothing is decided by comparing two of them, since clocks are set back."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Ledger:
    """The three tables, over one engine. Every method is one transaction; writing what already stands writes nothing."""

    def __init__(self, engine: Engine, run: str = "") -> None:
        self.engine, self.run = engine, run
        bring_up_to_date(engine, MIGRATIONS)

    def all(self) -> list[Submission]:
        """Every submission, in the order in which they came."""
        with reading(self.engine) as connection:
            order = (submissions.c.received_at, submissions.c.path, submissions.c.submission_id)
            return [
                _read(row)
                for row in connection.execute(sa.select(submissions).order_by(*order)).mappings()
            ]

    def get(self, ids: Sequence[str]) -> list[Submission]:
        """The submissions with these ids, in the order asked for; unknown ids are left out."""
        found: dict[str, Submission] = {}
        with reading(self.engine) as connection:
            for part in _parts(ids):
                query = sa.select(submissions).where(submissions.c.submission_id.in_(part))
                found |= {
                    row["submission_id"]: _read(row) for row in connection.execute(query).mappings()
                }
        return [found[key] for key in ids if key in found]

    def register(self, arrivals: Iterable[Submission]) -> list[Submission]:
        """Take up new submissions and return them. What had the same path before is superseded. Known ones are passed over, but for where
        and since when they lie there: an inbox moves to another disk, a zip is packed anew around them."""
        with writing(self.engine) as connection:
            order = (submissions.c.received_at, submissions.c.path)
            known = {
                item.submission_id: item
                for item in map(
                    _read, connection.execute(sa.select(submissions).order_by(*order)).mappings()
                )
            }
            first_name: dict[str, str] = {}
            at_path: dict[str, list[Submission]] = {}
            for item in known.values():
                first_name.setdefault(item.document_id, item.document)
                if item.state not in LEFT:
                    at_path.setdefault(item.path, []).append(item)
            new: list[Submission] = []
            back: list[Submission] = []  # a path that holds again what it once held
            older: list[Submission] = []
            moved: dict[str, Submission] = {}
            for arrival in arrivals:
                old = known.get(arrival.submission_id)
                if old is not None and (old.source, old.modified) != (
                    arrival.source,
                    arrival.modified,
                ):
                    moved[arrival.submission_id] = arrival
                if old is not None and old.state not in LEFT:
                    continue
                older += [
                    item
                    for item in at_path.pop(arrival.path, [])
                    if item.submission_id != arrival.submission_id
                ]
                if old is not None:
                    back.append(replace(old, state=State.RECEIVED, source=arrival.source))
                    continue
                stamp = now()
                new.append(
                    replace(
                        arrival,
                        received_at=stamp,
                        updated_at=stamp,
                        duplicate_of=first_name.get(arrival.document_id, ""),
                    )
                )
                first_name.setdefault(arrival.document_id, arrival.document)
            if moved:
                connection.execute(
                    _PLACE,
                    [
                        {"key": key, "place": item.source, "at": item.modified}
                        for key, item in moved.items()
                    ],
                )
            if new:
                connection.execute(submissions.insert(), [_row(item) for item in new])
                self._stamp(connection, new)
            self._move(connection, [replace(item, state=State.SUPERSEDED) for item in older] + back)
        return new + back

    def move(self, changed: Iterable[Submission], note: str = "") -> int:
        """Write the states of these submissions; the number that changed. ValueError: a step that the state machine does not have."""
        with writing(self.engine) as connection:
            return self._move(connection, list(changed), note)

    def _move(self, connection: Connection, changed: list[Submission], note: str = "") -> int:
        before: dict[str, Submission] = {}
        for part in _parts([item.submission_id for item in changed]):
            query = sa.select(submissions).where(submissions.c.submission_id.in_(part))
            before |= {
                row["submission_id"]: _read(row) for row in connection.execute(query).mappings()
            }
        moved = []
        for item in changed:
            old = before[item.submission_id]
            if old == replace(item, updated_at=old.updated_at):
                continue
            if item.state != old.state and item.state not in NEXT[old.state]:
                raise ValueError(f"a submission cannot go from {old.state} to {item.state}")
            moved.append(replace(item, updated_at=now()))
        if moved:
            key: sa.BindParameter[str] = sa.bindparam("key")
            values: dict[str, sa.BindParameter[str]] = {
                name: sa.bindparam(f"v_{name}")
                for name in ("state", "code", "why", "hint", "reader", "source", "updated_at")
            }
            statement = (
                submissions.update().where(submissions.c.submission_id == key).values(values)
            )
            connection.execute(
                statement,
                [
                    {"key": m.submission_id} | {f"v_{n}": getattr(m, n) for n in values}
                    for m in moved
                ],
            )
            self._stamp(connection, moved, note)
        return len(moved)

    def _stamp(self, connection: Connection, items: Iterable[Submission], note: str = "") -> None:
        rows = [
            {
                "submission_id": i.submission_id,
                "state": str(i.state),
                "at": i.updated_at,
                "run": self.run,
                "note": note or i.code,
            }
            for i in items
        ]
        connection.execute(history.insert(), rows)

    def steps(self, submission: str) -> list[tuple[str, State, str]]:
        """The steps of one submission: (time, state, note), oldest first."""
        query = (
            sa.select(history).where(history.c.submission_id == submission).order_by(history.c.id)
        )
        with reading(self.engine) as connection:
            return [
                (row["at"], State(row["state"]), row["note"])
                for row in connection.execute(query).mappings()
            ]

    def received(self) -> dict[str, int]:
        """submission_id -> its place in the order of receipt, in which a path that holds again what it once held comes again. The order is
        that of the steps: clocks are set back."""
        place = sa.func.max(history.c.id)
        query = sa.select(history.c.submission_id, place).where(RECEIPT)
        with reading(self.engine) as connection:
            return dict(connection.execute(query.group_by(history.c.submission_id)).tuples().all())

    def mark(self, name: str, value: str | None = None) -> str:
        """The value of a mark ("" when never set); with `value`, set it first. An equal value writes nothing."""
        with writing(self.engine) as connection:
            query = sa.select(marks.c.value).where(marks.c.name == name)
            current = connection.execute(query).scalar()
            if value is None or value == current:
                return current or ""
            if current is None:
                connection.execute(marks.insert(), {"name": name, "value": value})
            else:
                connection.execute(marks.update().where(marks.c.name == name).values(value=value))
            return value

    def claim(self, name: str, value: str) -> str:
        """The value of a mark, which is set to `value` where it was never set: of several that claim it at once, one gets it."""
        with writing(self.engine) as connection:
            query = sa.select(marks.c.value).where(marks.c.name == name)
            found = connection.execute(query).scalar()
            if found is None:
                connection.execute(marks.insert(), {"name": name, "value": value})
            return str(value if found is None else found)


def active(items: Iterable[Submission]) -> set[str]:
    """The document ids that the audit is about: read, and standing in the inbox under at least one path."""
    return {item.document_id for item in items if item.state in READ}


def _row(item: Submission) -> dict[str, object]:
    return asdict(item) | {"state": str(item.state)}


def _read(row: sa.RowMapping) -> Submission:
    return Submission(
        **{field.name: row[field.name] for field in fields(Submission)}
        | {"state": State(row["state"])}
    )


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[i : i + _BATCH] for i in range(0, len(ids), _BATCH))
