"""Whatever a file does to the process that reads it, its own document alone is lost, with a reason, and the next one passes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from selfeval.extractors import extract
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation.confinement import available
from selfeval.extractors.isolation.forkserver import LeanContext
from selfeval.extractors.isolation.limits import DOCUMENTS_PER_CHILD, MAX_ADDRESS_SPACE
from selfeval.extractors.isolation.pool import Pool
from selfeval.extractors.isolation.sandbox import extract_many, run_isolated
from selfeval.extractors.model import Document
from tests.hostile import readers

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "data/samples/hubei-commerce-2020.pdf"


def obeyed(folder: Path, *orders: str, timeout: float = 3.0, workers: int = 1) -> list[Document]:
    paths = []
    for index, order in enumerate(orders):
        path = folder / f"{index:03d}-{order}.pdf"
        path.write_text(f"{order}\n{index}")
        paths.append(path)
    return list(extract_many(paths, reader=readers.obey, timeout=timeout, workers=workers))


@pytest.mark.parametrize(
    "order, codes",
    [
        ("segfault", {"crashed"}),
        ("killed", {"crashed"}),
        ("leave", {"crashed"}),
        ("leave_politely", {"internal-error"}),
        ("hang_in_python", {"timed-out"}),
        ("hang_in_c_deaf_to_signals", {"timed-out"}),
        ("eat_memory_in_python", {"out-of-memory"}),
        ("eat_memory_in_c", {"out-of-memory"}),
        ("recurse", {"too-complex"}),
        ("raise_something_unpicklable", {"internal-error"}),
        ("fill_the_disk", {"internal-error"}),
    ],
)
def test_a_document_that_brings_its_child_down_costs_only_itself(
    tmp_path: Path, order: str, codes: set[str]
) -> None:
    before, hit, after = obeyed(tmp_path, "well", order, "well")
    assert (before.status, hit.status, after.status) == ("ok", "rejected", "ok")
    assert hit.reason is not None
    assert hit.reason.code in codes, hit.reason
    assert hit.document == f"001-{order}.pdf"
    assert len(hit.sha256) == 64
    assert hit.reason.message
    assert hit.reason.hint


def test_all_of_them_at_once_on_two_workers_give_one_document_each_in_order(tmp_path: Path) -> None:
    orders = [
        "segfault",
        "well",
        "hang_in_python",
        "killed",
        "eat_memory_in_python",
        "well",
        "raise_something_unpicklable",
        "well",
    ] * 3
    found = obeyed(tmp_path, *orders, timeout=1.0, workers=2)
    assert [document.document for document in found] == [
        f"{n:03d}-{order}.pdf" for n, order in enumerate(orders)
    ]
    assert [document.status == "ok" for document in found] == [order == "well" for order in orders]


def test_an_error_in_our_own_code_is_told_without_the_text_that_may_name_a_person(
    tmp_path: Path,
) -> None:
    (hit,) = obeyed(tmp_path, "raise_with_a_name_in_it")
    assert hit.reason is not None
    assert "RuntimeError（readers.py:" in hit.reason.message
    assert "王小明" not in str(hit)
    assert "1360000" not in str(hit)


def test_children_are_replaced_after_their_share_of_documents(tmp_path: Path) -> None:
    found = obeyed(tmp_path, *["well"] * (2 * DOCUMENTS_PER_CHILD + 1))
    pids = [document.pages for document in found]  # the stand-in reader reports its process there
    assert len(set(pids)) == 3
    assert max(pids.count(pid) for pid in pids) == DOCUMENTS_PER_CHILD


def test_a_scan_is_read_again_by_a_child_that_may_recognise(tmp_path: Path) -> None:
    text, scan, last = obeyed(tmp_path, "well", "scan", "well")
    # the stand-in's file is no PDF, so the recognising child refuses it: that is how the second reading shows here
    assert (text.status, last.status) == ("ok", "ok")
    assert scan.reason is not None
    assert scan.reason.code == "not-a-pdf"


def test_what_a_library_prints_does_not_reach_our_standard_output(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (found,) = obeyed(tmp_path, "print_on_standard_output")
    assert found.status == "ok"
    assert "not JSON" not in capfd.readouterr().out


def test_a_child_cannot_write_outside_its_folder_nor_open_a_socket_nor_start_a_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    protections = available()
    target = tmp_path / "outside"
    script = (
        "import os, sys; from pathlib import Path; from tests.test_sandbox import obeyed\n"
        "for d in obeyed(Path(sys.argv[1]), 'write_outside', 'write_temporary', 'open_a_socket', 'start_a_program', 'well'):\n"
        "    print(d.status, d.reason.message if d.reason else '')"
    )
    environment = {
        **os.environ,
        "SELFEVAL_TEST_TARGET": os.fspath(target),
        "PYTHONPATH": os.fspath(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", script, os.fspath(tmp_path)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    outside, temporary, opened, started, well = done.stdout.splitlines()
    assert temporary.startswith("ok")
    assert well.startswith("ok")
    assert ("PermissionError" in outside and not target.exists()) == protections["landlock"]
    assert ("PermissionError" in opened and "PermissionError" in started) == protections["seccomp"]


def test_odd_paths_are_documents_with_a_reason(tmp_path: Path) -> None:
    fifo, loop, folder, empty = (
        tmp_path / "fifo.pdf",
        tmp_path / "loop.pdf",
        tmp_path / "folder.pdf",
        tmp_path / "empty.pdf",
    )
    os.mkfifo(fifo)
    loop.symlink_to(loop)
    folder.mkdir()
    empty.touch()
    broken_name = os.fsencode(tmp_path) + b"/\xff\xfe\n name.pdf"
    Path(os.fsdecode(broken_name)).write_bytes(b"<html>")
    sparse = tmp_path / "sparse.pdf"
    with sparse.open("wb") as file:
        file.truncate(5 << 40)
    paths = [
        fifo,
        loop,
        folder,
        empty,
        tmp_path / "absent.pdf",
        os.fsdecode(broken_name),
        "a\0b.pdf",
        "/dev/zero",
        sparse,
        SAMPLE,
    ]
    found = list(extract_many(paths, timeout=10))
    codes = [document.reason.code if document.reason else "ok" for document in found]
    assert codes == ["unreadable-file"] * 3 + [
        "empty-file",
        "unreadable-file",
        "not-a-pdf",
        "unreadable-file",
        "unreadable-file",
        "too-large",
        "ok",
    ]
    assert found[5].document == "\ufffd\ufffd\n name.pdf"
    assert all(document.document.encode() for document in found)
    assert "管道" in found[0].reason.message
    assert "循环" in found[1].reason.message


def test_a_child_killed_from_outside_while_idle_does_not_end_the_pool() -> None:
    with Pool(1, address_space=MAX_ADDRESS_SPACE) as pool:
        for _ in range(3):
            os.kill(pool.call(os.getpid, seconds=5), signal.SIGKILL)
            time.sleep(0.05)
            assert pool.call(readers.square, 7, seconds=5) == 49


def test_a_child_whose_work_can_wait_comes_after_all_others() -> None:
    with (
        Pool(1, address_space=MAX_ADDRESS_SPACE, yielding=True) as yielding,
        Pool(1, address_space=MAX_ADDRESS_SPACE) as pool,
    ):
        own = os.nice(0)
        assert (yielding.call(os.nice, 0, seconds=5), pool.call(os.nice, 0, seconds=5)) == (
            min(own + 10, 19),
            own,
        )


def test_a_child_does_not_wait_until_a_busy_parent_takes_what_it_gives() -> None:
    """The pictures of a document fill the buffer that a pipe has by itself."""
    reader, writer = LeanContext().Pipe(duplex=False)
    giving = threading.Thread(target=writer.send_bytes, args=(bytes(500_000),), daemon=True)
    giving.start()
    giving.join(5)
    assert not giving.is_alive()
    assert len(reader.recv_bytes()) == 500_000


def test_however_many_threads_ask_how_a_child_ended_it_ended_in_one_way() -> None:
    """Found by a season of 10,000 documents: one child in a thousand that had read its share and left was taken for a dead one, and its last
    document for a dangerous one."""
    for _ in range(40):
        process = LeanContext().Process(target=time.sleep, args=(0.01,))
        process.start()
        told: set[int] = set()
        ready = threading.Barrier(8)

        def ask(
            process: Any = process, told: set[int] = told, ready: threading.Barrier = ready
        ) -> None:
            ready.wait()
            while (code := process._popen.poll()) is None:
                time.sleep(0)
            told.add(code)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        process.join()
        assert told == {0} and process.exitcode == 0


def test_errors_cross_the_pipe_with_their_code_and_core_dumps_are_off() -> None:
    assert run_isolated(readers.square, 12) == 144
    assert run_isolated(readers.core_limit) == (0, 0)
    with pytest.raises(ExtractError) as caught:
        run_isolated(readers.refuse, "zero-pages")
    assert caught.value.code == "zero-pages"
    with pytest.raises(ExtractError, match="时限"):
        run_isolated(readers.Orders.hang_in_python, timeout=0.5)
    assert run_isolated(readers.square, 13) == 169


def test_threads_may_share_a_pool_and_have_their_own(tmp_path: Path) -> None:
    results: dict[int, list[str]] = {}

    def work(number: int) -> None:
        results[number] = [document.status for document in extract_many([SAMPLE] * 3)]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == {n: ["ok"] * 3 for n in range(3)}


def test_a_script_without_main_guard_can_use_the_library(tmp_path: Path) -> None:
    """The usual start methods run such a script again in every child."""
    script = tmp_path / "script.py"
    script.write_text(
        "print('once')\nfrom selfeval.extractors import extract\nimport sys\nprint(extract(sys.argv[1]).status)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.fspath(ROOT)}
    done = subprocess.run(
        [sys.executable, os.fspath(script), os.fspath(SAMPLE)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ["once", "ok"], done.stderr


def test_children_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "hang.pdf").write_text("hang_in_python\n")
    script = "import sys; from selfeval.extractors.isolation.sandbox import extract_many; from tests.hostile import readers; list(extract_many(sys.argv[1:], reader=readers.obey, timeout=600))"
    mark = f"SELFEVAL_TEST_MARK={os.getpid()}-{time.time_ns()}"
    environment = dict([*os.environ.items(), mark.split("=", 1), ("PYTHONPATH", os.fspath(ROOT))])
    parent = subprocess.Popen(
        [sys.executable, "-c", script, os.fspath(tmp_path / "hang.pdf")], env=environment, cwd=ROOT
    )
    until = time.monotonic() + 30
    while (
        len(_marked(mark)) < 4 and time.monotonic() < until
    ):  # the parent, the resource tracker, the fork server, the child
        time.sleep(0.1)
    assert len(_marked(mark)) >= 4
    time.sleep(0.5)
    parent.kill()
    parent.wait()
    while _marked(mark) and time.monotonic() < until:
        time.sleep(0.1)
    assert _marked(mark) == []


def _marked(mark: str) -> list[int]:
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in environ.read_bytes().split(b"\0"):
                found.append(int(environ.parent.name))
        except (PermissionError, ProcessLookupError, FileNotFoundError):
            continue  # ended, or another user's
    return found


def test_extract_gives_the_document_of_one_file() -> None:
    document = extract(SAMPLE)
    assert (document.status, document.pages, len(document.forms)) == ("ok", 1, 1)
