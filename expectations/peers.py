"""The other forms of a batch, and who should have sent one: what rules across documents look at."""
from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from expectations.text import bare

if TYPE_CHECKING:
    from expectations.roster import Expected
    from expectations.view import FormView

_CODE = re.compile(r"^[0-9]{3,}[-－_—]?")
_OWN_OFFICE = re.compile(r"(?:本级|机关|本部)$")


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
