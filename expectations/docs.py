"""The catalogue as a page: docs/rules.md, generated, and held current by a test."""

from __future__ import annotations

from pathlib import Path

from selfeval.expectations import catalogue

RULES_PAGE = Path(__file__).resolve().parent.parent / "docs" / "rules.md"

_HEAD = """# Rules

Generated from `data/rules.yml` by `python -m selfeval.expectations.write`; do not edit. {count} rules, {core} of them core.

A rule says pass, fail, not-applicable or undecidable of its subject; the last two are no passes. Severity: **error** cannot be right,
**warning** needs an explanation on the form, **information** is a hint. Core rules judge every form; the others may depend on the
profile of the form (`data/profiles`), and say nothing about a form whose profile is not known where they do.
"""


def render() -> str:
    """The text of docs/rules.md."""
    book = catalogue.load()
    lines = [
        _HEAD.format(
            count=len(book.entries), core=sum(entry.core for entry in book.entries.values())
        )
    ]
    for family, caption in catalogue.FAMILIES.items():
        entries = [entry for entry in book.entries.values() if entry.family == family]
        lines.append(f"## {caption} ({family})\n")
        for entry in entries:
            lines.append(_section(entry))
    lines.append(
        "## Not built\n\nKnown to practice, and not decidable from what the forms print:\n"
    )
    lines += [f"- `{rule}`：{why}" for rule, why in book.not_built.items()]
    lines.append("\n## Sources\n")
    lines += [f"- {key}: {text}" for key, text in book.sources.items()]
    return "\n".join(lines) + "\n"


def _section(entry: catalogue.RuleEntry) -> str:
    marks = [entry.severity, *(["core"] if entry.core else []), f"suite {entry.suite}"]
    if entry.years != (None, None):
        marks.append(f"{entry.years[0] or ''}–{entry.years[1] or ''}")
    if entry.profiles:
        marks.append(f"profiles {', '.join(entry.profiles)}")
    if entry.home:
        marks.append(f"elsewhere than {', '.join(entry.home)} information")
    if entry.follows:
        marks.append(f"may follow from {', '.join(one.rule for one in entry.follows)}")
    text = f"### {entry.id}\n\n{entry.title} ({entry.title_en}); {'; '.join(marks)}\n\n{entry.zh}\\\n{entry.en}\n\n"
    text += f"- 容差：{entry.tolerance} ({entry.tolerance_en})\n- 整改：{entry.remedy} ({entry.remedy_en})\n- 依据：{'、'.join(entry.source)}\n"
    return text + "".join(f"- 易误报：{trap}\n" for trap in entry.traps)
