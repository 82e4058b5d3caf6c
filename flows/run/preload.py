"""What takes seconds to import and will be wanted, imported while there is something to wait for."""

from __future__ import annotations

import threading
from importlib import import_module


def import_audit() -> None:
    """Begin to import pandas and Great Expectations in a thread. A second call costs nothing."""
    threading.Thread(
        target=import_module, args=("selfeval.expectations.gx",), name="load", daemon=True
    ).start()
