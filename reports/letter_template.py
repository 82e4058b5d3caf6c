"""Makes the Word template that is shipped: `python -m reports.letter_template [PATH]`. A user changes a copy of it in Word.

Set in the manner of an official letter: 方正小标宋 or 宋体 for the title, 仿宋 for the text, 28 points a line; a font that the
reader's machine does not have is replaced by Word.
"""
from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

BODY, TITLE = "仿宋", "宋体"
LINE = 28  # points


def write_template(path: Path) -> Path:
    """Write the template to `path`."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    _style(document.styles["Normal"], BODY, 16)
    _line(document, "项目支出绩效自评整改通知书", font=TITLE, size=22, bold=True, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, "")
    _line(document, "{{ unit }}：")
    _line(document, "经对你单位报送的项目支出绩效自评表进行审核，发现需要整改或者说明的问题{{ count }}项"
                    "（错误{{ errors }}项，警告{{ warnings }}项）。现将有关情况通知如下：", indent=2)
    _line(document, "{%p for form in forms %}")
    _line(document, "{{ loop.index }}．{{ form.project }}{% if form.year %}（{{ form.year }}年度）{% endif %}", bold=True, indent=2)
    _line(document, "{%p for finding in form.findings %}")
    _line(document, "（{{ finding.number }}）{{ finding.title }}{{ finding.place }}。{{ finding.message }}", indent=2)
    _line(document, "{%p endfor %}")
    _line(document, "{%p endfor %}")
    _line(document, "请你单位对照上述问题逐项核实，于____年__月__日前更正自评表或者书面说明理由，并将更正后的自评表重新报送。", indent=2)
    _line(document, "")
    _line(document, "{{ sender }}", align=WD_ALIGN_PARAGRAPH.RIGHT)
    _line(document, "{{ date }}", align=WD_ALIGN_PARAGRAPH.RIGHT)
    document.save(str(path))
    return path


def _style(style: Any, font: str, size: float) -> None:
    """A Chinese font must be named for East Asian text as well, or Word takes its own."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.name, style.font.size = font, Pt(size)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _line(document: Any, text: str, *, font: str = "", size: float = 16, bold: bool = False, align: Any = None, indent: int = 0) -> None:
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.bold = bold
    if font:
        _style(run, font, size)
    layout = paragraph.paragraph_format
    layout.line_spacing, layout.space_after, layout.space_before = Pt(LINE), Pt(0), Pt(0)
    layout.first_line_indent = Pt(size * indent) if indent else None
    if align is not None:
        paragraph.alignment = align


if __name__ == "__main__":
    write_template(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "templates" / "letter.docx")
