"""Files damaged on the way: refused, told, or read as they were before. A wrong number without a word would be the worst of all."""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from selfeval.extractors.errors import ExtractError
from selfeval.extractors.forms.compare import values
from selfeval.extractors.isolation.sandbox import extract_many
from selfeval.extractors.isolation.triage import Screened, screen
from selfeval.extractors.model import Document, Form
from selfeval.extractors.pages.embedding import NO_CHARACTERS, NO_OUTLINES
from selfeval.extractors.pages.integrity import CONTENT, FONT, require_whole
from selfeval.extractors.pages.operators import strange_words
from selfeval.extractors.read import read_document
from tests.damage import KINDS, damaged
from tests.hostile.make import one_page

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "data/samples"
#: copies of each kind: 12 kinds. `make damage` draws more.
COPIES = int(os.environ.get("SELFEVAL_DAMAGED_COPIES", "4"))
#: good files of text, of all producers; reading one takes some 30 ms. Where content is not packed another number in it is another drawing,
#: as good as the first.
GOOD = sorted(
    path
    for path in [*SAMPLES.glob("*.pdf"), *(HERE / "troubles").glob("*.pdf")]
    if not re.search("scan|locked|fonts-misnamed|seal", path.name)
    and b" re\nf\n" not in path.read_bytes()
)


@cache
def read(data: bytes) -> Document:
    return read_document(data, "a.pdf", recognise=False)


def silent(good: Form, bad: Form) -> list[str]:
    """Paths of values that came out otherwise with no doubt about them or the block that they stand in."""
    doubted = {doubt.path for doubt in bad.doubts}
    have = dict(values(bad))
    return [
        path
        for path, text in values(good)
        if text != have.get(path, "") and not {path, path.partition("/")[0]} & doubted
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_refused_or_told_or_read_as_it_was(kind: str) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(COPIES):
        path = random.Random(f"{kind}/{seed}").choice(GOOD)
        before = read(path.read_bytes())
        after = read_document(damaged(path.read_bytes(), kind, seed), path.name, recognise=False)
        outcomes[after.reason.code if after.reason else "read"] += 1
        if after.reason is None:
            assert len(after.forms) == len(before.forms), (path.name, seed)
            for good, bad in zip(before.forms, after.forms, strict=True):
                assert silent(good, bad) == [], (path.name, seed)
    assert set(outcomes) <= {"read", "damaged", "needs-ocr", "no-form-found"}, outcomes


@pytest.mark.parametrize(
    "name, found",
    [
        ("ascii85-one-byte", "damaged"),
        ("contents-array-dangling", "damaged"),
        ("internal-error-one-byte", "damaged"),
        ("zero-pages-after-locked", "zero-pages"),
        ("font-one-byte", Screened(1, (FONT,))),
        ("sound-stream-end", Screened(3)),
    ],
)
def test_one_byte_is_noticed_where_it_matters_and_sound_files_pass(
    name: str, found: str | Screened
) -> None:
    data = (HERE / "damaged" / f"{name}.pdf").read_bytes()
    if isinstance(found, Screened):
        assert screen(data) == found
    else:
        with pytest.raises(ExtractError) as caught:
            screen(data)
        assert caught.value.code == found


def test_a_form_that_damage_hides_is_not_called_absent() -> None:
    """With a byte changed in its font nothing is drawn, and the advice was to add a template."""
    document = read((HERE / "damaged/font-one-byte.pdf").read_bytes())
    assert document.reason is not None
    assert document.reason.code in ("damaged", "needs-ocr"), document.reason


def test_a_file_after_a_locked_one_is_not_called_locked() -> None:
    """pdfium keeps its last error: the next document's trouble was told under its name."""
    paths = [SAMPLES / "password-locked.pdf", HERE / "damaged/zero-pages-after-locked.pdf"]
    locked, empty = extract_many(paths)
    assert (locked.reason and locked.reason.code) == "password-locked"
    assert (empty.reason and empty.reason.code) == "zero-pages"


def test_words_that_are_no_operators_are_a_doubt_where_no_checksum_is() -> None:
    sound = b"BT /F 12 Tf 72 700 Td [(50\\(8.75) -20 <0a1B>] TJ 1 0 0 rg .5 -.5 re ET % note\n"
    image = b"q BI /W 2 /H 2 ID \x01]}zz\xff EI Q\n"
    assert strange_words(sound + image) == 0
    assert strange_words(sound.replace(b"Td", b"T\x85")) == 1
    assert strange_words(sound.replace(b"700", b"7x0")) == 1
    assert require_whole(unpacked(sound), 1) == ()
    assert require_whole(unpacked(sound.replace(b"Td", b"Tq")), 1) == (CONTENT,)


def unpacked(content: bytes) -> bytes:
    body = b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)
    return one_page(b"", more={4: body})


@pytest.mark.parametrize(
    "kind, why", [("font-removed", NO_OUTLINES), ("to-unicode-removed", NO_CHARACTERS)]
)
def test_a_font_robbed_of_what_it_needs_is_a_doubt(kind: str, why: str) -> None:
    whole = (SAMPLES / "langfang-hvac-2019.pdf").read_bytes()
    assert screen(whole).doubts == ()
    assert screen(damaged(whole, kind, 1)).doubts == (why,)


@pytest.mark.parametrize(
    "differences, doubted",
    [
        (b"48 /zero /one", False),
        (b"48 /g48 /g49", False),
        (b"74 /a4A", False),
        (b"48 /g49 /g48", True),
        (b"48 /g0 /g1", True),
        (b"1 /g1 /g2", True),
        (b"137 /g137", True),
    ],
)
def test_a_drawn_font_is_doubted_only_where_its_codes_say_nothing(
    differences: bytes, doubted: bool
) -> None:
    """A Type 3 font without a table: names of characters say them, and so do names that repeat a code that is a character."""
    font = b"<</Type/Font/Subtype/Type3/Encoding<</Differences[%s]>>>>" % differences
    doubts = screen(one_page(b"", more={5: font})).doubts
    assert (NO_CHARACTERS in doubts) == doubted
