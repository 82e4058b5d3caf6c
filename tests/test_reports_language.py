"""Every sentence of a report is in the one catalogue and has its English."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
from audit_forms import CLEAN
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from report_data import RULES, one

import reports
from reports.i18n import LOCALE, UnknownLanguage, translator
from reports.model import RuleText
from reports.site import build

ROOM = Path(reports.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")


def extracted() -> set[str]:
    methods = [("**.py", "python"), ("**/templates/**.j2", "jinja2")]
    options = {"**/templates/**.j2": {"trimmed": "true", "newstyle_gettext": "true", "trim_blocks": "true"}}
    keywords = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
    return {message if isinstance(message, str) else message[0] for _file, _line, message, _comments, _context in extract_from_dir(ROOM, methods, options, keywords)}


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
        text = re.sub(r"\{%-? *trans.*?endtrans *-?%\}|\b_\((['\"]).*?\1\)", "", path.read_text("utf-8"), flags=re.S)
        assert not HAN.search(re.sub(r"\{#.*?#\}|/\*.*?\*/", "", text, flags=re.S)), path.name


def test_an_english_page_has_chinese_only_where_the_form_or_the_catalogue_is_quoted(tmp_path):
    rules = {key: RuleText(key, "Total score differs from the sum", "error") for key in RULES}
    given = one(CLEAN, (0, "scores-sum", "total/score", {}))
    build(*given, tmp_path, lang="en", rules=rules)
    for name in ("index.html", "rules.html"):
        text = re.sub(r'<[^>]*lang="zh".*?</\w+>|某县[^<]*|水库水标尺安装项目', "", (tmp_path / name).read_text("utf-8"))
        assert '<html lang="en">' in text, name
        assert not HAN.search(text), name


def test_an_unknown_language_is_refused_with_the_languages_there_are():
    with pytest.raises(UnknownLanguage, match="zh、en"):
        translator("fr")
