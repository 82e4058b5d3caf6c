"""A seccomp filter, in classic BPF: what a child that reads a PDF may ask of the kernel.

Refused are sockets, processes and programs, signals and limits of others, the attributes of files, tracing, mounting, keys, and every call
that is newer than this list. libseccomp would write the same program; it is a system library that pip cannot install.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterator

_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
#: machine -> AUDIT_ARCH, and which of the two numbers of a call is its own
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
#: call -> its numbers on x86_64 and aarch64 (None: not there); from asm/unistd_64.h and asm-generic/unistd.h
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # sockets and what does without them
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206),
    "sendmsg": (46, 211), "sendmmsg": (307, 269), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    # processes and programs
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "unshare": (272, 97), "setns": (308, 268), "setsid": (112, 157), "setpgid": (109, 154),
    # other processes
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "kcmp": (312, 272), "ioprio_set": (251, 30),
    "sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274),
    "shmget": (29, 194), "shmat": (30, 196), "semget": (64, 190), "msgget": (68, 186),
    "mq_open": (240, 180), "mq_unlink": (241, 181),
    # attributes of files, which Landlock does not guard
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "utimensat": (280, 88), "futimesat": (261, None),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466), "file_setattr": (469, 469),
    # the machine
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "open_tree_attr": (467, 467),
    "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "add_key": (248, 217),
    "request_key": (249, 218), "keyctl": (250, 219), "acct": (163, 89), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "clock_adjtime": (305, 266), "adjtimex": (159, 171), "sethostname": (170, 161),
    "setdomainname": (171, 162), "iopl": (172, None), "ioperm": (173, None),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262), "syslog": (103, 116),
}  # fmt: skip
#: calls that are allowed upon oneself, told by an argument: (numbers, position of the argument that must be 0 or one's own process)
_UPON_ITSELF = {"kill": ((62, 129), 0), "tgkill": ((234, 131), 0), "prlimit64": ((302, 261), 0)}
#: setpriority(PRIO_PROCESS, 0, ...) alone: both arguments must be 0
_SETPRIORITY = (141, 140)
#: calls with commands that hand signals to others, type on a terminal, or change the attributes of a file: position 1
_COMMANDS = {
    "fcntl": ((72, 25), (8, 10, 15)),  # F_SETOWN, F_SETSIG, F_SETOWN_EX
    "ioctl": ((16, 29), (0x5412, 0x541C, 0x8901, 0x8902, 0x40086602, 0x401C5820)),
}
_CLONE, _CLONE3, _CLONE_THREAD = (56, 220), (435, 435), 0x10000
#: the last call that this list knows (Linux 6.17); newer ones are answered as by an older kernel
_NEWEST = 470
#: the second ABI of x86_64 numbers its calls from here
_X32_BIT = 0x40000000
#: operations of classic BPF; offsets of struct seccomp_data: 0 number of the call, 4 architecture, 16 the first argument
_LOAD, _EQUAL, _ABOVE, _AT_LEAST, _HAS_BIT, _GIVE = 0x20, 0x15, 0x25, 0x35, 0x45, 0x06
_ALLOW, _EPERM, _ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026

Line = tuple[int, int, int, int]


def known() -> bool:
    """Whether the filter can be written for this machine."""
    return sys.platform == "linux" and platform.machine() in _MACHINES


def refuse_calls() -> bool:
    """Install the filter for this thread and all that it starts, for ever; whether the kernel took it. no_new_privs must be set."""
    if not known():
        return False
    architecture, column = _MACHINES[platform.machine()]
    blob = b"".join(struct.pack("=HBBI", *line) for line in _program(architecture, column))
    buffer = ctypes.create_string_buffer(blob, len(blob))
    program = _Program(len(blob) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
    return bool(done == 0)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _program(architecture: int, column: int) -> Iterator[Line]:
    """The filter, call by call; each block ends with an answer, so that no jump is long."""
    yield _LOAD, 0, 0, 4
    yield _EQUAL, 1, 0, architecture
    yield _GIVE, 0, 0, _EPERM
    yield _LOAD, 0, 0, 0
    yield _AT_LEAST, 0, 1, _X32_BIT
    yield _GIVE, 0, 0, _EPERM
    yield _ABOVE, 0, 1, _NEWEST
    yield _GIVE, 0, 0, _ENOSYS
    for numbers in _REFUSED.values():
        yield from _when(numbers[column], [(_GIVE, 0, 0, _EPERM)])
    for both, at in _UPON_ITSELF.values():
        yield from _when(both[column], [_argument(at), *_only(0, os.getpid())])
    yield from _when(
        _SETPRIORITY[column],
        [_argument(0), (_EQUAL, 1, 0, 0), (_GIVE, 0, 0, _EPERM), _argument(1), *_only(0)],
    )
    for both, commands in _COMMANDS.values():
        refused = [(_EQUAL, len(commands) - at, 0, it) for at, it in enumerate(commands)]
        ends = [(_GIVE, 0, 0, _ALLOW), (_GIVE, 0, 0, _EPERM)]
        yield from _when(both[column], [_argument(1), *refused, *ends])
    threads = [(_HAS_BIT, 0, 1, _CLONE_THREAD), (_GIVE, 0, 0, _ALLOW), (_GIVE, 0, 0, _EPERM)]
    yield from _when(_CLONE[column], [_argument(0), *threads])
    yield from _when(_CLONE3[column], [(_GIVE, 0, 0, _ENOSYS)])  # glibc then asks for clone
    yield _GIVE, 0, 0, _ALLOW


def _when(number: int | None, block: list[Line]) -> Iterator[Line]:
    if number is not None:
        yield _EQUAL, 0, len(block), number
        yield from block


def _argument(at: int) -> Line:
    """The low half of an argument: process ids and commands have no more."""
    return _LOAD, 0, 0, 16 + 8 * at


def _only(*values: int) -> list[Line]:
    equal = [(_EQUAL, len(values) - at, 0, value) for at, value in enumerate(values)]
    return [*equal, (_GIVE, 0, 0, _EPERM), (_GIVE, 0, 0, _ALLOW)]
