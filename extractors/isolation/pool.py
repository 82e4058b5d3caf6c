"""Capped, recycled child processes: calls a function in one of them and gives its result or an ExtractError, whatever happens there.

The processes are Pebble's; this module adds the caps, a verdict on how a child died, and a new pool where one broke.
"""

from __future__ import annotations

import concurrent.futures
import signal
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from pebble import CONSTS, ProcessExpired, ProcessPool

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation import child
from selfeval.extractors.isolation.forkserver import LeanContext
from selfeval.extractors.isolation.limits import DOCUMENTS_PER_CHILD

#: seconds between two looks of Pebble's threads at their processes (0.1 as it comes): the gap until a recycled child is replaced
CONSTS.sleep_unit = 0.01
#: seconds by which Pebble's own time limit, counted in the parent, stands behind the kernel's alarm in the child
_GRACE = 5.0
#: times that a call is tried when the pool broke under it through no fault of its own
_TRIES = 3

Verdict = tuple[Any, ExtractError | None]


class Pool:
    """`workers` child processes of `address_space` bytes each, replaced after so many calls. Thread-safe; starts on the first call; a
    context manager. `yielding`: the children take the processor when nobody else wants it."""

    def __init__(
        self,
        workers: int = 1,
        *,
        address_space: int,
        calls: int = DOCUMENTS_PER_CHILD,
        yielding: bool = False,
    ) -> None:
        self.workers, self.address_space, self.calls, self.yielding = (
            workers,
            address_space,
            calls,
            yielding,
        )
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._idle_size = 0

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child processes, also those at work, and remove their temporary files."""
        with self._lock:
            pool, self._pool = self._pool, None
            scratch, self._scratch = self._scratch, None
        if pool:
            pool.stop()
            pool.join()
        if scratch:
            scratch.cleanup()

    def submit(
        self, function: Callable[..., Any], *args: Any, seconds: float
    ) -> concurrent.futures.Future[Verdict]:
        """A future that always ends with (result, None) or (None, error). `seconds` are counted from when a child takes it up.

        The function is called by its importable name and must not be a lambda or stand in the main module."""
        future: concurrent.futures.Future[Verdict] = concurrent.futures.Future()
        self._schedule(future, function, args, seconds, _TRIES)
        return future

    def call(self, function: Callable[..., Any], *args: Any, seconds: float) -> Any:
        """The function's result; raises the ExtractError."""
        result, error = self.submit(function, *args, seconds=seconds).result()
        if error:
            raise error
        return result

    def _schedule(
        self,
        future: concurrent.futures.Future[Verdict],
        function: Callable[..., Any],
        args: Any,
        seconds: float,
        tries: int,
    ) -> None:
        def done(inner: concurrent.futures.Future[Verdict]) -> None:
            broken = inner.cancelled() or isinstance(inner.exception(), BrokenProcessPool)
            if broken and tries > 1 and self._pool is pool:
                # in a thread of its own: this one belongs to the pool that is to be closed
                again = (future, function, args, seconds, tries - 1)
                threading.Thread(target=self._schedule, args=again, daemon=True).start()
            else:
                future.set_result(self._verdict(inner, seconds))

        pool = self._running()
        pool.schedule(
            child.run, args=(function, args, seconds), timeout=seconds + _GRACE
        ).add_done_callback(done)

    def _running(self) -> ProcessPool:
        """The pool, started, or a new one where the last broke (its idle child was killed from outside)."""
        with self._lock:
            if self._pool is None or not self._pool.active:
                if self._pool is not None:
                    self._pool.stop()
                self._scratch = self._scratch or tempfile.TemporaryDirectory(prefix="selfeval-")
                prepare = (self._scratch.name, self.address_space, self.yielding)
                self._pool = ProcessPool(
                    self.workers, self.calls, child.prepare, prepare, LeanContext()
                )
            return self._pool

    def _verdict(self, inner: concurrent.futures.Future[Verdict], seconds: float) -> Verdict:
        if inner.cancelled():
            return None, ExtractError("crashed", detail="处理已取消")
        error = inner.exception()
        if error is None:
            return inner.result()
        if isinstance(error, TimeoutError):
            return None, ExtractError("timed-out", seconds=round(seconds))
        if not isinstance(error, ProcessExpired):
            return None, ExtractError("crashed", detail=type(error).__name__)
        return None, self._cause_of_death(error.exitcode, error.pid, seconds)

    def _cause_of_death(self, exitcode: int, pid: int, seconds: float) -> ExtractError:
        if exitcode == -signal.SIGALRM:
            return ExtractError("timed-out", seconds=round(seconds))
        if (
            self._last_size(pid) > self.address_space // 2
        ):  # a failed allocation ends C++ code by abort or a trap
            return ExtractError("out-of-memory", limit_mb=self.address_space >> 20)
        return ExtractError(
            "crashed", detail=f"信号 {-exitcode}" if exitcode < 0 else f"退出码 {exitcode}"
        )

    def _last_size(self, pid: int) -> int:
        """Bytes of address space that a dead child had when it last looked; 0 where it could not."""
        if self._scratch is None:
            return 0
        try:
            return int(Path(self._scratch.name, f"size-{pid}").read_bytes() or 0)
        except FileNotFoundError:
            return 0
