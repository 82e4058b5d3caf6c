"""Where the parts of a form lie in its table: zones of rows under captions, and the share of the width that each column takes."""

from __future__ import annotations

from dataclasses import dataclass, field

#: a column whose caption names no field, and one whose caption no map knows
WITHOUT_FIELD, UNKNOWN = "-", ""
#: the zone of a list of tasks
TASKS = "tasks"


@dataclass(frozen=True, slots=True)
class Column:
    """One captioned column: its field (or WITHOUT_FIELD, UNKNOWN), the share of the width that it takes, its own caption, and
    the path of all captions above it. `doubt` says why the field is not certain, where it was told by its meaning."""

    field: str
    left: float
    right: float
    caption: str = ""
    path: str = ""
    doubt: str = ""

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


@dataclass(slots=True)
class Zone:
    """Rows from `first` to before `end` under a row (or rows) of captions, which lies before `first`. `above` is its first row.

    `doubled` are columns of which a later one has a caption that means the same: the first is read, and doubted. `others` are the
    columns without a field; the fields that those of an unknown caption may hold are `open`, each with the captions."""

    name: str
    above: int
    first: int
    end: int
    columns: list[Column] = field(default_factory=list)
    doubled: list[tuple[Column, str]] = field(default_factory=list)
    others: list[Column] = field(default_factory=list)
    open: dict[str, list[str]] = field(default_factory=dict)

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.field == name), None)


@dataclass(slots=True)
class Layout:
    """The zones of one form and the (zone, key) pairs of the captions seen."""

    zones: list[Zone]
    seen: set[tuple[str, str]]

    def zone(self, name: str) -> Zone | None:
        """The zone of a name; of several blocks of funds the one that prints budget and execution."""
        found = self.all(name)
        return (
            max(found, key=_completeness, default=None)
            if name == "funds"
            else next(iter(found), None)
        )

    def all(self, name: str) -> list[Zone]:
        """The zones of a name in printed order."""
        return [z for z in self.zones if z.name == name]


def _completeness(zone: Zone) -> int:
    return sum(zone.column(name) is not None for name in ("budget", "executed"))
