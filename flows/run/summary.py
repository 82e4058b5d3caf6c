"""What a run came to: counts, the exit code, and the line that the run log keeps."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from selfeval.core.severities import SEVERITY_CAPTIONS
from selfeval.flows.ledger.ledger import Submission
from selfeval.flows.ledger.states import READ, REFUSED
from selfeval.flows.problems import BLOCKING, FAILED, OK, REJECTED
from selfeval.flows.workspace import PRIVATE_FILE, Workspace

#: Documents of one night, of which fewer tell nothing about a run.
FEW = 10


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts over the documents of one inbox as they stand after a run. About this run alone are `new`, `unsettled`, `processed`
    (documents read or refused), `refused`, `doubts` in those read, and `rules`: the open findings of each rule in those read."""

    run: str
    inbox: str
    started: str
    finished: str
    documents: int
    new: int
    read: int
    quarantined: int
    unsettled: int
    skipped: tuple[tuple[str, str], ...] = ()
    findings: Mapping[str, int] = field(default_factory=dict)
    report: str = ""
    processed: int = 0
    refused: int = 0
    doubts: int = 0
    rules: Mapping[str, int] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 nothing blocking, 1 findings of severity error that nobody has waived, 2 some documents were refused, 3 all of them were."""
        if self.all_refused:
            return FAILED
        if self.quarantined:
            return REJECTED
        return BLOCKING if self.findings.get("error") else OK

    @property
    def all_refused(self) -> bool:
        """Whether no document of the inbox could be read."""
        return bool(self.quarantined) and not self.read and not self.unsettled

    def too_many_refused(self, percent: float) -> str:
        """Why the run has failed though it came to its end, "" where it has not: all of the inbox was refused, or more than `percent` of it,
        or of what this run read, if that was not just a few files or a rerun of chosen ones."""
        if self.all_refused:
            return f"收件夹的 {self.quarantined} 份文件全部被拒收"
        parts = [("收件夹", self.quarantined, self.read + self.quarantined)]
        if self.inbox and self.processed >= FEW:
            parts.append(("本次处理的", self.refused, self.processed))
        for what, refused, number in parts:
            if 100 * refused > percent * number:
                return f"{what} {number} 份文件中有 {refused} 份被拒收，超过 {percent:g}%"
        return ""

    def sentence(self) -> str:
        kinds = "、".join(
            f"{caption} {self.findings.get(key, 0)}" for key, caption in SEVERITY_CAPTIONS.items()
        )
        text = f"收件夹有 {self.documents} 份文件，本次新收 {self.new} 份；已审核 {self.read} 份，隔离 {self.quarantined} 份"
        text += f"；待处理问题：{kinds}"
        return text + (f"；{self.unsettled} 份留待下次运行" if self.unsettled else "")


def count(
    items: Iterable[Submission], open_findings: Mapping[tuple[str, str], int]
) -> tuple[int, int, dict[str, int]]:
    """Of the submissions of an inbox: how many are read, how many refused, and the open findings in them by severity.

    `open_findings` are counts by document_id and severity."""
    items = list(items)
    ids = {item.document_id for item in items if item.state in READ}
    severities: Counter[str] = Counter()
    for (document_id, severity), number in open_findings.items():
        if document_id in ids:
            severities[severity] += number
    return (
        sum(item.state in READ for item in items),
        sum(item.state in REFUSED for item in items),
        dict(severities),
    )


def record(workspace: Workspace, summary: Summary) -> None:
    """Add the run to the workspace's run log, in one write."""
    line = (
        json.dumps(asdict(summary) | {"exit_code": summary.exit_code}, ensure_ascii=False).encode(
            "utf-8", "replace"
        )
        + b"\n"
    )
    handle = os.open(workspace.run_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
    try:
        os.write(handle, line)
    finally:
        os.close(handle)


def runs(workspace: Workspace) -> list[dict[str, Any]]:
    """The run log, oldest first. A line that a killed run left unfinished is passed over."""
    found = []
    try:
        lines = workspace.run_log.read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found
