"""Called in a capped child process: the pages of one document as pictures. Imports nothing but the renderer."""

from __future__ import annotations

from collections.abc import Sequence

from selfeval.extractors.drawing.render import PagePicture, draw_page, opened
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation.files import read_file
from selfeval.extractors.model import Bbox

#: A page to draw, the boxes on it that hold names and telephone numbers, those to cover as well if it is a scan, and the degrees by which it
#: lies turned.
Wanted = tuple[int, Sequence[Bbox], Sequence[Bbox], int]


def draw(
    path: str, document_id: str, wanted: Sequence[Wanted], dots: float
) -> list[tuple[int, PagePicture]]:
    """Pictures of the wanted pages that can be drawn, of at most so many dots an inch; none when the file no longer has the content that was read."""
    data, digest = read_file(path)
    if digest != document_id:
        return []
    drawn = []
    with opened(data) as document:
        for page, hide, on_scan, turn in wanted:
            try:
                picture = draw_page(
                    document, page, max_dots=dots, hide=hide, hide_on_scan=on_scan, turn=turn
                )
                drawn.append((page, picture))
            except ExtractError:  # a page that cannot be drawn is shown by its values alone
                continue
    return drawn
