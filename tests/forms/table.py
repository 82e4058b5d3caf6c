"""Truth and layout -> one ruled table: cells with the rows that they span and the share of the width that they take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.forms import words
from tests.forms.layout import Layout
from tests.forms.words import CAPTIONS

HEADER_TOTALS = ("自评得分", "自评总分")
WIDTHS = {
    "level1": 0.08,
    "level2": 0.11,
    "level3": 0.20,
    "target": 0.14,
    "sign": 0.06,
    "value": 0.1,
    "measure": 0.06,
    "actual": 0.14,
    "weight": 0.07,
    "score": 0.07,
    "explanation": 0.19,
    "extra": 0.1,
}
#: points that the level 1 column of a layout with narrow levels has beside one character
NARROW = 8.0


@dataclass(frozen=True, slots=True)
class Box:
    """One cell: rows `row` to `row + span - 1`, from `x0` to `x1` of the table's width (0 to 1).

    `kind` is "caption", "value", "label" (a merged level or side label) or "shared" (a merged value);
    `paths` are the values of the form that stand in it."""

    row: int
    span: int
    x0: float
    x1: float
    text: str
    kind: str = "value"
    centred: bool = True
    paths: tuple[str, ...] = ()


@dataclass(slots=True)
class Table:
    """Cells from top to bottom; `header` is the row of the indicators' captions."""

    boxes: list[Box] = field(default_factory=list)
    rows: int = 0
    header: int | None = None

    def add(
        self,
        x0: float,
        x1: float,
        text: str | None,
        kind: str = "value",
        *paths: str,
        row: int | None = None,
        span: int = 1,
        centred: bool = True,
    ) -> None:
        self.boxes.append(
            Box(self.rows if row is None else row, span, x0, x1, text or "", kind, centred, paths)
        )


class Captions:
    """The wording of each caption, chosen once a form."""

    def __init__(self, layout: Layout) -> None:
        seed, rng = layout.captions, Random(layout.captions)
        self._chosen = {
            key: variants[0] if seed == 0 else rng.choice(variants)
            for key, variants in CAPTIONS.items()
        }
        if layout.spaced_captions:
            self._chosen |= {
                key: "\u3000".join(text) for key, text in self._chosen.items() if len(text) <= 4
            }

    def __getitem__(self, key: str) -> str:
        return self._chosen[key]


def build(form: dict[str, Any], layout: Layout) -> Table:
    """The whole table of a form, in the order header, funds, goals, indicators, total."""
    table, captions = Table(), Captions(layout)
    _header(table, form, layout, captions)
    _funds(table, form, captions)
    if form.get("goal_expected") is not None:
        _goals(table, form, captions)
    _indicators(table, form, layout, captions)
    for caption, text in words.CLOSING if layout.closing else ():
        table.add(0, 0.18, caption, "caption")
        table.add(0.18, 1, text, centred=False)
        table.rows += 1
    return table


def _header(table: Table, form: dict[str, Any], layout: Layout, captions: Captions) -> None:
    fields = (
        [["project_name"], ["authority"], ["unit"]]
        if layout.unit_alone
        else [["project_name"], ["authority", "unit"]]
    )
    if "leader" in form:
        fields.append(["leader", "phone"])
    for row in fields:
        half = 1 / len(row)
        for number, key in enumerate(row):
            start = number * half
            table.add(start, start + 0.18, captions[key], "caption")
            table.add(start + 0.18, start + half, form[key], "value", key, centred=False)
        table.rows += 1
    for row in words.EXTRA_HEADER if layout.extra_header else ():
        for number, text in enumerate(row):
            table.add(
                (0, 0.18, 0.5, 0.68)[number],
                (0.18, 0.5, 0.68, 1)[number],
                text,
                "value" if number % 2 else "caption",
                centred=not number % 2,
            )
        table.rows += 1
    total = form["total"]
    if total and total["label"] in HEADER_TOTALS:
        table.add(0, 0.18, total["label"], "caption")
        table.add(0.18, 1, total["score"], "value", "total/score", centred=False)
        table.rows += 1


def _funds(table: Table, form: dict[str, Any], captions: Captions) -> None:
    rows = form["funds"]
    columns = [
        key
        for key in ("initial", "budget", "executed", "weight", "rate", "score")
        if rows[0][key] is not None
    ]
    width = 0.68 / len(columns)
    table.add(
        0,
        0.12,
        captions["funds"].format(unit=form["amount_unit"]),
        "label",
        "amount_unit",
        span=len(rows) + 1,
    )
    table.add(0.12, 0.32, "", "caption")
    for number, key in enumerate(columns):
        caption = captions[{"weight": "fund_weight", "score": "fund_score"}.get(key, key)]
        table.add(0.32 + number * width, 0.32 + (number + 1) * width, caption, "caption")
    table.rows += 1
    for index, row in enumerate(rows):
        table.add(0.12, 0.32, row["label"], "value", f"funds/{index}/label", centred=False)
        for number, key in enumerate(columns):
            table.add(
                0.32 + number * width,
                0.32 + (number + 1) * width,
                row[key],
                "value",
                f"funds/{index}/{key}",
            )
        table.rows += 1


