"""Personal data masked for everything that is published: 张*, 136****0000, and the same inside running text.

Masking is one way and errs on the side of hiding; amounts and scores are never passed through it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from selfeval.core.batch_cache import remembered
from selfeval.core.fields import ALL, Field

HAN = "\u3400-\u9fff\uf900-\ufaff"
_BLANK = re.compile(r"[\s\-‐-―—/／\\、,，.。]*|无|不适用|暂无")
# An amount in 元 can have eleven digits too: what decimals or a unit of money follow is not a phone number.
_NOT_MONEY = r"(?!\d|[.．]\d|\s*(?:元|万元|亿元|％|%))"
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d)([- ]?)(\d{4})\2(\d{4})" + _NOT_MONEY)
# Area codes are 010, 02x and four digits from 03xx on; no number within an area begins with 0.
_LANDLINE = re.compile(
    r"(?<![\d.])([(（]?0(?:10|2\d|[3-9]\d{2})[)）]?\s?[-－—–]?\s?)([1-9]\d{2,3}[- ]?)(\d{4})"
    + _NOT_MONEY
)
_LABELLED = re.compile(
    r"((?:电话|手机|传真|联系方式|Tel|TEL|tel)(?:号码|号)?[:：\s]{0,3})(\d{3,4}[- ]?)(\d{4})(?!\d)"
)
_IDENTITY = re.compile(
    r"(?<!\d)([1-9]\d{2})\d{3}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_IDENTITY_BEFORE = re.compile(r"(?:身份证|证件)[^\d\n]{0,6}$")
# What a code is called, or the letters that it begins with; "Tel" begins a telephone number.
_CODE_BEFORE = re.compile(
    r"(?:编码|编号|代码|文号|项目号|批次号)[)）]?[:：\s]{0,3}[A-Za-z0-9_/－—–-]*$"
    r"|(?<![A-Za-z])(?![Tt][Ee][Ll]|[Pp]hone|PHONE|[Mm]ob)[A-Za-z]{1,8}[0-9_/-]*$"
)
_LETTER_AFTER = re.compile(r"[A-Za-z_]")
_WEIGHTS, _CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_NAMED = re.compile(
    rf"((?:联系人|负责人|填报人|填表人|经办人|审核人|承办人|制表人|复核人)(?:姓名|签字|签名|（签字）|（签章）)?[:：]\s*)([{HAN}])[{HAN}·]{{1,3}}(?![{HAN}])"
)
# On a page the next caption can stand close after the name.
_NAME_ON_PAGE = re.compile(
    _NAMED.pattern.rpartition("(?!")[0]
    + rf"(?=[^{HAN}·]|$|(?:联系|电话|手机|单位|填报|填表|审核|复核|经办|承办|制表|主管|负责|日期|时间|职务))"
)
# Cards of UnionPay, Visa and Mastercard, written in one or in fours; their last digit checks the others (Luhn).
_CARD = re.compile(r"(?<![\dA-Za-z.])(62\d\d|4\d{3}|5[1-5]\d\d)((?:[ -]?\d{4}){2}[ -]?\d{0,3}[ -]?)(\d{4})(?![\d.])")  # fmt: skip
_MAIL = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+-]*([@＠](?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})")
# A name that stands beside its caption without a colon: told by its family name. Those that begin common words (高, 任, 方, 成) are left out.
_BESIDE = re.compile(
    r"((?:联系|负责|填报|填表|经办)人(?:姓名)?(?:是|为|\s)?)([王李张刘陈杨赵黄周吴徐孙胡朱郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范廖石韦贾夏傅邹熊孟秦邱江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔])"
    rf"[{HAN}]{{1,2}}(?=$|[\s,，、;；。.()（）0-9]|电话|手机|联系)"
)
_DIGITS = re.compile(r"\d")
_NAME = re.compile(rf"[{HAN}·]{{2,4}}")
_MASKED_NAMES = re.compile(r"(?:.\*+[\s、,，]*)+")
# Any text that the full set of patterns could change has one of these; nearly none has, and a season has millions of cells.
_SUSPECT = re.compile(
    r"[0-9０-９]{3}[-－—– )）]?[0-9０-９]{3}|[人话机真式][^:：]{0,4}[:：]|[Tt][Ee][Ll]|[@＠]|(?:系|责|报|表|办)人"
)
_PHONE_CAPTION = re.compile(r"电话|手机|传真|联系方式")
_NAME_CAPTION = re.compile(r"(?:人|人员|姓名|签字|签名|签章|负责|经办)\s*(?:[(（].*)?$")
_CODE_CAPTION = re.compile(r"(?<!身份证)(?<!证件)(?:编码|编号|代码|文号|项目号|批次号)")
_PERSONAL_PATHS = frozenset(field.path for field in ALL if field.personal)
#: What is said of a doubt about a name or a telephone.
PERSONAL_DOUBT = "个人信息读取存疑（内容已隐去）"


def mask_name(text: str | None) -> str | None:
    """张三 -> 张*, 张三、李四 -> 张*、李*, Zhang San -> Z* S*. Blanks (——, 无) and what is masked already stay; phone numbers beside the name
    are masked too."""
    if text is None or _BLANK.fullmatch(text) or _MASKED_NAMES.fullmatch(text):
        return text
    text = re.sub(rf"([{HAN}])(?:[{HAN}·*]|\s(?=[{HAN}]))*", r"\1*", mask_text(text))
    return re.sub(r"([A-Za-z])[A-Za-z'.]+", r"\1*", text)


def mask_phone(text: str | None) -> str | None:
    """13600000000 -> 136****0000, 010-12345678 -> 010-****5678. What does not look like a number keeps its last four digits only."""
    if text is None or _BLANK.fullmatch(text):
        return text
    masked = mask_text(text)
    left = len(_DIGITS.findall(text)) - 4
    if (
        masked == text and left > 0 and "*" not in text
    ):  # an unusual number, e.g. 8 digits or two numbers run together
        masked = _DIGITS.sub("*", text, count=left)
    return re.sub(rf"([{HAN}])[{HAN}·]+", r"\1*", masked)


@remembered
def mask_text(text: str, leader: str | None = None) -> str:
    """Running text with phone, identity and card numbers, addresses of mail, names after 联系人： and the like, and the names in `leader` masked."""
    if _SUSPECT.search(text):
        text = _IDENTITY.sub(
            lambda m: m[1] + "*" * 11 + m[0][-4:] if _is_identity(m) else m[0], text
        )
        text = _MOBILE.sub(lambda m: m[0] if _is_code(m) else f"{m[1]}****{m[4]}", text)
        text = _LANDLINE.sub(
            lambda m: m[0] if _is_code(m) else m[1] + "*" * len(m[2].strip("- ")) + m[3], text
        )
        text = _LABELLED.sub(lambda m: m[1] + "*" * len(m[2].strip("- ")) + m[3], text)
        text = _CARD.sub(
            lambda m: m[1] + _DIGITS.sub("*", m[2]) + m[3] if _is_card(m) else m[0], text
        )
        text = _MAIL.sub(r"\1***\2", text)
        text = _NAMED.sub(r"\1\2*", text)
        text = _BESIDE.sub(r"\1\2*", text)
    for name in _names_in(leader) if leader else ():
        text = text.replace(name, name[0] + "*")
    return text


def _is_identity(found: re.Match[str]) -> bool:
    """Whether 18 digits with a date in them are an identity number: their last digit checks the others (GB 11643) and they begin with a
    province, or they are called one. Codes of projects and budgets have that length too, and often a date."""
    number, before = found[0].upper(), found.string[max(0, found.start() - 12) : found.start()]
    if _IDENTITY_BEFORE.search(before):
        return True
    summed = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return bool(_PROVINCE.match(number)) and _CHECKS[summed % 11] == number[-1]


def _is_card(found: re.Match[str]) -> bool:
    """Whether 16 to 19 digits are the number of a bank card, and no code."""
    digits = [int(digit) for digit in _DIGITS.findall(found[0])]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    holds = (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
    return 16 <= len(digits) <= 19 and holds and not _is_code(found)


def _is_code(found: re.Match[str]) -> bool:
    """Whether digits that could be a telephone number are, by where they stand, part of a code."""
    text, start = found.string, found.start()
    before = text[max(0, start - 24) : start]
    return bool(_CODE_BEFORE.search(before) or _LETTER_AFTER.match(text, found.end()))


def mask_office(text: str, leader: str | None = None) -> str:
    """The name of a unit: as running text, but a leader's name with more of the name behind it (王家 in 王家镇) is none."""
    masked = mask_text(text)
    for name in _names_in(leader) if leader else ():
        masked = re.sub(rf"{re.escape(name)}(?![{HAN}])", f"{name[0]}*", masked)
    return masked


