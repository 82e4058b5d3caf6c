"""One row a form, for people: money in 元, rates, points, findings by severity, what is undecided and in doubt.

Written over the other views, so it says what they say: the current filing of each project."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from selfeval.core.numbers import MONEY_UNITS

#: Places to which money is rounded: a printed amount has at most nine, in 亿元.
_PLACES = 4


def form_summary(dialect: Dialect) -> sa.Select[Any]:
    """The query of the view."""
    forms, funds = _view("forms"), _view("funds").alias("total_fund")
    budget, executed = _yuan(funds.c.budget_value, forms), _yuan(funds.c.executed_value, forms)
    rate = sa.case(
        (
            funds.c.budget_value != 0,
            sa.cast(funds.c.executed_value, _number(dialect)) / funds.c.budget_value,
        )
    )
    head = [forms.c[name] for name in _HEAD]
    severities = {"error": "errors", "warning": "warnings", "information": "information"}
    counts = [_standing(forms, name).label(column) for name, column in severities.items()]
    verdicts = _view("verdicts")
    undecided = (
        sa.select(sa.func.coalesce(sa.func.sum(verdicts.c.records), 0))
        .where(verdicts.c.form_id == forms.c.form_id, verdicts.c.verdict == "undecidable")
        .scalar_subquery()
    )
    return sa.select(
        *head,
        budget.label("budget_yuan"),
        executed.label("executed_yuan"),
        rate.label("execution_rate"),
        funds.c.rate_fraction.label("rate_printed"),
        forms.c.total_score_value.label("score"),
        _lost(forms).label("points_lost"),
        _lost(forms, unexplained=True).label("points_lost_unexplained"),
        *counts,
        undecided.label("undecided"),
        _count("cells", forms, lambda of: of.c.doubt.is_not(None) & (of.c.part == 0)).label(
            "doubts"
        ),
    ).join_from(
        forms,
        funds,
        (funds.c.form_id == forms.c.form_id) & funds.c.is_total_row,
        isouter=True,
    )


_HEAD = ("form_id", "document_id", "document", "form", "year", "unit", "project_name", "authority")
_NAMES = {
    "forms": (*_HEAD, "amount_unit", "total_score_value"),
    "funds": ("form_id", "budget_value", "executed_value", "rate_fraction"),
    "indicators": ("form_id", "subject", "weight_value", "score_value"),
    "findings": ("finding_id", "form_id", "rule", "severity", "subject", "status", "cause"),
    "verdicts": ("form_id", "verdict", "records"),
    "cells": ("form_id", "doubt", "part"),
}


def _view(name: str) -> Any:
    columns: list[Any] = [sa.column(column) for column in _NAMES[name]]
    if name == "funds":
        columns.append(sa.column("is_total_row", sa.Boolean))
    return sa.table(name, *columns)


def _number(dialect: Dialect) -> Any:
    return sa.REAL if dialect.name == "sqlite" else sa.Numeric


def _yuan(amount: Any, forms: Any) -> Any:
    """An amount in 元; NULL where the form names no unit that is one of money."""
    units = sorted(MONEY_UNITS.items(), key=lambda item: -len(item[0]))
    factor = sa.case(*((forms.c.amount_unit == unit, int(factor)) for unit, factor in units))
    return sa.func.round(amount * factor, _PLACES)


def _count(view: str, forms: Any, where: Any) -> Any:
    of = _view(view)
    return (
        sa.select(sa.func.count())
        .select_from(of)
        .where(of.c.form_id == forms.c.form_id, where(of))
        .scalar_subquery()
    )


def _standing(forms: Any, severity: str) -> Any:
    """How many findings are open, without those that only follow from another open one."""
    cause = _view("findings").alias("cause_of_it")
    opened = sa.select(cause.c.finding_id).where(cause.c.status == "open")
    return _count(
        "findings",
        forms,
        lambda of: (
            (of.c.severity == severity)
            & (of.c.status == "open")
            & (of.c.cause.is_(None) | of.c.cause.not_in(opened))
        ),
    )


def _lost(forms: Any, unexplained: bool = False) -> Any:
    """Points that indicators lost; `unexplained`: those of rows in which an open finding says that no reason is given."""
    rows, found = _view("indicators"), _view("findings").alias("unexplained")
    lost = sa.select(sa.func.coalesce(sa.func.sum(rows.c.weight_value - rows.c.score_value), 0))
    lost = lost.where(rows.c.form_id == forms.c.form_id, rows.c.weight_value > rows.c.score_value)
    if unexplained:
        lost = lost.where(
            sa.exists().where(
                found.c.form_id == rows.c.form_id,
                found.c.subject == rows.c.subject,
                found.c.rule == "deviation-unexplained",
                found.c.status == "open",
            )
        )
    return lost.scalar_subquery()
