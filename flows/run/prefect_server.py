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
import tomllib
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from selfeval.flows.problems import Problem
from selfeval.flows.workspace import without_password, write_private

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
    # the least that Prefect allows: the automation in `zombies` tells by their absence that a run was killed
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "selfeval",
}
#: Where a schedule remembers its server: a run by hand ends what an earlier run left, and must not end that.
SCHEDULE = "schedule.json"
#: seconds between tries to reach a server that others run.
_TRIES = (0.0, 1.0, 3.0)


def prepare(home: Path) -> bool:
    """Set the environment of Prefect before it is imported. True when the run needs a server of its own: none is named in the
    environment nor in the profile of Prefect that is in use, and no schedule of this workspace has one. Problem: the one that is named does
    not answer."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    if url := os.environ.get("PREFECT_API_URL") or _of_profile():
        reach(url)
        os.environ["PREFECT_API_URL"] = url
        return False
    os.environ["PREFECT_HOME"] = str(home)
    os.environ["PREFECT_PROFILES_PATH"] = str(home / "profiles.toml")
    if url := _of_schedule(home):
        os.environ["PREFECT_API_URL"] = url
        return False
    return True


def _of_profile() -> str:
    """The address in the profile of Prefect that is in use, "" for none. Prefect reads it itself; it must not be imported before the
    environment is set."""
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    path = Path(os.environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml")
    try:
        known = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise Problem("prefect-profile", f"Prefect 的配置文件 {path} 无法读取（{type(error).__name__}）",
                      "请改正该文件，或用环境变量 PREFECT_API_URL 指定服务器。") from error  # fmt: skip
    name = os.environ.get("PREFECT_PROFILE") or known.get("active", "")
    return str(known.get("profiles", {}).get(name, {}).get("PREFECT_API_URL", ""))


def _of_schedule(home: Path) -> str:
    """The address of the server that a schedule of the same workspace keeps, so that there is one history; "" for none."""
    known = _recorded(home / SCHEDULE)
    return known.get("url", "") if known and _started(known["pid"]) == known["started"] else ""


def reach(url: str) -> None:
    """Problem: no server answers at this address. Whatever it answers will do: Prefect itself says what it does not accept."""
    opener = urllib.request.build_opener()
    for pause in _TRIES:
        time.sleep(pause)
        try:
            opener.open(f"{url.rstrip('/')}/health", timeout=10).close()
            return
        except urllib.error.HTTPError:
            return
        except (OSError, ValueError):
            continue
    raise Problem("prefect-unreachable", f"连不上 Prefect 服务 {without_password(url)}",
                  "请检查该服务和网络，或改正 PREFECT_API_URL（环境变量或 Prefect 的配置）后再运行；已完成的部分不会重做。")  # fmt: skip


class Server:
    """The server's process. `start` returns at once; `wait` until it answers."""

    def __init__(self, home: Path, record: str = "server.json", port: int = 0) -> None:
        """`record` is the name under which the process is remembered. Problem: the `port` is taken; 0 stands for any that is free."""
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.home = home
        self.record = home / record
        self.log = self.record.with_suffix(".log")
        self.port = _free_port(port)
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
            json.dumps(
                {"pid": self.process.pid, "started": _started(self.process.pid), "url": self.url}
            ),
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


def end_stale(home: Path, record: str = "server.json") -> bool:
    """End the server that a killed run left behind, if the recorded process is still that one. True when there was one."""
    path = home / record
    known = _recorded(path)
    path.unlink(missing_ok=True)
    if not known:
        return False
    pid, started = known["pid"], known["started"]
    alive = bool(started) and _started(pid) == started
    if alive:
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while time.monotonic() < until and _started(pid) == started:
            time.sleep(0.05)
        if _started(pid) == started:
            os.kill(pid, signal.SIGKILL)
    return alive


def _recorded(path: Path) -> dict[str, Any]:
    """What is remembered of a server's process; empty where there is nothing, or nothing that makes sense."""
    try:
        known = json.loads(path.read_text("utf-8"))
        return {"pid": int(known["pid"]), "started": str(known["started"]), "url": str(known.get("url", ""))}  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _started(pid: int) -> str:
    """When the process was started, in clock ticks since boot; "" when there is none, or only what is left of one."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in ("Z", "X") else fields[19]


def _free_port(wanted: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise Problem("port-busy", f"端口 {wanted} 已被占用（{error.strerror}）",
                          "请用 --port 换一个端口；若那里已有 Prefect 服务，可设 PREFECT_API_URL 使用它。") from error  # fmt: skip
        return int(probe.getsockname()[1])