@remembered
def _names_in(leader: str) -> tuple[str, ...]:
    return () if _BLANK.fullmatch(leader) else tuple(_NAME.findall(leader))


def mask_field(field: Field, text: Any, leader: str | None = None) -> Any:
    """What may be kept of the value of a field; `leader` is the form's own. Numbers and absent values stay."""
    if field.personal == "name":
        return mask_name(text)
    if field.personal == "phone":
        return mask_phone(text)
    if not text or not field.is_free_text:
        return text
    return mask_office(text, leader) if field.is_office else mask_text(text, leader)


def mask_captioned(caption: str, text: str, leader: str | None = None) -> str:
    """What may be kept of a cell that no field is for: the words of its caption tell whether it holds a name, a telephone or
    a code, which is neither."""
    if _PHONE_CAPTION.search(caption):
        return mask_phone(text) or ""
    if _CODE_CAPTION.search(caption):
        return text
    return (mask_name(text) or "") if _NAME_CAPTION.search(caption) else mask_text(text, leader)


def mask_doubt(path: str, why: str, leader: str | None = None) -> str:
    """A doubt quotes the readings that differ; about a name or a telephone it may only say that there is one."""
    return PERSONAL_DOUBT if path in _PERSONAL_PATHS else mask_text(why, leader)


def number_spans(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of the telephone, identity and card numbers and addresses of mail that `mask_text` would mask, whole; they may overlap."""
    for pattern, first, last in (
        (_IDENTITY, 0, 0),
        (_MOBILE, 0, 0),
        (_LANDLINE, 0, 0),
        (_LABELLED, 2, 3),
    ):
        for match in pattern.finditer(text):
            if pattern is _LABELLED or (
                _is_identity(match) if pattern is _IDENTITY else not _is_code(match)
            ):
                yield match.start(first), match.end(last)
    yield from (match.span() for match in _CARD.finditer(text) if _is_card(match))
    yield from (match.span() for match in _MAIL.finditer(text))


def name_spans(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of the names that stand after 联系人： and the like, whole."""
    for pattern in (_NAMED, _NAME_ON_PAGE, _BESIDE):
        for match in pattern.finditer(text):
            yield match.start(2), match.end()


def identity_spans(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of identity numbers: their date and check digit make them certain even where digits of several lines were run together."""
    return (match.span() for match in _IDENTITY.finditer(text) if _is_identity(match))
