"""The rules, one module or two a family. `RULES` holds every rule by id."""

from __future__ import annotations

from selfeval.expectations.rules import (
    bounds,
    captions,
    conclusions,
    contradictions,
    cost_texts,
    costs,
    empty_columns,
    execution_filled,
    explanations,
    fund_notes,
    fund_rows,
    funds,
    goal_numbers,
    goals,
    history,
    portfolio,
    qualitative,
    scores,
    structure,
    target_dates,
    target_kinds,
    targets,
    weights,
)
from selfeval.expectations.rules.base import REGISTRY as RULES
from selfeval.expectations.rules.base import Rule

__all__ = [
    "RULES",
    "Rule",
    "bounds",
    "captions",
    "conclusions",
    "contradictions",
    "cost_texts",
    "costs",
    "empty_columns",
    "execution_filled",
    "explanations",
    "fund_notes",
    "fund_rows",
    "funds",
    "goal_numbers",
    "goals",
    "history",
    "portfolio",
    "qualitative",
    "scores",
    "structure",
    "target_dates",
    "target_kinds",
    "targets",
    "weights",
]
