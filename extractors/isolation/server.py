"""The process that children are forked from: small, with one thread, an environment of a few words, and the readers loaded already.

It is told by its parent on a socket whom to fork and whom to kill, and ends with it. It is no multiprocessing forkserver: that one takes over the
environment of the program, runs its main module again in every child, and answers with pickles.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
from collections.abc import Sequence

#: what every child needs: its own loop and the reader of the text layer. Nothing else, since start-up is measured.
PRELOAD = ("selfeval.extractors.isolation.child", "selfeval.extractors.read")
#: bytes of one command: JSON, filled up with spaces
COMMAND = 4096
#: process id when it starts, exit code as subprocess has it when it ends: written to the status pipe of a child
STATUS = struct.Struct("!q")


def main(control: int) -> None:
    """Fork and kill as told on the socket `control` until its other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in PRELOAD:
        importlib.import_module(name)
    importlib.import_module(PRELOAD[-1]).prepare()
    gc.freeze()
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    children: dict[int, int] = {}
    with socket.socket(fileno=control) as commands:
        while True:
            ready, _, _ = select.select([control, woken], [], [])
            if woken in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(woken, 4096)
            _reap(children)
            if control in ready and not _obey(commands, children, (control, woken, waker)):
                break
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _obey(commands: socket.socket, children: dict[int, int], own: Sequence[int]) -> bool:
    text, pipes, _, _ = socket.recv_fds(commands, COMMAND, 3, socket.MSG_WAITALL)
    if len(text) < COMMAND:
        return False
    order = json.loads(text)
    if "kill" in order:
        if order["kill"] in children:
            os.kill(order["kill"], signal.SIGKILL)
        return True
    pid = os.fork()
    if pid == 0:
        _become_child(order, pipes, [*own, *children.values()])
    os.close(pipes[0])
    os.close(pipes[1])
    children[pid] = pipes[2]
    _tell(pipes[2], pid)
    return True


def _become_child(order: dict[str, object], pipes: Sequence[int], others: Sequence[int]) -> None:
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for pipe in (*others, pipes[2]):
            os.close(pipe)
        from selfeval.extractors.isolation import child

        child.serve(pipes[0], pipes[1], **order)  # type: ignore[arg-type]
        code = 0
    finally:
        os._exit(code)


def _reap(children: dict[int, int]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if (pipe := children.pop(pid, None)) is not None:
            _tell(pipe, os.waitstatus_to_exitcode(status))
            os.close(pipe)


def _tell(pipe: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
        os.write(pipe, STATUS.pack(number))
