"""Fingerprints of what makes a result: the code and data that read documents, those that judge them, those that draw pages.

A result is keyed by the content of its document and by these, so that a new version marks what is stale and everything else is free. Only
what can change a result counts: the modules that the work imports, as they run (comments, docstrings, types and line breaks are no part of
that), the data that they load, and the libraries that read every document.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import selfeval
from selfeval.expectations import profiles
from selfeval.extractors.engines.registry import DEFAULT, ENGINES, RECOGNISER
from selfeval.extractors.forms.templates import own_folder

_HOUSE = Path(selfeval.__file__).parent


@cache
def release() -> str:
    """The version of the package, or that it runs from a checkout that was never installed."""
    return _version("selfeval") or "0+checkout"


@cache
def reader() -> str:
    """The version of what turns a PDF into tables."""
    engines = (f"selfeval.extractors.engines.{name}" for name in ENGINES)
    libraries = {*DEFAULT.libraries, *RECOGNISER.libraries}
    return _fingerprint(
        ["selfeval.extractors.read", *engines, "selfeval.records.tables.build"],
        _files("data/templates"),
        [
            *(f"{name}=={_version(name)}" for name in sorted(libraries)),
            *_contents(own_folder(), "*.csv"),
        ],
    )


def _contents(folder: Path | None, pattern: str) -> list[str]:
    """Files of a folder of the user's own: editing one makes stale what rests on it."""
    found = sorted(folder.glob(pattern)) if folder else []
    return [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in found]


@cache
def rules() -> str:
    """The version of what turns tables into findings."""
    return _fingerprint(
        ["selfeval.expectations.auditing"],
        [*_files("expectations/suites"), *_files("data/profiles"), _HOUSE / "data/rules.yml"],
        _contents(profiles.own_folder(), "*.yml"),
    )


@cache
def report() -> str:
    """The version of what turns findings into pages."""
    modules = (_name(path) for path in _files("reports") if path.suffix == ".py")
    return _fingerprint(modules, [path for path in _files("reports") if path.suffix != ".py"])


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _files(folder: str) -> list[Path]:
    return sorted(
        path
        for path in (_HOUSE / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def _fingerprint(modules: Iterable[str], data: Iterable[Path], more: Iterable[str] = ()) -> str:
    parts = dict(_imported(modules))
    parts |= {
        path.relative_to(_HOUSE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in data
    }
    told = [f"{name} {digest}" for name, digest in sorted(parts.items())]
    return hashlib.sha256("\n".join([*told, *more]).encode()).hexdigest()[:16]


def _imported(modules: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(name, hash of what it does) of these modules and of all of ours that they import, inside functions too."""
    waiting, seen = list(modules), set[str]()
    while waiting:
        name = waiting.pop()
        path = _path(name)
        if name in seen or path is None:
            continue
        seen.add(name)
        digest, imports = _read(path)
        yield name, digest
        waiting += imports


@cache
def _read(path: Path) -> tuple[str, tuple[str, ...]]:
    tree = _Bare().visit(ast.parse(path.read_bytes()))
    return hashlib.sha256(ast.unparse(tree).encode()).hexdigest(), tuple(_imports(tree))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


class _Bare(ast.NodeTransformer):
    """Leaves out docstrings, and imports that only a type checker follows."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        constant = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if constant else node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return None
        return self.generic_visit(node)


def _path(name: str) -> Path | None:
    """The file of a module of ours; None for a name in a module, or what is not ours."""
    room, _, inner = name.partition(".")
    if room != "selfeval":
        return None
    path = _HOUSE.joinpath(*inner.split(".")) if inner else _HOUSE
    if path.is_dir():
        return path / "__init__.py"
    return path if (path := path.with_suffix(".py")).is_file() else None


def _name(path: Path) -> str:
    return ".".join(("selfeval", *path.relative_to(_HOUSE).with_suffix("").parts))
