"""One more file, a deleted page, a damaged picture: what is new, changed or gone is made again, and nothing else."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from selfeval.flows.ledger.states import UNFINISHED
from selfeval.flows.run import made
from selfeval.flows.run.flow import Job, publish, read, take_in_inbox
from selfeval.flows.run.reading import Reader
from selfeval.flows.run.stores import close_books, ledger_of
from selfeval.flows.workspace import create
from tests.forms import Layout, draw, random_document

pytestmark = pytest.mark.xdist_group("incremental")
OUTPUTS = ("reports", "parquet", "data_docs")
#: the only text of a page that tells when it was made
_MADE_AT = re.compile(r"生成时间 [\d: -]+")


class Nights:
    """A workspace over an inbox, and runs over it without Prefect's server around them."""

    def __init__(self, folder: Path) -> None:
        self.inbox, self.workspace = folder / "inbox", create(folder / "W")
        self.inbox.mkdir()

    def arrive(self, number: int) -> str:
        path = self.inbox / f"{number:02d}.pdf"
        path.write_bytes(draw(random_document(Random(number), rows=3), Layout(), number))
        past = time.time() - 60
        os.utime(path, (past, past))
        return path.name

    def run(self, force: bool = False) -> None:
        job = Job(self.workspace, str(time.monotonic_ns()), Reader(), 2, "")
        take_in_inbox.fn(job, str(self.inbox))
        items = ledger_of(self.workspace, job.run).all()
        waiting = [item.submission_id for item in items if item.state in UNFINISHED]
        if waiting:
            read.fn(job, waiting)
        publish.fn(job, force)

    def stamps(self) -> dict[str, int]:
        return {name: path.stat().st_mtime_ns for name, path in self.files()}

    def contents(self) -> dict[str, bytes]:
        """What report and Parquet say, but for when."""
        return {
            name: _MADE_AT.sub("", path.read_text("utf-8")).encode()
            if path.suffix == ".html"
            else path.read_bytes()
            for name, path in self.files()
            if not name.startswith("data_docs")
        }

    def files(self) -> Iterator[tuple[str, Path]]:
        for folder in OUTPUTS:
            for path in sorted((self.workspace.root / folder).rglob("*")):
                if path.is_file():
                    yield path.relative_to(self.workspace.root).as_posix(), path

    def page_of(self, document: str) -> str:
        (item,) = (one for one in ledger_of(self.workspace).all() if one.document == document)
        return f"reports/documents/{item.document_id[:16]}.html"


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "SIZE", 3)
        opened = Nights(tmp_path_factory.mktemp("nights"))
        for number in range(7):
            opened.arrive(number)
        opened.run()
        yield opened
        close_books()


def test_one_more_file_costs_its_part_and_says_what_the_whole_says(nights: Nights) -> None:
    first = nights.page_of("00.pdf")
    before = nights.stamps()
    nights.arrive(7)
    nights.run()
    after = nights.stamps()
    new = nights.page_of("07.pdf")
    pages = {name for name in after if name.startswith("reports/documents/")}
    written = {name for name in pages if after[name] != before.get(name)}
    assert written == {new, first}, "the first form speaks for the season in rules about all forms"
    pictures = {name for name in before if name.startswith("reports/pages/")}
    assert pictures and all(after[name] == before[name] for name in pictures)
    by_parts = nights.contents()
    for path in nights.workspace.root.glob("made/*"):
        path.unlink()
    nights.run(force=True)
    assert all(nights.stamps()[name] != after[name] for name in pages), "all of it, this time"
    assert nights.contents() == by_parts


def test_nothing_new_writes_nothing(nights: Nights) -> None:
    before = nights.stamps()
    nights.run()
    assert nights.stamps() == before


def test_what_was_deleted_or_damaged_is_made_again(nights: Nights) -> None:
    contents, stamps = nights.contents(), nights.stamps()
    root, harmed = nights.workspace.root, set[str]()
    for pattern in ("reports/documents/*.html", "reports/data/documents-0.js", "parquet/judged/forms.parquet", "data_docs/index.html"):  # fmt: skip
        gone = min(root.glob(pattern))
        gone.unlink()
        harmed.add(gone.relative_to(root).as_posix())
    for pattern in ("reports/pages/*.png", "reports/units/*.html", "parquet/findings.parquet"):
        damaged = max(root.glob(pattern))
        damaged.write_bytes(b"x")
        harmed.add(damaged.relative_to(root).as_posix())
    nights.run()
    assert nights.contents() == contents and (root / "data_docs/index.html").stat().st_size
    again = nights.stamps()
    assert all(again[name] != stamps[name] for name in harmed)
    pages = {name for name in again if name.startswith("reports/documents/")}
    assert {name for name in pages if again[name] != stamps[name]} == harmed & pages
