"""The states of a submission, in the order in which it passes through them, each with a sentence for the person who asks."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    RECEIVED = "received"
    SCREENED = "screened"
    EXTRACTED = "extracted"
    AUDITED = "audited"
    PUBLISHED = "published"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


SENTENCES: dict[State, str] = {
    State.RECEIVED: "已收到，等待读取",
    State.SCREENED: "已通过文件检查，等待读取",
    State.EXTRACTED: "已读取，等待审核",
    State.AUDITED: "已审核，等待发布报告",
    State.PUBLISHED: "已审核并发布报告",
    State.REJECTED: "无法读取，等待隔离",
    State.QUARANTINED: "无法读取，已隔离",
    State.SUPERSEDED: "同名文件已有更新的内容，本份不再审核",
    State.WITHDRAWN: "读取之前已从收件夹移走，不再等待",
}

#: What is not waited for any more, unless it comes again.
LEFT = frozenset({State.SUPERSEDED, State.WITHDRAWN})
#: From each state, the states that may follow. A rerun puts a document back to RECEIVED from wherever it stands.
NEXT: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.SCREENED, State.REJECTED, State.RECEIVED, *LEFT}),
    State.SCREENED: frozenset({State.EXTRACTED, State.REJECTED, State.RECEIVED, *LEFT}),
    State.EXTRACTED: frozenset({State.AUDITED, State.SUPERSEDED, State.RECEIVED}),
    State.AUDITED: frozenset({State.PUBLISHED, State.EXTRACTED, State.SUPERSEDED, State.RECEIVED}),
    State.PUBLISHED: frozenset({State.AUDITED, State.EXTRACTED, State.SUPERSEDED, State.RECEIVED}),
    State.REJECTED: frozenset({State.QUARANTINED, State.SUPERSEDED, State.RECEIVED}),
    State.QUARANTINED: frozenset({State.SUPERSEDED, State.RECEIVED}),
    State.SUPERSEDED: frozenset({State.RECEIVED}),
    State.WITHDRAWN: frozenset({State.RECEIVED}),
}

#: What has been read and is part of the audit; what was refused; what a killed run may leave behind for the next to take up.
READ = frozenset({State.EXTRACTED, State.AUDITED, State.PUBLISHED})
REFUSED = frozenset({State.REJECTED, State.QUARANTINED})
UNFINISHED = frozenset({State.RECEIVED, State.SCREENED, State.REJECTED})
