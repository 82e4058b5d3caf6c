"""Tidy tables -> one immutable view a form, which is what rules read: rows in printed order, numbers with their precision, doubts.

Nothing is judged here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any

from selfeval.core.batch_cache import remembered
from selfeval.core.paths import enclosing
from selfeval.expectations.cross_form import Peers
from selfeval.expectations.merged import rows_of, shared_cells, targets_in_columns
from selfeval.expectations.profiles import Profile, recognise
from selfeval.expectations.readings import AMOUNTS, amount, points, rate
from selfeval.expectations.readings import CAPTIONS as CAPTIONS
from selfeval.expectations.readings import CellState as CellState
from selfeval.expectations.readings import Reading as Reading

if TYPE_CHECKING:
    import pandas

    from selfeval.records.tables.build import Tables

_SPACED = re.compile(r"[1-9][0-9]{0,2}(?:[ \u00a0][0-9]{3})+\.[0-9]{2}")
_WHOLE_UNIT = re.compile("(?:部门|单位|[)）])整体")


class Row:
    """What fund rows and indicator rows share. `subject` is the row's PATH in its form, such as `indicators/3`."""

    __slots__ = ("form", "position", "subject", "record_id", "weight", "score", "memo")
    form: FormView
    #: What rules worked out about this row and will ask again.
    memo: dict[str, Any]
    position: int
    subject: str
    record_id: str
    weight: str | None
    score: str | None

    def read(self, name: str) -> Reading:
        """The cell `name` of this row as a number; amounts of money in the form's unit."""
        found: Reading | None = self.memo.get(name)
        if found is None:
            found = self.memo[name] = self._read(name)
        return found

    def _read(self, name: str) -> Reading:
        text, form = getattr(self, name), self.form
        if form.doubts and (why := self.doubt_of(name)):
            return Reading(CellState.DOUBTFUL, text, None, why)
        if name == "score" or name == "weight":
            return points(text)
        if name not in AMOUNTS:
            return rate(text)
        return amount(self._grouped(text), form.amount_unit, text)

    def _grouped(self, text: str | None) -> str | None:
        """An amount without the spaces that group it: 1 280.00. Two amounts in one cell would leave a neighbour empty."""
        whole = all(getattr(self, name, None) != "" for name in AMOUNTS)
        return "".join(text.split()) if text and whole and _SPACED.fullmatch(text) else text

    def doubt(self, *names: str) -> str | None:
        """The first doubt about one of the cells `names`, with the path of the cell, or None."""
        if not self.form.doubts:
            return None
        return next(
            (f"{self.subject}/{name} {why}" for name in names if (why := self.doubt_of(name))),
            None,
        )

    def doubt_of(self, name: str) -> str | None:
        """Why the cell `name` is in doubt. A column that the form lacks is, where a caption is unknown: it may be that column."""
        form = self.form
        if getattr(self, name) is None:
            zone = "funds" if isinstance(self, FundRow) else "indicators"
            if (why := form.unknown_caption(zone)) and not form.has_column(name, zone):
                return why
        return form.doubt(f"{self.subject}/{name}")

    def span(self, name: str) -> range:
        """The rows over which the cell `name` of this row is merged: the row alone where the cell is its own."""
        return self.form.shared.get(
            f"{self.subject}/{name}", range(self.position, self.position + 1)
        )

    def repeats(self, name: str) -> bool:
        """Whether the cell `name` is one that the row above shares, and so has been counted."""
        return bool(self.form.shared) and self.span(name)[0] < self.position

    @property
    def paired(self) -> bool:
        """Whether weight and score stand for the same rows. Where one of them is merged over more rows than the other they cannot be compared."""
        return not self.form.shared or self.span("weight") == self.span("score")

    @property
    def name(self) -> str:
        """The row as a message names it."""
        raise NotImplementedError


