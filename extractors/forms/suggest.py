"""A form that was read -> the label map that would read it: what its unknown captions are taken for, and why."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from selfeval.extractors.forms.captions import field_of
from selfeval.extractors.forms.templates import COLUMNS, FIELDS
from selfeval.extractors.model import Doubt, Form

_CAPTIONS = re.compile(r"栏目((?:、?“[^”]+”)+)")


def template(form: Form) -> str:
    """The CSV of a label map for a form: a row a caption that no map knows, with the field that it is taken for or an empty one,
    marked where a column bears it, and a column `why` for the person who edits it. A row whose field stays empty says nothing."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, "why"])
    seen: set[str] = set()
    found = sorted(_from_doubts(form), key=lambda row: (not row[1], row[0] == "header"))
    for zone, field, caption, why in (*found, *_from_other(form)):
        if caption not in seen:
            seen.add(caption)
            writer.writerow([zone, field, caption, "yes" if field else "", why])
    return out.getvalue()


def _from_doubts(form: Form) -> Iterator[tuple[str, str, str, str]]:
    read = [doubt for doubt in form.doubts if "按含义读" in doubt.why]
    rest = [doubt for doubt in form.doubts if doubt not in read and "不在模板中" in doubt.why]
    for doubt in (*read, *rest):
        found = _CAPTIONS.search(doubt.why)
        zone, field = _place(doubt)
        if found is None or field not in FIELDS.get(zone, ()):
            continue
        for path in re.findall("“([^”]+)”", found.group(1)):
            yield zone, field if doubt in read else "", path.rpartition("/")[2], doubt.why


def _place(doubt: Doubt) -> tuple[str, str]:
    """The zone and the field that the path of a doubt stands for."""
    parts = doubt.path.split("/")
    if parts[0] == "total":
        return "header", "total"
    if len(parts) == 1:
        return ("goals" if parts[0] == "goal_adjusted" else "header"), parts[0]
    return parts[0], parts[-1]


def _from_other(form: Form) -> Iterator[tuple[str, str, str, str]]:
    for cell in form.other:
        caption = cell.caption.rpartition("/")[2]
        if caption and not any(field_of(zone, caption) for zone in FIELDS):
            yield "header", "", caption, "表中有此栏目，没有对应的字段，内容保留在 other 中"
