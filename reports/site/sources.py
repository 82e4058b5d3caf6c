"""What document pages are made of: the tables, and what callers hand in beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from selfeval.core.roster import Expected
from selfeval.reports.model import PageImage, RuleText, Version, WaiverShown

if TYPE_CHECKING:
    import pandas as pd


class TidyTables(Protocol):
    """The frames of `selfeval.records.tables.build` that a report reads."""

    @property
    def documents(self) -> pd.DataFrame: ...

    @property
    def forms(self) -> pd.DataFrame: ...

    @property
    def funds(self) -> pd.DataFrame: ...

    @property
    def indicators(self) -> pd.DataFrame: ...

    @property
    def tasks(self) -> pd.DataFrame: ...

    @property
    def other(self) -> pd.DataFrame: ...

    @property
    def skipped(self) -> pd.DataFrame: ...

    @property
    def cells(self) -> pd.DataFrame: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that document pages are made of besides the tables, all optional but the rules."""

    rules: Mapping[str, RuleText]
    page_images: Mapping[tuple[str, int], PageImage] = field(default_factory=dict)
    waivers: Mapping[str, WaiverShown] = field(default_factory=dict)
    versions: Mapping[str, Sequence[Version]] = field(default_factory=dict)
    #: (form_id, rule, subject) -> an acceptance that is void since the finding there rests on other values now
    lapsed: Mapping[tuple[str, str, str], WaiverShown] = field(default_factory=dict)
    #: who has to submit; empty where nobody said
    roster: Sequence[Expected] = ()
    #: the ids of forms that somebody has reviewed
    reviewed: Collection[str] = frozenset()
