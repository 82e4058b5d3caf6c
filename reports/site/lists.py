"""Rows and column descriptions of the three lists (documents, units, projects) that `static/list.js` searches, filters and sorts.

A row is an array in the order of its columns; the first item is the address. Text is printed by the browser as text, never as markup.
"""

from __future__ import annotations

from collections.abc import Callable
from gettext import NullTranslations
from typing import Any

from selfeval.core.severities import SEVERITIES
from selfeval.reports import amounts, labels
from selfeval.reports.model import DocumentView, RuleText
from selfeval.reports.site.jsdata import ChunkWriter
from selfeval.reports.site.totals import Group, Totals, entry_of, short_hash


def document_rows(
    view: DocumentView, rule_number: Callable[[str], int], catalogue: NullTranslations
) -> list[list[Any]]:
    """One row a form, since one file may bind several; a refused file has one row. A form that a later filing replaces has no findings to
    act on."""
    replaced = catalogue.gettext("%(title)s（已被第 %(version)d 版取代）")
    if not view.forms:
        name = view.reason_message or view.document
        return [
            [
                view.address,
                name,
                "",
                None,
                None,
                None,
                None,
                0,
                0,
                0,
                view.document,
                view.status,
                [],
                0,
            ]
        ]
    rows = []
    for form in view.forms:
        entry = entry_of(view, form)
        counts = not form.replaced_by
        numbers = sorted({rule_number(finding.rule.id) for finding in form.open_findings if counts})
        title = entry.title if counts else replaced % {"title": entry.title, "version": form.replaced_by}  # fmt: skip
        rows.append(
            [
                entry.address,
                title,
                form.unit,
                form.year,
                form.budget,
                form.rate,
                form.score,
                *(entry.counts if counts else (0, 0, 0)),
                view.document,
                view.status if counts else "replaced",
                numbers,
                len(form.doubts) if counts else 0,
            ]
        )
    return rows


def documents_spec(
    index: ChunkWriter, totals: Totals, rules: list[RuleText], catalogue: NullTranslations
) -> dict[str, Any]:
    """Given the index as written, say how the list of forms is shown and by what it can be filtered."""
    _ = catalogue.gettext
    columns = [
        _column("title", _("项目"), "link"),
        _column("unit", _("实施单位"), "text"),
        _column("year", _("年度"), "year"),
        _column("budget", _("全年预算（万元）"), "money"),
        _column("rate", _("执行率"), "percent"),
        _column("score", _("自评得分"), "number"),
        *(
            _column(severity, _(labels.SEVERITY[severity]), "count", severity)
            for severity in SEVERITIES
        ),
        _column("document", _("文件"), "text"),
        _column("status", _("状态"), "hidden"),
        _column("rules", "", "hidden"),
        _column("doubts", _("识读存疑"), "count"),
    ]
    facets: list[dict[str, Any]] = [
        {
            "key": "rule",
            "label": _("规则"),
            "column": 12,
            "kind": "member",
            "options": [
                [str(at), f"{rule.title}（{totals.rule_forms[rule.id]}）", rule.id]
                for at, rule in enumerate(rules)
                if totals.rule_forms[rule.id]
            ],
        },
        {
            "key": "severity",
            "label": _("严重程度"),
            "kind": "positive",
            "options": [
                [str(7 + at), _(labels.SEVERITY[severity]), severity]
                for at, severity in enumerate(SEVERITIES)
            ],
        },
        {
            "key": "year",
            "label": _("年度"),
            "column": 3,
            "kind": "equal",
            "options": [
                [str(year), str(year), str(year)] for year in sorted(totals.years, reverse=True)
            ],
        },
        {
            "key": "status",
            "label": _("状态"),
            "column": 11,
            "kind": "equal",
            "options": [
                [status, f"{_(label)}（{number}）", status]
                for status, label in labels.STATUS.items()
                if (
                    number := totals.replaced_forms
                    if status == "replaced"
                    else totals.statuses[status]
                )
            ],
        },
    ]
    if totals.doubtful_forms:
        facets.append(
            {
                "key": "doubt",
                "label": _("识读"),
                "kind": "positive",
                "options": [["13", f"{_('识读存疑')}（{totals.doubtful_forms}）", "yes"]],
            }
        )
    return _spec(
        "documents",
        _("自评表"),
        _("按项目、单位、文件名查找"),
        index,
        columns,
        facets,
        sort=[7, -1],
    )


def group_row(group: Group, kind: str) -> list[Any]:
    """One row a unit (its page) or a project (the list of its forms)."""
    address = f"units/{short_hash(group.name)}.html" if kind == "units" else group.forms[0].address
    if kind == "projects" and len(group.forms) > 1:
        address = f"documents.html#q={group.name}"
    years = "、".join(str(year) for year in sorted(group.years))
    rate = amounts.share(group.funds.executed, group.funds.budget) if group.funds.counted else None
    other = (
        group.authority
        if kind == "units"
        else "、".join(dict.fromkeys(entry.unit for entry in group.forms[:3] if entry.unit))
    )
    return [
        address,
        group.name,
        other,
        years,
        len(group.forms),
        group.funds.budget if group.funds.counted else None,
        rate,
        *(group.severities[severity] for severity in SEVERITIES),
        group.unexplained_loss or None,
    ]


def groups_spec(kind: str, chunks: ChunkWriter, catalogue: NullTranslations) -> dict[str, Any]:
    _ = catalogue.gettext
    units = kind == "units"
    columns = [
        _column("title", _("单位") if units else _("项目"), "link"),
        _column("other", _("主管部门") if units else _("实施单位"), "text"),
        _column("years", _("年度"), "text"),
        _column("forms", _("自评表"), "count"),
        _column("budget", _("全年预算（万元）"), "money"),
        _column("rate", _("执行率"), "percent"),
        *(
            _column(severity, _(labels.SEVERITY[severity]), "count", severity)
            for severity in SEVERITIES
        ),
        _column("lost", _("无说明失分"), "number"),
    ]
    facets = [
        {
            "key": "severity",
            "label": _("严重程度"),
            "kind": "positive",
            "options": [
                [str(7 + at), _(labels.SEVERITY[severity]), severity]
                for at, severity in enumerate(SEVERITIES)
            ],
        }
    ]
    title = _("单位") if units else _("项目")
    hint = _("按单位、主管部门查找") if units else _("按项目、单位查找")
    return _spec(kind, title, hint, chunks, columns, facets, sort=[7, -1])


def _column(key: str, label: str, kind: str, tone: str = "") -> dict[str, str]:
    return {"key": key, "label": label, "kind": kind, "tone": tone}


def _spec(
    name: str,
    title: str,
    hint: str,
    chunks: ChunkWriter,
    columns: list[dict[str, str]],
    facets: list[dict[str, Any]],
    sort: list[int],
) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "hint": hint,
        "chunks": chunks.chunks,
        "rows": chunks.rows,
        "columns": columns,
        "facets": [facet for facet in facets if facet["options"]],
        "sort": sort,
    }
