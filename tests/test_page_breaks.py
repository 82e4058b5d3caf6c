"""What a page break does to a row and to merged cells, cell by cell: which readings join, which stay apart, which are doubted."""

from __future__ import annotations

import math
from typing import Any

import pytest

from selfeval.extractors.forms.continued import is_continued
from selfeval.extractors.forms.page_breaks import CUT, mend
from selfeval.extractors.grids.stitch import Box, Break, Table
from selfeval.extractors.model import Evidence

CAPTIONS = [
    "一级指标",
    "二级指标",
    "三级指标",
    "年度指标值",
    "实际完成值",
    "分值",
    "得分",
    "偏差原因分析及改进措施",
]
FUNDS = ["项目资金", "", "全年预算数", "全年执行数", "分值", "执行率", "得分", ""]
LEVEL1, LEVEL2, LEVEL3, TARGET, ACTUAL, WEIGHT, SCORE, WHY = range(8)
FULL = ["产出指标", "数量指标", "新建公路里程", "≥30", "30", "10", "9", "天气"]


def table(
    above: list[list[str]],
    below: list[list[str]],
    *,
    missing_border: bool = False,
    captions: list[str] | None = None,
    **of_cell: Any,
) -> Table:
    """Rows of eight texts before and after a break, under captions. `of_cell` sets attributes of cells: a03={...} is of the first row
    above, its fourth cell; b03 of the first row below."""
    rows = [captions or CAPTIONS, *above, *below]
    made = Table(rows=len(rows), breaks=[Break(len(above) + 1, True, missing_border)])
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            page = 1 if at <= len(above) else 2
            evidence = (Evidence(page, (column, at, column + 1, at + 1)),)
            made.boxes.append(Box(column / 8, (column + 1) / 8, at, at + 1, text, evidence))
    for name, values in of_cell.items():
        row, column = int(name[1]) + (1 if name[0] == "a" else len(above) + 1), int(name[2])
        box = next(b for b in made.boxes if b.first == row and b.left == column / 8)
        for key, value in values.items():
            setattr(box, key, value)
    return made


def texts(made: Table) -> list[list[str]]:
    """The rows under the captions, merged cells in each row that they span."""
    return [[box.text for box in row] for row in made.by_row()[1:]]


def row(*cells: str, **named: str) -> list[str]:
    given = list(cells) + [""] * (8 - len(cells))
    for name, text in named.items():
        given[globals()[name.upper()]] = text
    return given


def doubts(made: Table) -> dict[str, tuple[float, str]]:
    return {b.text: (b.confidence, b.why) for b in made.boxes if b.why}


@pytest.mark.parametrize(
    "text, yes",
    [
        ("续上页", True),
        ("（ 续 表 ）", True),
        ("续前表", True),
        ("续建公路", False),
        ("上页", False),
        ("", False),
    ],
)
def test_only_a_cell_that_says_nothing_else_is_a_continuation(text: str, yes: bool) -> None:
    assert is_continued(text) is yes


def test_a_row_of_its_own_stays_one() -> None:
    made = table([FULL], [row("产出指标", "质量指标", "验收合格率", "≥95", "96", "10", "10")])
    mend(made)
    assert len(texts(made)) == 2 and doubts(made) == {}


def test_empty_levels_below_a_break_run_on_from_above() -> None:
    made = table([FULL], [row("", "", "管护人数", "≥3", "3", "10", "10")])
    mend(made)
    assert texts(made)[1][:3] == ["产出指标", "数量指标", "管护人数"]
    (level,) = (b for b in made.boxes if b.text == "数量指标")
    assert [part.page for part in level.parts] == [1, 2] and (level.first, level.end) == (1, 3)
    assert doubts(made) == {}


def test_words_that_say_continued_run_on_too() -> None:
    made = table([FULL], [row("续上页", "（续）", "管护人数", "≥3", "3", "10", "10", "续上页")])
    mend(made)
    assert texts(made)[1] == ["产出指标", "数量指标", "管护人数", "≥3", "3", "10", "10", "天气"]


def test_the_rest_of_a_row_without_a_name_and_numbers_is_the_rest_of_the_row() -> None:
    made = table([FULL], [row(why="较多，已调整")])
    mend(made)
    assert texts(made) == [
        ["产出指标", "数量指标", "新建公路里程", "≥30", "30", "10", "9", "天气较多，已调整"]
    ]
    (why,) = (b for b in made.boxes if b.left == WHY / 8 and b.first == 1)
    assert [part.page for part in why.parts] == [1, 2] and made.rows == 2


def test_what_is_printed_again_below_is_not_joined_twice() -> None:
    made = table([FULL], [row(level2="数量指标", target="≥30", why="较多")])
    mend(made)
    assert texts(made)[0][TARGET] == "≥30" and texts(made)[0][WHY] == "天气较多"


