"""Readings held against each other: what is a difference, what is a repetition, and which value a hidden text belongs to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfeval.core.fields import HEADER
from selfeval.extractors.forms import compare
from selfeval.extractors.forms.compare import DISPUTED, HIDDEN_BESIDE, MISSING
from selfeval.extractors.model import Doubt, Evidence, Form, Fund, Indicator, Notice, Total

FORM = Form(
    title="自评表",
    year=2022,
    unit="某站",
    funds=(Fund("年度资金总额", budget="100", executed="95"),),
    indicators=(
        Indicator(level3="里程", target="≥30", score="20"),
        Indicator(level3="工期", score="10"),
    ),
    total=Total("总分", "100", "30"),
    evidence={
        "unit": (Evidence(1, (0, 0, 10, 10)),),
        "indicators/0/score": (Evidence(1, (50, 20, 60, 30)), Evidence(2, (50, 0, 60, 10))),
        "indicators/1/score": (Evidence(2, (50, 10, 60, 20)),),
        "total/score": (Evidence(2, (50, 40, 60, 50)),),
    },
)


def told(form: Form) -> list[tuple[str, str, float]]:
    return [(doubt.path, doubt.why, doubt.confidence) for doubt in form.doubts]


def test_every_printed_value_has_its_path_and_years_and_labels_of_totals_none() -> None:
    assert dict(compare.values(FORM)) == {
        "title": "自评表", "unit": "某站",
        "funds/0/label": "年度资金总额", "funds/0/budget": "100", "funds/0/executed": "95",
        "indicators/0/level3": "里程", "indicators/0/target": "≥30", "indicators/0/score": "20",
        "indicators/1/level3": "工期", "indicators/1/score": "10",
        "total/weight": "100", "total/score": "30",
    }  # fmt: skip


def test_readings_that_agree_but_for_spaces_and_widths_raise_no_doubt() -> None:
    other = replace(FORM, unit=" 某 站\n", total=Total("合计", "１００", "30"))
    assert told(compare.compare(FORM, other, "camelot")) == []


def test_a_difference_names_both_readings() -> None:
    other = replace(FORM, unit="某所")
    assert told(compare.compare(FORM, other, "camelot")) == [
        ("unit", "两种读法不同：“某站”与“某所”（camelot）", DISPUTED)
    ]


def test_what_only_one_of_the_two_has_read_is_doubted_unless_it_is_empty() -> None:
    other = replace(FORM, unit=None, authority="某局", goal_actual="")
    assert told(compare.compare(FORM, other, "camelot")) == [
        ("authority", "此处没有读到值，camelot 读作“某局”", MISSING),
        ("unit", "camelot 没有读到此值“某站”", MISSING),
    ]
    assert told(compare.compare(replace(FORM, unit=""), other, "camelot"))[-1][0] == "authority"


def test_doubts_of_before_stay_and_one_said_twice_is_said_once_with_the_lesser_confidence() -> None:
    mine = replace(FORM, doubts=(Doubt("total", "笔迹", 0.9), Doubt("total", "笔迹", 0.4)))
    assert told(compare.compare(mine, FORM, "camelot")) == [("total", "笔迹", 0.4)]
    more = (Doubt("unit", "乙", 0.5), Doubt("unit", "甲", 0.3), Doubt("total", "笔迹", 0.9))
    assert compare.merged(more) == (more[2], more[1], more[0])


def test_a_form_that_the_other_engine_lacks_is_doubted_value_by_value_and_in_its_blocks() -> None:
    paths = [doubt.path for doubt in compare.missing_form(FORM, "camelot").doubts]
    header = {
        field.path for field in HEADER
    }  # what the other engine may have seen there, and this one not
    assert paths == sorted({*dict(compare.values(FORM)), *header, "funds", "indicators", "total"})
    why = "camelot 读出的表格数目不同，未能逐项核对"
    assert set(told(compare.missing_form(FORM, "camelot"))) == {(p, why, MISSING) for p in paths}


def test_a_table_that_was_lost_may_hold_rows_of_the_form_before_it() -> None:
    why = "第3页的表格没有资金和指标栏目，未能归入任何一张表"
    assert told(compare.with_lost_table(FORM, 3)) == [
        ("indicators", why, MISSING),
        ("total", why, MISSING),
    ]


def noticed(
    notice: Notice, page: int = 1, shown: tuple[str, ...] = ()
) -> list[tuple[str, str, float]]:
    (form,) = compare.with_notices([FORM], [(page, notice)], shown)
    return told(form)


def test_hidden_text_is_told_at_the_value_whose_box_it_lies_in() -> None:
    why = "第1页有不可见的文字“99”，未作为表格内容读取"
    assert noticed(Notice("hidden", " 99 ", (48, 18, 56, 26))) == [
        ("indicators/0/score", why, HIDDEN_BESIDE)
    ]
    assert (
        noticed(Notice("hidden", "99", (40, 20, 60, 40)))[0][0] == "indicators/0/score"
    )  # its edge
    assert noticed(Notice("hidden", "99", (39, 20, 60, 30)))[0][0] == "hidden/1"  # half a point off
    assert noticed(Notice("hidden", "99", (50, 41, 60, 51)), page=2)[0][0] == "total/score"


def test_hidden_text_of_a_page_without_a_value_of_the_form_is_not_the_forms() -> None:
    assert noticed(Notice("hidden", "99", (50, 20, 60, 30)), page=3) == []
    forms = [FORM, replace(FORM, evidence={"unit": (Evidence(3, (0, 0, 9, 9)),)})]
    first, second = compare.with_notices(forms, [(3, Notice("hidden", "99", (50, 20, 60, 30)))], ())
    assert (told(first), [path for path, *_ in told(second)]) == ([], ["hidden/3"])


def test_the_first_form_on_a_page_takes_the_notice_and_no_other() -> None:
    first, second = compare.with_notices(
        [FORM, FORM], [(1, Notice("struck", "旧", (50, 20, 60, 30)))], ()
    )
    assert (len(first.doubts), len(second.doubts)) == (1, 0)


@pytest.mark.parametrize(
    "kind, why",
    [
        ("struck", "第1页的“旧”被划去，未作为表格内容读取"),
        ("covered", "第1页上改为“20”，原印“旧”"),
        ("hidden", "第1页有不可见的文字“旧”，未作为表格内容读取"),
    ],
)
def test_a_notice_says_what_was_done_to_the_text(kind: str, why: str) -> None:
    assert noticed(Notice(kind, "旧", (50, 20, 60, 30)))[0][1] == why
    if kind == "covered":  # where nothing was put in its place
        assert "不可见" in noticed(Notice(kind, "旧", (80, 20, 90, 30)))[0][1]


def test_a_text_layer_is_told_of_the_page_and_never_of_a_value() -> None:
    assert noticed(Notice("text-layer", "99", (50, 20, 60, 30)))[0][0] == "hidden/1"


@pytest.mark.parametrize(
    "notice",
    [Notice("watermark", "样", (50, 20, 60, 30)), Notice("hidden", " \n", (50, 20, 60, 30))],
)
def test_marks_that_everybody_sees_and_blanks_are_no_news(notice: Notice) -> None:
    assert noticed(notice) == []


@pytest.mark.parametrize(
    "kind, news", [("clipped", False), ("off-page", False), ("hidden", True), ("covered", True)]
)
def test_words_cut_off_by_an_edge_are_no_news_where_a_cell_shows_them(
    kind: str, news: bool
) -> None:
    notice = Notice(kind, "产出 指标", (80, 22, 90, 28))
    assert bool(noticed(notice, shown=("一、产出指标",))) is news
    assert noticed(notice, shown=("产出", "指标"))  # in no cell as a whole
    alone = noticed(Notice(kind, "产", (80, 22, 90, 28)), shown=("产出",))
    assert bool(alone) is (
        kind != "clipped"
    )  # one character shows nothing, but for a text cut within
    assert noticed(
        Notice(kind, "产出1", (80, 22, 90, 28)), shown=("产出1",)
    )  # a number is never a repetition


def test_what_the_edge_cuts_off_beside_a_row_may_be_what_the_row_lacks() -> None:
    doubted = {path for path, *_ in noticed(Notice("off-page", "2项", (90, 22, 99, 28)))}
    assert "hidden/1" in doubted and {"indicators/0/actual", "indicators/0/weight"} <= doubted
    assert not doubted & {
        "indicators/0/score",
        "indicators/0/target",
        "indicators/1/actual",
        "total/weight",
    }
    lower = {path for path, *_ in noticed(Notice("clipped", "2项", (90, 40, 99, 50)), page=2)}
    assert "total/explanation" in lower and not any(path.startswith("indicators") for path in lower)
    assert [path for path, *_ in noticed(Notice("hidden", "2项", (90, 22, 99, 28)))] == ["hidden/1"]


def test_suspicions_and_attachments_reach_the_whole_form() -> None:
    assert compare.with_suspicions(FORM, []) is FORM
    paths = {path for path, *_ in told(compare.with_suspicions(FORM, ["校验不符"]))}
    assert {"title", "unit", "funds", "indicators", "total"} <= paths
    assert told(compare.with_suspicions(FORM, ["校验不符"]))[0][1:] == (
        "校验不符，请对照原件核对",
        MISSING,
    )
    assert told(compare.with_attachments(FORM, 2)) == [
        ("attachments", "文件另附有 2 个附件，附件内容未读取", HIDDEN_BESIDE)
    ]


def test_a_notice_that_is_no_news_does_not_hide_the_next() -> None:
    place = (80, 22, 90, 28)
    dull = [Notice("watermark", "样", place), Notice("clipped", "产出", place)]
    forms = compare.with_notices(
        [FORM], [(1, one) for one in (*dull, Notice("hidden", "99", place))], ("产出",)
    )
    assert [path for path, *_ in told(forms[0])] == ["hidden/1"]


def test_text_cut_off_within_a_value_is_told_of_that_value_alone() -> None:
    why = "第1页有不可见的文字“2项”，未作为表格内容读取"
    assert noticed(Notice("off-page", "2项", (50, 20, 60, 30))) == [
        ("indicators/0/score", why, HIDDEN_BESIDE)
    ]
    beside = noticed(
        Notice("off-page", "2项", (90, 20, 99, 40))
    )  # its middle on the row's last line
    assert {text for _, text, _ in beside} == {why} and len(beside) > 1
    assert len(noticed(Notice("off-page", "2项", (90, 10, 99, 30)))) > 1  # on its first
    assert len(noticed(Notice("off-page", "2项", (90, 12, 99, 29)))) > 1
    assert len(noticed(Notice("off-page", "2项", (90, 31, 99, 40)))) == 1


def test_the_edges_of_a_box_belong_to_it() -> None:
    for bbox in ((60, 20, 60, 30), (50, 20, 50, 30), (50, 20, 60, 20), (50, 30, 60, 30)):
        assert noticed(Notice("hidden", "99", bbox))[0][0] == "indicators/0/score"


def test_a_row_of_cells_without_a_field_lacks_nothing() -> None:
    form = replace(FORM, evidence={"other/0/value": (Evidence(1, (50, 20, 60, 30)),)})
    (found,) = compare.with_notices([form], [(1, Notice("off-page", "2项", (90, 22, 99, 28)))], ())
    assert [path for path, *_ in told(found)] == ["hidden/1"]
