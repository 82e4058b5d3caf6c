"""Which of a page's rulings are borders: not strikes through text, not underlines, not the faint lines of ruled paper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from selfeval.extractors.model import Ruling

#: the part of a character's em, from its top and from its bottom, that a line may pass without going through the character
EDGE = 0.3
#: share of a line's length from which the characters that it goes through make it a strike
STRUCK = 0.5
#: a background is paler than this and paler than other rulings by so much; so many lines, and this share of them, go through text
PALE, PALER, THROUGH_LINES, THROUGH_SHARE = 0.5, 0.25, 3, 0.1
#: points by which the lines of ruled paper reach beyond a table
BEYOND = 5.0
#: ems under the bottom of characters within which a line underlines them
UNDER = 0.4
#: ems by which a border may miss the one it ends at where others do not; the share of lines that are borders, however many underlines there are
MISSED, USUAL = 0.07, 0.1


def borders(rulings: Sequence[Ruling], type_boxes: np.ndarray) -> list[Ruling]:
    """Given a page's rulings and the boxes of its upright characters that are no blanks (n x 4), the rulings that may be borders."""
    if not rulings or not len(type_boxes):
        return list(rulings)
    told = np.array(rulings, dtype=float)
    lines, shades = told[:, :4], told[:, 4]
    lying = lines[:, 2] - lines[:, 0] >= lines[:, 3] - lines[:, 1]
    through, over = _along(lines, lying, type_boxes)
    struck = lying & (through >= STRUCK * np.maximum(lines[:, 2] - lines[:, 0], 0.1))
    faint = _backgrounds(lines, shades, lying, through > 0)
    underlines = lying & (over > 0)
    if underlines.any():
        underlines &= _loose_ends(
            lines, lying, float(np.median(type_boxes[:, 3] - type_boxes[:, 1]))
        )
    kept = ~(struck | faint | underlines)
    return [r for r, keep in zip(rulings, kept.tolist(), strict=True) if keep]


def _along(
    lines: np.ndarray, lying: np.ndarray, boxes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each horizontal line the width in points of the characters that it goes through, and of those that it runs right under."""
    em = boxes[:, 3] - boxes[:, 1]
    top, bottom = boxes[:, 1] + EDGE * em, boxes[:, 3] - EDGE * em
    middle, width = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 2] - boxes[:, 0]
    through, over = np.zeros(len(lines)), np.zeros(len(lines))
    own = np.flatnonzero(lying)
    own_levels = np.round(lines[own, 1], 1)
    levels = _distinct(own_levels)
    height = levels[:, None]
    near = (top < height) & (height < boxes[:, 3] + UNDER * em)
    for level in np.flatnonzero(near.any(axis=1)).tolist():
        beside = np.flatnonzero(near[level])
        inside = levels[level] < bottom[beside]
        here = own[own_levels == levels[level]]
        x, x0, x1 = middle[beside], lines[here, 0, None], lines[here, 2, None]
        along = (x0 < x) & (x < x1)
        through[here] = np.where(along & inside, width[beside], 0.0).sum(axis=1)
        over[here] = np.where(along & ~inside, width[beside], 0.0).sum(axis=1)
    return through, over


def _distinct(values: np.ndarray) -> np.ndarray:
    """The values that there are, the lowest first. numpy's own `unique` has masked arrays loaded, which takes longer than a page."""
    return np.array(sorted(set(values.tolist())))


def _backgrounds(
    lines: np.ndarray, shades: np.ndarray, lying: np.ndarray, through: np.ndarray
) -> np.ndarray:
    """Rulings of a shade that is paler than others and whose lines go through text as they come, or reach beyond all others at both sides:
    the lines of ruled paper."""
    found = np.zeros(len(lines), dtype=bool)
    rounded = np.round(shades, 2)
    kinds = _distinct(rounded)
    if len(kinds) < 2:
        return found
    for shade in kinds[1:]:
        own = rounded == shade
        if shade < PALE or shade - kinds[0] < PALER:
            continue
        rest = rounded < shade - PALER
        beyond = (
            np.median(lines[own & lying, 0]) < lines[rest, 0].min() - BEYOND
            and np.median(lines[own & lying, 2]) > lines[rest, 2].max() + BEYOND
            if (own & lying).any()
            else False
        )
        levels = len(_distinct(np.round(lines[own & lying, 1])))
        crossing = len(_distinct(np.round(lines[own & lying & through, 1])))
        if beyond or (crossing >= THROUGH_LINES and crossing >= THROUGH_SHARE * levels):
            found |= own
    return found


def _loose_ends(lines: np.ndarray, lying: np.ndarray, em: float) -> np.ndarray:
    """Horizontal lines that end short of every vertical one at both ends, further than such lines do on this page."""
    standing = lines[~lying]
    missed = np.zeros((len(lines), 2))
    if not len(standing):
        return missed[:, 0] > 0
    for k in np.flatnonzero(lying).tolist():
        x0, y, x1, _ = lines[k]
        beside = standing[(standing[:, 1] - 1 <= y) & (y <= standing[:, 3] + 1), 0]
        if len(beside):
            first = beside[np.abs(beside - x0).argmin()]
            last = beside[np.abs(beside - x1).argmin()]
            missed[k] = x0 - first, last - x1
        else:
            missed[k] = np.inf
    usual = float(np.quantile(missed[lying], USUAL)) if lying.any() else 0.0
    limit = max(usual, 0.0) + MISSED * em if np.isfinite(usual) else np.inf
    return np.asarray((missed > limit).all(axis=1))
