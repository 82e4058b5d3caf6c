"""The nightly job as a Prefect flow: take in, read in chunks, audit, draw, report.

Prefect gives each step its state, its retries and its place in the user interface; what became of a document is told by the Outcomes that
tasks return, and by the ledger. A flow that returned nested mapped results could end COMPLETED over a failed task, so the flow looks at a
flat list of them. Bad input is never retried; file systems and databases are, with growing pauses.
"""

# Annotations of the flow are objects, not strings: Prefect loads this file by its path, and could not look the names up then.
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

from prefect import Task, flow, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State as PrefectState
from prefect.futures import as_completed
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import Field

from selfeval.extractors.engines.registry import DEFAULT, ENGINES
from selfeval.flows.commands.console import log, progress, start_run
from selfeval.flows.commands.options import workers_of
from selfeval.flows.inbox.intake import Intake, take_in
from selfeval.flows.ledger.ledger import RERUN, Submission, now
from selfeval.flows.ledger.selection import Choice, chosen
from selfeval.flows.ledger.states import REFUSED, UNFINISHED, State
from selfeval.flows.ops import metrics
from selfeval.flows.ops.uploading import Uploaded, upload
from selfeval.flows.problems import FAIL_PERCENT
from selfeval.flows.run import artifacts, versions, watching, zombies
from selfeval.flows.run.ending import final_state, show_refused
from selfeval.flows.run.heap import collecting_seldom, few_heaps
from selfeval.flows.run.holding import claim, database_held
from selfeval.flows.run.preload import import_audit
from selfeval.flows.run.publishing import Published, as_it_is, bring_up_to_date
from selfeval.flows.run.reading import Outcome, Reader, read_chunk
from selfeval.flows.run.stores import ledger_of, store_of
from selfeval.flows.run.summary import Summary, count, record, runs
from selfeval.flows.workspace import Workspace, clear_leftovers, create, locked

#: documents in one task: a task costs Prefect some 10 ms, and after a kill this many are read again.
CHUNK = 80
#: chunks under way at a time, each with a child process that reads.
MAX_CHUNKS = len(os.sched_getaffinity(0))
#: seconds before each further try of a task that a file system or a database failed.
RETRY_SECONDS = [2.0, 10.0, 30.0]

P = ParamSpec("P")
R = TypeVar("R")
#: Prefect shows the engines as choices.
EngineName = Annotated[str, Field(json_schema_extra={"enum": list(ENGINES)})]


@dataclass(frozen=True, slots=True)
class Job:
    """What the tasks of one run share."""

    workspace: Workspace
    run: str
    how: Reader
    workers: int
    profile: str
    roster: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """What a run came to: its summary, what the store holds then, the submissions of its inbox that stand refused, and rules that raised."""

    summary: Summary
    standing: metrics.Standing
    refused: tuple[Submission, ...]
    faults: tuple[tuple[str, str, int], ...] = ()
    #: ids of the submissions that this run refused
    refused_now: frozenset[str] = frozenset()


def _may_pass(_task: Any, _run: Any, state: PrefectState) -> bool:
    """Whether a failed task may succeed later: what the system or the store raised, yes; a defect of ours or bad input, no."""
    from sqlalchemy.exc import OperationalError

    from selfeval.records.errors import StoreError

    error = state.result(raise_on_failure=False)
    return isinstance(error, (OSError, OperationalError, StoreError))


def _io_task(name: str) -> Callable[[Callable[P, R]], Task[P, R]]:
    """A task, by its name in Prefect's graph, whose font has Latin letters alone, that is tried again when a file system or a database fails it, and whose result stays in memory."""
    retries = {
        "retries": len(RETRY_SECONDS),
        "retry_delay_seconds": RETRY_SECONDS,
        "retry_condition_fn": _may_pass,
    }
    decorator: Callable[[Callable[P, R]], Task[P, R]] = task(  # type: ignore[call-overload]
        name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False, **retries
    )
    return decorator


@_io_task("claim")
def own_database(place: Workspace) -> None:
    """Make sure that the database is this workspace's."""
    claim(place)


@_io_task("intake")
def take_in_inbox(job: Job, inbox: str) -> Intake:
    """Register what has come to rest in the inbox."""
    remembered = job.workspace.root / "packed.json"
    return take_in(inbox, ledger_of(job.workspace, job.run), remembered)


