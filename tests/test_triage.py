"""The gate: what is cut off, locked, empty or over a cap is refused by its right name; what is merely untidy is read."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pikepdf
import pytest

from selfeval.extractors.errors import REASONS, ExtractError
from selfeval.extractors.isolation import limits
from selfeval.extractors.isolation.triage import Screened, screen
from selfeval.extractors.model import Form
from selfeval.extractors.read import read_document
from tests.hostile.make import CATALOG, TREE, one_page, pdf, plain_text, stream

SAMPLES = Path(__file__).parent.parent / "data/samples"
TROUBLES = Path(__file__).parent / "troubles"
#: different producers, all small; the first has three pages
GOOD = ["beijing-hotline-2020-cidfont.pdf", "langfang-hvac-2019.pdf", "yuanzhou-potato-2022.pdf"]
#: bytes at the end of a file in which nothing is but `startxref`, its number and `%%EOF`
CLOSING = 30
STYLES = {
    "as it is": None,
    "linearised": {"linearize": True},
    "object streams": {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
    "linearised with object streams": {
        "linearize": True,
        "object_stream_mode": pikepdf.ObjectStreamMode.generate,
    },
    "uncompressed": {
        "compress_streams": False,
        "stream_decode_level": pikepdf.StreamDecodeLevel.generalized,
    },
    "encrypted by its owner": {"encryption": pikepdf.Encryption(owner="owner", user="")},
}


def code(data: bytes) -> str:
    try:
        return f"{screen(data).pages} pages"
    except ExtractError as error:
        return error.code


@pytest.fixture(
    scope="module", params=[(name, style) for name in GOOD for style in STYLES], ids="-".join
)
def whole(request: pytest.FixtureRequest) -> bytes:
    name, style = request.param
    data = (SAMPLES / name).read_bytes()
    options = STYLES[style]
    if options is None:
        return data
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        document.save(
            out, static_id=True, **options
        ) if "encryption" not in options else document.save(out, **options)
    return out.getvalue()


def content_end(data: bytes) -> int:
    """Where the last bytes stand that say anything of the document: what follows is padding and the closing lines."""
    closing = data.rfind(b"startxref")
    return len(data[:closing].rstrip())


def test_a_file_cut_off_anywhere_is_refused_or_read_whole_or_told(whole: bytes) -> None:
    """A reader that repairs it would show the pages that are left, and numbers would be missing without a word. A linearised file ends with
    what its first page does not need: cut there, all that it shows is left."""
    assert code(whole).endswith("pages")
    end = content_end(whole)
    draw = random.Random(len(whole))
    cuts = {draw.randrange(1, end) for _ in range(150)} | set(range(end - 120, end - 2, 3))
    # from "%%EOF" of an earlier section on, too: a linearised file has one near its start
    cuts |= {
        at
        for mark in (b"%%EOF", b"endobj", b"trailer")
        for at in [whole.find(mark) + len(mark)]
        if at < end - 2
    }
    accepted = [cut for cut in sorted(cuts) if code(whole[:cut]).endswith("pages")]
    if b"/Linearized" not in whole:
        assert accepted == []
    for cut in accepted[::10]:
        assert screen(whole[:cut]).doubts or forms(whole[:cut]) == forms(whole)


def forms(data: bytes) -> tuple[Form, ...]:
    return read_document(data, "cut.pdf", recognise=False).forms


def test_a_cut_that_takes_only_the_closing_lines_loses_nothing(whole: bytes) -> None:
    """Where objects are packed, nothing else says where they begin: such a file is refused."""
    cut = code(whole[: content_end(whole)])
    assert cut == code(whole) or (b"/ObjStm" in whole and cut == "damaged")


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\n" * 5_000,
        b"\0" * 3_000,
        b"<html>502 Bad Gateway</html>" * 100,
        b"\x1a",
        random.Random(1).randbytes(6_000),
    ],
)
def test_rubbish_behind_the_end_does_no_harm(whole: bytes, rubbish: bytes) -> None:
    assert code(whole + rubbish) == code(whole)


def test_lines_before_the_header_do_no_harm(whole: bytes) -> None:
    assert code(b"Content-Type: application/pdf\r\n\r\n" + whole) == code(whole)
    assert code(b"\n" * limits.HEADER_WINDOW + b"x" + whole) == "not-a-pdf"


def test_a_wrong_or_missing_cross_reference_is_read_when_the_body_is_whole(whole: bytes) -> None:
    closing = whole.rfind(b"startxref")
    assert code(whole[:closing] + b"startxref\n7\n%%EOF\n") == code(whole)
    assert code(whole[:closing]) == code(whole) or b"/ObjStm" in whole
    table, trailer = whole.rfind(b"\nxref\n"), whole.rfind(b"trailer")
    if 0 < table < trailer:
        assert code(whole[: table + 1] + whole[trailer:]) == code(whole)


def test_a_piece_lost_on_the_way_is_noticed() -> None:
    data = (SAMPLES / GOOD[1]).read_bytes()
    draw = random.Random(7)
    places = [draw.randrange(1_000, len(data) - 6_000) for _ in range(60)]
    for at in places:
        cut = data[:at] + data[at + 1_024 :]
        assert code(cut) == "damaged" or screen(cut).doubts


def test_pages_filled_with_zeros_by_an_interrupted_copy_are_refused(whole: bytes) -> None:
    half = len(whole) // 2
    assert code(whole[:half] + bytes(len(whole) - half)) == "damaged"


def updated(data: bytes, added: bytes) -> bytes:
    """An incremental update that adds object 90."""
    previous = int(data[data.rfind(b"startxref") + 9 :].split()[0])
    place = len(data)
    body = data + b"90 0 obj\n" + added + b"\nendobj\n"
    table = b"xref\n90 1\n%010d 00000 n \ntrailer\n<</Size 91/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return body + table % (place, previous, len(body))


def test_an_incremental_update_is_read_and_one_cut_off_is_refused() -> None:
    before = plain_text()
    after = updated(before, stream(b"BT /F 9 Tf (later figures) Tj ET"))
    assert code(after) == "1 pages"
    assert {code(after[:cut]) for cut in range(len(before) + 1, content_end(after) - 2)} == {
        "damaged"
    }


@pytest.mark.parametrize(
    "name, expected",
    [
        ("password-locked.pdf", "password-locked"),
        ("beijing-hotline-2020-rotated.pdf", "3 pages"),
        ("collection-2022-scan.pdf", "2 pages"),
    ],
)
def test_samples(name: str, expected: str) -> None:
    assert code((SAMPLES / name).read_bytes()) == expected


def test_a_file_that_its_owner_protects_from_editing_is_read_and_one_that_needs_a_password_is_not() -> (
    None
):
    out = {}
    for user in ("", "secret"):
        file = io.BytesIO()
        with pikepdf.open(SAMPLES / GOOD[0]) as document:
            document.save(file, encryption=pikepdf.Encryption(owner="owner", user=user))
        out[user] = code(file.getvalue())
    assert out == {"": "3 pages", "secret": "password-locked"}


def test_caps_are_told_by_name_and_number(monkeypatch: pytest.MonkeyPatch) -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    many = pdf(
        {1: CATALOG, 2: b"<</Type/Pages/Kids[" + b"3 0 R " * 501 + b"]/Count 501>>", 3: page}
    )
    assert code(many) == "too-many-pages"
    assert code(one_page(b"", box=b"0 0 14400 14400")) == "page-too-large"
    assert code(one_page(b"", box=b"0 0 595 14400")) == "1 pages"
    with pytest.raises(ExtractError, match=r"501 页，超过上限 500 页"):
        screen(many)
    monkeypatch.setattr("selfeval.extractors.isolation.triage.MAX_BYTES", 100)
    assert code(plain_text()) == "too-large"


def test_a_page_count_that_hides_pages_is_refused() -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    tree = {3: page, 4: page}
    assert (
        code(pdf({1: CATALOG, 2: b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>", **tree}))
        == "2 pages"
    )
    assert (
        code(pdf({1: CATALOG, 2: b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 1>>", **tree}))
        == "damaged"
    )
    assert (
        code(pdf({1: CATALOG, 2: b"<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3>>", **tree}))
        == "damaged"
    )


def test_content_that_does_not_inflate_is_refused() -> None:
    whole_stream = stream(b"BT /F 12 Tf 72 700 Td (508.75) Tj ET " * 50)
    half = whole_stream.replace(b"endstream", b"").split(b"stream\n")[1].rstrip()
    half = half[: len(half) // 2]
    body = b"<</Length %d/Filter/FlateDecode>>stream\n" % len(half) + half + b"\nendstream"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
    assert code(pdf({1: CATALOG, 2: TREE, 3: page, 4: body})) == "damaged"


def test_every_reason_has_a_sentence_and_a_hint_and_survives_pickling() -> None:
    import pickle

    for name in REASONS:
        error = pickle.loads(pickle.dumps(ExtractError(name, limit=5)))
        assert (error.code, error.params) == (name, {"limit": 5})
        assert str(error)
        assert error.reason().hint
        assert "{" not in str(error)
    with pytest.raises(ValueError, match="unknown"):
        ExtractError("no-such-code")


def test_a_file_whose_objects_are_packed_is_whole() -> None:
    """Trees of names, tags and bookmarks have /Kids and /Count as the tree of pages has; packed into one stream, nothing parts them."""
    with pikepdf.open(TROUBLES / "merged-cells-fill-a-page.pdf") as document:
        document.Root["/Many"] = document.make_indirect(
            {"/Kids": [document.make_indirect({"/Count": 1, "/Type": "/Pages"}) for _ in range(9)]}
        )
        packed = io.BytesIO()
        document.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert screen(packed.getvalue()) == Screened(3)
