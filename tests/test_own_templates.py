"""Templates of one's own: validated when loaded, and for their own forms only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.forms import captions, templates
from selfeval.flows.commands.template import template
from tests import ruled


def page(score: str, place: str) -> ruled.Page:
    return [
        "项目支出绩效自评表（2023年）",
        [
            ["项目名称", ("校舍维修", 2), place, ("某小学", 3)],
            ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "满分", score],
            ["产出指标", "数量指标", "维修面积", "≥500平方米", "520平方米", "60", "60"],
            ["效益指标", "社会效益", "受益学生", "≥900人", "900人", "40", "38"],
        ],
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(templates.OWN_TEMPLATES, str(tmp_path))
    forget()
    yield tmp_path
    monkeypatch.delenv(templates.OWN_TEMPLATES)
    forget()


def forget() -> None:
    captions.captions.cache_clear()
    captions._known.cache_clear()


def test_a_template_reads_its_own_forms_and_leaves_others_alone(folder: Path) -> None:
    (folder / "mine.csv").write_text(
        "zone,field,caption,mark\nindicators,score,星级,yes\nheader,unit,归属校,yes\nindicators,actual,满分,\n",
        "utf-8-sig",
    )
    mine = ruled.form(page("星级", "归属校"))
    assert (mine.unit, mine.indicators[1].score, mine.profile) == ("某小学", "38", "mine")
    assert not any(doubt.path == "indicators/*/score" for doubt in mine.doubts)
    other = ruled.form(page("自评得分", "实施单位"))
    assert [row.weight for row in other.indicators] == ["60", "40"]
    assert other.profile == "national"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zone,field,caption,mark\nindicators,points,得分,\n", "字段 points 不存在"),
        ("zone,field,caption,mark\nrows,score,得分,\n", "区域 rows 不存在"),
        ("zone,field,caption\nindicators,score,得分\n", "缺少列 mark"),
        ("zone,field,caption,mark\nindicators,score,,\n", "没有栏目名称"),
        ("", "是空的"),
    ],
)
def test_what_is_wrong_with_a_template_is_said_in_a_sentence(
    folder: Path, text: str, said: str
) -> None:
    (folder / "mine.csv").write_text(text, "utf-8")
    with pytest.raises(ExtractError, match=said) as error:
        captions.captions()
    assert "mine.csv" in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_what_a_spreadsheet_saves_is_read(folder: Path, encoding: str) -> None:
    (folder / "mine.csv").write_text("zone,field,caption,mark\nheader,unit,归属校,是\n", encoding)
    assert captions.field_of("header", "归属校") == "unit"


def test_a_folder_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(templates.OWN_TEMPLATES, "/nowhere")
    forget()
    with pytest.raises(ExtractError, match="文件夹不存在"):
        captions.captions()
    monkeypatch.delenv(templates.OWN_TEMPLATES)
    forget()


def test_the_command_writes_the_map_that_reads_a_new_layout(
    folder: Path,
) -> None:
    """One command and one edited CSV: the column 星级 is unknown, its row is completed, and the form is read."""
    pdf = folder / "new.pdf"
    pdf.write_bytes(ruled.pdf([page("兑现档", "归属校")]))
    assert template(pdf, folder / "new.csv") == 0
    rows = (folder / "new.csv").read_text("utf-8-sig").splitlines()
    assert any(row.startswith("indicators,,兑现档,") or "score,兑现档" in row for row in rows)
    edited = "zone,field,caption,mark\nindicators,score,兑现档,yes\nheader,unit,归属校,\n"
    (folder / "new.csv").write_text(edited, "utf-8-sig")
    forget()
    form = ruled.form(page("兑现档", "归属校"))
    assert (form.unit, form.indicators[0].score) == ("某小学", "60") and not form.doubts
