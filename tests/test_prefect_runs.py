"""Runs as the users of a shared Prefect server see them: what failed and why, reruns from there, runs that were killed or told to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from selfeval.flows.problems import Problem
from selfeval.flows.run import prefect_server, zombies
from selfeval.flows.run.summary import Summary
from tests.flow_runs import HOUSE, SAMPLES, environment, fill, selfeval, states

pytestmark = pytest.mark.xdist_group("prefect-runs")
#: seconds
WAIT = 120


class Office:
    """A Prefect server, and a schedule of ours that is registered with it."""

    def __init__(self, folder: Path) -> None:
        self.inbox, self.workspace = folder / "inbox", folder / "W"
        fill(self.inbox, ("password-locked",))
        self.more_locked("again")
        os.environ.pop("PREFECT_API_URL", None)
        self.server = prefect_server.Server(folder / "prefect")
        self.server.start(scheduling=True)
        self.server.wait()
        self.where = {"PREFECT_API_URL": self.server.url, "PREFECT_RUNNER_POLL_FREQUENCY": "1"}
        os.environ.pop("PREFECT_API_URL", None)
        self.log = folder / "log"
        arguments = [os.fspath(self.inbox), "-w", os.fspath(self.workspace), "--cron", "0 2 1 1 *"]
        self.served = self.start("schedule", *arguments)

    def more_locked(self, name: str) -> None:
        content = (SAMPLES / "password-locked.pdf").read_bytes()
        (self.inbox / f"{name}.pdf").write_bytes(content + name.encode())

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "selfeval.flows.cli", *arguments],
                cwd=HOUSE,
                env=environment(**self.where),
                stdout=log,
                stderr=log,
            )

    def ask(self, address: str, **body: Any) -> Any:
        request = urllib.request.Request(
            f"{self.server.url}/{address}",
            json.dumps(body).encode() if body or address.endswith("filter") else None,
            {"Content-Type": "application/json"},
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for again in (True, True, False):
            try:
                with direct.open(request, timeout=30) as answer:
                    return json.loads(answer.read())
            except urllib.error.HTTPError as error:
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE or not again:
                    raise
                time.sleep(2)  # its database is busy: Prefect's own client asks again as well

    def until(self, found: Any) -> Any:
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            if value := found():
                return value
            time.sleep(0.3)
        pytest.fail(self.log.read_text("utf-8", "replace")[-3000:])

    def deployed(self) -> str:
        return str(self.until(lambda: self.ask("deployments/filter"))[0]["id"])

    def run(self, **parameters: Any) -> dict[str, Any]:
        """A run of the deployment, as somebody asks for it in the user interface, when it has ended."""
        asked = self.ask(f"deployments/{self.deployed()}/create_flow_run", parameters=parameters)
        return self.ended(asked["id"])

    def ended(self, run: str, count: int = 1) -> dict[str, Any]:
        final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

        def found() -> Any:
            known = self.ask(f"flow_runs/{run}")
            return known if known["state_type"] in final and known["run_count"] >= count else None

        return self.until(found)  # type: ignore[no-any-return]

    def failed_tasks(self, run: str, count: int) -> dict[str, str]:
        """name -> message of the failed tasks of a run, once so many have reached the server."""
        tasks = self.ask("task_runs/filter", flow_runs={"id": {"any_": [run]}})
        found = {task["name"]: task["state"]["message"] for task in tasks if task["state_type"] == "FAILED"}  # fmt: skip
        return found if len(found) >= count else {}

    def running(self, workspace: Path) -> str:
        """The id of the run over a workspace, once Prefect has it running."""
        asked = {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}
        return str(self.until(lambda: next((run["id"] for run in self.ask("flow_runs/filter", **asked)
                                            if run["parameters"]["workspace"] == str(workspace)), "")))  # fmt: skip

    def close(self) -> None:
        self.served.send_signal(signal.SIGTERM)
        self.served.wait(60)
        self.server.stop()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = Office(tmp_path_factory.mktemp("office"))
    yield opened
    opened.close()


def test_prefect_says_which_documents_failed_and_why_and_reads_them_again_when_asked(
    office: Office,
) -> None:
    """Three runs of one deployment, since each costs a process: all refused, a rerun of those, and a retry of the run that failed."""
    first = office.run()
    assert (first["state_type"], first["state_name"]) == ("FAILED", "Refused")
    told = first["state"]["message"]
    assert "2 份文件全部被拒收" in told and "密码" in told
    failed: dict[str, str] = office.until(lambda: office.failed_tasks(first["id"], 2))
    assert set(failed) == {"password-locked.pdf", "again.pdf"}
    assert all("[password-locked]" in why and "处理办法：" in why for why in failed.values())
    logged = office.ask("logs/filter", logs={"flow_run_id": {"any_": [first["id"]]}})
    assert any(line["message"].startswith("again.pdf：") for line in logged)
    assert 'selfeval_run_exit_code{workspace="W"} 3.0' in (
        office.workspace / "metrics/selfeval.prom"
    ).read_text("utf-8")

    fill(office.inbox, ("chizhou-tangxi-2022", "beijing-hotline-2020-cidfont", "collection-2022"))
    second = office.run(failed=True, engine="pdfplumber")
    assert (second["state_type"], second["state_name"]) == ("COMPLETED", "Quarantined"), second[
        "state"
    ]
    assert states(office.workspace)["again.pdf"] == "quarantined"
    office.ask(
        f"flow_runs/{first['id']}/set_state", state={"type": "SCHEDULED", "name": "AwaitingRetry"}
    )
    third = office.ended(first["id"], count=2)
    assert third["state_type"] == "COMPLETED", third["state"]
    steps = json.loads(selfeval("status", "again.pdf", "-w", office.workspace, "--json").stdout)
    received = [step for step in steps["documents"][0]["history"] if step["state"] == "received"]
    assert len(received) == 3


def test_an_engine_that_is_not_there_is_refused_by_prefect_itself(office: Office) -> None:
    (deployment,) = office.ask("deployments/filter")
    offered = deployment["parameter_openapi_schema"]["properties"]
    assert set(offered["engine"]["enum"]) == {"pdfium", "pdfplumber", "camelot", "ocr"}
    assert {"failed", "documents", "since", "stale"} <= set(offered)
    assert deployment["tags"] == ["selfeval"]
    assert deployment["global_concurrency_limit"]["limit"] == 1
    assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    (automation,) = office.ask("automations/filter")
    assert automation["name"] == zombies.AUTOMATION and automation["enabled"]


def test_a_run_killed_under_a_shared_server_is_crashed_when_the_next_has_begun(
    office: Office, tmp_path: Path
) -> None:
    inbox, workspace = fill(tmp_path / "inbox", ("chizhou-tangxi-2022",)), tmp_path / "W"
    killed = office.start("run", os.fspath(inbox), "-w", os.fspath(workspace))
    run = office.running(workspace)
    killed.kill()
    killed.wait(60)
    assert office.ask(f"flow_runs/{run}")["state_type"] == "RUNNING"
    done = selfeval("run", inbox, "-w", workspace, **office.where)
    assert done.returncode in (0, 1), done.stderr
    found = office.ask(f"flow_runs/{run}")["state"]
    assert (found["type"], found["message"]) == ("CRASHED", zombies.KILLED)


def test_a_run_that_is_told_to_stop_ends_with_a_sentence(office: Office, tmp_path: Path) -> None:
    inbox, workspace = fill(tmp_path / "inbox", ("chizhou-tangxi-2022",)), tmp_path / "W"
    office.log = tmp_path / "log"
    stopped = office.start("run", os.fspath(inbox), "-w", os.fspath(workspace))
    run = office.running(workspace)
    stopped.terminate()
    assert stopped.wait(60) == 143
    said = office.log.read_text("utf-8")
    assert "再次运行会从中断处继续" in said and "Traceback" not in said
    if office.ask(f"flow_runs/{run}")["state_type"] == "RUNNING":  # it had to be ended by force
        selfeval("run", inbox, "-w", workspace, **office.where)
    assert office.ask(f"flow_runs/{run}")["state_type"] == "CRASHED"


def test_a_server_that_does_not_answer_is_said_and_counted(tmp_path: Path) -> None:
    done = selfeval(
        "run", fill(tmp_path / "inbox"), "-w", tmp_path / "W", PREFECT_API_URL="http://127.0.0.1:9/api"
    )  # fmt: skip
    assert done.returncode == 3 and "连不上 Prefect 服务 http://127.0.0.1:9/api" in done.stderr
    assert "Traceback" not in done.stderr
    figures = (tmp_path / "W/metrics/selfeval.prom").read_text("utf-8")
    assert 'selfeval_run_exit_code{workspace="W"} 3.0' in figures


def test_the_server_that_a_profile_names_is_used(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = tmp_path / "profiles.toml"
    profiles.write_text(
        f'active = "shared"\n[profiles.shared]\nPREFECT_API_URL = "{office.server.url}"\n', "utf-8"
    )
    for name in ("PREFECT_API_URL", "PREFECT_HOME", "PREFECT_PROFILE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("PREFECT_PROFILES_PATH", os.fspath(profiles))
    assert prefect_server.prepare(tmp_path / "home") is False
    assert os.environ["PREFECT_API_URL"] == office.server.url


def test_a_port_that_is_taken_is_said(office: Office, tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        prefect_server.Server(tmp_path, port=office.server.port)
    assert caught.value.code == "port-busy" and "--port" in caught.value.hint


@pytest.mark.parametrize(
    "counts, failed, code",
    [
        ({"read": 0, "quarantined": 1, "processed": 1, "refused": 1}, True, 3),
        ({"read": 9, "quarantined": 11, "processed": 0, "refused": 0}, True, 2),
        ({"read": 11, "quarantined": 9, "processed": 20, "refused": 9}, False, 2),
        # one night of a season: all of 200 new files, and all of three
        ({"read": 900, "quarantined": 200, "processed": 200, "refused": 200}, True, 2),
        ({"read": 900, "quarantined": 3, "processed": 3, "refused": 3}, False, 2),
        ({"read": 0, "quarantined": 0, "processed": 0, "refused": 0}, False, 0),
        ({"read": 0, "quarantined": 1, "processed": 1, "refused": 1, "unsettled": 3}, True, 2),
    ],
)
def test_a_run_that_refuses_too_much_has_failed(
    counts: dict[str, int], failed: bool, code: int
) -> None:
    plain = {"run": "r", "inbox": "in", "started": "", "finished": "", "documents": 1, "new": 0}
    summary = Summary(**(plain | {"unsettled": 0} | counts))  # type: ignore[arg-type]
    assert (bool(summary.too_many_refused(50)), summary.exit_code) == (failed, code)
