"""What can go wrong with a report for a reason that the user can mend: a code, a sentence and a hint."""

from __future__ import annotations

REASONS = {
    "letter-template": (
        "整改函模板“{template}”无法使用：{detail}",
        "请用 Word 打开模板检查占位符，或不指定模板以使用自带模板。",
    ),
}


class ReportError(Exception):
    """Picklable: `code` of REASONS and the values of its sentence."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (self.code, self.params)

    @property
    def message(self) -> str:
        return REASONS[self.code][0].format(**self.params)

    @property
    def hint(self) -> str:
        return REASONS[self.code][1]

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"


def _restore(code: str, params: dict[str, str]) -> ReportError:
    return ReportError(code, **params)
