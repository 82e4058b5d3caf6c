"""Profiles of form versions and jurisdictions, data/profiles/*.yml: what a form of this kind weighs, how it scores, which thresholds hold.

Adding one is a YAML file and a test, no code. Imports neither pandas nor GE."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from selfeval.data import FOLDER as DATA
from selfeval.expectations.errors import AuditError

PROFILES_DIR = DATA / "profiles"

#: Scoring formulas: proportional (分值×完成比例), step (分档计分), free (no formula is prescribed).
FORMULAS = ("proportional", "step", "free")


#: A folder of more profiles, beside those that come with the program. One of the same id takes the place of ours.
OWN_PROFILES = "SELFEVAL_PROFILES"


class ProfileError(AuditError):
    """A file of profiles does not hold what it should, or a profile is not known; the message names it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__("bad-profile", message, hint)


@dataclass(frozen=True, slots=True)
class Profile:
    """One version of the form. Weights are points out of 100, thresholds are ratios.

    `base` is the column of funds that the execution rate is measured on. `level1` are the points that the jurisdiction fixes for each
    first level (empty: free). `dimensions` are second-level indicators that a form must have, `benefits` whether it needs one of 效益.
    `integer_rounding` says that scores may be rounded to whole points. `qualitative` are the lower bounds of the score
    share of 达成, 部分达成 and 未达成; `open_bands` says that the bounds belong to the band below. `grades` are (name, lowest score), best first.
    `budget_change` and `low_execution` are the ratios from which an explanation is due; `over_achievement` the ratio of result to target.
    `sender`, `letter_date` and `reply_by` stand in letters: who writes, when, and until when units answer.
    `titles` are words of the title, `labels` words of fund labels that tell the profile where the extraction does not."""

    id: str
    name: str
    base: str = "budget"
    scored: bool = True
    execution_weight: tuple[Decimal, ...] = ()
    level1: tuple[tuple[str, Decimal], ...] = ()
    formula: str = "proportional"
    integer_rounding: bool = False
    low_execution: Decimal = Decimal("0.9")
    over_achievement: Decimal = Decimal("1.3")
    budget_change: Decimal = Decimal("0.1")
    concentration: Decimal = Decimal("0.4")
    dimensions: tuple[str, ...] = ()
    benefits: bool = False
    qualitative: tuple[Decimal, ...] = ()
    open_bands: bool = False
    grades: tuple[tuple[str, Decimal], ...] = ()
    titles: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    sender: str = ""
    letter_date: date | None = None
    reply_by: date | None = None


#: Profiles that are tried, in place of those of the same id; see `trying`.
_TRIED: ContextVar[Mapping[str, Profile]] = ContextVar("tried", default=MappingProxyType({}))


@contextmanager
def trying(tried: Mapping[str, Profile]) -> Iterator[None]:
    """Within, these profiles stand in place of those of the same id."""
    token = _TRIED.set(tried)
    try:
        yield
    finally:
        _TRIED.reset(token)


def load() -> dict[str, Profile]:
    """All profiles by id: data/profiles, and over them those of the folder that the environment names in SELFEVAL_PROFILES. Raises
    ProfileError, naming the file, for unknown keys and values that cannot be."""
    own = os.environ.get(OWN_PROFILES)
    if own and not Path(own).is_dir():
        raise ProfileError(f"表式文件夹 {own} 不存在", f"请更正环境变量 {OWN_PROFILES}。")
    given, tried = read_folder(PROFILES_DIR), _TRIED.get()
    return {**given, **(read_folder(Path(own)) if own else {}), **tried} if own or tried else given


@lru_cache(maxsize=4)
def read_folder(folder: Path) -> dict[str, Profile]:
    """The profiles of one folder by id; read once."""
    found = [read_file(path) for path in sorted(folder.glob("*.yml"))]
    return {profile.id: profile for profile in found}


def read_file(path: Path) -> Profile:
    """The profile of one file. Raises ProfileError, naming the file."""
    import yaml

    try:
        text = path.read_text("utf-8")
        profile = _profile(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except (
        AttributeError,
        TypeError,
        KeyError,
        ValueError,
        ArithmeticError,
        OSError,
        yaml.YAMLError,
    ) as error:
        raise ProfileError(
            f"表式文件 {path.name} 有误：{error}", "对照 data/profiles 中的文件改正。"
        ) from error
    if profile.id != path.stem:
        raise ProfileError(f"表式文件 {path.name} 的 id 为 {profile.id}，应与文件名相同")
    return profile


def _profile(raw: dict[str, Any]) -> Profile:
    thresholds = raw.pop("thresholds", {})
    values: dict[str, Any] = {
        **raw,
        **{name: Decimal(str(value)) for name, value in thresholds.items()},
    }
    for name in ("execution_weight", "qualitative"):
        values[name] = tuple(Decimal(str(value)) for value in values.get(name, ()))
    for name in ("level1", "grades"):
        values[name] = tuple(
            (key, Decimal(str(value))) for key, value in values.get(name, {}).items()
        )
    for name in ("dimensions", "titles", "labels"):
        values[name] = tuple(values.get(name, ()))
    profile = Profile(**values)
    for name in ("letter_date", "reply_by"):
        if not isinstance(values.get(name), date | None):
            raise ValueError(f"{name} 应为日期，例如 2026-03-31")
    if profile.formula not in FORMULAS:
        raise ValueError(f"unknown formula {profile.formula}")
    if profile.base not in ("initial", "budget"):
        raise ValueError(f"unknown base {profile.base}")
    if list(profile.grades) != sorted(profile.grades, key=lambda grade: -grade[1]):
        raise ValueError("grades must fall")
    return profile


def known(profile: str) -> Profile:
    """The profile `profile`; raises ProfileError, with the known ones, where there is none."""
    profiles = load()
    if profile not in profiles:
        raise ProfileError(f"没有表式 {profile}", f"可选：{'、'.join(sorted(profiles))}。")
    return profiles[profile]


def recognise(named: str | None, title: str | None, labels: Iterable[str | None]) -> Profile | None:
    """The profile that the extraction named, else the one whose title words or fund labels the form shows; None where that is no single
    one: then only what is certain is judged."""
    profiles = load()
    if named in profiles:
        return profiles[named]
    printed = [label or "" for label in labels]
    found = [profile for profile in profiles.values()
             if any(word in (title or "") for word in profile.titles) or any(word in label for word in profile.labels for label in printed)]  # fmt: skip
    return found[0] if len(found) == 1 else None
