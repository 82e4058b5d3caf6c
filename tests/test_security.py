"""What a run leaves and where it reaches: nothing personal, nothing readable by others, nothing beyond this machine; a child least of all."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pyarrow.parquet
import pytest
from flow_runs import HOUSE, selfeval

from selfeval.extractors.isolation.confinement import available
from tests.watched import HOOK, LEADER, PHONE, Watched

pytestmark = pytest.mark.xdist_group("watched")


def contents(workspace: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file of a workspace, unpacked where its format packs."""
    for path in workspace.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        data = path.read_bytes()
        yield path, data
        if path.suffix == ".parquet":
            yield path, str(pyarrow.parquet.read_table(path).to_pydict()).encode()
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from ((path / name, archive.read(name)) for name in archive.namelist())
        elif data.startswith(b"\x1f\x8b"):
            yield path, gzip.decompress(data)


def spellings(text: str) -> set[bytes]:
    """The text as files may hold it: in encodings, and escaped as in JSON."""
    return {
        text.encode(),
        text.encode("gb18030"),
        text.encode("utf-16-le"),
        json.dumps(text)[1:-1].encode(),
    }


def test_nobody_is_named_in_any_byte_that_a_run_leaves(watched: Watched) -> None:
    seen = 0
    for path, data in contents(watched.workspace):
        seen += 1
        for secret in spellings(LEADER) | spellings(PHONE):
            assert secret not in data, path
    assert seen > 60
    with zipfile.ZipFile(watched.inbox / "包.zip") as archive:  # the search finds what is there
        assert archive.namelist() == ["塘溪.pdf"]


def test_the_planted_form_was_read_with_its_leader_masked(watched: Watched) -> None:
    asked = selfeval(
        "sql",
        "SELECT leader, phone, goal_actual FROM forms WHERE document = 'planted.pdf'",
        "-w",
        watched.workspace,
        "-f",
        "json",
    )
    (row,) = json.loads(asked.stdout)
    assert (row["leader"], row["phone"]) == ("诸*", "139****5678")
    assert "诸*" in row["goal_actual"] and "139****5678" in row["goal_actual"]


def test_every_file_and_folder_of_a_workspace_is_its_owners_alone(watched: Watched) -> None:
    open_to_others = [
        path
        for path in (watched.workspace, *watched.workspace.rglob("*"))
        if not path.is_symlink() and path.lstat().st_mode & 0o077
    ]
    assert open_to_others == []
    assert all(
        stat.S_IMODE(path.stat().st_mode) == 0o700
        for path in watched.workspace.rglob("*")
        if path.is_dir()
    )


def test_no_process_of_a_run_connects_listens_or_asks_beyond_the_loopback_interface(
    watched: Watched,
) -> None:
    """Seen by an audit hook in each of its processes; runs where neither namespaces nor tracing are allowed."""
    assert {pid for event, _, pid in watched.sockets if event == "socket.connect"}
    assert ["socket.connect", "127.0.0.1"] in [note[:2] for note in watched.sockets]
    beyond = [note for note in watched.sockets if note[1] and not at_home(note[1])]
    assert beyond == []
    assert [
        note
        for note in watched.sockets
        if note[0] == "socket.bind" and note[1] in ("", "0.0.0.0", "::")
    ] == []


def at_home(host: str) -> bool:
    if (
        host.startswith(("/", "\0")) or host == "localhost"
    ):  # a socket in the file system, or of Linux alone
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def test_the_recogniser_neither_posts_nor_leaves_an_id(tmp_path: Path) -> None:
    """onnxruntime 1.32 carries telemetry that is on as it comes; it is C++, so that no audit hook of Python sees it."""
    code = "from selfeval.extractors.recognition.recogniser import _network; _network(); import time; time.sleep(1)"
    notes, environment = tmp_path / "calls", {**os.environ, "HOME": os.fspath(tmp_path / "home")}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    (tmp_path / "home").mkdir()
    watched = ["strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", os.fspath(notes)]
    watch = watched if shutil.which("strace") else []
    subprocess.run(
        [*watch, sys.executable, "-c", code], cwd=HOUSE, env=environment, check=True, timeout=120
    )
    assert list((tmp_path / "home").rglob("*")) == []
    assert not watch or "AF_INET" not in notes.read_text("utf-8")


