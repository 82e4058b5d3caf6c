"""What a changed profile, tolerance or rule would open and close on the forms that are there, before it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.expectations import catalogue, profiles
from selfeval.expectations.auditing import BATCH, Load, batches
from selfeval.expectations.errors import AuditError
from selfeval.expectations.findings import finding_id
from selfeval.expectations.judging import Judgement
from selfeval.expectations.rules import RULES
from selfeval.expectations.rules.base import Rule
from selfeval.expectations.view import views
from selfeval.records.tables.columns import Cells

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass
class Trial:
    """What is tried: rules, some of them with other tolerances, and profiles. Without a profile only these rules are compared, with one
    all rules on its forms."""

    rules: dict[str, Rule] = field(default_factory=dict)
    profiles: dict[str, profiles.Profile] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A finding that would be opened or closed (`opens`)."""

    opens: bool
    document: str
    form: int
    rule: str
    subject: str
    message: str


def trial_of(specs: Sequence[str]) -> Trial:
    """What `RULE`, `RULE:NAME=NUMBER,...`, `PROFILE` or a profile's file (`x.yml`) ask for. Raises AuditError for anything else."""
    trial = Trial()
    for spec in specs:
        name, _, changes = spec.partition(":")
        if spec.endswith((".yml", ".yaml")):
            profile = profiles.read_file(Path(spec))
            trial.profiles[profile.id] = profile
        elif name in RULES:
            trial.rules[name] = _adjusted(name, changes)
        elif name in profiles.load():
            trial.profiles[name] = profiles.load()[name]
        else:
            raise AuditError("unknown-trial", f"没有规则或表式 {name}", "规则见 selfeval rules，表式见 data/profiles。")  # fmt: skip
    return trial


def _adjusted(name: str, changes: str) -> Rule:
    pairs = [part.partition("=") for part in changes.split(",") if part]
    try:
        return RULES[name].adjusted({key.strip(): text.strip() for key, _, text in pairs})
    except (KeyError, ValueError) as error:
        known = "、".join(f"{key}={value}" for key, value in RULES[name].tolerances.items()) or "无"
        raise AuditError("bad-tolerance", f"规则 {name} 的容差 {changes} 不能用", f"可调的容差：{known}。") from error  # fmt: skip


def preview(
    trial: Trial, document_ids: Sequence[str], load: Load, current: DataFrame, size: int = BATCH
) -> list[Change]:
    """The findings that the trial would open and close, against `current`, those of the last audit of these documents (in the order of
    receipt)."""
    changes: list[Change] = []
    with ExitStack() as stack:
        stack.enter_context(profiles.trying(trial.profiles))
        for ids, peers in batches(document_ids, load, None, (), size):
            forms = views(load(ids, Cells.JUDGED), peers)
            chosen = {form.form_id for form in forms if not trial.profiles or (form.settings and form.settings.id in trial.profiles)}  # fmt: skip
            known = current[current["form_id"].isin(chosen)]
            changes += _compared(trial, forms, chosen, known)
    return sorted(changes, key=lambda one: (one.rule, one.document, one.form, one.subject))


def _compared(
    trial: Trial, forms: Sequence[Any], chosen: set[str], known: DataFrame
) -> list[Change]:
    rules: Mapping[str, Rule] = {**RULES, **trial.rules}
    only = None if trial.profiles or "systematic-defect" in trial.rules else trial.rules.keys()
    judgement = Judgement(forms, catalogue.load(), only, rules)
    compared = RULES.keys() if trial.profiles else trial.rules.keys()
    found: dict[str, Change] = {}
    for form, rule, subject, decision in judgement.failures():
        if form.form_id in chosen and rule in compared:
            key = finding_id(form.document_id, form.form, rule, subject, decision.values)
            found[key] = Change(True, form.document, form.form, rule, subject, decision.why)
    rows: list[Any] = known[known["rule"].isin(compared)].to_dict("records")
    before = {row["finding_id"]: row for row in rows}
    opened = [change for key, change in found.items() if key not in before]
    closed = [
        Change(
            False, row["document"], int(row["form"]), row["rule"], row["subject"], row["message"]
        )
        for key, row in before.items()
        if key not in found
    ]
    return opened + closed
