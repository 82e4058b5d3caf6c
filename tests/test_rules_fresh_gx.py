"""Great Expectations runs the audit: in a fresh process, over the Parquet alone, it counts for every rule what `selfeval findings` lists."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from audit_forms import CLEAN, changed, document, with_evidence
from rule_cases import CASES
from test_rules_cases import form_of, varied

from selfeval.expectations import audit
from selfeval.expectations.frames import JudgedFiles
from selfeval.expectations.gx.suites import SUITES_DIR
from selfeval.expectations.roster import read_roster
from selfeval.extractors.model import Form
from selfeval.records.tables.build import build

HERE = Path(__file__).parent
ROSTER = "单位,主管部门,项目,年度\n某县水利工程站,某县水利局,,2022\n某县河道站,某县水利局,河道清淤,2022\n"


def broken_forms() -> list[Form]:
    """The forms of every case that fails, each rule's of projects of their own; and one with doubts."""
    forms = [changed(CLEAN, {}, doubts=["indicators/*/score"])]
    for number, (_, _, fails, *_) in enumerate(CASES.values()):
        plain = {
            name: value for name, value in fails.items() if name not in ("x", "vary", "roster")
        }
        batch = [form_of(one) for one in (*plain.get("&", ()), plain)]
        if "x" in fails:
            batch = [varied(form_of(plain), n, fails.get("vary")) for n in range(fails["x"])]
        for form in batch:
            owned = (
                {"unit": f"{form.unit}{number}"}
                if (form.unit and "&" not in plain) or "x" in fails
                else {}
            )
            named = {"project_name": f"{form.project_name}{number}"} if form.project_name else {}
            forms.append(changed(form, {**owned, **named} if "unit" not in plain else {}))
    return [with_evidence(form) for form in forms]


def test_plain_great_expectations_counts_what_the_audit_finds(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    tables = build(document(form, name=f"{n:04}.pdf") for n, form in enumerate(broken_forms()))
    found = audit(tables, roster=tmp_path / "roster.csv")
    order = {key: at for at, key in enumerate(tables.documents["document_id"])}
    expected = read_roster(tmp_path / "roster.csv")
    with JudgedFiles(tmp_path / "judged", order.__getitem__, expected) as files:
        half = len(tables.forms) // 2
        # batches come in the order in which they are judged, which is not that of receipt
        for part in (tables.forms.iloc[half:], tables.forms.iloc[:half]):
            files.add(tables.of_forms(set(part["form_id"])))
    script = [sys.executable, str(HERE / "fresh_gx.py"), str(tmp_path / "judged"), str(SUITES_DIR)]
    shown = subprocess.run(script, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr[-2000:]
    counts = json.loads(shown.stdout.splitlines()[-1])
    listed = found.findings["rule"].value_counts().to_dict()
    assert not len(found.capped)
    assert counts == {rule: listed.get(rule, 0) for rule in CASES}
    assert [rule for rule in CASES if not counts[rule]] == []


def test_a_workspace_is_a_project_of_great_expectations(tmp_path: Path) -> None:
    """Data source, suites and checkpoints; opened a second time it is written anew and runs the same."""
    from selfeval.expectations.gx import context

    tables = build([document(changed(CLEAN, {"indicators/0/score": "21"}), name="a.pdf")])
    with JudgedFiles(tmp_path / "parquet" / "judged", lambda _: 0) as files:
        files.add(tables)
    for _ in range(2):
        outcome = context(tmp_path).checkpoints.get("indicators").run()
        counts = {
            one.expectation_config.meta["rule"]: one.result["unexpected_count"]
            for suite in outcome.run_results.values()
            for one in suite.results
        }
        assert (counts["score-out-of-range"], counts["number-unreadable"]) == (1, 0)
    assert not outcome.success
