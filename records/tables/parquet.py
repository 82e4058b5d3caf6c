"""The tables as Parquet, one file a table, for DuckDB, pandas and whatever else reads it. The same tables give the same bytes.

Decimals are DECIMAL(38, 18), which holds every printed number in every money unit (see `numbers.MAX_INTEGER_DIGITS`)."""

from __future__ import annotations

import filecmp
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.records.store.schema_sql import DECISION_COLUMNS, VERDICT_COLUMNS
from selfeval.records.tables.columns import COLUMNS, to_lists

if TYPE_CHECKING:
    from pandas import DataFrame

    from selfeval.records.store.decisions import DecisionRow
    from selfeval.records.tables.build import Tables

PRECISION, SCALE = 38, 18
_PRIVATE_FILE = 0o600


def export(tables: Tables, folder: Path, verdicts: DataFrame | None = None) -> list[Path]:
    """Write `TABLE.parquet` for each table into `folder` and return the paths; see `Export`."""
    with Export(
        folder, {**COLUMNS, **({} if verdicts is None else {"verdicts": VERDICT_COLUMNS})}
    ) as files:
        files.add(tables, verdicts)
    return files.paths


def export_decisions(folder: Path, made: Iterable[DecisionRow]) -> Path:
    """Write `decisions.parquet`; what people decided, in order."""
    rows = [asdict(one) for one in made]
    file = ParquetFile(folder / "decisions.parquet", arrow_schema(DECISION_COLUMNS))
    kept = False
    try:
        file.add({name: [row[name] for row in rows] for name in DECISION_COLUMNS})
        kept = True
    finally:
        file.close(kept)
    return file.path


class Export:
    """The files of a folder, made if need be, written batch by batch. At the end each is replaced whole, or left alone where it holds the
    same already; where the caller fails, all stay as they were. OSError: cannot be written."""

    def __init__(self, folder: Path, columns: dict[str, dict[str, str]] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._columns = columns or {**COLUMNS, "verdicts": VERDICT_COLUMNS}
        self.files = {
            name: ParquetFile(folder / f"{name}.parquet", arrow_schema(kinds))
            for name, kinds in self._columns.items()
        }

    @property
    def paths(self) -> list[Path]:
        return [file.path for file in self.files.values()]

    def __enter__(self) -> Export:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for file in self.files.values():
            file.close(keep=kind is None)

    def add(self, tables: Tables, verdicts: DataFrame | None = None) -> None:
        """One more batch: a row group in each file."""
        for name, frame in tables.items():
            self._add(name, frame)
        if verdicts is not None:
            self._add("verdicts", verdicts)

    def _add(self, name: str, frame: DataFrame) -> None:
        self.files[name].add(to_lists(frame, self._columns[name]))


def arrow_types() -> dict[str, Any]:
    """The Arrow type of each kind of column."""
    import pyarrow as pa

    return {"text": pa.string(), "decimal": pa.decimal128(PRECISION, SCALE), "count": pa.int64(), "number": pa.int64(),
            "flag": pa.bool_(), "point": pa.float64()}  # fmt: skip


def arrow_schema(kinds: dict[str, str]) -> Any:
    """The Arrow schema of columns of these kinds."""
    import pyarrow as pa

    types = arrow_types()
    return pa.schema([(name, types[kind]) for name, kind in kinds.items()])


class ParquetFile:
    """One file of an Arrow schema while it is written: a draft beside it, which `close` puts in its place."""

    def __init__(self, path: Path, schema: Any) -> None:
        import pyarrow.parquet as pq

        self.path, self._schema, self.groups = path, schema, 0
        self._former: Any = None
        self._draft = path.with_name(f".{path.name}.{os.getpid()}")
        self._sink = os.fdopen(
            os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE), "wb"
        )
        self._writer = pq.ParquetWriter(
            self._sink, self._schema, compression="zstd", store_schema=False
        )

    def add(self, lists: Mapping[str, Sequence[Any]]) -> None:
        """One more row group, from a list a column; none where there are no rows."""
        import pyarrow as pa

        if len(lists[self._schema.names[0]]):
            arrays = {
                field.name: pa.array(lists[field.name], type=field.type) for field in self._schema
            }
            self._writer.write_table(pa.table(arrays, schema=self._schema))
            self.groups += 1

    def copy(self, group: int) -> None:
        """One more row group: that one of the file as it is."""
        import pyarrow.parquet as pq

        if self._former is None:
            self._former = pq.ParquetFile(self.path)
        self._writer.write_table(self._former.read_row_group(group).cast(self._schema))
        self.groups += 1

    def close(self, keep: bool) -> None:
        if self._former is not None:
            self._former.close()
        try:
            if keep:
                self._writer.close()
        finally:
            self._sink.close()
        if keep and not (
            self.path.is_file() and filecmp.cmp(self._draft, self.path, shallow=False)
        ):
            self._draft.replace(self.path)
        else:
            self._draft.unlink()
