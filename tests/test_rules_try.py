"""What a changed rule or profile would open and close is said before it counts; a rule is switched off with a reason and a date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, tables_of

from selfeval.expectations import catalogue, profiles
from selfeval.expectations.errors import AuditError
from selfeval.expectations.frames import frames, with_context
from selfeval.expectations.gx.judged import judged_of
from selfeval.expectations.judging import Judgement, Question
from selfeval.expectations.preview import Change, Trial, preview, trial_of
from selfeval.expectations.switched_off import FILE, off_by_form, read
from selfeval.expectations.view import views
from selfeval.records.tables.columns import empty

FULL = changed(
    CLEAN,
    {"funds/0/executed": "85.00", "funds/1/executed": "65.00", "funds/0/rate": "85%", "profile": "national"},
)  # fmt: skip


def tried(trial: Trial, *forms: object) -> list[Change]:
    tables = tables_of(*forms)
    ids = tables.documents["document_id"].tolist()
    return preview(trial, ids, lambda _ids, _cells: tables, empty("findings"))


def test_a_tolerance_that_is_tried_opens_what_it_should_and_the_rule_stays_as_it_is():
    """Full output with 85 of 100 spent is remarkable from 90% on, not at the 80% of the rule."""
    rule = "saving-vs-full-output"
    assert [one for one in tried(trial_of([rule]), FULL) if one.rule == rule] == []
    (change,) = tried(trial_of([f"{rule}:little=0.9"]), FULL)
    assert (change.opens, change.rule, change.subject) == (True, rule, "funds/executed")
    assert [one for one in tried(trial_of([rule]), FULL) if one.rule == rule] == []


def test_a_profile_that_is_tried_judges_its_own_forms_only():
    known = profiles.load()["national"]
    trial = Trial(profiles={"national": replace(known, low_execution=known.low_execution / 10)})
    told = tried(trial, FULL, changed(FULL, {"profile": "beijing"}))
    assert {one.document for one in told} == {"form-0.pdf"}
    before = tried(Trial(profiles={"national": known}), FULL)
    lost = {one.rule for one in before} - {one.rule for one in told}
    assert lost == {"low-execution-unexplained"}
    assert profiles.load()["national"] is known


@pytest.mark.parametrize("spec", ["no-such-rule", "saving-vs-full-output:little=viel", "saving-vs-full-output:size=1", "no.yml"])  # fmt: skip
def test_what_cannot_be_tried_is_refused_with_what_could_be(spec: str):
    with pytest.raises(AuditError):
        trial_of([spec])


OFF = "- rule: deviation-unexplained\n  unit: {unit}\n  date: 2026-01-15\n  reason: 另有专项说明\n"


def test_a_rule_switched_off_for_a_unit_says_why_and_so_does_the_judged_table(tmp_path: Path):
    tables = tables_of(changed(CLEAN, {"indicators/2/explanation": "——"}))
    (tmp_path / FILE).write_text(OFF.format(unit=CLEAN.unit), "utf-8")
    forms = views(tables)
    off = off_by_form(read(tmp_path / FILE), forms)
    decision = Judgement(forms, catalogue.load(), off=off).decision("deviation-unexplained", "indicators/2", forms[0])  # fmt: skip
    assert decision.verdict == "not-applicable"
    assert "2026-01-15" in decision.why and "另有专项说明" in decision.why
    assert Judgement(forms, catalogue.load()).decision("deviation-unexplained", "indicators/2", forms[0]).verdict == "fail"  # fmt: skip
    frame = frames(tables, off=off)["indicators"]
    question = Question("deviation-unexplained", "indicators", "")
    counts = judged_of(with_context(frame, "indicators", tables), "indicators").counts(question, {})
    assert counts["fail"] == 0 and counts["not-applicable"] == len(CLEAN.indicators)


def test_a_file_of_rules_switched_off_is_checked(tmp_path: Path):
    for text in (OFF.format(unit=""), "- rule: no-such\n  unit: 甲\n  date: 2026-01-15\n  reason: 无\n", OFF.format(unit="甲").replace("2026-01-15", "soon")):  # fmt: skip
        (tmp_path / FILE).write_text(text, "utf-8")
        with pytest.raises(AuditError):
            read(tmp_path / FILE)
    assert read(tmp_path / "none.yml") == ()
