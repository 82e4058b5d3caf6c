"""What holds for the house as a whole: rooms import in one direction, modules stay small, commands are told of."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
#: room -> the rooms that it may import.
ROOMS: dict[str, set[str]] = {
    "core": set(),
    "extractors": {"core", "data"},
    "records": {"core", "extractors"},
    "expectations": {"core", "records", "data"},
    "reports": {"core", "records"},
    "flows": {"core", "extractors", "records", "expectations", "reports", "data"},
}
#: lines; half of the modules stand far below.
CEILING = 350


def modules(room: str) -> list[Path]:
    return sorted((HOUSE / room).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, full name) of everything that a module imports, inside functions and type-checking blocks too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_imports_backwards(room: str) -> None:
    backward = []
    for path in modules(room):
        for line, name in imports(path):
            package = name.removeprefix("selfeval.").partition(".")[0]
            if name.startswith("selfeval.") and package != room and package not in ROOMS[room]:
                backward.append(f"{path.relative_to(HOUSE)}:{line} imports {name}")
            if name.partition(".")[0] in {
                *ROOMS,
                "data",
            }:  # a second copy of the room under a second name
                backward.append(f"{path.relative_to(HOUSE)}:{line} imports {name} without selfeval")
    assert not backward


def test_reports_never_open_a_pdf() -> None:
    readers = ("selfeval.extractors", "pypdfium2", "pdfplumber", "camelot")
    assert not [
        f"{path.name}:{line}"
        for path in modules("reports")
        for line, name in imports(path)
        if name.startswith(readers)
    ]


def test_no_module_grows_past_the_ceiling() -> None:
    paths = [path for room in ROOMS for path in modules(room)]
    lengths = {
        str(path.relative_to(HOUSE)): len(path.read_text("utf-8").splitlines()) for path in paths
    }
    assert not {name: lines for name, lines in lengths.items() if lines > CEILING}
    assert sorted(lengths.values())[len(lengths) // 2] <= 130


def test_one_name_in_site_packages() -> None:
    """Every room is reached as selfeval.ROOM, and packed from there: no second top-level name."""
    links = {
        path.name: path.resolve() for path in (HOUSE / "selfeval").iterdir() if path.is_symlink()
    }
    assert links == {room: HOUSE / room for room in (*ROOMS, "data")}
    assert (HOUSE / "selfeval" / "py.typed").is_file()
    import tomllib

    tools = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    assert tools["packages"]["find"]["include"] == ["selfeval*"]
    without = {
        path.parent.relative_to(HOUSE).as_posix()
        for room in (*ROOMS, "data")
        for path in (HOUSE / room).rglob("*.py")
        if "migrations" not in path.parts and not (path.parent / "__init__.py").exists()
    }
    assert not without


def test_what_is_imported_is_declared() -> None:
    """A package that comes only because another one needs it goes when that one no longer does."""
    import importlib.metadata
    import tomllib

    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]
    listed = [
        *project["dependencies"],
        *(name for extra in ("dask", "s3") for name in project["optional-dependencies"][extra]),
    ]
    declared = {re.split(r"[\[<>=! ]", name)[0].lower().replace("_", "-") for name in listed}
    makers = importlib.metadata.packages_distributions()
    missing = set()
    for path in (path for room in ROOMS for path in modules(room)):
        for _, name in imports(path):
            package = name.partition(".")[0]
            if package == "selfeval" or package in sys.stdlib_module_names:
                continue
            if (
                not {maker.lower().replace("_", "-") for maker in makers.get(package, [])}
                & declared
            ):
                missing.add(package)
    assert not missing - {"dask"}  # which prefect-dask is about


def command_modules() -> list[str]:
    from selfeval.flows.cli import COMMANDS

    return [module.__name__.rpartition(".")[2].rstrip("_").replace("_", "-") for module in COMMANDS]


@pytest.mark.parametrize("command", command_modules())
def test_every_command_has_help_and_stands_in_the_readme(command: str) -> None:
    from typer.main import get_command

    from selfeval.flows.cli import app

    found = get_command(app).commands[command]  # type: ignore[attr-defined]
    assert found.help
    assert all(parameter.help for parameter in found.params if parameter.name != "help"), command
    assert f"selfeval {command}" in (HOUSE / "README.md").read_text("utf-8")


def test_help_loads_nothing_heavy() -> None:
    """`--help` must answer at once: no PDF library, no tables, no Great Expectations, no Prefect."""
    heavy = (
        "pandas",
        "numpy",
        "prefect",
        "great_expectations",
        "sqlalchemy",
        "pypdfium2",
        "rich.console",
        "jinja2",
        "yaml",
    )
    code = f"import sys, selfeval.flows.cli; print([name for name in {heavy!r} if name in sys.modules])"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOUSE
    )
    assert shown.stdout.strip() == "[]"


def test_reading_a_form_loads_neither_tables_nor_prefect() -> None:
    code = (
        "import sys; import selfeval.extractors.read, selfeval.extractors.jsonio;"
        "print([name for name in ('pandas', 'prefect', 'great_expectations', 'pdfplumber', 'camelot', 'cv2') if name in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOUSE
    )
    assert shown.stdout.strip() == "[]"


def test_no_list_of_packages_names_a_registry() -> None:
    for name in ("constraints.txt", "pyproject.toml", "Makefile", ".ci/run"):
        text = (HOUSE / name).read_text("utf-8")
        assert not re.search(
            r"index-url|find-links|https?://[^\s\"']*(?:pypi|simple|mirror)", text
        ), name
    pins = [
        line
        for line in (HOUSE / "constraints.txt").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[^\s@;]+", pin) for pin in pins)
    fastapi = next(pin for pin in pins if pin.startswith("fastapi=="))
    assert int(fastapi.split(".")[1]) < 151


def literals(path: Path) -> Iterator[tuple[int, set[str]]]:
    """(line, strings) of every tuple, list, set and dict that a module writes out."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        items = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []
        items = node.keys if isinstance(node, ast.Dict) else items
        yield (
            getattr(node, "lineno", 0),
            {item.value for item in items if isinstance(item, ast.Constant)},
        )


