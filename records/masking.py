"""Names, telephone and identity numbers -> forms that tell two people apart but nobody who they are.

Masking twice changes nothing, so text that is masked already may pass through again. Leader and phone are masked whole (`mask_name`,
`mask_phone`); in free text only numbers that can be nothing else are (`mask_text`)."""
from __future__ import annotations

import re

# A mobile number or an identity number that stands alone: not a part of a longer number, not an amount.
_ALONE = r"(?<![0-9.,])(?:{})(?![0-9]|[.,][0-9]|\s*[万亿]?元)"
_MOBILE = re.compile(_ALONE.format(r"(1[3-9][0-9])[ -]?[0-9]{4}[ -]?([0-9]{4})"))
_IDENTITY = re.compile(_ALONE.format(r"([1-9][0-9]{5})(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"))
# 0355-6021234, (010)63088888: the area code tells a telephone from a plain number.
_LANDLINE = re.compile(r"(?<![0-9])(\(?0[1-9][0-9]{1,2}\)?[ -])[0-9]{3,4}([0-9]{4})(?![0-9])")
_WIDE = str.maketrans("０１２３４５６７８９－", "0123456789-")


def mask_name(name: str | None) -> str | None:
    """张三丰 -> 张**; several names with marks between them one by one; digits among them as telephone numbers. None and "" stay."""
    if not name:
        return name
    parts = re.split(r"([\s,，、;；/()（）:：]+)", name)
    return "".join(part if index % 2 else _mask_one(part) for index, part in enumerate(parts))


def _mask_one(name: str) -> str:
    if any(mark.isdigit() for mark in name):
        return mask_phone(name) or name
    return name[:1] + "*" * (len(name) - 1)


def mask_phone(phone: str | None) -> str | None:
    """13600000000 -> 136****0000; shorter numbers keep only their last two digits. Letters among the digits are masked as a name's are."""
    if not phone:
        return phone
    return re.sub(r"[^\W\d_]{2,}", lambda name: mask_name(name[0]) or "", re.sub(r"[0-9]{4,}", _mask_digits, phone.translate(_WIDE)))


def _mask_digits(run: re.Match[str]) -> str:
    digits = run[0]
    if len(digits) >= 11:
        return digits[:3] + "*" * (len(digits) - 7) + digits[-4:]
    return "*" * (len(digits) - 2) + digits[-2:]


def mask_text(text: str | None) -> str | None:
    """Free text with mobile, identity and landline numbers masked, everything else as it was."""
    if not text or sum(map(str.isdigit, text)) < 10:  # nearly all text, and it is read a million times
        return text
    text = _IDENTITY.sub(r"\1************", text)
    text = _MOBILE.sub(r"\1****\2", text)
    return _LANDLINE.sub(r"\1****\2", text)
