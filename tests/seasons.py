"""A season of forms that were read and judged, with a box for every value, for tests of what people decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, document

from selfeval.extractors.model import Document, Doubt, Evidence, Form
from selfeval.flows.ledger.ledger import Submission, submission_id
from selfeval.flows.ledger.states import State
from selfeval.flows.run.deciding import judge_again
from selfeval.flows.run.stores import close_books, ledger_of, store_of
from selfeval.flows.workspace import Workspace, create
from selfeval.records.tables.build import build


def boxed(form: Form, *doubts: str, down: float = 0.0, merged: tuple[str, ...] = ()) -> Form:
    """The form with a box for every value, each row lower than the one before; `merged` are paths that stand in the box of the first."""
    at = {}
    for block in ("funds", "indicators"):
        top = 100.0 if block == "funds" else 300.0
        for row, part in enumerate(getattr(form, block)):
            for column, name in enumerate(part.__dataclass_fields__):
                if getattr(part, name) is not None:
                    x, y = 50.0 + 60 * column, top + 20 * row + down
                    at[f"{block}/{row}/{name}"] = (Evidence(1, (x, y, x + 50, y + 15)),)
    at["total/score"] = (Evidence(1, (50.0, 700.0, 90.0, 715.0)),)
    if merged:
        at |= dict.fromkeys(merged, at[merged[0]])
    told = tuple(Doubt(path, "笔画不清", 0.5) for path in doubts)
    return replace(form, evidence=at, doubts=told)


def doc(form: Form) -> Document:
    return replace(document(form, name="a.pdf"), sha256="a" * 64)


def season(place: Workspace, *documents: Document, source: Path | None = None) -> None:
    """A workspace as a run leaves it: read, judged, kept. `source` is where the first document lies."""
    store, ledger = store_of(place), ledger_of(place)
    store.save(build(list(documents)), "1")
    new = ledger.register(
        [
            Submission(submission_id(one.document, one.sha256), one.document, one.document, (source.as_uri() if source and one is documents[0] else f"file:///{one.document}"), one.sha256, 1, "1")
            for one in documents
        ]
    )  # fmt: skip
    for state in (State.SCREENED, State.EXTRACTED):
        ledger.move([replace(item, state=state) for item in new])
    judge_again(place, store, ledger)


def other(number: int) -> Document:
    """Another unit's project, with goals and results of its own."""
    cells = {"project_name": f"项目{number}", "unit": f"某县第{number}管理站", "indicators/5/actual": f"96.{number:02}%"}  # fmt: skip
    form = changed(CLEAN, cells)
    return replace(document(boxed(form), name=f"{number}.pdf"), sha256=f"{number + 1:016x}" * 4)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    yield create(tmp_path / "W")
    close_books()
