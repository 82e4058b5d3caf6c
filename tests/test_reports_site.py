"""The static site: what is on its pages, where they are, and that nothing from a form can act in them."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, document, with_evidence
from report_data import RULES, batch, one, pictures, refused

from selfeval.extractors.model import Doubt, Evidence
from selfeval.reports.diff.output import write_html
from selfeval.reports.diff.versions import Side, compare
from selfeval.reports.model import RuleText, Version, WaiverShown, rule_texts
from selfeval.reports.site.environment import CONTENT_SECURITY_POLICY
from selfeval.reports.site.run_diff import NEW, ChangedDocument, Changes
from selfeval.reports.site.sources import Sources
from selfeval.reports.site.write import RunInfo, build, build_stream

SCORE = (0, "scores-sum", "total/score", {"subject": "total"})
HOSTILE = """<script>alert(1)</script><img src=x onerror=alert(2)>"'`--></textarea></script>&#60;b&#62;{{7*7}}{% raw %}javascript:alert(3)\u2028\u202e"""


class Reader(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(out: Path, given, number: int = 0) -> str:
    return (
        out / "documents" / f"{given.tables.documents.document_id[number][:16]}.html"
    ).read_text("utf-8")


def made(given, out: Path, **more) -> Path:
    build(*given, out, more.pop("page_images", pictures(given.tables)), rules=RULES, **more)
    return out


def test_a_finding_has_an_address_that_depends_on_content_only(tmp_path):
    given = one(CLEAN, SCORE)
    made(given, tmp_path)
    page, finding_id = page_of(tmp_path, given), given.findings.finding_id[0]
    assert f'id="finding-{finding_id}"' in page
    assert f'href="#finding-{finding_id}"' in page


def test_the_box_of_a_finding_stands_at_its_bbox_in_page_coordinates(tmp_path):
    given = one(CLEAN, SCORE)
    text = page_of(made(given, tmp_path), given)
    assert 'viewBox="0 0 595.0 842.0"' in text
    box = re.search(
        r'<a class="box error"[^>]*><rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"',
        text,
    )
    row = given.findings.iloc[0]
    assert [float(number) for number in box.groups()] == [
        row.x0,
        row.top,
        row.x1 - row.x0,
        row.bottom - row.top,
    ]


def test_findings_come_in_order_of_weight_and_waived_ones_last(tmp_path):
    given = one(
        CLEAN,
        (0, "required-field", "unit", {}),
        (0, "execution-rate", "funds/0/rate", {"status": "waived"}),
        SCORE,
    )
    text = page_of(made(given, tmp_path), given)
    titles = re.findall(r"<h4>(.*?)</h4>", text.split('class="findings"')[1].split("</ol>")[0])
    assert titles == ["总得分与各项得分之和不符", "必填栏目未填", "执行率计算不符"]


def test_a_finding_says_what_is_printed_expected_why_remedy_and_source(tmp_path):
    given = one(CLEAN, SCORE)
    item = page_of(made(given, tmp_path), given).split('class="findings"')[1].split("</ol>")[0]
    for part in (
        "98.50",
        "98.00",
        "总得分印为98.50，各项得分合计为98.00，请核实。",
        "请核对后更正。",
        "审计常用的勾稽复核",
        "rules.html#rule-scores-sum",
    ):
        assert part in item


def test_doubts_and_undecided_rules_are_not_among_the_findings(tmp_path):
    form = replace(with_evidence(CLEAN), doubts=(Doubt("total/score", "两次读取结果不一致", 0.4),))
    given = batch([document(form)], [SCORE], undecided=True)
    findings, rest = page_of(made(given, tmp_path), given).split('<section class="doubts"')
    assert "两次读取结果不一致" in rest
    assert "40%" in rest
    assert "执行率无法读成数字。" in rest
    assert "两次读取结果不一致" not in findings


def test_a_merged_cell_stands_once_and_spans_its_rows_as_printed(tmp_path):
    form = with_evidence(CLEAN)
    merged = {
        **form.evidence,
        **{f"indicators/{at}/level1": form.evidence["indicators/0/level1"] for at in range(3)},
    }
    given = batch([document(replace(form, evidence=merged))])
    assert re.search(
        r'<td rowspan="3" class="value level1"[^>]*>产出指标</td>',
        page_of(made(given, tmp_path), given),
    )


def test_equal_text_in_separate_cells_is_not_merged(tmp_path):
    given = one()
    assert "rowspan" not in page_of(made(given, tmp_path), given)


def test_columns_stand_in_printed_order_where_weight_comes_before_target(tmp_path):
    form = with_evidence(CLEAN)
    swapped = dict(form.evidence)
    for at in range(len(form.indicators)):
        swapped[f"indicators/{at}/weight"], swapped[f"indicators/{at}/target"] = (
            form.evidence[f"indicators/{at}/target"],
            form.evidence[f"indicators/{at}/weight"],
        )
    given = batch([document(replace(form, evidence=swapped))])
    heads = re.findall(
        r'<th scope="col" class="(\w+)"',
        page_of(made(given, tmp_path), given).split("绩效指标<")[-1],
    )
    assert heads.index("weight") < heads.index("target")


def test_a_column_that_the_form_does_not_have_is_left_out(tmp_path):
    given = one(changed(CLEAN, {"funds/*/initial": None}))
    text = page_of(made(given, tmp_path), given)
    assert "年初预算数" not in text
    assert "全年预算数" in text


def test_a_cell_cut_by_a_page_break_has_both_boxes(tmp_path):
    form = with_evidence(CLEAN)
    parts = (Evidence(1, (10.0, 800.0, 60.0, 830.0)), Evidence(2, (10.0, 20.0, 60.0, 40.0)))
    given = batch(
        [
            replace(
                document(replace(form, evidence={**form.evidence, "goal_actual": parts})), pages=2
            )
        ]
    )
    assert 'data-at="1:10.00,800.00,60.00,830.00 2:10.00,20.00,60.00,40.00"' in page_of(
        made(given, tmp_path), given
    )


def test_a_refused_document_has_a_page_with_reason_and_hint(tmp_path):
    given = batch([refused()])
    text = page_of(made(given, tmp_path), given)
    assert "文件设有打开密码，无法读取。" in text
    assert "请向报送单位索取未加密的文件。" in text
    assert "password-locked" in text


def test_several_forms_of_one_file_share_a_page_and_are_listed_apart(tmp_path):
    second = changed(CLEAN, {"project_name": "第二个项目"})
    given = batch([document(with_evidence(CLEAN), with_evidence(second))])
    text = page_of(made(given, tmp_path), given)
    assert 'id="form-1"' in text
    assert 'id="form-2"' in text
    rows = rows_of(tmp_path, "documents")
    assert [row[0].partition("#")[2] for row in rows] == ["form-1", "form-2"]


def rows_of(out: Path, name: str) -> list[list[object]]:
    text = (out / "data" / f"{name}-0.js").read_text("utf-8")
    return json.loads(re.fullmatch(r"selfeval\.rows\(\"\w+\",0,(.*)\);\n", text, re.S)[1])


def test_leader_and_phone_are_covered_on_the_page_and_in_crops(tmp_path):
    form = with_evidence(CLEAN)
    form = replace(
        form,
        leader="张三",
        phone="13600000000",
        evidence={**form.evidence, "leader": (Evidence(1, (5.0, 6.0, 7.0, 8.0)),)},
    )
    given = batch([document(form)], [SCORE])
    text = page_of(made(given, tmp_path), given)
    assert text.count('<rect class="veil" x="5.0" y="6.0"') == 2


def test_every_page_forbids_inline_script_and_style_and_has_none(tmp_path):
    given = batch([document(with_evidence(CLEAN)), refused()], [SCORE])
    out = made(given, tmp_path)
    pages = list(out.rglob("*.html"))
    assert len(pages) >= 8
    for path in pages:
        reader = Reader(path.read_text("utf-8"))
        policies = [
            meta["content"]
            for meta in reader.all("meta")
            if meta.get("http-equiv") == "Content-Security-Policy"
        ]
        assert policies == [CONTENT_SECURITY_POLICY], path
        assert "unsafe" not in policies[0]
        assert all(
            "src" in script or script.get("type") == "application/json"
            for script in reader.all("script")
        )
        assert not reader.all("style")
        assert not any(
            name.startswith("on") or name == "style"
            for _tag, attributes in reader.elements
            for name in attributes
        )


def test_nothing_is_loaded_from_another_host_and_every_link_leads_somewhere(tmp_path):
    given = batch([document(with_evidence(CLEAN)), refused()], [SCORE])
    out = made(given, tmp_path)
    (out / "pages").mkdir()
    (out / "pages" / "page.webp").write_bytes(b"")
    for path in out.rglob("*.html"):
        for _tag, attributes in Reader(path.read_text("utf-8")).elements:
            for name in ("href", "src"):
                target = attributes.get(name, "")
                assert "//" not in target, (path, target)
                if target.partition("#")[0]:
                    assert (path.parent / target.partition("#")[0]).exists(), (path, target)


def hostile_batch():
    form = changed(
        CLEAN,
        dict.fromkeys(
            (
                "title",
                "project_name",
                "authority",
                "unit",
                "leader",
                "phone",
                "goal_expected",
                "goal_actual",
            ),
            HOSTILE,
        ),
    )
    form = changed(
        form,
        {
            f"{block}/0/{name}": HOSTILE
            for block in ("funds", "indicators")
            for name in getattr(form, block)[0].__slots__
        },
    )
    form = changed(
        form, {f"total/{name}": HOSTILE for name in ("label", "weight", "score", "explanation")}
    )
    form = replace(
        with_evidence(form), amount_unit=HOSTILE, doubts=(Doubt("total/score", HOSTILE, 0.5),)
    )
    bad = replace(
        refused(HOSTILE),
        reason=replace(refused().reason, code=HOSTILE, message=HOSTILE, hint=HOSTILE),
    )
    more = {"message": HOSTILE, "expected": HOSTILE, "actual": HOSTILE}
    return batch(
        [document(form, name=HOSTILE), bad],
        [
            (0, "scores-sum", "total/score", more),
            (0, "execution-rate", "funds/0/rate", {**more, "status": "waived"}),
        ],
        undecided=True,
    )


def hostile_site(out, lang="zh"):
    """A site, and a page of differences in it, in which every text is hostile: of forms, files, findings, rules, waivers, filings and the run."""
    given = hostile_batch()
    text_of = {
        rule_id: RuleText(
            rule_id,
            HOSTILE,
            statement=HOSTILE,
            tolerance=HOSTILE,
            source=HOSTILE,
            remedy=HOSTILE,
            traps=(HOSTILE,),
        )
        for rule_id in RULES
    }
    finding = given.findings.finding_id[1]
    versions = {
        given.tables.forms.form_id[0]: (
            Version("x", 1, HOSTILE, HOSTILE, HOSTILE, 1, is_this=True),
        )
    }
    sources = Sources(
        text_of,
        waivers={finding: WaiverShown(finding, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)},
        versions=versions,
    )
    run = RunInfo(
        HOSTILE,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        changes=Changes(
            HOSTILE,
            rules={HOSTILE: (1, 1, 1)},
            documents=(ChangedDocument("a.html", HOSTILE, NEW, 1, 0),),
        ),
        history=((HOSTILE, {"scores-sum": 2}),),
    )
    build(
        *given, out, pictures(given.tables, "pages/a b'\"<>.webp"), lang, sources=sources, run=run
    )
    other = batch([document(with_evidence(changed(CLEAN, {"title": f"{HOSTILE}2"})), name=HOSTILE)])
    diff = compare(
        Side(HOSTILE, given.tables, given.findings),
        Side(HOSTILE, other.tables, other.findings),
        same_form=True,
    )
    write_html(diff, out / "diff.html", lang)
    return given


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_markup_in_every_field_is_printed_and_never_becomes_an_element(tmp_path, lang):
    given = hostile_site(tmp_path, lang)
    pages = list(tmp_path.rglob("*.html"))
    for path in pages:
        text = path.read_text("utf-8")
        reader = Reader(text)
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
        assert not any("onerror" in attributes for _tag, attributes in reader.elements), path
        assert all(
            "src" in script or script.get("type") == "application/json"
            for script in reader.all("script")
        )
        assert not any(link.get("href", "").startswith("javascript:") for link in reader.all("a"))
        assert (
            HOSTILE in html.unescape(text)
            or path.parent.name == "documents"
            or path.name in ("documents.html", "units.html", "projects.html")
        ), path
    document_page = html.unescape(page_of(tmp_path, given))
    assert document_page.count(HOSTILE) > 40, "the text itself is printed"
    for path in (tmp_path / "data").glob("*.js"):
        text = path.read_text("utf-8")
        assert "<" not in text, path
        assert "\u2028" not in text, path


def test_data_files_are_plain_json_calls(tmp_path):
    made(hostile_batch(), tmp_path)
    rows = rows_of(tmp_path, "documents")
    assert rows[0][1] == HOSTILE
    assert rows[1][10] == HOSTILE


def test_waivers_and_versions_are_told_on_the_page(tmp_path):
    given = one(CLEAN, (0, "scores-sum", "total/score", {"status": "waived"}))
    form_id, finding = given.tables.forms.form_id[0], given.findings.finding_id[0]
    versions = {
        form_id: (
            Version("old-1", 1, "first.pdf", "2023-01-05", "97", 3, "documents/old.html"),
            Version(form_id, 2, "form.pdf", "2023-02-01", "98.50", 0, is_this=True),
        )
    }
    build(
        *given,
        tmp_path,
        pictures(given.tables),
        sources=Sources(
            RULES,
            waivers={
                finding: WaiverShown(finding, "审计一处", "2023-02-03", "四舍五入所致，予以采纳")
            },
            versions=versions,
        ),
    )
    text = page_of(tmp_path, given)
    assert "四舍五入所致，予以采纳" in text
    assert "审计一处" in text
    assert "已采纳说明" in text
    assert "first.pdf" in text
    assert "../documents/old.html" in text


def test_an_acceptance_that_is_void_stands_at_the_finding_that_is_open_again(tmp_path):
    given = one(CLEAN, SCORE)
    place = (given.tables.forms.form_id[0], "scores-sum", "total")
    void = WaiverShown(
        "an-older-id", "审计一处", "2023-02-03", "四舍五入所致", "所依据的数值已改变", "2023-12-31"
    )
    build(*given, tmp_path, sources=Sources(RULES, lapsed={place: void}))
    text = re.sub(r"<[^>]+>", "", page_of(tmp_path, given))
    assert "四舍五入所致" in text
    assert "有效至 2023-12-31" in text
    assert "已失效：所依据的数值已改变" in text
    assert "已采纳说明" not in text, "the finding stands open"


def test_totals_leave_out_forms_without_a_unit_of_amounts_and_say_so(tmp_path):
    yuan = changed(
        CLEAN, {"amount_unit": "元", "funds/0/budget": "1000000", "funds/0/executed": "500000"}
    )
    none = changed(CLEAN, {"amount_unit": None})
    given = batch(
        [
            document(with_evidence(form), name=f"{at}.pdf")
            for at, form in enumerate((CLEAN, yuan, none))
        ]
    )
    made(given, tmp_path)
    text = (tmp_path / "index.html").read_text("utf-8")
    assert "执行 145.00 / 预算 200.00 万元" in text
    assert "另有 1 份" in text


def test_verdicts_other_than_pass_and_fail_are_counted_apart(tmp_path):
    given = one(CLEAN, SCORE)
    text = page_of(made(given, tmp_path), given)
    assert "通过 <b>12</b>" in text
    assert "未能判定 <b>1</b>" in text


def test_a_page_of_an_earlier_build_does_not_stay(tmp_path):
    first, second = one(name="a.pdf"), one(name="b.pdf")
    made(first, tmp_path)
    made(second, tmp_path)
    assert len(list((tmp_path / "documents").glob("*.html"))) == 1


def test_an_empty_inbox_still_makes_a_site(tmp_path):
    made(batch([]), tmp_path)
    assert "没有审核发现。" in (tmp_path / "index.html").read_text("utf-8")


def test_batches_that_stream_by_make_the_same_site_as_one_batch(tmp_path):
    documents = [
        document(with_evidence(changed(CLEAN, {"unit": f"单位{at}"})), name=f"{at}.pdf")
        for at in range(6)
    ]
    build_stream(
        [tuple(batch(documents[:3])), tuple(batch(documents[3:]))], tmp_path / "a", rules=RULES
    )
    build(*batch(documents), tmp_path / "b", rules=RULES)
    for path in (tmp_path / "b").rglob("*"):
        if path.is_file():
            assert (
                path.read_bytes()
                == (tmp_path / "a" / path.relative_to(tmp_path / "b")).read_bytes()
            ), path


def test_a_rule_that_the_catalogue_does_not_name_is_listed_all_the_same(tmp_path):
    made(one(CLEAN, (0, "local-rule", "unit", {})), tmp_path)
    assert "local-rule" in (tmp_path / "index.html").read_text("utf-8")


def test_the_catalogues_entries_become_rule_texts():
    entry = {
        "id": "scores-sum",
        "title": "总分不符",
        "title_en": "Total differs",
        "severity": "error",
        "zh": "各项得分之和等于总得分。",
        "en": "Scores add up.",
        "source": ["NA1", "other"],
        "traps": ["横线不是零"],
    }
    text = rule_texts([entry], {"NA1": "填表说明"})["scores-sum"]
    assert (text.title, text.statement, text.source, text.traps) == (
        "总分不符",
        "各项得分之和等于总得分。",
        "填表说明；other",
        ("横线不是零",),
    )
    assert rule_texts([entry], {}, "en")["scores-sum"].title == "Total differs"


def test_csv_of_a_chart_cannot_hold_a_formula(tmp_path):
    form = changed(CLEAN, {"unit": "=cmd|' /C calc'!A0", "indicators/2/explanation": ""})
    made(
        one(
            form,
            (0, "deviation-unexplained", "indicators/2/explanation", {"subject": "indicators/2"}),
        ),
        tmp_path,
    )
    text = (tmp_path / "data" / "losses.csv").read_text("utf-8-sig")
    assert text.splitlines()[1].startswith("'=cmd")
