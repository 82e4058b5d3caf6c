"""Catalogue -> Great Expectations suites, their JSON under version control, and their run over a whole batch.

A suite goes over several tables, one frame a table for the whole batch. First everything is counted (SUMMARY); then the records
that failed are fetched (COMPLETE), no more than the caps allow, since a failing record costs 30-80 microseconds."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.expectations import catalogue
from selfeval.expectations.rules import RULES
from selfeval.expectations.runner import CURRENT, TABLES, Bench, Question, subjects

if TYPE_CHECKING:
    import pandas
    from great_expectations.core import ExpectationSuite

SUITES_DIR = Path(__file__).resolve().parent.parent / "suites"

#: Findings of one rule in one document, and of one rule in a batch, that are listed; what is above is counted.
LISTED_IN_DOCUMENT, LISTED_IN_BATCH = 200, 20_000

log = logging.getLogger(__name__)


class RuleRaised(RuntimeError):
    """An expectation raised instead of judging: the audit failed and says nothing about its forms. `rule` names it."""

    code, hint = (
        "rule-raised",
        "请将规则编号和此信息交技术人员；表中数据没有问题的，可先撤回最近改动的规则。",
    )

    def __init__(self, rule: str, cause: str) -> None:
        super().__init__(rule, cause)
        self.rule, self.cause = rule, cause

    @property
    def message(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"规则 {self.rule} 执行出错，本次审核未完成：{self.cause}"


@dataclass
class SuiteRun:
    """One suite over one table: `result` and its `identifier` as Great Expectations gives them, `failures` the listed record ids for each
    question, `counts` how many there are."""

    suite: str
    table: str
    identifier: Any
    result: Any
    failures: dict[Question, list[str]]
    counts: dict[Question, int]


def configurations(suite: str) -> list[dict[str, Any]]:
    """The expectations of `suite` as its JSON holds them: one for each rule, table and subject."""
    found = []
    for entry in catalogue.load().suites()[suite]:
        rule = RULES[entry.id]
        for table in rule.tables:
            for subject in subjects(entry.id, table):
                kwargs = {
                    "column": "record",
                    "rule": entry.id,
                    "table_name": table,
                    "subject": subject,
                }
                meta = {"rule": entry.id, "family": entry.family, "table": table}
                severity = catalogue.SEVERITIES[entry.severity][1]
                found.append(
                    {
                        "type": f"expect_{entry.id.replace('-', '_')}",
                        "kwargs": kwargs,
                        "meta": meta,
                        "severity": severity,
                    }
                )
    return found


def dump(suite: str) -> str:
    """The JSON text of `suite`, from the catalogue and the code."""
    entries = {
        "name": suite,
        "meta": {"tables": list(TABLES)},
        "expectations": configurations(suite),
    }
    return json.dumps(entries, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_all(folder: Path = SUITES_DIR) -> None:
    """Writes the JSON of every suite; a test holds the files to the code."""
    for suite in catalogue.load().suites():
        (folder / f"{suite}.json").write_text(dump(suite), "utf-8")


def load_suites(table: str, folder: Path = SUITES_DIR) -> dict[str, ExpectationSuite]:
    """The suites under version control, each with its expectations over `table` only, by name; without those that have none."""
    from great_expectations.core import ExpectationSuite
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    import selfeval.expectations.gx.expectations  # noqa: F401  registers the expectation classes that the JSON names

    suites = {}
    for path in sorted(folder.glob("*.json")):
        stored = json.loads(path.read_text("utf-8"))
        chosen = [config for config in stored["expectations"] if config["meta"]["table"] == table]
        if chosen:
            made = [ExpectationConfiguration(**config).to_domain_obj() for config in chosen]
            suites[stored["name"]] = ExpectationSuite(
                name=f"{stored['name']}.{table}", expectations=made
            )
    return suites


@dataclass
class BatchRun:
    """All suites over all tables of a batch. `context` and `checkpoints` (by table) are Great Expectations' own, for Data Docs."""

    bench: Bench
    context: Any
    runs: list[SuiteRun]
    checkpoints: dict[str, Any]


