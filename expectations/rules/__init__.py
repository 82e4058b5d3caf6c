"""The rules, one module or two a family. `RULES` holds every rule by id."""
from __future__ import annotations

from expectations.rules import (
    bounds,
    captions,
    conclusions,
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
from expectations.rules.base import REGISTRY as RULES
from expectations.rules.base import Rule

__all__ = ["RULES", "Rule", "bounds", "captions", "conclusions", "costs", "explanations", "fund_notes", "fund_rows", "funds", "goals", "history",
           "portfolio", "qualitative", "scores", "structure", "target_dates", "target_kinds", "targets", "weights"]