@_io_task("queue")
def queue(job: Job, choice: Choice) -> list[str]:
    """The submissions to read: those that an earlier run left unfinished, new ones, and the chosen ones again."""
    ledger = ledger_of(job.workspace, job.run)
    again = chosen(ledger.all(), choice, job.workspace.clock.zone) if choice else []
    ledger.move([replace(item, state=State.RECEIVED) for item in ledger.get(again)], note=RERUN)
    return [item.submission_id for item in ledger.all() if item.state in UNFINISHED]


@_io_task("read")
def read(job: Job, ids: list[str]) -> list[Outcome]:
    """Read one chunk of documents in child processes and store them."""
    start_run(job.run)  # on a worker of a cluster this is the first thing that logs
    return read_chunk(
        job.workspace, ledger_of(job.workspace, job.run), store_of(job.workspace), ids, job.how
    )


@_io_task("publish")
def publish(job: Job, force: bool) -> Published:
    """Audit everything that is read, draw pages, write the report, Data Docs and Parquet; nothing where nothing is new."""
    ledger = ledger_of(job.workspace, job.run)
    return bring_up_to_date(
        job.workspace,
        ledger,
        store_of(job.workspace),
        job.profile,
        job.workers,
        force,
        job.roster,
        _as_task if runtime.flow_run.id else as_it_is,
    )


def _as_task(name: str, work: Callable[[], R]) -> R:
    """A step of publishing as a task run of its own; what fails it fails the whole, which is tried again."""
    return task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)(work)()


@_io_task("summarise")
def summarise(
    job: Job, inbox: str, started: str, taken: Intake, outcomes: list[Outcome], published: Published
) -> Closing:
    """Count what the run came to."""
    ledger, store = ledger_of(job.workspace, job.run), store_of(job.workspace)
    scope = set(taken.seen) if inbox else None
    items = [item for item in ledger.all() if scope is None or item.submission_id in scope]
    read_count, refused_count, findings = count(items, published.open_findings)
    settled = [outcome for outcome in outcomes if outcome.settled]
    refused_now = [outcome for outcome in settled if outcome.state in REFUSED]
    read_now = {
        item.document_id
        for item in ledger.get([o.submission_id for o in settled if o.state not in REFUSED])
    }
    summary = Summary(
        run=job.run, inbox=inbox, started=started, finished=now(), documents=len(items), new=len(taken.new), read=read_count,
        quarantined=refused_count, unsettled=sum(not outcome.settled for outcome in outcomes),
        skipped=tuple((skipped.path, skipped.sentence) for skipped in taken.skipped), findings=findings, report=str(published.report),
        processed=len(settled), refused=len(refused_now), doubts=sum(outcome.doubts for outcome in settled), rules=store.open_by_rule(read_now),
    )  # fmt: skip
    return Closing(
        summary,
        metrics.standing(store),
        tuple(item for item in items if item.state in REFUSED),
        tuple(published.faults),
        frozenset(outcome.submission_id for outcome in refused_now),
    )


@_io_task("upload")
def send(job: Job, address: str, originals: bool) -> Uploaded:
    """Copy what is published to where others read it; only what has changed."""
    return upload(job.workspace, address, originals)


def _run_name() -> str:
    """What Prefect shows of a run: the inbox and the workspace, by their last names."""
    given = runtime.flow_run.parameters
    inbox = given["inbox"].rstrip("/").rpartition("/")[2] or "重新处理"
    return f"{inbox} → {Path(given['workspace']).name}"