#: Frozen: what databases were told at a time.
FROZEN = ("records/store/migrations/", "records/store/first_columns.py")


def test_no_list_of_fields_stands_outside_core() -> None:
    """A field is said once, in core/fields.py. What names seven of the fields of a part of a form is a copy of that."""
    from selfeval.core import fields

    parts = [{*fields.names(part)} for part in (fields.HEADER, *fields.ROWS.values(), fields.TOTAL)]
    copies = [
        f"{path.relative_to(HOUSE)}:{line} {sorted(words & part)}"
        for room in ROOMS
        if room != "core"
        for path in modules(room)
        if not path.relative_to(HOUSE).as_posix().startswith(FROZEN)
        for line, words in literals(path)
        for part in parts
        if len(words & part) >= 7
    ]
    assert not copies


def test_no_number_is_parsed_outside_core() -> None:
    """What turns print into a number is core.numbers; a Decimal elsewhere is a constant."""
    allowed = {
        "expectations/profiles.py",  # a YAML scalar, exactly as it is written
        "expectations/kept.py",  # what the cache of verdicts keeps as text
        "records/store/schema_sql.py",  # what the database keeps as text
    }
    parsed = [
        f"{path.relative_to(HOUSE)}:{node.lineno}"
        for room in ROOMS
        if room != "core"
        for path in modules(room)
        if path.relative_to(HOUSE).as_posix() not in allowed
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "Decimal"
        and not all(isinstance(item, ast.Constant) for item in node.args)
    ]
    assert not parsed


def test_ids_and_paths_are_taken_apart_in_core_alone() -> None:
    sliced = re.compile(r"(?:_id|sha256|key)\w*[\"']?\]?\[:16\]|substr\(\w*_id|split\(\"/\"\)\[0\]")
    assert not [
        f"{path.relative_to(HOUSE)}:{number}"
        for room in ROOMS
        if room != "core"
        for path in modules(room)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if sliced.search(line)
    ]


def test_no_two_classes_of_one_name() -> None:
    """One name for one thing, whatever room it is in."""
    named: dict[str, list[str]] = {}
    for room in (*ROOMS, "benchmarks"):
        for path in modules(room):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ClassDef):
                    place = f"{path.relative_to(HOUSE)}:{node.lineno}"
                    named.setdefault(node.name, []).append(place)
    assert not {name: places for name, places in named.items() if len(places) > 1}
