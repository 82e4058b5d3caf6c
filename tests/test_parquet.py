"""The Parquet files: exact, the same every time, and readable by DuckDB."""

from __future__ import annotations

import hashlib
import stat
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from selfeval.extractors.model import Fund
from selfeval.records.tables.build import Tables, build
from selfeval.records.tables.columns import COLUMNS
from selfeval.records.tables.parquet import export
from tests.documents import GOLDEN, form, golden, ok

VERDICTS = pd.DataFrame(
    [("a-1", "scores-sum", None, "pass", "", 3)],
    columns=["form_id", "rule", "subject", "verdict", "why", "records"],
)


def test_duckdb_reads_every_row_and_adds_amounts_exactly(published: Tables, tmp_path: Path) -> None:
    export(published, tmp_path, VERDICTS)
    for name, table in published.items():
        answer = duckdb.sql(f"SELECT * FROM '{tmp_path}/{name}.parquet'")
        assert answer.columns == list(COLUMNS[name])
        assert len(answer.fetchall()) == len(table)
    total = duckdb.sql(
        f"SELECT sum(executed_value) FROM '{tmp_path}/funds.parquet' WHERE is_total_row"
    ).fetchall()[0]
    expected = sum(
        value
        for value in published.funds.loc[published.funds["is_total_row"], "executed_value"]
        if value is not None
    )
    assert total == (expected,)
    assert duckdb.sql(f"SELECT records FROM '{tmp_path}/verdicts.parquet'").fetchall() == [(3,)]


@pytest.mark.parametrize("number", ["0.1", "999999999999.999999999", "0.000000001", "-5.8"])
@pytest.mark.parametrize(("unit", "form_unit"), [("", "万元"), ("亿元", "元"), ("元", "亿元")])
def test_the_longest_number_in_the_farthest_unit_fits_its_column(
    number: str, unit: str, form_unit: str, tmp_path: Path
) -> None:
    tables = build([ok("a.pdf", form(amount_unit=form_unit, funds=(Fund("总额", number + unit),)))])
    export(tables, tmp_path)
    kept = duckdb.sql(
        f"SELECT initial_value, initial_half FROM '{tmp_path}/funds.parquet'"
    ).fetchall()[0]
    row = tables.funds.iloc[0]
    assert kept == (row["initial_value"], row["initial_half"])
    assert isinstance(row["initial_value"], Decimal)


def test_the_same_tables_give_the_same_bytes_and_leave_the_files_alone(
    published: Tables, tmp_path: Path
) -> None:
    first = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in export(published, tmp_path / "a")
    }
    again = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in export(build([golden(path) for path in GOLDEN]), tmp_path / "b")
    }
    assert first == again
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "a").iterdir()}
    export(published, tmp_path / "a")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "a").iterdir()} == before


def test_empty_tables_are_files_with_columns(tmp_path: Path) -> None:
    export(build([]), tmp_path)
    answer = duckdb.sql(f"SELECT * FROM '{tmp_path}/findings.parquet'")
    assert answer.columns == list(COLUMNS["findings"])
    assert answer.fetchall() == []


def test_the_files_are_for_their_owner_only(published: Tables, tmp_path: Path) -> None:
    paths = export(published, tmp_path / "parquet")
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    assert stat.S_IMODE((tmp_path / "parquet").stat().st_mode) == 0o700
    assert sorted(path.name for path in (tmp_path / "parquet").iterdir()) == sorted(
        path.name for path in paths
    )
