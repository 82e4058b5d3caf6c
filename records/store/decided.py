"""What people decided, put into what was read: the one place where a decision acts on values.

A decision is about a printed cell. It is found again by its PATH where the cell stands at the same place on the page, else by that place: a
better reader may count rows otherwise. What a merged cell spans is decided together. A cell that is not found again is told as a doubt; a
correction is never put where it was not meant.

The value is parsed anew by the code that parses what was read, so tables, numbers and flags follow. A cell keeps who decided on it
(`decided_by`) and, where the text changed, what was read (`reading`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from selfeval.core import paths
from selfeval.core.fields import HEADER, ROWS, TOTAL, Field, field_at
from selfeval.extractors.model import Form, Fund, Indicator, Task, Total
from selfeval.records.store.decisions import OF_VALUES, DecisionRow
from selfeval.records.store.readings import DocumentReading, Row
from selfeval.records.tables.build import block_rows

_PARTS = {"funds": Fund, "indicators": Indicator, "tasks": Task}
#: points: how much of the smaller box two readings of one cell have in common at least.
_SHARED = 0.5
_BOX = ("x0", "top", "x1", "bottom")

Box = tuple[int, float, float, float, float]


def decided(reading: DocumentReading, standing: Iterable[DecisionRow]) -> DocumentReading:
    """The reading with what stands decided about its values; the same one where nothing is."""
    by_form: dict[int, list[DecisionRow]] = {}
    for one in standing:
        if one.kind in OF_VALUES and one.document_id == reading.document_id:
            by_form.setdefault(one.form or 0, []).append(one)
    if not by_form:
        return reading
    rows = {name: [dict(row) for row in table] for name, table in reading.rows.items()}
    changed = DocumentReading(reading.document, rows)
    for head in rows["forms"]:
        if made := by_form.get(head["form"]):
            _Form(changed, head["form_id"]).decide(sorted(made, key=lambda one: one.number))
    return changed


class _Form:
    """One form of a reading that is being changed."""

    def __init__(self, reading: DocumentReading, form_id: str) -> None:
        self.reading, self.form_id = reading, form_id
        self.cells: list[Row] = list(reading.cells(form_id))

    def decide(self, made: Sequence[DecisionRow]) -> None:
        placed = [(one, self._where(one)) for one in made]
        texts: dict[str, str | None] = {}
        for one, where in placed:
            if where is None:
                self._doubt(one.path or "", _LOST.format(number=one.number))
            elif one.kind == "unreadable":
                for path in where or [one.path or ""]:
                    self._doubt(path, _UNREADABLE.format(by=one.by), one.by)
            else:
                self._settle(one, where, texts)
        cells = self.reading.rows["cells"]
        at = next((n for n, row in enumerate(cells) if row["form_id"] == self.form_id), len(cells))
        others = [row for row in cells if row["form_id"] != self.form_id]
        self.reading.rows["cells"] = others[:at] + self.cells + others[at:]
        if texts:
            _rewrite(self.reading, self.form_id, texts)

    def _where(self, one: DecisionRow) -> list[str] | None:
        """The PATHs that a decision is about in this reading; [] where the doubt that it is about is no more, None where it is lost."""
        path = one.path or ""
        field = field_at(path)
        if field is None:
            if not any(row["path"] == path for row in self.cells):
                return []
            same = (self.reading.text(self.form_id, path) or "") == (one.reading or "")
            return [path] if same else None
        if one.place is None:
            same = self.reading.text(self.form_id, path) == one.reading
            return [path] if same and self.reading.has(self.form_id, path) else None
        return self._printed_at(path, field, _box_of(one.place))

    def _printed_at(self, path: str, field: Field, place: Box) -> list[str] | None:
        """The PATHs of a field in the cell at this place."""
        first = {
            row["path"]: box
            for row in self.cells
            if row["part"] == 0 and field_at(row["path"]) is field and (box := _box(row))
        }
        near = [one for one, box in first.items() if _overlap(box, place) >= _SHARED]
        if not near:
            return None
        at = path if path in near else near[0]
        text = self.reading.text(self.form_id, at)
        return [
            one
            for one in near
            if first[one] == first[at] and self.reading.text(self.form_id, one) == text
        ]

    def _settle(self, one: DecisionRow, where: Sequence[str], texts: dict[str, str | None]) -> None:
        """Close the doubt; the values are certain, as corrected or as read."""
        for path in where:
            own = [row for row in self.cells if row["path"] == path]
            if field_at(path) is None:
                self._close(path, one.by)
                continue
            before = self.reading.text(self.form_id, path)
            after = one.reading if one.value is None else one.value
            self._narrow(path)
            if not own:
                own = [_bare_cell(self.form_id, path, before)]
                self.cells += own
            for row in own:
                row |= {"doubt": None, "confidence": 1.0, "decided_by": one.by}
                if after != before:
                    row |= {"text": after, "reading": before or ""}
            if after != before:
                texts[path] = after

    def _close(self, path: str, by: str) -> None:
        """Take away a doubt about a row, a column or something else than one value, and from all that it was about."""
        whys = {row["doubt"] for row in self.cells if row["path"] == path}
        for row in self.cells:
            if row["doubt"] in whys and paths.covers(path, row["path"]):
                row |= {"doubt": None, "confidence": 1.0, "decided_by": by}
        self.cells = [row for row in self.cells if row["path"] != path or row["page"] is not None]

    def _narrow(self, path: str) -> None:
        """Put what is doubted with the row or column of `path` on each of its other values, so that this one can be certain."""
        for wide in [row for row in self.cells if row["doubt"] and row["page"] is None]:
            over = wide["path"]
            if over == path or over in ROWS or not paths.covers(over, path):
                continue
            self.cells.remove(wide)
            known = {row["path"] for row in self.cells if row["doubt"] or row["decided_by"]}
            for other in self._values(over):
                if other not in known and other != path:
                    self._doubt(other, wide["doubt"], confidence=wide["confidence"])

    def _values(self, over: str) -> Iterable[str]:
        """The PATHs of the values that a row or a column has."""
        if over == "total":
            return [field.path for field in TOTAL if self.reading.text(self.form_id, field.path) is not None]  # fmt: skip
        found = []
        for block, of in ROWS.items():
            rows = [row for row in self.reading.rows[block] if row["form_id"] == self.form_id]
            every = (f"{row['subject']}/{field.name}" for row in rows for field in of)
            found += [path for path in every if paths.covers(over, path)]
        wanted = "*" in over
        return [path for path in found if wanted or self.reading.text(self.form_id, path) is not None]  # fmt: skip

    def _doubt(self, path: str, why: str, by: str | None = None, confidence: float = 0.0) -> None:
        own = [row for row in self.cells if row["path"] == path]
        if not own:
            own = [_bare_cell(self.form_id, path, self.reading.text(self.form_id, path))]
            self.cells += own
        for row in own:
            row |= {"doubt": why, "confidence": confidence, "decided_by": by}


_LOST = "第 {number} 条复核记录所指的单元格在这次读取中没有找到，请重新核对"
_UNREADABLE = "{by}核对原件，认为无法辨认"


def _bare_cell(form_id: str, path: str, text: str | None) -> Row:
    """A value that is printed nowhere that the reader could tell."""
    box = dict.fromkeys(("page", *_BOX))
    return {"form_id": form_id, "path": path, "text": text if field_at(path) else None, **box, "part": 0,
            "confidence": 1.0, "doubt": None, "decided_by": None, "reading": None, "engine": None}  # fmt: skip


def _box(row: Row) -> Box | None:
    if row["page"] is None:
        return None
    return row["page"], row["x0"], row["top"], row["x1"], row["bottom"]


def _box_of(place: str) -> Box:
    page, *box = place.split()
    x0, top, x1, bottom = map(float, box)
    return int(page), x0, top, x1, bottom


def _overlap(one: Box, other: Box) -> float:
    """What two boxes share, as a part of the smaller one; 0 on different pages."""
    (page, x0, top, x1, bottom), (page_of_other, a0, a1, b0, b1) = one, other
    if page != page_of_other:
        return 0.0
    wide, high = min(x1, b0) - max(x0, a0), min(bottom, b1) - max(top, a1)
    smaller = min((x1 - x0) * (bottom - top), (b0 - a0) * (b1 - a1))
    return wide * high / smaller if wide > 0 and high > 0 and smaller > 0 else 0.0


def form_of(reading: DocumentReading, form_id: str) -> Form:
    """A form as its rows keep it, without evidence and doubts."""
    head = next(row for row in reading.rows["forms"] if row["form_id"] == form_id)
    header: dict[str, Any] = {field.name: head[field.column] for field in HEADER}
    parts: dict[str, Any] = {
        block: tuple(
            _PARTS[block](**{field.name: row[field.column] for field in of})
            for row in reading.rows[block]
            if row["form_id"] == form_id
        )
        for block, of in ROWS.items()
    }
    total = Total(**{field.name: head[field.column] for field in TOTAL})
    return Form(**header, **parts, total=total, profile=head["profile"])


def _rewrite(reading: DocumentReading, form_id: str, texts: dict[str, str | None]) -> None:
    """Put texts at their PATHs, and what follows from them beside them."""
    form = form_of(reading, form_id)
    for path, text in texts.items():
        form = _with_text(form, path, text)
    head, lines = block_rows(form)
    for row in reading.rows["forms"]:
        if row["form_id"] == form_id:
            row |= head
    for block, made in lines.items():
        own = (row for row in reading.rows[block] if row["form_id"] == form_id)
        for row, new in zip(own, made, strict=True):
            row |= new


def _with_text(form: Form, path: str, text: str | None) -> Form:
    block, position, name = paths.parts_of(path)
    field, name = field_at(path), name or ""
    value: Any = int(text) if field is not None and field.kind == "year" and text else text
    change: dict[str, Any] = {name: value}
    if position is not None:
        rows = list(getattr(form, block or ""))
        rows[position] = replace(rows[position], **change)
        change = {block or "": tuple(rows)}
    elif block is not None:
        change = {block: replace(form.total, **change)}
    return replace(form, **change)
