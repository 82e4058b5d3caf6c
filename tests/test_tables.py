"""Documents -> tidy tables: every document, whatever its text, and no personal data."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfeval.core.masking import mask_name, mask_phone, mask_text
from selfeval.core.rows import is_placeholder, total_row
from selfeval.extractors.jsonio import from_json, to_json
from selfeval.extractors.model import Document, Doubt, Evidence, Form, Fund, Indicator, Total
from selfeval.records.errors import SchemaError
from selfeval.records.tables import schemas
from selfeval.records.tables.build import build
from selfeval.records.tables.columns import COLUMNS, frame
from tests.documents import GOLDEN, form, golden, ok, rejected, sha256


def test_published_forms_give_a_row_for_every_printed_row() -> None:
    documents = [golden(path) for path in GOLDEN]
    tables = build(documents)
    schemas.validate(tables)
    forms = [form for document in documents for form in document.forms]
    assert len(tables.documents) == len(GOLDEN)
    assert len(tables.forms) == len(forms)
    assert len(tables.funds) == sum(len(form.funds) for form in forms)
    assert len(tables.indicators) == sum(len(form.indicators) for form in forms)
    assert len(tables.cells) == sum(len(form.evidence) for form in forms)
    assert tables.findings.empty
    assert {name: list(table.columns) for name, table in tables.items()} == {
        name: list(columns) for name, columns in COLUMNS.items()
    }


def test_every_number_of_a_published_form_is_read_or_is_printed_as_nothing() -> None:
    tables = build([golden(path) for path in GOLDEN])
    for table, names in (
        ("funds", ("initial", "budget", "executed", "weight", "rate", "score")),
        ("indicators", ("weight", "score")),
        ("forms", ("total_weight", "total_score")),
    ):
        rows = getattr(tables, table)
        for name in names:
            unread = rows.loc[rows[f"{name}_value"].isna(), name].dropna().unique()
            assert set(unread) <= {"", "-", "—", "——", "/"}, (table, name)


def test_an_absent_column_is_none_and_an_empty_cell_is_empty() -> None:
    funds = build([ok("a.pdf", form(funds=(Fund("合计", None, "", "5"),)))]).funds
    row = funds.iloc[0]
    assert row["initial"] is None
    assert row["budget"] == ""
    assert row["budget_value"] is None
    assert row["executed_value"] == Decimal(5)


def test_a_rejected_document_keeps_its_reason_and_has_no_forms() -> None:
    tables = build([rejected("locked.pdf"), ok("good.pdf", form())])
    schemas.validate(tables)
    row = tables.documents.iloc[0]
    assert (row["document"], row["status"], row["reason_code"], row["forms"]) == (
        "locked.pdf",
        "rejected",
        "password-locked",
        0,
    )
    assert list(tables.forms["document"]) == ["good.pdf"]


def test_the_same_bytes_under_two_names_are_one_document() -> None:
    tables = build([ok("a.pdf", form(), content="x"), ok("b.pdf", form(), content="x")])
    schemas.validate(tables)
    assert list(tables.documents["document"]) == ["a.pdf"]
    assert len(tables.forms) == 1


def test_several_forms_in_a_file_are_numbered_from_one() -> None:
    tables = build([ok("a.pdf", form(), form(project_name="改造费"))])
    assert list(tables.forms["form_id"]) == [
        f"{sha256('a.pdf')[:16]}-1",
        f"{sha256('a.pdf')[:16]}-2",
    ]
    assert list(tables.indicators["record_id"]) == [
        f"{form_id}/indicators/0" for form_id in tables.forms["form_id"]
    ]


@pytest.mark.parametrize(
    ("labels", "position"),
    [
        (["年度资金总额", "其中：财政拨款"], 0),
        (["中央", "地方", "合计"], 2),
        (["财政拨款", "总计", "合计"], 1),
        (["财政拨款", "其他"], 0),
        ([None, "总额"], 1),
        ([], 0),
    ],
)
def test_the_total_row_is_the_one_that_says_so_wherever_it_stands(
    labels: list[str | None], position: int
) -> None:
    assert total_row(labels) == position


@pytest.mark.parametrize(
    ("row", "left"),
    [
        (Indicator(level3="指标2:", target="", actual="", weight="", score=""), True),
        (Indicator(level3="指标1：/", target="/", actual="", weight="/", score="/"), True),
        (Indicator(level3="……", target="", actual="", weight=None, score=None), True),
        (Indicator(level3="", target="", actual="", weight="", score=""), True),
        (
            Indicator(level3="指标3", target="不少于6种", actual="28种", weight="1", score="1"),
            False,
        ),
        (Indicator(level3="指标2:", target="", actual="", weight="5", score="5"), False),
        (Indicator(level3="安全事故数", target="", actual="", weight="", score=""), True),
    ],
)
def test_a_template_row_that_nobody_filled_is_a_placeholder(row: Indicator, left: bool) -> None:
    assert is_placeholder(row) is left


def test_amounts_are_in_the_unit_of_the_form_whatever_a_cell_prints() -> None:
    funds = build(
        [ok("a.pdf", form(amount_unit="元", funds=(Fund("总额", "5.8万元", "58000", "1亿"),)))]
    ).funds.iloc[0]
    assert (funds["initial_value"], funds["initial_half"]) == (Decimal(58_000), Decimal(500))
    assert funds["budget_value"] == Decimal(58_000)
    assert funds["executed_value"] == Decimal(100_000_000)
    assert funds["initial"] == "5.8万元"


def test_a_rate_is_kept_as_printed_and_as_a_fraction() -> None:
    row = build([ok("a.pdf", form())]).funds.iloc[0]
    assert (row["rate"], row["rate_value"], row["rate_fraction"], row["rate_fraction_half"]) == (
        "98.50%",
        Decimal("98.50"),
        Decimal("0.985"),
        Decimal("0.00005"),
    )


def test_a_form_without_a_score_column_has_no_scores() -> None:
    unscored = form(
        funds=(Fund("总额", "1", "1", "1"),),
        indicators=(Indicator("产出", "数量", "个数", "1", "1"),),
        total=Total(),
    )
    assert list(build([ok("a.pdf", form()), ok("b.pdf", unscored)]).forms["has_scores"]) == [
        True,
        False,
    ]


def test_a_cell_cut_by_the_page_break_is_one_text_in_two_boxes() -> None:
    parts = (Evidence(1, (1, 2, 3, 4)), Evidence(2, (5, 6, 7, 8)))
    cells = build([ok("a.pdf", form(evidence={"indicators/0/score": parts}))]).cells
    assert cells[["path", "text", "page", "x0", "part"]].values.tolist() == [
        ["indicators/0/score", "90", 1, 1.0, 0],
        ["indicators/0/score", "90", 2, 5.0, 1],
    ]


def test_a_doubt_about_a_row_is_a_doubt_about_each_of_its_cells_and_none_is_lost() -> None:
    evidence = {
        "indicators/0/score": (Evidence(1, (1, 2, 3, 4)),),
        "total/score": (Evidence(1, (1, 2, 3, 4)),),
    }
    doubts = (Doubt("indicators/0", "行序存疑", 0.5), Doubt("funds/0/budget", "无法辨认", 0.1))
    tables = build([ok("a.pdf", form(evidence=evidence, doubts=doubts))])
    schemas.validate(tables)
    cells = tables.cells.set_index("path")
    assert cells.loc["indicators/0/score", "doubt"] == "行序存疑"
    assert cells.loc["total/score", "doubt"] is None
    assert cells.loc["total/score", "confidence"] == 1.0
    assert (cells.loc["funds/0/budget", "doubt"], cells.loc["funds/0/budget", "text"]) == (
        "无法辨认",
        "100.00",
    )
    assert pd.isna(cells.loc["funds/0/budget", "page"])
    assert cells.loc["indicators/0", "doubt"] == "行序存疑"


def test_a_recognised_value_keeps_its_confidence_also_where_there_is_no_doubt() -> None:
    box = (Evidence(1, (1, 2, 3, 4)),)
    scanned = form(evidence={"total/score": box, "indicators/0/score": box, "unit": box}, confidences={"total/score": 0.93, "indicators/0/score": 0.4},
                   doubts=(Doubt("indicators/0/score", "识别不清", 0.4),))  # fmt: skip
    cells = build([ok("scan.pdf", scanned)]).cells.set_index("path")
    assert cells["confidence"].to_dict() == {
        "total/score": 0.93,
        "indicators/0/score": 0.4,
        "unit": 1.0,
    }


def test_no_table_holds_a_name_a_telephone_or_an_identity_number() -> None:
    secret = form(
        leader="欧阳明", phone="13800001111、0355-6021234", goal_actual="联系人：王小二，电话13900002222，身份证110101199003071234。欧阳明负责",
        indicators=(Indicator("产出", "数量", "走访", "拨打13700003333", "1", "1", "1", "经办人：李四光 010-65551234"),),
        evidence={path: (Evidence(1, (1, 2, 3, 4)),) for path in ("leader", "phone", "goal_actual", "indicators/0/explanation")},
        doubts=(Doubt("phone", "读作13800001111或13800001117", 0.5),),
    )  # fmt: skip
    tables = build([ok("a.pdf", secret)])
    everything = "\n".join(
        str(value) for _, table in tables.items() for name in table.columns for value in table[name]
    )
    for value in (
        "欧阳明",
        "13800001111",
        "13800001117",
        "6021234",
        "王小二",
        "13900002222",
        "199003071234",
        "13700003333",
        "李四光",
        "65551234",
    ):
        assert value not in everything
    assert tables.forms.iloc[0]["leader"].startswith("欧")


def test_forms_read_back_from_masked_json_give_the_same_tables() -> None:
    documents = [golden(path) for path in GOLDEN]
    again = [from_json(to_json(document)) for document in documents]
    for name, table in build(documents).items():
        pd.testing.assert_frame_equal(table, getattr(build(again), name))


@pytest.mark.parametrize("text, kept", [
    ("账号6222020000000000000，", "账号6222***********0000，"),
    ("卡号 4111 1111 1111 1111", "卡号 4111 **** **** 1111"),
    ("卡号 4111 1111 1111 1112", "卡号 4111 1111 1111 1112"),  # the last digit does not check
    ("项目编号4111111111111111", "项目编号4111111111111111"),
    ("邮箱 zhang.san@example.org。", "邮箱 z***@example.org。"),
    ("负责人张三，联系人 李小四 13600001111", "负责人张*，联系人 李* 136****1111"),
    ("负责人高度重视，负责人审核后报送", "负责人高度重视，负责人审核后报送"),
])  # fmt: skip
def test_cards_mail_and_names_beside_their_caption_are_masked_too(text: str, kept: str) -> None:
    assert mask_text(text) == kept


@given(st.text("欧阳明张三13800001111-* 、：电话联系人()×", max_size=24))
def test_masking_twice_changes_nothing(text: str) -> None:
    for mask in (mask_name, mask_phone, mask_text):
        once = mask(text)
        assert mask(once) == once


odd = st.text(st.characters(codec=None, exclude_categories=()), max_size=12) | st.sampled_from(
    ["\x00", "\ud800", "——", "9" * 40, "1e999", "-0.00", "NaN", "①", "٣"]
)
maybe = st.none() | odd
numbers = st.floats(allow_nan=True, allow_infinity=True)
paths = (
    st.sampled_from(
        [
            "indicators/0/score",
            "indicators/99/score",
            "funds/0",
            "funds/x/budget",
            "total/score",
            "year",
            "",
            "/",
            "evidence",
            "leader/0",
            "indicators/²/score",
        ]
    )
    | odd
)
forms = st.builds(
    Form, title=maybe, year=st.none() | st.integers(), project_name=maybe, authority=maybe, unit=maybe, leader=maybe, phone=maybe, amount_unit=maybe,
    funds=st.lists(st.builds(Fund, odd, maybe, maybe, maybe, maybe, maybe, maybe), max_size=3).map(tuple),
    goal_expected=maybe, indicators=st.lists(st.builds(Indicator, maybe, maybe, maybe, maybe, maybe, maybe, maybe, maybe), max_size=3).map(tuple),
    total=st.builds(Total, maybe, maybe, maybe, maybe),
    evidence=st.dictionaries(paths, st.lists(st.builds(Evidence, st.integers(1, 99), st.tuples(numbers, numbers, numbers, numbers)), max_size=2).map(tuple), max_size=3),
    doubts=st.lists(st.builds(Doubt, paths, odd, numbers), max_size=2).map(tuple), confidences=st.dictionaries(paths, numbers, max_size=2),
)  # fmt: skip
#: Documents of the oddest text that an extractor could hand over.
odd_documents = st.lists(st.tuples(odd, st.lists(forms, max_size=2)), max_size=4).map(
    lambda parts: [ok(name, *some, content=f"odd {n}") for n, (name, some) in enumerate(parts)])  # fmt: skip


@settings(deadline=None, max_examples=25)
@given(odd_documents)
def test_no_text_however_odd_breaks_the_tables(documents: list[Document]) -> None:
    schemas.validate(build(documents))


def test_the_schema_names_table_column_and_check_when_a_table_is_wrong() -> None:
    funds = build([ok("a.pdf", form())]).funds
    for column, value, says in (
        ("budget_half", None, "value and half together"),
        ("score_value", 9.85, "Decimal"),
        ("label", 5, "text"),
        ("is_total_row", False, "one total row"),
    ):
        wrong = funds.assign(**{column: pd.Series([value], dtype=funds[column].dtype)})
        with pytest.raises(SchemaError, match=says) as caught:
            schemas.validate_table("funds", wrong)
        assert caught.value.code == "tables-invalid"


def test_two_rows_with_one_key_are_refused() -> None:
    documents = build([ok("a.pdf", form())]).documents
    with pytest.raises(SchemaError):
        schemas.validate_table("documents", pd.concat([documents, documents], ignore_index=True))


def test_a_row_with_a_column_that_the_table_has_not_is_an_error() -> None:
    with pytest.raises(ValueError, match="surprise"):
        frame("findings", [{"surprise": 1}])


def test_a_whole_season_is_tabled_in_memory_and_in_time() -> None:
    """20,000 indicators; linear, so the time of five times as many follows (measured: 100,000 in 13 s of one core)."""
    import time

    row = Indicator("产出指标", "数量指标", "设备数量", "≥19台", "19台", "4", "4.00", "")
    boxes = {
        f"indicators/{n}/{name}": (Evidence(1, (1, 2, 3, 4)),)
        for n in range(20)
        for name in ("target", "actual", "weight", "score")
    }
    one = form(indicators=(row,) * 20, evidence=boxes)
    documents = [replace(ok(f"{n}.pdf", one), sha256=f"{n:064x}"[::-1]) for n in range(1000)]
    began = time.process_time()
    tables: Any = build(documents)
    assert len(tables.indicators) == 20_000
    assert time.process_time() - began < 20
