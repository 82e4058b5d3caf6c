"""What goes through the pipes between a process and its children.

A request is trusted: the parent's own pickle. A reply is not: a child may have been taken over by the file that it reads. It is msgpack with the
types that the called function declares, in frames of a stated length, and nothing in it is ever executed.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
import select
import struct
import time
import typing
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from selfeval.extractors.errors import REASONS, ExtractError

#: kinds of frames: a request is taken up; the seconds that it may take are fewer than was thought; its result; its error
STARTED, LIMIT, RESULT, ERROR = range(4)
#: bytes of one reply: the pictures of a hundred pages are 12 MB
MAX_REPLY = 64 << 20
_HEAD = struct.Struct("!IB")
_REQUEST = struct.Struct("!I")


class Garbled(Exception):
    """A child sent what its parent did not ask for."""


class _Refusal(msgspec.Struct):
    code: str
    params: dict[str, str | int | float]


@lru_cache(maxsize=64)
def result_type(function: Callable[..., Any]) -> Any:
    """What a function declares to return; of one that declares nothing, plain values."""
    called = function.func if isinstance(function, functools.partial) else function
    try:
        return typing.get_type_hints(called).get("return", Any)
    except (TypeError, AttributeError):  # written in C
        return Any


@lru_cache(maxsize=64)
def _decoder(function: Callable[..., Any]) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(result_type(function))


def request(function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> bytes:
    """The bytes that have a child call a function."""
    body = pickle.dumps((function, args, seconds), pickle.HIGHEST_PROTOCOL)
    return _REQUEST.pack(len(body)) + body


def next_request(pipe: int) -> tuple[Callable[..., Any], tuple[Any, ...], float] | None:
    """In the child: the next call, None when there will be no more."""
    head = _exactly(pipe, _REQUEST.size)
    body = _exactly(pipe, _REQUEST.unpack(head)[0]) if head else b""
    return pickle.loads(body) if body else None


def _exactly(pipe: int, size: int) -> bytes:
    parts = []
    while size and (part := os.read(pipe, size)):
        parts.append(part)
        size -= len(part)
    return b"" if size else b"".join(parts)


def reply(pipe: int, kind: int, value: Any = None) -> None:
    """In the child: send one frame."""
    try:
        body = msgspec.msgpack.encode(value)
    except UnicodeEncodeError:  # half surrogate pairs, from broken fonts
        body = msgspec.msgpack.encode(_storable(msgspec.to_builtins(value, builtin_types=(bytes,))))
    if len(body) > MAX_REPLY:
        kind, body = ERROR, refusal(ExtractError("too-complex", detail="读取结果过大"))
    frame = memoryview(_HEAD.pack(len(body), kind) + body)
    while frame:
        frame = frame[os.write(pipe, frame) :]


def refusal(error: ExtractError) -> bytes:
    """An error as the body of an ERROR frame."""
    return msgspec.msgpack.encode(_Refusal(error.code, error.params))


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, (list, tuple)) else value


def result_of(function: Callable[..., Any], body: bytes) -> Any:
    """What a RESULT frame holds. Garbled: it is not of the declared type."""
    try:
        return _decoder(function).decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError) as error:
        raise Garbled(type(error).__name__) from error


def error_of(body: bytes) -> ExtractError:
    """What an ERROR frame holds. Garbled: it is none of our errors."""
    try:
        found = msgspec.msgpack.decode(body, type=_Refusal)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Garbled(type(error).__name__) from error
    if found.code not in REASONS or {"code", "message", "hint"} & found.params.keys():
        raise Garbled("code")
    params: dict[str, Any] = {**found.params}
    return ExtractError(found.code, **params)


class Frames:
    """The frames that come out of one pipe, as their bytes come, while requests go into another; never waits longer than it is told."""

    def __init__(self, replies: int, requests: int) -> None:
        self._replies, self._requests = replies, requests
        self._bytes = bytearray()
        self.outgoing = bytearray()
        self._poll = select.poll()
        self._poll.register(replies, select.POLLIN)
        for pipe in (replies, requests):
            os.set_blocking(pipe, False)

    def next(self, seconds: float) -> tuple[int, bytes] | None:
        """(kind, body) of a frame that is complete within so many seconds, else None. EOFError: no more will come; Garbled."""
        until = time.monotonic() + seconds
        while True:
            if self.outgoing:
                self._send()
            if (frame := self._complete()) is not None:
                return frame
            left = until - time.monotonic()
            if left <= 0 or not (ready := self._poll.poll(left * 1000)):
                return None
            if any(pipe == self._replies for pipe, _ in ready):
                part = os.read(self._replies, 1 << 20)
                if not part:
                    raise EOFError
                self._bytes += part

    def no_more_requests(self) -> None:
        """The pipe of requests is about to be closed."""
        if self.outgoing:
            self._poll.unregister(self._requests)
            self.outgoing.clear()

    def _send(self) -> None:
        try:
            sent = os.write(self._requests, self.outgoing)
        except BlockingIOError:
            sent = 0
        except BrokenPipeError:
            sent = len(self.outgoing)  # it has gone: the other pipe ends too
        del self.outgoing[:sent]
        if self.outgoing:
            self._poll.register(self._requests, select.POLLOUT)
        elif sent:
            with contextlib.suppress(KeyError):
                self._poll.unregister(self._requests)

    def _complete(self) -> tuple[int, bytes] | None:
        if len(self._bytes) < _HEAD.size:
            return None
        size, kind = _HEAD.unpack_from(self._bytes)
        if size > MAX_REPLY or kind > ERROR:
            raise Garbled("frame")
        end = _HEAD.size + size
        if len(self._bytes) < end:
            return None
        body = bytes(self._bytes[_HEAD.size : end])
        del self._bytes[:end]
        return kind, body
