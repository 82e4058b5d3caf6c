"""What a run does about its memory: a season must not take more than some hundred documents do."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from selfeval.core.batch_cache import forget

#: <malloc.h>
_M_ARENA_MAX = -8
#: Heaps of the C library: one for each thread would keep what the thread has freed, and a run has dozens of threads in its time.
_ARENAS = 2
#: New objects after which Python looks for garbage, while batches of hundreds of thousands of objects are made that all stay for a while.
_SELDOM = 100_000


def few_heaps() -> None:
    """Have the threads of this process share heaps, where the C library can; to be called before there are many of them."""
    limit = _glibc("mallopt")
    if limit is not None:
        limit(_M_ARENA_MAX, _ARENAS)


def hand_back() -> None:
    """Give what is free to the system, after answers about a batch are forgotten and its garbage is collected: forms and their rows refer to each other."""
    forget()
    gc.collect()
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    trim = _glibc("malloc_trim")
    if trim is not None:
        trim(0)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Within, libraries loaded by now are no garbage, and new objects are looked at seldom: that takes a fifth of an audit otherwise."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_SELDOM, before[1], before[2])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@cache
def _glibc(name: str) -> Callable[..., int] | None:
    """A function of the C library; None on systems whose library has no such function."""
    return getattr(ctypes.CDLL(None), name, None)
