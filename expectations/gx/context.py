"""A Great Expectations project over a workspace: its judged tables as data sources, the suites, a checkpoint a table."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from selfeval.expectations.gx.suites import load_suites
from selfeval.expectations.gx.validating import checkpoint, silenced
from selfeval.expectations.judging import TABLES

#: The data source of the judged tables, and what of a project is written anew each time: results and their pages stay.
SOURCE = "judged"
_OURS = ("checkpoints", "expectations", "validation_definitions")


def context(workspace: Path | str) -> Any:
    """A file context in WORKSPACE/gx: the data source `judged` with the assets forms, funds and indicators (parquet/judged), every suite, and
    the checkpoints forms, funds and indicators, whose results it keeps.

    Raises FileNotFoundError where the workspace has no judged tables: there was no run yet."""
    import great_expectations

    root = Path(workspace).resolve()
    judged = root / "parquet" / "judged"
    if not judged.is_dir():
        raise FileNotFoundError(f"{judged} does not exist: run the workspace first")
    for name in _OURS:
        shutil.rmtree(root / "gx" / name, ignore_errors=True)
    made = silenced(great_expectations.get_context(mode="file", project_root_dir=root))
    source = made.data_sources.add_or_update_pandas_filesystem(SOURCE, base_directory=judged)
    for table in TABLES:
        asset = source.add_parquet_asset(table)
        batches = asset.add_batch_definition_path(table, path=f"{table}.parquet")
        checkpoint(made, table, batches, load_suites(table))
    return made
