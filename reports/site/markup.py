"""The cells of the record as HTML. A report has millions of them, and a template spends ten times as long on each.

The only place outside the templates that writes markup: every text from a form goes through `escape`, and so does every attribute.
"""

from __future__ import annotations

import re
from html import escape

from markupsafe import Markup

from selfeval.core.batch_cache import remembered
from selfeval.reports.model import PrintedTable, TableCell, Value


def value_attributes(value: Value, form: int) -> Markup:
    """Given a value, return the attributes that the page's script reads: class, path, boxes, and the place in the Tab order."""
    return Markup(_attributes(value, form))


def table_rows(table: PrintedTable, form: int) -> Markup:
    """Given a block, return its rows."""
    return Markup(
        "\n".join(f"<tr>{''.join([_cell(cell, form) for cell in row])}</tr>" for row in table.rows)
    )


def _cell(cell: TableCell, form: int) -> str:
    tag, scope = ("th", ' scope="row"') if cell.is_header else ("td", "")
    span = f' rowspan="{cell.row_span}"' if cell.row_span > 1 else ""
    return f"<{tag}{scope}{span} {_attributes(cell.value, form)}>{escape(cell.value.text or '')}</{tag}>"


def _attributes(value: Value, form: int) -> str:
    at = f' data-at="{value.at}"' if value.spots else ""  # numbers only
    if value.sure:
        at += f' data-sure="{value.sure}"'
    if value.engine:
        at += f' data-engine="{escape(value.engine)}"'
    return _names(form, value.path, value.severity, bool(value.doubt)) + at


@remembered
def _names(form: int, path: str, severity: str, doubted: bool) -> str:
    """What does not depend on the text: the same few thousand paths come again in every form."""
    classes = " ".join(
        filter(None, ("value", path.rpartition("/")[2], severity, "doubt" if doubted else ""))
    )
    return f'class="{escape(classes)}" lang="zh" data-path="{form}/{escape(path)}" tabindex="-1"'


_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_RUN = re.compile(r"[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—]+")
_LATIN = re.compile(r"[A-Za-z]")


def quoted(text: object) -> Markup:
    """Given a text of a form, a file or the catalogue, mark on an English page what of it is Chinese, so that a screen reader says it in
    Chinese: the whole of a Chinese sentence, single words in an English one."""
    plain = "" if text is None else str(text)
    han = len(_HAN.findall(plain))
    if not han:
        return Markup(escape(plain))
    if han >= len(_LATIN.findall(plain)):
        return Markup(f'<span lang="zh">{escape(plain)}</span>')
    pieces, end = [], 0
    for match in _RUN.finditer(plain):
        if _HAN.search(match[0]):
            pieces += [
                escape(plain[end : match.start()]),
                f'<span lang="zh">{escape(match[0])}</span>',
            ]
            end = match.end()
    return Markup("".join([*pieces, escape(plain[end:])]))
