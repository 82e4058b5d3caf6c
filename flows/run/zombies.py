"""Runs that were killed and that Prefect still takes for running: told by their missing heartbeats, and by whoever runs next.

`python -m selfeval.flows.run.zombies` gives a Prefect server the automation that marks them; `schedule` does so by itself.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from prefect.events.schemas.automations import AutomationCore

AUTOMATION = "selfeval: 被杀死的运行标为 CRASHED"
#: without a sign of life; a run gives one every 30 seconds.
WITHIN = timedelta(seconds=55)
KILLED = "运行的进程已不在（被杀死或机器重启）。再次运行会从中断处继续，已完成的部分不会重做。"


def ship() -> None:
    """Give the Prefect server in use the automation, or bring it up to date there. Flows of others are left alone."""
    from prefect.client.orchestration import get_client

    wanted = _automation()
    with get_client(sync_client=True) as client:
        known = client.read_automations_by_name(AUTOMATION)
        if known:
            client.update_automation(known[0].id, wanted)
        else:
            client.create_automation(wanted)


def _automation() -> AutomationCore:
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

    trigger = EventTrigger(
        after={"prefect.flow-run.heartbeat"},
        expect={"prefect.flow-run.*"},  # the next heartbeat, or a final state under whatever name
        match={"prefect.resource.id": "prefect.flow-run.*"},
        match_related={"prefect.resource.role": "flow", "prefect.resource.name": "selfeval"},
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        within=WITHIN,
    )
    crashed = ChangeFlowRunState(
        name="Crashed", state=StateType.CRASHED, message=KILLED, force=False
    )
    return AutomationCore(
        name=AUTOMATION, description=KILLED, trigger=trigger, actions=[crashed], enabled=True
    )


def bury(root: Path, own: str) -> int:
    """Mark as CRASHED the earlier runs over the workspace `root` that Prefect takes for running; the number of them. Only for the run `own`,
    which holds the workspace: no other can be alive in it."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
    from prefect.client.schemas.objects import StateType
    from prefect.states import Crashed

    running = FlowRunFilter.model_validate({"state": {"type": {"any_": [StateType.RUNNING]}}})
    ours = FlowFilter.model_validate({"name": {"any_": ["selfeval"]}})
    with get_client(sync_client=True) as client:
        begun = client.read_flow_run(UUID(own)).start_time
        found = [
            run
            for run in client.read_flow_runs(flow_filter=ours, flow_run_filter=running)
            if run.parameters.get("workspace") == str(root)
            and run.start_time
            and begun
            and run.start_time < begun
        ]
        for run in found:
            client.set_flow_run_state(run.id, Crashed(message=KILLED), force=True)
    return len(found)


if __name__ == "__main__":
    ship()
