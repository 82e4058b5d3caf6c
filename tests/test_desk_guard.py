"""Who is let in to the desk: by its address, with its token, from its own pages; and what every answer forbids the browser."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from selfeval.flows.run.stores import close_books, store_of
from selfeval.flows.workspace import Workspace, create
from tests.desk import Desk, desk
from tests.flow_runs import HOUSE, environment

pytestmark = pytest.mark.xdist_group("desk-guard")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace of which nothing has been read yet."""
    made = create(tmp_path_factory.mktemp("guarded") / "W")
    store_of(made)
    close_books()
    return made


@pytest.fixture(scope="module")
def opened(place):
    with desk(place) as running:
        yield running


def ask(
    opened: Desk, path: str = "/", method: str = "GET", body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer; a header whose name has a _ is sent with a -."""
    connection = http.client.HTTPConnection(opened.origin.removeprefix("http://"), timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, named)
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    text = answer.read().decode()
    connection.close()
    return answer.status, found, text


def cookie(opened: Desk) -> str:
    status, headers, _ = ask(opened, f"/?token={opened.token}")
    assert status == 303
    return headers["set-cookie"].partition(";")[0]


def test_the_token_is_exchanged_for_a_cookie_that_scripts_and_other_sites_do_not_get(opened):
    status, headers, text = ask(opened, f"/?token={opened.token}&q=%E6%B0%B4&unit=")
    assert (status, headers["location"], text) == (303, "/?q=%E6%B0%B4&unit=", "")
    name, *attributes = headers["set-cookie"].split("; ")
    assert set(attributes) == {"Path=/", "HttpOnly", "SameSite=Strict"}
    status, headers, text = ask(opened, cookie=name)
    assert status == 200 and "没有待复核的自评表" in text


def test_without_the_token_everything_is_refused_with_a_sentence(opened):
    for path in (
        "/",
        "/queue",
        "/forms/x",
        "/static/site.css",
        "/pages/x",
        "/?token=wrong",
        "/?token=",
    ):
        status, headers, text = ask(opened, path)
        assert status == 403 and "口令" in text and "set-cookie" not in headers, path
    assert ask(opened, "/decisions", "POST", b"{}", content_type="application/json")[0] == 403
    assert ask(opened, cookie=f"selfeval-desk-1={opened.token}")[0] == 403
    # a token in the address of what changes something is not taken: it would stand in histories
    assert ask(opened, f"/decisions?token={opened.token}", "POST", b"{}")[0] == 403


def test_a_program_may_send_the_token_in_a_header(opened):
    assert ask(opened, x_selfeval_token=opened.token)[0] == 200
    assert ask(opened, x_selfeval_token="x" + opened.token[1:])[0] == 403


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1", "127.0.0.1:1", "localhost.attacker.example:{port}", ""])  # fmt: skip
def test_a_name_that_somebody_points_at_this_machine_gets_nothing(opened, host):
    port = opened.origin.rpartition(":")[2]
    status, _, text = ask(opened, cookie=cookie(opened), host=host.format(port=port))
    assert status == 403 and "本机地址" in text


def test_localhost_is_the_same_desk(opened):
    port = opened.origin.rpartition(":")[2]
    assert ask(opened, cookie=cookie(opened), host=f"localhost:{port}")[0] == 200


@pytest.mark.parametrize("origin", ["https://attacker.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}"])  # fmt: skip
def test_another_site_is_refused_with_the_cookie_too(opened, origin):
    other = origin.format(port=opened.origin.rpartition(":")[2])
    for method, path in (("POST", "/decisions"), ("GET", "/"), ("PUT", "/"), ("OPTIONS", "/")):
        status, headers, text = ask(opened, path, method, cookie=cookie(opened), origin=other)
        assert status == 403 and "其他网站" in text, method
        assert "access-control-allow-origin" not in headers


def test_what_changes_something_must_come_from_the_desk_itself(opened):
    own = cookie(opened)
    for site in ("cross-site", "same-site", "none"):
        assert ask(opened, "/decisions", "POST", b"{}", cookie=own, sec_fetch_site=site)[0] == 403
    status, _, _ = ask(opened, "/decisions", "POST", b"{}", cookie=own, origin=opened.origin, sec_fetch_site="same-origin", content_type="application/json")  # fmt: skip
    assert status == 422


def test_every_answer_forbids_what_is_not_the_desks_own(opened):
    for path, own in (("/", cookie(opened)), ("/static/form.js", cookie(opened)), ("/none", cookie(opened)), ("/", "")):  # fmt: skip
        _, headers, _ = ask(opened, path, cookie=own)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers
    assert ask(opened, "/", cookie=cookie(opened))[1]["cache-control"] == "no-store"


def test_no_file_but_the_desks_own_is_given_out(opened):
    own = cookie(opened)
    for path in ("/static/..%2f..%2fapp.py", "/static/%2e%2e/app.py", "/pages/..%2f..%2fselfeval.db", "/pages/selfeval.db",
                 "/static/app.py", "/docs", "/openapi.json"):  # fmt: skip
        assert ask(opened, path, cookie=own)[0] == 404, path


def test_only_this_machine_can_connect(opened):
    port = int(opened.origin.rpartition(":")[2])
    address = socket.gethostbyname(socket.gethostname())
    if not address.startswith("127."):
        with pytest.raises(OSError), socket.create_connection((address, port), 2):
            pass


def test_ctrl_c_ends_the_desk_cleanly_and_a_taken_port_is_told(place: Path):
    command = [sys.executable, "-m", "selfeval", "review", "-w", str(place.root), "--no-open"]
    with desk(place) as running:
        port = running.origin.rpartition(":")[2]
        told = subprocess.run([*command, "--port", port], capture_output=True, text=True, cwd=HOUSE, env=environment(PYTHONPATH=str(HOUSE)), check=False)  # fmt: skip
        assert told.returncode == 3 and f"端口 {port} 无法使用" in told.stderr
        assert not told.stdout
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HOUSE, env=environment(PYTHONPATH=str(HOUSE)))  # fmt: skip
    assert process.stdout
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0 and "复核台已关闭" in said and "Traceback" not in said
