"""A Prefect server of the run's own: started beside it on the loopback interface, kept in the workspace, ended with it.

It differs from Prefect's ephemeral server in what happens when a run is killed: this one dies with the run, and should it live on
(another kernel than Linux), the next start ends it by its recorded process id and start time. A machine that has PREFECT_API_URL set
(a shared server, a work pool) is left as it is.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from selfeval.flows.problems import Problem
from selfeval.flows.workspace import write_private

#: seconds. The first start in a workspace creates Prefect's database, which takes half a minute on a busy machine.
START_SECONDS = 180.0
STOP_SECONDS = 5.0

#: What every process of a run is told: nothing leaves the machine, and our own log says enough (Prefect's prints tracebacks).
_QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_CLI_COLORS": "false",
}


def prepare(home: Path) -> bool:
    """Set the environment of Prefect before it is imported. True when the run needs a server of its own."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    if os.environ.get("PREFECT_API_URL"):
        return False
    os.environ["PREFECT_HOME"] = str(home)
    os.environ["PREFECT_PROFILES_PATH"] = str(home / "profiles.toml")
    return True


class Server:
    """The server's process. `start` returns at once; `wait` until it answers."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.home = home
        self.record = home / "server.json"
        self.log = home / "server.log"
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def start(self, scheduling: bool = False) -> None:
        """Begin; `scheduling` with the services that start runs at their time, and the user interface.

        Registered to end at exit before Prefect is imported, so that Prefect's own last words still reach it."""
        environment = os.environ | {
            "PREFECT_HOME": str(self.home),
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{self.home}/prefect.db",
        }
        if not scheduling:
            environment |= {
                "PREFECT_UI_ENABLED": "0",
                "PREFECT__SERVER_EPHEMERAL": "1",
                "PREFECT__SERVER_FINAL": "1",
            }
        else:  # the browser would ask port 4200 otherwise
            environment["PREFECT_UI_API_URL"] = self.url
        with self.log.open("wb") as log:
            command = [
                sys.executable,
                "-m",
                "selfeval.flows.run.prefect_child",
                str(self.port),
                str(os.getpid()),
            ]
            self.process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        atexit.register(self.stop)
        write_private(
            self.record,
            json.dumps({"pid": self.process.pid, "started": _started(self.process.pid)}),
        )
        os.environ["PREFECT_API_URL"] = self.url

    def wait(self) -> None:
        """Return when the server answers. Problem: it ended or does not answer in time."""
        until = time.monotonic() + START_SECONDS
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({})
        )  # a proxy has no business with the loopback interface
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                raise Problem(
                    "prefect-server",
                    "Prefect 服务未能启动",
                    f"详见 {self.log}；也可运行 selfeval doctor 检查。",
                )
            try:
                with opener.open(f"{self.url}/health", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise Problem(
            "prefect-server",
            f"Prefect 服务 {START_SECONDS:.0f} 秒内没有应答",
            f"机器可能过忙，请稍后再运行；详见 {self.log}。",
        )

    def stop(self) -> None:
        """End the server; repeated calls do nothing."""
        process, self.process = self.process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.record.unlink(missing_ok=True)
        if os.environ.get("PREFECT_API_URL") == self.url:
            del os.environ["PREFECT_API_URL"]


def end_stale(home: Path) -> bool:
    """End the server that a killed run left behind, if the recorded process is still that one. True when there was one."""
    record = home / "server.json"
    try:
        known = json.loads(record.read_text("utf-8"))
        pid, started = int(known["pid"]), known["started"]
    except FileNotFoundError:
        return False
    except (OSError, ValueError, KeyError, TypeError):
        record.unlink(missing_ok=True)
        return False
    alive = bool(started) and _started(pid) == started
    if alive:
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while time.monotonic() < until and _started(pid) == started:
            time.sleep(0.05)
        if _started(pid) == started:
            os.kill(pid, signal.SIGKILL)
    record.unlink(missing_ok=True)
    return alive


def _started(pid: int) -> str:
    """When the process was started, in clock ticks since boot; "" when there is none, or only what is left of one."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in ("Z", "X") else fields[19]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
