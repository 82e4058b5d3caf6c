"""The store and the ledger of a workspace, opened once in a process, whichever of its threads asks."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

from selfeval.flows.ledger.ledger import Ledger
from selfeval.flows.workspace import Workspace
from selfeval.records.clock import Clock
from selfeval.records.store.store import Store

_opening = Lock()
_open: list[Store] = []


def store_of(workspace: Workspace) -> Store:
    """The store of a workspace."""
    with _opening:
        return _store(workspace.url, workspace.clock)


def ledger_of(workspace: Workspace, run: str = "") -> Ledger:
    """The ledger, in the same database as the store; `run` is stamped on its steps."""
    store = store_of(workspace)
    with _opening:
        return _ledger(store, run)


@lru_cache(maxsize=8)
def _store(url: str, clock: Clock) -> Store:
    store = Store(url, clock)
    _open.append(store)
    return store


@lru_cache(maxsize=8)
def _ledger(store: Store, run: str) -> Ledger:
    return Ledger(store.engine, run)


def close_books() -> None:
    """Close every store of this process: SQLite then writes its log back into the one file."""
    with _opening:
        _ledger.cache_clear()
        for store in _open:
            store.close()
        _open.clear()
        _store.cache_clear()
