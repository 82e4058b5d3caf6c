"""No output of a report holds a telephone or identity number or a leader's name: pages, data, CSV, workbook, letters, diffs."""

from __future__ import annotations

import re
from datetime import date
from zipfile import ZipFile

from audit_forms import CLEAN, changed, document, with_evidence
from report_data import RULES, batch

from selfeval.flows.run.images import Artist, wanted_pages
from selfeval.flows.workspace import create
from selfeval.records.tables.build import build as tables_of
from selfeval.reports.diff.output import to_json, to_text, write_html
from selfeval.reports.diff.versions import Side, compare
from selfeval.reports.i18n import translator
from selfeval.reports.model import Version, WaiverShown
from selfeval.reports.office import letters
from selfeval.reports.office.excel import write_workbook
from selfeval.reports.site.sources import Sources
from selfeval.reports.site.views import document_views
from selfeval.reports.site.write import build

LEADER, PHONE, LANDLINE, IDENTITY = "诸葛孔明", "13912345678", "0571-87654321", "110101199003074514"
SENTENCE = f"联系{LEADER}，电话{PHONE}或{LANDLINE}，身份证{IDENTITY}。"


def everything_written(tmp_path):
    """Form fields that hold personal data where it belongs, and where people write it although it does not."""
    form = changed(
        CLEAN,
        {
            "leader": LEADER,
            "phone": PHONE,
            "indicators/2/explanation": SENTENCE,
            "indicators/0/actual": SENTENCE,
            "goal_actual": SENTENCE,
            "total/explanation": SENTENCE,
        },
    )
    more = {
        "message": f"说明为“电话{PHONE}，身份证{IDENTITY}”",
        "actual": f"电话{PHONE}",
        "subject": "indicators/2",
    }
    given = batch(
        [document(with_evidence(form), name="a.pdf")],
        [(0, "deviation-unexplained", "indicators/2/explanation", more)],
        undecided=True,
    )
    other = batch(
        [document(with_evidence(changed(form, {"goal_actual": f"{SENTENCE}另"})), name="b.pdf")], []
    )
    form_id, finding = given.tables.forms.form_id[0], given.findings.finding_id[0]
    waivers = {finding: WaiverShown(finding, "审计一处", "2023-02-03", f"已电话{PHONE}核实")}
    versions = {
        form_id: (
            Version("old-1", 1, f"{PHONE}.pdf", "2023-01-05"),
            Version(form_id, 2, "a.pdf", "2023-02-01", is_this=True),
        )
    }
    build(*given, tmp_path / "site", sources=Sources(RULES, waivers=waivers, versions=versions))
    write_workbook(tmp_path / "report.xlsx", given.tables, given.findings, RULES)
    letters.write_letters(
        letters.collect(document_views(*given, Sources(RULES), translator("zh"))),
        tmp_path / "letters",
        issued=date(2023, 5, 8),
    )
    diff = compare(Side("a", given.tables, given.findings), Side("b", other.tables, other.findings))
    write_html(diff, tmp_path / "diff.html")
    (tmp_path / "diff.txt").write_text(to_text(diff) + str(to_json(diff)), "utf-8")
    return tmp_path


def texts(folder):
    for path in folder.rglob("*"):
        if path.suffix in (".xlsx", ".docx"):
            with ZipFile(path) as archive:
                for name in archive.namelist():
                    yield f"{path.name}/{name}", archive.read(name).decode("utf-8", "replace")
        elif path.is_file() and "vendor" not in path.parts:
            yield path.name, path.read_text("utf-8")


def test_no_output_holds_personal_data(tmp_path):
    seen = dict(texts(everything_written(tmp_path)))
    assert len(seen) > 25
    for name, text in seen.items():
        for secret in (LEADER, PHONE, LANDLINE, IDENTITY):
            assert secret not in text, name
        assert not re.search(r"(?<![\d.])1[3-9]\d{9}(?!\d)", text), name


def test_what_is_masked_can_still_be_recognised(tmp_path):
    page = next(
        text
        for name, text in texts(everything_written(tmp_path))
        if "诸*" in text and name.endswith(".html")
    )
    assert "139****5678" in page


def test_on_a_scan_a_cell_whose_text_is_masked_is_covered_as_a_whole():
    form = with_evidence(
        changed(CLEAN, {"indicators/2/explanation": "受汛期影响，详询13800001234。"})
    )
    tables = tables_of([document(form)])
    ((hidden, on_scan, turn),) = wanted_pages(tables)[tables.documents.document_id[0]].values()
    cell = tables.cells[tables.cells.path == "indicators/2/explanation"].iloc[0]
    assert on_scan == [(cell.x0, cell.top, cell.x1, cell.bottom)]
    assert not hidden and not turn


def test_pictures_of_an_earlier_version_do_not_stay(tmp_path):
    workspace = create(tmp_path / "W", "")
    workspace.images.mkdir(parents=True)
    tables = tables_of([document(with_evidence(CLEAN))])
    name = f"{tables.documents.document_id[0][:16]}-1"
    for suffix in (".webp", ".json"):
        (workspace.images / f"{name}{suffix}").write_bytes(b"[595, 842]")
    with Artist(workspace, {}, 1, documents=1) as artist:
        assert artist.finish(artist.begin(tables)) == {}, (
            "its file is gone, so it cannot be drawn again"
        )
    assert list(workspace.images.iterdir()) == []
