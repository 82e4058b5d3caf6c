"""Undecided is what a person has to decide, and no more: most forms read 尚不能下结论 for targets in words and numbers without a unit."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, tables_of

from selfeval.expectations import audit
from selfeval.expectations.catalogue import load
from selfeval.expectations.judging import Judgement
from selfeval.expectations.view import views
from selfeval.flows.run.report_inputs import rule_texts_of
from selfeval.reports.site.write import build


@pytest.mark.parametrize(
    "target, actual, verdict",
    [
        ("显著提升", "达成预期指标", "not-applicable"),  # words, which other rules judge
        ("6月前", "2022年6月4日", "not-applicable"),  # a day
        ("≥50处", "50", "pass"),  # the unit is left out, and in no reading is it missed
        ("≤90万元", "90", "pass"),
        ("4项", "4项（运维、维保、安全、支持）", "pass"),
        ("≥50处", "", "not-applicable"),  # zero-completed tells it
        ("≥50处", "49", "undecidable"),  # 49 of what?
        ("30处", "29个", "undecidable"),
        ("19处", "硬件14处，软件5处", "undecidable"),
        ("≥50处", "49处", "fail"),
    ],
)
def test_a_target_is_open_only_where_a_person_must_look(
    target: str, actual: str, verdict: str
) -> None:
    form = changed(CLEAN, {"indicators/0/target": target, "indicators/0/actual": actual})
    (view,) = views(tables_of(form))
    judgement = Judgement([view], load(), {"target-missed-full-score"})
    decided = judgement.decision("target-missed-full-score", "indicators/0", view)
    assert decided.verdict == verdict, decided.why


def test_points_lost_are_no_full_score_whatever_the_result_says() -> None:
    changes = {"indicators/0/score": "19", "indicators/0/actual": "约三十处"}
    (view,) = views(tables_of(changed(CLEAN, changes, ["indicators/0/actual"])))
    judgement = Judgement([view], load(), {"target-missed-full-score"})
    assert judgement.decision("target-missed-full-score", "indicators/0", view).verdict == "pass"


def test_a_form_says_of_which_rule_how_many_rows_of_how_many_are_open(tmp_path: Path) -> None:
    tables = tables_of(changed(CLEAN, {"indicators/0/actual": "29个"}))
    judged = audit(tables)
    build(tables, judged.findings, judged.verdicts, tmp_path, rules=rule_texts_of())
    (page,) = (tmp_path / "documents").glob("*.html")
    title = load()["target-missed-full-score"].title
    assert f"核心规则有未能判定之处，须先对照原件核实：{title}，6 处中 1 处。" in page.read_text(
        "utf-8"
    )
