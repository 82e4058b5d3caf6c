"""The chain of decisions as a file: JSON Lines, one row a line, with the hashes, so that whoever gets the file can verify it too."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from selfeval.records.store.decisions import COLUMNS, KINDS, DecisionError, DecisionRow

#: bytes; a season of decisions is a hundredth of it.
_MOST = 256 << 20


def written(made: Iterable[DecisionRow]) -> str:
    """The rows as text."""
    return "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in made)


def read_file(path: Path) -> list[DecisionRow]:
    """The rows of such a file, in its order, not verified. DecisionError: it is none."""
    try:
        if path.stat().st_size > _MOST:
            raise ValueError("too large")
        lines = path.read_text("utf-8-sig").splitlines()
        return [_row(json.loads(line)) for line in lines if line.strip()]
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise DecisionError("chain-unreadable", name=path.name) from error


def _row(found: Any) -> DecisionRow:
    if not isinstance(found, dict) or set(found) != set(COLUMNS):
        raise ValueError("not a decision")
    row = DecisionRow(**found)
    texts = (value for name, value in found.items() if name not in ("number", "form"))
    if (
        type(row.number) is not int
        or row.number < 1
        or row.kind not in KINDS
        or not (row.form is None or type(row.form) is int)
        or not all(value is None or isinstance(value, str) for value in texts)
        or None in (row.by, row.reason, row.made_at, row.previous, row.hash)
    ):
        raise ValueError("not a decision")
    return row
