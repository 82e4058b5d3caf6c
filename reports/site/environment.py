"""The one Jinja2 environment: everything is escaped, a name that is missing is an error, and strings go through the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import markupsafe
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from selfeval.reports import amounts, labels
from selfeval.reports.english import in_english
from selfeval.reports.i18n import HTML_LANG, translator
from selfeval.reports.site.jsdata import embedded
from selfeval.reports.site.markup import quoted, table_rows, value_attributes

TEMPLATES = Path(__file__).parent / "templates"

#: Everything comes from the site's own folder. No inline script or style runs; no plug-in, frame, form target or base is allowed.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'"
)


@lru_cache(maxsize=4)
def environment(lang: str) -> Environment:
    """Given a language, return its environment. Autoescape is on for every template, whatever its file name ends in."""
    catalogue = translator(lang)
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    # newstyle: the variables of a message are escaped as well
    made.install_gettext_callables(catalogue.gettext, catalogue.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals["_"] = _cached(catalogue)

    def label_of(names: dict[str, str], key: str) -> str:
        return catalogue.gettext(names.get(key, key))

    made.filters.update(
        money=amounts.money, number=amounts.number, percent=amounts.percent, embedded=embedded
    )
    made.filters["quoted"] = quoted if lang != "zh" else markupsafe.escape
    made.filters["said"] = (
        (lambda text: quoted(in_english(text))) if lang != "zh" else markupsafe.escape
    )
    made.globals.update(
        table_rows=table_rows,
        value_attributes=value_attributes,
        csp=CONTENT_SECURITY_POLICY,
        lang=lang,
        html_lang=HTML_LANG[lang],
        severity_label=lambda key: label_of(labels.SEVERITY, key),
        verdict_label=lambda key: label_of(labels.VERDICT, key),
        family_label=lambda key: label_of(labels.FAMILIES, key),
        status_label=lambda key: label_of(labels.STATUS, key),
    )
    return made


def _cached(catalogue: NullTranslations) -> Callable[[str], markupsafe.Markup]:
    """`_` of the templates: a page says some hundred fixed sentences, and the extension's own looks up and formats each every time."""

    @lru_cache(maxsize=1024)
    def said(message: str) -> markupsafe.Markup:
        return markupsafe.Markup(catalogue.gettext(message)) % {}

    return said


def render(lang: str, template: str, **context: Any) -> str:
    return environment(lang).get_template(template).render(**context)
