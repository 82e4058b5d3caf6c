"""Characters to the text of a cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfeval.extractors.grids.celltext import assemble, confidence
from selfeval.extractors.grids.typeset import lines, plain_lines
from selfeval.extractors.model import Char
from selfeval.extractors.pages.glyphs import folded, printed, unmapped


def row(
    words: str,
    x: float = 0,
    y: float = 0,
    size: float = 10,
    pitch: float | None = None,
    turn: int = 0,
) -> list[Char]:
    pitch = pitch or size
    return [
        Char(c, x + i * pitch, y, x + (i + 0.9) * pitch, y + size, 1.0, turn)
        for i, c in enumerate(words)
    ]


def test_a_number_wrapped_in_a_narrow_cell_is_one_number() -> None:
    assert assemble(row("91.4") + row("0", y=12), box=(0, 0, 45, 60)) == "91.40"


def test_two_numbers_that_stand_apart_never_become_one() -> None:
    assert assemble(row("100") + row("98", x=60)) == "100 98"


def test_a_list_in_a_goal_keeps_its_items_apart() -> None:
    assert (
        assemble(row("1.完成维保。") + row("2.续租服务。", y=14), box=(0, 0, 300, 60))
        == "1.完成维保。\n2.续租服务。"
    )


def test_a_wrapped_sentence_is_joined_without_a_space() -> None:
    assert (
        assemble(row("保障热线服务") + row("中心正常运营", y=14), box=(0, 0, 62, 60))
        == "保障热线服务中心正常运营"
    )


def test_latin_words_wrapped_onto_the_next_line_keep_their_space() -> None:
    assert assemble(row("open") + row("data", y=14), box=(0, 0, 45, 60)) == "open data"


def test_a_glyph_printed_twice_to_look_bold_counts_once() -> None:
    assert assemble(row("总分") + row("总分", x=0.4)) == "总分"
    assert assemble(row("11", pitch=5)) == "11"


@pytest.mark.parametrize("turn", [90, 270])
def test_text_set_sideways_is_read_in_its_own_direction(turn: int) -> None:
    ys = range(4) if turn == 90 else range(3, -1, -1)
    chars = [
        Char(c, 0, 12 * y, 10, 12 * y + 10, 1.0, turn) for c, y in zip("产出指标", ys, strict=True)
    ]
    assert assemble(chars) == "产出指标"


def test_vertical_writing_of_upright_characters_is_one_word() -> None:
    assert (
        assemble(
            [c for i, w in enumerate("满意度指标") for c in row(w, y=12 * i)], box=(0, 0, 60, 60)
        )
        == "满意度指标"
    )


def test_a_glyph_without_meaning_lowers_the_confidence() -> None:
    assert confidence(row("1\ue0015"))[0] < 0.5


@pytest.mark.parametrize(
    ("font", "typed"),
    [
        ("⻔⺠⼀", "门民一"),
        ("⽬标", "目标"),
        ("效益\x02", "效益-"),
        ("ﬁ", "ﬁ"),
        ("（Ａ）", "（Ａ）"),
    ],
)
def test_radicals_become_the_ideographs_people_type_and_full_width_stays(
    font: str, typed: str
) -> None:
    assert printed(font) == typed


def test_captions_compare_without_spaces_and_width() -> None:
    assert folded("执行率（Ｂ/Ａ）") == folded("执行率 (B/A)")


@given(st.text(alphabet="0123456789.%,", min_size=1, max_size=12), st.floats(5, 14))
def test_digits_of_one_line_come_back_in_order(number: str, size: float) -> None:
    assert assemble(row(number, size=size, pitch=size * 0.55)).replace(" ", "") == number


@given(st.text())
def test_no_control_character_is_ever_printed(anything: str) -> None:
    assert not any(ord(c) < 32 for c in printed(anything))
    assert unmapped("正常文字123") == 0


@given(
    st.lists(
        st.tuples(
            st.text("项目管理12.5%ab", min_size=1, max_size=5),
            st.sampled_from([0.0, 0.3, 12.0, 25.0]),
            st.sampled_from([0.0, 2.0, 5.0, 12.0, 13.5, 26.0]),
            st.sampled_from([10.0, 10.0, 9.0, 6.0]),
            st.sampled_from([None, None, 5.0, 9.5, 14.0]),
        ),
        max_size=4,
    )
)
def test_lines_that_are_plain_are_those_that_a_closer_look_finds(
    strands: list[tuple[str, float, float, float, float | None]],
) -> None:
    chars = [char for words, x, y, em, pitch in strands for char in row(words, x, y, em, pitch)]
    plain = plain_lines(chars)
    assert not plain or plain == lines(chars)


def test_words_drawn_line_by_line_are_plain_lines() -> None:
    assert len(plain_lines(row("保障热线服务") + row("运营12", y=14))) == 2
    assert not plain_lines(row("评") + row("分", y=12) + row("得", x=20) + row("分", x=20, y=12))
