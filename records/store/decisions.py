"""What people decided: an append-only table in which each row carries the hash of the one before, so that a change shows.

    store.decide(NewDecision("correct", by, reason, document_id, 1, "funds/0/budget", value="95.00")) -> DecisionRow
    store.decide(NewDecision("accept", by, reason, finding_id=...), expected_last=12)      # decided-meanwhile, if somebody was quicker
    store.decisions(document_id=None, finding_id=None) -> [DecisionRow]                       # in the order in which they were made
    store.verify_decisions(head=None) -> [ChainBreak]                                           # [] while every row and link holds
    standing(decisions) -> {subject: DecisionRow}                                             # the last about each subject; withdrawn ones are gone

A decision is about a value of a form (correct, confirm, unreadable), about a finding (accept, return, question) or about a form (reviewed);
withdraw takes back what stands. What a writer leaves out and the store knows it fills in: name of the file, rule and place of a finding,
what was read at a path. Beside what was decided a row keeps two things that make it readable years later and hold it to its cell when a
better reader counts rows otherwise: the rule of a finding (`rule`), and where the value stands on the page (`place`).
A last day (`until`) ends where the auditors sit, so the moment it ends at is kept too (`ends_at`).

A decision is a `DecisionRow` here, since what a rule says about a subject is a `Decision` in expectations.

The database refuses to change or delete rows as well (triggers), and takes each number and each predecessor once, so a chain cannot fork.
Rows missing at the end are told by whoever knows the last number and hash (`Head`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, ClassVar, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from selfeval.records.errors import RecordsError
from selfeval.records.store.schema_sql import decisions
from selfeval.records.store.statements import fetch, insert

Kind = Literal["correct", "confirm", "unreadable", "accept", "return", "question", "withdraw", "reviewed"]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
#: What is decided about a value, and about a finding.
OF_VALUES: tuple[Kind, ...] = ("correct", "confirm", "unreadable")
OF_FINDINGS: tuple[Kind, ...] = ("accept", "return", "question")
#: What needs a reason; that the page says so is reason enough for the others.
WITH_REASON: tuple[Kind, ...] = ("correct", *OF_FINDINGS, "withdraw")
#: What each kind is called.
CAPTIONS: Mapping[Kind, str] = {
    "confirm": "确认读数",
    "correct": "更正读数",
    "unreadable": "无法辨认",
    "accept": "采纳说明",
    "return": "退回更正",
    "question": "存疑",
    "reviewed": "已复核",
    "withdraw": "撤回",
}
#: The predecessor of the first row.
FIRST = "0" * 64

#: A finding's id, or a document's id with the number of a form and a PATH ("" for the form itself).
Subject = str | tuple[str, int, str]


class DecisionError(RecordsError):
    """A decision that cannot be entered, or a chain that cannot be taken in."""

    sentences: ClassVar[Mapping[str, tuple[str, str]]] = {
        "name-needed": ("请说明由谁决定", "加上姓名，例如 --by 张三。"),
        "reason-needed": ("请说明理由", "加上理由，例如 --reason '已核对付款凭证，系跨年支付'。"),
        "value-needed": ("请给出更正后的值", "照原表印的样子填写，例如 95.00。"),
        "subject-needed": ("请说明决定的是哪一项", "给出问题编号，或者文件、第几张表和字段路径。"),
        "unknown-finding": ("没有编号为 {finding} 的问题", "编号见报告页面或 selfeval findings --format csv。"),
        "unknown-document": ("没有读取过该文件", "文件名和编号见 selfeval status。"),
        "unknown-form": ("该文件没有第 {form} 张表", "该文件共有 {forms} 张表。"),
        "unknown-path": ("表中没有 {path} 这一项", "字段路径见报告页面，例如 indicators/3/score、funds/0/budget。"),
        "reading-changed": ("{path} 的读取结果已改变", "请刷新后按现在的读取结果再决定。"),
        "decided-meanwhile": ("{by} 已先作出决定（第 {number} 条）", "请刷新后查看，再决定是否更改。"),
        "nothing-to-withdraw": ("没有可以收回的复核记录", "已有的见 selfeval decisions。"),
        "chain-broken": ("该文件中的复核记录不完整：{why}", "没有导入任何内容；请重新导出后再导入。"),
        "chain-forked": ("第 {number} 条与本工作区的不是同一条，两处各自作了记录", "没有导入任何内容；请以一处为准，把另一处的决定重新录入。"),
        "chain-gap": ("该文件从第 {number} 条开始，本工作区只到第 {last} 条", "没有导入任何内容；请导出完整的复核记录。"),
        "chain-unreadable": ("{name} 不是导出的复核记录", "应是 selfeval decisions --export 写出的文件。"),
        "value-wrong": ("“{value}”不能作为{field}", "年度请填四位数字，其余照原表印的样子填写。"),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewDecision:
    """What somebody decides. Of a value: `document_id`, `form` (from 1) and `path`; of a form the first two; of a finding its `finding_id`;
    a withdrawal names what the decision named that it takes back. `value` is the corrected text as printed, `reading` what the writer saw
    there (None: whatever stands), `until` the last day of an acceptance (None: for ever)."""

    kind: Kind
    by: str
    reason: str = ""
    document_id: str | None = None
    form: int | None = None
    path: str | None = None
    finding_id: str | None = None
    value: str | None = None
    until: date | None = None
    reading: str | None = None

    @property
    def subject(self) -> Subject:
        return subject_of(self.finding_id, self.document_id, self.form, self.path)

    def check(self) -> None:
        """Raises DecisionError where something is missing."""
        about = self.finding_id or (self.document_id and self.form)
        if self.kind in OF_FINDINGS:
            about = self.finding_id
        elif self.kind in OF_VALUES:
            about = self.document_id and self.form and self.path
        for code, there in (
            ("name-needed", self.by.strip()),
            ("reason-needed", self.reason.strip() or self.kind not in WITH_REASON),
            ("subject-needed", about),
            ("value-needed", self.kind != "correct" or self.value is not None),
        ):
            if not there:
                raise DecisionError(code)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One row. `number` counts from 1; `made_at` and `ends_at` are ISO 8601 in UTC, `until` the last day; `document_id` is the hash of the
    document's bytes, `form` counts from 1; `reading` is what was read when it was decided, `value` the corrected text (of a confirmation one that somebody corrected before); `place` is page and
    box of the value. `hash` is the SHA-256 of the canonical JSON of all other fields, `previous` that of the row before."""

    number: int
    made_at: str
    by: str
    reason: str
    kind: Kind
    document_id: str | None
    document: str | None
    form: int | None
    path: str | None
    finding_id: str | None
    rule: str | None
    reading: str | None
    value: str | None
    place: str | None
    until: str | None
    ends_at: str | None
    previous: str
    hash: str

    @property
    def subject(self) -> Subject:
        return subject_of(self.finding_id, self.document_id, self.form, self.path)

    def says_like(self, new: NewDecision) -> bool:
        """Whether it is what `new` says, by the same person for the same reason."""
        value = self.value if self.kind == "correct" else None
        until = new.until and new.until.isoformat()
        return (self.kind, self.by, self.reason, value, self.until) == (
            new.kind,
            new.by.strip(),
            new.reason.strip(),
            new.value and new.value.strip(),
            until,
        )


