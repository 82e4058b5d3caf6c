"""The catalogue of rules, data/rules.yml: what every rule says, how severe it is, where it comes from. Imports neither pandas nor GE."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from selfeval.core import families as core_families
from selfeval.data import FOLDER as DATA
from selfeval.expectations.errors import AuditError

RULES_FILE = DATA / "rules.yml"

#: Severity -> as people read it, and as Great Expectations calls it.
SEVERITY_WORDS = {
    "error": ("错误", "critical"),
    "warning": ("警告", "warning"),
    "information": ("提示", "info"),
}

#: Family -> what it is called.
FAMILIES = {family: chinese for family, (chinese, _english) in core_families.FAMILIES.items()}


class CatalogueError(AuditError):
    """data/rules.yml does not hold what it should; the message names the rule."""

    def __init__(self, message: str) -> None:
        super().__init__("bad-catalogue", message, "请恢复随程序提供的 data/rules.yml。")


@dataclass(frozen=True, slots=True)
class Follows:
    """A rule whose finding is the cause of another: of one about the same `subject`, the same `row`, anything in the `form`, or a row that
    is among the `cells` which the cause names."""

    rule: str
    scope: str = "subject"


SCOPES = ("subject", "row", "form", "cells")


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One rule. `title` is what a failure is called in a heading, `zh` and `en` are the sentence that it enforces; `_en` is the same text in
    English. `source` are keys of `Catalogue.sources`; `years` the first and last year in which it is valid (None: open); `profiles` the
    profiles that it needs (empty: all forms); `home` the profiles whose source states its threshold: elsewhere a failure is
    information (empty: it is stated for all); `core` rules judge every form."""

    id: str
    title: str
    title_en: str
    family: str
    suite: str
    severity: str
    zh: str
    en: str
    tolerance: str
    tolerance_en: str
    remedy: str
    remedy_en: str
    source: tuple[str, ...]
    traps: tuple[str, ...] = ()
    years: tuple[int | None, int | None] = (None, None)
    profiles: tuple[str, ...] = ()
    core: bool = False
    follows: tuple[Follows, ...] = ()
    home: tuple[str, ...] = ()

    def severity_in(self, profile: str | None) -> str:
        """How severe a failure is on a form of `profile`."""
        return "information" if self.home and profile not in self.home else self.severity

    def valid_in(self, year: int | None) -> bool:
        """Whether the rule is valid for a form of `year`; a form without a year is judged."""
        first, last = self.years
        return year is None or ((first is None or year >= first) and (last is None or year <= last))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries by id, in the order of the file, what the source keys stand for, and the rules that are not built with the reason."""

    entries: dict[str, RuleEntry]
    sources: dict[str, str]
    not_built: dict[str, str]
    source_years: dict[str, tuple[int | None, int | None]]
    source_profiles: dict[str, tuple[str, ...]]

    def basis(self, rule: str, year: int | None, profile: str | None = None) -> str:
        """What the rule rests on for a form of `year` and `profile`: the sources that hold there and then, else 审计常用勾稽."""
        found = [key for key in self.entries[rule].source if self._holds(key, year, profile)]
        named = [key for key in found if key != "practice"] or ["practice"]
        return "；".join(self.sources[key] for key in named)

    def _holds(self, source: str, year: int | None, profile: str | None) -> bool:
        places = self.source_profiles.get(source, ())
        first, last = self.source_years.get(source, (None, None))
        then = year is None or ((first is None or year >= first) and (last is None or year <= last))
        return then and (not places or profile in places)

    def __getitem__(self, rule: str) -> RuleEntry:
        return self.entries[rule]

    def suites(self) -> dict[str, list[RuleEntry]]:
        """Entries by the suite that runs them."""
        grouped: dict[str, list[RuleEntry]] = {}
        for entry in self.entries.values():
            grouped.setdefault(entry.suite, []).append(entry)
        return grouped


@lru_cache(maxsize=4)
def load(path: Path = RULES_FILE) -> Catalogue:
    """The catalogue. Raises CatalogueError for an entry that is incomplete, doubled or of an unknown severity, family or source."""
    import yaml

    document = yaml.load(
        path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    entries: dict[str, RuleEntry] = {}
    for raw in document["rules"]:
        entry = _entry(raw, document["sources"])
        if entry.id in entries:
            raise CatalogueError(f"rule {entry.id} stands twice in {path.name}")
        entries[entry.id] = entry
    not_built = dict(document.get("not_built") or {})
    if both := not_built.keys() & entries.keys():
        raise CatalogueError(f"rule {', '.join(sorted(both))} is built and listed as not built")
    places = {key: tuple(ids) for key, ids in (document.get("source_profiles") or {}).items()}
    years = {key: (span[0], span[1]) for key, span in (document.get("source_years") or {}).items()}
    return Catalogue(entries, dict(document["sources"]), not_built, years, places)


def _entry(raw: dict[str, Any], sources: dict[str, str]) -> RuleEntry:
    years = raw.pop("years", None) or (None, None)
    profiles = raw.pop("profiles", "all")
    try:
        entry = RuleEntry(**{**raw, "source": tuple(raw["source"]), "traps": tuple(raw.get("traps", ())), "home": tuple(raw.get("home", ())), "years": (years[0], years[1]),
                         "profiles": () if profiles == "all" else tuple(profiles),
                         "follows": tuple(Follows(**one) for one in raw.get("follows", ()))})  # fmt: skip
    except (TypeError, KeyError) as error:
        raise CatalogueError(f"rule {raw.get('id')}: {error}") from error
    for name, value, known in (
        ("severity", entry.severity, SEVERITY_WORDS),
        ("family", entry.family, FAMILIES),
    ):
        if value not in known:
            raise CatalogueError(f"rule {entry.id}: unknown {name} {value}")
    if missing := [key for key in entry.source if key not in sources]:
        raise CatalogueError(f"rule {entry.id}: unknown source {', '.join(missing)}")
    return entry


def explain(rule: str, lang: str = "zh") -> list[tuple[str, str]]:
    """A rule as (caption, text) lines for `selfeval rules ID` and for docs. Raises KeyError for an unknown id."""
    catalogue = load()
    entry = catalogue[rule]
    chinese = lang == "zh"
    severity = SEVERITY_WORDS[entry.severity][0] if chinese else entry.severity
    family = FAMILIES[entry.family] if chinese else entry.family
    sources = "；".join(f"{key}（{catalogue.sources[key]}）" for key in entry.source)
    lines = [
        ("规则" if chinese else "Rule", f"{entry.id}（{entry.title}）" if chinese else f"{entry.id} ({entry.title_en})"),
        ("级别" if chinese else "Severity", severity), ("类别" if chinese else "Family", family),
        ("内容" if chinese else "Says", entry.zh if chinese else entry.en), ("容差" if chinese else "Tolerance", entry.tolerance if chinese else entry.tolerance_en),
        ("依据" if chinese else "Source", sources), ("整改" if chinese else "Remedy", entry.remedy if chinese else entry.remedy_en),
    ]  # fmt: skip
    lines += [
        ("易误报", trap) for trap in entry.traps if chinese
    ]  # notes for those who keep the rules; told in one language
    if entry.years != (None, None):
        lines.append(
            ("适用年度" if chinese else "Years", f"{entry.years[0] or ''}–{entry.years[1] or ''}")
        )
    if entry.profiles:
        lines.append(("适用表式" if chinese else "Profiles", "、".join(entry.profiles)))
    return lines
