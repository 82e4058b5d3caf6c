"""One catalogue of strings. The message ids are the Chinese sentences themselves; `locale/en` translates them.

docs/reports.md tells how to extract the ids from templates and code with Babel; a test fails when one has no translation.
"""

from __future__ import annotations

import gettext
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from selfeval.core.families import FAMILIES
from selfeval.core.fields import ENGLISH
from selfeval.core.kinds import KINDS
from selfeval.reports.errors import ReportError

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("zh", "en")
HTML_LANG = {"zh": "zh-CN", "en": "en"}


def N_(message: str) -> str:
    """Mark a sentence for the catalogue without translating it yet."""
    return message


class UnknownLanguage(ReportError):
    """A language that has no catalogue."""

    def __init__(self, lang: str) -> None:
        super().__init__("unknown-language", lang=lang, known="、".join(LANGUAGES))


class _FieldCaptions(gettext.NullTranslations):
    """Captions of fields, kinds of tables and families of rules, which core says in both languages."""

    _SAID = {**ENGLISH, **dict(KINDS.values()), **dict(FAMILIES.values())}

    def gettext(self, message: str) -> str:
        return self._SAID.get(message, message)


@lru_cache(maxsize=4)
def translator(lang: str) -> gettext.NullTranslations:
    """Given "zh" or "en", return the translations; they are compiled from the .po file in memory, so no build step is needed."""
    if lang == "zh":
        return gettext.NullTranslations()
    if lang not in LANGUAGES:
        raise UnknownLanguage(lang)
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (LOCALE / lang / "LC_MESSAGES" / "reports.po").open("rb") as source:
        catalogue = read_po(source, locale=lang)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    made = gettext.GNUTranslations(compiled)
    made.add_fallback(_FieldCaptions())
    return made
