"""Page images for the report: drawn once a content and page, with personal data covered, in capped child processes."""

from __future__ import annotations

import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from extractors.limits import MAX_ADDRESS_SPACE, RENDER_SECONDS
from extractors.model import Bbox
from extractors.pool import Pool
from flows import remote
from flows.console import log
from flows.drawing import Wanted, draw
from flows.inbox import local_path
from flows.ledger import Submission
from flows.workspace import Workspace, write_private

if TYPE_CHECKING:
    from extractors.render import PageImage as Picture
    from records.tables import Tables
    from reports.model import PageImage

#: documents. Up to here every page with a form is drawn; above, only pages that a finding or a doubt points at: a picture costs ten times
#: what reading the page does.
DRAW_ALL = 300
#: Raised when more is covered than before: pictures that an earlier version drew are drawn again.
COVERS = 2
_PERSONAL = ("leader", "phone")
#: what masking leaves: 136****0000, 张*
_MASKED = r"\d\*{3,}|[\u3400-\u9fff]\*"


#: page -> the boxes to cover, and the boxes to cover if the page is a scan
_Pages = dict[int, tuple[list[Bbox], list[Bbox]]]


def wanted_pages(tables: Tables) -> dict[str, _Pages]:
    """document_id -> page -> the boxes to cover: the cells of names and telephones everywhere, on scans also cells whose text is masked in
    places. Where a page has text, the renderer finds these by itself, to the character."""
    cells, forms = tables.cells, tables.forms
    owner = dict(zip(forms["form_id"].tolist(), forms["document_id"].tolist(), strict=True))
    placed = cells[cells["page"].notna()]
    chosen = placed if len(tables.documents) <= DRAW_ALL else placed[placed["doubt"].notna()]
    pages: dict[str, _Pages] = defaultdict(dict)
    for frame in (chosen, tables.findings[tables.findings["page"].notna()]):
        places = frame[["form_id", "page"]].drop_duplicates()
        for form_id, page in zip(places["form_id"].tolist(), places["page"].tolist(), strict=True):
            pages[owner[form_id]].setdefault(int(page), ([], []))
    masked = placed["text"].str.contains(_MASKED, na=False)
    for at, frame in enumerate((placed[placed["path"].isin(_PERSONAL)], placed[masked])):
        columns = (frame[name].tolist() for name in ("form_id", "page", "x0", "top", "x1", "bottom"))
        for form_id, page, *box in zip(*columns, strict=True):
            hidden = pages.get(owner[form_id], {}).get(int(page))
            if hidden is not None:
                hidden[at].append((box[0], box[1], box[2], box[3]))
    return pages


def draw_pages(workspace: Workspace, tables: Tables, items: Mapping[str, Submission], workers: int) -> list[PageImage]:
    """The pictures that the report shows. Those of an earlier run are kept; a file that is gone leaves its pages without a picture.

    `items` are submissions by document_id. Beside each picture stands its size in points, so that a report can be made again without it."""
    from reports.model import PageImage

    workspace.images.mkdir(parents=True, exist_ok=True)
    wanted = wanted_pages(tables)
    missing: dict[str, list[Wanted]] = {}
    for key, pages in wanted.items():
        if absent := [(page, *hidden) for page, hidden in pages.items() if not _sizes(workspace, key, page).exists()]:
            missing[key] = list(absent)
    for key, drawn in _draw(workspace, missing, items, workers):
        for page, picture in drawn:
            _write_picture(_picture(workspace, key, page), picture.data)
            write_private(_sizes(workspace, key, page), json.dumps([picture.width_pt, picture.height_pt]))
    _drop_bare(workspace)
    found = []
    for key, pages in wanted.items():
        for page in pages:
            if (sizes := _sizes(workspace, key, page)).exists():
                width, height = json.loads(sizes.read_text("ascii"))
                found.append(PageImage(key, page, f"pages/{_picture(workspace, key, page).name}", width, height))
    return found


def _drop_bare(workspace: Workspace) -> None:
    """Remove pictures that an earlier version drew and this one did not draw again: they show what is covered now."""
    covered = f".{COVERS}.json"
    for path in workspace.images.glob("*.json"):
        if not path.name.endswith(covered):
            path.unlink()
    for path in workspace.images.glob("*.webp"):
        if not path.with_name(path.stem + covered).exists():
            path.unlink()


def _draw(
    workspace: Workspace, missing: Mapping[str, list[Wanted]], items: Mapping[str, Submission], workers: int
) -> Iterator[tuple[str, list[tuple[int, Picture]]]]:
    if not missing:
        return
    with (
        tempfile.TemporaryDirectory(prefix="drawn-", dir=workspace.temporary) as folder,
        Pool(workers, address_space=MAX_ADDRESS_SPACE) as pool,
    ):
        under_way = {}
        for key, pages in missing.items():
            item = items.get(key)
            if item is None:
                continue
            path = local_path(item.source)
            try:
                path = path or remote.fetch(item.source, Path(folder, f"{key}.pdf"))
            except OSError as error:
                log.warning("无法取得原件，报告中不显示页面图像：%s", error, extra={"document": item.document})
                continue
            under_way[key] = pool.submit(draw, os.fspath(path), key, pages, seconds=RENDER_SECONDS * (1 + len(pages) / 4))
        for key, future in under_way.items():
            drawn, refused = future.result()
            if refused is not None:
                log.warning("无法绘制页面图像：%s", refused, extra={"document": items[key].document, "document_id": key})
            else:
                yield key, drawn


def _picture(workspace: Workspace, key: str, page: int) -> Path:
    return workspace.images / f"{key[:16]}-{page}.webp"


def _sizes(workspace: Workspace, key: str, page: int) -> Path:
    return workspace.images / f"{key[:16]}-{page}.{COVERS}.json"


def _write_picture(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(data)
    draft.replace(path)
