"""One cause, one finding: what only follows from another finding of the form names it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from selfeval.expectations.catalogue import Catalogue

#: A finding as it is listed, and the cells that its decision names.
Row = dict[str, Any]
#: Severities, the weightiest first.
WEIGHT = {"error": 0, "warning": 1, "information": 2}


def name_causes(rows: Sequence[Row], cells: Mapping[str, Sequence[str]], book: Catalogue) -> None:
    """Set `cause` of the findings of one form to the finding that each only follows from, and withhold `expected` where two findings of
    one cause contradict each other. `cells` are those that the decisions name, by finding_id."""
    by_rule: dict[str, list[Row]] = {}
    for row in rows:
        by_rule.setdefault(row["rule"], []).append(row)
    causes = {
        row["finding_id"]: found for row in rows if (found := _cause_of(row, by_rule, cells, book))
    }
    for row in rows:
        row["cause"] = _root(row["finding_id"], causes)
    _withhold(rows, cells)


def _cause_of(
    row: Row, by_rule: Mapping[str, list[Row]], cells: Mapping[str, Sequence[str]], book: Catalogue
) -> str | None:
    for follows in book[row["rule"]].follows:
        for other in by_rule.get(follows.rule, ()):
            named = cells.get(other["finding_id"], ())
            lighter = WEIGHT[other["severity"]] > WEIGHT[row["severity"]]  # would hide what follows
            if (
                other is not row
                and not lighter
                and _within(follows.scope, row["subject"], other["subject"], named)
            ):
                found: str = other["finding_id"]
                return found
    return None


def _within(scope: str, subject: str, other: str, cells: Iterable[str]) -> bool:
    """Whether a finding about `subject` lies in the scope of one about `other` that names `cells`."""
    if scope == "form":
        return True
    if scope == "subject":
        return subject == other
    if scope == "row":
        return row_of(subject) == row_of(other)
    return row_of(subject) in map(row_of, cells)


def row_of(path: str) -> str:
    """The row that a path lies in: indicators/3/score -> indicators/3; other paths are their own."""
    parts = path.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 and parts[1].isdecimal() else path


def _root(finding_id: str, causes: Mapping[str, str]) -> str | None:
    """The end of the chain of causes; None for a finding that has none, or where the chain is a circle."""
    seen, at = {finding_id}, causes.get(finding_id)
    while at is not None and at in causes:
        if at in seen:
            return None
        seen.add(at)
        at = causes[at]
    return None if at in seen else at


def _withhold(rows: Iterable[Row], cells: Mapping[str, Sequence[str]]) -> None:
    """Two findings of one cause that would have the same cell hold different values: neither says which."""
    wanted: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        named = cells.get(row["finding_id"], ())
        if row["expected"] is not None and named:
            wanted.setdefault((row["cause"] or row["finding_id"], named[0]), []).append(row)
    for together in wanted.values():
        if len({row["expected"] for row in together}) > 1:
            for row in together:
                row["expected"] = None
