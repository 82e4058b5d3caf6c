"""Pages are drawn while other work goes on: all that were begun are there when asked for, and what stops the drawing is told."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from selfeval.extractors.isolation.sandbox import extract_many
from selfeval.flows.run import images
from selfeval.flows.run.images import Artist, Original
from selfeval.flows.workspace import Workspace, create
from selfeval.records.tables.build import Tables, build

SAMPLE = Path(__file__).parents[1] / "data" / "samples" / "hubei-commerce-2020.pdf"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Where so few documents are given to the pool at a time that a dozen of them have to wait."""
    monkeypatch.setattr(images, "AT_HAND", 2)
    place = create(tmp_path / "W", "")
    place.temporary.mkdir(exist_ok=True)
    return place


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, dict[str, Original]]:
    """More documents than are given to the workers at a time: one form, each time with another byte at its end."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(12):
        (folder / f"{number}.pdf").write_bytes(SAMPLE.read_bytes() + b"\n%" + bytes([65 + number]))
    documents = list(extract_many(sorted(folder.glob("*.pdf"))))
    assert {document.pages for document in documents} == {1}
    originals = {
        document.sha256: Original(document.document, str(folder / document.document))
        for document in documents
    }
    return build(documents), originals


def test_every_page_that_was_begun_is_there_when_it_is_asked_for(
    workspace: Workspace, many: tuple[Tables, dict[str, Original]]
) -> None:
    tables, originals = many
    with Artist(workspace, originals, 2, documents=len(originals)) as artist:
        pictures = artist.finish(artist.begin(tables))
    assert set(pictures) == {(key, 1) for key in originals}
    assert all(
        (workspace.reports / picture.path).read_bytes().startswith(b"\x89PNG")
        for picture in pictures.values()
    )


@pytest.mark.parametrize("inbox", ["file://", "local://"])
def test_a_document_that_is_gone_is_tried_once(
    inbox: str,
    workspace: Workspace,
    many: tuple[Tables, dict[str, Original]],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """From a folder, and from a place whose files are fetched to be read."""
    tables, originals = many
    first = next(iter(originals))
    changed = originals | {first: originals[first]._replace(source=f"{inbox}{tmp_path}/gone.pdf")}
    with (
        caplog.at_level(logging.WARNING),
        Artist(workspace, changed, 1, documents=len(originals)) as artist,
    ):
        for _ in range(2):
            pictures = artist.finish(artist.begin(tables))
            assert {key for key, _page in pictures} == set(originals) - {first}
    assert [vars(record).get("document") for record in caplog.records] == [
        originals[first].document
    ]


def test_what_stops_the_drawing_is_told_where_pages_are_asked_for(
    workspace: Workspace, many: tuple[Tables, dict[str, Original]]
) -> None:
    """The folder of pictures goes away, as when a disk does; nobody waits for ever."""
    tables, originals = many
    artist = Artist(workspace, originals, 2, documents=len(originals))
    shutil.rmtree(workspace.images)
    workspace.images.write_bytes(b"")
    with pytest.raises(NotADirectoryError), artist:
        artist.finish(artist.begin(tables))


def test_a_caller_that_fails_leaves_without_drawing_the_rest(
    workspace: Workspace, many: tuple[Tables, dict[str, Original]]
) -> None:
    tables, originals = many

    def failing() -> None:
        with Artist(workspace, originals, 1, documents=len(originals)) as artist:
            artist.begin(tables)
            raise RuntimeError("of the caller")

    with pytest.raises(RuntimeError, match="of the caller"):
        failing()
    assert len(list(workspace.images.glob("*.png"))) < len(originals)
