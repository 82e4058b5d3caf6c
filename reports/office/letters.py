"""Rectification letters: a Word file for each unit that has open findings, from a template that the user can change.

The template is a Word file with Jinja placeholders (docxtpl). It runs in a sandbox, and every text is escaped, so neither a template from
somebody else nor a text from a form can do more than be printed. `letter_template.write_template` makes the one that is shipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from selfeval.reports import amounts, labels
from selfeval.reports.errors import ReportError
from selfeval.reports.i18n import translator
from selfeval.reports.model import DocumentView, FindingView, FormPage
from selfeval.reports.office.letter_template import template_of
from selfeval.reports.office.text import xml_text
from selfeval.reports.office.unaddressed import ABOUT_OTHERS, Unaddressed
from selfeval.reports.site.totals import short_hash

#: what a letter asks a unit to act on; hints are for the auditor
DUE = ("error", "warning")
_BLANK_LINE = "_" * 16
_BLANK_DAY = {"zh": "____年__月__日", "en": "____-__-__"}
_NUMERALS = "零一二三四五六七八九"
_FORBIDDEN = '<>:"/\\|?*'


@dataclass(slots=True)
class UnitLetter:
    """What goes into one letter: the unit and its forms that have open findings."""

    unit: str
    authority: str = ""
    forms: list[tuple[DocumentView, FormPage]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands under a letter: who writes ("" leaves a line to fill in), when, and until when an answer is due (None likewise)."""

    issued: date
    sender: str = ""
    reply_by: date | None = None

    def names(self, lang: str) -> dict[str, str]:
        """The names that a template may use."""
        day = partial(_day, translator(lang).gettext)
        due = day(self.reply_by) if self.reply_by else _BLANK_DAY[lang]
        return {"sender": self.sender or _BLANK_LINE, "date": day(self.issued), "reply_by": due}


def _day(_: Callable[[str], str], day: date) -> str:
    return _("%(year)d年%(month)d月%(day)d日") % {
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }


def collect(
    views: Iterable[DocumentView], without: Unaddressed | None = None
) -> dict[str, UnitLetter]:
    """Given document views as they stream by, keep what letters need: the forms with open findings, by unit; `without` takes note of the
    others."""
    letters: dict[str, UnitLetter] = {}
    for view in views:
        for form in view.forms:
            if due(form) and form.unit:
                letter = letters.setdefault(form.unit, UnitLetter(form.unit, form.authority))
                letter.forms.append((view, form))
            elif without is not None:
                without.add(view, form, has_findings=bool(due(form)))
        if without is not None and view.status != "ok":
            without.refuse(view)
    return letters


def due(form: FormPage) -> list[FindingView]:
    """The open findings that a unit has to correct or to explain, in order of weight: causes only, and nothing that others are to do."""
    return [
        finding
        for finding in form.open_findings
        if finding.severity in DUE and finding.rule.id not in ABOUT_OTHERS
    ]


def write_letters(
    letters: Mapping[str, UnitLetter],
    folder: Path | str,
    *,
    template: Path | str | None = None,
    lang: str = "zh",
    issued: date,
    sender: str = "",
    reply_by: date | None = None,
) -> list[Path]:
    """Write one letter a unit into `folder` and return their paths. Raises ReportError for a template that cannot be used.

    `issued` is the date of the letter. Without `reply_by` the deadline is left for the sender to fill in: the program sets no terms."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    imprint, paths = Imprint(issued, sender, reply_by), []
    for letter in letters.values():
        path = target / f"{file_name(letter.unit)}.docx"
        fill_template(path, Path(template or template_of(lang)), context(letter, lang, imprint))
        paths.append(path)
    return paths


def context(letter: UnitLetter, lang: str, imprint: Imprint) -> dict[str, Any]:
    """The names that a template may use; documented in docs/reports.md."""
    findings = [finding for _view, form in letter.forms for finding in due(form)]
    named = Counter((form.project, form.year) for _view, form in letter.forms)
    return {
        "unit": letter.unit,
        "authority": letter.authority,
        **imprint.names(lang),
        "count": len(findings),
        "errors": sum(finding.severity == "error" for finding in findings),
        "warnings": sum(finding.severity == "warning" for finding in findings),
        "forms": [
            {
                "number": numeral(at) if lang == "zh" else str(at),
                "project": form.project or form.title,
                "year": form.year or "",
                "document": view.document,
                "again": named[form.project, form.year] > 1,
                "score": amounts.number(form.score),
                "rate": amounts.percent(form.rate),
                **_sentences(view, form, lang),
            }
            for at, (view, form) in enumerate(letter.forms, 1)
        ],
    }


def _sentences(view: DocumentView, form: FormPage, lang: str) -> dict[str, Any]:
    """What a letter says of a form: all its findings, and the same in two parts."""
    findings = due(form)
    said = [_sentence(finding, view, number, lang) for number, finding in enumerate(findings, 1)]
    parts = (
        (severity, [one for one, of in zip(said, findings, strict=True) if of.severity == severity])
        for severity in DUE
    )
    return {"findings": said, "parts": [{"severity": severity, "findings": part} for severity, part in parts if part]}  # fmt: skip


def numeral(number: int) -> str:
    """1 to 99 as an official letter numbers its parts: 一, 十, 十一, 二十; larger ones in figures."""
    tens, ones = divmod(number, 10)
    if number > 99:
        return str(number)
    head = "" if not tens else "十" if tens == 1 else f"{_NUMERALS[tens]}十"
    return head + (_NUMERALS[ones] if ones or not tens else "")


def _sentence(finding: FindingView, view: DocumentView, number: int, lang: str) -> dict[str, Any]:
    _ = translator(lang).gettext
    place = _("（%(where)s）") % {"where": finding.where}
    if finding.spot:
        place = _("（%(where)s，第 %(page)d 页）") % {
            "where": finding.where,
            "page": finding.spot.page,
        }
    return {
        "number": number,
        "title": finding.rule.title,
        "severity": _(labels.SEVERITY[finding.severity]),
        "place": place,
        "message": finding.message + _returned(finding, _),
        "printed": finding.printed,
        "expected": finding.expected,
        "remedy": finding.rule.remedy,
        "source": finding.rule.source,
        "address": f"{view.address}#{finding.anchor}",
    }


def _returned(finding: FindingView, _: Callable[[str], str]) -> str:
    """What the auditor said who returned the form for this."""
    made = finding.waiver
    if made is None or made.kind != "return":
        return ""
    return _("（退回更正意见：%(why)s）") % {"why": made.why}


def fill_template(path: Path, template: Path, values: Mapping[str, Any]) -> None:
    from zipfile import BadZipFile

    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined
    from jinja2.exceptions import TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    try:
        document = DocxTemplate(template)
        document.render(
            _clean(values),
            SandboxedEnvironment(autoescape=True, undefined=StrictUndefined),
            autoescape=True,
        )
        document.save(path)
    except (TemplateError, BadZipFile, KeyError, ValueError, OSError) as error:
        raise ReportError("letter-template", template=template.name, detail=str(error)) from error


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return xml_text(value) if isinstance(value, str) else value


def file_name(unit: str) -> str:
    """A file name that people recognise and every system takes; units whose names differ only in what is dropped stay apart."""
    kept = "".join(
        character for character in unit if character not in _FORBIDDEN and character.isprintable()
    ).strip(" .")[:60]
    return kept if kept == unit else f"{kept}-{short_hash(unit)[:6]}"
