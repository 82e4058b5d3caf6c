"""Rules that somebody switched off for a profile or a unit, with a reason and a date: rules-off.yml of a workspace.

- rule: filing-late
  unit: 某县水利局        # or profile: yunnan
  date: 2026-01-15
  reason: 该局经批准延期至八月报送
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfeval.expectations import catalogue, profiles
from selfeval.expectations.errors import AuditError
from selfeval.expectations.text import bare
from selfeval.expectations.view import FormView

#: The file's name in a workspace.
FILE = "rules-off.yml"
_HINT = "每条写明 rule、unit 或 profile 之一、date 和 reason。"


@dataclass(frozen=True, slots=True)
class Off:
    """One rule that is not asked about the forms of a profile or of a unit, since `date`, for `reason`."""

    rule: str
    date: str
    reason: str
    profile: str = ""
    unit: str = ""

    @property
    def where(self) -> str:
        """For whom, as people read it."""
        return f"单位“{self.unit}”" if self.unit else f"表式 {self.profile}"

    @property
    def sentence(self) -> str:
        """Why a form has no verdict."""
        return f"本规则对{self.where}停用（{self.date}）：{self.reason}"

    def covers(self, form: FormView) -> bool:
        """Whether the form is of that profile or unit."""
        if self.unit:
            return bare(self.unit) in (bare(form.unit), bare(form.authority))
        return form.settings is not None and form.settings.id == self.profile


def read(path: Path) -> tuple[Off, ...]:
    """What the file lists, nothing where there is none. Raises AuditError for an entry that is incomplete, unknown or switches off a core
    rule for a whole profile."""
    import yaml

    if not path.is_file():
        return ()
    try:
        listed = yaml.safe_load(path.read_text("utf-8")) or []
        return tuple(_off(one) for one in listed)
    except (yaml.YAMLError, TypeError, AttributeError, KeyError, ValueError) as error:
        raise AuditError(
            "bad-rules-off", f"停用规则的文件 {path.name} 有误：{error}", _HINT
        ) from error


def _off(raw: Mapping[str, Any]) -> Off:
    off = Off(**{name: str(value or "").strip() for name, value in raw.items()})
    if off.rule not in catalogue.load().entries:
        raise ValueError(f"没有规则 {off.rule}")
    if bool(off.unit) == bool(off.profile):
        raise ValueError(f"{off.rule} 应写明 unit 或 profile 之一")
    if off.profile:
        profiles.known(off.profile)
    dt.date.fromisoformat(off.date)
    if not off.reason:
        raise ValueError(f"{off.rule} 没有写明 reason")
    return off


def off_by_form(switched: Sequence[Off], forms: Iterable[FormView]) -> dict[str, dict[str, str]]:
    """form_id -> rule -> why it is not asked about that form; forms about which all are asked are left out."""
    found: dict[str, dict[str, str]] = {}
    for form in forms if switched else ():
        for one in switched:
            if one.covers(form):
                found.setdefault(form.form_id, {})[one.rule] = one.sentence
    return found
