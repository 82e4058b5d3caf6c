"""What can go wrong with a report for a reason that the user can mend."""

from __future__ import annotations

from selfeval.core.problems import Problem


class ReportError(Problem):
    """A report cannot be made."""

    sentences = {
        "letter-template": (
            "整改函模板“{template}”无法使用：{detail}",
            "请用 Word 打开模板检查占位符，或不指定模板以使用自带模板。",
        ),
        "unknown-language": ("没有语言“{lang}”的文字目录", "可用：{known}。"),
    }
