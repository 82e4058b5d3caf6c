"""Tables of a batch taken apart by document, so that each can be kept once: rows, a digest of them, and the series of its forms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from selfeval.core import paths
from selfeval.core.fields import field_at
from selfeval.core.filings import project_key
from selfeval.core.paths import document_of, short_id
from selfeval.records.store.first_columns import FIRST_COLUMNS
from selfeval.records.tables.columns import COLUMNS, to_lists

if TYPE_CHECKING:
    from pandas import DataFrame

    from selfeval.records.tables.build import Tables

Row = dict[str, Any]


@dataclass
class DocumentReading:
    """What the tables say about one document: its row of `documents`, and its rows of the other tables."""

    document: Row
    rows: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def document_id(self) -> str:
        return str(self.document["document_id"])

    @property
    def extraction_id(self) -> str:
        """Made from all that was read. The file's name is no part of it: the same bytes under another name are the same reading."""
        rows = {
            name: [_content(name, row) for row in rows]
            for name, rows in self.rows.items()
            if rows or name in FIRST_COLUMNS
        }
        return digest([self.document_id, _content("documents", self.document), rows])

    def has(self, form: str, path: str) -> bool:
        """Whether the form has the row that a PATH of one value stands in."""
        return self._row(form, path) is not None

    def text(self, form: str, path: str) -> str | None:
        """What is kept at a PATH of the form; for a row, a block or a pattern the texts of all values that it holds, one a line."""
        field, row = field_at(path), self._row(form, path)
        if field is not None and row is not None:
            value = row[field.column]
            return value if value is None else str(value)
        inside = (one["text"] for one in self.cells(form) if paths.covers(path, one["path"]))
        return "\n".join(text for text in inside if text is not None)

    def place(self, form: str, path: str) -> str | None:
        """Page and box of the first part of a value, as `decisions` keep it."""
        found = (one for one in self.cells(form) if one["path"] == path and one["page"] is not None)
        first = next(found, None)
        if first is None:
            return None
        box = (f"{first[name]:.2f}" for name in ("x0", "top", "x1", "bottom"))
        return " ".join((str(first["page"]), *box))

    def cells(self, form: str) -> Iterator[Row]:
        """The printed cells of a form."""
        return (row for row in self.rows["cells"] if row["form_id"] == form)

    def _row(self, form: str, path: str) -> Row | None:
        block, position, _ = paths.parts_of(path)
        if position is None:
            return next((row for row in self.rows["forms"] if row["form_id"] == form), None)
        wanted = paths.record_id(form, paths.row_path(block or "", position))
        rows = self.rows.get(block or "", [])
        return next((row for row in rows if row["record_id"] == wanted), None)


def readings(tables: Tables) -> Iterator[DocumentReading]:
    """The documents of a batch in their order."""
    parts = {
        name: grouped(name, frame, "document_id" if name == "skipped" else "form_id")
        for name, frame in tables.items()
        if name not in ("documents", "findings")
    }
    for rows in grouped("documents", tables.documents, key="document_id").values():
        own = short_id(rows[0]["document_id"])
        yield DocumentReading(
            rows[0], {name: groups.get(own, []) for name, groups in parts.items()}
        )


def grouped(table: str, frame: DataFrame, key: str = "form_id") -> dict[str, list[Row]]:
    """Rows of a frame by the short id of the document that they belong to; `key` is the column that says which."""
    return group_rows(frame, tuple(COLUMNS[table]), key)


def group_rows(
    frame: DataFrame, names: tuple[str, ...], key: str = "form_id"
) -> dict[str, list[Row]]:
    return {
        document: [dict(zip(names, row, strict=True)) for row in rows]
        for document, rows in group_values(frame, names, key).items()
    }


def group_values(
    frame: DataFrame, names: tuple[str, ...], key: str = "form_id"
) -> dict[str, list[tuple[Any, ...]]]:
    """The same with the values of each row alone, in the order of `names`: a third of the memory, for the largest tables."""
    groups: dict[str, list[tuple[Any, ...]]] = {}
    at = names.index(key)
    short = short_id if key == "document_id" else document_of
    for values in zip(*to_lists(frame, names).values(), strict=True):
        groups.setdefault(short(values[at]), []).append(values)
    return groups


def digest(content: Any) -> str:
    """32 hexadecimal digits that stand for plain content with Decimals in it."""
    text = json.dumps(
        content, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str
    )
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def series_id(form: Mapping[str, Any]) -> str:
    """The same for every filing of one project of one unit for one year (`core.filings`). A form that does not say which project or whose
    it is makes a series of its own."""
    key = project_key(form["unit"], form["authority"], form["project_name"])
    return digest(["form", form["form_id"]] if key is None else [form["year"], *key])


def _content(table: str, row: Row) -> list[Any]:
    """What a row says. A column that came after the first schema counts where something is printed, so that the same reading is the same
    whether it was kept before the column was there or after."""
    first = FIRST_COLUMNS.get(table, ())
    later = [[name, row[name]] for name in row if name not in first and row[name] is not None]
    named = [pair for pair in later if pair[0] != "document"]
    return [row[name] for name in first] + named
