"""The pages of a document with what is drawn on them, and the tables of it that were not read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from gettext import NullTranslations

from selfeval.core.kinds import KINDS
from selfeval.core.masking import mask_text
from selfeval.reports.model import FindingView, FormPage, PageView, SkippedView
from selfeval.reports.rows import Row
from selfeval.reports.site.sources import Sources


def sheets(
    document_id: str, pages: int, forms: Sequence[FormPage], sources: Sources
) -> tuple[PageView, ...]:
    by_page: dict[int, list[FindingView]] = {}
    for form in forms:
        for finding in form.findings:
            if finding.spot:
                by_page.setdefault(finding.spot.page, []).append(finding)
    veils = [spot for form in forms for spot in form.veils]
    return tuple(
        PageView(
            number,
            sources.page_images.get((document_id, number)),
            tuple(by_page.get(number, ())),
            tuple(spot for spot in veils if spot.page == number),
        )
        for number in range(1, pages + 1)
    )


def skipped_tables(
    rows: Iterable[Row], has_images: bool, catalogue: NullTranslations
) -> tuple[SkippedView, ...]:
    """The tables of a document that are no self-evaluation, by rows of the table `skipped`."""
    return tuple(
        SkippedView(
            int(row["page"] or 0),
            mask_text(str(row["title"])),
            catalogue.gettext(KINDS[str(row["kind"])][0]),
            has_images,
        )
        for row in rows
    )
