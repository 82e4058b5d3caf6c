"""The rules, one module or two a family. `RULES` holds every rule by id."""

from __future__ import annotations

from selfeval.expectations.rules import (
    bounds,
    captions,
    conclusions,
    cost_texts,
    costs,
    explanations,
    fund_notes,
    fund_rows,
    funds,
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
    "cost_texts",
    "costs",
    "explanations",
    "fund_notes",
    "fund_rows",
    "funds",
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
