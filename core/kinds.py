"""Kinds of documents that come with self-evaluation forms: code -> what it is called in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

SELF_EVALUATION = "self-evaluation"

KINDS: Mapping[str, tuple[str, str]] = {
    SELF_EVALUATION: ("绩效自评表", "self-evaluation form"),
    "target-application": ("绩效目标申报表", "target application"),
    "monitoring": ("绩效运行监控表", "monitoring table"),
    "summary-list": ("自评结果汇总表", "summary list"),
    "budget-table": ("预算表", "budget table"),
    "final-accounts": ("决算表", "final-accounts table"),
    "project-list": ("项目清单", "project list"),
    "notice": ("通知或说明", "notice"),
    "unknown": ("其他表格", "another table"),
}
