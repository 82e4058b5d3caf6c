"""Stores for tests, of both kinds, and what is put into them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from selfeval.records.store.decisions import NewDecision
from selfeval.records.store.store import Store
from selfeval.records.tables.build import Tables, build
from selfeval.records.tables.columns import frame
from tests.documents import GOLDEN, golden
from tests.postgres import new_store

VERDICTS = ["form_id", "rule", "subject", "verdict", "why", "records"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/workspace/selfeval.db"
    return new_store(request.getfixturevalue("postgres_server"), f"test_{uuid.uuid4().hex}")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store(url) as opened:
        yield opened


@pytest.fixture(scope="module")
def published() -> Tables:
    return build([golden(path) for path in GOLDEN])


def asked(store: Store, sql: str) -> list[tuple[Any, ...]]:
    """What the store's own database answers, its base tables included."""
    with store.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def same(left: Tables, right: Tables) -> None:
    for name, table in left.items():
        pd.testing.assert_frame_equal(table, getattr(right, name))


def finding(
    tables: Tables, rule: str = "scores-sum", number: int = 0, **values: Any
) -> dict[str, Any]:
    form = tables.forms.iloc[number]
    row = {"finding_id": f"{rule}-{number}", "form_id": form["form_id"], "document": form["document"], "form": form["form"], "rule": rule, "severity": "error",
           "subject": "total", "message": "得分合计应为 94，表中为 93", "expected": "94", "actual": "93", "page": 1, "x0": 1.5, "top": 2.0, "x1": 3.0, "bottom": 4.0, "status": "open"}  # fmt: skip
    return {**row, **values}


def waive(store: Store, finding_id: str, who: str, why: str, until: date | None = None) -> bool:
    """Accept a finding; False where the same was entered already."""
    before = store.decisions_head().number
    made = store.decide(NewDecision("accept", who, why, finding_id=finding_id, until=until))
    return made.number > before


def audit(
    store: Store,
    tables: Tables,
    findings: list[dict[str, Any]],
    rules: str = "1",
    verdicts: list[tuple[Any, ...]] | None = None,
) -> dict[str, int]:
    rows = verdicts or [
        (form_id, "weights-sum", None, "pass", "", 1) for form_id in tables.forms["form_id"]
    ]
    return store.save_audit(
        tables.documents["document_id"],
        frame("findings", findings),
        pd.DataFrame(rows, columns=VERDICTS),
        rules,
    )
