"""docs/tables.md, made from core's fields and the columns of tables and views; a test holds it current.

`python -m selfeval.records.analysis.tables_page` writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from selfeval.core.fields import ALL, HEADER, TABLE_OF, TOTAL, Field
from selfeval.core.kinds import KINDS
from selfeval.records.analysis.views import columns
from selfeval.records.store.schema_sql import VERDICT_COLUMNS
from selfeval.records.tables.columns import COLUMNS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tables.md"

_HEAD = """# Tables

Generated from core/fields.py and the columns of the tables by `python -m selfeval.records.analysis.tables_page`; do not edit.

`selfeval sql` asks the views below, by DuckDB; `parquet/TABLE.parquet` in a workspace has the same tables for DuckDB and pandas, without what is
marked *sql only*. Views show the current filing of each project (year, unit, project): the document that came last, whatever its name;
`documents` and `filings` have every one.

Numbers are exact DECIMALs. Add up money by `X_yuan`, which is in 元 whatever unit a form or a cell prints, and points by `X_once`, which counts a
merged cell once and not in every row that it spans. `/` divides as on paper: `count(*) / 2` of one is 0.5. To count findings as the report does,
take those `WHERE is_counted`.

Text is as printed: NULL where the form has no such column, "" where the cell is empty. `X_value` is the exact number that X prints, amounts
in the form's `amount_unit`, a rate as printed (99 for 99%); `X_half` is half of its last printed place, so the number stands for everything
from `X_value - X_half` to `X_value + X_half`. Both are NULL where X is no number. Names and telephone numbers are masked.
"""

#: What tables are for.
TABLES = {
    "documents": "One row a file that was read or refused.",
    "forms": "One row a form.",
    "funds": "One row a row of the funds block.",
    "indicators": "One row a row of the indicators block; a merged cell stands in every row that it spans.",
    "tasks": "One row a row of a list of tasks or second-level projects within a form.",
    "other": "Printed cells that no field is for.",
    "skipped": "Tables of a file that are no self-evaluation.",
    "cells": "Where each value is printed, and what is in doubt about it. A value that a page break parts has several rows.",
    "findings": "What the last audit of each form found.",
    "verdicts": "What the rules said: one row a failing subject, one for all that were decided alike.",
    "filings": "Every filing of every project.",
    "form_summary": "One row a form, with what is asked most.",
    "rules": "The catalogue of rules.",
    "decisions": "What people decided about values, findings and forms, in order; rows are added, never changed.",
    "doubts": "One row a value that was not read with certainty.",
}

#: Columns that hold no field of a form.
OTHER_COLUMNS = {
    "document_id": "SHA-256 of the file",
    "document": "name of the file",
    "form_id": "the first 16 digits of document_id and the number of the form",
    "form": "number of the form in the document, from 1",
    "record_id": "form_id and subject",
    "subject": "PATH in the form: indicators/3, funds/0/budget, total/score",
    "position": "number of the row, from 0",
    "pages": "pages of the file",
    "status": "documents: ok or rejected; findings: open or waived",
    "title": "what people call the rule; of a skipped table what stands above it",
    "statement": "what the rule asks, as a sentence",
    "family": "what it is about",
    "remedy": "what to do about it",
    "source": "what it rests on",
    "decision": "what was decided (correct, confirm, unreadable, accept, return, question, reviewed, withdraw); of a finding the last that was not withdrawn",
    "decided_at": "when, ISO 8601 in UTC",
    "decision_reason": "why",
    "number": "number of the decision, from 1",
    "until": "the last day on which it holds",
    "ends_at": "the moment at which that day ends, ISO 8601 in UTC",
    "hash": "hash of the row with the one before it",
    "is_counted": "whether it is open and a cause: not waived, and not following from another open finding",
    "weight_once": "weight_value in the first row of a merged cell, NULL in the others: what to add up",
    "score_once": "the same of score_value",
    "rate_computed": "executed / budget, to six places",
    "reason_code": "why the file was refused",
    "reason_message": "the same as a sentence",
    "reason_hint": "what to do about it",
    "forms": "forms in the document",
    "profile": "the version of the form, a name in data/templates",
    "has_scores": "whether any row has a score",
    "is_total_row": "whether this is the total of the funds",
    "rate_fraction": "the printed rate as a fraction of one",
    "rate_fraction_half": "half of its last printed place",
    "is_placeholder": "whether target, result, weight and score are all blank",
    "caption": "captions above or left of the cell, outermost first, with / between them",
    "value": "text of the cell; of a decision what stands there instead",
    "kind": "what the table is: " + ", ".join(f"{code} ({zh})" for code, (zh, _) in KINDS.items()),
    "path": "PATH of the value",
    "text": "what is printed there",
    "page": "page, from 1",
    "x0": "left edge in points of the page as displayed",
    "top": "upper edge",
    "x1": "right edge",
    "bottom": "lower edge",
    "part": "number of the part of a value that a page break parts, from 0",
    "confidence": "how sure the reading is, 0 to 1",
    "doubt": "why it is not certain",
    "decided_by": "who decided on it; of a value who confirmed or corrected it, or could not read it",
    "reading": "what was read, where a person decided on it",
    "engine": "which engine read it: pdfium, ocr, pdfplumber or camelot",
    "finding_id": "made from the rule and the values that it rests on",
    "rule": "id of the rule, see rules.md",
    "severity": "error, warning or information",
    "message": "the finding as a sentence",
    "expected": "what should be there",
    "actual": "what is there",
    "cause": "finding_id of the finding that this one only follows from",
    "verdict": "pass, fail, not-applicable or undecidable",
    "why": "the reason of a verdict",
    "records": "how many subjects the row stands for",
    "extractor": "version of the extractors that read it",
    "recorded_at": "when it was entered, ISO 8601 in UTC",
    "series_id": "the same for all filings of one project of one unit for one year",
    "version": "number of the filing in its series, from 1",
    "is_current": "whether it is the last one that stands in an inbox",
    "replaced_by": "number of the filing that counts in its place; empty for that one",
    "budget_yuan": "budget of the total row in 元",
    "executed_yuan": "executed, of the same",
    "execution_rate": "executed / budget, computed, to six places",
    "rate_printed": "the rate that the form prints, as a fraction of one",
    "score": "total score",
    "points_lost": "weight less score, summed over the indicators that lost any, a merged cell once",
    "points_lost_unexplained": "the same of those with an open finding deviation-unexplained",
    "errors": "open findings of that severity, without those that only follow from another",
    "warnings": "the same of warnings",
    "information": "the same of information",
    "undecided": "verdicts that could not be reached",
    "doubts": "values that were not read with certainty",
}


def render() -> str:
    """The text of docs/tables.md. KeyError: a column that nobody has described."""
    lines = [_HEAD]
    for name, types in columns().items():
        lines += [f"## {name}\n", f"{TABLES[name]}\n", "| column | type | holds |", "|---|---|---|"]
        lines += _rows(name, types)
        lines.append("")
    return "\n".join(lines)


def _rows(table: str, types: Mapping[str, str]) -> Iterator[str]:
    own = {field.column: field for field in ALL if TABLE_OF[field.block] == table}
    exported = {**COLUMNS, "verdicts": VERDICT_COLUMNS}
    for column, kind in types.items():
        base = column.removesuffix("_value").removesuffix("_half")
        if base != column and base in own:  # told of once, in the head of the page
            continue
        only = table in exported and column not in exported[table]
        yield f"| `{column}` | {kind} | {_says(column, own)}{' *(sql only)*' if only else ''} |"


def _says(column: str, own: Mapping[str, Field]) -> str:
    """What a column holds: a field of its table, something else, or a field of the form, money in 元 among them."""
    if column in own:
        return _told(own[column])
    if column in OTHER_COLUMNS:
        return OTHER_COLUMNS[column]
    if column.endswith("_yuan"):
        return f"{own[column.removesuffix('_yuan')].zh} in 元"
    return _told({field.column: field for field in (*HEADER, *TOTAL)}[column])


def _told(field: Field) -> str:
    numbers = f", with `{field.column}_value` and `{field.column}_half`" if field.is_number else ""
    masked = ", masked" if field.personal else ""
    return f"{field.zh} ({field.en}): {field.kind}{numbers}{masked}"


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
