"""Inbox, reports and quarantine on S3, against a real server over HTTP. A whole run over it is in test_dask."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from flow_runs import SAMPLES
from s3_server import s3, s3_server

from selfeval.flows.ops.uploading import PLACED, UploadError, upload
from selfeval.flows.problems import Problem
from selfeval.flows.workspace import Workspace, create

__all__ = ["s3", "s3_server"]


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    place = create(tmp_path / "W")
    for name, content in {
        "reports/index.html": "v1",
        "reports/a.html": "a",
        "quarantine/一 x.json": "pdf",
        "parquet/findings.parquet": "p",
        "runs.jsonl": "not published",
    }.items():
        path = place.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
    return place


def count(place: Workspace, address: str = "s3://season/x") -> tuple[int, int, int]:
    done = upload(place, address)
    return done.sent, done.removed, done.unchanged


def test_only_what_has_changed_is_sent(s3: Any, place: Workspace) -> None:
    assert count(place) == (4, 0, 0)
    listed = (
        s3.info(f"season/x/{PLACED}")["LastModified"],
        s3.info("season/x/reports/a.html")["LastModified"],
    )
    assert count(place) == (0, 0, 4)
    os.utime(place.reports / "a.html")  # written again, with the same content
    assert count(place) == (0, 0, 4)
    assert s3.info("season/x/reports/a.html")["LastModified"] == listed[1]
    (place.reports / "a.html").write_text("b", "utf-8")  # of the same size
    assert count(place) == (1, 0, 3)
    s3.invalidate_cache()
    assert s3.cat_file("season/x/reports/a.html") == b"b"
    assert "runs.jsonl" not in json.loads(s3.cat_file(f"season/x/{PLACED}"))


def test_originals_of_refused_documents_go_where_they_are_asked_for(
    s3: Any, place: Workspace
) -> None:
    """Nothing is masked in them, and the place is often read by many."""
    (place.quarantine / "一 x.pdf").write_text("13600001111", "utf-8")
    assert count(place) == (4, 0, 0)
    assert not s3.exists("season/x/quarantine/一 x.pdf")
    assert upload(place, "s3://season/x", originals=True).sent == 1
    assert count(place) == (0, 1, 4), "and away again where they are not any more"


def test_what_is_gone_here_goes_there_and_nothing_else(s3: Any, place: Workspace) -> None:
    s3.pipe_file("season/x/reports/theirs.html", b"theirs")
    count(place)
    (place.quarantine / "一 x.json").unlink()
    assert count(place) == (0, 1, 3)
    s3.invalidate_cache()
    assert not s3.exists("season/x/quarantine/一 x.json")
    assert s3.cat_file("season/x/reports/theirs.html") == b"theirs"


def test_what_somebody_took_away_or_cut_short_there_is_sent_again(
    s3: Any, place: Workspace
) -> None:
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


@pytest.mark.parametrize(
    "address, code", [("/srv/reports", "publish-address"), ("nowhere://x/y", "publish-address")]
)
def test_an_address_that_cannot_be_is_told(place: Workspace, address: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        upload(place, address)
    assert caught.value.code == code


def test_a_bucket_that_is_not_there_is_an_error_to_try_again(s3: Any, place: Workspace) -> None:
    with pytest.raises(UploadError, match="no-such-bucket") as caught:
        upload(place, "s3://no-such-bucket/x")
    assert caught.value.code == "publish-failed" and caught.value.hint
    s3.pipe_file(f"season/x/{PLACED}", b"{broken")
    with pytest.raises(Problem, match=PLACED):
        upload(place, "s3://season/x")


def test_an_inbox_on_s3_is_listed_hashed_and_fetched(s3: Any, tmp_path: Path) -> None:
    from selfeval.flows.inbox.folder import Entry, look
    from selfeval.flows.inbox.remote import fetch, sha256_of_remote

    s3.put([str(SAMPLES / "password-locked.pdf")], ["forms/2022/某站/表 一.pdf"])
    s3.pipe_file("forms/2022/notes.txt", b"no form")
    s3.pipe_file("forms/2022/.hidden.pdf", b"")
    (entry,) = (found for found in look("s3://forms/2022") if isinstance(found, Entry))
    content = (SAMPLES / "password-locked.pdf").read_bytes()
    assert (entry.document, entry.path, entry.bytes) == (
        "表 一.pdf",
        "某站/表 一.pdf",
        len(content),
    ) and entry.modified
    assert sha256_of_remote(entry.source) == hashlib.sha256(content).hexdigest()
    assert fetch(entry.source, tmp_path / "fetched.pdf").read_bytes() == content
