"""What marks a document stale: a change of the code or data that reads it, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flow_runs import HOUSE, environment

_ROOMS = ("core", "data", "expectations", "extractors", "flows", "records", "reports")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rooms that can be written to."""
    copy = tmp_path_factory.mktemp("versions")
    for room in _ROOMS:
        ignore = shutil.ignore_patterns("__pycache__", "samples", "static", "docs_assets")
        shutil.copytree(HOUSE / room, copy / room, ignore=ignore)
    shutil.copytree(HOUSE / "selfeval", copy / "selfeval", symlinks=True)
    return copy


@pytest.fixture(scope="module")
def before(house: Path) -> tuple[str, ...]:
    return versions(house)


def versions(house: Path) -> tuple[str, ...]:
    """Of the reader, the rules and the report, as a process says that finds the copy first."""
    code = "from selfeval.flows.run import versions as v; print(v.__file__, v.reader(), v.rules(), v.report())"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=house,
        env=environment(PYTHONPATH=os.fspath(house)),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.split()
    assert Path(shown[0]).is_relative_to(house)
    return tuple(shown[1:])


#: change -> (file, what is replaced, by what; which of reader, rules and report are others then)
CHANGES = {
    "a comment": ("extractors/read.py", "def _forms(", "# a comment\n\n\ndef _forms(", ()),
    "a docstring": ("core/numbers.py", '"""', '"""Otherwise said. ', ()),
    "a type": ("core/masking.py", "from __future__ import annotations\n", "from __future__ import annotations\n\nif TYPE_CHECKING:\n    from selfeval.flows import cli\n", ()),
    "a module that no reading imports": ("flows/ops/metrics.py", "from __future__ import annotations\n", "from __future__ import annotations\n\n_LIMIT = 3\n", ()),
    "an engine": ("extractors/engines/camelot.py", "MAX_AREA = 2_000_000", "MAX_AREA = 2_000_001", (0,)),
    "a template": ("data/templates/national.csv", "\n", "\n\n", (0,)),
    "a rule": ("expectations/rules/scores.py", "from __future__ import annotations\n", "from __future__ import annotations\n\n_LIMIT = 3\n", (1,)),
    "a profile": ("data/profiles/national.yml", "\n", "\n# and more\n", (1,)),
    "a page": ("reports/site/templates/index.html.j2", "\n", "\n\n", (2,)),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_version_changes_with_what_can_change_a_result(
    house: Path, before: tuple[str, ...], change: str
) -> None:
    name, old, new, which = CHANGES[change]
    text = (house / name).read_text("utf-8")
    assert old in text
    try:
        (house / name).write_text(text.replace(old, new, 1), "utf-8")
        after = versions(house)
    finally:
        (house / name).write_text(text, "utf-8")
    assert tuple(i for i in range(3) if before[i] != after[i]) == which
