"""Pages of forms made before they are asked for: while an auditor reads one, the next in the queue is put together."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from selfeval.flows.review.form_page import FormDesk
from selfeval.flows.review.queue import QueueItem

#: forms kept: the one at hand, those before and after it, and those of a second person
KEPT = 8


class PreparedForms:
    """Keeps what `make` gives of a form for as long as the queue stays as it was: whatever is read, audited or decided makes another queue."""

    def __init__(self, make: Callable[[QueueItem], FormDesk]) -> None:
        self._make = make
        self._lock = Lock()
        self._items: tuple[QueueItem, ...] = ()
        self._kept: dict[str, FormDesk] = {}

    def page(self, items: tuple[QueueItem, ...], item: QueueItem) -> FormDesk:
        """The page of a form of this queue, from what is kept or made now."""
        form_id = item.judged.form_id
        with self._lock:
            if self._items is not items:
                self._items, self._kept = items, {}
            found = self._kept.get(form_id)
        if found is None:
            found = self._make(item)
            with self._lock:
                if self._items is items:
                    self._kept[form_id] = found
                    for oldest in list(self._kept)[:-KEPT]:
                        del self._kept[oldest]
        return found
