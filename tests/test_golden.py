"""Real published forms, printed the ways that units print them, against what they print: golden/NAME.json is the truth of its PDF."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from selfeval.extractors.model import Document
from selfeval.extractors.read import read_document
from tests.forms.compare import invented, leaves

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "data" / "samples"
GOLDEN = sorted((HERE / "golden").glob("*.json"))
TROUBLES = sorted((HERE / "troubles").glob("*.json"))
READABLE = [path for path in GOLDEN if not json.loads(path.read_text("utf-8"))["unreadable"]]
TEXT = [path for path in READABLE if "scan" not in json.loads(path.read_text("utf-8"))["post"]]


def name(path: Path) -> str:
    return path.stem


def truth_and_reading(golden: Path, engine: str = "pdfium") -> tuple[dict[str, Any], Document]:
    pdf = golden.with_suffix(".pdf")
    pdf = pdf if pdf.exists() else SAMPLES / pdf.name
    return json.loads(golden.read_text("utf-8")), read_document(
        pdf.read_bytes(), pdf.name, engine=engine
    )


def test_every_sample_has_its_golden_file() -> None:
    assert {path.stem for path in SAMPLES.glob("*.pdf")} == {path.stem for path in GOLDEN}


@pytest.mark.parametrize("golden", TEXT, ids=name)
def test_every_printed_value_of_a_published_form_comes_back(golden: Path) -> None:
    truth, document = truth_and_reading(golden)
    assert [
        (leaf.path, leaf.want, leaf.have) for leaf in leaves(truth, document) if not leaf.right
    ] == []
    assert len(document.forms) == len(truth["forms"])
    assert invented(truth, document) == []


@pytest.mark.parametrize("golden", TROUBLES, ids=name)
def test_trouble_found_once_stays_mended(golden: Path) -> None:
    truth, document = truth_and_reading(golden)
    assert [
        (leaf.path, leaf.want, leaf.have) for leaf in leaves(truth, document) if not leaf.right
    ] == []
    assert invented(truth, document) == []


@pytest.mark.parametrize("engine", ["pdfplumber", "camelot"])
def test_other_engines_read_every_number_of_a_plain_print(engine: str) -> None:
    truth, document = truth_and_reading(HERE / "golden" / "yongde-nutrition-2022.json", engine)
    assert [
        (leaf.path, leaf.want, leaf.have)
        for leaf in leaves(truth, document)
        if leaf.number and not leaf.right
    ] == []


@pytest.mark.parametrize("engine", ["pdfplumber", "camelot"])
def test_a_seal_that_another_engine_reads_as_text_is_never_silent(engine: str) -> None:
    truth, document = truth_and_reading(
        HERE / "golden" / "beijing-hotline-2020-watermark.json", engine
    )
    assert [
        (leaf.path, leaf.want, leaf.have)
        for leaf in leaves(truth, document)
        if leaf.number and leaf.silent
    ] == []


def test_a_locked_file_is_refused_with_a_reason_and_a_hint() -> None:
    _, document = truth_and_reading(HERE / "golden" / "password-locked.json")
    assert document.status == "rejected"
    assert document.reason is not None
    assert document.reason.code == "password-locked"
    assert document.reason.hint


@pytest.mark.parametrize("golden", TEXT, ids=name)
def test_every_value_has_a_page_and_a_box_on_it(golden: Path) -> None:
    _, document = truth_and_reading(golden)
    for form in document.forms:
        paths = [f"indicators/{i}/score" for i, row in enumerate(form.indicators) if row.score]
        paths += [f"funds/{i}/budget" for i, row in enumerate(form.funds) if row.budget]
        for path in (*paths, "project_name", "title", "year"):
            for page, (x0, top, x1, bottom), engine in form.evidence[path]:
                assert engine == "pdfium"
                assert 1 <= page <= document.pages
                assert 0 <= x0 < x1 <= 1200
                assert 0 <= top < bottom <= 1200


def test_what_is_written_across_the_columns_of_the_funds_is_kept_and_not_read_as_amounts() -> None:
    """部门整体 forms print two breakdowns side by side as sentences, 其中：基本支出：600, under captions that do not mean them."""
    document = read_document(
        (HERE / "troubles" / "layout-hunan.pdf").read_bytes(), "layout-hunan.pdf"
    )
    kept = {text for cell in document.forms[0].other for text in (cell.caption, cell.value)}
    assert [fund.label for fund in document.forms[0].funds] == ["年度资金总额"]
    for text in ("其中：基本支出：600", "项目支出：445", "政府性基金拨款：100"):
        assert any(text in one for one in kept)
