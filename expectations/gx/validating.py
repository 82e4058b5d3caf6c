"""All suites over the frames of a batch, counted by Great Expectations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.expectations.gx.suites import SUITES_DIR, load_suites
from selfeval.expectations.judging import TABLES, Judgement

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One suite over one table: `result` and its `identifier` as Great Expectations gives them."""

    suite: str
    table: str
    identifier: Any
    result: Any


@dataclass(frozen=True, slots=True)
class BatchRun:
    """All suites over all tables of a batch. `context` and `checkpoints` (by table) are Great Expectations' own, for Data Docs."""

    judgement: Judgement
    context: Any
    runs: list[SuiteRun]
    checkpoints: dict[str, Any]


class SuiteRunner:
    """All suites, read once, for one batch after the other of the same `run`."""

    def __init__(self, folder: Path = SUITES_DIR, run: str = "audit") -> None:
        from great_expectations.core import RunIdentifier

        self.folder, self.context = folder, quiet_context()
        # without a time it would read one from the name
        self._run_id = RunIdentifier(run, datetime.now(UTC))
        self._source = self.context.data_sources.add_or_update_pandas("batch")
        self._prepared: dict[str, Any] = {}

    def run(self, judgement: Judgement, frames: Mapping[str, pd.DataFrame]) -> BatchRun:
        """The suites over `frames` by table, whose records `judgement` is about; one checkpoint a table. The judgement is remembered as that
        of the frames, so that nothing is judged twice: these need the keys of their records only."""
        from selfeval.expectations.gx.judged import remember

        done = BatchRun(judgement, self.context, [], {})
        for table in TABLES:
            frame = frames[table]
            remember(frame, table, judgement)
            outcome = self._checkpoint(table).run(
                batch_parameters={"dataframe": frame}, run_id=self._run_id
            )
            done.checkpoints[table] = outcome
            for identifier, counted in outcome.run_results.items():
                # what the context kept of it would outlive the batch; Data Docs are given what they show
                self.context.validation_results_store.remove_key(identifier)
                suite = counted.suite_name.removesuffix(f".{table}")
                done.runs.append(SuiteRun(suite, table, identifier, counted))
        return done

    def _checkpoint(self, table: str) -> Any:
        if table not in self._prepared:
            asset = self._source.add_dataframe_asset(table)
            batches = asset.add_batch_definition_whole_dataframe("all")
            suites = load_suites(table, self.folder)
            self._prepared[table] = checkpoint(self.context, table, batches, suites)
        return self._prepared[table]


def checkpoint(context: Any, table: str, batches: Any, suites: list[Any]) -> Any:
    """A checkpoint of `context` that runs these suites over the batches of a table."""
    from great_expectations import Checkpoint, ValidationDefinition

    definitions = [
        context.validation_definitions.add(
            ValidationDefinition(name=suite.name, data=batches, suite=context.suites.add(suite))
        )
        for suite in suites
    ]
    made = Checkpoint(
        name=table,
        validation_definitions=definitions,
        result_format={"result_format": "SUMMARY", "partial_unexpected_count": 0},
    )
    return context.checkpoints.add(made)


def quiet_context() -> Any:
    """An ephemeral context without analytics and progress bars."""
    import great_expectations

    return silenced(great_expectations.get_context(mode="ephemeral"))


def silenced(context: Any) -> Any:
    """The context without analytics and progress bars."""
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.enable_analytics(False)
    return context
