"""The wheel as a stranger gets it: built from a clean checkout, installed where nothing else is, run from another folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from flow_runs import HOUSE, SAMPLES, environment

pytestmark = pytest.mark.xdist_group("wheel")

ROOMS = ("core", "data", "expectations", "extractors", "flows", "records", "reports")
#: What a checkout never holds, or what no build looks at.
_LEFT = shutil.ignore_patterns(
    ".*", "__pycache__", "build", "dist", "*.egg-info", "demo", "workspace", "tests", "results"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    checkout = tmp_path_factory.mktemp("checkout") / "selfeval"
    shutil.copytree(HOUSE, checkout, symlinks=True, ignore=_LEFT)
    # The build back end of the environment of the tests: the isolated one that CI builds in comes over the network.
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True, timeout=120)
    (built,) = (checkout / "dist").glob("*.whl")
    return built


def test_a_wheel_puts_one_name_into_site_packages(wheel: Path) -> None:
    names = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"selfeval"}


def test_a_wheel_holds_every_file_of_the_rooms(wheel: Path) -> None:
    """Templates, pages, suites, migrations, samples and the assets of Data Docs, not the modules alone."""
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        f"selfeval/{path.relative_to(HOUSE).as_posix()}"
        for room in ROOMS
        for path in (HOUSE / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != "babel.cfg"
    }
    assert sorted(wanted - held) == []
    assert "selfeval/py.typed" in held


def test_an_installed_wheel_runs_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    """Everything but the dependencies, which take minutes to install and are those of the tests here (CI installs them afresh), is the
    wheel's own: no checkout on the path, no link, no file beside it."""
    variables = environment()
    variables.pop("PYTHONPATH", None)
    home = tmp_path / "environment"
    venv.create(home, symlinks=True)
    python, place = (
        home / "bin/python",
        Path(sysconfig.get_path("purelib", "posix_prefix", {"base": str(home)})),
    )
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        wheel,
    ]
    subprocess.run(install, env=variables, check=True, capture_output=True, timeout=120)
    # As a line of a .pth file: the folder's own .pth files, the one of the editable install among them, are not read then.
    (place / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "inbox").mkdir(parents=True)
    shutil.copy(SAMPLES / "beijing-hotline-2020-cidfont.pdf", elsewhere / "inbox")
    where = subprocess.run(
        [python, "-c", "import selfeval.flows; print(selfeval.flows.__file__)"],
        cwd=elsewhere, env=variables, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert Path(where.stdout.strip()).is_relative_to(place)
    done = subprocess.run(
        [home / "bin/selfeval", "run", "inbox", "--workspace", "W"],
        cwd=elsewhere, env=variables, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    assert all(
        (elsewhere / "W" / name).exists()
        for name in ("reports/index.html", "data_docs", "parquet/judged/forms.parquet")
    )
    assert not any((elsewhere / "W/quarantine").iterdir())
