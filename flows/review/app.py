"""The addresses of the desk.

GET  /                       the queue; ?q= words, ?unit=, ?facet= (see asking), ?shown= how many
GET  /queue                  its list alone, for the page's own script
GET  /forms/FORM_ID          a form, within the same queue
POST /decisions              a decision as JSON; what opened and closed as JSON
GET  /pages/NAME             a page image of the workspace
GET  /static/NAME            styles and scripts, the report's and the desk's
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse

from selfeval.core.problems import Problem
from selfeval.flows.review import asking, taking
from selfeval.flows.review.asking import Asked
from selfeval.flows.review.form_page import Pictures, form_desk
from selfeval.flows.review.prepared import PreparedForms
from selfeval.flows.review.queue import Queue, QueueItem
from selfeval.flows.review.templating import render
from selfeval.flows.workspace import Workspace
from selfeval.records.store.store import Store
from selfeval.reports.site.write import STATIC as REPORT_STATIC

STATIC = Path(__file__).parent / "static"
#: Of the report's files those that the desk's pages use.
_SHARED = ("site.css", "core.js", "document.js", "mark.svg")
_PICTURE = re.compile(r"[0-9a-f]{16}-\d+\.(?:png|webp)")
#: A page image is covered and named by content, so the browser may keep it a while.
_KEPT: Mapping[str, str] = {"cache-control": "private, max-age=600"}
#: HTTP's words for: something has changed meanwhile; cannot be done as asked.
_CONFLICT, _UNDOABLE = 409, 422
#: What tells of a change since the page was made, with how the desk says it ("" for the problem's own sentence): the page is shown anew.
_CHANGED: Mapping[str, str] = {
    "decided-meanwhile": "",
    "reading-changed": "这一处的读取结果已有变化",
    "unknown-finding": "该问题已不存在",
    "nothing-to-withdraw": "这项决定已被撤回",
}


def asked(q: str = "", unit: str = "", facet: str = "left", shown: int = asking.SHOWN) -> Asked:
    """What an address asks of the queue."""
    return Asked(q, unit, facet, shown)


_Asked = Annotated[Asked, Depends(asked)]


def create_app(place: Workspace, store: Store, pictures: Pictures, by: str) -> FastAPI:
    """The desk over a workspace; `by` is whose desk it is, "" to ask."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    queue = Queue(store)
    forms = PreparedForms(lambda item: form_desk(store, item, pictures))
    deciding = Lock()  # one audit at a time: they share what is kept between audits
    static = {name: REPORT_STATIC / name for name in _SHARED}
    static |= {path.name: path for path in STATIC.iterdir() if path.is_file()}

    @app.get("/")
    def show_queue(wanted: _Asked) -> HTMLResponse:
        return HTMLResponse(render("queue.html.j2", by=by, **_listed(queue.items(), wanted)))

    @app.get("/queue")
    def show_list(wanted: _Asked) -> HTMLResponse:
        return HTMLResponse(render("queue_list.html.j2", **_listed(queue.items(), wanted)))

    @app.get("/forms/{form_id}")
    def show_form(form_id: str, wanted: _Asked, then: BackgroundTasks) -> HTMLResponse:
        items = queue.items()
        item = _item(items, form_id)
        chosen = wanted.of(items)
        before, after, at = asking.neighbours(chosen, form_id)
        page = forms.page(items, item)
        if after is not None:  # made while this one is read
            then.add_task(forms.page, items, after)
        return HTMLResponse(
            render(
                "form.html.j2", by=by, asked=wanted, page=page, before=before, after=after, at=at, count=len(chosen),
            )
        )  # fmt: skip

    @app.post("/decisions")
    def take(new: taking.Sent) -> JSONResponse:
        item = _item(queue.items(), new.form_id)
        with deciding:
            return JSONResponse(taking.take(place, item, new))

    @app.get("/pages/{name}")
    def show_picture(name: str) -> FileResponse:
        return _file(place.images / name if _PICTURE.fullmatch(name) else None)

    @app.get("/static/{name}")
    def show_static(name: str) -> FileResponse:
        return _file(static.get(name))

    @app.exception_handler(Problem)
    def tell(request: Request, problem: Problem) -> JSONResponse | HTMLResponse:
        status = {"not-there": 404, **dict.fromkeys(_CHANGED, _CONFLICT)}.get(problem.code, _UNDOABLE)  # fmt: skip
        if request.method != "GET":
            said = _CHANGED.get(problem.code) or problem.message
            return JSONResponse({"code": problem.code, "message": said, "hint": problem.hint}, status)  # fmt: skip
        return HTMLResponse(render("problem.html.j2", by=by, problem=problem), status)

    return app


def _item(items: tuple[QueueItem, ...], form_id: str) -> QueueItem:
    for item in items:
        if item.judged.form_id == form_id:
            return item
    raise Problem(
        "not-there",
        "没有找到这份自评表",
        "它可能已被后报取代，或者不在这个工作区里；请回到队列。",
    )


def _file(path: Path | None) -> FileResponse:
    if path is None or not path.is_file():
        raise Problem("not-there", "没有这个文件", "请刷新页面。")
    return FileResponse(path, headers=dict(_KEPT))


def _listed(items: tuple[QueueItem, ...], wanted: Asked) -> dict[str, object]:
    """What the templates of the queue print."""
    chosen = wanted.of(items)
    unreviewed = [item for item in items if item.reviewed is None]
    return {
        "asked": wanted,
        "stages": asking.grouped(chosen[: wanted.shown]),
        "count": len(chosen),
        "facets": wanted.facets(items),
        "units": asking.units(items),
        "total": len(items),
        "left": len(unreviewed),
        "doubts": sum(item.doubts for item in unreviewed),
        "findings": {
            severity: sum(item.left[severity] for item in unreviewed)
            for severity in ("error", "warning", "information")
        },
    }
