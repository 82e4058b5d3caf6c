"""Documents read in child processes: a crash, a hang or a memory bomb costs its own document and becomes the reason of its rejection."""

from __future__ import annotations

import atexit
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace
from itertools import islice
from typing import Any

from selfeval.extractors.engines.registry import DEFAULT, ENGINES, SECOND_OPINION
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation import child, files, schema
from selfeval.extractors.isolation.limits import (
    MAX_ADDRESS_SPACE,
    MAX_SECONDS,
    OCR_ADDRESS_SPACE,
    OCR_MAX_SECONDS,
    RENDER_SECONDS,
)
from selfeval.extractors.isolation.pool import Pool, Verdict
from selfeval.extractors.model import Document

#: documents under way or waiting to be handed out, for each worker: enough that a slow one does not idle the others
_WINDOW = 32


class _Job:
    """One path on its way: the future of its child, and whether that child may recognise scans."""

    def __init__(self, path: str, recognise: bool) -> None:
        self.path = path
        self.recognise = recognise
        self.future: Future[Verdict] | None = None
        self.document: Document | None = None


def extract_many(
    paths: Iterable[str | os.PathLike[str]],
    *,
    workers: int = 1,
    engine: str = DEFAULT.name,
    second_opinion: bool = False,
    timeout: float = MAX_SECONDS,
    reader: child.Reader | None = None,
) -> Iterator[Document]:
    """Exactly one Document for each path, in the order of the paths; a file that cannot be read gives a rejected one.

    `timeout` is in seconds of the processor for a document read from its text layer. A document that turns out to need recognition is
    read again by a child of another size, started when the first such document comes. `reader` replaces
    `selfeval.extractors.read.read_document` (an importable function of the same signature)."""
    chosen = ENGINES.get(engine, DEFAULT)  # a name that nobody knows is the reader's to refuse
    asked = [chosen, *([SECOND_OPINION] if second_opinion else [])]
    with (
        Pool(workers, address_space=max(one.address_space for one in asked)) as text,
        _ocr_pool(workers) as ocr,
    ):

        def start(job: _Job) -> None:
            pool, seconds = (ocr, OCR_MAX_SECONDS) if job.recognise else (text, timeout)
            job.future = pool.submit(
                child.read, job.path, engine, second_opinion, job.recognise, reader, seconds=seconds
            )

        def settle(job: _Job) -> None:
            assert job.future is not None
            document, error = job.future.result()
            if error is None and (strange := schema.strangeness(document)):
                error = ExtractError("crashed", detail=f"读取进程送回的结果不合格式（{strange}）")
            if error is not None:
                job.document = child.rejected(job.path, error)
            elif (
                document.reason is not None
                and document.reason.code == "needs-ocr"
                and not job.recognise
            ):
                job.recognise = True
                start(job)
            else:
                job.document = replace(document, document=files.display_name(job.path))

        waiting = (_Job(os.fspath(path), chosen.recognises) for path in paths)
        window: deque[_Job] = deque()
        while True:
            for job in islice(waiting, _WINDOW * workers - len(window)):
                start(job)
                window.append(job)
            if not window:
                return
            pending = {job.future: job for job in window if job.document is None}
            if window[0].document is None:
                for future in wait(
                    [f for f in pending if f is not None], return_when=FIRST_COMPLETED
                ).done:
                    settle(pending[future])
            while window and (document := window[0].document) is not None:
                window.popleft()
                yield document


def _ocr_pool(workers: int) -> Pool:
    # recognition uses two cores itself and 1 GiB and more a process
    return Pool(max(workers // 2, 1), address_space=OCR_ADDRESS_SPACE)


_shared: Pool | None = None
_shared_lock = threading.Lock()


def run_isolated(function: Callable[..., Any], *args: Any, timeout: float = RENDER_SECONDS) -> Any:
    """The result of `function(*args)`, called in a capped child that is kept for the next call; raises ExtractError.

    The function must stand in an importable module; arguments and result travel through a pipe."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Pool(1, address_space=MAX_ADDRESS_SPACE)
            atexit.register(_shared.close)
    return _shared.call(function, *args, seconds=timeout)


__all__ = ["ExtractError", "extract_many", "run_isolated"]
