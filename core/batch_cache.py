"""Answers about texts, remembered while a batch of documents is gone through: the same few texts are asked about by many rules and rows.

They are forgotten between batches. What stays in memory after a batch stands scattered among what the batch took, and keeps Python from
using that again as a whole: a season would grow by a hundred megabytes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar, cast

#: answers that are remembered of a function
_ANSWERS = 65_536

Function = TypeVar("Function", bound=Callable[..., Any])

_known: list[Any] = []


def remembered(function: Function) -> Function:
    """The same function, whose last answers are remembered: it depends on nothing but its arguments, and nobody changes its answers."""
    caching = lru_cache(maxsize=_ANSWERS)(function)
    _known.append(caching)
    return cast(Function, caching)


def forget() -> None:
    """Forget all answers."""
    for function in _known:
        function.cache_clear()
