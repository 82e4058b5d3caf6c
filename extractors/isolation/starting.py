"""Starting children: a private fork server, kept for the whole program, and the pipes to each child."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from selfeval.extractors.forms.templates import OWN_TEMPLATES
from selfeval.extractors.isolation import messages
from selfeval.extractors.isolation.server import COMMAND, STATUS

#: what Linux grants to everybody (/proc/sys/fs/pipe-max-size); 64 KiB as it comes. The pages of one document fill that, and a child would wait
_PIPE_BYTES = 1 << 20
#: all that a child gets of the environment: nothing in it is a secret. Its text must be decoded as its parent's, and its Python must start;
#: the server keeps compiled modules where its parent does, since to compile them anew takes longer than to read a document
_PASSED_ON = (
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
    "TZ",
    OWN_TEMPLATES,
)
#: onnxruntime posts to its maker otherwise; threads of BLAS would be forked with the server
_GIVEN = {
    "PATH": "/usr/bin:/bin",  # camelot looks into it
    "ORT_DISABLE_TELEMETRY": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def environment() -> dict[str, str]:
    """The environment of children."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | _GIVEN


class Child:
    """A child process: calls go in, frames come out. `pid` is 0 until it is known."""

    def __init__(self, server: _Server, requests: int, replies: int, status: int) -> None:
        self._server, self._requests, self._status = server, requests, status
        self.pid = 0
        self.frames = messages.Frames(replies, requests)
        self._fds = [requests, replies, status]

    def post(self, request: bytes) -> None:
        """Have a request sent while replies are waited for."""
        self.frames.outgoing += request

    def started(self, seconds: float) -> bool:
        """Whether it has been forked, waiting at most so long."""
        if not self.pid and (number := self._number(seconds)) is not None:
            self.pid = number
        return bool(self.pid)

    def _number(self, seconds: float) -> int | None:
        if not select.select([self._status], [], [], seconds)[0]:
            return None
        text = os.read(self._status, STATUS.size)
        return STATUS.unpack(text)[0] if len(text) == STATUS.size else None

    def dismiss(self) -> None:
        """Let it end: there will be no more calls."""
        if self._requests in self._fds:
            self._fds.remove(self._requests)
            self.frames.no_more_requests()
            os.close(self._requests)

    def kill(self) -> None:
        """End it now. The server does it, which knows that the number is still this child's."""
        if self.started(1.0):
            self._server.order({"kill": self.pid})

    def exit_code(self, seconds: float = 10.0) -> int | None:
        """How it ended, negative for a signal; None when that cannot be told."""
        return self._number(seconds) if self.started(seconds) else None

    def close(self) -> None:
        """Close its pipes."""
        while self._fds:
            os.close(self._fds.pop())

    def seconds_used(self) -> float:
        """Processor time of all its threads; 0 where it has gone."""
        with contextlib.suppress(OSError):
            return time.clock_gettime((~self.pid << 3) | 2)
        return 0.0

    def size(self) -> int:
        """Bytes of address space; 0 where it has gone."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages = int(Path(f"/proc/{self.pid}/statm").read_bytes().split()[0])
            return pages * os.sysconf("SC_PAGE_SIZE")
        return 0

    def waits(self) -> bool:
        """Whether all its threads sleep: none runs, wants to run, or waits for a disk."""
        try:
            tasks = list(Path(f"/proc/{self.pid}/task").iterdir())
            states = [
                (task / "stat").read_text("ascii", "replace").rpartition(")")[2] for task in tasks
            ]
        except OSError:
            return False
        return all(state[1:2] == "S" for state in states)


class _Server:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.pid = os.getpid()
        ours, theirs = socket.socketpair()
        paths = [os.path.abspath(path) for path in sys.path]  # noqa: PTH100 - "" is the working folder
        code = (
            f"import sys; sys.path[:] = {paths!r}; "
            f"from selfeval.extractors.isolation.server import main; main({theirs.fileno()})"
        )
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code], env=environment(), pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        self._socket = ours
        atexit.register(self.close)

    def lives(self) -> bool:
        """Whether it can be asked: it has not ended, and this is the process that started it."""
        return self.pid == os.getpid() and self._process.poll() is None

    def order(self, what: dict[str, object], pipes: tuple[int, ...] = ()) -> None:
        text = json.dumps(what).encode().ljust(COMMAND)
        with self._lock, contextlib.suppress(OSError):  # it has ended: the child's pipes say so
            socket.send_fds(self._socket, [text], pipes)

    def start(self, order: dict[str, object]) -> Child:
        requests, requests_in = os.pipe()
        replies_out, replies = os.pipe()
        status_out, status = os.pipe()
        for pipe in (requests_in, replies):
            if hasattr(fcntl, "F_SETPIPE_SZ"):
                with contextlib.suppress(OSError):
                    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self.order(order, (requests, replies, status))
        for pipe in (requests, replies, status):
            os.close(pipe)
        return Child(self, requests_in, replies_out, status_out)

    def close(self) -> None:
        if self.pid == os.getpid():
            self._socket.close()
            self._process.wait()


_server: _Server | None = None
_server_lock = threading.Lock()


def start(scratch: str, address_space: int, yielding: bool) -> Child:
    """A new child; it comes up while the caller goes on."""
    global _server
    with _server_lock:
        if _server is None or not _server.lives():
            _server = _Server()
        return _server.start(
            {"scratch": scratch, "address_space": address_space, "yielding": yielding}
        )
