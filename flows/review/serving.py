"""The server of the desk: one process, one socket on the loopback interface, ended by a signal."""

from __future__ import annotations

import os
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from selfeval.flows.problems import Problem
from selfeval.flows.review.guard import App

#: Nobody but this machine: the desk is not for a network.
ADDRESS = "127.0.0.1"
#: seconds that a request under way has when the desk is ended
PATIENCE = 3


def listening(port: int) -> socket.socket:
    """A socket that listens on the loopback interface, on any free port for 0. Problem: the port is taken."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((ADDRESS, port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        raise Problem(
            "port-taken",
            f"端口 {port} 无法使用：{error.strerror}",
            "请换一个端口，或不给 --port，由系统选一个。",
        ) from error
    return bound


def port_of(bound: socket.socket) -> int:
    return int(bound.getsockname()[1])


def serve(app: App, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Answer until SIGINT or SIGTERM comes; `ready` is called once the first request would be answered."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=PATIENCE,
    )
    _DeskServer(config, ready).run(sockets=[bound])


class _DeskServer(uvicorn.Server):
    """Says when it is ready, and takes a signal for the end of its work instead of for a failure."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        def end(_number: int, _frame: FrameType | None) -> None:
            self.should_exit = True

        before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def show(address: str) -> None:
    """Open the address in the browser of the desktop, if there is one; a terminal's browser would take the terminal."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
