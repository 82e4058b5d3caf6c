"""How a run ends in Prefect: a failed task run for each refused document, and a failed run where too many were refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from selfeval.flows.commands.console import one_line
from selfeval.flows.ledger.ledger import Submission
from selfeval.flows.problems import BLOCKING, REJECTED
from selfeval.flows.run.summary import Summary

#: Task runs of refused documents: each costs Prefect some 10 ms. The table of the run and `selfeval status` have all of them.
SHOWN = 200
#: Reasons in the message of a run that failed.
_REASONS = 3
_NAMES = {REJECTED: "Quarantined", BLOCKING: "Findings"}


@task(name="document", cache_policy=NO_CACHE, persist_result=False)
def _refused(item: Submission) -> State[None]:
    """A document that was refused."""
    return Failed(name="Refused", message=f"[{item.code}] {item.why} 处理办法：{item.hint}")


def show_refused(items: Sequence[Submission], now: Collection[str]) -> None:
    """A failed task run, named after its file, for each of these submissions that was refused in this run (`now` has their ids)."""
    for item in [item for item in items if item.submission_id in now][:SHOWN]:
        _refused.with_options(task_run_name=_inert(one_line(item.document)))(
            item, return_state=True
        )


def _inert(name: str) -> str:
    """The name as Prefect's templates of names leave it."""
    return name.replace("{", "{{").replace("}", "}}")


def final_state(summary: Summary, refused: Sequence[Submission], percent: float) -> State[Any]:
    """The state that the flow ends in: FAILED where everything, or more than `percent` of a hundred, was refused."""
    data = asdict(summary) | {"exit_code": summary.exit_code}
    if too_many := summary.too_many_refused(percent):
        told = Counter(item.why for item in refused).most_common(_REASONS)
        why = "；".join(f"{reason.rstrip('。')}（{number} 份）" for reason, number in told)
        message = f"{too_many}。{why}。{summary.sentence()}"
        return Failed(name="Refused", message=message, data=data)
    name = _NAMES.get(summary.exit_code, "Completed")
    return Completed(name=name, message=summary.sentence(), data=data)
