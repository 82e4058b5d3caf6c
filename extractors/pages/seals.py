"""Red ink of seals in the picture of a page: large red patches, whoever drew them. Small red ink may be a score that a person wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selfeval.extractors.pages.picture import Picture

if TYPE_CHECKING:
    import numpy as np

#: points that a seal measures at least in both directions: seals are 42 to 45 mm wide, oval invoice seals 40 by 30
MIN_SEAL = 60.0
#: points of the squares in which red ink is looked for; ink in neighbouring squares belongs together
SQUARE = 8.0
#: how much more red than green or blue the dots of a seal are, in shades
REDNESS = 40


def without_seals(free: np.ndarray, picture: Picture) -> np.ndarray:
    """Given which dots of a picture are ink (height x width, bool), the same without the red ink of seals."""
    import numpy as np

    colours = picture.colours().astype(np.int16)
    red = colours[..., 0] - np.maximum(colours[..., 1], colours[..., 2]) > REDNESS
    if not red.any():
        return free
    square = max(1, round(SQUARE * picture.scale))
    height, width = red.shape
    padded = np.zeros((-(-height // square) * square, -(-width // square) * square), bool)
    padded[:height, :width] = red
    rows, columns = padded.shape[0] // square, padded.shape[1] // square
    coarse = np.asarray(padded.reshape(rows, square, columns, square).any(axis=(1, 3)))
    least = MIN_SEAL * picture.scale / square
    seal = np.zeros_like(coarse)
    for patch in _patches(coarse):
        ys, xs = zip(*patch, strict=True)
        if max(ys) - min(ys) + 1 >= least and max(xs) - min(xs) + 1 >= least:
            seal[min(ys) : max(ys) + 1, min(xs) : max(xs) + 1] = True  # its star stands apart
    grown = seal.repeat(square, axis=0).repeat(square, axis=1)[:height, :width]
    return np.asarray(free & ~(grown & red))


def _patches(coarse: np.ndarray) -> list[list[tuple[int, int]]]:
    """The groups of squares (row, column) that touch each other."""
    import numpy as np

    waiting = {(int(y), int(x)) for y, x in zip(*np.nonzero(coarse), strict=True)}
    patches = []
    while waiting:
        patch = [waiting.pop()]
        for y, x in patch:
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & waiting
            waiting -= near
            patch.extend(near)
        patches.append(patch)
    return patches
