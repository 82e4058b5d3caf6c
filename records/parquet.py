"""The tables as Parquet, one file a table, for DuckDB, pandas and whatever else reads it. The same tables give the same bytes.

Decimals are DECIMAL(38, 18), which holds every printed number in every money unit (see `numbers.MAX_INTEGER_DIGITS`)."""
from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from records.columns import COLUMNS, to_lists
from records.schema_sql import VERDICT_COLUMNS

if TYPE_CHECKING:
    from pandas import DataFrame

    from records.tables import Tables

PRECISION, SCALE = 38, 18
_PRIVATE_FILE = 0o600


def export(tables: Tables, folder: Path, verdicts: DataFrame | None = None) -> list[Path]:
    """Write `TABLE.parquet` for each table into `folder`, made if need be, and return the paths. A file is replaced whole or not at all,
    and left alone where it holds the same already. OSError: cannot be written."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    paths = [_write(folder / f"{name}.parquet", frame, COLUMNS[name]) for name, frame in tables.items()]
    return paths if verdicts is None else [*paths, _write(folder / "verdicts.parquet", verdicts, VERDICT_COLUMNS)]


def _write(path: Path, frame: DataFrame, kinds: dict[str, str]) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types: dict[str, Any] = {"text": pa.string(), "decimal": pa.decimal128(PRECISION, SCALE), "count": pa.int64(), "number": pa.int64(),
                             "flag": pa.bool_(), "point": pa.float64()}  # fmt: skip
    lists = to_lists(frame, kinds)
    table = pa.table({name: pa.array(lists[name], type=types[kind]) for name, kind in kinds.items()})
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd", store_schema=False)
    content = buffer.getvalue().to_pybytes()
    if path.is_file() and path.read_bytes() == content:
        return path
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE), "wb") as file:
        file.write(content)
    draft.replace(path)
    return path