def test_a_number_below_an_empty_one_is_of_the_same_row_only_where_borders_are_missing() -> None:
    above = ["产出指标", "数量指标", "新建公路里程", "≥30", "30", "10", "", ""]
    closed = table([above], [row(score="9")])
    mend(closed)
    assert len(texts(closed)) == 2
    cut = table([above], [row(score="9")], missing_border=True)
    mend(cut)
    assert texts(cut) == [[*above[:6], "9", ""]]
    twice = table([FULL], [row(score="9")], missing_border=True)
    mend(twice)
    assert len(texts(twice)) == 2


@pytest.mark.parametrize("text", ["指标2：", "3、管护", "……", "（2）"])
def test_a_number_of_its_own_begins_a_row(text: str) -> None:
    above = ["产出指标", "数量指标", "新建公路", "≥30", "30", "", "", ""]
    tight = {"ink_gap": (5.0, 5.0)}
    made = table(
        [above],
        [row(level3=text, weight="10", score="9")],
        missing_border=True,
        a02=tight,
        b02=tight,
    )
    mend(made)
    assert len(texts(made)) == 2


def cut_in_words(**change: Any) -> Table:
    """A name cut within its words: no room under the upper part, the lower one at the top, numbers below alone."""
    above = ["产出指标", "数量指标", "新建农村", "≥30", "30", "", "", ""]
    below = row(level3="公路里程", weight="10", score="9")
    marks: dict[str, Any] = {"a02": {"ink_gap": (5.0, 12.0)}, "b02": {"ink_gap": (5.0, 5.0)}}
    return table([above], [below], **(marks | change))


def test_a_name_cut_within_its_words_is_joined_and_doubted() -> None:
    made = cut_in_words()
    mend(made)
    assert texts(made) == [["产出指标", "数量指标", "新建农村公路里程", "≥30", "30", "10", "9", ""]]
    assert doubts(made) == {"新建农村公路里程": CUT, "10": CUT, "9": CUT}


def test_room_for_another_line_under_a_name_says_that_it_ended_there() -> None:
    made = cut_in_words(a02={"ink_gap": (5.0, 15.1)})
    mend(made)
    assert len(texts(made)) == 2
    small = cut_in_words(
        a02={"ink_gap": (5.0, 12.0), "size": 4.5}
    )  # half the usual size: half the room
    mend(small)
    assert len(texts(small)) == 2


def test_a_result_on_both_sides_of_the_break_makes_two_rows() -> None:
    above = ["产出指标", "数量指标", "新建农村", "≥30", "30", "", "", ""]
    tight = {"a02": {"ink_gap": (5.0, 12.0)}, "b02": {"ink_gap": (5.0, 9.0)}}
    made = table([above], [row(level3="公路里程", actual="5", weight="10", score="9")], **tight)
    mend(made)
    assert len(texts(made)) == 2


def test_a_template_row_is_never_the_beginning_of_another() -> None:
    made = cut_in_words()
    next(b for b in made.boxes if b.text == "新建农村").text = "指标1："
    mend(made)
    assert len(texts(made)) == 2


@pytest.mark.parametrize("at_top, rows", [(7.0, 1), (7.1, 2)])
def test_a_name_alone_below_the_break_is_joined_where_it_touches_it(
    at_top: float, rows: int
) -> None:
    marks = {"a02": {"ink_gap": (5.0, 15.0)}, "b02": {"ink_gap": (at_top, 5.0)}}
    made = table([[*FULL[:6], "", ""]], [row(level3="延长段")], **marks)
    mend(made)
    assert len(texts(made)) == rows


def test_a_total_row_below_the_break_is_nobodys_rest() -> None:
    made = table([FULL], [row("总分", "", "", "", "", "100", "90")])
    mend(made)
    assert texts(made)[-1][0] == "总分" and len(texts(made)) == 2


def test_another_level_printed_below_begins_a_row() -> None:
    made = table([FULL], [row(level2="质量指标", why="较多")])
    mend(made)
    assert len(texts(made)) == 2 and texts(made)[1][LEVEL2] == "质量指标"


def test_a_level_parted_in_its_words_becomes_one() -> None:
    above = [["社会", "数量指标", "里程", "≥3", "3", "10", "9", "天气"]]
    made = table(above, [row("效益指标", "数量指标", "管护人数", "≥3", "3", "10", "10")])
    mend(made)
    assert {line[0] for line in texts(made)} in ({"社会效益指标"}, {"社会", "效益指标"})


