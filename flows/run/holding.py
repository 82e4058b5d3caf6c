"""One database, one workspace: whose it is stands in it, and a run holds it against runs from other machines."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

import sqlalchemy as sa

from selfeval.flows.problems import Problem
from selfeval.flows.run.stores import ledger_of, store_of
from selfeval.flows.workspace import Workspace, read_settings, write_private
from selfeval.records.store.engine import translated

#: The mark of the ledger that names the workspace whose database this is.
OWNER = "workspace"
#: First half of the key of the advisory lock that a run takes, any number that nothing else uses ("selr"); the schema is the other.
_RUNS = 0x73656C72


@contextmanager
def database_held(workspace: Workspace) -> Iterator[None]:
    """Hold the database of a workspace for one run. Its own SQLite file lies in the workspace and needs nothing. Problem: a run
    over it goes on elsewhere."""
    if not workspace.store:
        yield
        return
    engine = store_of(workspace).engine
    if engine.dialect.name != "postgresql":
        yield
        return
    with translated(engine.url):
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # the lock is the session's, which must not go back to the pool
    with closing(connection):
        key = sa.func.hashtext(sa.func.current_schema())
        if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_RUNS, key))):
            raise Problem(
                "workspace-busy",
                "另一次运行（可能在另一台机器上）正在使用该数据库",
                "请等它结束后再运行。",
            )
        yield


def claim(workspace: Workspace) -> None:
    """Make the database that of this workspace, if it is nobody's yet. Problem: it is another's, whose documents would be taken for ours."""
    if not workspace.store:
        return
    settings = read_settings(workspace.root)
    ours = settings.get("id", "")
    if not ours:
        ours = uuid.uuid4().hex
        told = json.dumps(settings | {"id": ours}, ensure_ascii=False, indent=1)
        write_private(workspace.root / "settings.json", told)
    owner = ledger_of(workspace).claim(OWNER, ours)
    if owner != ours:
        raise Problem(
            "store-of-another-workspace",
            "这个数据库属于另一个工作区，两个工作区不能共用",
            "请用另一个数据库或模式（schema）：--store 'postgresql://…?options=-csearch_path%3D名称'；"
            "若那个工作区已经废弃、要由本工作区接手，见 docs/store.md。",
        )
