"""Audit -> Great Expectations Data Docs, with their style sheets and scripts beside them, so that they open without a network."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.expectations.gx.suites import question_of
from selfeval.expectations.gx.validating import BatchRun, quiet_context
from selfeval.expectations.judging import Question
from selfeval.expectations.rules import RULES
from selfeval.expectations.verdicts import Verdict

if TYPE_CHECKING:
    import pandas

    from selfeval.expectations.findings import Audit

ASSETS = Path(__file__).resolve().parent / "docs_assets"
_SHIPPED_IN = "static/assets"
#: The report's folder, beside that of Data Docs.
_SITE = "reports"

#: Findings that a page lists for one expectation; the count beside them is complete.
LISTED = 50

_SHARES = ("unexpected_percent", "unexpected_percent_total", "unexpected_percent_nonmissing")

# Data Docs of GE 1.24 name these on seven remote hosts. What is not shipped is left out: charts that rules do not use, a dark theme,
# icons (icons.css has the few that appear), the logo and the newsletter.
_LINK = re.compile(r"""<link\b[^>]*\bhref=["']https?://[^"']*["'][^>]*>""")
_SCRIPT = re.compile(r"""<script\b[^>]*\bsrc=["']https?://[^"']*["'][^>]*>\s*</script>""")
_IMAGE = re.compile(r"""<img\b[^>]*\bsrc=["']https?://[^"']*["'][^>]*>""")
_STYLE_URL = re.compile(r"""url\(\s*['"]?https?://[^)]*\)""")
# Pages of results lie deeper than their relative addresses reckon with.
_OWN_STATIC = re.compile(r"""(?<=["'])(?:\.\./)+static/""")
# Stands before the address of a page of the report until the page that links to it has its place.
_REPORT = "report:"
#: Scripts of these pages come from beside them; what is written into a page is not run.
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'"
_HEAD = re.compile("<head[^>]*>")
_POLICY_TAG = rf'\g<0><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
_FOOTER = re.compile(r"<footer>.*?</footer>", re.DOTALL)


def build_data_docs(audit: Audit, out_dir: Path | str) -> Path:
    """Writes the site of one audit's suites and their results; see `DataDocs.write`."""
    docs = DataDocs()
    if audit.batch is not None:
        docs.add(audit.batch)
    return docs.write(out_dir, counted(audit.verdicts), audit.findings)


#: How many records of a question got which verdict.
Counts = Mapping[Question, Mapping[str, int]]


def counted(verdicts: pandas.DataFrame) -> dict[Question, Counter[str]]:
    """The counts of a table of verdicts, from its columns rule, subject, verdict and records."""
    found: dict[Question, Counter[str]] = {}
    columns = [verdicts[name].tolist() for name in ("rule", "subject", "verdict", "records")]
    for rule, subject, verdict, records in zip(*columns, strict=True):
        found.setdefault(_question(rule, subject), Counter())[verdict] += int(records)
    return found


def _question(rule: str, subject: str | None) -> Question:
    """The question that a verdict answers: a rule about rows says their table or their paths, one about forms its subject."""
    known = RULES.get(rule)
    if known is None or known.tables == ("forms",):
        return Question(rule, "forms", subject or "")
    return Question(rule, (subject or known.tables[0]).partition("/")[0], "")


class DataDocs:
    """What the suites came to over all batches of an audit."""

    def __init__(self) -> None:
        self._context: Any = None
        self._checkpoints: dict[str, Any] = {}
        self._results: dict[
            tuple[str, str], tuple[Any, Any]
        ] = {}  # suite and table -> identifier and result

    def add(self, batch: BatchRun) -> None:
        """One more batch. All batches of an audit are of one context."""
        self._context = batch.context
        self._checkpoints = batch.checkpoints | self._checkpoints
        for run in batch.runs:
            self._results.setdefault((run.suite, run.table), (run.identifier, run.result))

    def write(self, out_dir: Path | str, counts: Counts, findings: pandas.DataFrame) -> Path:
        """Writes the site below `out_dir`, in place of an older one; returns its index.html. `counts` are those of all verdicts that stand,
        `findings` are listed below them, the first of each rule.

        Raises FileExistsError where `out_dir` holds something that is no such site."""
        from great_expectations.checkpoint import UpdateDataDocsAction

        place = Path(out_dir).resolve()
        if (
            place.exists()
            and any(place.iterdir())
            and not (place / _SHIPPED_IN / "icons.css").exists()
        ):
            raise FileExistsError(f"{place} holds files that are no Data Docs of an audit")
        # Made beside its place and moved there whole: what a killed run leaves is never taken for somebody else's files.
        out, before = (
            place.with_name(f".{place.name}.part"),
            place.with_name(f".{place.name}.before"),
        )
        for left in (out, before):
            shutil.rmtree(left, ignore_errors=True)
        out.mkdir(parents=True)
        context = self._context or quiet_context()
        backend = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(out)}
        site = {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": backend,
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        }
        if "audit" in context.get_site_names():
            context.delete_data_docs_site("audit")
        context.add_data_docs_site("audit", site)
        listed = {str(rule): rows.head(LISTED) for rule, rows in findings.groupby("rule")}
        for identifier, result in self._results.values():
            _tell(result, counts, listed)
            context.validation_results_store.set(identifier, result)
        for outcome in self._checkpoints.values():
            UpdateDataDocsAction(name="audit", site_names=["audit"]).run(outcome)
        _ship_assets(out)
        if place.exists():
            place.rename(before)
        out.rename(place)
        shutil.rmtree(before, ignore_errors=True)
        return place / "index.html"


def _tell(result: Any, counts: Counts, listed: Mapping[str, pandas.DataFrame]) -> None:
    """Put the counts of all verdicts that stand, and the findings, into the result of one suite."""
    for one in result.results:
        question = question_of(one)
        verdicts = {
            verdict.value: counts.get(question, {}).get(verdict.value, 0) for verdict in Verdict
        }
        fails, total = verdicts[Verdict.FAIL.value], sum(verdicts.values())
        share = 100 * fails / total if total else 0.0
        told = one.result
        told |= {"element_count": total, "missing_count": 0, "unexpected_count": fails}
        told |= dict.fromkeys(_SHARES, share)
        rows: list[Any] = (
            listed[question.rule].to_dict("records") if question.rule in listed else []
        )
        here = [row for row in rows if _question(question.rule, row["subject"]) == question]
        told["details"] = {
            "verdicts": verdicts,
            "findings": [_row(row) for row in here] if fails else [],
        }
        one.success = not fails
    met = sum(one.success for one in result.results)
    result.success = met == len(result.results)
    result.statistics |= {"successful_expectations": met, "unsuccessful_expectations": len(result.results) - met,
                          "success_percent": 100 * met / len(result.results)}  # fmt: skip


def _row(row: Mapping[str, Any]) -> list[Any]:
    """Document, form, subject and message of one finding, and the link to where the report shows it. Nothing that a form or a file name
    holds is taken for markup."""
    document = row["form_id"].rpartition("-")[0]
    address = f"{_REPORT}documents/{document}.html#finding-{row['finding_id']}"
    link = {"template": "$text", "params": {"text": "查看"},
            "styling": {"params": {"text": {"tag": "a", "attributes": {"href": address}}}}}  # fmt: skip
    texts = (row["document"], str(row["form"]), row["subject"], row["message"])
    return [*map(inert, texts), {"content_block_type": "string_template", "string_template": link}]


def inert(text: str) -> str:
    """The text as markup that shows it: Great Expectations puts texts into its pages as they are, with $ for the places of others."""
    return escape(text).replace("$", "&#36;")


def _ship_assets(out: Path) -> None:
    """Copies the assets and turns every remote address in the pages into one of them, or takes it out."""
    target = out / _SHIPPED_IN
    target.mkdir(parents=True)
    names = set()
    for path in ASSETS.iterdir():
        shutil.copyfile(path, target / path.name)
        names.add(path.name)
    for page in (*out.rglob("*.html"), *out.rglob("*.css")):
        if target in page.parents:
            continue
        up = "../" * (len(page.relative_to(out).parts) - 1)
        text = page.read_text("utf-8")
        text = _OWN_STATIC.sub(f"{up}static/", _STYLE_URL.sub("none", text))
        for pattern in (_LINK, _SCRIPT):
            text = pattern.sub(partial(_local, up=up, names=names), text)
        text = _FOOTER.sub("", _IMAGE.sub("", text))
        text = text.replace(f'"{_REPORT}', f'"{up}../{_SITE}/').replace(
            f"'{_REPORT}", f"'{up}../{_SITE}/"
        )

        text = _HEAD.sub(_POLICY_TAG, text, count=1)
        icons = f'<link rel="stylesheet" href="{up}{_SHIPPED_IN}/icons.css">'
        page.write_text(text.replace("</head>", f"{icons}</head>", 1), "utf-8")


def _local(match: re.Match[str], up: str, names: set[str]) -> str:
    """The matched tag with its remote address turned into the shipped file of that name, or "" where it is not shipped."""
    address: Any = re.search(r"""https?://[^"']*""", match[0])
    name = address[0].rpartition("/")[2]
    name = (
        name
        if name in names
        else name.replace(".css", ".min.css")
        if name.replace(".css", ".min.css") in names
        else _without_version(name)
    )
    if name not in names:
        return ""
    local = f"{up}{_SHIPPED_IN}/{name}"
    if match[0].startswith("<script"):
        return f'<script src="{local}"></script>'
    return f'<link rel="stylesheet" href="{local}">'


def _without_version(name: str) -> str:
    return re.sub(r"-\d+(\.\d+)+", "", name)