@flow(
    name="selfeval",
    flow_run_name=_run_name,
    persist_result=False,
    on_failure=[watching.flow_failed],
    on_crashed=[watching.flow_failed],
    task_runner=ThreadPoolTaskRunner(max_workers=MAX_CHUNKS),  # type: ignore[arg-type]
)
def nightly(
    inbox: str,
    workspace: str,
    store: str = "",
    workers: int = 0,
    engine: EngineName = DEFAULT.name,
    second_opinion: bool = False,
    profile: str = "",
    failed: bool = False,
    documents: list[str] | None = None,
    since: date | None = None,
    stale: bool = False,
    republish: bool = False,
    publish_to: str = "",
    publish_originals: bool = False,
    roster: str = "",
    fail_percent: float = FAIL_PERCENT,
) -> Any:
    """Read what is new in the inbox, audit everything that is read, write the report.

    Args:
        inbox: a folder, or any address that fsspec reads (s3://bucket/path). Empty: nothing is taken in (a rerun).
        workspace: the folder of the store, the report and the quarantine.
        store: database URL; empty for the workspace's own SQLite file.
        workers: child processes that read; 0 for one a processor, or fewer where memory is short.
        engine: a name in selfeval.extractors.engines.registry.ENGINES: pdfium, pdfplumber, camelot or ocr.
        second_opinion: read every document with camelot too and doubt what differs.
        profile: judge every form by this profile instead of its own.
        failed: read again what was refused.
        documents: names, paths in the inbox or starts of sha256 of documents to read again, whatever their state.
        since: read again what came on this day or later.
        stale: read again what an earlier version of the program read.
        republish: audit and write the report even where nothing is new.
        publish_to: where reports, data and reasons of refused documents are copied afterwards (s3://bucket/prefix). Empty: nowhere.
        publish_originals: copy refused documents there too, in which nothing is masked.
        roster: a CSV of the units and projects that have to submit. Empty: nobody is missed.
        fail_percent: percent of refused documents above which the run has failed; where all were refused it always has.
    """
    few_heaps()  # in a process that a Prefect server started; elsewhere once more does no harm
    place = create(Path(workspace), store)
    run = str(runtime.flow_run.id or os.getpid())
    start_run(run)
    job = Job(
        place,
        run,
        Reader(engine, second_opinion),
        workers_of(workers),
        profile,
        roster,
    )
    # A retry from the user interface is meant for what failed.
    failed = failed or (runtime.flow_run.run_count or 0) > 1
    choice = Choice(tuple(documents or ()), failed, versions.reader() if stale else "", since)
    with locked(place):
        own_database(place)
        clear_leftovers(place)
        if runtime.flow_run.id and zombies.bury(place.root, run):
            log.warning("上一次运行中途停止，已在 Prefect 中标为 CRASHED", extra={"run": run})
        with database_held(place):
            closing = _work(job, inbox, choice, republish)
        summary = closing.summary
        if publish_to:
            sent = send(job, publish_to, publish_originals)
            log.info(
                "已上传 %d 个文件，删除 %d 个，%d 个没有变动",
                sent.sent,
                sent.removed,
                sent.unchanged,
                extra={"run": run},
            )
    artifacts.publish(summary, closing.refused, closing.faults)
    show_refused(closing.refused, closing.refused_now)
    log.info("%s", summary.sentence(), extra={"run": run})
    state = final_state(summary, closing.refused, fail_percent)
    if state.is_failed():
        log.error("%s", state.message, extra={"run": run, "code": "too-many-refused"})
    return state


def _work(job: Job, inbox: str, choice: Choice, republish: bool) -> Closing:
    """The steps in order. Whatever asks a file system or the store is a task, so that one that is gone for a while does not end the run."""
    started = now()
    taken = take_in_inbox(job, inbox) if inbox else Intake((), (), ())
    with collecting_seldom():
        outcomes = list(_read_all(job, queue(job, choice)))
    published = publish(job, republish)
    closing = summarise(job, inbox, started, taken, outcomes, published)
    earlier = runs(job.workspace)
    record(job.workspace, closing.summary)
    watching.ended(job.workspace, closing.standing, closing.summary, earlier)
    return closing


def _read_all(job: Job, ids: list[str]) -> Iterator[Outcome]:
    """The outcomes of all chunks as they come, one flat series. What a chunk failed with for good is raised after the others have ended."""
    size = min(
        CHUNK, max(1, -(-len(ids) // job.workers))
    )  # a small inbox is spread over the workers too
    futures = [
        read.with_options(task_run_name=f"read {at + 1}-{min(at + size, len(ids))}").submit(
            job, ids[at : at + size]
        )
        for at in range(0, len(ids), size)
    ]
    if futures:
        import_audit()  # where a Prefect server started this flow; the command line has begun before
    failed: list[BaseException] = []
    for future in progress(as_completed(futures), len(futures), "读取"):
        result = future.result(raise_on_failure=False)
        if isinstance(result, BaseException):
            failed.append(result)
        else:
            yield from result
    if failed:
        raise failed[0]
