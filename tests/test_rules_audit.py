"""The way from tables to findings through Great Expectations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, tables_of

from selfeval.expectations import audit, catalogue, findings
from selfeval.expectations.findings import finding_id
from selfeval.expectations.gx import suites
from selfeval.expectations.rules import RULES
from selfeval.expectations.rules.scores import WeightsSum

BROKEN = changed(
    CLEAN, {"indicators/0/score": "21", "funds/0/rate": "97.00%", "indicators/2/explanation": "——"}
)


@pytest.fixture(scope="module")
def found():
    return audit(tables_of(CLEAN, BROKEN, changed(CLEAN, {}, doubts=["indicators/1/score"])))


def test_clean_form_has_no_core_finding_and_each_break_is_told(found):
    core = [rule for rule, entry in catalogue.load().entries.items() if entry.core]
    rows = found.findings[found.findings["rule"].isin(core)]
    assert sorted(zip(rows["document"], rows["rule"], rows["subject"], strict=True)) == [
        ("form-1.pdf", "deviation-unexplained", "indicators/2"),
        ("form-1.pdf", "execution-rate", "funds/0"),
        ("form-1.pdf", "score-out-of-range", "indicators/0"),
        ("form-1.pdf", "scores-sum", "total"),
    ]


def test_finding_stands_on_the_cell_that_shows_it(found):
    row = found.findings[found.findings["rule"] == "execution-rate"].iloc[0]
    assert (row["page"], row["x0"], row["top"]) == (1, 350.0, 100.0)
    assert (
        row["message"]
        == "预算执行率填报为97.00%，按全年执行数95.00万元、全年预算数100.00万元计算应为95.00%，请核实。"
    )
    assert (row["expected"], row["actual"], row["severity"], row["status"]) == (
        "95.00%",
        "97.00%",
        "error",
        "open",
    )


def test_value_in_doubt_is_undecidable_and_names_the_cell(found):
    form_id = found.verdicts["form_id"].unique()[2]
    open_ones = found.verdicts[
        (found.verdicts["form_id"] == form_id) & (found.verdicts["verdict"] == "undecidable")
    ]
    assert {
        "scores-sum",
        "score-out-of-range",
        "number-unreadable",
        "deviation-unexplained",
    } <= set(open_ones["rule"])
    assert all(
        "indicators/1/score" in why for why in open_ones[open_ones["rule"] == "scores-sum"]["why"]
    )


def test_every_rule_has_a_verdict_for_every_form(found):
    told = set(zip(found.verdicts["form_id"], found.verdicts["rule"], strict=True))
    assert len(told) == 3 * len(RULES)


def test_finding_id_survives_a_rerun_and_changes_with_the_printed_value():
    first, again = (
        audit(tables_of(BROKEN)).findings.set_index("rule")["finding_id"] for _ in range(2)
    )
    assert (first == again).all()
    assert finding_id("a" * 64, 1, "execution-rate", "funds/0", ("100", "97.00%")) != finding_id(
        "a" * 64, 1, "execution-rate", "funds/0", ("100", "97%")
    )


def test_rule_that_raises_costs_itself(monkeypatch):
    """One row with an explanation and no numbers made a rule raise, and the whole night end without findings."""

    def broken(self, record, subject):
        raise ZeroDivisionError("no such number")

    monkeypatch.setattr(WeightsSum, "judge", broken)
    result = audit(tables_of(BROKEN))
    (fault,) = result.faults
    assert (fault.rule, fault.times) == ("weights-sum", 1) and "no such number" in fault.cause
    verdicts = result.verdicts[result.verdicts["rule"] == "weights-sum"]
    assert verdicts["verdict"].tolist() == ["undecidable"]
    assert verdicts["why"].iloc[0].startswith("规则执行出错")
    assert {"score-out-of-range", "execution-rate"} <= set(result.findings["rule"])


def test_findings_above_the_cap_are_counted_and_not_listed(monkeypatch):
    monkeypatch.setattr(findings, "LISTED_IN_DOCUMENT", 3)
    result = audit(tables_of(changed(CLEAN, {"indicators/*/score": "40"})))
    assert (result.findings["rule"] == "score-out-of-range").sum() == 3
    assert result.capped.set_index("rule").loc["score-out-of-range"].tolist() == [
        "indicators",
        6,
        3,
    ]


@pytest.mark.parametrize("name", sorted(catalogue.load().suites()))
def test_suite_json_is_what_the_code_says(name):
    assert (suites.SUITES_DIR / f"{name}.json").read_text("utf-8") == suites.dump(name), (
        "run python -m selfeval.expectations.write"
    )


def test_no_suite_json_is_left_over():
    assert {path.stem for path in Path(suites.SUITES_DIR).glob("*.json")} == set(
        catalogue.load().suites()
    )
    for path in suites.SUITES_DIR.glob("*.json"):
        for suite in json.loads(path.read_text("utf-8")):
            assert suite["name"] == f"{path.stem}.{suite['meta']['table']}"
