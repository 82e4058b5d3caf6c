"""A real S3 server over HTTP for the tests, from moto, with two empty buckets."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

BUCKETS = ("forms", "season")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[dict[str, str]]:
    """The environment that leads to the server."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    running.stop()


@pytest.fixture
def s3(s3_server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The server's file system; this process and its children find it too."""
    import fsspec

    for name, value in s3_server.items():
        monkeypatch.setenv(name, value)
    system = fsspec.filesystem("s3", skip_instance_cache=True)
    for bucket in BUCKETS:
        system.mkdir(bucket)
    yield system
    for bucket in BUCKETS:
        system.rm(bucket, recursive=True)
    system.clear_instance_cache()
