"""A workspace made without Prefect, step by step as a run makes it, and the desk over it as the process that people start."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfeval.flows.inbox.intake import take_in
from selfeval.flows.ledger.order import places
from selfeval.flows.run.deciding import judge_again
from selfeval.flows.run.images import Artist, originals
from selfeval.flows.run.reading import Reader, read_chunk
from selfeval.flows.run.stores import close_books, ledger_of, store_of
from selfeval.flows.workspace import Workspace, create
from tests.flow_runs import HOUSE, environment

BROWSER = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]  # fmt: skip
#: documents that one child process reads after the other
CHUNK = 80
#: has a page wait half a second for each answer of the desk
ANSWERS_LATE = "() => { const asked = window.fetch; window.fetch = (...what) => new Promise((go) => setTimeout(go, 500)).then(() => asked(...what)); }"


def audited(root: Path, files: Iterable[Path], pictures: bool = False) -> Workspace:
    """A workspace in which these files are read and audited; without `pictures` page images are left to the desk."""
    place, inbox = create(root), root / "inbox"
    inbox.mkdir()
    long_ago = time.time() - 3600
    for file in files:
        os.utime(shutil.copy(file, inbox), (long_ago, long_ago))
    store, ledger = store_of(place), ledger_of(place)
    ids = take_in(str(inbox), ledger).new
    for at in range(0, len(ids), CHUNK):
        read_chunk(place, ledger, store, ids[at : at + CHUNK], Reader())
    items = ledger.all()
    store.receive(places(ledger.all(), ledger.received()))
    judge_again(place, store, ledger)
    if pictures:
        with Artist(place, originals(items), workers=2, documents=len(items)) as artist:
            artist.finish(artist.begin(store.load()))
    close_books()
    return place


@dataclass(frozen=True)
class Desk:
    """A desk that answers: its address with the token, and the seconds until it said so."""

    address: str
    seconds: float

    @property
    def origin(self) -> str:
        return self.address.partition("/?")[0]

    @property
    def token(self) -> str:
        return self.address.rpartition("=")[2]


@contextmanager
def desk(place: Workspace, *options: str) -> Iterator[Desk]:
    """`selfeval review` over the workspace; afterwards it has ended cleanly on SIGTERM."""
    command = [sys.executable, "-m", "selfeval", "review", "-w", str(place.root), "--no-open"]
    started = time.monotonic()
    process = subprocess.Popen(
        [*command, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=HOUSE,
        env=environment(PYTHONPATH=str(HOUSE)),
    )
    try:
        assert process.stdout
        address = process.stdout.readline().strip()
        took = time.monotonic() - started
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", address), address
        yield Desk(address, took)
    finally:
        process.send_signal(signal.SIGTERM)
        rest, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert not rest
    assert "Traceback" not in said, said


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        opened = playwright.chromium.launch(executable_path=path, args=BROWSER)
        yield opened
        opened.close()
