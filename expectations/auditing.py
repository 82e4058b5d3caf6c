"""Tidy tables -> audit: views, bench, suites, findings."""
from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from expectations import catalogue
from expectations.bench import Bench
from expectations.findings import Audit, collect
from expectations.profiles import known
from expectations.roster import read_roster
from expectations.view import views

if TYPE_CHECKING:
    import pandas

    from records.tables import Tables

def frames(bench: Bench) -> dict[str, pandas.DataFrame]:
    """The frames that suites go over: a row a form, a total row of funds, an indicator, by its number in the batch."""
    import pandas as pd

    return {table: pd.DataFrame({"record": range(len(ids))}) for table, ids in bench.records.items()}


def audit(tables: Tables, profile: str | None = None, roster: Path | None = None) -> Audit:
    """Judges every form of `tables` by every rule that applies to it. `profile` overrides the profile that the forms carry; `roster` is a
    CSV of those who have to submit (see `roster.read_roster`).

    Raises expectations.suites.RuleRaised when an expectation raises, profiles.ProfileError for an unknown profile, roster.RosterError for
    a roster that cannot be read."""
    from expectations import suites

    if profile is not None:
        known(profile)
        tables = type(tables)(**{**dict(tables.items()), "forms": tables.forms.assign(profile=profile)})
    with _collector_paused():
        bench = Bench(views(tables, read_roster(roster) if roster else ()), catalogue.load())
        return collect(suites.run(bench, frames(bench)), tables.cells)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No garbage collection within: an audit makes millions of small objects that all stay, and looking through them again and again
    costs a quarter of its time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
