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
from selfeval.expectations.gx.data_docs import counted
from selfeval.expectations.judging import ACROSS
from selfeval.expectations.kept import Kept
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

    counts = told_by(once)
    verdicts, findings = (
        pd.concat([getattr(part, name) for part in parts]) for name in ("verdicts", "findings")
    )
    written = docs.write(tmp_path / "parts", counted(verdicts), findings)
    assert told_by(written.parent) == counts and len(counts) > 10


def test_one_new_form_among_many_is_judged_and_its_neighbours_alone(tmp_path: Path) -> None:
    """A night with one new form judged the whole season again."""
    own = [{"unit": f"第{n // 3}号单位", "indicators/0/actual": f"{100 + n}个"} for n in range(30)]
    forms = [varied(changed(CLEAN, changes), n, "cents") for n, changes in enumerate(own)]
    earlier = changed(CLEAN, {"unit": "第3号单位", "project_name": "第9号项目"})
    forms += [replace(earlier, year=2021)]
    documents = [document(with_evidence(form), name=f"{n:03}.pdf") for n, form in enumerate(forms)]
    tables = build(documents)
    ids = tables.documents["document_id"].tolist()
    cache, audits = tmp_path / "judged.json", {}

    def night(known: list[str]) -> tuple[set[str], pd.DataFrame]:
        """The documents judged, and what stands afterwards."""
        readings = dict.fromkeys(known, "reading")
        current = {one: ("reading", f"audit {one}") for one in audits}
        kept = Kept.read(cache, "rules", current)
        done: set[str] = set()
        for part, found in audit_in_batches(
            known, lambda batch, _: chosen(tables, batch), kept=kept, readings=readings
        ):
            for one in part.documents["document_id"]:
                done.add(one)
                audits[one] = found.findings[found.findings["form_id"].str[:16] == one[:16]]
        kept.write(cache, {one: ("reading", f"audit {one}") for one in known})
        return done, pd.concat([audits[one] for one in known])

    first, new = [one for one in ids if one not in (ids[20], ids[30])], [ids[20], ids[30]]
    assert night(first)[0] == set(first)
    again, _ = night(first)
    assert len(again) == 1, "nothing is new: one document stands for what ran"
    done, found = night([*first, new[0]])
    assert new[0] in done and len(done) <= 4, (
        "the new form, its unit's two others, and the first of all"
    )
    done, found = night([*first, *new])
    assert ids[9] in done, "last year's form of a project is there now"
    whole = audit(chosen(tables, [*first, *new])).findings
    order = {one: at for at, one in enumerate([*first, *new])}
    assert order and sorted(found["finding_id"]) == sorted(whole["finding_id"])
    kept = Kept.read(cache, "other rules", {})
    assert kept.documents == {}


def told_by(site: Path) -> dict[str, list[str]]:
    """What each page of results says that was counted."""
    pages = {
        str(path.relative_to(site / "validations").parents[-3]): path.read_text("utf-8")
        for path in site.glob("validations/**/*.html")
    }
    return {
        name: re.findall(r"通过 [^<]*|共 \d+ 条不符", text) for name, text in sorted(pages.items())
    }
