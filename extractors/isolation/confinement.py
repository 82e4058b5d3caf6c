"""Taking away from a child what reading a PDF never needs: writing outside its scratch folder, reaching others, starting programs.

Landlock (Linux 5.13) guards the files, and where it is newer ports, abstract sockets and signals too; a seccomp filter the system calls. Both
need no privilege. Where the platform has neither the child runs with its caps alone; `attempts` tries what is left, for `selfeval doctor`.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path

from selfeval.extractors.isolation import seccomp

_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITIES_VERSION, _READ_ALL_FILES = 0x20080522, 1 << 2
_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same on every architecture
_VERSION_FLAG, _RULE_PATH_BENEATH = 1, 1
#: access rights that change something: write file, remove and make entries (bits 4 to 12), write_file (1), refer (13), truncate (14)
_WRITES_V1 = 1 << 1 | sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE, _WRITE_FILE = 1 << 13, 1 << 14, 1 << 1
#: from version 4 on: binding and connecting ports; from 6 on: abstract Unix sockets and signals beyond the domain
_PORTS, _SCOPES = 0b11, 0b11


def available() -> dict[str, bool]:
    """Which protections this machine offers to child processes: {"landlock", "seccomp"}."""
    return {"landlock": landlock_version() > 0, "seccomp": seccomp.known()}


def confine(scratch: str) -> None:
    """Give up, for this process and for ever: writing outside `scratch`, sockets, programs, other processes. Reading stays. To be called before
    the process has a second thread, which would stay free."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return
    _drop_capabilities(libc)
    _refuse_writes(libc, scratch)
    seccomp.refuse_calls()


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """Of what root may do, keep reading files of all users: with the rest a child could look into other processes."""
    header = struct.pack("=Ii", _CAPABILITIES_VERSION, 0)
    held = ctypes.create_string_buffer(24)
    if libc.capget(header, held) == 0:
        (effective,) = struct.unpack_from("=I", held.raw)
        kept = effective & _READ_ALL_FILES
        libc.capset(header, struct.pack("=6I", kept, kept, 0, 0, 0, 0))


def landlock_version() -> int:
    """The version of Landlock that the kernel offers, 0 for none."""
    if sys.platform != "linux":
        return 0
    libc = ctypes.CDLL(None)
    version: int = libc.syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION_FLAG)
    return max(version, 0)


def _refuse_writes(libc: ctypes.CDLL, scratch: str) -> None:
    version = landlock_version()
    if version == 0:
        return
    handled = _WRITES_V1 | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    attributes = struct.pack("=Q", handled)
    attributes += struct.pack("=Q", _PORTS) if version >= 4 else b""
    attributes += struct.pack("=Q", _SCOPES) if version >= 6 else b""
    rules = libc.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0)
    if rules < 0:
        return
    try:
        for path, allowed in ((scratch, handled), ("/dev/null", _WRITE_FILE)):
            _allow(libc, rules, path, allowed)
        libc.syscall(_RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, allowed: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = struct.pack("=Qi", allowed, place)
        libc.syscall(_ADD_RULE, rules, _RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(place)


def attempts(target: str, parent: int) -> dict[str, bool]:
    """To be called in a confined child: which of the attempts the kernel refused. `target` is a file outside the scratch folder that may be
    lost, `parent` the process that asked for this one."""
    tries: dict[str, Callable[[], object]] = {
        "write": lambda: Path(target).write_text("x"),
        "attributes": lambda: _change_attributes(target),
        "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM).close(),
        "process": _fork,
        "signal": lambda: os.kill(parent, 0),
        "memory": lambda: Path(f"/proc/{parent}/mem").open("rb").close(),
        "environment": lambda: Path(f"/proc/{parent}/environ").read_bytes(),
    }
    return {name: _is_refused(attempt) for name, attempt in tries.items()}


def _is_refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return True
    return False


def _change_attributes(path: str) -> None:
    """Three ways: one that is let through is one too many."""
    refused: OSError | None = None
    ways: list[Callable[[], object]] = [
        lambda: Path(path).chmod(0o600),
        lambda: os.utime(path),
        lambda: os.setxattr(path, "user.selfeval", b"x"),
    ]
    for way in ways:
        try:
            way()
        except OSError as error:
            refused = error
        else:
            return
    if refused:
        raise refused


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
