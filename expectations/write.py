"""`python -m selfeval.expectations.write`: writes what is generated from the catalogue, the suites' JSON and docs/rules.md."""

from __future__ import annotations

from selfeval.expectations import docs
from selfeval.expectations.gx import suites

if __name__ == "__main__":
    suites.write_all()
    docs.RULES_PAGE.write_text(docs.render(), "utf-8")
