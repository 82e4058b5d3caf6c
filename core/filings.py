"""Which forms are filings of one project: the same year, unit and project, however the names are set.

Of the filings of a project the latest is current, whatever its file is called; the others are read and kept, and count nowhere."""

from __future__ import annotations

import re

from selfeval.core.folding import fold
from selfeval.core.numbers import is_blank

_LAYOUT = re.compile(
    r"(?<![0-9])\.|\.(?![0-9])|[\s,，。、;；:：!！?？“”\"'‘’()（）《》〈〉【】\[\]…·—–-]+"
)
_CODE = re.compile(r"^[0-9]{3,}[-－_—]?")
_OWN_OFFICE = re.compile(r"(?:本级|机关|本部)$")

#: Whose project it is, and which.
Key = tuple[str, str]


def bare(text: str | None) -> str:
    """`text` without spaces and punctuation, all but the point in a number: 95.00 is not 950.0."""
    return _LAYOUT.sub("", fold(text)) if text else ""


def unit_key(name: str | None) -> str:
    """A unit's name without its code and without 本级."""
    return _OWN_OFFICE.sub("", bare(_CODE.sub("", (name or "").strip())))


def project_key(unit: str | None, authority: str | None, project: str | None) -> Key | None:
    """Whose project it is, by the authority where the unit is blank, and which; None where a form does not say: two such forms have
    nothing in common but the gap."""
    owner = unit_key(authority if is_blank(unit) else unit)
    named = "" if is_blank(project) else bare(project)
    return (owner, named) if owner and named and not is_blank(owner) else None
