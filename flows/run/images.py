"""Page images for the report: drawn once a content and page, with personal data covered, in capped child processes."""

from __future__ import annotations

import json
import os
import pickle
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from selfeval.core.paths import short_id
from selfeval.extractors.isolation.limits import DRAWN_PER_CHILD, MAX_ADDRESS_SPACE, RENDER_SECONDS
from selfeval.extractors.isolation.pool import Pool, Verdict
from selfeval.extractors.model import Bbox
from selfeval.flows.commands.console import log
from selfeval.flows.inbox import remote
from selfeval.flows.inbox.folder import local_path
from selfeval.flows.ledger.ledger import Submission
from selfeval.flows.run.drawing import Wanted, draw
from selfeval.flows.run.turns import turns
from selfeval.flows.workspace import Workspace, write_private

if TYPE_CHECKING:
    from selfeval.extractors.drawing.render import PagePicture
    from selfeval.extractors.errors import ExtractError
    from selfeval.records.tables.build import Tables
    from selfeval.reports.model import PageImage

#: documents. Up to here every page with a form is drawn; above, only pages that a finding or a doubt points at: a picture costs ten times
#: what reading the page does.
DRAW_ALL = 300
#: dots an inch of pictures up to there, and above: characters of 9 points can be read on the smaller ones, which take two thirds of the time.
DOTS, SEASON_DOTS = 150, 120
#: documents a worker that are given to the pool at a time; the others wait here.
AT_HAND = 32
#: Raised when more is covered than before or pictures are kept otherwise: those that an earlier version drew are drawn again.
COVERS = 4
_PERSONAL = ("leader", "phone")
#: what masking leaves: 136****0000, 张*
_MASKED = r"\d\*{3,}|[\u3400-\u9fff]\*"


#: page -> the boxes to cover, the boxes to cover if the page is a scan, and the degrees by which the page lies turned
_Pages = dict[int, tuple[list[Bbox], list[Bbox], int]]


def wanted_pages(tables: Tables, draw_all: bool = True) -> dict[str, _Pages]:
    """document_id -> page -> the boxes to cover: the cells of names and telephones everywhere, on scans also cells whose text is masked in
    places. Where a page has text, the renderer finds these by itself, to the character. Without `draw_all`, pages that a finding or a doubt
    points at."""
    cells, forms = tables.cells, tables.forms
    owner = dict(zip(forms["form_id"].tolist(), forms["document_id"].tolist(), strict=True))
    placed = cells[cells["page"].notna()]
    turned = turns(placed)
    chosen = placed if draw_all else placed[placed["doubt"].notna()]
    pages: dict[str, _Pages] = defaultdict(dict)
    for frame in (chosen, tables.findings[tables.findings["page"].notna()]):
        places = frame[["form_id", "page"]].drop_duplicates()
        for form_id, page in zip(places["form_id"].tolist(), places["page"].tolist(), strict=True):
            turn = turned.get((form_id, int(page)), 0)
            pages[owner[form_id]].setdefault(int(page), ([], [], turn))
    masked = placed["text"].str.contains(_MASKED, na=False)
    for at, frame in enumerate((placed[placed["path"].isin(_PERSONAL)], placed[masked])):
        columns = (
            frame[name].tolist() for name in ("form_id", "page", "x0", "top", "x1", "bottom")
        )
        for form_id, page, *box in zip(*columns, strict=True):
            hidden = pages.get(owner[form_id], {}).get(int(page))
            if hidden is not None:
                hidden[:2][at].append((box[0], box[1], box[2], box[3]))
    return pages


class Original(NamedTuple):
    """A document as it came: its name, and where it can be read again."""

    document: str
    source: str


def originals(items: Sequence[Submission]) -> dict[str, Original]:
    """By document_id, of several copies the first."""
    return {item.document_id: Original(item.document, item.source) for item in reversed(items)}


