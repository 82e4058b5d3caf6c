"""Errors that a person can do something about are one family: a code, a sentence, a remedy, whatever room raised them."""

from __future__ import annotations

import importlib
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from selfeval.core import problems
from selfeval.core.problems import Problem
from selfeval.expectations.roster import RosterError
from selfeval.extractors.errors import ExtractError
from selfeval.flows.ops.uploading import UploadError
from selfeval.records.errors import StoreError
from selfeval.reports.i18n import UnknownLanguage

HOUSE = Path(__file__).parent.parent
RAISED = [
    Problem("no-inbox", "收件夹不存在", "请检查地址。"),
    ExtractError("too-many-pages", pages=501, limit=500),
    StoreError("store-busy", "数据库正被占用", "请稍后重试。"),
    RosterError("报送名单是空的"),
    UnknownLanguage("fr"),
    UploadError("publish-failed", address="s3://place", why="no route"),
]


def kinds(of: type[Problem]) -> Iterator[type[Problem]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_an_error_crosses_a_process_with_everything_that_it_says(error: Problem) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    said = (again.code, again.message, again.hint, str(again))
    assert said == (error.code, error.message, error.hint, str(error))
    assert error.message and error.hint


def test_the_tree_in_the_docstring_is_the_one_that_there_is() -> None:
    for path in (path for room in ("extractors", "records", "expectations", "reports", "flows")
                 for path in (HOUSE / room).rglob("*.py")):  # fmt: skip
        if re.search(r"^class \w+\((?:Problem|\w+Error)\b", path.read_text("utf-8"), re.M):
            name = path.relative_to(HOUSE).with_suffix("").as_posix().replace("/", ".")
            importlib.import_module(f"selfeval.{name}")
    drawn = set(re.findall(r"[├└]─ (\w+)", problems.__doc__ or ""))
    assert drawn == {kind.__name__ for kind in kinds(Problem) if kind.__module__.startswith("self")}


def test_an_upload_that_fails_is_still_an_error_of_the_operating_system() -> None:
    """Prefect tries again what is one."""
    error = UploadError("publish-failed", address="s3://place", why="no route")
    assert isinstance(error, OSError)
    assert error.message == "无法上传到 s3://place：no route"


def test_a_code_that_no_list_has_needs_its_sentence() -> None:
    with pytest.raises(ValueError, match="no-such-code"):
        Problem("no-such-code")
    assert ExtractError("too-many-pages").message == "文件有 ? 页，超过上限 ? 页。"
