"""Structure and completeness: is the form filled in at all, and with what belongs there?"""
from __future__ import annotations

from expectations.rules.base import FormRule
from expectations.verdicts import PASS, Decision, failed, not_applicable, undecidable
from expectations.view import CAPTIONS, FormView
from records.values import is_blank


class RequiredField(FormRule):
    """The form names its project, its authority and its unit, and has funds and, if it is scored, a total."""

    id = "required-field"
    subjects = ("project_name", "authority", "unit", "funds", "total")

    def judge(self, record: FormView, subject: str) -> Decision:
        path = "total/score" if subject == "total" else subject
        if record.doubts and (why := record.doubt(path) or (subject == "funds" and record.doubt_within("funds"))):
            return undecidable(f"{CAPTIONS[subject]}读取存疑，请核对 {path}：{why}")
        if subject == "total" and not record.has_scores:
            return not_applicable("本表没有得分栏，不要求总分")
        if subject == "funds":
            present = any(not is_blank(text) for row in record.funds for text in (row.initial, row.budget, row.executed))
        else:
            present = not is_blank(record.total_score if subject == "total" else getattr(record, subject))
        if present:
            return PASS
        message = {
            "funds": "项目资金未填报，年初预算数、全年预算数、全年执行数均为空白，请补充。",
            "total": "本表设有得分栏，但未填报总分，请补充。",
        }.get(subject, f"{CAPTIONS[subject]}为空白，请补充。")
        return failed(message, "已填报", "空白", cells=(path, subject, "project_name"))
