"""Files that are not on this machine or lie in a zip or a mail: hashed as a stream, fetched into the workspace's tmp folder to be read."""

from __future__ import annotations

import hashlib
from pathlib import Path

from selfeval.extractors.isolation.limits import MAX_BYTES
from selfeval.flows.commands.console import log
from selfeval.flows.inbox.folder import open_remote
from selfeval.flows.inbox.unpacking import copy_member, is_packed

_CHUNK = 1 << 20


def sha256_of_remote(source: str) -> str:
    """The SHA-256 of a remote file; "" when it cannot be read now."""
    digest = hashlib.sha256()
    try:
        system, remote = open_remote(source)
        with system.open(remote, "rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except Exception as error:  # noqa: BLE001 - every fsspec file system raises errors of its own; the file waits for the next run
        log.warning("无法读取：%s", error, extra={"document": source.rpartition("/")[2]})
        return ""
    return digest.hexdigest()


def fetch(source: str, target: Path) -> Path:
    """Copy a file to `target`, no more of it than one byte over the cap, which triage then refuses. One that is gone leaves no
    target. OSError: it cannot be read."""
    try:
        if is_packed(source):
            copy_member(source, target, MAX_BYTES + 1)
            return target
        system, remote = open_remote(source)
        with system.open(remote, "rb") as file, target.open("wb") as out:
            left = MAX_BYTES + 1
            while left and (chunk := file.read(min(_CHUNK, left))):
                out.write(chunk)
                left -= len(chunk)
    except FileNotFoundError:
        pass  # the caller sees that there is no target
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"{source}: {error}") from error
    return target
