"""Errors that reach whoever started an audit."""

from __future__ import annotations

from selfeval.core.problems import Problem


class AuditError(Problem):
    """An audit cannot begin."""
