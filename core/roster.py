"""Who has to submit, and who of them has. What forms print is masked by then, so names compare with what a mask may stand for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from selfeval.core.filings import bare, unit_key
from selfeval.core.numbers import is_blank

#: What a mask puts for the rest of a name or a number, and the most that it stands for.
_MASK = re.compile(r"\*+")
_HIDDEN = ".{1,11}"


@dataclass(frozen=True, slots=True)
class Expected:
    """One line of the roster: a unit that has to submit, and optionally its authority, the project and the year ("" and None: any).
    `aliases` are other names under which its form may come."""

    unit: str
    authority: str = ""
    project: str = ""
    year: int | None = None
    aliases: tuple[str, ...] = ()


class Filing(Protocol):
    """What is asked of a form: whose it is, about what, for which year."""

    @property
    def form_id(self) -> str: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def project_name(self) -> str | None: ...
    @property
    def authority_key(self) -> str: ...
    @property
    def year(self) -> int | None: ...


class Arrival(StrEnum):
    """FILED: a form is there. UNSURE: none for certain, but a form that leaves unit, project or year blank may be it. MISSING: none."""

    FILED = "filed"
    UNSURE = "unsure"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class RosterLine:
    """How one line of the roster stands, with the ids of the forms that are it or may be it."""

    expected: Expected
    state: Arrival
    form_ids: tuple[str, ...] = ()


class Filings:
    """The forms of an audit, looked up by the name of their unit."""

    def __init__(self, forms: Iterable[Filing]) -> None:
        self._by_unit: dict[str, list[Filing]] = defaultdict(list)
        for form in forms:
            self._by_unit["" if is_blank(form.unit) else unit_key(form.unit)].append(form)
        self._unnamed = self._by_unit.pop("", [])
        self._masked = {key: _pattern(key) for key in self._by_unit if "*" in key}

    @property
    def unnamed(self) -> Sequence[Filing]:
        """Forms that do not say whose they are."""
        return self._unnamed

    def standing(self, expected: Expected) -> RosterLine:
        """Given a line of the roster, say whether it has come."""
        names = {unit_key(name) for name in (expected.unit, *expected.aliases)} - {""}
        sent = [form for name in names for form in self._of(name)]
        filed = tuple(form.form_id for form in sent if _is(form, expected))
        if filed:
            return RosterLine(expected, Arrival.FILED, filed)
        office = unit_key(expected.authority)
        unnamed = (
            form for form in self._unnamed if not office or form.authority_key in ("", office)
        )
        open_to = tuple(form.form_id for form in (*sent, *unnamed) if _may_be(form, expected))
        return RosterLine(expected, Arrival.UNSURE if open_to else Arrival.MISSING, open_to)

    def _of(self, name: str) -> Iterable[Filing]:
        yield from self._by_unit.get(name, ())
        for key, pattern in self._masked.items():
            if pattern.fullmatch(name):
                yield from self._by_unit[key]


def _is(form: Filing, expected: Expected) -> bool:
    """Whether project and year are those of the line, where it gives them."""
    project, own = bare(expected.project), bare(form.project_name)
    if expected.year is not None and form.year != expected.year:
        return False
    return not project or project == own or ("*" in own and bool(_pattern(own).fullmatch(project)))


def _may_be(form: Filing, expected: Expected) -> bool:
    """The same of what the form says; what it leaves open may be anything."""
    said = replace(
        expected,
        project=expected.project if bare(form.project_name) else "",
        year=expected.year if form.year is not None else None,
    )
    return _is(form, said)


def _pattern(masked: str) -> re.Pattern[str]:
    return re.compile(_HIDDEN.join(map(re.escape, _MASK.split(masked))))


def listed(expected: Expected) -> str:
    """A line of the roster in a sentence: 某单位、某项目、2022年度."""
    year = f"{expected.year}年度" if expected.year else ""
    return "、".join(filter(None, (expected.unit, expected.project, year)))
