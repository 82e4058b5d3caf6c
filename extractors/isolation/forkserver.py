"""A start method for child processes that is safe under threads and costs milliseconds: fork from a small server of our own.

It differs from the standard library's forkserver in two points. Its server is private, so that it preloads our modules whatever
else in the program uses multiprocessing; and a child does not import the main module again, which would cost every child the
start of the command line, and would run a user's script a second time if it has no `if __name__ == "__main__"`.
Functions to be called in a child must therefore live in an importable module.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import threading
from multiprocessing import connection, context, popen_forkserver, process, reduction, spawn, util
from multiprocessing import forkserver as stdlib_forkserver
from typing import Any

#: what every child needs: the pool's own loop and the reader of the text layer. Nothing else, since start-up is measured.
PRELOAD = [
    "pebble.pool.process",
    "selfeval.extractors.isolation.forkserver",
    "selfeval.extractors.isolation.child",
    "selfeval.extractors.read",
]

#: what Linux grants to everybody (/proc/sys/fs/pipe-max-size); 64 KiB as it comes
_PIPE_BYTES = 1 << 20

_server = stdlib_forkserver.ForkServer()
_server.set_forkserver_preload(PRELOAD)


class _Popen(popen_forkserver.Popen):
    def __init__(self, process_obj: Any) -> None:
        self._asked_once = threading.Lock()
        super().__init__(process_obj)

    def poll(self, flag: int = os.WNOHANG) -> Any:
        """As in the standard library, by one thread at a time. The exit code can be read once: of two threads that ask at the same moment
        (each start of a process asks about all others) one would find nothing and say 255, and a pool would take a child that had been
        replaced in its turn for one that died over its last document."""
        if flag == os.WNOHANG:
            with self._asked_once:
                return super().poll(flag)
        while (code := self.poll()) is None:
            connection.wait([self.sentinel])
        return code

    def _launch(self, process_obj: Any) -> None:
        """As in the standard library, but from our server and without the main module in the preparation data."""
        preparation = spawn.get_preparation_data(process_obj._name)
        preparation.pop("init_main_from_name", None)
        preparation.pop("init_main_from_path", None)
        buffer = io.BytesIO()
        context.set_spawning_popen(self)
        try:
            reduction.dump(preparation, buffer)
            reduction.dump(process_obj, buffer)
        finally:
            context.set_spawning_popen(None)
        self.sentinel, write_end = _server.connect_to_new_process(self._fds)  # type: ignore[attr-defined]
        # a copy of the write end tells the child, by closing, that this process is gone
        self.finalizer = util.Finalize(self, util.close_fds, (os.dup(write_end), self.sentinel))  # type: ignore[attr-defined]
        with os.fdopen(write_end, "wb") as pipe:
            pipe.write(buffer.getbuffer())
        self.pid = stdlib_forkserver.read_signed(self.sentinel)


class LeanProcess(process.BaseProcess):
    _start_method = "forkserver"

    @staticmethod
    def _Popen(process_obj: Any) -> _Popen:
        return _Popen(process_obj)


class LeanContext(context.ForkServerContext):
    """The multiprocessing context to give to a pool."""

    Process = LeanProcess  # type: ignore[assignment]

    def Pipe(self, duplex: bool = True) -> Any:
        """A pipe that takes what a child has to give although this process is busy for a while: the pages of one document fill the usual
        buffer, and the child would wait. Where the kernel does not grant more, it does."""
        ends = super().Pipe(duplex)
        if not duplex and hasattr(fcntl, "F_SETPIPE_SZ"):
            with contextlib.suppress(OSError):
                fcntl.fcntl(ends[0].fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return ends
