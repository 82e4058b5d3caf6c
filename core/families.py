"""What rules are about: family -> what it is called in Chinese and English, in the order of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

FAMILIES: Mapping[str, tuple[str, str]] = {
    "structure": ("结构与完整性", "Structure and completeness"),
    "scores": ("分值与得分", "Weights and scores"),
    "funds": ("预算执行", "Execution of the budget"),
    "explanations": ("偏差说明", "Explanations"),
    "targets": ("指标逻辑", "Indicators"),
    "costs": ("成本与资金", "Costs and funds"),
    "conclusions": ("等级与结论", "Grades and conclusions"),
    "portfolio": ("跨表比对", "Across forms"),
}
