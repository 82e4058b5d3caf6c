"""Self-evaluation forms out of PDF files, each value with the page and the box that it came from.

from selfeval.extractors import extract
document = extract("form.pdf")
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from selfeval.extractors.engines.registry import DEFAULT

if TYPE_CHECKING:
    from selfeval.extractors.model import Document


def extract(
    path: str | os.PathLike[str], *, engine: str = DEFAULT.name, second_opinion: bool = False
) -> Document:
    """Read one PDF in a capped child process. Never raises for a bad file: it comes back as a rejected Document with its reason."""
    from selfeval.extractors.isolation.sandbox import (
        extract_many,
    )  # starts no process and imports no pool library until it is used

    (document,) = extract_many([path], engine=engine, second_opinion=second_opinion)
    return document
