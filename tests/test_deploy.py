"""What `deploy/` promises: units and compose name commands and options that exist, and Prefect takes up the deployment with its parameters."""

from __future__ import annotations

import configparser
import json
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.flow_runs import HOUSE, environment

DEPLOY = HOUSE / "deploy"
pytestmark = pytest.mark.xdist_group("deploy")


class Unit(configparser.ConfigParser):
    def __init__(self, name: str) -> None:
        super().__init__(interpolation=None, strict=False)
        self.optionxform = str  # type: ignore[assignment, method-assign]
        self.read(DEPLOY / name, "utf-8")


@pytest.mark.parametrize(
    "name, command", [("selfeval.service", "schedule"), ("selfeval-run.service", "run")]
)
def test_a_unit_starts_a_command_that_takes_its_options(name: str, command: str) -> None:
    from typer.main import get_command

    from selfeval.flows.cli import app

    program, word, *arguments = shlex.split(Unit(name)["Service"]["ExecStart"])
    assert program.endswith("/bin/selfeval") and word == command
    found = get_command(app).commands[command]  # type: ignore[attr-defined]
    context = found.make_context(command, arguments)  # raises for an option that is not there
    assert context.params["inbox"] == "/srv/forms/inbox"


def test_a_unit_of_one_run_takes_findings_and_refused_files_for_success_and_a_failed_run_for_failure() -> (
    None
):
    from selfeval.flows.problems import BLOCKING, FAILED, REJECTED

    accepted = set(map(int, Unit("selfeval-run.service")["Service"]["SuccessExitStatus"].split()))
    assert accepted == {BLOCKING, REJECTED, 143} and FAILED not in accepted


@pytest.mark.parametrize("name", ["selfeval.service", "selfeval-run.service"])
def test_a_unit_keeps_files_private_and_the_network_closed(name: str) -> None:
    service = Unit(name)["Service"]
    assert (service["UMask"], service["StateDirectoryMode"]) == ("0077", "0700")
    assert (service["IPAddressDeny"], service["IPAddressAllow"], service["NoNewPrivileges"]) == (
        "any",
        "localhost",
        "yes",
    )
    assert service["User"] == "selfeval" and service["ProtectSystem"] == "strict"


def test_compose_refers_to_nothing_that_is_not_there() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    services, volumes = compose["services"], set(compose["volumes"])
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        mounted = {
            volume.rpartition(":")[0].split(":")[0]
            for volume in service.get("volumes", [])
            if volume[0].isalpha()
        }
        assert mounted <= volumes
        assert (
            service.get("build") is None
            or (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        )
    assert services["server"]["ports"] == [
        "127.0.0.1:4200:4200"
    ]  # the user interface has no password
    assert {"server", "worker", "postgres", "register"} == set(services)


def test_the_image_holds_every_room() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    copied = {word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]}
    assert all((HOUSE / name).exists() for name in copied)
    rooms = {path.name for path in (HOUSE / "selfeval").iterdir() if path.is_symlink()}
    assert "core" in rooms and rooms | {"selfeval", "constraints.txt", "pyproject.toml"} <= copied


class Prefect:
    """A Prefect server as a public body has one, and its own command line."""

    def __init__(self, home: Path) -> None:
        from selfeval.flows.run.prefect_server import Server

        self.home = home
        os.environ.pop("PREFECT_API_URL", None)
        self.server = Server(home)
        self.server.start(scheduling=True)
        self.server.wait()
        self.environment = environment(
            PREFECT_API_URL=self.server.url,
            PREFECT_HOME=os.fspath(home),
            SELFEVAL_HOME=os.fspath(HOUSE),
            DO_NOT_TRACK="1",
        )

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "prefect", *arguments]
        return subprocess.run(
            command,
            cwd=HOUSE,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    def deployments(self) -> list[dict[str, Any]]:
        request = urllib.request.Request(
            f"{self.server.url}/deployments/filter", b"{}", {"Content-Type": "application/json"}
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            request, timeout=30
        ) as answer:
            return json.loads(answer.read())  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefect]:
    found = Prefect(tmp_path_factory.mktemp("prefect"))
    yield found
    found.server.stop()


#: JSON Schema's word for each parameter that an operator sets in the user interface.
TYPES = {
    "inbox": "string",
    "workspace": "string",
    "store": "string",
    "workers": "integer",
    "second_opinion": "boolean",
    "profile": "string",
    "republish": "boolean",
}


def typed(deployment: dict[str, Any]) -> None:
    properties = deployment["parameter_openapi_schema"]["properties"]
    assert {name: properties[name]["type"] for name in TYPES} == TYPES
    assert all(entry.get("description") for entry in properties.values())
    assert (
        deployment["parameter_openapi_schema"]["required"] == ["inbox", "workspace"]
        and deployment["enforce_parameter_schema"]
    )


def test_prefect_takes_up_the_deployment_to_a_work_pool(prefect: Prefect) -> None:
    """From fastapi 0.151 on, `prefect deploy` of Prefect 3.8 ended with an error of the server after it had registered the deployment."""
    assert prefect.call("work-pool", "create", "forms", "--type", "process").returncode == 0
    done = prefect.call("--no-prompt", "deploy", "--prefect-file", "deploy/prefect.yaml", "--all")
    assert done.returncode == 0, done.stderr
    (deployment,) = [found for found in prefect.deployments() if found["work_pool_name"] == "forms"]
    typed(deployment)
    (schedule,) = deployment["schedules"]
    assert schedule["active"] and (
        schedule["schedule"]["cron"],
        schedule["schedule"]["timezone"],
    ) == ("0 2 * * *", "Asia/Shanghai")
    assert set(deployment["parameters"]) <= set(
        deployment["parameter_openapi_schema"]["properties"]
    )


def test_a_served_schedule_shows_its_parameters_and_keeps_the_password_to_itself(
    prefect: Prefect, tmp_path: Path
) -> None:
    arguments = [
        os.fspath(tmp_path),
        "-w",
        os.fspath(tmp_path / "W"),
        "--store",
        "postgresql://writer:hush-hush@localhost/forms",
        "--cron",
        "30 3 * * *",
    ]
    command = [sys.executable, "-m", "selfeval.flows.cli", "schedule", *arguments]
    with (tmp_path / "log").open("wb") as log:
        served = subprocess.Popen(
            command, cwd=HOUSE, env=prefect.environment, stdout=log, stderr=log
        )
    try:
        deployment = until_served(prefect, served)
        typed(deployment)
        (schedule,) = deployment["schedules"]
        assert (schedule["schedule"]["cron"], deployment["parameters"]["store"]) == (
            "30 3 * * *",
            "postgresql://writer@localhost/forms",
        )
        assert "hush-hush" not in json.dumps(deployment)
    finally:
        served.send_signal(signal.SIGINT)
        served.wait(60)
    assert b"Traceback" not in (tmp_path / "log").read_bytes()


def until_served(prefect: Prefect, served: subprocess.Popen[bytes]) -> dict[str, Any]:
    end = time.monotonic() + 120
    while time.monotonic() < end and served.poll() is None:
        for found in prefect.deployments():
            if found["work_pool_name"] is None and found["schedules"]:
                return found
        time.sleep(0.5)
    pytest.fail("the schedule was never registered")
