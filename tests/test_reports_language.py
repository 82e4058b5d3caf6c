"""Every sentence of a report is in the one catalogue and has its English."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, document, with_evidence
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from docx import Document
from openpyxl import load_workbook
from report_data import RULES, batch, one, pictures, refused

from selfeval import reports
from selfeval.reports.diff.output import write_html
from selfeval.reports.diff.versions import Side, compare
from selfeval.reports.i18n import LOCALE, UnknownLanguage, translator
from selfeval.reports.model import RuleText, Version, WaiverShown
from selfeval.reports.office.excel import write_workbook
from selfeval.reports.office.letters import collect, write_letters
from selfeval.reports.site.run_diff import AGAIN, ChangedDocument, Changes
from selfeval.reports.site.sources import Sources
from selfeval.reports.site.views import document_views
from selfeval.reports.site.write import RunInfo, build

ROOM = Path(reports.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")


def extracted() -> set[str]:
    methods = [("**.py", "python"), ("**/templates/**.j2", "jinja2")]
    options = {
        "**/templates/**.j2": {"trimmed": "true", "newstyle_gettext": "true", "trim_blocks": "true"}
    }
    keywords = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
    return {
        message if isinstance(message, str) else message[0]
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOM, methods, options, keywords
        )
    }


def catalogue():
    with (LOCALE / "en" / "LC_MESSAGES" / "reports.po").open("rb") as source:
        return {message.id: message.string for message in read_po(source) if message.id}


def test_every_sentence_has_its_english_and_none_is_left_over():
    assert extracted() == set(catalogue())
    assert all(catalogue().values())


def test_translations_keep_the_places_for_values():
    places = re.compile(r"%\(\w+\)|\{\w+\}")
    for message, translation in catalogue().items():
        assert sorted(places.findall(message)) == sorted(places.findall(translation)), message


def test_templates_and_scripts_hold_no_sentence_outside_the_catalogue():
    for path in (*ROOM.glob("templates/*.j2"), *ROOM.glob("static/*.js")):
        text = re.sub(
            r"\{%-? *trans.*?endtrans *-?%\}|\b_\((['\"]).*?\1\)",
            "",
            path.read_text("utf-8"),
            flags=re.S,
        )
        assert not HAN.search(re.sub(r"\{#.*?#\}|/\*.*?\*/", "", text, flags=re.S)), path.name


class Tongues(HTMLParser):
    """Chinese texts of an English page that stand outside every element that says it is Chinese."""

    VOID = frozenset({"meta", "link", "img", "input", "br", "rect", "image"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[tuple[str, bool]] = []
        self.unmarked: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.stack.append(
                (tag, dict(attrs).get("lang") == "zh" or bool(self.stack and self.stack[-1][1]))
            )

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _zh in self.stack}
        if HAN.search(data) and not self.stack[-1][1] and not tags & {"script", "title"}:
            self.unmarked.append(data.strip())


def english_site(out: Path) -> None:
    form = changed(CLEAN, {"unit": "某县水利工程站"}, doubts=["total/score"])
    given = batch(
        [
            document(with_evidence(form), name="自评表.pdf"),
            document(with_evidence(changed(form, {"project_name": "另一项目"})), name="b.pdf"),
            refused("锁定.pdf"),
        ],
        [
            (0, "scores-sum", "total/score", {}),
            (0, "execution-rate", "funds/0/rate", {"status": "waived"}),
            (1, "deviation-unexplained", "indicators/2/explanation", {"subject": "indicators/2"}),
        ],
        undecided=True,
    )
    rules = {
        key: replace(
            text,
            title="Total score differs from the sum",
            statement="Scores add up; 分 or 万元 may follow.",
        )
        for key, text in RULES.items()
    }
    form_id, finding = given.tables.forms.form_id[0], given.findings.finding_id[1]
    versions = {
        form_id: (
            Version("old-1", 1, "初稿.pdf", "2023-01-05", "97", 3, "documents/old.html"),
            Version(form_id, 2, "自评表.pdf", "2023-02-01", "98.50", 0, is_this=True),
        )
    }
    sources = Sources(
        rules,
        waivers={
            finding: WaiverShown(
                finding, "审计一处", "2023-02-03", "四舍五入所致", "已过期", "2023-03-01"
            )
        },
        versions=versions,
    )
    changes = Changes(
        "2023-01-01 02:00",
        1,
        1,
        1,
        {"scores-sum": (1, 0, 0)},
        (ChangedDocument("documents.html", "自评表.pdf", AGAIN, 1, 0),),
    )
    run = RunInfo(
        title="二〇二三年审核",
        finished="2023-02-04",
        profile="四川口径",
        version="1",
        data_docs="x.html",
        changes=changes,
        history=(("01-01", {"scores-sum": 2}),),
    )
    build(*given, out, pictures(given.tables), lang="en", sources=sources, run=run)
    write_html(
        compare(
            Side("前", given.tables, given.findings),
            Side("后", given.tables, given.findings.iloc[:1]),
        ),
        out / "diff.html",
        "en",
    )


def test_on_english_pages_every_chinese_text_says_that_it_is_chinese(tmp_path):
    english_site(tmp_path)
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) >= 9
    marked = 0
    for path in pages:
        text = path.read_text("utf-8")
        assert '<html lang="en">' in text, path.name
        assert not Tongues(text).unmarked, path.name
        marked += text.count('lang="zh"')
    assert marked > 50, "there was something to mark"


def test_a_chinese_page_is_not_littered_with_marks(tmp_path):
    build(*one(CLEAN, (0, "scores-sum", "total/score", {})), tmp_path, rules=RULES)
    assert '<span lang="zh">' not in (tmp_path / "index.html").read_text("utf-8")


def test_english_workbooks_and_letters_have_chinese_only_in_their_cells(tmp_path):
    given = one(CLEAN, (0, "scores-sum", "total/score", {}))
    book = load_workbook(
        write_workbook(tmp_path / "a.xlsx", given.tables, given.findings, RULES, lang="en")
    )
    assert not [cell.value for sheet in book for cell in sheet[1] if HAN.search(cell.value)]
    assert not [sheet.title for sheet in book if HAN.search(sheet.title)]
    rules = {
        key: RuleText(key, "Total differs", "error", remedy="Correct it.", source="Manual")
        for key in RULES
    }
    form = changed(CLEAN, {"unit": "Water station", "project_name": "Gauges"})
    views = document_views(
        *one(
            form, (0, "scores-sum", "total/score", {"message": "98.5 is not 98", "actual": "98.5"})
        ),
        Sources(rules),
        translator("en"),
    )
    (path,) = write_letters(
        collect(views), tmp_path / "letters", lang="en", issued=date(2023, 5, 8)
    )
    said = "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)
    assert "Water station" in said
    assert not HAN.search(said), said


def test_a_rule_is_said_in_the_language_of_the_report_where_the_catalogue_has_it():
    entry = {
        "id": "a",
        "title": "总分不符",
        "title_en": "Total differs",
        "remedy": "请更正。",
        "remedy_en": "Correct it.",
        "tolerance": "半个末位",
        "zh": "相等。",
        "en": "Equal.",
    }
    english, chinese = RuleText.from_mapping(entry, {}, "en"), RuleText.from_mapping(entry, {})
    assert (english.title, english.statement, english.remedy, english.tolerance) == (
        "Total differs",
        "Equal.",
        "Correct it.",
        "半个末位",
    )
    assert (chinese.title, chinese.statement, chinese.remedy) == ("总分不符", "相等。", "请更正。")


def test_an_unknown_language_is_refused_with_the_languages_there_are():
    with pytest.raises(UnknownLanguage, match="没有语言"):
        translator("fr")
