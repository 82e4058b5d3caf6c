"""The overview's charts: plain data for the browser to draw, and the same figures as a table on the page and as a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from selfeval.core.formulas import harmless
from selfeval.reports import amounts
from selfeval.reports.model import RuleText
from selfeval.reports.site.jsdata import safe_json
from selfeval.reports.site.totals import SCORE_BANDS, Totals

TOP = 15  # bars that still have readable names
POINTS = 5000  # dots of a scatter plot that still tell more than a blot


@dataclass(frozen=True, slots=True)
class Chart:
    """`rows` is what the table and the CSV print; the picture is drawn from `data/charts.js` under the same id."""

    id: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    csv: str


def write(
    out: Path,
    totals: Totals,
    rules: Sequence[RuleText],
    history: Sequence[tuple[str, Mapping[str, int]]],
    catalogue: NullTranslations,
) -> list[Chart]:
    """Given the totals, write `data/charts.js` and one CSV a chart, and return the charts that have something to show."""
    made = [
        chart
        for chart in (
            _execution(totals, catalogue),
            _scores(totals, catalogue),
            _losses(totals, catalogue),
            _rules(totals, rules, history, catalogue),
        )
        if chart[0].rows
    ]
    drawn = {chart.id: data for chart, data in made}
    (out / "data" / "charts.js").write_text(
        f"selfeval.charts={safe_json(drawn)};\n", encoding="utf-8"
    )
    for chart, _data in made:
        with (out / chart.csv).open(
            "w", encoding="utf-8-sig", newline=""
        ) as target:  # the mark tells Excel that it is UTF-8
            writer = csv.writer(target)
            writer.writerow(chart.columns)
            writer.writerows([[harmless(text) for text in row] for row in chart.rows])
    return [chart for chart, _data in made]


def _execution(totals: Totals, catalogue: NullTranslations) -> tuple[Chart, Any]:
    _ = catalogue.gettext
    dots = totals.execution[:POINTS]
    rows = tuple(
        (name, f"{rate:.2f}%", f"{score:g}")
        for rate, score, name, _address in totals.execution[:POINTS]
    )
    note = _("每点一份表。靠左上方的点执行率低而自评得分高，宜优先复核。")
    chart = Chart(
        "execution",
        _("执行率与自评得分"),
        note,
        (_("项目"), _("执行率"), _("自评得分")),
        rows,
        "data/execution.csv",
    )
    return chart, {"kind": "scatter", "x": _("执行率（%）"), "y": _("自评得分"), "dots": dots}


def _scores(totals: Totals, catalogue: NullTranslations) -> tuple[Chart, Any]:
    _ = catalogue.gettext
    names = [f"{low}–{int(high)}" for low, high in SCORE_BANDS]
    values = [totals.scores[at] for at in range(len(SCORE_BANDS))]
    rows = (
        tuple((name, str(value)) for name, value in zip(names, values, strict=True))
        if any(values)
        else ()
    )
    note = _("分段含下限、不含上限，末段含 100 分。")
    chart = Chart(
        "scores", _("自评得分分布"), note, (_("得分段"), _("自评表（份）")), rows, "data/scores.csv"
    )
    return chart, {
        "kind": "bars",
        "names": names,
        "series": [{"name": _("自评表（份）"), "values": values}],
    }


def _losses(totals: Totals, catalogue: NullTranslations) -> tuple[Chart, Any]:
    _ = catalogue.gettext
    units = sorted(
        (unit for unit in totals.units.values() if unit.unexplained_loss),
        key=lambda unit: (-unit.unexplained_loss, unit.name),
    )
    rows = tuple(
        (unit.name, amounts.number(unit.unexplained_loss), str(len(unit.forms))) for unit in units
    )
    top = units[:TOP][::-1]
    note = _("得分低于分值而未填写偏差原因的指标，其失分按单位合计。")
    chart = Chart(
        "losses",
        _("无说明失分（按单位）"),
        note,
        (_("单位"), _("失分"), _("自评表（份）")),
        rows,
        "data/losses.csv",
    )
    return chart, {
        "kind": "levels",
        "names": [unit.name for unit in top],
        "series": [{"name": _("失分"), "values": [unit.unexplained_loss for unit in top]}],
    }


def _rules(
    totals: Totals,
    rules: Sequence[RuleText],
    history: Sequence[tuple[str, Mapping[str, int]]],
    catalogue: NullTranslations,
) -> tuple[Chart, Any]:
    _ = catalogue.gettext
    runs = [*history[-11:], (_("本次"), totals.rules)]
    found = [rule for rule in rules if any(counts.get(rule.id) for _name, counts in runs)]
    found.sort(key=lambda rule: -totals.rules[rule.id])
    columns = (_("规则"), *(name for name, _counts in runs))
    rows = tuple(
        (rule.title, *(str(counts.get(rule.id, 0)) for _name, counts in runs)) for rule in found
    )
    note = _("未采纳说明的审核发现，逐次运行比较。") if history else _("未采纳说明的审核发现。")
    chart = Chart("rules", _("各规则审核发现"), note, columns, rows, "data/rules.csv")
    if len(runs) == 1:
        top = found[:TOP][::-1]
        return chart, {
            "kind": "levels",
            "names": [rule.title for rule in top],
            "series": [{"name": _("审核发现"), "values": [totals.rules[rule.id] for rule in top]}],
        }
    series = [
        {"name": rule.title, "values": [counts.get(rule.id, 0) for _name, counts in runs]}
        for rule in found[:8]
    ]
    return chart, {"kind": "lines", "names": [name for name, _counts in runs], "series": series}
