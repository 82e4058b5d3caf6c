"""The clock and the time zone that a store and a workspace are given: when something was recorded, and when a last day ends.

Moments are kept in UTC. A day is a day where the auditors sit: without a word about it in China, wherever the server stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

#: The zone of a workspace that was told no other.
DEFAULT_ZONE = "Asia/Shanghai"
_CHINA = ZoneInfo(DEFAULT_ZONE)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time zone, and what tells the time; `now` returns an aware datetime."""

    zone: tzinfo = _CHINA
    now: Callable[[], datetime] = _utc_now

    def today(self) -> date:
        """The date in the zone."""
        return self.now().astimezone(self.zone).date()

    def stamp(self) -> str:
        """Now, as it is kept: ISO 8601 in UTC with milliseconds, so that texts compare as moments do."""
        return _kept(self.now())

    def end_of(self, day: date) -> str:
        """The moment at which a day of the zone is over, as it is kept."""
        return _kept(datetime.combine(day + timedelta(days=1), time(), self.zone))

    def shown(self, stamp: str) -> str:
        """A moment as it was kept (any ISO 8601 with an offset), for a person in the zone: 2026-11-26 09:08."""
        return f"{datetime.fromisoformat(stamp).astimezone(self.zone):%Y-%m-%d %H:%M}"


def _kept(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
