"""Makes the Word templates that are shipped: `python -m selfeval.reports.office.letter_template [PATH]`. A user changes a copy of it in Word.

Set in the manner of an official letter: 方正小标宋 or 宋体 for the title, 仿宋 for the text, 28 points a line; a font that the
reader's machine does not have is replaced by Word.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

BODY, TITLE = "仿宋", "宋体"
LINE = 28  # points
#: (kind of line, text) by language; docs/reports.md tells which names the placeholders may use
TEXTS: dict[str, tuple[tuple[str, str], ...]] = {
    "zh": (
        ("title", "项目支出绩效自评整改通知书"),
        ("plain", ""),
        ("plain", "{{ unit }}："),
        ("text", "经审核你单位报送的项目支出绩效自评表，发现{{ forms|length }}份自评表存在需要更正或者说明的问题共{{ count }}项"
                 "（应予更正{{ errors }}项，需要说明{{ warnings }}项）。现将有关情况通知如下："),
        ("text", "{%p for form in forms %}"),
        ("heading", "{{ form.number }}、{{ form.project }}{% if form.year %}（{{ form.year }}年度）{% endif %}{% if form.again %}（文件：{{ form.document }}）{% endif %}"),
        ("text", "{%p for part in form.parts %}"),
        ("part", "{% if part.severity == 'error' %}应予更正的问题{{ part.findings|length }}项：{% else %}需要说明的问题{{ part.findings|length }}项：{% endif %}"),
        ("text", "{%p for finding in part.findings %}"),
        ("text", "{{ finding.number }}．{{ finding.title }}。{{ finding.message }}{{ finding.place }}"),
        ("text", "{%p if finding.remedy or finding.source %}"),
        ("text", "{% if finding.remedy %}整改要求：{{ finding.remedy }}{% endif %}{% if finding.source %}依据：{{ finding.source }}。{% endif %}"),
        ("text", "{%p endif %}"),
        ("text", "{%p endfor %}"),
        ("text", "{%p endfor %}"),
        ("text", "{%p endfor %}"),
        ("text", "请你单位对照上述问题逐项核实，于{{ reply_by }}前书面反馈：属于填报错误的，更正后重新报送自评表；填报无误的，说明理由并附佐证材料。"),
        ("plain", ""),
        ("right", "{{ sender }}"),
        ("right", "{{ date }}"),
    ),
    "en": (
        ("title", "Notice on the Self-evaluation of Project Expenditure"),
        ("plain", ""),
        ("plain", "{{ unit }}:"),
        ("text", "We have reviewed the self-evaluation forms that you filed. {{ forms|length }} of them raise {{ count }} points: "
                 "{{ errors }} to correct and {{ warnings }} to explain."),
        ("text", "{%p for form in forms %}"),
        ("heading", "{{ form.number }}. {{ form.project }}{% if form.year %} ({{ form.year }}){% endif %}{% if form.again %} (file: {{ form.document }}){% endif %}"),
        ("text", "{%p for part in form.parts %}"),
        ("part", "{% if part.severity == 'error' %}To correct: {{ part.findings|length }}{% else %}To explain: {{ part.findings|length }}{% endif %}"),
        ("text", "{%p for finding in part.findings %}"),
        ("text", "{{ finding.number }}. {{ finding.title }}. {{ finding.message }}{{ finding.place }}"),
        ("text", "{%p if finding.remedy or finding.source %}"),
        ("text", "{% if finding.remedy %}To do: {{ finding.remedy }}{% endif %}{% if finding.source %} Basis: {{ finding.source }}.{% endif %}"),
        ("text", "{%p endif %}"),
        ("text", "{%p endfor %}"),
        ("text", "{%p endfor %}"),
        ("text", "{%p endfor %}"),
        ("text", "Please check each point and answer in writing by {{ reply_by }}: file the form again where it is wrong; where it is right, "
                 "give the reason and the evidence."),
        ("plain", ""),
        ("right", "{{ sender }}"),
        ("right", "{{ date }}"),
    ),
}  # fmt: skip
#: The same of letters to an authority about who has not filed.
REMINDERS: dict[str, tuple[tuple[str, str], ...]] = {
    "zh": (
        ("title", "关于催报项目支出绩效自评表的函"),
        ("plain", ""),
        ("plain", "{{ authority }}："),
        ("text", "按照报送名单，截至{{ date }}，下列{{ count }}份项目支出绩效自评表尚未收到："),
        ("text", "{%p for one in missing %}"),
        ("text", "{{ one.number }}．{{ one.unit }}{% if one.project %}：{{ one.project }}{% endif %}{% if one.year %}（{{ one.year }}年度）{% endif %}"),
        ("text", "{%p endfor %}"),
        ("text", "请督促有关单位于{{ reply_by }}前报送；已经报送、单位更名撤并或者按规定不需报送的，请予说明。"),
        ("plain", ""),
        ("right", "{{ sender }}"),
        ("right", "{{ date }}"),
    ),
    "en": (
        ("title", "Self-evaluation Forms Not Yet Received"),
        ("plain", ""),
        ("plain", "{{ authority }}:"),
        ("text", "By {{ date }} we have not received the following {{ count }} forms:"),
        ("text", "{%p for one in missing %}"),
        ("text", "{{ one.number }}. {{ one.unit }}{% if one.project %}: {{ one.project }}{% endif %}{% if one.year %} ({{ one.year }}){% endif %}"),
        ("text", "{%p endfor %}"),
        ("text", "Please have them filed by {{ reply_by }}. Where a form was filed, a unit renamed or merged, or none is due, please say so."),
        ("plain", ""),
        ("right", "{{ sender }}"),
        ("right", "{{ date }}"),
    ),
}  # fmt: skip
SHIPPED = {"letter": TEXTS, "reminder": REMINDERS}


def template_of(lang: str, name: str = "letter") -> Path:
    """The template that is shipped for a language: `letter` to a unit, `reminder` to an authority."""
    file = f"{name}.docx" if lang == "zh" else f"{name}-{lang}.docx"
    return Path(__file__).parent / "templates" / file


def write_template(path: Path, lang: str = "zh", name: str = "letter") -> Path:
    """Write the template to `path`."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    _style(document.styles["Normal"], BODY, 16)
    for kind, text in SHIPPED[name][lang]:
        if kind == "title":
            _line(document, text, font=TITLE, size=22, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
        elif kind == "right":
            _line(document, text, align=WD_ALIGN_PARAGRAPH.RIGHT)
        else:
            _line(
                document,
                text,
                bold=kind == "heading",
                indent=0 if kind == "plain" else 2,
                keep=kind in ("heading", "part"),
            )
    document.save(str(path))
    return path


def _style(style: Any, font: str, size: float) -> None:
    """A Chinese font must be named for East Asian text as well, or Word takes its own."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.name, style.font.size = font, Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _line(
    document: Any,
    text: str,
    *,
    font: str = "",
    size: float = 16,
    bold: bool = False,
    align: Any = None,
    indent: int = 0,
    keep: bool = False,
) -> None:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.bold = bold
    if font:
        _style(run, font, size)
    layout = paragraph.paragraph_format
    layout.line_spacing, layout.space_after, layout.space_before = Pt(LINE), Pt(0), Pt(0)
    layout.first_line_indent = Pt(size * indent) if indent else None
    layout.keep_with_next = keep
    if align is not None:
        paragraph.alignment = align


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write_template(Path(sys.argv[1]))
    else:
        for shipped, texts in SHIPPED.items():
            for language in texts:
                write_template(template_of(language, shipped), language, shipped)
