"""Fingerprints of what makes a result: the code and data that read documents, and those that judge them.

A result is keyed by the content of its document and by these, so that a new version marks what is stale and everything else is free.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import selfeval

_HOUSE = Path(selfeval.__file__).parent


@cache
def release() -> str:
    """The version of the package, or that it runs from a checkout that was never installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("selfeval")
    except PackageNotFoundError:
        return "0+checkout"


@cache
def reader() -> str:
    """The version of what turns a PDF into tables."""
    return _fingerprint(
        _files("core", "*.py"),
        _files("extractors", "*.py"),
        _files("records", "*.py"),
        _files("data/templates", "*"),
    )


@cache
def rules() -> str:
    """The version of what turns tables into findings."""
    return _fingerprint(
        _files("core", "*.py"),
        _files("expectations", "*.py"),
        _files("expectations", "*.json"),
        _files("data/profiles", "*"),
        [_HOUSE / "data/rules.yml"],
    )


@cache
def report() -> str:
    """The version of what turns findings into pages."""
    return _fingerprint(_files("reports", "*"))


def _files(folder: str, pattern: str) -> list[Path]:
    return [
        path
        for path in (_HOUSE / folder).rglob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    ]


def _fingerprint(*groups: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for group in groups for path in group):
        if path.is_file():
            digest.update(
                path.relative_to(_HOUSE).as_posix().encode()
                + b"\0"
                + hashlib.sha256(path.read_bytes()).digest()
            )
    return digest.hexdigest()[:16]
