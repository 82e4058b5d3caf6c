"""What a zip file or a mail holds, one Member after the other, under limits that stand before anything is unpacked."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from functools import partial
from typing import IO, Any

from selfeval.core.problems import Problem

#: files in one container, all levels together: a province's season of one department stays below.
MAX_MEMBERS = 10_000
#: bytes of all PDFs of one container once unpacked: 20 s to inflate and hash.
MAX_UNPACKED = 2 << 30
#: times that a member of more than RATIO_FROM bytes may be larger than packed. Forms reach 20; zeros 1,030.
MAX_RATIO = 200
RATIO_FROM = 10 << 20
#: bytes of a zip's list of contents: 10,000 members with long names. Python builds 0.6 kB for each of its entries, 46 bytes at least.
MAX_DIRECTORY = 4 << 20
#: bytes, lines and parts of a mail. Servers pass 25 to 50 MB; the parser holds some four times as much and takes 10 s a million lines.
MAX_MAIL = 64 << 20
MAX_MAIL_LINES = 1_200_000
MAX_MAIL_PARTS = 500
#: bytes of the lines before a mail's text or an attachment: the parser takes a minute for 2 MB of them.
MAX_MAIL_HEADER = 256 << 10
#: seconds of the processor to open one container or take one file out of it: 2 GiB of PDFs take 15.
UNPACK_SECONDS = 60.0
#: of names that do not say theirs: what Chinese programs write, the one that refuses most first.
_ENCODINGS = ("utf-8", "gb18030")
#: characters of a member's name that are kept: PostgreSQL does not index more than 2,700 bytes.
MAX_NAME = 400

#: code -> (sentence, hint), as the errors of documents have them.
PACKED: dict[str, tuple[str, str]] = {
    "archive-damaged": ("压缩包或邮件不完整，无法打开", "请重新打包并提交"),
    "archive-unreadable": ("无法读取（{detail}）", "请检查权限和网络，下次运行会再试"),
    "archive-locked": ("压缩包内的文件设有密码", "请去掉密码后重新打包"),
    "archive-method": ("压缩方式不受支持", "请用普通方式（Deflate）重新打包"),
    "archive-too-many": ("压缩包或邮件内的文件超过 {limit} 个", "请分成几个提交"),
    "archive-too-large": ("解开后超过 {limit} MB", "请分成几个提交"),
    "archive-bomb": ("压缩比异常，疑似恶意文件", "请用普通方式重新打包，或直接提交 PDF"),
    "archive-nested": ("压缩包层层嵌套，只打开到第二层", "请把里面的 PDF 直接打包"),
    "archive-too-slow": (
        "解开用去的处理器时间达到上限 {seconds} 秒",
        "请用普通方式重新打包，或直接提交 PDF",
    ),
    "mail-too-large": ("邮件超过 {limit} MB 或结构过于复杂", "请另存附件后提交"),
}


class PackedError(Problem):
    """A container that is not opened."""

    sentences = PACKED

    @property
    def told(self) -> tuple[str, str]:
        """(sentence and hint, code)."""
        return f"{self.message}。{self.hint}", self.code


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a container. `name` is a relative path that is safe to show and is unique in its container; `problem` a code of PACKED
    for one that cannot be opened."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    problem: str = ""


def zip_members(file: IO[bytes]) -> Iterator[Member]:
    """The files of a zip. PackedError: over a limit; zipfile.BadZipFile: damaged."""
    archive = _archive(file)
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_MEMBERS:
        raise PackedError("archive-too-many", limit=MAX_MEMBERS)
    if _is_bomb(infos, _size(file)):
        raise PackedError("archive-bomb")
    names = _Names()
    for info in infos:
        problem = "archive-locked" if info.flag_bits & 1 else ""
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            problem = problem or "archive-method"
        yield Member(
            names.unique(info.filename),
            info.file_size,
            partial(archive.open, info),
            problem,
        )


def _size(file: IO[bytes]) -> int:
    return file.seek(0, io.SEEK_END)


def _is_bomb(infos: Sequence[zipfile.ZipInfo], size: int) -> bool:
    """Whether members say to be far larger than packed, each or all together, or to lie within one another."""
    packed = sum(info.compress_size for info in infos)
    unpacked = sum(info.file_size for info in infos)
    each = any(i.file_size > max(RATIO_FROM, MAX_RATIO * i.compress_size) for i in infos)
    return each or packed > size or MAX_UNPACKED > unpacked > max(RATIO_FROM, MAX_RATIO * size)


def mail_members(file: IO[bytes]) -> Iterator[Member]:
    """The attachments of a mail, those of forwarded mails in it included. PackedError: over a limit."""
    data = file.read(MAX_MAIL + 1)
    if (
        len(data) > MAX_MAIL
        or data.count(b"\n") > MAX_MAIL_LINES
        or data.count(b"boundary") > MAX_MAIL_PARTS
        or _longest_header(data) > MAX_MAIL_HEADER
    ):
        raise PackedError("mail-too-large", limit=MAX_MAIL >> 20)
    names = _Names()
    for number, part in enumerate(BytesParser().parsebytes(data).walk()):
        if number > MAX_MAIL_PARTS:
            raise PackedError("archive-too-many", limit=MAX_MAIL_PARTS)
        name = _attachment_name(part)
        content = part.get_payload(decode=True) if name and not part.is_multipart() else None
        if isinstance(content, bytes):
            yield Member(names.unique(name), len(content), partial(io.BytesIO, content))


def _longest_header(data: bytes) -> int:
    """Bytes of the head of a mail, or of the longest run of lines that are continued, wherever one stands."""
    found = re.search(rb"\r?\n\r?\n", data)
    continued = max((len(run[0]) for run in re.finditer(rb"(?:\n[ \t][^\n]*)+", data)), default=0)
    return max(found.start() if found else len(data), continued)


class _Sparing:
    """A file that hands out no more than MAX_DIRECTORY bytes in one piece: zipfile reads a zip's whole list of contents in one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def read(self, size: int = -1) -> bytes:
        if size > MAX_DIRECTORY:
            raise PackedError("archive-too-many", limit=MAX_MEMBERS)
        return self._file.read(size)


