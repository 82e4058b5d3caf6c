"""What changed between two versions of a form, or between two runs: values, and findings opened, closed or unchanged.

A form is the same one in both when year, unit and project agree; two forms of the same key are told apart by their order. Findings are
compared by rule and subject, since their ids change with the values that they rest on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from selfeval.core.fields import HEADER, ROWS, TOTAL
from selfeval.core.masking import mask_text
from selfeval.reports.model import severity_name
from selfeval.reports.rows import Rows, plain
from selfeval.reports.site.sources import TidyTables

if TYPE_CHECKING:
    import pandas as pd

FormKey = tuple[str, str, str, int]  # year, unit, project, which one of several with the same three
FINDING_STATES = ("opened", "closed", "unchanged")


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A printed value before and after; None: the form had no such column or row."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A finding in one of FINDING_STATES; `finding_id` and `message` are those of the later side that has it."""

    state: str
    rule: str
    severity: str
    subject: str
    message: str
    finding_id: str


@dataclass(frozen=True, slots=True)
class FormDiff:
    """One form on both sides. `before` and `after` are form ids; None: the form is only on the other side."""

    year: str
    unit: str
    project: str
    document: str
    before: str | None
    after: str | None
    values: tuple[ValueChange, ...]
    findings: tuple[FindingChange, ...]

    @property
    def changed(self) -> bool:
        return (
            self.before is None
            or self.after is None
            or bool(self.values)
            or any(f.state != "unchanged" for f in self.findings)
        )


@dataclass(frozen=True, slots=True)
class Diff:
    """Every form of either side, in the order of the later one; `before` and `after` are what the two sides are called."""

    before: str
    after: str
    forms: tuple[FormDiff, ...]

    def counts(self) -> dict[str, int]:
        """How many findings are opened, closed, unchanged, how many values changed, and how many forms came or went."""
        result = {
            state: sum(f.state == state for form in self.forms for f in form.findings)
            for state in FINDING_STATES
        }
        result["values"] = sum(len(form.values) for form in self.forms)
        result["added"] = sum(form.before is None for form in self.forms)
        result["removed"] = sum(form.after is None for form in self.forms)
        return result


@dataclass(frozen=True, slots=True)
class Side:
    """One side: its name, tables and findings."""

    name: str
    tables: TidyTables
    findings: pd.DataFrame


def compare(before: Side, after: Side, *, same_form: bool = False) -> Diff:
    """Given two sides, return what changed. With `same_form` each side holds one form, which is compared whatever it is called."""
    old, new = _Forms(before), _Forms(after)
    pairs = _pairs(old, new, same_form)
    return Diff(
        before.name, after.name, tuple(_compare(old, new, first, second) for first, second in pairs)
    )


def _pairs(old: _Forms, new: _Forms, same_form: bool) -> list[tuple[str | None, str | None]]:
    if same_form:
        return [(next(iter(old.by_key.values()), None), next(iter(new.by_key.values()), None))]
    gone = [(form_id, None) for key, form_id in old.by_key.items() if key not in new.by_key]
    return [*((old.by_key.get(key), form_id) for key, form_id in new.by_key.items()), *gone]


class _Forms:
    """The forms of one side: by key, and the values and findings of each."""

    def __init__(self, side: Side) -> None:
        tables = side.tables
        self.forms = Rows(tables.forms, "form_id")
        self.rows = {block: Rows(getattr(tables, block), "form_id") for block in ROWS}
        self.findings = Rows(side.findings, "form_id")
        self.by_key: dict[FormKey, str] = {}
        for form_id in self.forms:
            row = self.forms[form_id][0]
            year, unit, project = (
                _folded(row.get(name)) for name in ("year", "unit", "project_name")
            )
            number = 0
            while (year, unit, project, number) in self.by_key:
                number += 1
            self.by_key[year, unit, project, number] = form_id

    def values(self, form_id: str | None) -> dict[str, str | None]:
        """PATH -> printed text, in the order of the form."""
        if form_id is None:
            return {}
        row = self.forms[form_id][0]
        found: dict[str, str | None] = {
            field.path: _text(row.get(field.column)) for field in HEADER
        }
        for block, of in ROWS.items():
            for line in sorted(self.rows[block][form_id], key=lambda one: one["position"]):
                found |= {
                    f"{block}/{line['position']}/{field.name}": _text(line.get(field.name))
                    for field in of
                }
        return found | {
            field.path: _text(row.get(field.column)) for field in TOTAL if field.name != "label"
        }

    def open_findings(self, form_id: str | None) -> dict[tuple[str, str], Mapping[str, Any]]:
        if form_id is None:
            return {}
        return {
            (row["rule"], row["subject"]): row
            for row in self.findings[form_id]
            if row.get("status") != "waived"
        }


def _compare(old: _Forms, new: _Forms, first: str | None, second: str | None) -> FormDiff:
    row = (new if second is not None else old).forms[second if second is not None else first][0]
    left, right = old.values(first), new.values(second)
    both = first is not None and second is not None
    paths = list(dict.fromkeys((*right, *left))) if both else []
    return FormDiff(
        year=_text(row.get("year")) or "",
        unit=_text(row.get("unit")) or "",
        project=_text(row.get("project_name")) or "",
        document=_text(row.get("document")) or "",
        before=first,
        after=second,
        values=tuple(
            ValueChange(p, left.get(p), right.get(p))
            for p in paths
            if _differs(left.get(p), right.get(p))
        ),
        findings=_finding_changes(old.open_findings(first), new.open_findings(second)),
    )


def _finding_changes(
    before: Mapping[tuple[str, str], Mapping[str, Any]],
    after: Mapping[tuple[str, str], Mapping[str, Any]],
) -> tuple[FindingChange, ...]:
    changes = []
    for key in dict.fromkeys((*after, *before)):
        state = "opened" if key not in before else "closed" if key not in after else "unchanged"
        row = after.get(key) or before[key]
        message = mask_text(str(row.get("message") or ""))
        changes.append(
            FindingChange(
                state,
                key[0],
                severity_name(row["severity"]),
                key[1],
                message,
                str(row["finding_id"]),
            )
        )
    return tuple(sorted(changes, key=lambda change: FINDING_STATES.index(change.state)))


def _differs(before: str | None, after: str | None) -> bool:
    """Spaces are the printer's, not the unit's; a column that is absent on one side and empty on the other is no change either."""
    return _folded(before) != _folded(after)


def _folded(value: Any) -> str:
    return "".join(str(plain(value) if plain(value) is not None else "").split())


def _text(value: Any) -> str | None:
    return None if plain(value) is None else mask_text(str(plain(value)))
