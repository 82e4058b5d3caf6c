"""The units that get no letter, and why: a list beside the letters, so that nobody is forgotten in silence."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass, field
from gettext import NullTranslations
from pathlib import Path

from selfeval.core.formulas import harmless
from selfeval.reports.i18n import N_
from selfeval.reports.model import DocumentView, FormPage

#: Rules that tell of what others have to do: those who have not filed get a letter of their own, to their authority.
ABOUT_OTHERS = frozenset({"missing-submitter"})
FILE = {"zh": "未发函清单.csv", "en": "no-letter.csv"}
_COLUMNS = (N_("单位"), N_("主管部门"), N_("项目"), N_("文件"), N_("未发函原因"))
_NO_UNIT = N_("有待整改的问题，但自评表未填实施单位，无法确定收函单位")
_OPEN = N_("没有待整改的问题，但核心规则有未能判定之处，须先对照原件核实")
_WAIVED = N_("问题均已采纳说明")
_HINTS = N_("只有提示，没有需要更正或者说明的问题")
_CLEAN = N_("没有审核发现")
_REFUSED = N_("文件未能读取：%(why)s")


@dataclass(slots=True)
class Unaddressed:
    """Forms and files that no letter speaks of, with the reason."""

    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    def add(self, view: DocumentView, form: FormPage, has_findings: bool) -> None:
        """Take note of a form; `has_findings`: there is something to correct or to explain."""
        if has_findings:
            why = _NO_UNIT
        elif form.is_open:
            why = _OPEN
        elif any(finding.rule.id not in ABOUT_OTHERS for finding in form.open_findings):
            why = _HINTS
        else:
            why = _WAIVED if any(one.status == "waived" for one in form.findings) else _CLEAN
        self.rows.append(
            (form.unit, form.authority, form.project or form.title, view.document, why)
        )

    def refuse(self, view: DocumentView) -> None:
        """Take note of a file that was not read."""
        self.rows.append(("", "", "", view.document, view.reason_message))

    def write(
        self, folder: Path, addressed: Collection[str], lang: str, catalogue: NullTranslations
    ) -> Path:
        """Write the list of what concerns no unit that is `addressed`, and return its path."""
        _ = catalogue.gettext
        path = folder / FILE[lang]
        with path.open("w", encoding="utf-8-sig", newline="") as target:
            writer = csv.writer(target)
            writer.writerow([_(label) for label in _COLUMNS])
            for unit, authority, project, document, why in sorted(self.rows):
                if not unit or unit not in addressed:
                    told = _(why) if unit or project else _(_REFUSED) % {"why": why}
                    writer.writerow(map(harmless, (unit, authority, project, document, told)))
        return path