class FundRow(Row):
    """One row of the funds block, as printed."""

    __slots__ = ("label", "is_total_row", "initial", "budget", "executed", "rate")
    label: str | None
    is_total_row: bool
    initial: str | None
    budget: str | None
    executed: str | None
    rate: str | None

    @property
    def name(self) -> str:
        return f"“{brief(self.label) or '资金行'}”"

    @property
    def base(self) -> str:
        """The column that execution is measured on: 全年预算数, or 年初预算数 on a form that prints no other."""
        absent = {one: self.read(one).state is CellState.ABSENT for one in ("initial", "budget")}
        return "initial" if absent["budget"] and not absent["initial"] else "budget"

    def named(self, name: str) -> str:
        """The column that a rule means by `name`: `base` is the one that execution is measured on, `stated` the one that the kind of form
        states for it; others are their own."""
        if name == "base":
            return self.base
        settings = self.form.settings
        return name if name != "stated" else settings.base if settings is not None else "budget"


class IndicatorRow(Row):
    """One row of the indicators block, as printed."""

    __slots__ = ("level1", "level2", "level3", "target", "actual", "explanation", "is_placeholder")
    level1: str | None
    level2: str | None
    level3: str | None
    target: str | None
    actual: str | None
    explanation: str | None
    is_placeholder: bool

    @property
    def name(self) -> str:
        label = brief(self.level3) or brief(self.level2) or brief(self.level1)
        return f"第{self.position + 1}项指标“{label}”" if label else f"第{self.position + 1}项指标"


@remembered
def brief(text: str | None, longest: int = 24) -> str:
    """`text` in one line, cut where it is too long for a message."""
    line = "".join((text or "").split()).rstrip("：:")
    return line if len(line) <= longest else line[: longest - 1] + "…"


@dataclass(frozen=True, eq=False)
class FormView:
    """One form: header fields as printed, `funds` and `indicators` in printed order, `doubts` path -> sentence."""

    form_id: str
    document_id: str
    document: str
    form: int
    title: str | None
    year: int | None
    project_name: str | None
    authority: str | None
    unit: str | None
    amount_unit: str | None
    goal_expected: str | None
    goal_actual: str | None
    total_label: str | None
    total_weight: str | None
    total_score: str | None
    total_explanation: str | None
    filing_date: str | None
    profile: str | None
    has_scores: bool
    funds: tuple[FundRow, ...] = ()
    indicators: tuple[IndicatorRow, ...] = ()
    doubts: Mapping[str, str] = field(default_factory=dict)
    #: Path of a weight or score that is printed once for several rows -> the positions of these rows.
    shared: Mapping[str, range] = field(default_factory=dict)
    #: Whether the unit of the targets stands in a column of its own (度量单位), so that results are printed without one.
    unit_column: bool = False
    #: What holds for this kind of form; None where the kind is not known.
    settings: Profile | None = None
    #: The forms that it came with; None for a form looked at alone.
    peers: Peers | None = None
    #: What rules worked out about this form and will ask again.
    memo: dict[str, Any] = field(default_factory=dict)
    #: The subject that findings about the whole form carry, and the key of its records.
    subject: str = "form"

    @property
    def record_id(self) -> str:
        return self.form_id

    @cached_property
    def total_fund(self) -> FundRow | None:
        """The total row of funds, as `selfeval.records.tables.build.total_row` tells it."""
        return next((row for row in self.funds if row.is_total_row), None)

    def doubt(self, *paths: str) -> str | None:
        """Why the value at one of `paths` is in doubt: itself, the row or block that holds it, or by a pattern such as indicators/*/score."""
        for one in (one for path in paths for one in enclosing(path)):
            if one in self.doubts:
                return self.doubts[one]
            for pattern in self._patterns:
                if fnmatchcase(one, pattern):
                    return self.doubts[pattern]
        return None

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        return tuple(
            path for path in self.doubts if "*" in path and not path.startswith("captions")
        )

    def unknown_caption(self, zone: str) -> str | None:
        """The sentence about a caption, or a value without one, that could not be placed in `zone`: header, funds or indicators."""
        placed = f"captions/{zone}/"
        return next((why for path, why in self.doubts.items() if path.startswith(placed)), None)

    @cached_property
    def is_department(self) -> bool:
        """Whether the form is about all that a department or unit does, and not about one project."""
        named = self.settings is not None and self.settings.id == "department"
        return named or bool(_WHOLE_UNIT.search(self.title or ""))

    def doubt_within(self, *prefixes: str) -> str | None:
        """The first doubt about anything below one of `prefixes`, with its path."""
        inside = tuple(f"{prefix}/" for prefix in prefixes)
        for path, why in self.doubts.items():
            if path in prefixes or path.startswith(inside):
                return f"{path} {why}"
        return None

    def read_total(self, name: str) -> Reading:
        """The printed total weight or total score."""
        text = self.total_weight if name == "weight" else self.total_score
        if self.doubts:
            unplaced = text is None and self.unknown_caption("header")
            if why := unplaced or self.doubt(f"total/{name}"):
                return Reading(CellState.DOUBTFUL, text, None, why)
        return points(text)

    @cached_property
    def filled(self) -> tuple[IndicatorRow, ...]:
        """The indicators without the empty rows. A row is not called empty while one of the cells that say so was not read."""
        return tuple(
            row
            for row in self.indicators
            if not row.is_placeholder or row.doubt("target", "actual", "weight", "score")
        )

    def has_column(self, name: str, zone: str = "indicators") -> bool:
        """Whether the block `zone` has the column `name`."""
        return any(getattr(row, name) is not None for row in getattr(self, zone))


