"""What goes where: results to stdout, logs and progress to stderr, each log line naming its document.

`SELFEVAL_LOG=json` (or `--log json`) writes one JSON object a line: time, level, message, and document and run where they are known.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

T = TypeVar("T")

log = logging.getLogger("selfeval")

_LEVELS = {"DEBUG": "调试", "INFO": "信息", "WARNING": "警告", "ERROR": "错误", "CRITICAL": "严重"}


class _Plain(logging.Formatter):
    """`时间 级别 文档: 内容`, on one line whatever a file name holds."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created).astimezone()
        document = getattr(record, "document", None)
        where = f" {one_line(document)}：" if document else " "
        return f"{moment:%H:%M:%S} {_LEVELS.get(record.levelname, record.levelname)}{where}{one_line(record.getMessage())}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        for name in ("document", "document_id", "run", "code"):
            if value := getattr(record, name, None):
                line[name] = value
        return json.dumps(line, ensure_ascii=False).encode("utf-8", "replace").decode()


def start_logging(form: str = "", verbose: bool = False) -> None:
    """Send the project's own log to stderr. Repeating it replaces the handler, so that tests and flows may call it again."""
    form = form or os.environ.get("SELFEVAL_LOG", "text")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Plain())
    log.handlers[:] = [handler]
    log.setLevel(logging.DEBUG if verbose else logging.INFO)
    log.propagate = False


def one_line(text: str) -> str:
    """`text` with line breaks, control characters and half surrogates shown as escapes: a file name must not forge a log line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def progress(items: Iterable[T], total: int, caption: str) -> Iterator[T]:
    """The same items, with a bar on stderr when a person looks on; work of one step shows none."""
    if total < 2 or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
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
