"""A season judged in batches comes to what it comes to when judged at once, and no more than a batch is ever loaded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from audit_forms import CLEAN, changed, document, with_evidence
from rule_cases import CASES
from test_rules_cases import form_of, varied

from selfeval.expectations import DataDocs, audit, audit_in_batches, build_data_docs, catalogue
from selfeval.expectations.judging import ACROSS
from selfeval.extractors.model import Document, Form
from selfeval.records.tables.build import Tables, build
from selfeval.records.tables.columns import Cells

pytestmark = pytest.mark.xdist_group("batches")

ROSTER = "单位,主管部门,项目,年度\n某县水利工程站,某县水利局,,2022\n某县河道站,某县水利局,河道清淤,2022\n某县一中,某县教育局,,\n"


def season() -> list[Document]:
    """Every form of the cases of rules across documents, some of them filed twice, two forms to some files, in no order of units."""
    forms: list[Form] = [CLEAN]
    for rule, (_, *cases) in CASES.items():
        if catalogue.load()[rule].family == ACROSS:
            for case in cases:
                plain = {
                    key: value for key, value in case.items() if key not in ("x", "vary", "roster")
                }
                forms += [form_of(one) for one in (*plain.get("&", ()), plain)]
    forms += [varied(changed(CLEAN, {"unit": "某县灌区管理处"}), n, "benford") for n in range(8)]
    together = [with_evidence(form) for form in forms]
    singles = [document(form, name=f"{n:03}.pdf") for n, form in enumerate(together[::-1])]
    return [
        *singles,
        *(
            document(*pair, name=f"pair-{n}.pdf")
            for n, pair in enumerate(zip(together[::7], together[3::7], strict=False))
        ),
    ]


def chosen(tables: Tables, documents: Sequence[str]) -> Tables:
    keys = {document_id[:16] for document_id in documents}
    parts = {
        name: frame[frame["form_id" if "form_id" in frame else "document_id"].str[:16].isin(keys)]
        for name, frame in tables.items()
    }
    return replace(tables, **{name: frame.reset_index(drop=True) for name, frame in parts.items()})


def told(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(
        list(frame.columns), key=lambda column: column.astype(str)
    ).reset_index(drop=True)


@pytest.mark.parametrize("size, named", [(9, False), (41, True)])
def test_batches_find_what_one_audit_finds(size: int, named: bool, tmp_path: Path) -> None:
    """`named`: without the forms that do not say whose they are, on which nobody can be missed."""
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    tables = build(
        one
        for one in season()
        if not named or all(form.unit and form.project_name for form in one.forms)
    )
    ids = tables.documents["document_id"].tolist()
    loaded: list[int] = []

    def load(documents: Sequence[str], cells: Cells) -> Tables:
        loaded.append(len(documents))
        found = chosen(tables, documents)
        points = found.cells["path"].str.fullmatch(
            r"indicators/\d+/(?:weight|score|target|explanation)"
        )
        return (
            found
            if cells is Cells.ALL
            else replace(found, cells=found.cells[found.cells["doubt"].notna() | points])
        )

    whole = audit(tables, roster=tmp_path / "roster.csv")
    once = build_data_docs(
        whole, tmp_path / "once"
    ).parent  # Great Expectations writes for its latest context only
    docs = DataDocs()
    parts, judged = [], []
    for batch, found in audit_in_batches(ids, load, roster=tmp_path / "roster.csv", size=size):
        parts.append(found)
        judged += batch.documents["document_id"].tolist()
        assert batch.findings is found.findings
        docs.add(found.batch)
    assert sorted(judged) == sorted(ids)
    assert max(loaded) <= size < len(ids)
    across = {
        "duplicate-submission",
        "same-project-different-numbers",
        "template-clone",
        "name-variants",
        "year-over-year-copy",
        "systematic-defect",
    }
    assert across | ({"missing-submitter"} if named else set()) <= set(whole.findings["rule"])
    for name in ("findings", "verdicts"):
        pd.testing.assert_frame_equal(
            told(pd.concat([getattr(part, name) for part in parts])), told(getattr(whole, name))
        )

    counts = counted(once)
    assert counted(docs.write(tmp_path / "parts").parent) == counts and len(counts) > 10


def counted(site: Path) -> dict[str, list[str]]:
    """What each page of results says that was counted."""
    pages = {
        str(path.relative_to(site / "validations").parents[-3]): path.read_text("utf-8")
        for path in site.glob("validations/**/*.html")
    }
    return {
        name: re.findall(r"通过 [^<]*|共 \d+ 条不符", text) for name, text in sorted(pages.items())
    }
