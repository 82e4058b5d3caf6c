"""Rows and descriptions of the lists (forms, units, projects, the roster) that `static/list.js` searches, filters, sorts and exports.

A row is an array: where it leads ("" for nowhere), then its columns in the order of the description. Text is printed by the browser as text,
never as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from gettext import NullTranslations
from typing import Any

from selfeval.core.severities import SEVERITIES
from selfeval.reports import amounts, labels
from selfeval.reports.i18n import N_
from selfeval.reports.model import DocumentView, FormPage, RuleText
from selfeval.reports.site.totals import HIGH_RATE, LOW_RATE, Group, Totals, entry_of, short_hash

Spec = dict[str, Any]
#: name -> (key, caption, kind) of each column. A column of kind `hidden` is there to filter by.
COLUMNS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "documents": (
        ("title", N_("项目"), "link"),
        ("unit", N_("实施单位"), "text"),
        ("year", N_("年度"), "year"),
        ("budget", N_("全年预算（万元）"), "money"),
        ("rate", N_("执行率"), "percent"),
        ("score", N_("自评得分"), "number"),
        *((severity, labels.SEVERITY[severity], "count") for severity in SEVERITIES),
        ("document", N_("文件"), "text"),
        ("status", "", "hidden"),
        ("rules", "", "hidden"),
        ("doubts", N_("识读存疑"), "count"),
        ("undecided", N_("未能判定"), "count"),
        ("open", "", "hidden"),
        ("reviewed", "", "hidden"),
    ),
    "roster": (
        ("unit", N_("单位"), "link"),
        ("project", N_("项目"), "text"),
        ("year", N_("年度"), "year"),
        ("authority", N_("主管部门"), "text"),
        ("state", N_("报送情况"), "choice"),
        ("forms", N_("自评表"), "count"),
        ("document", N_("文件"), "text"),
    ),
    **{
        name: (
            ("title", title, "link"),
            ("other", other, "text"),
            ("years", N_("年度"), "text"),
            ("forms", N_("自评表"), "count"),
            ("budget", N_("全年预算（万元）"), "money"),
            ("rate", N_("执行率"), "percent"),
            *((severity, labels.SEVERITY[severity], "count") for severity in SEVERITIES),
            ("lost", N_("无说明失分"), "number"),
        )
        for name, title, other in (
            ("units", N_("单位"), N_("主管部门")),
            ("projects", N_("项目"), N_("实施单位")),
        )
    },
}
#: Bands of the execution rate in percent, as auditors ask for them: key, caption, from, below.
RATE_BANDS: tuple[tuple[str, str, int | None, int | None], ...] = (
    ("low", N_("低于 80%"), None, LOW_RATE),
    ("middle", N_("80%～90%"), LOW_RATE, HIGH_RATE),
    ("high", N_("90% 及以上"), HIGH_RATE, None),
    ("unknown", N_("无法计算"), None, None),
)


def row(name: str, address: str, values: Mapping[str, Any]) -> list[Any]:
    """One row of the list `name`: its values by column, None where there is none."""
    return [address, *(values.get(key) for key, _label, _kind in COLUMNS[name])]


def document_rows(
    view: DocumentView,
    rule_number: Callable[[str], int],
    catalogue: NullTranslations,
    reviewed: Collection[str] = (),
) -> list[list[Any]]:
    """One row a form, since one file may bind several; a refused file has one row. A form that a later filing replaces has no findings to
    act on. `reviewed` are the ids of forms that somebody has reviewed."""
    file = {"document": view.document, "status": view.status}
    if not view.forms:
        name = view.reason_message or view.document
        return [row("documents", view.address, {"title": name, "unit": "", "rules": [], **_NOTHING, **file})]  # fmt: skip
    replaced = catalogue.gettext("%(title)s（已被第 %(version)d 版取代）")
    rows = []
    for form in view.forms:
        values = {
            **file,
            **_form(view, form, rule_number),
            "reviewed": int(form.form_id in reviewed),
        }
        if form.replaced_by:
            title = replaced % {"title": values["title"], "version": form.replaced_by}
            values |= {**_NOTHING, "title": title, "rules": [], "status": "replaced"}
        rows.append(row("documents", entry_of(view, form).address, values))
    return rows


#: What counts of a form that does not.
_NOTHING = dict.fromkeys((*SEVERITIES, "undecided", "doubts", "open", "reviewed"), 0)


def _form(view: DocumentView, form: FormPage, rule_number: Callable[[str], int]) -> dict[str, Any]:
    return {
        "title": entry_of(view, form).title,
        "unit": form.unit,
        "year": form.year,
        "budget": form.budget,
        "rate": form.rate,
        "score": form.score,
        **{severity: form.count(severity) for severity in SEVERITIES},
        "undecided": sum(one.count for one in form.undecided),
        "doubts": len(form.doubts),
        "rules": sorted({rule_number(finding.rule.id) for finding in form.open_findings}),
        "open": int(form.is_open),
    }


def documents_spec(
    chunks: int, rows: int, totals: Totals, rules: list[RuleText], catalogue: NullTranslations
) -> Spec:
    """Given the index as written, say how the list of forms is shown and by what it can be filtered."""
    _ = catalogue.gettext
    by_rule = [
        {"key": rule.id, "is": at, "label": f"{rule.title}（{totals.rule_forms[rule.id]}）"}
        for at, rule in enumerate(rules)
        if totals.rule_forms[rule.id]
    ]
    years = [{"key": str(year), "is": year, "label": str(year)} for year in sorted(totals.years, reverse=True)]  # fmt: skip
    statuses = [
        {"key": status, "is": status, "label": f"{_(label)}（{number}）"}
        for status, label in labels.STATUS.items()
        if (number := totals.replaced_forms if status == "replaced" else totals.statuses[status])
    ]
    checks = [
        {"key": key, "column": column, "label": f"{_(label)}（{count}）"}
        for key, column, label, count in (
            ("undecided", "undecided", N_("未能判定"), totals.undecided_forms),
            ("core", "open", N_("尚不能下结论"), totals.open_forms),
            ("doubt", "doubts", N_("识读存疑"), totals.doubtful_forms),
            ("reviewed", "reviewed", N_("已复核"), totals.reviewed_forms),
        )
        if count
    ]
    facets = [
        _facet("rule", _("规则"), "member", by_rule, "rules"),
        _severities(_),
        _facet("year", _("年度"), "equal", years, "year"),
        _facet("rate", _("执行率"), "range", _bands(totals, _), "rate"),
        _facet("check", _("复核情况"), "positive", checks),
        _facet("status", _("状态"), "equal", statuses, "status"),
    ]
    hint = _("按项目、单位、文件名查找")
    spec = _spec("documents", _("自评表"), hint, (chunks, rows), facets, catalogue)
    return {**spec, "refused": True}


def _bands(totals: Totals, _: Callable[[str], str]) -> list[dict[str, Any]]:
    return [
        {"key": key, "label": f"{_(label)}（{totals.rates[key]}）",
         **{name: bound for name, bound in (("from", low), ("to", high)) if bound is not None}}
        for key, label, low, high in RATE_BANDS
        if totals.rates[key]
    ]  # fmt: skip


def _severities(_: Callable[[str], str]) -> dict[str, Any]:
    options = [{"key": one, "column": one, "label": _(labels.SEVERITY[one])} for one in SEVERITIES]
    return _facet("severity", _("严重程度"), "positive", options)


def group_row(group: Group, kind: str) -> list[Any]:
    """One row a unit (its page) or a project of a unit (its form, or the list of its forms)."""
    funds, units = group.funds, kind == "units"
    address = f"units/{short_hash(group.name)}.html" if units else group.address
    values = {
        "title": group.name,
        "other": group.authority if units else group.unit,
        "years": "、".join(str(year) for year in sorted(group.years)),
        "forms": len(group.forms),
        "budget": funds.budget if funds.counted else None,
        "rate": amounts.share(funds.executed, funds.budget) if funds.counted else None,
        **{severity: group.severities[severity] for severity in SEVERITIES},
        "lost": group.unexplained_loss or None,
    }
    return row(kind, address, values)


def groups_spec(kind: str, chunks: int, rows: int, catalogue: NullTranslations) -> Spec:
    """How the list of units or projects is shown."""
    _ = catalogue.gettext
    units = kind == "units"
    title = _("单位") if units else _("项目")
    hint = _("按单位、主管部门查找") if units else _("按项目、单位查找")
    return _spec(kind, title, hint, (chunks, rows), [_severities(_)], catalogue)


def roster_spec(
    chunks: int, states: Mapping[str, tuple[str, str, int]], rows: int, catalogue: NullTranslations
) -> Spec:
    """How the roster is shown; `states` are the caption, the tone and the number of lines of each state."""
    _ = catalogue.gettext
    options = [
        {"key": state, "is": state, "label": f"{_(label)}（{count}）"}
        for state, (label, _tone, count) in states.items()
        if count
    ]
    facets = [_facet("state", _("报送情况"), "equal", options, "state")]
    hint = _("按单位、项目、主管部门查找")
    spec = _spec("roster", _("报送名单"), hint, (chunks, rows), facets, catalogue, ("state", -1))
    said = {state: [_(label), tone] for state, (label, tone, _count) in states.items()}
    return {**spec, "choices": said}


def _facet(
    key: str, label: str, kind: str, options: Sequence[Mapping[str, Any]], column: str = ""
) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": kind, "column": column, "options": options}


def _spec(
    name: str,
    title: str,
    hint: str,
    size: tuple[int, int],
    facets: Iterable[dict[str, Any]],
    catalogue: NullTranslations,
    sort: tuple[str, int] = ("error", -1),
) -> Spec:
    """What `static/filter.js` calls a spec; a facet without options is none."""
    _ = catalogue.gettext
    return {
        "name": name,
        "title": title,
        "hint": hint,
        "chunks": size[0],
        "rows": size[1],
        "columns": [
            {"key": key, "label": _(label) if label else "", "kind": kind, "tone": key if key in SEVERITIES else ""}
            for key, label, kind in COLUMNS[name]
        ],
        "facets": [facet for facet in facets if facet["options"]],
        "sort": list(sort),
    }  # fmt: skip
