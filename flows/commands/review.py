"""`selfeval review`: the desk on which an auditor confirms readings and decides findings, in the browser of this machine."""

from __future__ import annotations

import os
import threading
from typing import Annotated

import typer

from selfeval.flows.commands.console import log, write_text
from selfeval.flows.commands.options import DEFAULT_WORKSPACE, StoreOption, WorkspaceOption
from selfeval.flows.problems import OK


def register(app: typer.Typer) -> None:
    app.command()(review)


def review(
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="端口", help="端口；0 为任一空闲端口")
    ] = 0,
    by: Annotated[
        str, typer.Option("--by", metavar="姓名", help="复核人；不给则在页面上询问一次")
    ] = "",
    opens: Annotated[bool, typer.Option("--open/--no-open", help="是否自动打开浏览器")] = True,
    store: StoreOption = "",
) -> int:
    """打开复核台：在浏览器中对照原件确认或更正读数、处理问题、标记已复核。只在本机可用，地址含一次性口令；按 Ctrl+C 结束。"""
    from selfeval.flows.review import guard, serving
    from selfeval.flows.review.app import create_app
    from selfeval.flows.review.pictures import Gallery
    from selfeval.flows.run.stores import close_books, store_of
    from selfeval.flows.workspace import existing

    place = existing(workspace, store)
    os.umask(0o077)
    desk = create_app(place, store_of(place), Gallery(place), by.strip())
    bound = serving.listening(port)
    number, token = serving.port_of(bound), guard.new_token()
    address = f"http://{serving.ADDRESS}:{number}/?{guard.PARAMETER}={token}"

    def ready() -> None:
        write_text(f"{address}\n")
        log.info("复核台已打开；地址中的口令只在本次运行中有效，按 Ctrl+C 结束")
        threading.Thread(target=_load_what_is_heavy, name="load", daemon=True).start()
        if opens:
            serving.show(address)

    try:
        serving.serve(guard.Guard(desk, token, number), bound, ready)
    finally:
        bound.close()
        close_books()
    log.info("复核台已关闭")
    return OK


def _load_what_is_heavy() -> None:
    """Import what the first form and the first decision need, while the auditor looks at the queue."""
    import pandas  # noqa: F401

    from selfeval.expectations import auditing  # noqa: F401
    from selfeval.flows.review import form_page
    from selfeval.flows.run import deciding, images, report_inputs  # noqa: F401
    from selfeval.records.tables import schemas  # noqa: F401

    form_page.rules()
