"""Capped, recycled child processes: calls a function in one of them and gives its result or an ExtractError, whatever happens there.

Each child has pipes of its own and a thread here that attends it, so that none can answer for another, hold a lock of others, or keep more
than its own thread waiting. Pebble, which did this before, unpickles what its children send, on one pipe for all of them.
"""

from __future__ import annotations

import concurrent.futures
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation import messages
from selfeval.extractors.isolation.limits import (
    DOCUMENTS_PER_CHILD,
    START_SECONDS,
    WALL_FACTOR,
    YIELDING_FACTOR,
)
from selfeval.extractors.isolation.starting import Child, start

#: seconds between two looks at how a child fares that has not answered yet
_TICK = 0.02
#: looks at size and processor time, for one at whether its threads sleep
_TICKS_ASLEEP = 10
#: seconds of processor time by which our own limit stands behind the kernel's clock in the child
_GRACE = 1.0
#: times that a child may say how many seconds its call may take
_LIMITS_TOLD = 8
#: times that a call is tried when its child ended before it took it up
_TRIES = 3
#: calls that a child has at hand when more wait than there are workers: it need not wait for us between two documents
_AHEAD = 2

Verdict = tuple[Any, ExtractError | None]
BY_PROCESSOR, ASLEEP, BY_CLOCK = "处理器时间", "无进展的等待", "总时间"


@dataclass(slots=True)
class _Call:
    function: Callable[..., Any]
    args: tuple[Any, ...]
    seconds: float
    future: concurrent.futures.Future[Verdict] = field(default_factory=concurrent.futures.Future)
    tries: int = _TRIES


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
        self.workers, self.address_space, self.calls = workers, address_space, calls
        self.yielding = yielding
        self._changed = threading.Condition()
        self._waiting: deque[_Call] = deque()
        self._attendants: list[_Attendant] = []
        self._idle = 0
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self.closed = False

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child processes, also those at work, and remove their temporary files."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()
        for attendant in self._attendants:
            attendant.join()
        for call in self._waiting:
            call.future.set_result((None, ExtractError("crashed", detail="处理已取消")))
        self._waiting.clear()
        if self._scratch:
            self._scratch.cleanup()

    def submit(
        self, function: Callable[..., Any], *args: Any, seconds: float
    ) -> concurrent.futures.Future[Verdict]:
        """A future that always ends with (result, None) or (None, error). `seconds` are those of the processor.

        The function is called by its importable name and must not be a lambda or stand in the main module; what it declares to return is what is
        accepted from the child."""
        call = _Call(function, args, seconds)
        with self._changed:
            if self.closed:
                raise RuntimeError("the pool is closed")
            self._waiting.append(call)
            if not self._idle and len(self._attendants) < self.workers:
                self._attendants.append(_Attendant(self))
                self._attendants[-1].start()
            self._changed.notify()
        return call.future

    def call(self, function: Callable[..., Any], *args: Any, seconds: float) -> Any:
        """The function's result; raises the ExtractError."""
        result, error = self.submit(function, *args, seconds=seconds).result()
        if error:
            raise error
        return result

    def take(self) -> _Call | None:
        """The next call, waited for; None when the pool is closed."""
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self.closed or self._waiting)
            self._idle -= 1
            return None if self.closed else self._waiting.popleft()

    def take_ahead(self) -> _Call | None:
        """A call to have at hand while another is answered, if there are enough for everybody."""
        with self._changed:
            return self._waiting.popleft() if len(self._waiting) > self.workers else None

    def give_back(self, call: _Call) -> None:
        """A call that its child did not take up."""
        with self._changed:
            self._waiting.appendleft(call)
            self._changed.notify()

    def scratch(self) -> str:
        """The folder that the children may write in."""
        with self._changed:
            self._scratch = self._scratch or tempfile.TemporaryDirectory(prefix="selfeval-")
            return self._scratch.name


