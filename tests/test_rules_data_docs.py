"""Data Docs of an audit: readable, and whole without a network."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, tables_of

from selfeval.expectations import DataDocs, audit, audit_in_batches, build_data_docs
from selfeval.expectations.gx.data_docs import counted

pytestmark = pytest.mark.xdist_group("docs")


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
        assert any("bootstrap" in name for name in named)
        for name in named:
            if not name.startswith("data:"):
                assert (page.parent / name).exists(), (page, name)


def test_failing_rule_says_the_sentence_and_the_finding(site):
    page = next(site.glob("validations/score_sums/indicators/**/*.html")).read_text("utf-8")
    assert "得分不得高于分值，也不得低于零。" in page
    assert "得分21超过分值20，得分不得突破该指标分值上限，请核实。" in page
    assert "通过 11 · 不符 1 · 未能判定 0 · 不适用 0" in page


def visible(page: Path) -> list[str]:
    """The texts of a page that a reader sees."""
    text = re.sub(r"<(script|style)\b.*?</\1>", "", page.read_text("utf-8"), flags=re.DOTALL)
    return [" ".join(one.split()) for one in re.findall(r">([^<>]+)<", text) if one.strip()]


def test_pages_speak_chinese_and_say_all_four_counts(site):
    """Frames were English, and a tick stood over a suite of which no rule applied."""
    for page in site.rglob("*.html"):
        hidden = {
            "Actions",
            "Validation Filter:",
            "Show All",
            "Failed Only",
        }  # dead without scripts
        said = [text for text in visible(page) if re.search("[A-Za-z]{4,} [A-Za-z]{4,}", text)]
        assert not [text for text in said if text not in hidden and not re.search("[一-鿿]", text)]
        assert not {"Succeeded", "Failed", "Home", "Overview"} & set(visible(page))
    page = next(site.glob("validations/score_sums/funds/**/*.html")).read_text("utf-8")
    assert re.search(r"结论：</span> 通过 [0-9]+ · 不符 0 · 未能判定 [0-9]+ · 不适用 [0-9]+", page)


def test_runs_are_kept_under_their_names_and_lead_to_their_pages(tmp_path):
    """Each night replaced the one before; the page that people begin with was empty, since its script is not run."""
    tables = tables_of(changed(CLEAN, {"indicators/0/score": "21"}))
    ids = tables.documents["document_id"].tolist()
    for run in ("2026-03-01-02-00", "2026-03-02-02-00"):
        docs = DataDocs()
        for _, found in audit_in_batches(ids, lambda *_: tables, run=run):
            docs.add(found.batch)
        index = docs.write(tmp_path / "docs", counted(found.verdicts), found.findings)
    told = visible(index)
    assert told.index("2026-03-02-02-00") < told.index("2026-03-01-02-00")
    pages = re.findall(r'href="(validations/[^"]+)"', index.read_text("utf-8"))
    assert len(pages) == len(set(pages)) and all((index.parent / one).is_file() for one in pages)
    new, old = (
        next((index.parent / "validations" / "score_sums" / "indicators" / run).rglob("*.html"))
        for run in ("2026-03-02-02-00", "2026-03-01-02-00")
    )
    assert "reports/documents/" in new.read_text("utf-8")
    assert "得分21超过分值20" in old.read_text("utf-8")
    assert "reports/documents/" not in old.read_text("utf-8"), (
        "what is closed has no place to lead to"
    )
    result = json.loads(next(old.parent.glob("*.json")).read_text("utf-8"))
    assert result["statistics"]["unsuccessful_expectations"] == 1


def test_folder_that_is_no_site_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        build_data_docs(audit(tables_of(CLEAN)), tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"
