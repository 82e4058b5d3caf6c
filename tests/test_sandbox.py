"""Whatever a file does to the process that reads it, its own document alone is lost, with a reason, and the next one passes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from selfeval.extractors import extract
from selfeval.extractors.errors import ExtractError
from selfeval.extractors.isolation import starting
from selfeval.extractors.isolation.confinement import attempts, available
from selfeval.extractors.isolation.limits import DOCUMENTS_PER_CHILD, MAX_ADDRESS_SPACE
from selfeval.extractors.isolation.pool import Pool
from selfeval.extractors.isolation.sandbox import extract_many, run_isolated
from selfeval.extractors.model import Document
from tests.hostile import readers

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "data/samples/hubei-commerce-2020.pdf"


def obeyed(
    folder: Path,
    *orders: str,
    timeout: float = 3.0,
    workers: int = 1,
    arguments: Sequence[str] = (),
) -> list[Document]:
    paths = []
    for index, order in enumerate(orders):
        path = folder / f"{index:03d}-{order}.pdf"
        path.write_text(f"{order}\n{index}" + "".join(f"\n{a}" for a in arguments))
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
    tmp_path: Path,
) -> None:
    protections = available()
    target = tmp_path / "outside"
    (outside,) = obeyed(tmp_path, "write_outside", arguments=[os.fspath(target)])
    orders = "write_temporary", "open_a_socket", "start_a_program", "well"
    temporary, opened, started, well = obeyed(tmp_path, *orders)
    assert (temporary.status, well.status) == ("ok", "ok")
    assert ("PermissionError" in told(outside) and not target.exists()) == protections["landlock"]
    assert ("PermissionError" in told(opened) + told(started)) == protections["seccomp"]


def told(document: Document) -> str:
    return document.reason.message if document.reason else ""


@pytest.mark.parametrize(
    "order",
    [
        "send_garbage", "send_another_type", "send_numbers_that_are_none", "flood",
        "promise_much_and_send_little", "flood_in_small_frames", "turn_off_the_clock_and_compute",
        "fork_bomb",
    ],
)  # fmt: skip
def test_a_child_that_was_taken_over_costs_its_own_document(tmp_path: Path, order: str) -> None:
    before, hit, after = obeyed(tmp_path, "well", order, "well", timeout=0.5)
    assert (before.status, hit.status, after.status) == ("ok", "rejected", "ok")
    assert hit.reason is not None
    assert hit.reason.code in {"crashed", "timed-out", "internal-error"}


def test_nothing_that_a_child_sends_is_executed(tmp_path: Path) -> None:
    target = tmp_path / "outside"
    (hit,) = obeyed(tmp_path, "send_a_pickle", arguments=[os.fspath(target)])
    assert told(hit).startswith("读取进程异常终止")
    assert not target.exists()


def test_a_child_knows_nothing_of_its_parents_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even by /proc, which shows what a process was started with."""
    script = (
        "from selfeval.extractors.isolation.sandbox import run_isolated\n"
        "from tests.hostile.readers import environment\n"
        "print(run_isolated(environment))"
    )
    secret = {"PGPASSWORD": "geheim", "SELFEVAL_NOTIFY": "mailto://geheim", "AWS_SECRET": "geheim"}
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **secret, "PYTHONPATH": os.fspath(ROOT)},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "ORT_DISABLE_TELEMETRY" in done.stdout
    assert "geheim" not in done.stdout
    assert "PYTHONPATH" not in done.stdout and "HOME" not in done.stdout


def test_what_the_kernel_refuses_a_child(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("x")
    refused = run_isolated(attempts, os.fspath(target), os.getpid())
    protections = available()
    for name in ("attributes", "socket", "process", "signal"):
        assert refused[name] == protections["seccomp"], name
    for name in ("write", "memory", "environment"):
        assert refused[name] == protections["landlock"], name


def test_a_document_on_a_busy_night_is_not_refused_for_waiting_its_turn(tmp_path: Path) -> None:
    """A limit counts what a document uses of the processor, and not how many others want it too."""
    with Pool(1, address_space=MAX_ADDRESS_SPACE) as pool:
        busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(4)]
        try:
            begin = time.monotonic()
            assert pool.call(readers.compute, 0.4, seconds=0.8) >= 0.4
            waited = time.monotonic() - begin
        finally:
            for process in busy:
                process.kill()
                process.wait()
    assert waited > 0.8


def test_a_time_out_names_the_limit_that_was_hit(tmp_path: Path) -> None:
    computed, slept = obeyed(
        tmp_path, "turn_off_the_clock_and_compute", "hang_in_python", timeout=0.5
    )
    assert told(computed) == "读取超过时限，已中止：处理器时间达到 0.5 秒。"
    assert told(slept) == "读取超过时限，已中止：无进展的等待达到 0.5 秒。"
    with pytest.raises(ExtractError, match=r"处理器时间达到 0\.3 秒"):
        run_isolated(readers.lower_the_limit, 0.3, timeout=600)


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


def test_a_large_call_and_a_large_answer_pass_while_the_other_side_is_busy() -> None:
    with Pool(1, address_space=MAX_ADDRESS_SPACE) as pool:
        futures = [pool.submit(readers.echo, bytes(3_000_000), seconds=5) for _ in range(5)]
        assert [len(future.result()[0]) for future in futures] == [3_000_000] * 5


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
    parent = subprocess.Popen(
        [sys.executable, "-c", script, os.fspath(tmp_path / "hang.pdf")],
        env={**os.environ, "PYTHONPATH": os.fspath(ROOT)},
        cwd=ROOT,
    )
    until = time.monotonic() + 30
    while len(_below(parent.pid)) < 2 and time.monotonic() < until:  # the fork server, the child
        time.sleep(0.1)
    family = _below(parent.pid)
    assert len(family) >= 2
    parent.kill()
    parent.wait()
    while any(map(_lives, family)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(map(_lives, family))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _below(top: int) -> list[int]:
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except (PermissionError, ProcessLookupError, FileNotFoundError):
            continue  # ended
    found = [top]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def test_extract_gives_the_document_of_one_file() -> None:
    document = extract(SAMPLE)
    assert (document.status, document.pages, len(document.forms)) == ("ok", 1, 1)


def test_modules_that_only_children_load_are_not_compiled_anew_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    assert "PYTHONDONTWRITEBYTECODE" not in starting.environment()
    assert run_isolated(readers.writes_bytecode) is False  # the server does, its children do not
