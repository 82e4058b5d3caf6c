"""The rules, one module a family. `RULES` holds every rule by id."""
from __future__ import annotations

from expectations.rules import explanations, funds, scores, structure, targets
from expectations.rules.base import REGISTRY as RULES
from expectations.rules.base import Rule

__all__ = ["RULES", "Rule", "explanations", "funds", "scores", "structure", "targets"]
