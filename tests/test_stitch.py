"""Grids of pages made into tables: where a form begins, what goes on overleaf, what is left out, and where each cell then lies."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from selfeval.extractors.grids.cells import Line, SolvedPage
from selfeval.extractors.grids.stitch import (
    Box,
    Break,
    Signs,
    Table,
    is_title,
    names_form,
    placed,
    tables,
    without_rows,
)
from selfeval.extractors.model import Cell, Evidence, Grid, Ink, PageContent

TITLE = "项目支出绩效自评表"
#: A grid that holds 名称 begins a form, 单位 says whose it is; 资金 and 指标 are zones; 目标表 above it, or 目标 in it, makes another kind.
SIGNS = Signs(
    begins_form=lambda grid: any("名称" in cell.text for cell in grid.cells),
    names_of=lambda grid: {"unit" for cell in grid.cells if "单位" in cell.text},
    zones_of=lambda grid: {
        zone for zone in ("资金", "指标") if any(zone in c.text for c in grid.cells)
    },
    opens_other=lambda grid, above: (
        any("目标" in cell.text for cell in grid.cells) or "目标表" in above
    ),
    is_form_title=names_form,
)


def grid(
    *rows: Sequence[str],
    page: int = 1,
    top: float = 100.0,
    left: float = 50.0,
    width: float = 400.0,
    opened: tuple[bool, bool] = (False, False),
) -> Grid:
    """Rows of equal cells, 20 points high."""
    columns = len(rows[0])
    xs = tuple(left + width * column / columns for column in range(columns + 1))
    ys = tuple(top + 20 * row for row in range(len(rows) + 1))
    cells = tuple(
        Cell(r, c, 1, 1, text, (Evidence(page, (xs[c], ys[r], xs[c + 1], ys[r + 1])),))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    return Grid(page, xs, ys, cells, *opened)


def line(text: str, y: float = 60.0, x: float = 100.0) -> Line:
    box = (x, y, x + 10 * len(text), y + 12)
    return Line(text, box, Evidence(1, box))


def pages(*items: Sequence[Grid | Line]) -> list[SolvedPage]:
    return [
        SolvedPage(
            PageContent(number, 595, 842, (), ()),
            tuple(item for item in page if isinstance(item, Grid)),
            tuple(item for item in page if isinstance(item, Line)),
        )
        for number, page in enumerate(items, 1)
    ]


def stitched(*items: Sequence[Grid | Line]) -> list[Table]:
    return tables(pages(*items), SIGNS)


def texts(table: Table) -> list[list[str]]:
    return [[box.text for box in row] for row in table.by_row()]


HEAD = [["名称", "甲"], ["资金", "1"]]


def test_a_grid_overleaf_goes_on_and_says_that_a_page_lies_between() -> None:
    (table,) = stitched([line(TITLE), grid(*HEAD)], [grid(["指标", "3"], page=2)])
    assert texts(table) == [["名称", "甲"], ["资金", "1"], ["指标", "3"]]
    assert table.breaks == [Break(2, True, False)]
    assert [text.text for _, text in table.lines] == [TITLE]


def test_two_grids_of_one_page_have_a_break_that_is_no_page_break() -> None:
    (table,) = stitched([grid(*HEAD), grid(["指标", "3"], top=300)])
    assert table.breaks == [Break(2, False, False)]


@pytest.mark.parametrize(
    "above, below, is_open", [(True, False, True), (False, True, True), (False, False, False)]
)
def test_a_border_that_is_missing_on_either_side_of_a_break_is_told(
    above: bool, below: bool, is_open: bool
) -> None:
    (table,) = stitched(
        [grid(*HEAD, opened=(False, above))], [grid(["指标", "3"], page=2, opened=(below, False))]
    )
    assert table.breaks == [Break(2, True, is_open)]


def test_a_second_form_begins_where_its_first_caption_stands_again() -> None:
    first, second = stitched([grid(*HEAD)], [grid(["名称", "乙"], ["指标", "3"], page=2)])
    assert (texts(first)[0], texts(second)[0]) == (["名称", "甲"], ["名称", "乙"])


def test_a_title_and_a_zone_begin_a_form_without_its_first_caption() -> None:
    first, second = stitched([grid(*HEAD)], [line(TITLE), grid(["指标", "3"], page=2)])
    assert len(texts(first)) == 2 and [text.text for _, text in second.lines] == [TITLE]
    (whole,) = stitched([grid(*HEAD)], [line(TITLE), grid(["备注", "无"], page=2)])
    assert len(texts(whole)) == 3


def test_a_title_printed_on_every_page_at_one_height_begins_nothing() -> None:
    (table,) = stitched(
        [line(TITLE), grid(*HEAD)], [line(TITLE, 63.9), grid(["指标", "3"], page=2)]
    )
    assert len(texts(table)) == 3
    first, second = stitched(
        [line(TITLE), grid(*HEAD)], [line(TITLE, 64.1), grid(["指标", "3"], page=2)]
    )
    assert (len(texts(first)), len(texts(second))) == (2, 1)


def test_a_form_that_says_again_whose_it_is_begins_though_its_title_runs() -> None:
    rows = (["实施单位", "甲"], ["资金", "1"], ["指标", "2"])
    assert len(stitched([line(TITLE), grid(*rows)], [line(TITLE), grid(*rows[:2], page=2)])) == 2


def test_a_grid_of_a_cover_is_left_out_with_what_stood_above_it() -> None:
    (table,) = stitched([line("封面"), grid(["编制", "某局"])], [grid(*HEAD, page=2)])
    assert texts(table) == HEAD and table.lines == []


def test_a_first_grid_under_a_form_s_title_is_no_cover() -> None:
    (table,) = stitched([line(TITLE), grid(["编制", "某局"])])
    assert texts(table) == [["编制", "某局"]]
    (zone,) = stitched([grid(["资金", "1"])])
    assert texts(zone) == [["资金", "1"]]


def test_a_table_of_another_kind_is_a_table_of_its_own_and_the_next_form_too() -> None:
    first, other, second = stitched(
        [grid(*HEAD)], [grid(["目标", "通车"], page=2)], [grid(["名称", "乙"], page=3)]
    )
    assert [texts(table)[0][0] for table in (first, other, second)] == ["名称", "目标", "名称"]
    told = stitched([grid(*HEAD)], [line("目标表"), grid(["备注", "无"], page=2)])
    assert len(told) == 2


def test_rows_printed_again_overleaf_go_where_the_form_then_goes_on() -> None:
    again = grid(*HEAD, ["备注", "无"], page=2)
    (table,) = stitched([grid(*HEAD, ["指标", "3"])], [again])
    assert texts(table) == [*HEAD, ["指标", "3"], ["备注", "无"]]
    first, second = stitched([grid(*HEAD, ["指标", "3"])], [grid(*HEAD, ["指标", "4"], page=2)])
    assert (texts(first)[2], texts(second)[2]) == (
        ["指标", "3"],
        ["指标", "4"],
    )  # zones again: another form


def test_page_numbers_are_no_lines_of_a_table_and_words_after_it_are_notes() -> None:
    lines = [line("第 1 页 共 2 页", 20), line("- 3 -", 30), line("单位：万元", 80)]
    (table,) = stitched([*lines, grid(*HEAD), line("填表人：甲", 500)])
    assert [text.text for _, text in table.lines] == ["单位：万元"]
    assert [(page, text.text) for page, text in table.notes] == [(1, "填表人：甲")]
    (table,) = stitched([grid(*HEAD), line("续表", 200)], [grid(["指标", "3"], page=2)])
    assert [text.text for _, text in table.notes] == ["续表"]


def test_forms_side_by_side_are_read_one_after_the_other() -> None:
    left = grid(*HEAD, left=20, width=200)
    right = grid(["名称", "乙"], ["资金", "2"], left=300, width=200)
    lower = grid(["指标", "3"], left=20, width=200, top=300)
    first, second = stitched([right, lower, left, line("单位：元", 80, 320)])
    assert texts(first) == [*HEAD, ["指标", "3"]] and texts(second)[0] == ["名称", "乙"]
    assert first.lines == [] and [text.text for _, text in second.lines] == ["单位：元"]


@pytest.mark.parametrize(
    "text, title, names",
    [
        ("项目支出绩效自评表", True, True), ("项目支出绩效自评表（2022年度）", True, True), ("绩 效 评 价 表", True, True), ("部门评分表", True, True),
        ("关于绩效自评的说明", True, False), ("绩效自评工作总结。", False, False), ("自评情况：", False, False), ("绩效目标表", False, False),
        ("绩效自评" + "很" * 60 + "表", False, False), ("自评表填报说明", True, False), ("绩效自评结果统计汇总表", True, False),
    ],
)  # fmt: skip
def test_titles_name_a_form_that_follows(text: str, title: bool, names: bool) -> None:
    assert (is_title(text), names_form(text)) == (title, names)


def test_a_grid_without_its_first_rows_keeps_the_others_in_their_places() -> None:
    whole = grid(["名称", "甲"], ["资金", "1"], ["指标", "3"], opened=(True, True))
    rest = without_rows(whole, 1)
    assert [cell.text for cell in rest.cells] == ["资金", "1", "指标", "3"]
    assert [cell.row for cell in rest.cells] == [0, 0, 1, 1] and rest.ys == whole.ys[1:]
    assert (rest.open_top, rest.open_bottom) == (False, True)
    assert without_rows(whole, 0) is whole and without_rows(whole, 3) is whole
    tall = Grid(1, whole.xs, whole.ys, (Cell(0, 0, 2, 1, "甲", ()),))
    assert without_rows(tall, 1) is tall and without_rows(tall, 2) is not tall


def test_cells_are_placed_in_shares_of_the_width_with_their_ink() -> None:
    cell = Cell(0, 1, 2, 1, "甲", (), 0.5, "存疑", Ink(103.0, 132.0, 9.0, 4.0), (True, False))
    (box,) = placed(Grid(1, (50.0, 150.0, 450.0), (100.0, 120.0, 140.0), (cell,)), 7, (50.0, 400.0))
    assert box == Box(0.25, 1.0, 7, 9, "甲", (), 0.5, "存疑", (3.0, 8.0), 9.0, 4.0, (True, False))


def test_what_two_borders_a_hair_apart_enclose_is_no_cell() -> None:
    def found(width: float, text: str) -> int:
        cells = (Cell(0, 0, 1, 1, text, ()), Cell(0, 1, 1, 1, "甲", ()))
        return len(
            list(placed(Grid(1, (50.0, 50.0 + width, 450.0), (0.0, 20.0), cells), 0, (50.0, 400.0)))
        )

    assert (found(0.5, ""), found(0.5, "乙"), found(30.0, "")) == (1, 2, 2)


def test_a_narrower_grid_is_of_another_scale_or_lacks_a_column() -> None:
    half = Grid(
        1,
        (50.0, 100.0, 250.0),
        (0.0, 20.0),
        (Cell(0, 0, 1, 1, "甲", ()), Cell(0, 1, 1, 1, "乙", ())),
    )
    scaled = [(b.left, b.right) for b in placed(half, 0, (50.0, 400.0), {0.0, 0.25, 1.0})]
    assert scaled == [(0.0, 0.25), (0.25, 1.0)]
    lacking = [(b.left, b.right) for b in placed(half, 0, (50.0, 400.0), {0.0, 0.125, 0.5, 1.0})]
    assert lacking == [(0.0, 0.125), (0.125, 0.5)]


def test_rows_taken_out_shorten_what_reaches_over_them() -> None:
    made = Table(
        [
            Box(0, 0.5, 0, 4, "长", ()),
            Box(0.5, 1, 0, 1, "上", ()),
            Box(0.5, 1, 1, 3, "去", ()),
            Box(0.5, 1, 3, 4, "下", ()),
        ],
        rows=4,
        breaks=[Break(1, True, False), Break(3, True, True)],
    )
    assert [box.text for box in made.row(2)] == ["长", "去"]
    made.drop_rows(1, 3)
    assert [(b.text, b.first, b.end) for b in made.boxes] == [
        ("长", 0, 2),
        ("上", 0, 1),
        ("下", 1, 2),
    ]
    assert made.breaks == [Break(1, True, False), Break(1, True, True)] and made.rows == 2


def test_a_doubt_never_makes_a_cell_surer() -> None:
    box = Box(0.2, 0.6, 0, 1, "甲", ())
    box.doubt(0.7, "一")
    box.doubt(0.8, "二")
    assert (box.confidence, box.why) == (0.7, "一")
    box.doubt(0.5, "三")
    assert (box.confidence, box.why, round(box.middle, 3)) == (0.5, "三", 0.4)
    assert box.covers(0.2) and not box.covers(0.6)


def test_a_narrower_grid_overleaf_is_laid_onto_the_frame_of_the_first() -> None:
    first = grid(*HEAD, left=50, width=400)
    scaled = grid(["指标", "3"], page=2, left=50, width=200)
    (table,) = stitched([first], [scaled])
    assert [(box.left, box.right) for box in table.row(2)] == [(0.0, 0.5), (0.5, 1.0)]
    assert table.first is first


def test_heads_that_run_are_dropped_with_the_rows_printed_again_and_other_lines_stay() -> None:
    running = line("某省财政厅", 40)
    again = [line("某省财政厅", 40), line("单位：万元", 80), grid(*HEAD, ["备注", "无"], page=2)]
    (table,) = stitched([running, line("附件", 50), grid(*HEAD, ["指标", "3"])], again)
    assert [text.text for _, text in table.lines] == ["某省财政厅", "附件"]
    assert [text.text for _, text in table.notes] == ["单位：万元"]


def test_a_head_runs_within_four_points_and_under_its_own_words() -> None:
    first, second = stitched(
        [line(TITLE), grid(*HEAD)],
        [line(TITLE, 120), line("别的", 60), grid(["指标", "3"], page=2, top=200)],
    )
    assert (len(texts(first)), len(texts(second))) == (2, 1)
    (table,) = stitched(
        [line(TITLE), grid(*HEAD)], [line(TITLE, 64.0), grid(["指标", "3"], page=2)]
    )
    assert len(texts(table)) == 3


def test_a_longer_page_prints_the_first_rows_again_too() -> None:
    long = grid(*HEAD, ["备注", "甲"], ["备注", "乙"], ["备注", "丙"], page=2)
    (table,) = stitched([grid(*HEAD, ["指标", "3"])], [long])
    assert [row[1] for row in texts(table)] == ["甲", "1", "3", "甲", "乙", "丙"]


def test_the_first_caption_after_a_title_s_zone_belongs_to_the_same_form() -> None:
    (table,) = stitched([line(TITLE), grid(["资金", "1"])], [grid(["名称", "甲"], page=2)])
    assert texts(table) == [["资金", "1"], ["名称", "甲"]]


def test_grids_that_overlap_in_width_are_one_sheet_and_those_that_touch_are_two() -> None:
    wide, narrow = (
        grid(["名称", "甲"], left=20, width=200),
        grid(["资金", "1"], left=120, width=200, top=200),
    )
    assert len(stitched([wide, narrow])) == 1
    beside = grid(["名称", "乙"], left=220, width=200, top=50)
    assert [texts(table)[0][1] for table in stitched([wide, beside])] == ["甲", "乙"]


def test_a_title_has_at_most_sixty_characters_and_ends_no_clause() -> None:
    assert is_title("自评" + "很" * 58) and not is_title("自评" + "很" * 59)
    assert not is_title("绩效自评；")


def test_the_page_of_a_shortened_grid_is_told() -> None:
    assert without_rows(grid(*HEAD, page=3), 1).page == 3
