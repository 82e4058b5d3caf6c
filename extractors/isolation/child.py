"""What runs inside a child process: its caps, its clock, and one document at a time. Imports neither the pool nor an engine."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation import files, messages
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

_PR_SET_PDEATHSIG = 1
#: libraries that read PDFs and the pictures in them: whatever they raise is said of the file
PARSERS = frozenset(
    {"pikepdf", "pypdfium2", "pdfminer", "pdfplumber", "camelot", "playa", "pypdf", "PIL"}
)
#: niceness, 0 to 19, of a child whose work can wait
_YIELDING = 10

Reader = Callable[..., Document]

#: where this process answers; None in a process that is no child
_replies: int | None = None


def serve(requests: int, replies: int, scratch: str, address_space: int, yielding: bool) -> None:
    """The life of a child: answer calls until there are no more."""
    global _replies
    _replies = replies
    prepare(scratch, address_space, yielding)
    while (call := messages.next_request(requests)) is not None:
        messages.reply(replies, messages.STARTED)
        result, error = run(*call)
        if error is None:
            try:
                messages.reply(replies, messages.RESULT, result)
                continue
            except (
                TypeError,
                ValueError,
            ) as fault:  # our own: a function that returns what it does not declare
                error = ExtractError("internal-error", detail=_where(fault))
        messages.reply(replies, messages.ERROR, {"code": error.code, "params": error.params})


def prepare(scratch: str, address_space: int, yielding: bool = False) -> None:
    """Run once in a new child: caps on memory, file size and core dumps, temporary files into `scratch`, no way out of it. `yielding`: it
    comes after all others who want the processor."""
    if yielding:
        os.nice(_YIELDING)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    gc.set_threshold(
        50_000
    )  # a page makes some ten thousand tuples and no cycles: looking for them costs a tenth of its time
    sys.dont_write_bytecode = True
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
    confine(scratch)


def run(
    function: Callable[..., Any], args: tuple[Any, ...], seconds: float
) -> tuple[Any, ExtractError | None]:
    """(result, None) or (None, error), whatever the function raises.

    The kernel ends the process once it has used so many seconds of the processor, also inside C code; waiting for a turn does not count."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
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
        return None, _judged(error)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)  # not while the result is being sent


def limit(seconds: float) -> None:
    """From now on the call may take so many seconds of the processor; its parent is told, so that it names the limit that was hit."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    if _replies is not None:
        messages.reply(_replies, messages.LIMIT, seconds)


def _judged(error: BaseException) -> ExtractError:
    """What broke inside a library that reads PDFs broke over the file; what broke in our own code is ours to mend."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    name = trace.tb_frame.f_globals.get("__name__", "") if trace else ""
    origins = {name.partition(".")[0], type(error).__module__.partition(".")[0]}
    if isinstance(error, Exception) and origins & PARSERS:
        return ExtractError("damaged", detail=f"无法解析（{_where(error)}）")
    return ExtractError("internal-error", detail=_where(error))


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
            limit(MAX_SECONDS)
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
    document = pdfium.PdfDocument(data)
    for page in document:
        screen_images(page)
    document.close()
    limit(min(OCR_START_SECONDS + OCR_PAGE_SECONDS * min(pages, MAX_OCR_PAGES), OCR_MAX_SECONDS))


def rejected(path: str, error: ExtractError) -> Document:
    """A rejected Document for a file of which only the path is at hand."""
    return Document(files.display_name(path), files.sha256_of(path), 0, "rejected", error.reason())
