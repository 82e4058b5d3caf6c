"""What can go wrong with tables and stores."""

from __future__ import annotations

from selfeval.core.problems import Problem


class RecordsError(Problem):
    """Never holds a password or a value from a form."""


class StoreError(RecordsError):
    """The store cannot be opened, read or written: store-unavailable, store-busy, store-full, store-newer,
    store-denied, store-damaged, store-failed."""


class QueryError(RecordsError):
    """A query that is refused or fails: sql-refused, sql-failed, sql-too-long."""


class SchemaError(RecordsError):
    """Tables that do not hold what `schemas` promises: a defect of the program, so nothing is stored."""
