"""Tidy tables -> one DocumentView at a time.

Nothing is judged here: findings, doubts and verdicts are joined to the values and boxes that they speak of, put in order and said in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from gettext import NullTranslations
from typing import TYPE_CHECKING, Any

from selfeval.core.masking import mask_text
from selfeval.core.paths import unpacked
from selfeval.core.severities import SEVERITIES
from selfeval.records.tables.derived import execution_rate
from selfeval.reports import labels
from selfeval.reports.amounts import in_wan, points, share
from selfeval.reports.model import (
    DocumentView,
    DoubtView,
    FindingView,
    FormPage,
    OpenRule,
    RuleText,
    Spot,
    Undecided,
    Value,
    severity_name,
)
from selfeval.reports.rows import Row, Rows
from selfeval.reports.site import printed
from selfeval.reports.site.crops import crop_of, spot_of, upright
from selfeval.reports.site.decided import decided
from selfeval.reports.site.folding import folded
from selfeval.reports.site.sheets import sheets, skipped_tables
from selfeval.reports.site.sources import Sources, TidyTables

if TYPE_CHECKING:
    import pandas as pd


PERSONAL = ("leader", "phone")
#: What a row is called by, the nearest first.
NAMED_BY = {"funds": ("label",), "indicators": ("level3", "level2", "level1"), "tasks": ("name",)}
_CELL = ("path", "text", "page", "x0", "top", "x1", "bottom", "confidence", "doubt", "decided_by", "reading", "engine")  # fmt: skip
NAMED_PLACES = 3  # of those where a rule is undecided for one reason


def document_views(
    tables: TidyTables,
    findings: pd.DataFrame | None,
    verdicts: pd.DataFrame | None,
    sources: Sources,
    catalogue: NullTranslations,
) -> Iterator[DocumentView]:
    """Given the tables of a batch, yield its documents one by one in table order."""
    forms = Rows(tables.forms, "document_id")
    blocks = {
        "funds": Rows(tables.funds, "form_id", ("position", "is_total_row", *labels.FUNDS)),
        "indicators": Rows(
            tables.indicators,
            "form_id",
            ("position", "weight_value", "score_value", *labels.INDICATORS),
        ),
        "tasks": Rows(tables.tasks, "form_id", ("position", *labels.TASKS)),
        "other": Rows(tables.other, "form_id"),
        "cells": Rows(tables.cells, "form_id", _CELL),
        "findings": Rows(findings, "form_id"),
        "verdicts": Rows(
            verdicts, "form_id", ("form_id", "rule", "subject", "verdict", "why", "records")
        ),
    }
    documents = Rows(tables.documents, "document_id")
    skipped = Rows(tables.skipped, "document_id")
    for document_id in documents:
        row = documents[document_id][0]
        assembled: list[FormPage] = []
        for form in sorted(forms[document_id], key=lambda form: form["form"]):
            own = {name: rows[form["form_id"]] for name, rows in blocks.items()}
            first = 1 + sum(len(done.findings) for done in assembled)
            assembled.append(
                _Assembly(form, own, str(document_id), sources, catalogue, first).view()
            )
        pages = int(row.get("pages") or 0)
        yield DocumentView(
            document_id=str(document_id),
            document=publishable(str(row["document"])),
            pages=pages,
            status=str(row["status"]),
            reason_code=str(row.get("reason_code") or ""),
            reason_message=publishable(str(row.get("reason_message") or "")),
            reason_hint=publishable(str(row.get("reason_hint") or "")),
            forms=tuple(assembled),
            sheets=sheets(str(document_id), pages, assembled, sources) if assembled else (),
            skipped=skipped_tables(skipped[document_id], bool(assembled), catalogue),
        )


#: The last net under personal data: the tables come masked, messages that quote them and file names go through here as well.
publishable = mask_text


class _Assembly:
    """One form being put together: its rows by block, and the cells and findings by PATH."""

    def __init__(
        self,
        form: Row,
        blocks: Mapping[str, list[dict[str, Any]]],
        document_id: str,
        sources: Sources,
        catalogue: NullTranslations,
        first: int,
    ) -> None:
        self.form, self.blocks, self.document_id, self.sources, self.catalogue = (
            form,
            blocks,
            document_id,
            sources,
            catalogue,
        )
        self.first = first  # number of the form's first finding in the document
        self.spots: dict[str, list[Spot]] = {}
        self.doubts: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        self.sure: dict[str, str] = {}
        self.engines = {
            str(c["path"]): str(c["engine"]) for c in blocks["cells"] if c.get("engine")
        }
        self.engine = next(iter(Counter(self.engines.values()).most_common(1)), ("", 0))[0]
        for cell in blocks["cells"]:
            if (spot := self._spot(cell)) is not None:
                self.spots.setdefault(cell["path"], []).append(spot)
            if (sure := cell.get("confidence")) is not None and sure < 1:
                self.sure[cell["path"]] = f"{float(sure):.0%}"
            if cell.get("doubt"):
                kept = self.doubts if cell["path"] in self.sure else self.notes
                kept.setdefault(cell["path"], publishable(str(cell["doubt"])))
        self.veils = tuple(spot for path in PERSONAL for spot in self.spots.get(path, ()))
        self.worst: dict[
            object, str
        ] = {}  # the weightiest open finding by PATH and by box: a finding about a row is drawn on one cell
        for row in blocks["findings"]:
            if row.get("status") != "waived":
                for key in filter(None, (row.get("subject"), self._spot(row))):
                    self._weigh(key, severity_name(row["severity"]))

    def _spot(self, row: Row) -> Spot | None:
        """The box of a row on the picture of its page."""
        spot = spot_of(row)
        if spot is None:
            return None
        return upright(spot, self.sources.page_images.get((self.document_id, spot.page)))

    def _spots(self, row: Row) -> tuple[Spot, ...]:
        spot = self._spot(row)
        return (spot,) if spot else ()

    def _weigh(self, key: object, severity: str) -> None:
        known = self.worst.get(key)
        if known is None or SEVERITIES.index(severity) < SEVERITIES.index(known):
            self.worst[key] = severity

    def value(self, path: str, text: object) -> Value:
        shown = None if text is None else publishable(str(text))
        doubt, spots = self.doubts.get(path), tuple(self.spots.get(path, ()))
        severity = ""
        if self.worst:
            severity = self.worst.get(path) or next(
                (self.worst[spot] for spot in spots if spot in self.worst), ""
            )
        engine = self.engines.get(path, self.engine)
        own = "" if engine == self.engine else engine
        return Value(path, shown, spots, doubt, severity, self.sure.get(path, ""), own)

    def name(self, block: str, index: int) -> str:
        """The printed name of a row, short enough to stand in a sentence."""
        row = next((row for row in self.blocks[block] if row["position"] == index), None)
        if row is None:
            return ""
        keys = NAMED_BY[block]
        text = publishable(
            "".join(str(next((row[key] for key in keys if row.get(key)), "")).split())
        )
        return text if len(text) <= 24 else f"{text[:23]}…"

    def say(self, path: str) -> str:
        return labels.say_path(path, self.name, self.catalogue)

    def spoken(self, text: object) -> str:
        """A sentence as it may be published, with places in words."""
        return labels.spoken(publishable(str(text or "")), self.say)

    def rule(self, rule_id: str) -> RuleText:
        return self.sources.rules.get(rule_id) or RuleText(rule_id, rule_id)

    def view(self) -> FormPage:
        form, gettext = self.form, self.catalogue.gettext
        total_row = next((row for row in self.blocks["funds"] if row.get("is_total_row")), {})
        verdicts = self.blocks["verdicts"]
        return FormPage(
            form_id=str(form["form_id"]),
            number=int(form["form"]),
            title=publishable(str(form.get("title") or "")),
            year=int(form["year"]) if form.get("year") is not None else None,
            project=publishable(str(form.get("project_name") or "")),
            unit=publishable(str(form.get("unit") or "")),
            authority=publishable(str(form.get("authority") or "")),
            amount_unit=str(form.get("amount_unit") or ""),
            header=self._fields(labels.HEADER),
            funds=self._table(gettext("项目资金"), "funds", labels.FUNDS, frozenset({"label"})),
            goals=self._fields(labels.GOALS),
            indicators=self._table(
                gettext("绩效指标"), "indicators", labels.INDICATORS, frozenset({"level3"})
            ),
            tasks=self._table(gettext("任务与子项目"), "tasks", labels.TASKS, frozenset({"name"})),
            conclusions=self._fields(labels.CONCLUSIONS),
            other=tuple(
                (row["caption"], Value(row["subject"], row["value"], self._spots(row)))
                for row in self.blocks["other"]
            ),
            total=self._fields(labels.TOTAL, "total/", "total_"),
            findings=self._findings(),
            doubts=tuple(self._told(path) for path in self.doubts),
            notes=tuple(self._told(path, note) for path, note in self.notes.items()),
            undecided=self._undecided(),
            open_rules=self._open_rules(),
            verdict_counts=_count_verdicts(verdicts),
            budget=in_wan(total_row.get("budget"), form.get("amount_unit")),
            executed=in_wan(total_row.get("executed"), form.get("amount_unit")),
            rate=share(
                execution_rate(
                    total_row.get("budget"), total_row.get("executed"), form.get("amount_unit")
                ),
                Decimal(1),
            ),
            score=points(form.get("total_score")),
            unexplained_loss=self._unexplained_loss(),
            versions=tuple(
                replace(one, document=publishable(one.document))
                for one in self.sources.versions.get(str(form["form_id"]), ())
            ),
            veils=self.veils,
            decided=tuple(self._told(*one) for one in decided(self.blocks["cells"], gettext)),
            engine=self.engine,
            is_reviewed=str(form["form_id"]) in self.sources.reviewed,
        )

    def _told(self, path: str, note: str = "") -> DoubtView:
        """A doubt about a value, or a note."""
        value = self.value(path, self._text_at(path))
        return DoubtView(self.say(path), replace(value, doubt=note) if note else value)

    def _text_at(self, path: str) -> str | None:
        return next(
            (cell.get("text") for cell in self.blocks["cells"] if cell["path"] == path), None
        )

    def _fields(
        self, names: Mapping[str, str], path: str = "", column: str = ""
    ) -> tuple[tuple[str, Value], ...]:
        present = {key: self.form.get(f"{column}{key}") for key in names}
        return tuple(
            (self.catalogue.gettext(names[key]), self.value(f"{path}{key}", text))
            for key, text in present.items()
            if text is not None
        )

    def _table(
        self, caption: str, block: str, names: Mapping[str, str], headers: frozenset[str]
    ) -> Any:
        rows = sorted(self.blocks[block], key=lambda row: row["position"])
        return printed.layout(caption, block, names, rows, self.value, headers, self.catalogue)

    def _findings(self) -> tuple[FindingView, ...]:
        standing = {str(row["finding_id"]) for row in self.blocks["findings"] if row.get("status") != "waived"}  # fmt: skip
        return folded([self._finding(row, standing) for row in self.blocks["findings"]], self.first)

    def _finding(self, row: Row, standing: Collection[str]) -> FindingView:
        finding_id, subject = str(row["finding_id"]), str(row.get("subject") or "form")
        spot = self._spot(row)
        image = self.sources.page_images.get((self.document_id, spot.page)) if spot else None
        place = (str(self.form["form_id"]), str(row["rule"]), str(row.get("subject") or ""))
        waiver = self.sources.waivers.get(finding_id) or self.sources.lapsed.get(place)
        return FindingView(
            number=0,
            id=finding_id,
            rule=self.rule(str(row["rule"])),
            severity=severity_name(row["severity"]),
            subject=subject,
            where=self.say(subject),
            message=self.spoken(row.get("message")),
            printed=publishable(str(row["actual"])) if row.get("actual") is not None else "",
            expected=publishable(str(row["expected"])) if row.get("expected") is not None else "",
            status=str(row.get("status") or "open"),
            spot=spot,
            crop=crop_of(spot, image, self.veils) if spot and image else None,
            waiver=waiver and replace(waiver, why=publishable(waiver.why)),
            cause=cause if (cause := str(row.get("cause") or "")) in standing else "",
        )

    def _undecided(self) -> tuple[Undecided, ...]:
        """By rule and reason, since one unreadable column leaves a rule undecided in every row; core rules first."""
        grouped: dict[tuple[str, str], list[str]] = {}
        for row in self.blocks["verdicts"]:
            if row["verdict"] == "undecidable":
                reason = str(row["rule"]), self.spoken(row.get("why"))
                grouped.setdefault(reason, []).extend(unpacked(str(row.get("subject") or "form")))
        found = [
            Undecided(
                self.rule(rule_id), why, tuple(map(self.say, paths[:NAMED_PLACES])), len(paths)
            )
            for (rule_id, why), paths in grouped.items()
        ]
        return tuple(sorted(found, key=lambda one: not one.rule.core))

    def _open_rules(self) -> tuple[OpenRule, ...]:
        """The core rules that could not be decided, in how many places of how many."""
        asked, open_places = Counter[str](), Counter[str]()
        for row in self.blocks["verdicts"]:
            rule_id, records = str(row["rule"]), int(row.get("records") or 1)
            asked[rule_id] += records
            open_places[rule_id] += records if row["verdict"] == "undecidable" else 0
        return tuple(
            OpenRule(self.rule(rule_id), count, asked[rule_id])
            for rule_id, count in open_places.items()
            if count and self.rule(rule_id).core
        )

    def _unexplained_loss(self) -> Decimal:
        """Points lost in the rows that have an open finding `deviation-unexplained`."""
        rows = {f"indicators/{row['position']}": row for row in self.blocks["indicators"]}
        lost = Decimal(0)
        for finding in self.blocks["findings"]:
            if finding["rule"] == "deviation-unexplained" and finding.get("status") != "waived":
                row = rows.get(str(finding.get("subject")), {})
                weight, score = row.get("weight_value"), row.get("score_value")
                lost += weight - score if weight is not None and score is not None else Decimal(0)
        return lost


def _count_verdicts(verdicts: Sequence[Row]) -> Counter[str]:
    """Judgements by verdict; a row without a subject stands for `records` of them."""
    counts: Counter[str] = Counter()
    for row in verdicts:
        counts[str(row["verdict"])] += int(row.get("records") or 1)
    return counts