_FORM_FIELDS = tuple(
    name
    for name in FormView.__dataclass_fields__
    if name
    not in (
        "funds",
        "indicators",
        "doubts",
        "shared",
        "unit_column",
        "settings",
        "peers",
        "memo",
        "subject",
    )
)
_FUND_FIELDS = ("position", "subject", "record_id", "weight", "score", *FundRow.__slots__)
_INDICATOR_FIELDS = ("position", "subject", "record_id", "weight", "score", *IndicatorRow.__slots__)


def views(tables: Tables, peers: Peers | None = None) -> list[FormView]:
    """One view a form, in the order of `tables.forms`; they become the forms of `peers`, or of a new one."""
    doubts: dict[str, dict[str, str]] = {}
    doubtful = tables.cells[tables.cells["doubt"].notna() & (tables.cells["confidence"] < 1)]
    for form_id, path, why in rows_of(doubtful, ("form_id", "path", "doubt")):
        doubts.setdefault(form_id, {}).setdefault(path, why)
    funds = _grouped(tables.funds, FundRow, _FUND_FIELDS)
    indicators = _grouped(tables.indicators, IndicatorRow, _INDICATOR_FIELDS)
    peers, shared = peers or Peers(), shared_cells(tables.cells)
    in_columns = targets_in_columns(tables.cells)
    for values in rows_of(tables.forms, _FORM_FIELDS):
        named = dict(zip(_FORM_FIELDS, values, strict=True))
        key = named["form_id"]
        named["year"] = None if named["year"] is None else int(named["year"])
        rows = tuple(funds.get(key, ()))
        more = {name: named[name] for name in ("authority", "unit", "year")}
        settings = recognise(named["profile"], named["title"], (row.label for row in rows), **more)
        form = FormView(**named, funds=rows, indicators=tuple(indicators.get(key, ())), doubts=doubts.get(key, {}),
                        shared=shared.get(key, {}), unit_column=key in in_columns, settings=settings, peers=peers)  # fmt: skip
        for row in (*form.funds, *form.indicators):
            row.form = form
        peers.forms.append(form)
    return peers.forms


def _grouped(
    frame: pandas.DataFrame, kind: type[Any], names: tuple[str, ...]
) -> dict[str, list[Any]]:
    """Columns of `kind` by form, in printed order."""
    groups: dict[str, list[Any]] = {}
    for form_id, *values in rows_of(frame, ("form_id", *names)):
        row = kind()
        for name, value in zip(names, values, strict=True):
            setattr(row, name, value)
        row.position, row.memo = int(row.position), {}
        groups.setdefault(form_id, []).append(row)
    for rows in groups.values():
        rows.sort(key=lambda row: row.position)
    return groups
