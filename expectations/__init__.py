"""Tidy tables -> findings: the catalogue of rules as Great Expectations suites. Importing this room is cheap; running it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selfeval.expectations.auditing import audit, audit_in_batches
    from selfeval.expectations.findings import Audit
    from selfeval.expectations.gx.data_docs import DataDocs, build_data_docs

__all__ = ["Audit", "DataDocs", "audit", "audit_in_batches", "build_data_docs"]


def __getattr__(name: str) -> Any:
    """The public functions, imported when they are first asked for: pandas and Great Expectations take seconds."""
    from importlib import import_module

    homes = {"audit": "auditing", "audit_in_batches": "auditing", "Audit": "findings", "DataDocs": "gx.data_docs",
             "build_data_docs": "gx.data_docs"}  # fmt: skip
    if name not in homes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"selfeval.expectations.{homes[name]}"), name)
