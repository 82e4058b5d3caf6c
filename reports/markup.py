"""The cells of the record as HTML. A report has millions of them, and a template spends ten times as long on each.

The only place outside the templates that writes markup: every text from a form goes through `escape`, and so does every attribute.
"""
from __future__ import annotations

from functools import lru_cache
from html import escape

from markupsafe import Markup

from reports.model import Table, TableCell, Value


def value_attributes(value: Value, form: int) -> Markup:
    """Given a value, return the attributes that the page's script reads: class, path, boxes, and the place in the Tab order."""
    return Markup(_attributes(value, form))


def table_rows(table: Table, form: int) -> Markup:
    """Given a block, return its rows."""
    return Markup("\n".join(f"<tr>{''.join([_cell(cell, form) for cell in row])}</tr>" for row in table.rows))


def _cell(cell: TableCell, form: int) -> str:
    tag, scope = ("th", ' scope="row"') if cell.is_header else ("td", "")
    span = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    return f"<{tag}{scope}{span} {_attributes(cell.value, form)}>{escape(cell.value.text or '')}</{tag}>"


def _attributes(value: Value, form: int) -> str:
    at = f' data-at="{value.at}"' if value.spots else ""  # numbers only
    return _names(form, value.path, value.severity, bool(value.doubt)) + at


@lru_cache(maxsize=1 << 14)
def _names(form: int, path: str, severity: str, doubted: bool) -> str:
    """What does not depend on the text: the same few thousand paths come again in every form."""
    classes = " ".join(filter(None, ("value", path.rpartition("/")[2], severity, "doubt" if doubted else "")))
    return f'class="{escape(classes)}" lang="zh" data-path="{form}/{escape(path)}" tabindex="-1"'
