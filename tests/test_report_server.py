"""`selfeval serve-report`: the report for who knows its address, and nothing else of the workspace."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from selfeval.flows.ops import report_server
from selfeval.flows.problems import Problem
from selfeval.flows.workspace import create
from tests.postgres import free_port


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a workspace's report."""
    place, port = create(tmp_path / "W"), free_port()
    for name in ("reports/index.html", "data_docs/index.html", "selfeval.db", "quarantine/a.pdf"):
        (place.root / name).write_text(name, "utf-8")
    with report_server.serve(place, port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield report_server.address(place, port)
        with pytest.raises(Problem) as busy:
            report_server.serve(place, port)
        assert busy.value.code == "port-busy"
        server.shutdown()


def get(address: str, **headers: str) -> int | str:
    """What the server answers, or the status with which it refuses."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(urllib.request.Request(address, headers=headers), timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.code


def test_the_report_and_data_docs_are_served_and_nothing_else(served: str) -> None:
    root = served.removesuffix("reports/index.html")
    assert get(served) == "reports/index.html"
    assert get(f"{root}data_docs/index.html") == "data_docs/index.html"
    for name in ("selfeval.db", "quarantine/a.pdf", "reports/../selfeval.db", "reports/%2e%2e/selfeval.db", "", "reports/"):  # fmt: skip
        assert get(root + name) == 404, name


def test_who_does_not_know_the_word_or_comes_by_another_name_is_refused(served: str) -> None:
    host, _, rest = served.removeprefix("http://").partition("/")
    path = rest.partition("/")[2]
    assert get(f"http://{host}/{path}") == 404 and get(f"http://{host}/guess/{path}") == 404
    assert get(served, Host="evil.example.org:80") == 403
