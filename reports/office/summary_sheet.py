"""The figures that the workbook opens on: what was found and what was not read, and the same by unit. All are numbers that Excel adds up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from selfeval.core.numbers import to_yuan
from selfeval.core.severities import SEVERITIES
from selfeval.reports import labels
from selfeval.reports.i18n import N_
from selfeval.reports.office.sheet_columns import COUNT, MONEY, RATE, SheetColumn
from selfeval.reports.rows import Rows
from selfeval.reports.site.sources import TidyTables

if TYPE_CHECKING:
    import pandas as pd

TITLE = N_("汇总")
_RATE = Decimal("0.000001")
CAPTIONS = (N_("指标"), N_("数值"))
WIDTHS = (40, 20)


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One row: its values, and how each is shown; a text in the column `label` is a word of ours."""

    values: tuple[Any, ...]
    columns: tuple[SheetColumn, ...]


@dataclass(slots=True)
class _Sum:
    """Forms with their money in 元; `counted` have both amounts with a unit."""

    authority: str = ""
    forms: int = 0
    budget: Decimal = Decimal(0)
    executed: Decimal = Decimal(0)
    counted: int = 0

    def add(self, form: Mapping[Any, Any], fund: Mapping[str, Any]) -> None:
        self.forms += 1
        self.authority = self.authority or str(form["authority"] or "")
        budget, executed = (to_yuan(fund.get(name), form["amount_unit"]) for name in ("budget", "executed"))  # fmt: skip
        if budget is not None and executed is not None:
            self.budget, self.executed = self.budget + budget, self.executed + executed
            self.counted += 1

    @property
    def money(self) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
        """Budget, executed and rate; None where no form gives any."""
        if not self.counted:
            return None, None, None
        rate = (self.executed / self.budget).quantize(_RATE) if self.budget else None
        return self.budget, self.executed, rate


def summary(
    tables: TidyTables, findings: pd.DataFrame
) -> tuple[list[SummaryRow], list[dict[str, Any]]]:
    """The rows of the sheet, and those of the sheet of units. Findings count as everywhere: open ones, without what only follows from another open one."""
    funds = Rows(tables.funds[tables.funds["is_total_row"]], "form_id", ("budget", "executed"))
    total, units = _Sum(), defaultdict[str, _Sum](_Sum)
    unit_of: dict[str, str] = {}
    for form in tables.forms.to_dict("records"):
        fund: dict[str, Any] = next(iter(funds[form["form_id"]]), {})
        unit_of[form["form_id"]] = unit = str(form["unit"] or "")
        for one in (total, units[unit]):
            one.add(form, fund)
    opened = findings[findings["status"] != "waived"]
    counted = opened[~opened["cause"].isin(set(opened["finding_id"]))]
    found = Counter(zip(counted["form_id"].map(unit_of), counted["severity"], strict=True))
    severities = Counter(counted["severity"])
    cells = tables.cells
    doubts = cells["doubt"].notna() & (cells["part"] == 0) & (cells["confidence"] < 1)
    figures = (
        (N_("文件（个）"), len(tables.documents), COUNT),
        (N_("未能读取的文件（个）"), int((tables.documents["status"] != "ok").sum()), COUNT),
        (N_("自评表（份）"), total.forms, COUNT),
        *((labels.SEVERITY[one], severities[one], COUNT) for one in SEVERITIES),
        (N_("已采纳说明"), int((findings["status"] == "waived").sum()), COUNT),
        (N_("识读存疑（处）"), int(doubts.sum()), COUNT),
        (N_("全年预算（元）"), total.money[0], MONEY),
        (N_("全年执行（元）"), total.money[1], MONEY),
        (N_("执行率"), total.money[2], RATE),
        (N_("金额或单位不全、未计入的自评表（份）"), total.forms - total.counted, COUNT),
    )
    shown = [
        SummaryRow((label, value), (_LABEL, SheetColumn(kind, "", number_format=kind)))
        for label, value, kind in figures
    ]
    return shown, list(_by_unit(units, found))


_LABEL = SheetColumn("label", "")


def _by_unit(units: dict[str, _Sum], found: Counter[Any]) -> Iterable[dict[str, Any]]:
    def weight(unit: str) -> tuple[Any, ...]:
        return (*(-found[unit, severity] for severity in SEVERITIES), unit)

    for unit in sorted(units, key=weight):
        one = units[unit]
        budget, executed, rate = one.money
        counts = {severity: found[unit, severity] for severity in SEVERITIES}
        yield {"unit": unit, "authority": one.authority, "forms": one.forms, **counts,
               "budget": budget, "executed": executed, "rate": rate}  # fmt: skip
