"""Readers that do what a hostile file makes a library do, chosen by the first line of the file; they stand in for the real reader."""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.model import Document


class Unpicklable(Exception):
    """An error that its own arguments cannot rebuild: it would break a pool that sends exceptions as they are."""

    def __init__(self, one: object, other: object) -> None:
        super().__init__("two")
        self.pipe = open(os.devnull)  # noqa: SIM115, PTH123 - it is the point that this cannot be pickled


def obey(data: bytes, name: str, *, engine: str, second_opinion: bool, recognise: bool) -> Document:
    order = data.decode().split("\n", 1)[0]
    getattr(Orders, order)()
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
    def write_outside() -> None:
        Path(os.environ["SELFEVAL_TEST_TARGET"]).write_text("escaped")

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


def square(number: int) -> int:
    return number * number


def refuse(code: str) -> None:
    raise ExtractError(code)


def core_limit() -> tuple[int, int]:
    import resource

    return resource.getrlimit(resource.RLIMIT_CORE)