class Artist:
    """Draws the pages that a report shows, in child processes that go on while the caller does something else: `begin` some documents, and
    `finish` them later. A context manager.

    `originals` are the names of documents and where they lie, by document_id. Pictures of an earlier run are kept; a file that is gone leaves its pages without a picture.
    Beside each picture stand its name and size in points, so that a report can be made again without drawing."""

    def __init__(
        self, workspace: Workspace, originals: Mapping[str, Original], workers: int, documents: int
    ) -> None:
        self.workspace, self.originals, self.draw_all = workspace, originals, documents <= DRAW_ALL
        self._dots = DOTS if self.draw_all else SEASON_DOTS
        # what draws takes what audit and report leave of the processors: at the end these two would have to go on alone
        self._pool = Pool(
            workers, address_space=MAX_ADDRESS_SPACE, calls=DRAWN_PER_CHILD, yielding=True
        )
        workspace.images.mkdir(parents=True, exist_ok=True)
        self._scratch = tempfile.TemporaryDirectory(prefix="drawn-", dir=workspace.temporary)
        self._waiting: SimpleQueue[tuple[str, bytes] | None] = SimpleQueue()
        self._room = threading.Semaphore(workers * AT_HAND)
        self._changed = threading.Condition()
        self._begun: set[str] = (
            set()
        )  # also those that could not be drawn: they are not tried again
        self._left: set[str] = set()
        self._failure: BaseException | None = None
        self._feeder = threading.Thread(target=self._feed, name="draw", daemon=True)

    def __enter__(self) -> Artist:
        self._feeder.start()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is not None:
            self._fail(error)
        self._waiting.put(None)
        self._feeder.join()
        self._pool.close()
        self._scratch.cleanup()
        if error is None:
            _drop_bare(self.workspace)

    def begin(self, tables: Tables) -> dict[str, list[int]]:
        """Have the pages drawn that are not there yet, after those that others have begun; the pages wanted by document_id."""
        wanted = wanted_pages(tables, self.draw_all)
        for key, pages in wanted.items():
            missing: list[Wanted] = [
                (page, *hidden)
                for page, hidden in pages.items()
                if not _sizes(self.workspace, key, page).exists()
            ]
            if missing and key in self.originals and key not in self._begun:
                self._begun.add(key)
                with self._changed:
                    self._left.add(key)
                # a season of documents waits here: as bytes they take a fifth
                self._waiting.put((key, pickle.dumps(missing)))
        return {key: list(pages) for key, pages in wanted.items()}

    def finish(self, wanted: Mapping[str, Sequence[int]]) -> dict[tuple[str, int], PageImage]:
        """The pictures of these pages by document_id and page, once they are drawn."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._failure is not None or self._left.isdisjoint(wanted)
            )
        if self._failure is not None:
            raise self._failure
        return kept_images(self.workspace, wanted)

    def _feed(self) -> None:
        """Give the pool what waits, a few documents ahead of what it draws."""
        while (waiting := self._waiting.get()) is not None:
            key, missing = waiting
            self._room.acquire()
            if self._failure is not None:
                return
            try:
                self._draw(key, pickle.loads(missing))
            except BaseException as error:  # noqa: BLE001 - raised again where the pictures are asked for
                self._fail(error)

    def _draw(self, key: str, missing: list[Wanted]) -> None:
        """Pictures are kept as they come: what is drawn does not wait in memory until somebody asks."""
        path = self._original(key)
        if path is None:
            self._done(key)
            return

        def keep(drawn: Future[Verdict]) -> None:
            try:
                if self._failure is None:
                    self._keep(key, *drawn.result())
                if path.parent == Path(self._scratch.name):
                    path.unlink(missing_ok=True)
                self._done(key)
            except BaseException as error:  # noqa: BLE001 - raised again where the pictures are asked for
                self._fail(error)

        seconds = RENDER_SECONDS * (1 + len(missing) / 4)
        self._pool.submit(
            draw, os.fspath(path), key, missing, self._dots, seconds=seconds
        ).add_done_callback(keep)

    def _done(self, key: str) -> None:
        self._room.release()
        with self._changed:
            self._left.discard(key)
            self._changed.notify_all()

    def _fail(self, error: BaseException) -> None:
        """Nothing more is drawn, and whoever asks is told why."""
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()
        self._room.release()

    def _keep(
        self, key: str, drawn: list[tuple[int, PagePicture]], refused: ExtractError | None
    ) -> None:
        if refused is not None:
            log.warning(
                "无法绘制页面图像：%s",
                refused,
                extra={"document": self.originals[key].document, "document_id": key},
            )
            return
        for page, picture in drawn:
            name = f"{short_id(key)}-{page}.{picture.kind}"
            _write_picture(self.workspace.images / name, picture.data)
            write_private(
                _sizes(self.workspace, key, page),
                json.dumps([name, picture.width_pt, picture.height_pt, picture.turn]),
            )

    def _original(self, key: str) -> Path | None:
        """A local file with the document, fetched if need be; None where it cannot be had."""
        original = self.originals[key]
        try:
            return local_path(original.source) or remote.fetch(
                original.source, Path(self._scratch.name, f"{key}.pdf")
            )
        except OSError as error:
            log.warning(
                "无法取得原件，报告中不显示页面图像：%s",
                error,
                extra={"document": original.document},
            )
            return None


def kept_images(
    workspace: Workspace, wanted: Mapping[str, Sequence[int]]
) -> dict[tuple[str, int], PageImage]:
    """Those of these pages that have a picture, by document_id and page; nothing is drawn."""
    from selfeval.reports.model import PageImage

    found = {}
    for key, pages in wanted.items():
        for page in pages:
            if (sizes := _sizes(workspace, key, page)).exists():
                name, width, height, turn = json.loads(sizes.read_text("ascii"))
                found[key, page] = PageImage(key, page, f"pages/{name}", width, height, turn)
    return found


def _drop_bare(workspace: Workspace) -> None:
    """Remove pictures that an earlier version drew and this one did not draw again: they show what is covered now."""
    covered = f".{COVERS}.json"
    for path in workspace.images.glob("*.json"):
        if not path.name.endswith(covered):
            path.unlink()
    for path in (*workspace.images.glob("*.webp"), *workspace.images.glob("*.png")):
        if not path.with_name(path.stem + covered).exists():
            path.unlink()


def redraw(workspace: Workspace, lost: Iterable[str]) -> None:
    """Forget the pictures among these files, named by their path in the workspace: they are drawn again when a report wants them."""
    for name in lost:
        path = workspace.root / name
        if path.parent == workspace.images:
            path.with_name(f"{path.name.split('.')[0]}.{COVERS}.json").unlink(missing_ok=True)


def _sizes(workspace: Workspace, key: str, page: int) -> Path:
    return workspace.images / f"{short_id(key)}-{page}.{COVERS}.json"


def _write_picture(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(data)
    draft.replace(path)
