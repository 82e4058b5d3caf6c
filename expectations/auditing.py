"""Tidy tables -> audit: views, bench, suites, findings."""
from __future__ import annotations

from typing import TYPE_CHECKING

from expectations import catalogue
from expectations.bench import Bench
from expectations.findings import Audit, collect
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


def audit(tables: Tables, profile: str | None = None) -> Audit:
    """Judges every form of `tables` by every rule that applies to it. `profile` overrides the profile that the forms carry.

    Raises expectations.suites.RuleRaised when an expectation raises."""
    from expectations import suites

    if profile is not None:
        tables = type(tables)(**{**dict(tables.items()), "forms": tables.forms.assign(profile=profile)})
    bench = Bench(views(tables), catalogue.load())
    return collect(suites.run(bench, frames(tables)), tables.cells)
