"""The page images that the desk shows: those that the report has, and a page that has none drawn when it is first looked at."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING

from selfeval.flows.workspace import Workspace

if TYPE_CHECKING:
    from selfeval.records.tables.build import Tables
    from selfeval.reports.model import PageImage


class Gallery:
    """Pictures of one workspace. A page that could not be drawn is not tried again while the desk is open."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._lock = Lock()
        self._tried: set[tuple[str, int]] = set()

    def __call__(self, tables: Tables) -> Mapping[tuple[str, int], PageImage]:
        """The pictures of all pages of the one document in these tables, by document_id and page; those of its forms are drawn if need be."""
        from selfeval.flows.run.images import kept_images

        document = tables.documents.iloc[0]
        pages = {str(document["document_id"]): range(1, int(document["pages"]) + 1)}
        found = kept_images(self.workspace, pages)
        wanted = set(tables.cells["page"].dropna().astype(int))
        missing = {(key, page) for key in pages for page in wanted} - found.keys()
        if missing - self._tried:
            with self._lock:
                self._tried |= missing
                self._draw(tables)
            found = kept_images(self.workspace, pages)
        return found

    def _draw(self, tables: Tables) -> None:
        from selfeval.flows.run.images import Artist, originals
        from selfeval.flows.run.stores import ledger_of

        known = originals(ledger_of(self.workspace).all())
        with Artist(self.workspace, known, workers=1, documents=1) as artist:
            artist.finish(artist.begin(tables))
