"""Workbooks and letters: what a spreadsheet or Word does with texts that came from a form."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, document, with_evidence
from report_data import RULES, batch, one, refused

from selfeval.core.roster import Expected
from selfeval.extractors.model import Doubt
from selfeval.reports.errors import ReportError
from selfeval.reports.i18n import translator
from selfeval.reports.model import WaiverShown
from selfeval.reports.office import letter_template, letters
from selfeval.reports.office.excel import write_workbook
from selfeval.reports.office.reminders import write_reminders
from selfeval.reports.office.unaddressed import Unaddressed
from selfeval.reports.site.roster import Arrivals
from selfeval.reports.site.sources import Sources
from selfeval.reports.site.views import document_views

FORMULAS = ('=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0")
ERRORS = ("#N/A", "#REF!")


def workbook(given, tmp_path, **more):
    import openpyxl

    return openpyxl.load_workbook(
        write_workbook(tmp_path / "report.xlsx", given.tables, given.findings, RULES, **more)
    )


def column(sheet, label):
    at = [cell.value for cell in sheet[1]].index(label)
    return [row[at] for row in sheet.iter_rows(min_row=2)]


def test_every_sheet_has_a_frozen_header_and_a_filter_over_all_rows(tmp_path):
    book = workbook(one(CLEAN, (0, "scores-sum", "total/score", {})), tmp_path)
    assert book.sheetnames == [
        "汇总",
        "审核发现",
        "自评表",
        "项目资金",
        "绩效指标",
        "单位汇总",
    ]
    assert book.active.title == "汇总"
    assert {sheet.page_setup.orientation for sheet in book} == {"landscape"}
    assert all(sheet.sheet_properties.pageSetUpPr.fitToPage for sheet in book)
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
    assert book["绩效指标"].max_row == 1 + len(CLEAN.indicators)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_printed_text_that_looks_like_a_formula_stays_text(tmp_path, text):
    given = one(
        changed(CLEAN, {"project_name": text, "indicators/0/explanation": text}),
        (0, "scores-sum", "total/score", {"message": text, "actual": text}),
    )
    book = workbook(given, tmp_path)
    for sheet, label in (
        ("审核发现", "问题说明"),
        ("审核发现", "表中填报"),
        ("自评表", "项目名称"),
        ("绩效指标", "偏差原因分析及改进措施"),
    ):
        cell = column(book[sheet], label)[0]
        assert (cell.data_type, cell.value) == ("s", text)
        assert cell.quotePrefix, "and stays text when somebody edits the cell"


@pytest.mark.parametrize("text", ERRORS)
def test_a_printed_text_that_looks_like_an_error_value_stays_text(tmp_path, text):
    cell = column(
        workbook(one(changed(CLEAN, {"indicators/0/actual": text})), tmp_path)["绩效指标"],
        "实际完成值",
    )[0]
    assert (cell.data_type, cell.value) == ("s", text)


def test_amounts_are_numbers_with_a_format_beside_what_is_printed(tmp_path):
    sheet = workbook(one(), tmp_path)["项目资金"]
    printed, number = column(sheet, "全年预算数")[0], column(sheet, "全年预算数（数值）")[0]
    assert printed.value == "100.00"
    assert printed.data_type == "s"
    assert Decimal(str(number.value)) == Decimal(100)
    assert number.number_format == "#,##0.00####"
    assert [cell.value for cell in column(sheet, "行")] == [1, 2, 3, 4]


def test_a_finding_links_to_its_place_in_the_report(tmp_path):
    given = one(CLEAN, (0, "scores-sum", "total/score", {}))
    cell = column(workbook(given, tmp_path, site="reports/")["审核发现"], "编号")[0]
    assert (
        cell.hyperlink.target
        == f"reports/documents/{given.tables.documents.document_id[0][:16]}.html#finding-{cell.value}"
    )


def test_characters_that_xml_cannot_hold_do_not_stop_the_workbook_or_the_letter(tmp_path):
    given = one(
        changed(CLEAN, {"goal_actual": "a\x0bb\x1fc"}),
        (0, "scores-sum", "total/score", {"message": "x\x0c\uffffy"}),
    )
    assert column(workbook(given, tmp_path)["审核发现"], "问题说明")[0].value == "x\ufffd\ufffdy"
    assert "x\ufffd\ufffdy" in letter_text(given, tmp_path)


def test_an_empty_report_has_headers(tmp_path):
    book = workbook(batch([]), tmp_path)
    assert [sheet.max_row for sheet in book.worksheets[1:]] == [1, 1, 1, 1]


def test_the_workbook_opens_on_figures_that_add_up(tmp_path):
    cause = {"finding_id": "a" * 20, "severity": "error"}
    given = batch(
        [document(with_evidence(CLEAN)), document(with_evidence(changed(CLEAN, {"unit": "乙单位", "amount_unit": "元"}))), refused()],
        [(0, "scores-sum", "total/score", cause), (0, "required-field", "unit", {"cause": "a" * 20}), (1, "scores-sum", "total/score", {"severity": "error", "status": "waived"})],
    )  # fmt: skip
    book = workbook(given, tmp_path)
    figures = dict(book["汇总"].iter_rows(values_only=True))
    assert (figures["文件（个）"], figures["自评表（份）"], figures["未能读取的文件（个）"]) == (
        3,
        2,
        1,
    )
    assert (figures["错误"], figures["警告"], figures["已采纳说明"]) == (1, 0, 1)
    assert figures["全年预算（元）"] == 1_000_100
    by_unit = {row[0]: row[2:7] for row in book["单位汇总"].iter_rows(values_only=True)}
    assert by_unit["乙单位"] == (1, 0, 0, 0, 100)


def test_doubts_and_refused_files_have_sheets_and_ids_are_never_masked(tmp_path):
    doubted = replace(
        with_evidence(CLEAN),
        doubts=(
            Doubt("total/score", "两种读法不一致", 0.5),
            Doubt("total/weight", "下有旧值", 1.0),
        ),
    )
    number = "1101011949123100213812345678"
    given = batch([document(doubted), refused()], [(0, "scores-sum", "total/score", {"finding_id": number})])  # fmt: skip
    book = workbook(given, tmp_path)
    (row,) = book["识读存疑"].iter_rows(min_row=2, values_only=True)
    assert row[4:8] == ("总得分", "98.50", "两种读法不一致", 0.5)
    assert column(book["未能读取"], "原因代码")[0].value == "password-locked"
    assert column(book["审核发现"], "编号")[0].value == number


def test_headers_are_translated(tmp_path):
    assert workbook(one(), tmp_path, lang="en").sheetnames == [
        "Summary",
        "Findings",
        "Forms",
        "Funds",
        "Indicators",
        "Units",
    ]


def unit_letters(given):
    return letters.collect(document_views(*given, Sources(RULES), translator("zh")))


def letter_text(given, tmp_path, **more):
    import docx

    paths = letters.write_letters(
        unit_letters(given),
        tmp_path / "letters",
        issued=date(2023, 5, 8),
        sender="某县财政局",
        **more,
    )
    return "\n".join(
        paragraph.text for path in paths for paragraph in docx.Document(str(path)).paragraphs
    )


def test_a_letter_states_the_findings_of_a_unit_in_sentences(tmp_path):
    text = letter_text(
        one(
            CLEAN,
            (0, "scores-sum", "total/score", {"subject": "total"}),
            (0, "deviation-unexplained", "indicators/2/explanation", {"subject": "indicators/2"}),
        ),
        tmp_path,
    )
    assert "某县水利工程站：" in text
    assert "问题共2项（应予更正1项，需要说明1项）" in text
    assert "一、水库水标尺安装项目（2022年度）" in text
    assert (
        "1．总得分与各项得分之和不符。总得分印为98.50，各项得分合计为98.00，请核实。（总分，第 1 页）"
        in text
    )
    assert "绩效指标第 3 行“按期完工率”" in text
    assert "2023年5月8日" in text
    assert "某县财政局" in text


def test_a_letter_says_what_to_do_and_on_what_it_rests_and_no_path(tmp_path):
    message = "第3项得分（indicators/2/score）与 total/score 不符"
    text = letter_text(
        one(CLEAN, (0, "scores-sum", "total/score", {"message": message})),
        tmp_path,
        reply_by=date(2023, 6, 1),
    )
    assert "整改要求：请核对后更正。依据：审计常用的勾稽复核。" in text
    assert "indicators/" not in text and "total/score" not in text
    assert "第3项得分（绩效指标第 3 行“按期完工率”·得分）与 总得分 不符" in text
    assert "于2023年6月1日前书面反馈" in text


def test_who_is_missing_stands_in_a_letter_to_the_authority_and_in_nobody_elses(tmp_path):
    import csv

    import docx

    given = batch(
        [document(with_evidence(CLEAN)), document(with_evidence(changed(CLEAN, {"unit": "乙单位"}))), document(with_evidence(changed(CLEAN, {"unit": ""}))), refused()],
        [(0, "missing-submitter", "unit", {"message": "某县河道站未报", "severity": "error"}), (1, "scores-sum", "total/score", {"severity": "error"}),
         (2, "scores-sum", "total/score", {"severity": "error"})],
    )  # fmt: skip
    arrivals = Arrivals(
        (Expected("某县河道站", "某县水利局", year=2021), Expected("乙单位", "某县水利局"))
    )
    without, kept = Unaddressed(), []
    for view in document_views(*given, Sources(RULES), translator("zh")):
        kept.append(view)
        for form in view.forms:
            arrivals.add(view, form)
    made = letters.collect(kept, without)
    assert list(made) == ["乙单位"]
    imprint = letters.Imprint(date(2023, 5, 8), "某县财政局")
    (path,) = write_reminders(arrivals.lines(), tmp_path, "zh", imprint)
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
    assert path.name == "催报-某县水利局.docx"
    assert "某县水利局：" in text and "1．某县河道站（2021年度）" in text and "乙单位" not in text
    listed = without.write(tmp_path, made, "zh", translator("zh"))
    with listed.open(encoding="utf-8-sig", newline="") as source:
        why = {row["单位"]: row["未发函原因"] for row in csv.DictReader(source) if row["项目"]}
    assert why == {
        "": "有待整改的问题，但自评表未填实施单位，无法确定收函单位",
        "某县水利工程站": "没有审核发现",
    }


def test_two_forms_of_one_project_are_told_apart_by_their_files(tmp_path):
    given = batch(
        [
            document(with_evidence(CLEAN), name="first.pdf"),
            document(with_evidence(changed(CLEAN, {"total/score": "97"})), name="second.pdf"),
        ],
        [(at, "scores-sum", "total/score", {}) for at in range(2)],
    )
    text = letter_text(given, tmp_path)
    assert "一、水库水标尺安装项目（2022年度）（文件：first.pdf）" in text
    assert "二、水库水标尺安装项目（2022年度）（文件：second.pdf）" in text


def test_waived_findings_and_clean_units_get_no_letter():
    given = batch(
        [
            document(with_evidence(CLEAN)),
            document(with_evidence(changed(CLEAN, {"unit": "乙单位"}))),
        ],
        [(0, "scores-sum", "total/score", {"status": "waived"})],
    )
    assert unit_letters(given) == {}


def test_markup_and_placeholders_from_a_form_are_printed_in_the_letter_as_they_are(tmp_path):
    text = "</w:t><w:br/>{{ sender }}{% raw %}<b>&amp;"
    assert text in letter_text(
        one(
            changed(CLEAN, {"project_name": text}),
            (0, "scores-sum", "total/score", {"message": text}),
        ),
        tmp_path,
    )


def test_a_unit_whose_name_is_no_file_name_gets_its_letter(tmp_path):
    given = batch(
        [
            document(with_evidence(changed(CLEAN, {"unit": unit})), name=unit)
            for unit in ("../../甲/乙", "..\\甲乙", "甲\n乙")
        ],
        [(at, "scores-sum", "total/score", {}) for at in range(3)],
    )
    paths = letters.write_letters(
        unit_letters(given), tmp_path / "letters", issued=date(2023, 5, 8)
    )
    assert len({path.resolve() for path in paths}) == 3
    assert {path.resolve().parent for path in paths} == {(tmp_path / "letters").resolve()}


def test_a_template_changed_by_the_user_is_used(tmp_path):
    import docx

    template = docx.Document()
    template.add_paragraph("致 {{ unit }}：共 {{ count }} 项")
    template.save(str(tmp_path / "own.docx"))
    assert (
        letter_text(
            one(CLEAN, (0, "scores-sum", "total/score", {})),
            tmp_path,
            template=tmp_path / "own.docx",
        )
        == "致 某县水利工程站：共 1 项"
    )


def test_the_template_shown_in_the_docs_works(tmp_path):
    import docx

    shown = (
        (Path(__file__).parent.parent / "docs" / "reports.md")
        .read_text("utf-8")
        .partition("A template of one's own")[2]
        .split("```")[1]
    )
    template = docx.Document()
    for line in shown.strip().splitlines():
        template.add_paragraph(line)
    template.save(str(tmp_path / "own.docx"))
    text = letter_text(
        one(CLEAN, (0, "scores-sum", "total/score", {"subject": "total"})),
        tmp_path,
        template=tmp_path / "own.docx",
    )
    assert text.splitlines() == [
        "致 某县水利工程站：请于本月底前更正下列 1 项。",
        "水库水标尺安装项目",
        "1. 总得分印为98.50，各项得分合计为98.00，请核实。（总分，第 1 页） 请核对后更正。",
        "某县财政局 2023年5月8日",
    ]


@pytest.mark.parametrize(
    "body", ["{{ unit", "{{ untt }}", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{% for %}"]
)
def test_a_broken_or_prying_template_is_refused_with_a_reason(tmp_path, body):
    import docx

    template = docx.Document()
    template.add_paragraph(body)
    template.save(str(tmp_path / "bad.docx"))
    with pytest.raises(ReportError) as caught:
        letter_text(
            one(CLEAN, (0, "scores-sum", "total/score", {})),
            tmp_path,
            template=tmp_path / "bad.docx",
        )
    assert "bad.docx" in caught.value.message
    assert caught.value.hint
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_template_that_is_no_word_file_is_refused_with_a_reason(tmp_path):
    (tmp_path / "bad.docx").write_bytes(b"no zip")
    with pytest.raises(ReportError):
        letter_text(
            one(CLEAN, (0, "scores-sum", "total/score", {})),
            tmp_path,
            template=tmp_path / "bad.docx",
        )


def test_hints_are_the_auditors_and_stand_in_no_letter(tmp_path):
    hint = (0, "required-field", "unit", {"severity": "information", "message": "仅供参考"})
    assert unit_letters(one(CLEAN, hint)) == {}
    assert "仅供参考" not in letter_text(
        one(CLEAN, hint, (0, "scores-sum", "total/score", {})), tmp_path
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (100, "100")],
)
def test_parts_of_a_letter_are_numbered_as_official_letters_are(number, said):
    assert letters.numeral(number) == said


@pytest.mark.parametrize("lang", list(letter_template.TEXTS))
def test_the_templates_that_are_shipped_are_those_that_the_module_makes(tmp_path, lang):
    import docx

    made, shipped = (
        letter_template.write_template(tmp_path / "a.docx", lang),
        letter_template.template_of(lang),
    )
    assert [one.text for one in docx.Document(str(made)).paragraphs] == [
        one.text for one in docx.Document(str(shipped)).paragraphs
    ]


def test_a_waived_finding_says_in_the_workbook_who_accepted_it_why_and_until_when(tmp_path):
    given = one(CLEAN, (0, "scores-sum", "total/score", {"status": "waived"}))
    waiver = WaiverShown(
        given.findings.finding_id[0],
        "审计一处",
        "2023-02-03 10:00",
        "四舍五入所致",
        "",
        "2023-12-31",
    )
    sheet = workbook(given, tmp_path, waivers={waiver.finding_id: waiver}).worksheets[1]
    assert [
        column(sheet, name)[0].value for name in ("处理意见", "处理人", "有效至", "失效原因")
    ] == ["四舍五入所致", "审计一处", "2023-12-31", None]