class SuiteRunner:
    """All suites, read once, for one batch after the other."""

    def __init__(self, folder: Path = SUITES_DIR) -> None:
        self.folder, self.context = folder, quiet_context()
        self._source = self.context.data_sources.add_or_update_pandas("batch")
        self._prepared: dict[str, tuple[Any, Any]] = {}

    def run(self, bench: Bench, frames: Mapping[str, pandas.DataFrame]) -> BatchRun:
        """The suites over `frames` (table -> frame with the column record), one checkpoint a table. Raises RuleRaised where an expectation
        raised."""
        done, token = BatchRun(bench, self.context, [], {}), CURRENT.set(bench)
        try:
            for table in TABLES:
                if not frames[table].empty:
                    self._run_table(done, table, frames[table])
        finally:
            CURRENT.reset(token)
        return done

    def _run_table(self, done: BatchRun, table: str, frame: pandas.DataFrame) -> None:
        from great_expectations.core import RunIdentifier

        if table not in self._prepared:
            self._prepared[table] = self._prepare(table)
        batches, checkpoint = self._prepared[table]
        outcome = checkpoint.run(
            batch_parameters={"dataframe": frame}, run_id=RunIdentifier("audit")
        )
        done.checkpoints[table] = outcome
        for identifier, counted in outcome.run_results.items():
            # what the context kept of it would outlive the batch; Data Docs are given what they show
            self.context.validation_results_store.remove_key(identifier)
            _raise_if_raised(counted)
            failures = _fetch(done.bench, batches, counted)
            counts = {
                question_of(one): one.result["unexpected_count"]
                for one in counted.results
                if not one.success
            }
            done.runs.append(
                SuiteRun(
                    counted.suite_name.removesuffix(f".{table}"),
                    table,
                    identifier,
                    counted,
                    failures,
                    counts,
                )
            )

    def _prepare(self, table: str) -> tuple[Any, Any]:
        """The batch definition and the checkpoint of a table."""
        from great_expectations import Checkpoint, ValidationDefinition

        batches = self._source.add_dataframe_asset(table).add_batch_definition_whole_dataframe(
            "all"
        )
        suites = [
            self.context.suites.add(suite) for suite in load_suites(table, self.folder).values()
        ]
        definitions = [
            self.context.validation_definitions.add(
                ValidationDefinition(name=suite.name, data=batches, suite=suite)
            )
            for suite in suites
        ]
        checkpoint = Checkpoint(
            name=table,
            validation_definitions=definitions,
            result_format={"result_format": "SUMMARY"},
        )
        return batches, self.context.checkpoints.add(checkpoint)


def quiet_context() -> Any:
    """An ephemeral context without analytics and progress bars."""
    import great_expectations
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.enable_analytics(False)
    return context


def _raise_if_raised(result: Any) -> None:
    for one in result.results:
        info = one.exception_info or {}
        for raised in [info, *(value for value in info.values() if isinstance(value, dict))]:
            if raised.get("raised_exception"):
                raise RuleRaised(
                    one.expectation_config.meta["rule"], str(raised.get("exception_message"))
                )


def question_of(one: Any) -> Question:
    config = (
        one.expectation_config
    )  # its kwargs hold only what differs from the defaults of the class
    return config.meta["rule"], config.meta["table"], config.kwargs.get("subject", "")


def _fetch(bench: Bench, batches: Any, counted: Any) -> dict[Question, list[str]]:
    """The failing records of one counted run: asked for again with COMPLETE, over those of them that the caps leave."""
    import pandas as pd
    from great_expectations.core import ExpectationSuite

    failing = [one for one in counted.results if not one.success]
    if not failing:
        return {}
    listed = {question_of(one): _listed(bench, question_of(one)) for one in failing}
    rows = sorted({record for records in listed.values() for record in records})
    record_ids = bench.records[question_of(failing[0])[1]]
    # An index of that name, and no values beside it: Great Expectations then lists ids without looking each row up (80 microseconds).
    frame = pd.DataFrame(
        {"record": rows}, index=pd.Index([record_ids[row] for row in rows], name="record_id")
    )
    form = {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": ["record_id"],
        "exclude_unexpected_values": True,
        "return_unexpected_index_query": False,
    }
    suite = ExpectationSuite(name=counted.suite_name, expectations=[_copy(one) for one in failing])
    fetched = batches.get_batch({"dataframe": frame}).validate(suite, result_format=form)
    _raise_if_raised(fetched)
    failures = {}
    for one in fetched.results:
        kept = {record_ids[record] for record in listed[question_of(one)]}
        failures[question_of(one)] = [
            record_id
            for ids in one.result["unexpected_index_list"]
            for record_id in ids["record_id"]
            if record_id in kept
        ]
    return failures


def _copy(one: Any) -> Any:
    """The expectation of a result, without the id that ties it to its suite."""
    expectation = one.expectation_config.to_domain_obj()
    expectation.id = None
    return expectation


def _listed(bench: Bench, question: Question) -> list[int]:
    """The failing records that the caps leave, in order."""
    failing, record_ids = sorted(bench.failing_records(question)), bench.records[question[1]]
    by_document: Counter[str] = Counter()
    listed = []
    for record in failing:
        document = bench.form_of(record_ids[record]).document_id
        by_document[document] += 1
        if by_document[document] <= LISTED_IN_DOCUMENT:
            listed.append(record)
    if len(listed[:LISTED_IN_BATCH]) < len(failing):
        log.warning(
            "%s: %d of %d findings are listed",
            question[0],
            len(listed[:LISTED_IN_BATCH]),
            len(failing),
        )
    return listed[:LISTED_IN_BATCH]
