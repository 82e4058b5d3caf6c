"""What runs inside a child process: its caps, its alarm clock, and one document at a time. Imports neither the pool nor an engine."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation import files
from selfeval.extractors.isolation.confinement import confine
from selfeval.extractors.isolation.limits import (
    MAX_OCR_PAGES,
    MAX_SECONDS,
    MAX_WRITTEN_BYTES,
    OCR_MAX_SECONDS,
    OCR_PAGE_SECONDS,
    OCR_START_SECONDS,
)
from selfeval.extractors.model import Document

#: seconds between two looks at our own size and at whether the parent still lives
_WATCH_SECONDS = 0.02
_PR_SET_PDEATHSIG = 1
#: niceness, 0 to 19, of a child whose work can wait
_YIELDING = 10

Reader = Callable[..., Document]


def prepare(scratch: str, address_space: int, yielding: bool = False) -> None:
    """Run once in a new child: caps on memory, file size and core dumps, temporary files into `scratch`, no way out of it. `yielding`: it
    comes after all others who want the processor."""
    if yielding:
        os.nice(_YIELDING)
    signal.signal(
        signal.SIGTERM, signal.SIG_DFL
    )  # the pool's handler would wait for C code to return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    gc.freeze()  # what the forkserver loaded is no garbage
    gc.set_threshold(
        50_000
    )  # a page makes some ten thousand tuples and no cycles: looking for them costs a tenth of its time
    os.dup2(2, 1)  # a library that prints must not write into the JSON on standard output
    os.environ["TMPDIR"] = tempfile.tempdir = scratch
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_WRITTEN_BYTES, MAX_WRITTEN_BYTES))
    if sys.platform == "linux":  # macOS refuses to set it
        most = resource.getrlimit(resource.RLIMIT_AS)[1]  # a stricter limit set from outside stays
        address_space = (
            address_space if most == resource.RLIM_INFINITY else min(address_space, most)
        )
        resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        sizes = os.open(
            Path(scratch, f"size-{os.getpid()}"), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        threading.Thread(target=_watch, args=(sizes,), name="watch", daemon=True).start()
    confine(scratch)


def _watch(sizes: int) -> None:
    """Note the address space in use where the parent finds it after a crash, and end with the parent."""
    parent = parent_process()
    sentinels = [parent.sentinel] if parent else []
    page = os.sysconf("SC_PAGE_SIZE")
    with Path("/proc/self/statm").open("rb", buffering=0) as statm:
        while not connection.wait(sentinels, 0):
            statm.seek(0)
            os.pwrite(sizes, b"%20d" % (int(statm.read(64).split()[0]) * page), 0)
            time.sleep(_WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def run(
    function: Callable[..., Any], args: tuple[Any, ...], seconds: float
) -> tuple[Any, ExtractError | None]:
    """(result, None) or (None, error). Everything is caught: an exception that cannot be unpickled would end the whole pool.

    The kernel's alarm ends the process after `seconds`, also inside C code and also when the clock is set back."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return function(*args), None
    except ExtractError as error:
        return None, error
    except MemoryError:
        return None, ExtractError(
            "out-of-memory", limit_mb=resource.getrlimit(resource.RLIMIT_AS)[0] >> 20
        )
    except RecursionError:
        return None, ExtractError("too-complex", detail="内容层层嵌套过深")
    except BaseException as error:  # noqa: BLE001 - see above; SystemExit and KeyboardInterrupt of a library included
        return None, ExtractError("internal-error", detail=_where(error))
    finally:
        signal.setitimer(
            signal.ITIMER_REAL, 0
        )  # never while the result is being sent: that would hold the pool's lock for ever


def _where(error: BaseException) -> str:
    """Type and place of an error, without its text, which may quote the document."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"（{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}）" if trace else ""
    return type(error).__name__ + place


def read(
    path: str, engine: str, second_opinion: bool, recognise: bool, reader: Reader | None
) -> Document:
    """The Document of the file at `path`; a rejected one for every ExtractError. With `recognise` the alarm is set for its pages."""
    name = files.display_name(path)
    try:
        data, digest = files.read_file(path)
    except ExtractError as error:
        return rejected(path, error)
    try:
        if recognise:
            signal.setitimer(signal.ITIMER_REAL, MAX_SECONDS)
            _allow_time_to_recognise(data)
        return (reader or _reader())(
            data, name, engine=engine, second_opinion=second_opinion, recognise=recognise
        )
    except ExtractError as error:
        return Document(name, digest, 0, "rejected", error.reason())


def _reader() -> Reader:
    from selfeval.extractors.read import (
        read_document,
    )  # here, so that a child that draws pages needs no engine

    return read_document


def _allow_time_to_recognise(data: bytes) -> None:
    import pypdfium2 as pdfium

    from selfeval.extractors.isolation.triage import screen, screen_images

    pages = screen(data).pages
    if pages > MAX_OCR_PAGES:
        raise ExtractError("too-many-pages", pages=pages, limit=MAX_OCR_PAGES)
    document = pdfium.PdfDocument(data)
    for page in document:
        screen_images(page)
    document.close()
    signal.setitimer(
        signal.ITIMER_REAL, min(OCR_START_SECONDS + OCR_PAGE_SECONDS * pages, OCR_MAX_SECONDS)
    )


def rejected(path: str, error: ExtractError) -> Document:
    """A rejected Document for a file of which only the path is at hand."""
    return Document(files.display_name(path), files.sha256_of(path), 0, "rejected", error.reason())