def test_a_merged_number_whose_border_alone_is_missing_runs_on() -> None:
    below = row("产出指标", "质量指标", "验收合格率", "≥95", "96", "10", "")
    open_cell = {"a06": {"open": (False, True)}, "b06": {"open": (True, False)}}
    made = table([FULL], [below], **open_cell)
    mend(made)
    assert texts(made)[1][SCORE] == "9" and doubts(made) == {}
    closed = table([FULL], [below])
    mend(closed)
    assert texts(closed)[1][SCORE] == ""


def test_two_numbers_are_never_one_cell() -> None:
    below = row("产出指标", "质量指标", "验收合格率", "≥95", "96", "10", "8")
    made = table([FULL], [below], a06={"open": (False, True)}, b06={"open": (True, False)})
    mend(made)
    assert [line[SCORE] for line in texts(made)] == ["9", "8"]


def test_a_number_that_spans_rows_above_runs_on_with_a_doubt() -> None:
    other = ["产出指标", "数量指标", "管护人数", "≥3", "3", "10", "", ""]
    made = table([FULL, other], [row("产出指标", "质量指标", "验收合格率", "≥95", "96", "10", "")])
    score = next(b for b in made.boxes if b.text == "9")
    made.boxes = [b for b in made.boxes if not (b.first == 2 and b.left == SCORE / 8)]
    score.end = 3
    mend(made)
    assert [line[SCORE] for line in texts(made)] == ["9", "9", "9"]
    assert doubts(made) == {"9": (0.8, "合并单元格跨页，下一页部分按同一单元格处理")}


def test_an_explanation_that_may_run_on_is_doubted_below_and_only_where_borders_are_missing() -> (
    None
):
    below = row("产出指标", "质量指标", "验收合格率", "≥95", "96", "10", "8")
    for missing in (True, False):
        made = table([FULL], [below], missing_border=missing)
        mend(made)
        assert len(texts(made)) == 2
        assert bool(doubts(made)) is missing
    made = table([[*FULL[:7], "—"]], [below], missing_border=True)
    mend(made)
    assert doubts(
        made
    )  # a merged dash that runs on says as little, but is printed once for both rows


def test_words_of_a_merged_explanation_go_on_only_where_its_line_was_full() -> None:
    below = row("产出指标", "质量指标", "验收合格率", "≥95", "96", "10", "8", "多雨，已顺延")
    for room, joined in ((2.0, True), (9.0, False), (math.inf, False)):
        made = table([FULL, [*FULL[:2], "管护人数", *FULL[3:7], ""]], [below])
        why = next(b for b in made.boxes if b.text == "天气")
        made.boxes = [b for b in made.boxes if not (b.first == 2 and b.left == WHY / 8)]
        why.end, why.room, why.ink_gap = 3, room, (5.0, 10.0)
        mend(made)
        assert (texts(made)[0][WHY] == "天气多雨，已顺延") is joined
    ended = table([FULL, [*FULL[:2], "管护人数", *FULL[3:7], ""]], [below])
    why = next(b for b in ended.boxes if b.text == "天气")
    ended.boxes = [b for b in ended.boxes if not (b.first == 2 and b.left == WHY / 8)]
    why.text, why.end, why.room, why.ink_gap = "天气。", 3, 2.0, (5.0, 10.0)
    mend(ended)
    assert texts(ended)[0][WHY] == "天气。"


def test_captions_printed_again_leave() -> None:
    made = table(
        [FULL], [CAPTIONS, row("效益指标", "社会效益指标", "受益人数", "≥3", "3", "10", "10")]
    )
    layout = mend(made)
    assert [line[LEVEL3] for line in texts(made)] == ["新建公路里程", "受益人数"]
    assert len(layout.zones) == 1


def test_other_captions_after_a_break_stay() -> None:
    others = [*CAPTIONS[:7], "备注"]
    made = table(
        [FULL], [others, row("效益指标", "社会效益指标", "受益人数", "≥3", "3", "10", "10")]
    )
    mend(made)
    assert len(texts(made)) >= 2 and "受益人数" in [line[LEVEL3] for line in texts(made)]


def test_a_break_within_one_page_joins_nothing() -> None:
    made = table([FULL], [row(why="较多")])
    made.breaks[0].new_page = False
    mend(made)
    assert len(texts(made)) == 2


def test_an_empty_upper_edge_of_a_row_goes() -> None:
    edge = {f"a1{column}": {"open": (False, True)} for column in range(8)}
    below = row("产出指标", "质量指标", "验收合格率", "≥95", "96", "10", "8")
    made = table([FULL, row()], [below], **edge)
    mend(made)
    assert [line[LEVEL3] for line in texts(made)] == ["新建公路里程", "验收合格率"]
    kept = table([FULL, row()], [below])
    mend(kept)
    assert len(texts(kept)) == 3