COLUMNS = tuple(field.name for field in fields(DecisionRow))


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of a chain, as somebody who guards it notes it: its number (0: no row) and its hash."""

    number: int = 0
    hash: str = FIRST


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """A row that does not hold. `what`: changed, unlinked, missing, cut (rows at the end), replaced (another chain than the noted one)."""

    number: int
    what: Literal["changed", "unlinked", "missing", "cut", "replaced"]

    @property
    def sentence(self) -> str:
        return _SENTENCES[self.what].format(number=self.number)


_SENTENCES = {
    "changed": "第 {number} 条的内容被改过",
    "unlinked": "第 {number} 条与前一条接不上",
    "missing": "第 {number} 条缺失",
    "cut": "末尾缺失：曾有第 {number} 条",
    "replaced": "第 {number} 条与曾记下的不是同一条",
}


def subject_of(finding_id: str | None, document_id: str | None, form: int | None, path: str | None) -> Subject:  # fmt: skip
    """What a decision is about."""
    return finding_id or (document_id or "", form or 0, path or "")


def sealed(row: Mapping[str, Any]) -> str:
    """The hash of a row: SHA-256 over the canonical JSON (sorted keys, no spaces, UTF-8) of all fields but the hash itself."""
    plain = {name: row[name] for name in COLUMNS if name != "hash"}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def standing(made: Iterable[DecisionRow]) -> dict[Subject, DecisionRow]:
    """By subject the last decision about it, without those that were withdrawn; `made` in order."""
    found: dict[Subject, DecisionRow] = {}
    for one in made:
        found.pop(one.subject, None)
        if one.kind != "withdraw":
            found[one.subject] = one
    return found


def verify(
    made: Sequence[DecisionRow], noted: Head | None = None, start: Head | None = None
) -> list[ChainBreak]:
    """What does not hold of a chain, in order. `noted` is its head as it was known once: rows missing after it are told too. `start` is the
    row before the first, where it is a part of a chain."""
    found: list[ChainBreak] = []
    start = start or Head()
    expected, previous = start.number + 1, start.hash
    for one in made:
        while expected < one.number:
            found.append(ChainBreak(expected, "missing"))
            expected += 1
        if sealed(asdict(one)) != one.hash:
            found.append(ChainBreak(one.number, "changed"))
        if one.previous != previous:
            found.append(ChainBreak(one.number, "unlinked"))
        expected, previous = one.number + 1, one.hash
    if noted is not None and noted.number:
        if noted.number >= expected:
            found.append(ChainBreak(noted.number, "cut"))
        elif {noted.number: noted.hash}.items() - {one.number: one.hash for one in made}.items():
            found.append(ChainBreak(noted.number, "replaced"))
    return found


def head(connection: Connection) -> Head:
    """The last row of the chain."""
    columns = decisions.c
    last = sa.select(columns.number, columns.hash).order_by(columns.number.desc()).limit(1)
    row = connection.execute(last).first()
    return Head(row.number, row.hash) if row else Head()


def read(
    connection: Connection,
    document_ids: Iterable[str] | None = None,
    finding_ids: Iterable[str] | None = None,
) -> list[DecisionRow]:
    """Decisions in order: all, or those about these documents and those about these findings."""
    columns = [decisions.c[name] for name in COLUMNS]
    if document_ids is None and finding_ids is None:
        rows = list(connection.execute(sa.select(*columns).order_by(decisions.c.number)))
    else:
        found = {
            row.number: row
            for key, keys in (("document_id", document_ids), ("finding_id", finding_ids))
            for row in fetch(connection, sa.select(*columns), decisions.c[key], set(keys or ()))
        }
        rows = [found[number] for number in sorted(found)]
    return [DecisionRow(**row._mapping) for row in rows]


def take_in(connection: Connection, rows: Sequence[DecisionRow]) -> list[DecisionRow]:
    """Enter the rows of another store's chain that this one has not, as they are; those entered. DecisionError: they do not hold, do not go
    on from here, or both stores have gone on from one row."""
    known = {one.number: one.hash for one in read(connection)}
    last = head(connection)
    fresh = [one for one in rows if one.number not in known]
    for one in rows:
        if known.get(one.number, one.hash) != one.hash:
            raise DecisionError("chain-forked", number=one.number)
    if fresh and fresh[0].number != last.number + 1:
        raise DecisionError("chain-gap", number=fresh[0].number, last=last.number)
    if broken := verify(rows, start=Head(rows[0].number - 1, rows[0].previous) if rows else None):
        raise DecisionError("chain-broken", why="；".join(one.sentence for one in broken))
    if fresh and fresh[0].previous != last.hash:
        raise DecisionError("chain-forked", number=fresh[0].number)
    insert(connection, decisions, map(asdict, fresh))
    return fresh


def append(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> list[DecisionRow]:
    """Enter rows that have every field but number, previous and hash at the end of the chain. The caller holds the only write transaction."""
    last, made = head(connection), list[DecisionRow]()
    for row in rows:
        full = {**row, "number": last.number + 1, "previous": last.hash}
        made.append(DecisionRow(**full, hash=sealed(full)))
        last = Head(made[-1].number, made[-1].hash)
    insert(connection, decisions, map(asdict, made))
    return made
