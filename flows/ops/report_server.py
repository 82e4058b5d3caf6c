"""A workspace's report and Data Docs over HTTP, for browsers of this machine alone: the loopback interface, and a word in the address that
only those know who may read the workspace or Prefect's record of its runs."""

from __future__ import annotations

import os
import secrets
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from selfeval.flows.problems import Problem
from selfeval.flows.workspace import Workspace, write_private

PORT = 4280
_HOST = "127.0.0.1"
_SHOWN = ("reports", "data_docs")


def address(workspace: Workspace, port: int = PORT) -> str:
    """Where the report is while `selfeval serve-report` runs."""
    return f"http://{_HOST}:{port}/{_word(workspace)}/reports/index.html"


def serve(workspace: Workspace, port: int = PORT) -> ThreadingHTTPServer:
    """The server, which begins with `serve_forever`. Problem: the port is taken."""
    try:
        return ThreadingHTTPServer((_HOST, port), partial(_Reader, workspace, _word(workspace)))
    except OSError as error:
        raise Problem(
            "port-busy", f"端口 {port} 已被占用（{error.strerror}）", "请用 --port 换一个端口。"
        ) from error


def _word(workspace: Workspace) -> str:
    """The word of this workspace's addresses, made up when first asked for."""
    path = workspace.root / "report-word"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(12))
    return path.read_text("ascii").strip()


class _Reader(SimpleHTTPRequestHandler):
    """GET and HEAD of files below the shown folders."""

    def __init__(self, workspace: Workspace, word: str, *arguments: object) -> None:
        self._word = word
        super().__init__(*arguments, directory=os.fspath(workspace.root))  # type: ignore[arg-type]

    def translate_path(self, path: str) -> str:
        """The file that an address means: one that is not there for whatever is not shown."""
        word, _, inner = path.lstrip("/").partition("/")
        known = secrets.compare_digest(word.encode(), self._word.encode())
        found = Path(super().translate_path(f"/{inner}" if known else "/."))
        root = Path(self.directory)
        shown = known and any(found.is_relative_to(root / name) for name in _SHOWN)
        return os.fspath(found if shown and found.is_file() else root / "tmp" / "nothing")

    def send_head(self):  # type: ignore[no-untyped-def]  # the type of the base class is not public
        """Refuse what asks under another name than this machine's: a page elsewhere may not read the report."""
        host = (self.headers.get("Host") or "").rpartition(":")[0]
        if host not in (_HOST, "localhost"):
            self.send_error(HTTPStatus.FORBIDDEN)
            return None
        return super().send_head()

    def log_message(self, *_: object) -> None:
        """Addresses hold the word."""
