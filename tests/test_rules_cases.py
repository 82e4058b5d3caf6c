"""Every rule passes, fails, is not applicable and is undecidable where it should; and no rule escapes the catalogue, the cases or the docs."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, tables_of
from rule_cases import CASES, IMPOSSIBLE, Case

from selfeval.core.roster import Expected
from selfeval.expectations import catalogue
from selfeval.expectations.cross_form import Peers
from selfeval.expectations.docs import render
from selfeval.expectations.judging import Judgement
from selfeval.expectations.profiles import load as load_profiles
from selfeval.expectations.rules import RULES
from selfeval.expectations.text import bare
from selfeval.expectations.verdicts import Decision
from selfeval.expectations.view import FormView, views
from selfeval.extractors.model import Form

VERDICTS = ("pass", "fail", "not-applicable", "undecidable")
ALL_CASES = [(rule, verdict, case) for rule, (_, *cases) in CASES.items() for verdict, case in zip(VERDICTS, cases, strict=True)
             if (rule, verdict) not in IMPOSSIBLE]  # fmt: skip


def form_of(case: Case) -> Form:
    return changed(
        CLEAN,
        {
            path: value
            for path, value in case.items()
            if path not in ("?", "&", "roster", "x", "vary")
        },
        case.get("?", ()),
    )


def varied(form: Form, n: int, how: str | None) -> Form:
    """The n-th of many forms, with amounts that follow Benford's law, or all begin with 9, or end in odd cents."""
    if how == "benford":
        amount = f"{10 ** (2 + (n * 0.6180339887) % 1):.2f}"
        form = changed(
            form,
            {
                "funds/0/budget": amount,
                "funds/0/executed": amount,
                "funds/1/budget": "",
                "funds/1/executed": "",
                "funds/2/budget": "",
                "funds/2/executed": "",
            },
        )
    if how == "nines":
        form = changed(form, {"funds/0/budget": f"9{n}.00", "funds/0/executed": f"9{n}.00"})
    if how == "cents":
        form = changed(form, {"funds/0/executed": f"9{n % 10}.3517", "total/score": f"{90 + n}"})
    return changed(form, {"project_name": f"第{n}号项目"})


def judged(rule: str, case: Case) -> Decision:
    """The decision of `rule` about its subject in the form of the case, which is the last of its batch (the first of "x" copies)."""
    form = form_of(case)
    batch = (
        [varied(form, n, case.get("vary")) for n in range(case["x"])]
        if "x" in case
        else [*(form_of(one) for one in case.get("&", ())), form]
    )
    roster = tuple(Expected(unit, authority, project, int(year) if year else None)
                   for unit, authority, project, year in (line.split(",") for line in case.get("roster", ())))  # fmt: skip
    forms = views(tables_of(*batch), Peers(roster))
    return decide(forms, rule, CASES[rule][0], forms[0 if "x" in case else -1])


def decide(forms: list[FormView], rule: str, subject: str, form: FormView) -> Decision:
    """What an audit of these forms decides."""
    return Judgement(forms, catalogue.load()).decision(rule, subject, form)


@pytest.mark.parametrize(
    "rule, verdict, case", ALL_CASES, ids=[f"{rule}-{verdict}" for rule, verdict, _ in ALL_CASES]
)
def test_verdict(rule: str, verdict: str, case: Case) -> None:
    decision = judged(rule, case)
    assert decision.verdict == verdict, decision.why
    if verdict == "fail":
        assert decision.why.endswith(("。", "）")), decision.why
        assert decision.values or decision.expected, "a finding rests on printed values"
    if verdict in ("not-applicable", "undecidable"):
        assert decision.why, "the reason is said"


def test_two_forms_that_differ_in_a_decimal_point_alone_have_different_numbers():
    """Texts are compared without punctuation to tell a copy; numbers are not."""
    forms = views(tables_of(CLEAN, changed(CLEAN, {"funds/0/executed": "950.0"})))
    assert decide(forms, "same-project-different-numbers", "form", forms[1]).verdict == "fail"
    assert decide(forms, "duplicate-submission", "form", forms[1]).verdict == "pass"


def test_texts_are_compared_without_punctuation_and_numbers_with_their_points():
    assert bare("1.完成 95.00 万元。") == bare("1、完成95．00万元") == "1完成95.00万元"
    assert bare("950.0") != bare("95.00")


def test_every_rule_of_the_code_is_in_the_catalogue_and_has_cases_both_ways():
    assert set(RULES) == set(catalogue.load().entries) == set(CASES)


def test_every_rule_has_a_sentence_in_both_languages_and_a_remedy():
    for entry in catalogue.load().entries.values():
        assert entry.zh.endswith("。") and entry.en.endswith("."), entry.id
        assert entry.remedy and entry.tolerance and entry.source, entry.id
        assert (
            entry.title_en and entry.remedy_en.endswith(".") and entry.tolerance_en.endswith(".")
        ), entry.id
        assert RULES[entry.id].__doc__, entry.id


def test_the_core_rules_keep_their_severities():
    core = {entry.id: entry.severity for entry in catalogue.load().entries.values() if entry.core}
    warnings = {"required-field", "deviation-unexplained", "over-execution"}
    assert len(core) == 12
    assert {rule for rule, severity in core.items() if severity == "warning"} == warnings
    assert set(core.values()) == {"warning", "error"}


def test_core_rules_judge_every_year_and_profile():
    for entry in catalogue.load().entries.values():
        assert not entry.core or (entry.years == (None, None) and entry.profiles == ())


def test_profiles_named_by_rules_exist():
    named = {profile for entry in catalogue.load().entries.values() for profile in entry.profiles}
    assert named <= set(load_profiles())


def test_rules_md_is_generated_from_the_catalogue():
    path = Path(__file__).resolve().parent.parent / "docs" / "rules.md"
    assert path.read_text("utf-8") == render(), "run python -m selfeval.expectations.write"


def test_rule_modules_stay_small():
    for path in (Path(__file__).resolve().parent.parent / "expectations").rglob("*.py"):
        assert len(path.read_text("utf-8").splitlines()) <= 350, path
