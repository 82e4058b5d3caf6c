"""Damage as disks, networks and programs do it to files: a draw from a seed gives the same damaged copy every time."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Mapping

import pikepdf

#: bytes of a disk's sector
SECTOR = 512


def _changed(draw: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(draw.randint(1, 5)):
        at = draw.randrange(len(out))
        out[at] ^= draw.randint(1, 255)
    return bytes(out)


def _bit_changed(draw: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    out[draw.randrange(len(out))] ^= 1 << draw.randrange(8)
    return bytes(out)


def _printable_changed(draw: random.Random, data: bytes) -> bytes:
    """Other digits and letters in place of those outside compressed data, which no checksum guards."""
    out = bytearray(data)
    for _ in range(draw.randint(1, 3)):
        while chr(out[at := draw.randrange(len(out))]) not in "0123456789/RF<>[]":
            pass
        out[at] = draw.choice(b"0123456789 /RF<>[]")
    return bytes(out)


def _inserted(draw: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(draw.randint(1, 5)):
        out.insert(draw.randrange(len(out)), draw.randrange(256))
    return bytes(out)


def _removed(draw: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(draw.randint(1, 5)):
        del out[draw.randrange(len(out))]
    return bytes(out)


def _block(draw: random.Random, data: bytes) -> tuple[int, int]:
    size = min(draw.choice((64, SECTOR, 8 * SECTOR)), len(data) // 3)
    start = draw.randrange(len(data) - size)
    return start, start + size


def _block_cut(draw: random.Random, data: bytes) -> bytes:
    start, stop = _block(draw, data)
    return data[:start] + data[stop:]


def _block_zeroed(draw: random.Random, data: bytes) -> bytes:
    start, stop = _block(draw, data)
    return data[:start] + bytes(stop - start) + data[stop:]


def _block_moved(draw: random.Random, data: bytes) -> bytes:
    start, stop = _block(draw, data)
    rest = data[:start] + data[stop:]
    at = draw.randrange(len(rest))
    return rest[:at] + data[start:stop] + rest[at:]


def _sector_doubled(draw: random.Random, data: bytes) -> bytes:
    """A sector written in place of the one behind it, or once more before it."""
    sector = draw.randrange(max(len(data) // SECTOR - 1, 1)) * SECTOR
    kept = sector + SECTOR * draw.choice((1, 2))
    return data[: sector + SECTOR] + data[sector : sector + SECTOR] + data[kept:]


def _tail_cut(draw: random.Random, data: bytes) -> bytes:
    return data[: draw.choice((len(data) - draw.randint(1, 3_000), draw.randrange(len(data))))]


def _key_removed(draw: random.Random, data: bytes, keys: tuple[str, ...]) -> bytes:
    """One of the fonts without the entry, as a program leaves it that writes the file anew."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        holders = [
            (thing, key)
            for thing in document.objects
            if isinstance(thing, pikepdf.Dictionary)
            for key in keys
            if key in thing
        ]
        if holders:
            thing, key = draw.choice(holders)
            del thing[key]
        document.save(out, static_id=True)
    return out.getvalue()


def _font_removed(draw: random.Random, data: bytes) -> bytes:
    return _key_removed(draw, data, ("/FontFile", "/FontFile2", "/FontFile3"))


def _to_unicode_removed(draw: random.Random, data: bytes) -> bytes:
    return _key_removed(draw, data, ("/ToUnicode",))


KINDS: Mapping[str, Callable[[random.Random, bytes], bytes]] = {
    "changed": _changed, "bit-changed": _bit_changed, "printable-changed": _printable_changed,
    "inserted": _inserted, "removed": _removed,
    "block-cut": _block_cut, "block-zeroed": _block_zeroed, "block-moved": _block_moved,
    "sector-doubled": _sector_doubled, "tail-cut": _tail_cut,
    "font-removed": _font_removed, "to-unicode-removed": _to_unicode_removed,
}  # fmt: skip


def damaged(data: bytes, kind: str, seed: int) -> bytes:
    """The bytes of a file, damaged in the way `kind` (a key of KINDS), by the draw that `seed` stands for."""
    return KINDS[kind](random.Random(f"{kind}-{seed}"), data)
