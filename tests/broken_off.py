"""Runs that are broken off. One process loads everything once and forks for each run, so that twenty kills cost no twenty starts.

`python -m tests.broken_off` reads one JSON request a line: {inbox, workspace, kill_after, die_at, most_bytes, store}; it answers with
{status, seconds, error}. A run is what the flow's tasks do, in their order and in a process group of its own, without Prefect's server
around them: `kill_after` seconds its whole group is killed by SIGKILL; with `die_at` it kills itself as soon as a document has reached
that state, or when it comes to "publishing"; no file of it may be larger than `most_bytes`.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

#: documents in a chunk: small, so that a run over a few documents has several
CHUNK = 3


def work(inbox: str, workspace: str, store: str) -> None:
    """The flow's tasks over an inbox, in the order of `selfeval.flows.run.flow`."""
    from selfeval.flows.ledger.states import UNFINISHED
    from selfeval.flows.run.flow import Job, publish, read, take_in_inbox
    from selfeval.flows.run.reading import Reader
    from selfeval.flows.run.stores import close_books, ledger_of
    from selfeval.flows.workspace import clear_leftovers, create, locked

    place = create(Path(workspace), store)
    job = Job(place, str(os.getpid()), Reader(), 2, "")
    with locked(place):
        clear_leftovers(place)
        take_in_inbox.fn(job, inbox)
        waiting = [
            item.submission_id
            for item in ledger_of(place, job.run).all()
            if item.state in UNFINISHED
        ]
        with ThreadPoolExecutor(2) as pool:
            list(
                pool.map(
                    lambda at: read.fn(job, waiting[at : at + CHUNK]), range(0, len(waiting), CHUNK)
                )
            )
        publish.fn(job, False)
    close_books()


def load() -> None:
    """What a run imports, so that forks begin with it."""
    from importlib import import_module

    for name in ("selfeval.expectations.auditing", "selfeval.expectations.gx.suites", "selfeval.expectations.gx.expectations", "selfeval.expectations.gx.data_docs", "selfeval.flows.run.flow", "selfeval.records.tables.schemas",
                 "selfeval.records.tables.parquet", "selfeval.reports.site.write"):  # fmt: skip
        import_module(name)


def die_when(stage: str) -> None:
    """Have this process kill its group when a document has reached the state `stage`, or when the report is about to be written."""
    from selfeval.flows.ledger.ledger import Ledger
    from selfeval.flows.run import writing

    def kill(*_: object, **__: object) -> None:
        os.killpg(0, signal.SIGKILL)

    if stage == "publishing":
        writing._write_parts = kill  # type: ignore[assignment]
        return
    move, register = Ledger.move, Ledger.register

    def moved(self: Any, changed: Any, note: str = "") -> int:
        changed = list(changed)
        count = move(self, changed, note)
        return kill() if any(item.state == stage for item in changed) else count  # type: ignore[return-value]

    def registered(self: Any, arrivals: Any) -> Any:
        new = register(self, arrivals)
        return kill() if stage == "received" and new else new

    Ledger.move, Ledger.register = moved, registered  # type: ignore[method-assign]


def run(request: dict[str, Any]) -> dict[str, Any]:
    told, tell = os.pipe()
    begin, child = time.monotonic(), os.fork()
    if child == 0:
        os.close(told)
        os.setpgid(0, 0)
        error = ""
        try:
            if request.get("die_at"):
                die_when(request["die_at"])
            if most := request.get("most_bytes"):
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(
                    resource.RLIMIT_FSIZE, (most, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
                )
            work(request["inbox"], request["workspace"], request.get("store", ""))
        except BaseException as caught:  # noqa: BLE001 - told to the test, which knows what it expects
            error = f"{type(caught).__name__} {getattr(caught, 'code', '')} {caught}"
        os.write(tell, error.encode()[:4000])
        os._exit(1 if error else 0)
    os.close(tell)
    if request.get("kill_after") is not None:
        time.sleep(request["kill_after"])
        try:
            os.killpg(child, signal.SIGKILL)
        except ProcessLookupError:
            time.sleep(0)  # it had ended before
    _, status = os.waitpid(child, 0)
    with os.fdopen(told, "rb") as pipe:
        os.set_blocking(pipe.fileno(), False)
        error = (pipe.read() or b"").decode()
    return {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": time.monotonic() - begin,
        "error": error,
    }


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    load()
    for line in sys.stdin:
        answers.write(json.dumps(run(json.loads(line))) + "\n")


if __name__ == "__main__":
    main()
