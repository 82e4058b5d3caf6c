"""PNG as written is PNG as read by another: any size, any shades."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from selfeval.extractors.drawing import png


@given(width=st.integers(1, 40), height=st.integers(1, 40), data=st.data())
def test_packed_shades_are_read_back_as_they_were(
    width: int, height: int, data: st.DataObject
) -> None:
    """Also where a row does not end with a byte."""
    shades = data.draw(st.binary(min_size=width * height, max_size=width * height)).translate(
        bytes(value % 16 for value in range(256))
    )
    packed = Image.frombytes("P", (width, height), shades).tobytes("raw", "P;4")
    with Image.open(io.BytesIO(png.encode(packed, width, height, bits=4))) as found:
        assert (found.format, found.size) == ("PNG", (width, height))
        assert found.convert("L").tobytes() == bytes(shade * 17 for shade in shades)


@given(width=st.integers(1, 20), height=st.integers(1, 20), data=st.data())
def test_colours_of_a_palette_are_read_back_as_they_were(
    width: int, height: int, data: st.DataObject
) -> None:
    pixels = data.draw(st.binary(min_size=width * height, max_size=width * height))
    palette = data.draw(st.binary(min_size=768, max_size=768))
    with Image.open(
        io.BytesIO(png.encode(pixels, width, height, bits=8, palette=palette))
    ) as found:
        colours = found.convert("RGB").tobytes()
    assert colours == b"".join(palette[3 * pixel : 3 * pixel + 3] for pixel in pixels)


@pytest.mark.parametrize("width", [801, 1404])
def test_a_picture_that_is_too_large_is_compressed_with_more_effort_and_is_the_same(
    width: int,
) -> None:
    packed = b"".join(
        bytes((row * column) % 7 * 16 for column in range((width + 1) // 2)) for row in range(400)
    )
    quick = png.encode(packed, width, 400, bits=4, aim=len(packed))
    small = png.encode(packed, width, 400, bits=4, aim=len(quick) - 1)
    assert len(small) < len(quick)
    with Image.open(io.BytesIO(quick)) as one, Image.open(io.BytesIO(small)) as other:
        assert one.tobytes() == other.tobytes()
