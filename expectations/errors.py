"""Errors that reach whoever started an audit: a stable code, a Chinese sentence, and what to do about it."""

from __future__ import annotations


class AuditError(ValueError):
    """`code` is stable, `message` one Chinese sentence, `hint` what to do."""

    code = "audit-failed"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message, self.hint = message, hint

    def __str__(self) -> str:
        return self.message
