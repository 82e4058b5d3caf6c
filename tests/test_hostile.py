"""Files meant to harm: each gets a reason of its own, in bounded time and memory, and the good file behind it is read."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from selfeval.extractors.drawing.render import PagePicture, render_page
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation.limits import GIB, MAX_SECONDS
from selfeval.extractors.isolation.sandbox import extract_many, run_isolated
from tests.hostile.make import CASES

SAMPLE = Path(__file__).parent.parent / "data/samples/hubei-commerce-2020.pdf"
#: seconds and bytes for a document, its child's start and the good document behind it included
MAX_WALL, MAX_MEMORY = 25.0, 1.6 * GIB
#: a mended file that shows no form is called damaged
NO_FORM = {"no-form-found", "damaged"}
BOMB = {"out-of-memory", "timed-out", "crashed", "too-complex"}
CODES = {
    "deep_page_tree": {"damaged"},
    "page_tree_loop": {"damaged"},
    "page_count_that_lies_high": {"damaged"},
    "page_count_that_lies_low": {"damaged"},
    "no_pages": {"zero-pages"},
    "crop_box_elsewhere": {"damaged"},
    "page_count_beyond_int": {"damaged"},
    "length_that_refers_to_itself": {"damaged"},
    "object_loop": {"damaged"},
    "deep_dictionary": {"damaged"},
    "box_that_is_no_number": NO_FORM | {"page-too-large", "damaged"},
    "billion_laughs": BOMB,
    "form_that_draws_itself": BOMB,
    "zip_bomb": {"too-complex"},
    "zip_bomb_in_a_zip_bomb": BOMB | NO_FORM,
    "picture_of_a_square_mile": {"too-complex"},
    "loose_boxes": NO_FORM | {"too-complex"},
    "letters_by_the_million": NO_FORM | {"too-many-characters"},
    "unknown_encryption": {"unsupported-encryption"},
    "header_alone": {"damaged"},
    "junk_with_a_header": {"damaged"},
    "web_page_renamed": {"not-a-pdf"},
    "nothing": {"empty-file"},
    "page_of_200_inches": {"page-too-large"},
    "twenty_thousand_pages": {"too-many-pages"},
}


def max_wall() -> float:
    """Seconds that a document may take: limits are those of the processor, so that on a busy machine it takes as much longer."""
    return MAX_WALL * max(os.getloadavg()[0], 1.0)


class Memory(threading.Thread):
    """Samples the resident size of the servers that read, and of every process below them; `peak` is the greatest sum seen, in bytes. Servers
    that other tests of this process have started, such as one for S3, are none of them."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak, self.over = 0, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            self.peak = max(self.peak, sum(_sizes_below(os.getpid())))


def _sizes_below(top: int) -> list[int]:
    parents, sizes = {}, {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(
                line.split(":", 1) for line in status.read_text().splitlines() if ":" in line
            )
        except (ProcessLookupError, FileNotFoundError):
            continue  # ended meanwhile
        pid = int(status.parent.name)
        parents[pid], sizes[pid] = (
            int(lines["PPid"]),
            int(lines.get("VmRSS", "0 kB").split()[0]) * 1024,
        )
    family = {pid for pid, parent in parents.items() if parent == top and _reads(pid)}
    for _ in range(3):  # the server, its children and theirs
        family |= {pid for pid, parent in parents.items() if parent in family}
    return [size for pid, size in sizes.items() if pid in family]


def _reads(pid: int) -> bool:
    try:
        return b"selfeval.extractors.isolation" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.fixture
def memory() -> Iterator[Memory]:
    watch = Memory()
    watch.start()
    yield watch
    watch.over.set()
    watch.join()


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_gets_its_reason_and_the_next_document_passes(
    case: str, tmp_path: Path, memory: Memory
) -> None:
    path = tmp_path / f"{case}.pdf"
    path.write_bytes(CASES[case]())
    begin = time.monotonic()
    # the full time for one of those that use it up, less for the others so that the tests are not waiting
    hostile, good = extract_many(
        [path, SAMPLE], timeout=MAX_SECONDS if case == "form_that_draws_itself" else 8.0
    )
    assert time.monotonic() - begin < max_wall()
    assert hostile.reason is not None
    assert hostile.reason.code in CODES.get(case, NO_FORM), hostile.reason
    assert (good.status, len(good.forms)) == ("ok", 1)
    assert memory.peak < MAX_MEMORY


@pytest.mark.parametrize(
    "case",
    [
        "picture_of_a_square_mile",
        "page_of_200_inches",
        "huge_font_size",
        "glyph_that_draws_itself",
        "deep_graphics_stack",
    ],
)
def test_drawing_a_hostile_page_ends(case: str, memory: Memory) -> None:
    begin = time.monotonic()
    try:
        came = (
            "drawn"
            if isinstance(run_isolated(render_page, CASES[case](), 1), PagePicture)
            else "nothing"
        )
    except ExtractError as error:
        came = error.code
    assert came in BOMB | {"page-too-large", "drawn"}
    assert time.monotonic() - begin < max_wall()
    assert memory.peak < MAX_MEMORY
