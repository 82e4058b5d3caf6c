"""Past one machine: a run whose reading is done by a dask cluster, over a store on PostgreSQL, under a role that may do no more than it must."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flow_runs import HOUSE, SAMPLES, environment, selfeval
from s3_server import s3, s3_server

from selfeval.flows.ops.uploading import FOLDERS, PLACED
from selfeval.flows.problems import Problem
from selfeval.flows.run import runners
from selfeval.flows.workspace import Workspace

__all__ = ["s3", "s3_server"]
pytestmark = pytest.mark.xdist_group("flow")

BLOCKS = re.findall(r"```sql\n(.*?)```", (HOUSE / "docs/store.md").read_text("utf-8"), re.DOTALL)


def statements(block: str) -> list[bytes]:
    return [statement.encode() for statement in block.split(";") if statement.strip()]


@pytest.fixture(scope="module")
def roles(postgres_server: str) -> dict[str, str]:
    """The addresses of a database for the three roles, made by the words of docs/store.md."""
    owner, writer, analyst = (
        postgres_server.replace("selfeval@", f"selfeval_{role}@") + "/selfeval"
        for role in ("owner", "writer", "analyst")
    )
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as superuser:
        for statement in statements(BLOCKS[0]):
            superuser.execute(statement)
    code = "import sys; from selfeval.records.store.store import Store; from selfeval.flows.ledger.ledger import Ledger; Ledger(Store(sys.argv[1]).engine)"
    for url in (writer, owner):  # the writer cannot make tables, and is told so
        made = subprocess.run(
            [sys.executable, "-c", code, url],
            cwd=HOUSE,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (made.returncode == 0) == (url == owner), made.stderr
        assert ("没有这项权限" in made.stderr) == (url == writer), made.stderr
    grant(owner)
    grant(owner)  # as after an upgrade
    return {"owner": owner, "writer": writer, "analyst": analyst}


def grant(owner: str) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        for statement in statements(BLOCKS[1]):
            connection.execute(statement)


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A scheduler and one worker, each a process of its own as on other machines."""
    import dask
    from distributed import LocalCluster

    with (
        dask.config.set({"distributed.worker.daemon": False}),
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as running,
    ):
        yield running


def test_a_run_from_s3_to_s3_reads_on_a_cluster_and_writes_as_the_writer(
    roles: dict[str, str], s3: Any, cluster: Any, tmp_path: Path
) -> None:
    """Everything past one machine in one run, as docs/store.md tells it."""
    good, locked, work = "chizhou-tangxi-2022.pdf", "password-locked.pdf", tmp_path / "W"
    s3.put(
        [str(SAMPLES / good), str(SAMPLES / locked)],
        [f"forms/2022/{good}", f"forms/2022/unit/{locked}"],
    )
    where = (
        "--runner",
        "dask",
        "--dask-address",
        cluster.scheduler_address,
        "--store",
        roles["writer"],
        "--publish",
        "s3://season/2022",
        "--publish-originals",
    )
    ran = selfeval("run", "s3://forms/2022", "-w", work, *where)
    assert ran.returncode == 2, ran.stderr
    assert "Traceback" not in ran.stderr
    assert any("read" in name for name in cluster.scheduler.task_prefixes)  # the cluster did it
    with psycopg.connect(roles["analyst"]) as analyst:
        assert analyst.execute(
            "SELECT document, status FROM documents ORDER BY document"
        ).fetchall() == [(good, "ok"), (locked, "rejected")]
        assert analyst.execute("SELECT count(*) FROM indicators").fetchone() != (0,)
    there = {
        path.removeprefix("season/2022/"): info["size"]
        for path, info in s3.find("season/2022", detail=True).items()
    }
    del there[PLACED]
    published = (
        path for folder in FOLDERS for path in (work / folder).rglob("*") if path.is_file()
    )
    assert there == {path.relative_to(work).as_posix(): path.stat().st_size for path in published}
    (refused,) = (
        path for path in there if path.startswith("quarantine/") and path.endswith(".pdf")
    )
    assert s3.cat_file(f"season/2022/{refused}") == (SAMPLES / locked).read_bytes()
    s3.invalidate_cache()  # a listing does not tell the type
    assert s3.info("season/2022/reports/index.html")["ContentType"] == "text/html"
    waive_as_analyst_and_writer(roles, work)


def waive_as_analyst_and_writer(roles: dict[str, str], work: Path) -> None:
    finding = json.loads(
        selfeval(
            "sql",
            "SELECT finding_id FROM findings LIMIT 1",
            "-w",
            work,
            "--store",
            roles["analyst"],
            "-f",
            "json",
        ).stdout
    )[0]["finding_id"]
    refused = selfeval(
        "waive",
        finding,
        "--by",
        "分析员",
        "--reason",
        "尾差",
        "-w",
        work,
        "--store",
        roles["analyst"],
    )
    assert refused.returncode == 3 and "没有这项权限" in refused.stderr
    assert (
        selfeval(
            "waive",
            finding,
            "--by",
            "审计员",
            "--reason",
            "尾差",
            "-w",
            work,
            "--store",
            roles["writer"],
        ).returncode
        == 0
    )


