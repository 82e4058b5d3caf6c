"""Masking of a form's fields on their way into the tables, by the rules of `selfeval.core.masking`.

What is masked already stays as it is, so that forms read back from published JSON give the same tables as the PDFs did.
"""

from __future__ import annotations

import re

from selfeval.core import masking
from selfeval.core.batch_cache import remembered

#: Fields in which people write sentences, and with them names and numbers.
FREE_TEXT = frozenset(
    {
        "title",
        "project_name",
        "authority",
        "unit",
        "label",
        "goal_expected",
        "goal_actual",
        "level1",
        "level2",
        "level3",
        "target",
        "actual",
        "explanation",
    }
)

# Any text that the full set of patterns could change has one of these; nearly none has, and a season has millions of cells.
_SUSPECT = re.compile(
    r"[0-9０-９]{3}[-－—– )）]?[0-9０-９]{3}|[人话机真式][^:：]{0,4}[:：]|[Tt][Ee][Ll]"
)


def mask_name(name: str | None) -> str | None:
    """张三 -> 张*."""
    return (
        name
        if name is None or re.fullmatch(r"(?:.\*+[\s、,，]*)+", name)
        else masking.mask_name(name)
    )


def mask_phone(phone: str | None) -> str | None:
    """13600000000 -> 136****0000."""
    return phone if phone is None or "***" in phone else masking.mask_phone(phone)


@remembered
def mask_text(text: str | None, leader: str | None = None) -> str | None:
    """Free text without telephone and identity numbers, and without the name of the form's own `leader`."""
    if not text:
        return text
    if leader and len(leader) > 1 and leader[:2] in text:
        return masking.mask_known(text, leader)
    return masking.mask_text(text) if _SUSPECT.search(text) else text


def mask_field(field: str, text: str | None, leader: str | None = None) -> str | None:
    """What may be kept of the text of a field."""
    if field == "leader":
        return mask_name(text)
    if field == "phone":
        return mask_phone(text)
    return mask_text(text, leader) if field in FREE_TEXT else text


def mask_doubt(path: str, why: str | None, leader: str | None = None) -> str | None:
    """A doubt quotes the readings that differ; about a name or a telephone it may only say that there is one."""
    return (
        "个人信息读取存疑（内容已隐去）" if path in ("leader", "phone") else mask_text(why, leader)
    )