class _Names:
    """Names as they are shown: relative, without parts that lead elsewhere or characters that do not print, each once."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def unique(self, name: str) -> str:
        text = "".join(c for c in name.replace("\\", "/") if c.isprintable())
        parts = [
            part
            for part in re.sub(r"^[A-Za-z]:", "", text).split("/")
            if part not in ("", ".", "..")
        ]
        label = "/".join(parts)[-MAX_NAME:].lstrip("/") or "unnamed"
        count = self._seen[label] = self._seen.get(label, 0) + 1
        if count == 1:
            return label
        stem, dot, suffix = label.rpartition(".")
        return self.unique(f"{stem} ({count}).{suffix}" if dot else f"{label} ({count})")


def _archive(file: IO[bytes]) -> zipfile.ZipFile:
    """The zip, its names in UTF-8 where it says or shows so, else in GBK, which Chinese Windows writes without saying."""
    sparing: Any = _Sparing(file)
    for encoding in _ENCODINGS:
        try:
            return zipfile.ZipFile(sparing, metadata_encoding=encoding)
        except UnicodeDecodeError:
            continue
    return zipfile.ZipFile(sparing)


def _decoded(raw: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def _attachment_name(part: Message) -> str:
    """The file name of an attachment: by RFC 2231, as encoded words (which mail programs write although they must not), or as raw bytes."""
    for name, value in list(part.raw_items()):
        if name.lower() in ("content-disposition", "content-type") and not str(value).isascii():
            part.replace_header(name, _decoded(str(value).encode("utf-8", "surrogateescape")))
    name = part.get_filename() or ""
    if "=?" not in name:
        return name
    try:
        words = decode_header(name)
    except ValueError:  # email.errors.HeaderParseError: base64 that is none
        return name
    return "".join(
        word if isinstance(word, str) else _word(word, charset or "") for word, charset in words
    )


def _word(word: bytes, charset: str) -> str:
    charset = "gb18030" if charset.lower() in ("gb2312", "gbk", "gb_2312-80", "x-gbk") else charset
    try:
        return word.decode(charset or "ascii")
    except (LookupError, UnicodeDecodeError):
        return _decoded(word)
