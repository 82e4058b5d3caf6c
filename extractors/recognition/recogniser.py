"""The recogniser: crops of text lines -> characters with their place and probability.

Runs the recognition model that ships inside the `rapidocr` wheel (PP-OCRv6, Apache-2.0) on onnxruntime directly, since its own
pipeline gives one score a line: here each character keeps the probability the network gave it. Nothing is ever downloaded.
"""

from __future__ import annotations

import importlib.util
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from selfeval.extractors.errors import ExtractError

if TYPE_CHECKING:
    import numpy as np

HEIGHT = 48  # input height of the network
STRIDE = 8  # input pixels a time step
BATCH_WIDTH = 3200  # summed input width of a batch: keeps one run below 400 MB
THREADS = 2
LONE_ZERO = "0oO〇"


class RecognisedGlyph(NamedTuple):
    """One recognised character: where its centre stands along the line (0 to 1), and the probability of it."""

    text: str
    centre: float
    confidence: float


@dataclass(frozen=True, slots=True)
class CropReading:
    """What was read in one crop, from left to right."""

    glyphs: tuple[RecognisedGlyph, ...]

    @property
    def text(self) -> str:
        return "".join(g.text for g in self.glyphs)

    @property
    def confidence(self) -> float:
        return min((g.confidence for g in self.glyphs), default=0.0)


class _Network(NamedTuple):
    session: Any
    input: str
    alphabet: tuple[str, ...]
    twins: dict[
        int, list[int]
    ]  # symbols that differ in width only, such as , and ，: their probabilities belong together
    zeros: list[int]


@lru_cache(maxsize=1)
def _network() -> _Network:
    """The network, loaded once a process (0.4 s, 120 MB)."""
    spec = importlib.util.find_spec("rapidocr")
    models = (
        sorted((Path(spec.origin).parent / "models").glob("*_rec_*.onnx"))
        if spec and spec.origin
        else []
    )
    if not models:
        raise ExtractError("engine-unavailable", detail="rapidocr")
    # it posts to its maker and keeps an id in the home folder, unless told not to before it is imported
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = (
        False  # the arena never gives memory back, and the child has 2.5 GiB of address space
    )
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(models[0]), options, providers=["CPUExecutionProvider"]
    )
    # Position 0 is the blank of CTC; the space comes after the alphabet.
    alphabet = ("", *session.get_modelmeta().custom_metadata_map["character"].splitlines(), " ")
    return _Network(
        session,
        session.get_inputs()[0].name,
        alphabet,
        _twins(alphabet),
        [i for i, symbol in enumerate(alphabet) if symbol and symbol in LONE_ZERO],
    )


def _twins(alphabet: Sequence[str]) -> dict[int, list[int]]:
    groups: dict[str, list[int]] = {}
    for index, symbol in enumerate(alphabet):
        if len(symbol) == 1:
            groups.setdefault(unicodedata.normalize("NFKC", symbol), []).append(index)
    return {index: group for group in groups.values() if len(group) > 1 for index in group}


def recognise(crops: Sequence[np.ndarray]) -> list[CropReading]:
    """Given grey crops (height x width, paper 255), the reading of each."""
    import numpy as np

    network = _network()
    widths = [max(HEIGHT // 2, round(c.shape[1] * HEIGHT / c.shape[0])) for c in crops]
    readings: list[CropReading] = [CropReading(())] * len(crops)
    batch: list[int] = []
    order = sorted(range(len(crops)), key=lambda i: widths[i])
    for position, index in enumerate(order):
        batch.append(index)
        upcoming = widths[order[position + 1]] if position + 1 < len(order) else None
        if (
            upcoming is None
            or upcoming * (len(batch) + 1) > BATCH_WIDTH
            or upcoming > 1.3 * widths[batch[0]] + 32
        ):
            wide = max(widths[i] for i in batch)
            wide = -(-wide // 32) * 32
            tensor = np.ones((len(batch), 3, HEIGHT, wide), np.float32)
            for row, i in enumerate(batch):
                tensor[row, :, :, : widths[i]] = _tensor(crops[i], widths[i])
            scores = network.session.run(None, {network.input: tensor})[0]
            for row, i in enumerate(batch):
                readings[i] = _decoded(scores[row], network, widths[i], wide)
            batch = []
    return readings


def _tensor(crop: np.ndarray, width: int) -> np.ndarray:
    import cv2
    import numpy as np

    shrinks = crop.shape[0] > HEIGHT
    sized = cv2.resize(
        crop, (width, HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )
    return np.asarray(sized.astype(np.float32) / 127.5 - 1.0)


def _decoded(scores: np.ndarray, network: _Network, width: int, padded: int) -> CropReading:
    """CTC: the best symbol of each time step, repeats taken together, blanks left out."""
    best = scores.argmax(axis=1)
    sure = scores.max(axis=1)
    glyphs: list[RecognisedGlyph] = []
    peaks: list[int] = []
    start = 0
    peak = 0
    steps = len(best)
    for step in range(1, steps + 1):
        if step == steps or best[step] != best[start]:
            symbol = int(best[start])
            if symbol:
                centre = (start + step) / 2 / steps * padded / width
                peak = start + int(sure[start:step].argmax())
                probability = float(scores[peak, network.twins.get(symbol, [symbol])].sum())
                glyphs.append(
                    RecognisedGlyph(network.alphabet[symbol], min(centre, 1.0), probability)
                )
            peaks.extend([peak] if symbol else [])
            start = step
    if len(glyphs) == 1 and glyphs[0].text in LONE_ZERO:
        # A letter O alone in a cell does not occur in a form: all that look like zero speak for zero.
        glyphs[0] = glyphs[0]._replace(
            text="0", confidence=float(scores[peaks[0], network.zeros].sum())
        )
    return CropReading(tuple(glyphs))
