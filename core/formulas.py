"""Text that a spreadsheet would take for a formula, and how it is kept from that."""

from __future__ import annotations

#: What a spreadsheet takes for the start of a formula when it stands first in a cell.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """Given a cell of a CSV file, return it with an apostrophe before it where it would be a formula; numbers stay numbers."""
    return f"'{text}" if text.startswith(FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).replace(",", "").isdecimal()
