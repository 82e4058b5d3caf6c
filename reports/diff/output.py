"""A Diff as terminal text, as JSON and as a page of the site."""

from __future__ import annotations

from dataclasses import asdict
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from selfeval.reports import labels
from selfeval.reports.diff.versions import Diff, FormDiff, ValueChange
from selfeval.reports.i18n import N_, translator
from selfeval.reports.site.environment import render
from selfeval.reports.site.write import PAGES, RunInfo

STATES = {"opened": N_("新增发现"), "closed": N_("已消除"), "unchanged": N_("仍存在")}
MARKS = {"opened": "+", "closed": "-", "unchanged": "="}
ABSENT = "∅"


def to_json(diff: Diff) -> dict[str, Any]:
    """Plain data: before, after, counts, and the forms that changed in full."""
    changed = [asdict(form) for form in diff.forms if form.changed]
    return {"before": diff.before, "after": diff.after, "counts": diff.counts(), "forms": changed}


def to_text(diff: Diff, lang: str = "zh") -> str:
    """Lines for a terminal: ± for forms, ~ for values, + - = for findings. Unchanged findings are only counted."""
    catalogue = translator(lang)
    _ = catalogue.gettext
    lines = [f"{diff.before} → {diff.after}", summary(diff, lang)]
    for form in (form for form in diff.forms if form.changed):
        lines += ["", heading(form, catalogue)]
        lines += [
            f"  ~ {where(change, catalogue)}：{shown(change.before)} → {shown(change.after)}"
            for change in form.values
        ]
        lines += [
            f"  {MARKS[change.state]} {_(STATES[change.state])} [{_(labels.SEVERITY[change.severity])}] {change.message}"
            for change in form.findings
            if change.state != "unchanged"
        ]
    return "\n".join(lines) + "\n"


def summary(diff: Diff, lang: str = "zh") -> str:
    _ = translator(lang).gettext
    told = _(
        "新增发现 %(opened)d，已消除 %(closed)d，仍存在 %(unchanged)d；数值变动 %(values)d；"
        "新增表 %(added)d，减少表 %(removed)d"
    )
    return told % diff.counts()


def heading(form: FormDiff, catalogue: NullTranslations) -> str:
    _ = catalogue.gettext
    name = " · ".join(filter(None, (form.project or form.document, form.unit, form.year)))
    if form.before is None:
        name += _("（新增的表）")
    if form.after is None:
        name += _("（后者没有此表）")
    return f"± {name}"


def where(change: ValueChange, catalogue: NullTranslations) -> str:
    return labels.say_path(change.path, lambda _block, _index: "", catalogue)


def shown(text: str | None) -> str:
    """A value on one line; an absent one and an empty one look different."""
    return ABSENT if text is None else f"“{' '.join(text.split())}”"


def write_html(diff: Diff, path: Path | str, lang: str = "zh", root: str = "") -> Path:
    """Write the diff as a page beside the site's index (`root` is the way from the page to the site's folder)."""
    catalogue = translator(lang)
    forms = [
        {
            "heading": heading(form, catalogue)[2:],
            "form": form,
            "values": [(where(v, catalogue), v.before, v.after) for v in form.values],
            "address": f"documents/{form.after.rpartition('-')[0]}.html" if form.after else "",
        }
        for form in diff.forms
        if form.changed
    ]
    states = {key: catalogue.gettext(label) for key, label in STATES.items()}
    title = catalogue.gettext("逐项对照")
    page = {"root": root, "section": "diff", "pages": PAGES, "run": RunInfo(), "title": title}
    text = render(
        lang,
        "diff.html.j2",
        **page,
        diff=diff,
        forms=forms,
        states=states,
        summary=summary(diff, lang),
    )
    target = Path(path)
    target.write_text(text, encoding="utf-8")
    return target
