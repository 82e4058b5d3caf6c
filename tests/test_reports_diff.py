"""What changed between two versions of a form or two runs."""

from __future__ import annotations

import json
from dataclasses import replace

from audit_forms import CLEAN, changed, document, with_evidence
from report_data import batch, one

from selfeval.reports.diff.output import to_json, to_text, write_html
from selfeval.reports.diff.versions import Side, ValueChange, compare

SUM = (0, "scores-sum", "total/score", {"subject": "total"})
RATE = (0, "execution-rate", "funds/0/rate", {"subject": "funds/0"})


def side(name, given):
    return Side(name, given.tables, given.findings)


def test_a_corrected_form_shows_the_value_and_the_finding_that_it_closes():
    diff = compare(
        side("初报", one(CLEAN, SUM, RATE)),
        side("更正", one(changed(CLEAN, {"total/score": "98.00"}), RATE)),
    )
    (form,) = diff.forms
    assert form.values == (ValueChange("total/score", "98.50", "98.00"),)
    assert [(change.state, change.rule) for change in form.findings] == [
        ("closed", "scores-sum"),
        ("unchanged", "execution-rate"),
    ]
    assert diff.counts() == {
        "opened": 0,
        "closed": 1,
        "unchanged": 1,
        "values": 1,
        "added": 0,
        "removed": 0,
    }


def test_a_finding_whose_numbers_changed_is_the_same_finding():
    before, after = (
        one(CLEAN, SUM),
        one(
            CLEAN,
            (
                0,
                "scores-sum",
                "total/score",
                {"subject": "total", "finding_id": "another", "message": "相差1分"},
            ),
        ),
    )
    (change,) = compare(side("a", before), side("b", after)).forms[0].findings
    assert (change.state, change.finding_id, change.message) == ("unchanged", "another", "相差1分")


def test_an_accepted_explanation_closes_a_finding():
    waived = (0, "scores-sum", "total/score", {"subject": "total", "status": "waived"})
    assert (
        compare(side("a", one(CLEAN, SUM)), side("b", one(CLEAN, waived))).counts()["closed"] == 1
    )


def test_forms_of_two_runs_are_paired_by_year_unit_and_project_not_by_file_or_order():
    forms = [changed(CLEAN, {"project_name": name}) for name in ("甲", "乙", "丙")]
    old = batch(
        [document(with_evidence(form), name=f"{at}.pdf") for at, form in enumerate(forms[:2])]
    )
    new = batch(
        [
            document(with_evidence(form), name=f"new-{at}.pdf")
            for at, form in enumerate(forms[:0:-1])
        ]
    )
    diff = compare(side("上次", old), side("本次", new))
    assert {form.project: (form.before is None, form.after is None) for form in diff.forms} == {
        "丙": (True, False),
        "乙": (False, False),
        "甲": (False, True),
    }
    assert [form.project for form in diff.forms if form.changed] == ["丙", "甲"]


def test_two_forms_of_the_same_key_are_not_mixed():
    twice = batch(
        [document(with_evidence(CLEAN), name="a.pdf"), document(with_evidence(CLEAN), name="b.pdf")]
    )
    assert len(compare(side("a", twice), side("b", twice)).forms) == 2


def test_versions_of_one_form_are_compared_though_the_project_was_renamed():
    diff = compare(
        side("1", one()),
        side("2", one(changed(CLEAN, {"project_name": "改名后的项目"}))),
        same_form=True,
    )
    assert [change.path for change in diff.forms[0].values] == ["project_name"]


def test_spaces_and_absent_columns_are_no_change():
    before = changed(
        CLEAN, {"funds/*/initial": None, "goal_actual": CLEAN.goal_actual.replace("，", "， \n")}
    )
    assert (
        not compare(side("a", one(before)), side("b", one(changed(CLEAN, {"funds/*/initial": ""}))))
        .forms[0]
        .values
    )


def test_a_row_that_was_inserted_is_told_cell_by_cell():
    longer = replace(CLEAN, indicators=(*CLEAN.indicators, CLEAN.indicators[0]))
    values = compare(side("a", one()), side("b", one(longer))).forms[0].values
    assert {change.path.rpartition("/")[0] for change in values} == {
        f"indicators/{len(CLEAN.indicators)}"
    }
    assert all(change.before is None for change in values)


def test_text_json_and_page_say_the_same(tmp_path):
    hostile = "<script>alert(1)</script>"
    diff = compare(
        side("初报", one(CLEAN, SUM)), side("更正", one(changed(CLEAN, {"total/score": hostile})))
    )
    text = to_text(diff)
    assert "初报 → 更正" in text
    assert f"~ 总得分：“98.50” → “{hostile}”" in text
    assert "- 已消除 [错误]" in text
    assert json.loads(json.dumps(to_json(diff), ensure_ascii=False))["counts"]["closed"] == 1
    page = write_html(diff, tmp_path / "diff.html").read_text("utf-8")
    assert hostile not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<del>98.50</del>" in page


def test_no_difference_is_said_in_words(tmp_path):
    diff = compare(side("a", one()), side("b", one()))
    assert "两者没有差别。" in write_html(diff, tmp_path / "diff.html").read_text("utf-8")
    assert "数值变动 0" in to_text(diff)
    assert "values changed 0" in to_text(diff, "en")
