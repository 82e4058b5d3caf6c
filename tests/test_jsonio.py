"""The Extraction JSON keeps its promises: its keys, null against "", evidence in parts, and nobody's name or number."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from selfeval.core.fields import HEADER
from selfeval.core.masking import mask_captioned, mask_field, mask_name, mask_phone, mask_text
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.jsonio import from_json, to_json
from selfeval.extractors.model import (
    Document,
    Doubt,
    Evidence,
    Form,
    Fund,
    Indicator,
    OtherCell,
    SkippedTable,
    Task,
    Total,
)

FORM = Form(
    title="项目支出绩效自评表",
    year=2022,
    project_name="路灯维护",
    authority="某市住建局",
    unit="某市路灯所",
    leader="张三丰",
    phone="13612340000",
    amount_unit="元",
    funds=(Fund("年度资金总额", "13600000000", "13600000000", None, "10", "", "——"),),
    goal_expected="由张三丰负责，电话13712340000。",
    goal_actual="",
    indicators=(
        Indicator(
            "产出指标",
            "数量指标",
            "维护数量（盏）",
            "≥13600000000",
            "100",
            "10",
            "9.5",
            "联系人：李四 010-12345678",
        ),
    ),
    total=Total(label="总分", weight="100", score="99.5", explanation=None),
    profile="national",
    evidence={
        "leader": (Evidence(1, (10.123, 20.0, 30.006, 40.0)),),
        "indicators/0/level3": (Evidence(1, (1, 2, 3, 4)), Evidence(2, (5, 6, 7, 8))),
    },
    filing_date="2023-01-05",
    tasks=(Task("路灯维修", "更换灯具", "10.5", "10", "联系人：李四"),),
    other=(
        OtherCell("填报人", "李四", 1, (1, 2, 3, 4)),
        OtherCell("年度指标值/指标解释", "由张三丰统计", 2, (5, 6, 7, 8)),
    ),
    doubts=(
        Doubt("phone", "读作13612340000或13612340001", 0.5),
        Doubt("indicators/0/actual", "张三丰处有水印", 0.9),
    ),
)
DOCUMENT = Document(
    "表.pdf", "ab" * 32, 2, "ok", None, (FORM,), (SkippedTable(3, "部门预算表", "budget-table"),)
)


def test_the_contract_of_keys_nulls_and_empty_cells() -> None:
    out = to_json(DOCUMENT)
    assert list(out) == ["document", "sha256", "pages", "status", "reason", "forms", "skipped"]
    (form,) = out["forms"]
    assert list(form) == [
        "title", "year", "project_name", "authority", "unit", "leader", "phone", "filing_date", "amount_unit", "funds",
        "goal_expected", "goal_adjusted", "goal_actual", "indicators", "tasks", "total", "grade", "conclusion", "problems", "measures",
        "profile", "other", "evidence", "doubts",
    ]  # fmt: skip
    assert form["funds"] == [
        {
            "label": "年度资金总额",
            "initial": "13600000000",
            "budget": "13600000000",
            "executed": None,
            "weight": "10",
            "rate": "",
            "score": "——",
            "arrived": None,
            "carried_over": None,
            "balance": None,
        }
    ]
    assert (form["year"], form["goal_actual"], form["total"]["explanation"]) == (2022, "", None)


def test_a_cell_cut_by_the_page_break_has_its_second_part_under_continued() -> None:
    evidence = to_json(DOCUMENT)["forms"][0]["evidence"]
    assert evidence["leader"] == {"page": 1, "bbox": [10.12, 20.0, 30.01, 40.0]}
    assert evidence["indicators/0/level3"] == {
        "page": 1,
        "bbox": [1, 2, 3, 4],
        "continued": [{"page": 2, "bbox": [5, 6, 7, 8]}],
    }


def test_no_name_and_no_number_is_published() -> None:
    text = json.dumps(to_json(DOCUMENT), ensure_ascii=False)
    for secret in ("张三丰", "李四", "13612340000", "13712340000", "12345678", "13612340001"):
        assert secret not in text
    (form,) = to_json(DOCUMENT)["forms"]
    assert (form["leader"], form["phone"]) == ("张*", "136****0000")
    assert form["goal_expected"] == "由张*负责，电话137****0000。"
    assert [cell["value"] for cell in form["other"]] == ["李*", "由张*统计"]


def test_what_is_no_self_evaluation_is_listed_and_told_by_kind() -> None:
    assert to_json(DOCUMENT)["skipped"] == [
        {"page": 3, "title": "部门预算表", "kind": "budget-table"}
    ]
    reason = ExtractError("not-a-self-evaluation", kinds="预算表").reason()
    assert "预算表" in reason.message
    assert "自评表" in (reason.hint or "")


def test_an_earlier_extraction_without_the_later_keys_can_be_read() -> None:
    out = to_json(DOCUMENT)
    del out["skipped"]
    for name in ("filing_date", "tasks", "other", "grade"):
        del out["forms"][0][name]
    for row in out["forms"][0]["funds"]:
        del row["balance"]
    document = from_json(out)
    assert document.skipped == ()
    assert (document.forms[0].filing_date, document.forms[0].tasks) == (None, ())


def test_amounts_that_look_like_phone_numbers_stay() -> None:
    (form,) = to_json(DOCUMENT)["forms"]
    assert form["funds"][0]["initial"] == "13600000000"
    assert mask_text("投入13600000000元，合13600000000.50") == "投入13600000000元，合13600000000.50"


def test_personal_data_is_shown_when_asked_for() -> None:
    (form,) = to_json(DOCUMENT, show_personal_data=True)["forms"]
    assert (form["leader"], form["phone"]) == ("张三丰", "13612340000")
    assert form["doubts"][0]["why"] == "读作13612340000或13612340001"


def test_what_is_written_can_be_read_back() -> None:
    rounded = replace(
        FORM, evidence={**FORM.evidence, "leader": (Evidence(1, (10.12, 20.0, 30.01, 40.0)),)}
    )
    again = from_json(json.loads(json.dumps(to_json(DOCUMENT, show_personal_data=True))))
    assert again == replace(DOCUMENT, forms=(rounded,))
    refused = Document("x.pdf", "", 0, "rejected", ExtractError("zero-pages").reason())
    assert from_json(to_json(refused)) == refused


def test_half_a_surrogate_pair_does_not_keep_the_file_from_being_written() -> None:
    out = to_json(replace(DOCUMENT, forms=(replace(FORM, unit="某\ud83d所"),)))
    json.dumps(out, ensure_ascii=False).encode()
    assert "\ud83d" not in out["forms"][0]["unit"]


def test_a_box_that_is_no_number_is_an_error_and_not_invalid_json() -> None:
    with pytest.raises(ValueError, match="finite"):
        to_json(
            replace(
                DOCUMENT,
                forms=(replace(FORM, evidence={"unit": (Evidence(1, (float("nan"), 0, 0, 0)),)}),),
            )
        )


@pytest.mark.parametrize(
    "printed, masked",
    [
        ("张某", "张*"), ("张三、李四", "张*、李*"), ("欧阳 修", "欧*"), ("张三 13600000000", "张* 136****0000"), ("Zhang San", "Z* S*"),
        ("——", "——"), ("无", "无"), ("", ""), (None, None),
    ],
)  # fmt: skip
def test_names(printed: str | None, masked: str | None) -> None:
    assert mask_name(printed) == masked


@pytest.mark.parametrize(
    "printed, masked",
    [
        ("13600000000", "136****0000"), ("136 0000 0000", "136****0000"), ("010-12345678", "010-****5678"), ("（0551）1234567", "（0551）***4567"),
        ("12345678", "****5678"), ("13600000000,13700000001", "136****0000,137****0001"), ("张三13600000000", "张*136****0000"),
        ("/", "/"), (None, None),
    ],
)  # fmt: skip
def test_phone_numbers(printed: str | None, masked: str | None) -> None:
    assert mask_phone(printed) == masked


@pytest.mark.parametrize(
    "text",
    [
        "项目编码：51152322021120500102",
        "511523220211205001",  # 18 digits with a date in them, and no identity number: the last one does not check the others
        "991523200101010018",  # no province begins with 99
        "项目编码13800138000",
        "预算项目代码：2022-13912345678",
        "XM13812345678",
        "13812345678A",
        "合同编号：HT-0571-87654321",
        "012345678901",
        "00113000000001234",
    ],
)
def test_codes_of_projects_are_no_telephone_and_no_identity_numbers(text: str) -> None:
    assert mask_text(text) == text


@pytest.mark.parametrize(
    "text, masked",
    [
        ("见11010519491231002X。", "见110***********002X。"),
        ("Tel13812345678", "Tel138****5678"),
        ("编号3，电话13812345678", "编号3，电话138****5678"),
        ("0571-87654321", "0571-****4321"),
        ("010 6655 1234", "010 ****1234"),
    ],
)
def test_telephone_and_identity_numbers_are_masked_wherever_they_stand(
    text: str, masked: str
) -> None:
    assert mask_text(text) == masked


def test_a_cell_under_the_caption_of_a_code_is_kept() -> None:
    assert mask_captioned("基本信息/项目编码", "13800138000") == "13800138000"
    assert mask_captioned("基本信息/备注", "13800138000") == "138****8000"


def test_a_unit_that_begins_with_the_name_of_its_leader_keeps_its_name() -> None:
    """It was accused of not having filed: nobody finds 王*镇 on a list."""
    unit = next(field for field in HEADER if field.name == "unit")
    assert mask_field(unit, "王家镇人民政府", "王家") == "王家镇人民政府"
    assert mask_field(unit, "镇中心（王家）", "王家") == "镇中心（王*）"


def test_identity_numbers_and_named_people_in_running_text() -> None:
    assert mask_text("身份证110101199003071234") == "身份证110***********1234"
    assert mask_text("填报人：王小明，联系电话：87654321") == "填报人：王*，联系电话：****4321"
    assert (
        mask_text("文号2020-1234567，日期2020-12-31，编码330106001")
        == "文号2020-1234567，日期2020-12-31，编码330106001"
    )
