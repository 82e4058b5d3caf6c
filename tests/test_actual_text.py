"""What a file says that a text stands for (ActualText) never wins over what is drawn."""

from __future__ import annotations

import pikepdf
import pytest
from pikepdf import Array, ContentStreamInstruction, Dictionary, Name, Operator, String

from tests.test_seen import changed, page
from tests.test_seen import read as read_form


def said(drawn: str, words: str) -> bytes:
    """The form, with a mark round the text `drawn` that says it stands for `words`."""
    shown = drawn.encode("utf-16-be") if not drawn.isascii() else drawn.encode()

    def mark(document: pikepdf.Pdf) -> None:
        made = []
        for one in pikepdf.parse_content_stream(document.pages[0]):
            show = str(one.operator) == "Tj" and bytes(one.operands[0]) == shown
            if show:
                stands = Dictionary(ActualText=String(b"\xfe\xff" + words.encode("utf-16-be")))
                made.append(ContentStreamInstruction(Array([Name.Span, stands]), Operator("BDC")))
            made.append(one)
            if show:
                made.append(ContentStreamInstruction(Array(), Operator("EMC")))
        document.pages[0].Contents = document.make_stream(pikepdf.unparse_content_stream(made))

    return changed(page(), mark)


@pytest.mark.parametrize("words", ["桥梁加固", "道路", "道路养护二期", ""])
def test_a_name_is_what_is_drawn_whatever_the_file_says(words: str) -> None:
    assert read_form(said("道路养护", words)).project_name == "道路养护"


@pytest.mark.parametrize("words", ["1512万元", "无", "9999"])
def test_an_amount_is_what_is_drawn_whatever_the_file_says(words: str) -> None:
    assert read_form(said("1512", words)).funds[0].executed == "1512"
