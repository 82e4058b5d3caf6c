"""Data Docs of an audit: readable, and whole without a network."""

from __future__ import annotations

import re

import pytest
from audit_forms import CLEAN, changed, tables_of

from selfeval.expectations import audit, build_data_docs


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    result = audit(
        tables_of(CLEAN, changed(CLEAN, {"indicators/0/score": "21", "total/score": "$98.50"}))
    )
    return build_data_docs(result, tmp_path_factory.mktemp("docs")).parent


def test_pages_ask_no_remote_host_for_anything(site):
    pages = [*site.rglob("*.html"), *(path for path in site.rglob("*.css"))]
    assert len(pages) > 8
    for page in pages:
        text = page.read_text("utf-8")
        assert not re.search(r"(?:src=|url\(|<link[^>]*href=)\s*['\"]?https?:", text), page


def test_every_style_sheet_and_script_that_a_page_names_is_there(site):
    for page in site.rglob("*.html"):
        named = re.findall(
            r"""<(?:link|script)\b[^>]*(?:href|src)=["']([^"'{]+)["']""", page.read_text("utf-8")
        )
        assert any("bootstrap-table" in name for name in named)
        for name in named:
            if not name.startswith("data:"):
                assert (page.parent / name).exists(), (page, name)


def test_failing_rule_says_the_sentence_and_the_finding(site):
    page = next(site.glob("validations/score_sums/indicators/**/*.html")).read_text("utf-8")
    assert "得分不得高于分值，也不得低于零。" in page
    assert "得分21超过分值20，得分不得突破该指标分值上限，请核实。" in page
    assert "通过 11 · 不符 1 · 未能判定 0 · 不适用 0" in page


def test_folder_that_is_no_site_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        build_data_docs(audit(tables_of(CLEAN)), tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"
