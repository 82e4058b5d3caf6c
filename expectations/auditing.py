"""Tidy tables -> audit: views, bench, suites, findings."""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from expectations import catalogue
from expectations.bench import Bench
from expectations.findings import Audit, collect
from expectations.peers import read_roster
from expectations.profiles import known
from expectations.view import views

if TYPE_CHECKING:
    import pandas

    from records.tables import Tables

_FRAME = ["record_id", "form_id", "document", "form", "subject"]


def frames(tables: Tables) -> dict[str, pandas.DataFrame]:
    """The frames that suites go over: a row a form, a total row of funds, an indicator, each with its record_id."""
    forms = tables.forms.assign(record_id=tables.forms["form_id"], subject="form")
    return {
        "forms": forms[_FRAME].reset_index(drop=True),
        "funds": tables.funds.loc[tables.funds["is_total_row"], _FRAME].reset_index(drop=True),
        "indicators": tables.indicators[_FRAME].reset_index(drop=True),
    }


def audit(tables: Tables, profile: str | None = None, roster: Path | None = None) -> Audit:
    """Judges every form of `tables` by every rule that applies to it. `profile` overrides the profile that the forms carry; `roster` is a
    CSV of those who have to submit (see `peers.read_roster`).

    Raises expectations.suites.RuleRaised when an expectation raises, profiles.ProfileError for an unknown profile, peers.RosterError for
    a roster that cannot be read."""
    from expectations import suites

    if profile is not None:
        known(profile)
        tables = type(tables)(**{**dict(tables.items()), "forms": tables.forms.assign(profile=profile)})
    bench = Bench(views(tables, read_roster(roster) if roster else ()), catalogue.load())
    return collect(suites.run(bench, frames(tables)), tables.cells)