FORBIDDEN = {
    "analyst": ["SELECT * FROM read_forms", "SELECT * FROM extractions", "SELECT * FROM submissions", "INSERT INTO decisions (number) VALUES (1)", "UPDATE submissions SET state = 'audited'",
                "DELETE FROM audit_findings", "CREATE TABLE mine (a int)", "CREATE TEMPORARY TABLE mine (a int)", "DROP VIEW findings", "CREATE ROLE another", "ALTER ROLE selfeval_analyst SUPERUSER"],
    "writer": ["DELETE FROM read_forms", "UPDATE read_forms SET year = 1", "DELETE FROM decisions", "UPDATE decisions SET reason = 'x'", "TRUNCATE audits", "DROP TABLE audits", "DELETE FROM submission_history",
               "ALTER TABLE audits ADD COLUMN x int", "CREATE TABLE mine (a int)", "CREATE ROLE another", "CREATE DATABASE another", "UPDATE store_version SET version_num = '1'", "COPY (SELECT 1) TO PROGRAM 'cat'"],
    "owner": ["CREATE ROLE another", "CREATE DATABASE another", "SELECT pg_read_file('/etc/passwd')", "COPY (SELECT 1) TO PROGRAM 'cat'"],
}  # fmt: skip


@pytest.mark.parametrize(
    "role, sql", [(role, sql) for role, all_sql in FORBIDDEN.items() for sql in all_sql]
)
def test_a_role_may_do_no_more_than_it_must(roles: dict[str, str], role: str, sql: str) -> None:
    with (
        psycopg.connect(roles[role], autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(sql.encode())


def test_an_analyst_reads_every_view_after_the_views_were_replaced(roles: dict[str, str]) -> None:
    from selfeval.records.analysis.views import VIEWS
    from selfeval.records.store import views_sql
    from selfeval.records.store.store import Store

    with Store(roles["owner"]) as store, store.writing() as connection:
        views_sql.create_views(connection)
    with Store(roles["analyst"]) as store:
        assert all(store.query(f"SELECT count(*) FROM {view}").rows for view in VIEWS)


def test_a_cluster_of_the_run_s_own_has_workers_that_may_read(tmp_path: Path) -> None:
    """In a process of its own, as a run is: without an address, dask starts its LocalCluster."""
    code = (
        "import sys; from selfeval.flows.run import runners, prefect_server; from pathlib import Path; prefect_server.prepare(Path(sys.argv[2]))\n"
        "from selfeval.flows.run.flow import nightly; from distributed import Client; from tests.test_dask import read_one\n"
        "if __name__ == '__main__':\n"
        "    with runners.on(nightly, 'dask', '', 1).task_runner as runner, Client(runner.client.scheduler.address) as client:\n"
        "        print(len(client.scheduler_info()['workers']), client.submit(read_one, sys.argv[1]).result(60))\n"
    )
    path = tmp_path / "cluster.py"
    path.write_text(code, "utf-8")
    paths = environment(PYTHONPATH=os.pathsep.join([str(HOUSE), str(HOUSE / "tests")]))
    shown = subprocess.run(
        [sys.executable, path, SAMPLES / "chizhou-tangxi-2022.pdf", tmp_path],
        env=paths,
        capture_output=True,
        text=True,
        cwd=HOUSE,
        check=False,
    )
    assert shown.stdout.strip() == "1 ok", shown.stderr


def read_one(path: str) -> str:
    """Read in a child of the worker."""
    from selfeval.extractors.isolation.sandbox import extract_many

    (document,) = extract_many([path])
    return document.status


@pytest.mark.parametrize(
    "runner, address, store, code",
    [
        ("threads", "tcp://127.0.0.1:8786", "", "dask-address"),
        ("dask", "127.0.0.1:8786", "", "dask-address"),
        ("dask", "http://scheduler:8786", "", "dask-address"),
        ("dask", "tcp://scheduler:8786", "", "dask-store"),
        ("dask", "tcp://scheduler:8786", "postgresql://host/name", "dask-prefect"),
    ],
)
def test_a_cluster_that_could_not_do_the_work_is_refused_before_the_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    runner: str,
    address: str,
    store: str,
    code: str,
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with pytest.raises(Problem) as caught:
        runners.check(runner, address, Workspace(tmp_path, store))
    assert caught.value.code == code and caught.value.hint
    runners.check("dask", "tcp://127.0.0.1:8786", Workspace(tmp_path))
    runners.check("threads", "", Workspace(tmp_path))
