"""Taking away from a child what reading a PDF never needs: writing outside its scratch folder, sockets, starting programs.

Landlock (Linux 5.13) guards the files, a seccomp filter the system calls. Both need no privilege. Where the platform has neither
the child runs with its caps alone, and `available` says so for `selfeval doctor`.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_LANDLOCK_CREATE, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT = (
    444,
    445,
    446,
)  # the same on every architecture
_LANDLOCK_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
#: access rights that change something: write file, remove and make entries (bits 4 to 12), write_file (1), refer (13), truncate (14)
_WRITES_V1 = 1 << 1 | sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_WRITE_FILE = 1 << 1

#: machine -> (AUDIT_ARCH, numbers of the system calls refused: socket, execve, execveat, ptrace, process_vm_writev, io_uring_setup)
_SYSCALLS = {
    "x86_64": (0xC000003E, (41, 59, 322, 101, 311, 425)),
    "aarch64": (0xC00000B7, (198, 221, 281, 117, 271, 425)),
}
#: operations and answers of classic BPF, offsets of struct seccomp_data: 0 number of the call, 4 architecture
_LOAD, _EQUAL, _AT_LEAST, _GIVE = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE_EPERM = 0x7FFF0000, 0x00050001
#: the second ABI of x86_64 numbers its calls from here
_X32_BIT = 0x40000000


def available() -> dict[str, bool]:
    """Which protections this machine offers to child processes: {"landlock", "seccomp"}."""
    return {
        "landlock": _landlock_version() > 0,
        "seccomp": sys.platform == "linux" and platform.machine() in _SYSCALLS,
    }


def confine(scratch: str) -> None:
    """Give up, for this process and for ever: writing outside `scratch`, opening sockets, starting programs. Reading stays."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return
    _refuse_writes(libc, scratch)
    _refuse_calls(libc)


def _landlock_version() -> int:
    if sys.platform != "linux":
        return 0
    version: int = ctypes.CDLL(None).syscall(
        _LANDLOCK_CREATE, None, ctypes.c_size_t(0), _LANDLOCK_VERSION_FLAG
    )
    return max(version, 0)


def _refuse_writes(libc: ctypes.CDLL, scratch: str) -> None:
    version = _landlock_version()
    if version == 0:
        return
    handled = _WRITES_V1 | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    attributes = struct.pack("Q", handled)
    rules = libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0)
    if rules < 0:
        return
    try:
        for path, allowed in ((scratch, handled), ("/dev/null", _WRITE_FILE)):
            _allow(libc, rules, path, allowed)
        libc.syscall(_LANDLOCK_RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, allowed: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        libc.syscall(
            _LANDLOCK_ADD_RULE, rules, _RULE_PATH_BENEATH, struct.pack("=Qi", allowed, place), 0
        )
    finally:
        os.close(place)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _refuse_calls(libc: ctypes.CDLL) -> None:
    """A filter in classic BPF: each refused system call returns EPERM, everything else passes."""
    if platform.machine() not in _SYSCALLS:
        return
    architecture, numbers = _SYSCALLS[platform.machine()]
    refuse_at = 5 + len(numbers)  # the last line; a jump is counted from the line after it
    code = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 0, refuse_at - 2, architecture),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, refuse_at - 4, 0, _X32_BIT),
    ]
    code += [(_EQUAL, refuse_at - at - 1, 0, number) for at, number in enumerate(numbers, start=4)]
    code += [(_GIVE, 0, 0, _ALLOW), (_GIVE, 0, 0, _REFUSE_EPERM)]
    blob = b"".join(struct.pack("=HBBI", *line) for line in code)
    buffer = ctypes.create_string_buffer(blob, len(blob))
    program = _Program(len(code), ctypes.cast(buffer, ctypes.c_void_p))
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
