"""Readers that do what a hostile file makes a library do, chosen by the first line of the file; they stand in for the real reader."""

from __future__ import annotations

import ctypes
import hashlib
import math
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation import child
from selfeval.extractors.model import Document, Evidence, Form


class Unpicklable(Exception):
    """An error that its own arguments cannot rebuild: it would break a pool that sends exceptions as they are."""

    def __init__(self, one: object, other: object) -> None:
        super().__init__("two")
        self.pipe = open(os.devnull)  # noqa: SIM115, PTH123 - it is the point that this cannot be pickled


def obey(data: bytes, name: str, *, engine: str, second_opinion: bool, recognise: bool) -> Document:
    order, _, *arguments = data.decode().split("\n")
    getattr(Orders, order)(*arguments)
    if order == "scan" and not recognise:
        raise ExtractError("needs-ocr")
    return Document(name, hashlib.sha256(data).hexdigest(), os.getpid(), "ok")


class Orders:
    @staticmethod
    def well() -> None:
        return

    scan = well

    @staticmethod
    def segfault() -> None:
        ctypes.string_at(0)

    @staticmethod
    def killed() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    @staticmethod
    def leave() -> None:
        os._exit(3)

    @staticmethod
    def leave_politely() -> None:
        sys.exit(4)

    @staticmethod
    def hang_in_python() -> None:
        while True:
            time.sleep(0.01)

    @staticmethod
    def hang_in_c_deaf_to_signals() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        ctypes.PyDLL(None).sleep(
            600
        )  # PyDLL keeps the interpreter lock, so no Python handler can run

    @staticmethod
    def eat_memory_in_python() -> None:
        hoard = []
        while True:
            hoard.append(bytes(50_000_000))

    @staticmethod
    def eat_memory_in_c() -> None:
        """As C++ does on a failed allocation: fill what there is, then abort."""
        libc = ctypes.CDLL(None)
        libc.malloc.restype = ctypes.c_void_p
        while libc.malloc(ctypes.c_size_t(50_000_000)):
            time.sleep(0.005)
        libc.abort()

    @staticmethod
    def recurse() -> None:
        Orders.recurse()

    @staticmethod
    def raise_something_unpicklable() -> None:
        raise Unpicklable(1, 2)

    @staticmethod
    def raise_with_a_name_in_it() -> None:
        raise RuntimeError("负责人王小明 13600000000")

    @staticmethod
    def print_on_standard_output() -> None:
        os.write(1, b"not JSON\n")

    @staticmethod
    def write_outside(target: str) -> None:
        Path(target).write_text("escaped")

    @staticmethod
    def send_garbage() -> None:
        os.write(_pipe(), os.urandom(10_000))

    @staticmethod
    def send_a_pickle(target: str) -> None:
        """What takes over a parent that unpickles what it is sent."""
        bomb = pickle.dumps(_Bomb(target))
        os.write(_pipe(), struct.pack("!IB", len(bomb), 2) + bomb)
        os.write(_pipe(), struct.pack("!I", len(bomb)) + bomb)

    @staticmethod
    def send_another_type() -> None:
        body = msgspec.msgpack.encode({"document": 5, "forms": "none"})
        os.write(_pipe(), struct.pack("!IB", len(body), 2) + body)

    @staticmethod
    def send_numbers_that_are_none() -> None:
        form = Form(evidence={"title": (Evidence(1, (0, 0, math.nan, 1)),)})
        body = msgspec.msgpack.encode(Document("a.pdf", "0" * 64, 1, "ok", None, (form,)))
        os.write(_pipe(), struct.pack("!IB", len(body), 2) + body)

    @staticmethod
    def promise_much_and_send_little() -> None:
        os.write(_pipe(), struct.pack("!IB", 1 << 20, 2) + b"x")
        time.sleep(600)

    @staticmethod
    def flood() -> None:
        while True:
            os.write(_pipe(), struct.pack("!IB", 0xFFFFFFFF, 2) + bytes(100_000))

    @staticmethod
    def flood_in_small_frames() -> None:
        body = msgspec.msgpack.encode(1e9)
        while True:
            os.write(_pipe(), (struct.pack("!IB", len(body), 1) + body) * 100)

    @staticmethod
    def turn_off_the_clock_and_compute() -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        while True:
            pass

    @staticmethod
    def fork_bomb() -> None:
        while True:
            os.fork()

    @staticmethod
    def write_temporary() -> None:
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"fine")

    @staticmethod
    def open_a_socket() -> None:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    @staticmethod
    def start_a_program() -> None:
        subprocess.run(["/bin/true"], check=True)

    @staticmethod
    def fill_the_disk() -> None:
        with tempfile.NamedTemporaryFile() as file:
            os.posix_fallocate(file.fileno(), 0, 1 << 40)


class _Bomb:
    def __init__(self, target: str) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return Path.write_text, (Path(self.target), "escaped")


def _pipe() -> int:
    assert child._replies is not None
    return child._replies


def environment() -> dict[str, str]:
    return {**os.environ, "at the start": Path("/proc/self/environ").read_text("utf-8")}


def compute(seconds: float) -> float:
    while (used := time.process_time()) < seconds:
        pass
    return used


def lower_the_limit(seconds: float) -> None:
    child.limit(seconds)
    compute(60)


def echo(data: bytes) -> bytes:
    return data


def square(number: int) -> int:
    return number * number


def refuse(code: str) -> None:
    raise ExtractError(code)


def core_limit() -> tuple[int, int]:
    import resource

    return resource.getrlimit(resource.RLIMIT_CORE)


def writes_bytecode() -> bool:
    return not sys.dont_write_bytecode
