"""What can go wrong with tables and stores, told so that the command line can say it: a stable code, a sentence, and what to do."""

from __future__ import annotations


class RecordsError(Exception):
    """`code` is stable, `message` is one Chinese sentence, `hint` what to do. Never holds a password or a value from a form."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(code, message, hint)
        self.code, self.message, self.hint = code, message, hint

    def __str__(self) -> str:
        return f"{self.message} [{self.code}]"


class StoreError(RecordsError):
    """The store cannot be opened, read or written: store-unavailable, store-busy, store-full, store-newer,
    store-denied, store-damaged, store-failed."""


class QueryError(RecordsError):
    """A query that is refused or fails: sql-refused, sql-failed, sql-too-long."""


class SchemaError(RecordsError):
    """Tables that do not hold what `schemas` promises: a defect of the program, so nothing is stored."""
