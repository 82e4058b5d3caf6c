"""Audit -> Great Expectations Data Docs, with their style sheets and scripts beside them, so that they open without a network."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.expectations.gx.history import Night, carry_over, read_nights, write_nights
from selfeval.expectations.gx.pages import REPORT, SHIPPED_IN, publish
from selfeval.expectations.gx.suites import question_of
from selfeval.expectations.gx.validating import BatchRun, quiet_context
from selfeval.expectations.judging import Question
from selfeval.expectations.rules import RULES
from selfeval.expectations.verdicts import Verdict

if TYPE_CHECKING:
    import pandas

    from selfeval.expectations.findings import Audit

#: Findings that a page lists for one expectation; the count beside them is complete.
LISTED = 50

_SHARES = ("unexpected_percent", "unexpected_percent_total", "unexpected_percent_nonmissing")


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
            and not (place / SHIPPED_IN / "icons.css").exists()
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
        nights = [*self._night(out), *carry_over(read_nights(place), place, out)]
        publish(out, {out / page: told for night in nights[:1] for page, told in night.conclusions})
        write_nights(out, nights)
        if place.exists():
            place.rename(before)
        out.rename(place)
        shutil.rmtree(before, ignore_errors=True)
        return place / "index.html"

    def _night(self, out: Path) -> list[Night]:
        """This run, and its results written beside their pages; none where nothing was judged."""
        suites = []
        for (suite, table), (identifier, result) in self._results.items():
            *folders, batch = identifier.to_tuple()
            page = Path("validations", *folders, f"{batch}.html")
            kept = result.to_json_dict()
            counts: Counter[str] = Counter()
            for one in kept["results"]:
                counts.update(one["result"]["details"]["verdicts"])
                del one["result"]["details"]["findings"]  # they stand in the page
            (out / page).with_suffix(".json").write_text(json.dumps(kept, ensure_ascii=False, indent=1), "utf-8")  # fmt: skip
            suites.append((f"{suite}.{table}", page.as_posix(), dict(counts)))
        if not suites:
            return []
        run = next(iter(self._results.values()))[0].run_id
        return [Night(run.run_name, run.run_time.isoformat(timespec="seconds"), tuple(suites))]


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
    address = f"{REPORT}documents/{document}.html#finding-{row['finding_id']}"
    link = {"template": "$text", "params": {"text": "查看"},
            "styling": {"params": {"text": {"tag": "a", "attributes": {"href": address}}}}}  # fmt: skip
    texts = (row["document"], str(row["form"]), row["subject"], row["message"])
    return [*map(inert, texts), {"content_block_type": "string_template", "string_template": link}]


def inert(text: str) -> str:
    """The text as markup that shows it: Great Expectations puts texts into its pages as they are, with $ for the places of others."""
    return escape(text).replace("$", "&#36;")