def test_no_module_imports_onnxruntime_before_its_telemetry_is_off() -> None:
    links = [link for link in (HOUSE / "selfeval").iterdir() if link.is_dir()]
    texts = {
        path: path.read_text("utf-8")
        for link in [*links, HOUSE / "benchmarks"]
        for path in link.resolve().rglob("*.py")
    }
    importing = re.compile(r"^\s*(import|from) (onnxruntime|rapidocr)\b", re.MULTILINE)
    found = {path: at.start() for path, text in texts.items() if (at := importing.search(text))}
    assert found
    for path, at in found.items():
        assert 'os.environ["ORT_DISABLE_TELEMETRY"] = "1"' in texts[path][:at], path


def test_the_watch_on_sockets_sees_an_attempt(tmp_path: Path) -> None:
    noted = tmp_path / "notes"
    environment = os.environ | {"PYTHONPATH": os.fspath(HOOK), "SOCKETS_NOTED_IN": os.fspath(noted)}
    code = "import socket; s = socket.socket(); s.settimeout(0.01); s.connect_ex(('192.0.2.1', 80)); s.connect_ex(('127.0.0.1', 9))"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=30)
    hosts = [json.loads(line)[1] for line in noted.read_text("utf-8").splitlines()]
    assert [at_home(host) for host in hosts] == [False, True]


def test_a_confined_child_reaches_no_network_writes_nothing_and_starts_nothing(
    tmp_path: Path,
) -> None:
    """Each attempt is tried before, when it succeeds, and after, when the kernel refuses it."""
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    home.mkdir()
    scratch.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, os.fspath(scratch), str(server.getsockname()[1])], env=os.environ | {"HOME": os.fspath(home)}, cwd=HOUSE,
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    before, after = (json.loads(line) for line in done.stdout.splitlines())
    assert set(before.values()) == {"done"}
    protected = available()
    by_files = {"write_home", "make_folder", "rename", "truncate", "delete", "link_out"}
    by_calls = {"connect", "unix_socket", "datagram", "exec", "fork_and_exec", "trace"}
    assert set(after) == by_files | by_calls | {"write_scratch"}
    assert {name for name, came in after.items() if came != "done"} == (
        by_files if protected["landlock"] else set()
    ) | (by_calls if protected["seccomp"] else set())
    assert (home / "kept").read_text("utf-8") == "kept" if protected["landlock"] else True


CHILD = r"""
import ctypes, json, os, socket, subprocess, sys
from pathlib import Path
from selfeval.extractors.isolation.confinement import confine
scratch, port, home = Path(sys.argv[1]), int(sys.argv[2]), Path(os.environ["HOME"])

def connect(): socket.create_connection(("127.0.0.1", port), 5).close()
def unix_socket(): socket.socketpair()[0].close() if not DONE else socket.socket(socket.AF_UNIX).close()
def datagram(): socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port))
def exec(): subprocess.run(["/bin/true"], check=True)
def fork_and_exec():
    pid = os.fork()
    if not pid:
        try:
            os.execv("/bin/sh", ["sh", "-c", "exit 0"])
        finally:
            os._exit(7)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        raise PermissionError
def trace():
    pid = os.fork()
    if not pid:
        os._exit(7 if ctypes.CDLL(None).ptrace(0, 0, 0, 0) else 0)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        raise PermissionError
def write_home(): (home / f"new{DONE}").write_text("x")
def make_folder(): (home / f"folder{DONE}").mkdir()
def rename(): (home / "a").rename(home / "a2"); (home / "a2").rename(home / "a")
def truncate(): (home / "kept").write_text("kept") if not DONE else os.truncate(home / "kept", 0)
def delete(): (home / f"victim{DONE}").unlink()
def link_out(): os.link(scratch / "mine", home / f"link{DONE}")
def write_scratch(): (scratch / f"new{DONE}").write_text("x")

ATTEMPTS = [connect, unix_socket, datagram, exec, fork_and_exec, trace, write_home, make_folder, rename, truncate, delete, link_out, write_scratch]
def tried():
    came = {}
    for attempt in ATTEMPTS:
        try:
            attempt()
            came[attempt.__name__] = "done"
        except OSError as error:
            came[attempt.__name__] = type(error).__name__
    return came

DONE = 0
for name in ("a", "victim0", "victim1"):
    (home / name).write_text("x")
(scratch / "mine").write_text("x")
before = tried()
DONE = 1
confine(str(scratch))
print(json.dumps(before))
print(json.dumps(tried()))
"""
