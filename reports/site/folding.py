"""Findings of a form in the order in which they are read, each with what only follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from selfeval.core.severities import SEVERITIES
from selfeval.reports.model import FindingView, Spot

_FAR = Spot(10**6, 0, 0, 0, 0)


def folded(views: Sequence[FindingView], first: int) -> tuple[FindingView, ...]:
    """The findings numbered from `first`, in order of weight; waived ones last, since nobody has to act on them; within that as the form is
    printed. What only follows from an open finding comes right after it, and stands in its `consequences` too."""
    ordered = sorted(views, key=_weight)
    following: dict[str, list[FindingView]] = {}
    for view in ordered:
        if view.cause:
            following.setdefault(view.cause, []).append(view)
    numbers = count(first)
    told: list[FindingView] = []
    for view in ordered:
        if not view.cause:
            number = next(numbers)
            rest = tuple(replace(one, number=next(numbers)) for one in following.get(view.id, ()))
            told += [replace(view, number=number, consequences=rest), *rest]
    return tuple(told)


def _weight(view: FindingView) -> tuple[object, ...]:
    spot = view.spot or _FAR
    severity = SEVERITIES.index(view.severity)
    return view.status == "waived", severity, spot.page, spot.top, spot.x0, view.rule.id
