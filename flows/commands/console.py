"""What goes where: results to stdout, logs and progress to stderr, each log line naming its document.

`SELFEVAL_LOG=json` (or `--log json`) writes one JSON object a line: time, level, logger, run (null outside one), message, and document,
document_id and code where the line is about a document. That holds for the lines of libraries and children too. Telephone and identity
numbers and names after captions are masked in all of them; names of files are not.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from pythonjsonlogger.json import JsonFormatter

T = TypeVar("T")

log = logging.getLogger("selfeval")

_LEVELS = {"DEBUG": "调试", "INFO": "信息", "WARNING": "警告", "ERROR": "错误", "CRITICAL": "严重"}


class _Plain(logging.Formatter):
    """`时间 级别 文档: 内容`, on one line whatever a file name holds."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created).astimezone()
        document = getattr(record, "document", None)
        where = f" {one_line(document)}：" if document else " "
        return f"{moment:%H:%M:%S} {_LEVELS.get(record.levelname, record.levelname)}{where}{one_line(_message(record))}"


class _Told(logging.Formatter):
    """`文档：内容`, for those who add time and level themselves and drop what else a record holds, as Prefect does."""

    def format(self, record: logging.LogRecord) -> str:
        document = getattr(record, "document", None)
        return f"{one_line(document)}：{_message(record)}" if document else _message(record)


class _Json(JsonFormatter):
    """The fields that the module names and no others: what libraries put into a record may hold anything."""

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        log_data |= {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "run": getattr(record, "run", None) or _current_run or None,
            "message": _message(record),
        }
        for name in ("document", "document_id", "code"):
            if value := getattr(record, name, None):
                log_data[name] = value


def _message(record: logging.LogRecord) -> str:
    from selfeval.core.masking import mask_text

    text = record.getMessage()
    if record.exc_info and record.exc_info[0]:
        text += f"（{record.exc_info[0].__name__}）"
    return mask_text(text)


#: Loggers that say more than warnings: ours, and Prefect's as far as its own settings let it.
_OURS = (log.name, "prefect")
#: The id of the run under way in this process, and the handler of its log.
_current_run = ""
_handler: logging.StreamHandler[Any] | None = None


def start_logging(form: str = "", verbose: bool = False) -> None:
    """Send every log of this process to stderr in one form, libraries' included. Repeating it replaces the handler, so that tests and
    flows may call it again; it leaves Prefect's console handler no place, whether Prefect comes before or after."""
    global _handler
    form = form or os.environ.get("SELFEVAL_LOG", "text")
    stream, root = sys.stderr, logging.getLogger()
    os.environ["SELFEVAL_LOG"] = form  # for the processes in which a schedule runs the flow
    if (
        form == "json" or _json_stream.cache_info().currsize
    ):  # once captured, what is written to stderr comes back as a log line
        stream = _json_stream()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Json(json_ensure_ascii=False) if form == "json" else _Plain())
    handler.addFilter(
        lambda record: record.levelno >= logging.WARNING or record.name.startswith(_OURS) or verbose
    )
    root.handlers[:] = [
        h
        for h in root.handlers
        if h is not _handler and type(h).__name__ != "PrefectConsoleHandler"
    ] + [handler]
    _handler = handler
    log.setLevel(logging.DEBUG if verbose else logging.INFO)


@cache
def _json_stream() -> Any:
    from selfeval.flows.commands import stderr_lines

    return stderr_lines.capture()


def start_run(run: str) -> None:
    """Stamp the run's id on every line from here on; in a process that a Prefect server started, begin to log at all. What Prefect keeps of
    our lines names their document."""
    global _current_run
    _current_run = run
    for handler in log.handlers:  # Prefect's
        handler.setFormatter(_Told())
    if _handler is None:
        start_logging()


def one_line(text: str) -> str:
    """`text` with line breaks, control characters and half surrogates shown as escapes: a file name must not forge a log line."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


def progress(items: Iterable[T], total: int, caption: str) -> Iterator[T]:
    """The same items, with a bar on stderr when a person looks on; work of one step shows none."""
    if total < 2 or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(caption, total=total)
        for item in items:
            bar.advance(task)
            yield item


def print_json(value: Any) -> None:
    """One JSON value on stdout, as UTF-8 whatever the locale says."""
    write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


class ReaderGone(Exception):
    """The reader of stdout (head, less) went away. No OSError, since the option parser would turn that into an exit code of its own."""


def write_text(text: str) -> None:
    """Text on stdout as UTF-8; a half surrogate (an odd file name) becomes a question mark instead of an error."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:  # captured by a test
        sys.stdout.write(text)
        return
    try:
        buffer.write(text.encode("utf-8", "replace"))
        buffer.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error
