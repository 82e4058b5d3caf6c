"""Standard error as a series of JSON lines, whoever writes to it: what is no log record of this process is wrapped into one.

C libraries, child processes and the interpreter itself write to the file descriptor; a collector that parses a line at a time must not
stumble over them. Only `--log json` needs it.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

#: How a line begins that a process of ours has formatted already: children write to the same place.
FORMATTED = b'{"time": "'
#: seconds that lines under way may take when the process ends.
_LAST_WORDS = 0.5

stray = logging.getLogger("stderr")


def capture() -> IO[str]:
    """Put a pipe in the place of file descriptor 2; returns the stream that log handlers write to, which is what was there before."""
    original = os.dup(2)
    out = os.fdopen(original, "w", encoding="utf-8", errors="replace", buffering=1)
    read, write = os.pipe()
    os.dup2(write, 2)
    os.close(write)
    thread = threading.Thread(target=_pass_on, args=(read, original), name="stderr", daemon=True)
    thread.start()
    atexit.register(_release, original, thread)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    sys.unraisablehook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)
    return out


def _pass_on(read: int, original: int) -> None:
    with os.fdopen(read, "rb") as lines:
        for line in lines:
            if line.startswith(FORMATTED):
                os.write(original, line)
            elif line.strip():
                stray.warning("%s", line.decode("utf-8", "replace").rstrip())


def _release(original: int, thread: threading.Thread) -> None:
    """Give the descriptor back, so that the reader sees the end unless a child still holds the pipe."""
    sys.stderr.flush()
    os.dup2(original, 2)
    thread.join(_LAST_WORDS)


def _uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    """An error that nobody caught, as one line: its type and place, without its text, which may quote a form."""
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    stray.error("未处理的错误：%s（%s）", kind.__name__, place)