def _goals(table: Table, form: dict[str, Any], captions: Captions) -> None:
    table.add(0, 0.08, captions["goals"], "label", span=2)
    table.add(0.08, 0.54, captions["goal_expected"], "caption")
    table.add(0.54, 1, captions["goal_actual"], "caption")
    table.rows += 1
    table.add(0.08, 0.54, form["goal_expected"], "value", "goal_expected", centred=False)
    table.add(0.54, 1, form["goal_actual"], "value", "goal_actual", centred=False)
    table.rows += 1


def _columns(form: dict[str, Any], layout: Layout) -> list[tuple[str, str]]:
    """Key in the truth and caption key of each column of the indicators, in printed order."""
    first = form["indicators"][0]
    three = "target_value" in first
    target = (
        [("op", "sign"), ("target_value", "value"), ("target_unit", "measure")]
        if three
        else [("target", "target")]
    )
    columns = [
        ("level1", "level1"),
        ("level2", "level2"),
        ("level3", "level3"),
        *target,
        ("actual", "actual"),
        ("weight", "weight"),
        ("score", "score"),
        ("explanation", "explanation"),
    ]
    columns = [
        column for column in columns if column[0] not in first or first[column[0]] is not None
    ]
    if layout.weight_first and ("weight", "weight") in columns:
        columns.remove(("weight", "weight"))
        columns.insert(3, ("weight", "weight"))
    if layout.extra_column:
        columns.insert(3 if layout.extra_column == "before" else len(columns), ("extra", "extra"))
    return columns


def _indicators(table: Table, form: dict[str, Any], layout: Layout, captions: Captions) -> None:
    columns, rows, total = _columns(form, layout), form["indicators"], form["total"]
    left = 0.06 if layout.side_labels else 0.0
    widths = WIDTHS | (
        {"level1": (layout.type_size + NARROW) / layout.sheet * 1.3} if layout.narrow_levels else {}
    )
    scale = (1 - left) / sum(widths[caption] for _, caption in columns)
    edges = [left]
    for _, caption in columns:
        edges.append(edges[-1] + widths[caption] * scale)
    edges[-1] = 1.0
    if left:
        table.add(0, left, captions["indicators"], "label", span=len(rows) + 1)
    table.header = table.rows
    for number, (_, caption) in enumerate(columns):
        text = (
            words.EXTRA_COLUMNS[layout.captions % len(words.EXTRA_COLUMNS)]
            if caption == "extra"
            else captions[caption]
        )
        table.add(edges[number], edges[number + 1], text, "caption")
    top = table.rows + 1
    for number, (key, _) in enumerate(columns):
        if key == "extra":
            for row in range(len(rows)):
                text = (
                    words.EXTRA_TEXTS[(row + len(rows)) % len(words.EXTRA_TEXTS)]
                    if rows[row]["target"]
                    else ""
                )
                table.add(edges[number], edges[number + 1], text, row=top + row, centred=False)
            continue
        for start, span in _runs(rows, key):
            kind = "label" if key in ("level1", "level2") else "shared" if span > 1 else "value"
            name = "target" if key in ("op", "target_value", "target_unit") else key
            paths = tuple(f"indicators/{index}/{name}" for index in range(start, start + span))
            table.add(
                edges[number],
                edges[number + 1],
                rows[start][key],
                kind,
                *paths,
                row=top + start,
                span=span,
                centred=key not in ("level3", "target", "actual", "explanation"),
            )
    table.rows = top + len(rows)
    if total and total["label"] not in HEADER_TOTALS:
        _total(table, total, columns, edges)


def _runs(rows: Sequence[dict[str, Any]], key: str) -> Iterator[tuple[int, int]]:
    """(first row, rows) of each cell of a column: equal levels are one cell, other values where the truth says so."""

    def same(above: dict[str, Any], row: dict[str, Any]) -> bool:
        if key == "level1":
            return above["level1"] == row["level1"]
        if key == "level2":
            return (above["level1"], above["level2"]) == (row["level1"], row["level2"])
        group = f"{key}_group"
        return group in row and above.get(group) == row[group]

    start = 0
    for number in range(1, len(rows) + 1):
        if number == len(rows) or not same(rows[number - 1], rows[number]):
            yield start, number - start
            start = number


def _total(
    table: Table, total: dict[str, Any], columns: list[tuple[str, str]], edges: list[float]
) -> None:
    keys = [key for key, _ in columns]
    first = min(keys.index(key) for key in ("weight", "score") if key in keys)
    table.add(0, edges[first], total["label"], "caption", "total/label")
    for number in range(first, len(keys)):
        key = keys[number]
        printed = key in ("weight", "score")
        table.add(
            edges[number],
            edges[number + 1],
            total[key] if printed else "",
            "value",
            *([f"total/{key}"] if printed else []),
        )
    table.rows += 1
