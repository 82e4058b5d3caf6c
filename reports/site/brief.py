"""A document without what only its own page prints: what lists, charts and totals are made of, small enough to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from selfeval.reports.model import DocumentView, DoubtView, FindingView, FormPage, RuleText, Value

_DOUBT = DoubtView("", Value("", None))


class Brief(msgspec.Struct):
    """The documents of a part, and the key of what they were made from."""

    key: str
    views: list[DocumentView]


def brief(view: DocumentView) -> DocumentView:
    """The view with what is counted and listed of it alone."""
    return replace(view, sheets=(), skipped=(), reason_hint="", forms=tuple(map(_form, view.forms)))


def _form(form: FormPage) -> FormPage:
    return replace(
        form, header=(), funds=None, goals=(), indicators=None, tasks=None, conclusions=(), other=(), total=(), veils=(), notes=(), decided=(),
        findings=tuple(map(_finding, form.findings)), doubts=(_DOUBT,) * len(form.doubts),
        undecided=tuple(replace(one, rule=_rule(one.rule), places=()) for one in form.undecided),
        open_rules=tuple(replace(one, rule=_rule(one.rule)) for one in form.open_rules),
    )  # fmt: skip


def _finding(finding: FindingView) -> FindingView:
    return replace(
        finding, rule=_rule(finding.rule), where="", message="", printed="", expected="", spot=None, crop=None, waiver=None, consequences=(),
    )  # fmt: skip


def _rule(rule: RuleText) -> RuleText:
    return replace(rule, statement="", tolerance="", source="", remedy="", traps=())


def with_rules(view: DocumentView, rules: Mapping[str, RuleText]) -> DocumentView:
    """A brief view whose findings tell of their rules what the catalogue does."""
    forms = tuple(
        replace(
            form,
            findings=tuple(replace(one, rule=rules.get(one.rule.id, one.rule)) for one in form.findings),
        )
        for form in view.forms
    )  # fmt: skip
    return replace(view, forms=forms)