class _Attendant(threading.Thread):
    """Gives calls to one child after the other, and settles them."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(name="attendant", daemon=True)
        self._pool = pool
        self._child: Child | None = None
        self._next: Child | None = None
        self._given = 0
        self._sent: deque[_Call] = deque()

    def run(self) -> None:
        try:
            while (call := self._pool.take()) is not None:
                self._give(call)
                while self._sent:
                    self._settle_first()
        except Exception as error:
            for call in self._sent:  # a fault of ours: nobody may wait for ever
                detail = type(error).__name__
                call.future.set_result((None, ExtractError("internal-error", detail=detail)))
            raise
        finally:
            for child in (self._child, self._next):
                if child is not None:
                    child.kill()
                    child.close()

    def _give(self, call: _Call) -> None:
        if self._child is None:
            self._child, self._next = self._next or self._start(), None
            self._given = 0
        request = messages.request(call.function, call.args, call.seconds)
        self._given += 1
        self._sent.append(call)
        self._child.post(request)
        if self._given == self._pool.calls:
            self._next = self._start()  # it comes up while this one does its last work

    def _start(self) -> Child:
        return start(self._pool.scratch(), self._pool.address_space, self._pool.yielding)

    def _settle_first(self) -> None:
        child, call = self._child, self._sent[0]
        assert child is not None
        if len(self._sent) < _AHEAD and self._given < self._pool.calls:
            ahead = self._pool.take_ahead()
            if ahead is not None:
                self._give(ahead)
        watch = _Watch(child, call, self._pool)
        verdict = watch.verdict()
        self._sent.popleft()
        over = watch.ended or (self._given == self._pool.calls and not self._sent)
        if over:
            self._let_go(child)
        if verdict is not None:
            call.future.set_result(verdict)
        elif call.tries > 1 and not self._pool.closed:
            call.tries -= 1
            self._pool.give_back(call)
        else:
            error = ExtractError("crashed", detail="读取进程无法启动")
            call.future.set_result((None, error))

    def _let_go(self, child: Child) -> None:
        """Part with a child; what it has at hand goes to another."""
        child.dismiss()
        child.close()
        self._child = None
        while self._sent:
            self._pool.give_back(self._sent.pop())


class _Watch:
    """One call in a child: waits for its answer, within the limits. `ended`: the child is no more."""

    def __init__(self, child: Child, call: _Call, pool: Pool) -> None:
        self._child, self._call, self._pool = child, call, pool
        self._began = self._looked = time.monotonic()
        self._taken_up = False
        self._limits_told = 0
        self._used = self._used_last = 0.0
        self._asleep = self._size = 0.0
        self._ticks = 0
        self._seconds = call.seconds
        self.ended = False

    def verdict(self) -> Verdict | None:
        """What came of the call; None where the child ended before it took it up."""
        try:
            while True:
                frame = self._child.frames.next(_TICK)
                if frame is not None and (found := self._understood(*frame)) is not None:
                    return found
                # also while frames keep coming: a flood of them is no answer
                if frame is None or time.monotonic() - self._looked > _TICK:
                    self._looked = time.monotonic()
                    if (error := self._over_a_limit()) is not None:
                        return self._end(error)
        except (EOFError, OSError):
            self.ended = True
            return (None, self._cause_of_death()) if self._taken_up else None
        except messages.Garbled:
            return self._end(ExtractError("crashed", detail="读取进程送回的结果不合格式"))

    def _understood(self, kind: int, body: bytes) -> Verdict | None:
        if kind == messages.STARTED:
            self._taken_up = True
            self._began = time.monotonic()
            if self._child.started(0):
                self._used = self._child.seconds_used()
        elif kind == messages.LIMIT:
            self._limits_told += 1
            if self._limits_told > _LIMITS_TOLD:
                raise messages.Garbled("limits")
            told = messages.result_of(_seconds, body)
            self._seconds = min(max(told, 0.0), self._call.seconds)
        elif kind == messages.RESULT:
            return messages.result_of(self._call.function, body), None
        else:
            return None, messages.error_of(body)
        return None

    def _end(self, error: ExtractError | None) -> Verdict | None:
        self.ended = True
        self._child.kill()
        self._child.exit_code()
        return (None, error) if self._taken_up else None

    def _over_a_limit(self) -> ExtractError | None:
        waited = time.monotonic() - self._began
        if self._pool.closed:
            self._taken_up = True
            return ExtractError("crashed", detail="处理已取消")
        if not self._taken_up:
            late = waited > START_SECONDS
            return ExtractError("crashed", detail="读取进程无法启动") if late else None
        if not self._child.started(0):
            return None
        self._ticks += 1
        self._size = self._child.size() or self._size
        used = self._child.seconds_used() - self._used
        if used > self._seconds + _GRACE:
            return self._timed_out(BY_PROCESSOR)
        if self._ticks % _TICKS_ASLEEP == 0:
            still = used - self._used_last < _TICK and self._child.waits()
            self._used_last = used
            step = _TICKS_ASLEEP * _TICK
            self._asleep = max(self._asleep + (step if still else -step), 0.0)
            if self._asleep > self._seconds:
                return self._timed_out(ASLEEP)
        times = WALL_FACTOR * (YIELDING_FACTOR if self._pool.yielding else 1)
        if waited > self._seconds * times:
            return self._timed_out(BY_CLOCK, times)
        return None

    def _timed_out(self, which: str, times: float = 1) -> ExtractError:
        return ExtractError("timed-out", limit=which, seconds=f"{self._seconds * times:g}")

    def _cause_of_death(self) -> ExtractError:
        code = self._child.exit_code()
        if code == -signal.SIGPROF:
            return self._timed_out(BY_PROCESSOR)
        if self._size > self._pool.address_space // 2:
            # a failed allocation ends C++ code by abort or a trap
            return ExtractError("out-of-memory", limit_mb=self._pool.address_space >> 20)
        if code is None:
            return ExtractError("crashed", detail="原因不明")
        return ExtractError("crashed", detail=f"信号 {-code}" if code < 0 else f"退出码 {code}")


def _seconds() -> float:
    """What a LIMIT frame holds, as the type of a result."""
    return 0.0
