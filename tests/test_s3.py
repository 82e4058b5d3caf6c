"""Inbox, reports and quarantine on S3: a real server over HTTP, from moto, and a real run."""
from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flow_runs import SAMPLES, selfeval, states

from flows.problems import Problem
from flows.uploading import PLACED, upload
from flows.workspace import Workspace, create

GOOD, LOCKED = "chizhou-tangxi-2022.pdf", "password-locked.pdf"


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    """The environment that leads to a server with two empty buckets."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    found = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
    yield found
    running.stop()


@pytest.fixture
def s3(server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    import fsspec

    for name, value in server.items():
        monkeypatch.setenv(name, value)
    system = fsspec.filesystem("s3", skip_instance_cache=True)
    for bucket in ("forms", "season"):
        system.mkdir(bucket)
    yield system
    for bucket in ("forms", "season"):
        system.rm(bucket, recursive=True)
    fsspec.filesystem("s3").clear_instance_cache()


@pytest.mark.xdist_group("flow")
def test_a_run_takes_forms_from_s3_and_publishes_to_s3(s3: Any, server: dict[str, str], tmp_path: Path) -> None:
    s3.put([str(SAMPLES / GOOD), str(SAMPLES / LOCKED)], [f"forms/2022/{GOOD}", f"forms/2022/unit/{LOCKED}"])
    ran = selfeval("run", "s3://forms/2022", "-w", tmp_path / "W", "--publish", "s3://season/2022", **server)
    assert ran.returncode == 2, ran.stderr
    assert states(tmp_path / "W") == {GOOD: "published", LOCKED: "quarantined"}
    there = {path.removeprefix("season/2022/"): info["size"] for path, info in s3.find("season/2022", detail=True).items()}
    here = {path.relative_to(tmp_path / "W").as_posix(): path.stat().st_size for folder in ("reports", "data_docs", "parquet", "quarantine") for path in (tmp_path / "W" / folder).rglob("*") if path.is_file()}
    del there[PLACED]
    assert there == here
    assert s3.cat_file("season/2022/reports/index.html") == (tmp_path / "W/reports/index.html").read_bytes()
    s3.invalidate_cache()  # a listing does not tell the type
    assert s3.info("season/2022/reports/index.html")["ContentType"] == "text/html"
    (refused,) = [path for path in there if path.startswith("quarantine/") and path.endswith(".pdf")]
    assert s3.cat_file(f"season/2022/{refused}") == (SAMPLES / LOCKED).read_bytes()


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    place = create(tmp_path / "W")
    for name, content in {"reports/index.html": "v1", "reports/a.html": "a", "quarantine/一 x.pdf": "pdf", "parquet/findings.parquet": "p", "runs.jsonl": "not published"}.items():
        path = place.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
    return place


def count(place: Workspace, address: str = "s3://season/x") -> tuple[int, int, int]:
    done = upload(place, address)
    return done.sent, done.removed, done.unchanged


def test_only_what_has_changed_is_sent(s3: Any, place: Workspace) -> None:
    assert count(place) == (4, 0, 0)
    listed = s3.info(f"season/x/{PLACED}")["LastModified"], s3.info("season/x/reports/a.html")["LastModified"]
    assert count(place) == (0, 0, 4)
    os.utime(place.reports / "a.html")  # written again, with the same content
    assert count(place) == (0, 0, 4)
    assert s3.info("season/x/reports/a.html")["LastModified"] == listed[1]
    (place.reports / "a.html").write_text("b", "utf-8")  # of the same size
    assert count(place) == (1, 0, 3)
    s3.invalidate_cache()
    assert s3.cat_file("season/x/reports/a.html") == b"b"
    assert "runs.jsonl" not in json.loads(s3.cat_file(f"season/x/{PLACED}"))


def test_what_is_gone_here_goes_there_and_nothing_else(s3: Any, place: Workspace) -> None:
    s3.pipe_file("season/x/reports/theirs.html", b"theirs")
    count(place)
    (place.quarantine / "一 x.pdf").unlink()
    assert count(place) == (0, 1, 3)
    s3.invalidate_cache()
    assert not s3.exists("season/x/quarantine/一 x.pdf")
    assert s3.cat_file("season/x/reports/theirs.html") == b"theirs"


def test_what_somebody_took_away_or_cut_short_there_is_sent_again(s3: Any, place: Workspace) -> None:
    count(place)
    s3.rm("season/x/reports/a.html")
    s3.pipe_file("season/x/reports/index.html", b"")
    assert count(place) == (2, 0, 2)


def test_an_upload_that_was_broken_off_is_made_good(s3: Any, place: Workspace) -> None:
    """As a killed run leaves it: some files there, and no list of them."""
    s3.put([str(place.reports / "a.html")], ["season/x/reports/a.html"])
    assert count(place) == (4, 0, 0)
    s3.rm(f"season/x/{PLACED}")
    assert count(place) == (4, 0, 0)
    assert count(place) == (0, 0, 4)


@pytest.mark.parametrize("address, code", [("/srv/reports", "publish-address"), ("nowhere://x/y", "publish-address")])
def test_an_address_that_cannot_be_is_told(place: Workspace, address: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        upload(place, address)
    assert caught.value.code == code


def test_a_bucket_that_is_not_there_is_an_error_to_try_again(s3: Any, place: Workspace) -> None:
    with pytest.raises(OSError):
        upload(place, "s3://no-such-bucket/x")
    s3.pipe_file(f"season/x/{PLACED}", b"{broken")
    with pytest.raises(Problem, match=PLACED):
        upload(place, "s3://season/x")
