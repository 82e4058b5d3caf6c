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
from typing import Any, NamedTuple

from selfeval.data import FOLDER as DATA
from selfeval.expectations.errors import AuditError

PROFILES_DIR = DATA / "profiles"

#: Scoring formulas: proportional (分值×完成比例), step (分档计分), free (no formula is prescribed).
FORMULAS = ("proportional", "step", "free")


#: A folder of more profiles, beside those that come with the program. One of the same id takes the place of ours.
OWN_PROFILES = "SELFEVAL_PROFILES"


#: The profile of forms that show no other's captions.
BASE = "national"
#: Before the id of a profile that somebody has set.
_SET = "="
PROVINCES = (
    "北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南",
    "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆",
)  # fmt: skip


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
    `titles` are words of the title, `labels` words of fund labels, `regions` words of the names of authority and unit, or of the title, and
    `years` the first and last year (None: open) that tell the profile, together with the captions: see `recognition`."""

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
    regions: tuple[str, ...] = ()
    years: tuple[int | None, int | None] = (None, None)

    def covers(self, year: int | None) -> bool:
        """Whether the profile is one of that year; a form that does not say its year may be."""
        first, last = self.years
        return year is None or ((first is None or first <= year) and (last is None or year <= last))


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
    given, own, tried = read_folder(PROFILES_DIR), _own(), _TRIED.get()
    return {**given, **own, **tried} if own or tried else given


def own_folder() -> Path | None:
    """The folder of the user's own profiles. Raises ProfileError where it is named and is none."""
    named = os.environ.get(OWN_PROFILES)
    if named and not Path(named).is_dir():
        raise ProfileError(f"表式文件夹 {named} 不存在", f"请更正环境变量 {OWN_PROFILES}。")
    return Path(named) if named else None


def _own() -> Mapping[str, Profile]:
    folder = own_folder()
    return read_folder(folder) if folder else {}


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
    for name in ("dimensions", "titles", "labels", "regions"):
        values[name] = tuple(values.get(name, ()))
    first, last = values.get("years") or (None, None)
    values["years"] = tuple(None if year is None else int(year) for year in (first, last))
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


class Recognition(NamedTuple):
    """The profile of a form, None where it is no single one, and why."""

    profile: Profile | None
    why: str


class Shown(NamedTuple):
    """What a form shows of its kind: the profile that its captions are most like, and what it prints."""

    named: str | None
    title: str | None
    labels: tuple[str | None, ...]
    authority: str | None = None
    unit: str | None = None
    year: int | None = None

    def place(self) -> str:
        return " ".join(filter(None, (self.title, self.authority, self.unit)))


def set_by_user(profile: str) -> str:
    """A profile that somebody has set, as `Shown.named` has it: nothing that the form shows outdoes it."""
    return f"{_SET}{profile}"


def recognition(shown: Shown) -> Recognition:
    """The profile of a form by region, title, year and captions together.

    One that somebody has set; else one of the user's own of which everything that it states fits; else the one whose captions the form
    prints, unless region or year speak against it; else, where the captions tell nothing, the only one whose titles or labels fit."""
    profiles, named = load(), shown.named or ""
    if named.startswith(_SET):
        return Recognition(profiles.get(named[len(_SET) :]), "由用户指定")
    fitting = {id_: why for id_ in (*_own(), *_TRIED.get()) if (why := _fits(profiles[id_], shown))}
    most = max((len(why) for why in fitting.values()), default=0)
    best = [id_ for id_, why in fitting.items() if len(why) == most]
    if len(best) == 1:
        return Recognition(profiles[best[0]], "、".join(fitting[best[0]]))
    if len(best) > 1 and named not in best:
        return Recognition(None, f"符合不止一个表式：{'、'.join(sorted(best))}")
    if named in profiles:
        return _by_captions(profiles, shown)
    found = [one for one in profiles.values() if one.covers(shown.year) and _words(one, shown)]
    if len(found) == 1:
        return Recognition(found[0], "、".join(_words(found[0], shown)))
    return Recognition(None, "没有唯一符合的表式")


def recognise(
    named: str | None, title: str | None, labels: Iterable[str | None], **more: Any
) -> Profile | None:
    """The profile of a form that shows this; `more` are the other fields of `Shown`. See `recognition`."""
    return recognition(Shown(named, title, tuple(labels), **more)).profile


def _by_captions(profiles: Mapping[str, Profile], shown: Shown) -> Recognition:
    profile = profiles[shown.named or ""]
    elsewhere = _elsewhere(profile, shown)
    if elsewhere or not profile.covers(shown.year):
        reason = f"地区为{elsewhere}" if elsewhere else f"年度为{shown.year}"
        return Recognition(profiles.get(BASE), f"栏目与{profile.name}相同，但{reason}，按通用表式")
    region = next((word for word in profile.regions if word in shown.place()), "")
    return Recognition(
        profile, f"栏目与{profile.name}相同" + (f"，地区为{region}" if region else "")
    )


def _elsewhere(profile: Profile, shown: Shown) -> str:
    """The province that the form names, where it is none of those of the profile."""
    place = shown.place()
    if not profile.regions or any(word in place for word in profile.regions):
        return ""
    return next((province for province in PROVINCES if province in place), "")


def _words(profile: Profile, shown: Shown) -> list[str]:
    """By which words of the title and of fund labels the form is of that kind."""
    said = [f"标题含“{word}”" for word in profile.titles if word in (shown.title or "")][:1]
    labels = [label or "" for label in shown.labels]
    said += [f"资金表含“{word}”" for word in profile.labels if any(word in label for label in labels)][:1]  # fmt: skip
    return said


def _fits(profile: Profile, shown: Shown) -> list[str]:
    """By what a form is of a profile of the user's own: everything that it states must fit, and something must be stated."""
    said = _words(profile, shown)
    if bool(profile.titles or profile.labels) != bool(said) or not profile.covers(shown.year):
        return []
    if profile.regions:
        region = next((word for word in profile.regions if word in shown.place()), "")
        if not region:
            return []
        said.append(f"地区为{region}")
    if said and profile.years != (None, None):
        said.append(f"年度为{shown.year}")
    return [*said, "栏目相同"] if said and shown.named == profile.id else said
