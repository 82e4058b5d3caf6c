"""One workspace run as in production, with JSON logs, figures and notices, and everything watched that it says, writes and connects to."""

from __future__ import annotations

import io
import json
import os
import threading
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.flow_runs import SAMPLES, selfeval

HOOK = Path(__file__).parent / "audit_hook"
#: Made up, and printed on the form where they belong and where they do not.
LEADER, PHONE = "诸葛孔明", "13912345678"
#: What must never be seen of the addresses to notify.
SECRET = "hush-hush-token"


class Hook(HTTPServer):
    """A webhook on the loopback interface that keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[dict[str, Any]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"json://{SECRET}:{SECRET}@127.0.0.1:{self.server_port}/{SECRET}"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(json.loads(data))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        yield server
        server.shutdown()


def planted() -> bytes:
    """A form with a leader and a telephone number in its header, and both again in running text."""
    from tests.forms import (
        Layout,
        draw,
        random_document,
    )  # here: every test session reads this module

    document = random_document(Random(5), rows=6)
    form = document["forms"][0]
    form["leader"], form["phone"], form["project_name"] = LEADER, PHONE, "水库维修养护"
    form["goal_actual"] = f"已完成，联系人：{LEADER}，电话{PHONE}。"
    form["indicators"][0]["explanation"] = f"由{LEADER}负责，{PHONE}"
    return draw(document, Layout(font="unembedded"), 5)


def mailed(name: str, content: bytes) -> bytes:
    message = EmailMessage()
    message["Subject"] = "报送"
    message.set_content("附件请查收")
    message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


class Watched:
    """A run that is done and one that fails. `figures` are the metrics after each, `notes` where each process connected to."""

    def __init__(self, folder: Path) -> None:
        self.inbox, self.workspace = folder / "inbox", folder / "W"
        self.inbox.mkdir()
        (self.inbox / "planted.pdf").write_bytes(planted())
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(SAMPLES / "chizhou-tangxi-2022.pdf", "塘溪.pdf")
        (self.inbox / "包.zip").write_bytes(packed.getvalue())
        (self.inbox / "cut.zip").write_bytes(packed.getvalue()[:1000])
        (self.inbox / "mail.eml").write_bytes(
            mailed("上锁.pdf", (SAMPLES / "password-locked.pdf").read_bytes())
        )
        noted, before = folder / "sockets.jsonl", os.environ.get("PYTHONPATH")
        with Hook() as server:
            addresses = folder / "addresses"
            addresses.write_text(
                f"# 审计处\n{server.address}\njson://127.0.0.1:9/{SECRET}\n", "utf-8"
            )
            os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.fspath(HOOK), before]))
            try:
                self.done = self._run(self.inbox, addresses, noted)
                self.figures = [self._figures()]
                self.failed = self._run("nothing://bucket", addresses, noted)
                self.figures.append(self._figures())
            finally:
                if before is None:
                    del os.environ["PYTHONPATH"]
                else:
                    os.environ["PYTHONPATH"] = before
                server.shutdown()
            self.notices, self.port = server.received, server.server_port
        self.sockets = [json.loads(line) for line in noted.read_text("utf-8").splitlines()]

    def _run(self, inbox: str | Path, addresses: Path, noted: Path) -> Any:
        return selfeval(
            "--log", "json", "run", inbox, "-w", self.workspace, "--notify", f"@{addresses}", "--notify-quarantine", "30",
            SOCKETS_NOTED_IN=os.fspath(noted),
        )  # fmt: skip

    def _figures(self) -> str:
        return (self.workspace / "metrics/selfeval.prom").read_text("utf-8")


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    return Watched(tmp_path_factory.mktemp("watched"))
