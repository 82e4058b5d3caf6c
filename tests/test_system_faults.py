"""What the system refuses is told in a sentence with what to do, and leaves no traceback behind: disks are really full here."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from selfeval.flows.ops.faults import DENIED, FULL, READ_ONLY, system_fault
from selfeval.flows.ops.uploading import UploadError, upload
from selfeval.flows.workspace import create
from tests.flow_runs import HOUSE

FORM = HOUSE / "tests" / "troubles" / "layout-hunan.pdf"


def raised(work: Callable[[], object]) -> BaseException:
    with pytest.raises((OSError, sqlite3.Error)) as caught:
        work()
    return caught.value


def test_a_command_whose_output_has_no_room_says_so() -> None:
    command = [sys.executable, "-m", "selfeval", "template", str(FORM), "-o", "/dev/full"]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "磁盘已满" in done.stderr and "处理办法：请腾出空间后重新运行" in done.stderr
    assert "Traceback" not in done.stderr and "程序内部出错" not in done.stderr


def test_a_database_without_room_and_one_that_is_read_only(tmp_path: Path) -> None:
    path = tmp_path / "small.db"
    with sqlite3.connect(path) as small:
        small.execute("CREATE TABLE forms (value TEXT)")
        small.execute("PRAGMA max_page_count = 3")
        many = [("数" * 4000,)] * 9
        full = raised(lambda: small.executemany("INSERT INTO forms VALUES (?)", many))
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as shown:
        denied = raised(lambda: shown.execute("DELETE FROM forms"))
    codes = [fault.code for error in (full, denied) if (fault := system_fault(error))]
    assert codes == [FULL, READ_ONLY]


def test_what_an_error_came_from_is_told_and_a_defect_is_none() -> None:
    try:
        try:
            raise PermissionError(13, "Permission denied", "/srv/inbox")
        except PermissionError as error:
            raise RuntimeError("a task failed") from error
    except RuntimeError as error:
        fault = system_fault(error)
    assert fault and fault.code == DENIED and "/srv/inbox" in fault.message
    assert system_fault(ValueError("an index is out of range")) is None
    assert system_fault(FileNotFoundError(2, "No such file", "/srv/a.pdf")) is None


@pytest.mark.parametrize(
    ("address", "said"), [("file:///proc/none/x", "那里没有这个目录，也无法新建"), ("file:///dev/full/x", "目录")]
)  # fmt: skip
def test_a_folder_that_cannot_be_written_is_told_without_the_words_of_a_library(
    address: str, said: str, tmp_path: Path
) -> None:
    place = create(tmp_path / "W", "")
    (place.root / "reports").mkdir(exist_ok=True)
    (place.root / "reports" / "index.html").write_text("<p>")
    with pytest.raises(UploadError) as caught:
        upload(place, address)
    assert said in caught.value.message and "Errno" not in caught.value.message
