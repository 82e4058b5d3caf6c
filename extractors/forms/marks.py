"""What a form says of itself as a whole: its title, its year, and the unit of its amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfeval.extractors.forms.captions import field_of
from selfeval.extractors.forms.draft import Draft
from selfeval.extractors.forms.kind import is_form_title
from selfeval.extractors.forms.layout import Layout
from selfeval.extractors.forms.meaning import PLACED
from selfeval.extractors.grids.stitch import Box, Table, is_title
from selfeval.extractors.model import Doubt, Evidence

_YEAR = re.compile(r"(?<!\d)(20\d{2})\s*年")
_YEAR_LINE = re.compile(r"^[（(\s]*(20\d{2})\s*年?\s*度?[）)\s]*$")
_YEAR_IN_BRACKETS = re.compile(r"[（(【\[]\s*(20\d{2})\s*年?\s*度?\s*[)）】\]]")
#: a day, and what stands before the date on which a form was filled in or printed
_DAY = re.compile(r"20\d{2}\s*[年.\-/]\s*\d{1,2}\s*[月.\-/](\s*\d{1,2}\s*日?)?")
_FILED = re.compile(r"填[报表写制]|日期|报告时间|制表|打印|公开|上报|填报时间|签字|盖章|印发")
_UNITS = r"(亿元|百万元|万元|千元|元)"
_AMOUNT_UNIT = re.compile(rf"(?:单位|金额单位|计量单位)?[：:]?[（(]?(?:人民币)?{_UNITS}[）)]?")
_UNIT_LINE = re.compile(rf"单位\s*[:：]\s*(?:人民币)?\s*{_UNITS}")
_UNIT_IN_CAPTION = re.compile(rf"[（(：:](?:金额)?(?:单位[：:])?(?:人民币)?{_UNITS}(?:[）)]|$)")
_LABEL = 24


def title(
    table: Table, rows: list[list[Box]]
) -> tuple[str | None, tuple[Evidence, ...], Box | None]:
    """The form's title: the line above it that names a self-evaluation, with a line that it wraps onto, or its full-width first
    row; where it is printed, and the cell where it is one."""
    page = table.boxes[0].parts[0].page if table.boxes and table.boxes[0].parts else 0
    own = [(p, line) for p, line in table.lines if p == page] or table.lines
    for names in (is_form_title, is_title):
        for _, line in reversed(own):
            if names(line.text):
                return line.text, (line.evidence,), None
    first = list(rows[0]) if rows else []
    if len(first) == 1 and is_title(first[0].text):
        return first[0].text, first[0].parts, first[0]
    for _, line in own:
        if re.search(r"绩效|目标", line.text) and len(line.text) <= 40 and "：" not in line.text:
            return line.text, (line.evidence,), None
    return None, (), None


def year(draft: Draft, table: Table, named: str | None) -> int | None:
    """The form's year: a line of its own （2020年度）, else the caption 年度, else the title, else a line above that names one.
    The date of filing is none of them. A year that stands elsewhere on the form, and is the only one, is read with a doubt."""
    for _, line in reversed(table.lines):
        if match := _YEAR_LINE.match(line.text):
            draft.evidence["year"] = (line.evidence,)
            return int(match.group(1))
    cell = re.search(r"20\d{2}", draft.values.get("year", ""))
    if cell:
        draft.evidence["year"] = draft.evidence["year_cell"]
        return int(cell.group())
    if named and (match := _YEAR_IN_BRACKETS.search(named) or _YEAR.search(named)):
        draft.evidence["year"] = draft.evidence.get("title", ())
        return int(match.group(1))
    for _, line in reversed(table.lines):
        if _FILED.search(line.text) or _DAY.search(line.text):
            continue
        if match := _YEAR_IN_BRACKETS.search(line.text) or _YEAR.search(line.text):
            draft.evidence["year"] = (line.evidence,)
            return int(match.group(1))
    return _only_year(draft, table)


def _only_year(draft: Draft, table: Table) -> int | None:
    found: dict[int, tuple[Evidence, ...]] = {}
    for text, parts in _texts(table):
        if not _FILED.search(text):
            for digits in re.findall(r"(?<![\d.])(20[12]\d)\s*(?:年|\.|/|-)", text):
                found.setdefault(int(digits), parts)
    if len(found) > 1:
        draft.doubts.append(Doubt("year", "表中没有年度栏目，文中有多个年份，未作判断", 0.0))
    if len(found) != 1:
        return None
    ((value, parts),) = found.items()
    draft.evidence["year"] = parts
    draft.doubts.append(Doubt("year", f"表中没有年度栏目，按文中唯一的年份读作{value}年", PLACED))
    return value


def _texts(table: Table) -> Iterator[tuple[str, tuple[Evidence, ...]]]:
    for _, line in table.lines + table.notes:
        yield line.text, (line.evidence,)
    for box in table.boxes:
        yield box.text, box.parts


def amount_unit(draft: Draft, table: Table, layout: Layout, rows: list[list[Box]]) -> str | None:
    """The unit of the funds, as the funds block's captions, a line 单位：万元 above the table, or a cell of its own print it. Where
    captions of amounts print two units, none is the form's."""
    zone = layout.zone("funds")
    if zone:
        for index in range(zone.above, min(zone.end, zone.first + 1)):
            for box in rows[index]:
                match = _UNIT_IN_CAPTION.search(re.sub(r"\s", "", box.text))
                if match and (box.first <= zone.above or field_of("funds", box.text)):
                    draft.evidence["amount_unit"] = box.parts
                    return match.group(1)
    for _, line in table.lines + table.notes:
        if match := _UNIT_LINE.search(line.text):
            draft.evidence["amount_unit"] = (line.evidence,)
            return match.group(1)
    if match := _AMOUNT_UNIT.fullmatch(re.sub(r"\s", "", draft.values.get("amount_unit", ""))):
        return match.group(1)
    return _in_labels(draft, table)


def unit_in(caption: str) -> str | None:
    """The unit of money that a caption or a label prints: 万元 of 预算数（万元） or of a line 单位：万元."""
    flat = re.sub(r"\s", "", caption)
    match = _UNIT_IN_CAPTION.search(flat) or _UNIT_LINE.search(flat)
    return match.group(1) if match else None


def _in_labels(draft: Draft, table: Table) -> str | None:
    found: dict[str, Box] = {}
    for box in table.boxes:
        if len(re.sub(r"\s", "", box.text)) <= _LABEL and (unit := unit_in(box.text)):
            found.setdefault(unit, box)
    if len(found) != 1:
        return None
    ((unit, box),) = found.items()
    draft.evidence["amount_unit"] = box.parts
    return unit
