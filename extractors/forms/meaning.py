"""What an unknown caption means: by its words, by what stands under it, and by the arithmetic of the form.

A column is read only where two of these signs agree, and then with a doubt at its field. Otherwise it stays a column of its own,
and the fields that it may hold are open: nothing is said of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from selfeval.core import fields
from selfeval.core.numbers import parse_number
from selfeval.extractors.forms.draft import SURE
from selfeval.extractors.forms.layout import UNKNOWN, Column, Zone
from selfeval.extractors.forms.levels import is_level_name
from selfeval.extractors.forms.words import WORDS, by_words
from selfeval.extractors.grids.stitch import Box

#: confidence in a column that two signs place, and in a field that an unread column may hold
PLACED, OPEN = 0.6, 0.0
#: share of the width by which a cell's edges may differ from its column's
SAME_EDGE = 0.02
#: share of the cells of a column that must bear a sign
MOST = 0.6
#: signs against a field: the arithmetic of the form, which may itself be wrong, so that the field stays open; or what stands there
AGAINST, NEVER = -1, -2
#: totals of weights that forms print, with and without the points of the execution
TOTALS = tuple(map(Decimal, (100, 90, 80, 95, 85)))

_COMPARED = re.compile(r"[≥≤≧≦><＞＜=＝﹦]|不低于|不少于|不高于|不超过|以上|以内|达到")
_QUANTITY = re.compile(r"\d")
_PERCENT = re.compile(r"^\d+(\.\d+)?\s*[%％]$")


class ColumnTexts:
    """The texts of each column of a zone by row: a merged cell stands in the first row that it covers."""

    def __init__(self, zone: Zone, rows: Sequence[Sequence[Box]]) -> None:
        self._rows = rows
        self._span = range(zone.first, zone.end)
        self._doubtable = range(zone.above, zone.end)

    def doubted(self, column: Column) -> bool:
        """Whether a caption or a cell of a column was not read with certainty."""
        return any(
            b.confidence < SURE
            for row in self._doubtable
            for b in self._rows[row]
            if abs(b.left - column.left) <= SAME_EDGE and abs(b.right - column.right) <= SAME_EDGE
        )

    def of(self, column: Column | None) -> dict[int, str]:
        """The texts under a column by row, of cells that are as wide as it."""
        if column is None:
            return {}
        return {
            row: b.text
            for row in self._span
            for b in self._rows[row]
            if b.first == row
            and abs(b.left - column.left) <= SAME_EDGE
            and abs(b.right - column.right) <= SAME_EDGE
        }

    def numbers(self, column: Column | None) -> dict[int, Decimal]:
        """The numbers under a column by row; a cell that is no number has none."""
        found = {row: number(text) for row, text in self.of(column).items()}
        return {row: value for row, value in found.items() if value is not None}


def number(text: str) -> Decimal | None:
    """The value of a printed number, whatever its unit; None for every other text."""
    printed = parse_number(text)
    return printed.value if printed is not None else None


def assign(zone: Zone, rows: Sequence[Sequence[Box]]) -> None:
    """Give the columns of a zone whose captions no map knows the fields that they mean, and note which fields stay open."""
    unknown = [c for c in zone.others if c.field == UNKNOWN and c.caption]
    if not any(c.field == UNKNOWN for c in zone.others):
        return
    cells = ColumnTexts(zone, rows)
    for column in unknown:
        if field := _meant(zone, column, cells):
            _place(zone, column, field)
    if zone.name == "indicators" and not any(zone.column(name) for name in _LEVELS):
        _name_by_place(zone, cells)
    unread = [c for c in zone.others if c.field == UNKNOWN]
    meant = [c for c in zone.columns if c.doubt]  # read, but it may be another field's
    for column in (*unread, *meant):
        if column.caption or any(cells.of(column).values()):
            for name in _missing(zone):
                if cells.doubted(column) or _JUDGES[zone.name](name, column, zone, cells) > NEVER:
                    zone.open.setdefault(name, []).append(column.path)


def _missing(zone: Zone) -> list[str]:
    """The fields that a zone has no column of. A target may be printed in several."""
    names = [name for name, _ in WORDS[zone.name]]
    return [name for name in names if name == "target_part" or zone.column(name) is None]


def _meant(zone: Zone, column: Column, cells: ColumnTexts) -> str | None:
    """The field on which two signs of a column agree, where they agree on no other as well."""
    words = dict(by_words(zone.name, column.path) or by_words(zone.name, column.caption))
    signs = {f: _JUDGES[zone.name](f, column, zone, cells) for f in _missing(zone)}
    best = sorted(
        (f for f, sign in signs.items() if _agree(words.get(f, 0), sign)),
        key=lambda f: -(words.get(f, 0) + signs[f]),
    )
    return None if not best or _tie(best[:2], words, signs) else best[0]


def _name_by_place(zone: Zone, cells: ColumnTexts) -> None:
    """Without any column of levels the leftmost one of words holds the names of the indicators."""
    for column in sorted(zone.others, key=lambda c: c.left):
        texts = [text for text in cells.of(column).values() if text.strip()]
        if (
            column.field == UNKNOWN
            and texts
            and not any(number(text) is not None for text in texts)
        ):
            _place(zone, column, "level3")
            return


def _agree(words: int, sign: int) -> bool:
    """Whether the words of a caption and what stands under it agree: a word and nothing against it, or arithmetic alone."""
    return (words >= 1 and sign >= 1) or (words >= 2 and sign >= 0) or sign >= 3


def _tie(two: Sequence[str], words: Mapping[str, int], signs: Mapping[str, int]) -> bool:
    if len(two) < 2:
        return False
    first, second = (words.get(f, 0) + signs[f] for f in two)
    return first == second and words.get(two[0], 0) == words.get(two[1], 0)


def _place(zone: Zone, column: Column, field: str) -> None:
    why = f"栏目“{column.path}”不在模板中，按含义读作“{_SAID[zone.name][field]}”，请核对"
    zone.columns.append(replace(column, field=field, doubt=why))
    zone.columns.sort(key=lambda c: c.left)
    zone.others.remove(column)


_LEVELS = ("level1", "level2", "level3")
_SAID: Mapping[str, Mapping[str, str]] = {
    "indicators": {**fields.captions(fields.INDICATORS), "target_part": "指标值的一部分"},
    "funds": fields.captions(fields.FUNDS),
    "goals": fields.captions(fields.section("goals")),
}


def _indicators(field: str, column: Column, zone: Zone, cells: ColumnTexts) -> int:
    """How well what stands under a column fits a field: 3 arithmetic, 2 plainly, 1 it may, 0 nothing stands there, AGAINST, NEVER."""
    texts = [text for text in cells.of(column).values() if text.strip()]
    if not texts:
        return 0
    numeric = sum(number(text) is not None for text in texts) >= MOST * len(texts)
    if field in ("weight", "score"):
        return _points(field, column, zone, cells) if numeric else NEVER
    if field == "target_part":
        return _parts(texts, column, zone)
    if field in ("level1", "level2", "level3"):
        return _levels(field, texts, column, zone)
    if field == "explanation":
        amounts = [value for text in texts if (value := number(text)) is not None and value != 0]
        return NEVER if len(amounts) >= MOST * len(texts) else _explains(column, zone, cells)
    if field == "target":
        compared = sum(bool(_COMPARED.search(text)) for text in texts)
        return 2 if compared >= MOST * len(texts) else 1
    target = cells.of(zone.column("target"))
    same = sum(_same_unit(text, target.get(row, "")) for row, text in cells.of(column).items())
    return 2 if same >= MOST * len(texts) else 1


def _parts(texts: Sequence[str], column: Column, zone: Zone) -> int:
    """Signs of comparison, or units, beside the target that they belong to."""
    targets = [c for c in zone.columns if c.field in ("target", "target_part")]
    beside = any(
        min(abs(column.right - c.left), abs(c.right - column.left)) < SAME_EDGE for c in targets
    )
    if not beside or any(re.search(r"\d", text) or len(text) > 6 for text in texts):
        return NEVER
    signs = sum(bool(_COMPARED.fullmatch(text.strip())) for text in texts)
    if signs >= MOST * len(texts):
        return 3
    return 2 if 2 * len(set(texts)) <= len(texts) + 2 else 1


def _points(field: str, column: Column, zone: Zone, cells: ColumnTexts) -> int:
    values = cells.numbers(column)
    other = cells.numbers(zone.column("score" if field == "weight" else "weight"))
    pairs = [(values[row], other[row]) for row in values if row in other]
    if any((mine < theirs) if field == "weight" else (mine > theirs) for mine, theirs in pairs):
        return AGAINST
    total = sum(values.values(), Decimal(0))
    sums = total in TOTALS or total - list(values.values())[-1] == list(values.values())[-1]
    if not sums:
        return 1 if all(0 <= value <= 100 for value in values.values()) else AGAINST
    return 3 if pairs and any(mine != theirs for mine, theirs in pairs) else 2


def _levels(field: str, texts: Sequence[str], column: Column, zone: Zone) -> int:
    named = sum(is_level_name(text) for text in texts) >= MOST * len(texts)
    order = [c.field for c in sorted([*zone.columns, column], key=lambda c: c.left)]
    place = order.index(column.field)
    left = [f for f in order[:place] if f.startswith("level")]
    right = [f for f in order[place + 1 :] if f.startswith("level")]
    if any(f >= field for f in left) or any(f <= field for f in right):
        return NEVER
    if sum(number(text) is not None for text in texts) > len(texts) / 2:
        return NEVER
    if field == "level3":
        return NEVER if named else 1
    return 3 if named and (left or right) else 2 if named else 1


def _explains(column: Column, zone: Zone, cells: ColumnTexts) -> int:
    weight, score = cells.numbers(zone.column("weight")), cells.numbers(zone.column("score"))
    texts = cells.of(column)
    judged = [row for row in weight if row in score and row in texts]
    lost = [row for row in judged if score[row] < weight[row]]
    whole = [row for row in judged if row not in lost]
    if lost and whole and all(texts[row].strip() for row in lost):
        if 2 * sum(not texts[row].strip() for row in whole) > len(whole):
            return 3
    return 1


def _same_unit(text: str, target: str) -> bool:
    bare = re.sub(r"[\d.,\s]|" + _COMPARED.pattern, "", text)
    return bool(_QUANTITY.search(text) and _QUANTITY.search(target)) and bare == re.sub(
        r"[\d.,\s]|" + _COMPARED.pattern, "", target
    )


def _funds(field: str, column: Column, zone: Zone, cells: ColumnTexts) -> int:
    texts = [text for text in cells.of(column).values() if re.search(r"\w", text)]
    if not texts:
        return 0
    if field == "rate":
        return _rates(cells.numbers(column), texts, zone, cells)
    values = cells.numbers(column)
    if not values or any(_PERCENT.match(text.strip()) for text in texts):
        return NEVER
    if field in ("weight", "score"):
        other = cells.numbers(zone.column("score" if field == "weight" else "weight"))
        pairs = [(values[row], other[row]) for row in values if row in other]
        if any((a < b) if field == "weight" else (a > b) for a, b in pairs):
            return AGAINST
        return (2 if pairs else 1) if max(values.values()) <= 100 and len(values) <= 2 else NEVER
    return _amounts(field, values, zone, cells)


def _rates(
    values: Mapping[int, Decimal], texts: Sequence[str], zone: Zone, cells: ColumnTexts
) -> int:
    budget, executed = cells.numbers(zone.column("budget")), cells.numbers(zone.column("executed"))
    both = [row for row in values if budget.get(row) and row in executed]
    if both and all(_is_share(values[row], executed[row] / budget[row]) for row in both):
        return 3
    if any(_PERCENT.match(text.strip()) for text in texts):
        return 1
    return 0 if values and all(0 <= value <= 100 for value in values.values()) else NEVER


def _amounts(field: str, values: Mapping[int, Decimal], zone: Zone, cells: ColumnTexts) -> int:
    rates = cells.numbers(zone.column("rate"))
    partner = {"budget": "executed", "executed": "budget"}.get(field)
    other = cells.numbers(zone.column(partner)) if partner else {}
    for row in [row for row in values if row in other and row in rates]:
        part, whole = (
            (values[row], other[row]) if field == "executed" else (other[row], values[row])
        )
        if whole and not _is_share(rates[row], part / whole):
            return AGAINST
        if whole:
            return 3
    return 1


def _is_share(printed: Decimal, share: Decimal) -> bool:
    return any(abs(printed - share * scale) <= Decimal("0.011") * scale for scale in (1, 100))


def _goals(field: str, column: Column, zone: Zone, cells: ColumnTexts) -> int:
    """Of two columns side by side the one that is not the known goal is the other; an adjusted goal says so."""
    known = {c.field for c in zone.columns}
    alone = len(zone.columns) == 1 and len(zone.others) == 1
    return 3 if alone and {field} | known == {"goal_expected", "goal_actual"} else 1


_JUDGES: Mapping[str, Callable[[str, Column, Zone, ColumnTexts], int]] = {
    "indicators": _indicators,
    "funds": _funds,
    "goals": _goals,
}
