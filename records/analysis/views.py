"""What `selfeval sql` asks: the store's own views under DuckDB, with money in 元, points counted once a printed cell, findings with what
people call them, and one row a form.

Each is SQL over tables that `loading` fills, named as the view with `_` behind it. `columns` and `types` come from DuckDB itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from selfeval.core.fields import INDICATORS

#: Columns of a catalogue entry as a query sees it.
RULE_COLUMNS = ("rule", "title", "severity", "family", "statement", "remedy", "source")

_POINTS = tuple(field.name for field in INDICATORS if field.name in ("weight", "score"))

#: A merged cell stands in every row that it spans; `nth` counts the rows of one printed cell.
_PRINTED_CELLS = """SELECT form_id, 'indicators/' || split_part(path, '/', 2) AS subject, split_part(path, '/', 3) AS name,
 row_number() OVER cell AS nth, first_value(CAST(split_part(path, '/', 2) AS INTEGER)) OVER cell AS first_row
FROM point_cells_ WINDOW cell AS (PARTITION BY form_id, split_part(path, '/', 3), page, x0, top, x1, bottom, text
 ORDER BY CAST(split_part(path, '/', 2) AS INTEGER))"""

#: Rows that share a weight or a score lose their points together.
_LOSSES = """SELECT row.form_id, greatest(sum(weight_once) - sum(score_once), 0) AS lost,
 bool_or(row.subject IN (SELECT subject FROM findings_ AS found WHERE found.form_id = row.form_id
  AND found.rule = 'deviation-unexplained' AND found.status = 'open')) AS unexplained
FROM indicators AS row LEFT JOIN printed_cells AS w ON (w.form_id, w.subject, w.name) = (row.form_id, row.subject, 'weight')
LEFT JOIN printed_cells AS s ON (s.form_id, s.subject, s.name) = (row.form_id, row.subject, 'score')
GROUP BY row.form_id, least(coalesce(w.first_row, row.position), coalesce(s.first_row, row.position))"""

_FORM_SUMMARY = """SELECT f.form_id, f.document_id, f.document, f.form, f.year, f.unit, f.project_name, f.authority,
 fund.budget_yuan, fund.executed_yuan, fund.rate_computed AS execution_rate, fund.rate_fraction AS rate_printed,
 f.total_score_value AS score,
 coalesce(loss.lost, 0) AS points_lost, coalesce(loss.unexplained, 0) AS points_lost_unexplained,
 coalesce(found.errors, 0) AS errors, coalesce(found.warnings, 0) AS warnings, coalesce(found.information, 0) AS information,
 coalesce(said.undecided, 0) AS undecided, coalesce(doubt.doubts, 0) AS doubts
FROM forms AS f
LEFT JOIN (SELECT * FROM funds WHERE is_total_row) AS fund USING (form_id)
LEFT JOIN (SELECT form_id, sum(lost) AS lost, sum(lost) FILTER (unexplained) AS unexplained FROM losses GROUP BY form_id) AS loss USING (form_id)
LEFT JOIN (SELECT form_id, count(*) FILTER (severity = 'error') AS errors, count(*) FILTER (severity = 'warning') AS warnings,
 count(*) FILTER (severity = 'information') AS information FROM findings WHERE is_counted GROUP BY form_id) AS found USING (form_id)
LEFT JOIN (SELECT form_id, CAST(sum(records) AS BIGINT) AS undecided FROM verdicts WHERE verdict = 'undecidable' GROUP BY form_id) AS said USING (form_id)
LEFT JOIN (SELECT form_id, count(*) AS doubts FROM doubts GROUP BY form_id) AS doubt USING (form_id)"""

#: view -> its query, in an order in which each follows what it asks. A view that is not here is its table.
_QUERIES: Mapping[str, str] = {
    "indicators": "SELECT row.*, "
    + ", ".join(
        f"CASE WHEN coalesce({name}_cell.nth, 1) = 1 THEN {name}_value END AS {name}_once"
        for name in _POINTS
    )
    + " FROM indicators_ AS row "
    + " ".join(
        f"LEFT JOIN printed_cells AS {name}_cell ON ({name}_cell.form_id, {name}_cell.subject, {name}_cell.name)"
        f" = (row.form_id, row.subject, '{name}')"
        for name in _POINTS
    ),
    "findings": """SELECT found.*, f.unit, f.project_name, f.year, said.title, said.remedy,
 made.kind AS decision, made."by" AS decided_by, made.made_at AS decided_at, made.reason AS decision_reason,
 found.status = 'open' AND NOT coalesce(found.cause IN (SELECT finding_id FROM findings_ WHERE status = 'open'), false) AS is_counted
FROM findings_ AS found LEFT JOIN forms_ AS f USING (form_id) LEFT JOIN rules_ AS said USING (rule)
LEFT JOIN (SELECT * FROM decisions_ WHERE finding_id IS NOT NULL QUALIFY row_number() OVER (PARTITION BY finding_id ORDER BY number DESC) = 1)
 AS made ON made.finding_id = found.finding_id AND made.kind <> 'withdraw'""",
    "decisions": """SELECT number, kind AS decision, "by" AS decided_by, made_at AS decided_at, reason AS decision_reason, document_id, document,
 form, path, finding_id, rule, reading, value, until, ends_at, hash FROM decisions_""",
    "doubts": """SELECT form_id, f.document, f.form, f.unit, f.project_name, path, text, page, confidence, doubt, document_id
FROM doubts_ LEFT JOIN (SELECT form_id, document, form, unit, project_name FROM forms_) AS f USING (form_id)""",
    "losses": _LOSSES,
    "form_summary": _FORM_SUMMARY,
}
#: What views are made from, besides the table of their own name.
_RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "indicators": ("point_cells",),
    "findings": ("forms", "rules", "decisions"),
    "doubts": ("forms",),
    "form_summary": ("forms", "funds", "indicators", "point_cells", "findings", "rules", "decisions", "verdicts", "doubts"),
}  # fmt: skip
#: What people ask, in the order of docs/tables.md.
VIEWS = (
    "form_summary",
    "forms",
    "funds",
    "indicators",
    "tasks",
    "findings",
    "verdicts",
    "rules",
    "decisions",
    "doubts",
    "other",
    "documents",
    "skipped",
    "filings",
    "cells",
)


def tables_for(views: set[str]) -> set[str]:
    """The tables that have to be filled for a query that names these views."""
    own = {view for view in views if view != "form_summary"}
    return own.union(*(_RESTS_ON.get(view, ()) for view in views))


def create(duck: Any) -> None:
    """Create the views over the tables of `loading`."""
    duck.execute(f"CREATE VIEW printed_cells AS {_PRINTED_CELLS}")
    helpers = ("losses",)
    for view in (
        *(view for view in VIEWS if view != "form_summary"),
        *helpers,
        "form_summary",
    ):
        duck.execute(f"CREATE VIEW {view} AS {_QUERIES.get(view, f'SELECT * FROM {view}_')}")


@cache
def columns() -> dict[str, dict[str, str]]:
    """view -> column -> its type, as DuckDB tells them."""
    from selfeval.records.analysis.loading import fresh

    duck = fresh()
    try:
        create(duck)
        return {
            view: {row[0]: row[1] for row in duck.execute(f"DESCRIBE {view}").fetchall()}
            for view in VIEWS
        }
    finally:
        duck.close()
