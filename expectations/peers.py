"""The other forms of a batch, and who should have sent one: what rules across documents look at."""
from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.text import bare

if TYPE_CHECKING:
    from expectations.view import FormView

_CODE = re.compile(r"^[0-9]{3,}[-－_—]?")
_OWN_OFFICE = re.compile(r"(?:本级|机关|本部)$")


class RosterError(ValueError):
    """The list of expected submitters cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One line of the roster: a unit that has to submit, and optionally its authority, the project and the year ("" and None: any)."""

    unit: str
    authority: str = ""
    project: str = ""
    year: int | None = None


def read_roster(path: Path) -> tuple[Expected, ...]:
    """A CSV with the columns 单位 (or unit) and optionally 主管部门 (authority), 项目 (project) and 年度 (year). Raises RosterError."""
    columns = {"单位": "unit", "unit": "unit", "主管部门": "authority", "authority": "authority", "项目": "project", "项目名称": "project",
               "project": "project", "年度": "year", "year": "year"}  # fmt: skip
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [{columns[key.strip()]: (value or "").strip() for key, value in row.items() if key and key.strip() in columns} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RosterError(f"报送名单 {path.name} 无法读取：{error}") from error
    if not rows or any("unit" not in row for row in rows):
        raise RosterError(f"报送名单 {path.name} 没有“单位”一栏或没有内容")
    try:
        return tuple(Expected(row["unit"], row.get("authority", ""), row.get("project", ""), int(row["year"]) if row.get("year") else None)
                     for row in rows if row["unit"])  # fmt: skip
    except ValueError as error:
        raise RosterError(f"报送名单 {path.name} 的年度不是数字：{error}") from error


def unit_key(name: str | None) -> str:
    """A unit's name without its code and without 本级."""
    return _OWN_OFFICE.sub("", bare(_CODE.sub("", (name or "").strip())))


Key = tuple[str, str]


@dataclass(eq=False)
class Peers:
    """The forms of the batch in their order, the roster, and a way to ask which forms fail a rule."""

    roster: tuple[Expected, ...] = ()
    forms: list[FormView] = field(default_factory=list)
    failing: Callable[[str], frozenset[str]] = lambda rule: frozenset()

    @cached_property
    def by_project(self) -> dict[Key, list[FormView]]:
        """Forms by unit and project; those that name neither are left out."""
        grouped: dict[Key, list[FormView]] = {}
        for form in self.forms:
            if (key := project_key(form)) is not None:
                grouped.setdefault(key, []).append(form)
        return grouped

    @cached_property
    def by_unit(self) -> dict[str, list[FormView]]:
        grouped: dict[str, list[FormView]] = {}
        for form in self.forms:
            if key := unit_key(form.unit):
                grouped.setdefault(key, []).append(form)
        return grouped

    @cached_property
    def by_indicators(self) -> dict[tuple[str, ...], list[FormView]]:
        """Forms by all that their indicators print as names and results."""
        grouped: dict[tuple[str, ...], list[FormView]] = {}
        for form in self.forms:
            grouped.setdefault(tuple(f"{bare(row.level3)}={bare(row.actual)}" for row in form.filled), []).append(form)
        return grouped

    def same_project(self, form: FormView) -> list[FormView]:
        """The forms of the same unit, project and year, `form` among them."""
        key = project_key(form)
        return [other for other in self.by_project.get(key, []) if other.year == form.year] if key and form.year else []

    def last_year(self, form: FormView) -> FormView | None:
        """The first form of the same unit and project for the year before."""
        key = project_key(form)
        if key is None or form.year is None:
            return None
        return next((other for other in self.by_project.get(key, []) if other.year == form.year - 1), None)


def project_key(form: FormView) -> Key | None:
    """Unit and project of a form; None where one of them is blank."""
    unit, project = unit_key(form.unit), bare(form.project_name)
    return (unit, project) if unit and project else None
