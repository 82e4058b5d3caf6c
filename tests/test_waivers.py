"""Accepted explanations: bound to the values they excuse and to a day, one by one or by spreadsheet, and never at the cost of the finding."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from selfeval.flows.cli import app
from selfeval.flows.commands.waiver_sheet import parse_day, read_sheet
from selfeval.flows.ledger.ledger import Submission, submission_id
from selfeval.flows.ledger.states import State
from selfeval.flows.problems import Problem
from selfeval.flows.run.stores import close_books, ledger_of, store_of
from selfeval.flows.workspace import Workspace, create
from selfeval.records.clock import Clock
from selfeval.records.store.decisions import DecisionError, NewDecision
from selfeval.records.store.store import Store
from selfeval.records.tables.build import build
from tests.documents import form, ok
from tests.stores import audit, finding, waive

TODAY = date(2026, 11, 26)
#: Days that stand on their side of today whatever the clock and the zone of the machine say.
FUTURE, PAST = date(2099, 12, 31), date(2020, 1, 1)
#: An id that a spreadsheet would round, were it a number.
NUMBER = "12345678901234567890"


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "America/New_York"])
def test_an_acceptance_holds_to_the_end_of_its_last_day(url: str, zone: str) -> None:
    """Its last day is the auditor's: ten seconds before midnight there it holds, at midnight it is over, whatever day UTC has."""
    clock = [datetime(2026, 11, 26, 23, 59, 50, tzinfo=ZoneInfo(zone))]
    with Store(url, Clock(ZoneInfo(zone), lambda: clock[0])) as store:
        tables = build([ok("a.pdf", form())])
        store.save(tables, "1")
        audit(store, tables, [finding(tables)])
        day = store.clock.today()
        assert waive(store, "scores-sum-0", "审计员甲", "整改中", day)
        assert not waive(store, "scores-sum-0", "审计员甲", "整改中", day)
        assert (store.waivers()[0].until, store.waivers()[0].void) == ("2026-11-26", "")
        assert list(store.load().findings["status"]) == ["waived"]
        assert store.open_by_rule(tables.documents["document_id"]) == {}
        clock[0] += timedelta(seconds=10)
        assert store.waivers()[0].void == "已过期"
        assert list(store.load().findings["status"]) == ["open"]
        assert store.open_by_rule(tables.documents["document_id"]) == {"scores-sum": 1}


def test_a_last_day_in_the_week_in_which_clocks_are_put_back_has_its_25_hours() -> None:
    zone = ZoneInfo("America/New_York")
    assert Clock(zone).end_of(date(2026, 10, 31)) == "2026-11-01T04:00:00.000+00:00"
    assert Clock(zone).end_of(date(2026, 11, 1)) == "2026-11-02T05:00:00.000+00:00"


def test_the_zone_of_a_workspace_is_remembered_and_is_that_of_china_unless_told(
    tmp_path: Path,
) -> None:
    assert str(create(tmp_path / "W").clock.zone) == "Asia/Shanghai"
    create(tmp_path / "W", timezone="America/New_York")
    place = create(tmp_path / "W")
    assert str(place.clock.zone) == "America/New_York"
    assert store_of(place).clock == place.clock
    close_books()
    with pytest.raises(Problem, match="没有名为 Mars/Olympus 的时区"):
        create(tmp_path / "W", timezone="Mars/Olympus")


def test_the_database_by_its_own_clock_agrees(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    store.save(tables, "1")
    audit(store, tables, [finding(tables)])
    for until, status in ((FUTURE, "waived"), (PAST, "open"), (None, "waived")):
        waive(store, "scores-sum-0", "审计员甲", "整改中", until)
        assert store.query("SELECT status FROM findings").rows == [(status,)]


def test_after_its_day_an_acceptance_is_expired_and_the_finding_open_again(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    store.save(tables, "1")
    audit(store, tables, [finding(tables)])
    waive(store, "scores-sum-0", "审计员甲", "整改中", PAST)  # as a day later
    assert store.waivers()[0].void == "已过期"
    assert list(store.load().findings["status"]) == ["open"]
    assert store.query("SELECT status FROM findings").rows == [("open",)]
    assert waive(store, "scores-sum-0", "审计员甲", "整改中", FUTURE)  # prolonged
    assert list(store.load().findings["status"]) == ["waived"]
    assert store.counts()["decisions"] == 2


def test_an_expired_acceptance_is_told_as_changed_once_the_value_has_changed(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    store.save(tables, "1")
    audit(store, tables, [finding(tables)])
    waive(store, "scores-sum-0", "审计员甲", "整改中", PAST)
    audit(store, tables, [finding(tables, finding_id="scores-sum-other")])
    assert store.waivers()[0].void == "所依据的数值已改变"


def test_of_many_one_that_is_unknown_leaves_all_undone(store: Store) -> None:
    tables = build([ok("a.pdf", form())])
    store.save(tables, "1")
    audit(store, tables, [finding(tables)])
    new = [
        NewDecision("accept", "审计员甲", "尾差", finding_id=one)
        for one in ("scores-sum-0", "nothing")
    ]
    with pytest.raises(DecisionError, match="没有编号为 nothing 的问题"):
        store.decide_all(new)
    assert store.waivers() == []


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with four findings in two documents, as a run leaves it."""
    place = create(tmp_path / "W")
    tables = build([ok("+a.pdf", form()), ok("=b.pdf", form(unit="某站"))])
    store, ledger = store_of(place), ledger_of(place)
    store.save(tables, "1")
    odd = finding(
        tables, "weights-sum", 1, finding_id=NUMBER, message="权重合计应为 100，\n表中为 99"
    )
    audit(
        store,
        tables,
        [finding(tables), finding(tables, "weights-sum"), odd, finding(tables, number=1)],
    )
    new = ledger.register(
        [
            Submission(submission_id(n, i), n, n, f"file:///{n}", i, 1, "1")
            for n, i in zip(
                tables.documents["document"], tables.documents["document_id"], strict=True
            )
        ]
    )
    for state in (State.SCREENED, State.EXTRACTED):
        ledger.move([replace(item, state=state) for item in new])
    yield place
    close_books()


def call(*arguments: str | Path) -> int:
    return int(app([str(argument) for argument in arguments], standalone_mode=False) or 0)


def exported(place: Workspace, folder: Path) -> tuple[Path, list[dict[str, str]]]:
    """The sheet as `findings` writes it, and its rows."""
    path = folder / "findings.csv"
    assert call("findings", "-w", place.root, "--format", "csv", "--out", path) in (0, 1)
    return path, list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def save(
    path: Path, rows: list[dict[str, Any]], encoding: str = "utf-8-sig", delimiter: str = ","
) -> Path:
    """As a spreadsheet program saves it."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def statuses(place: Workspace, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    call("findings", "-w", place.root, "--format", "json")
    return [row["status"] for row in json.loads(capsys.readouterr().out)["findings"]]


@pytest.mark.parametrize(
    "encoding, delimiter", [("utf-8-sig", ","), ("gb18030", ","), ("utf-16", "\t"), ("utf-8", ";")]
)
def test_a_sheet_goes_out_is_filled_in_and_comes_back(
    place: Workspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    encoding: str,
    delimiter: str,
) -> None:
    path, rows = exported(place, tmp_path)
    assert [row["finding_id"] for row in rows] == [
        "#scores-sum-0",
        "#weights-sum-0",
        f"#{NUMBER}",
        "#scores-sum-1",
    ]
    assert {row["by"] + row["reason"] + row["until"] for row in rows} == {""}
    rows[0] |= {
        "by": "审计员甲",
        "reason": "尾差，\n已核对凭证",
        "until": f"{FUTURE.year}/{FUTURE.month}/{FUTURE.day}",
    }
    rows[2] |= {"by": "审计员乙", "reason": "'-5% 属于口径差异", "until": ""}
    assert call("waive", "--csv", save(path, rows, encoding, delimiter), "-w", place.root) == 0
    assert statuses(place, capsys) == ["waived", "open", "waived", "open"]
    found = {waiver.finding_id: waiver for waiver in store_of(place).waivers()}
    assert (found["scores-sum-0"].who, found["scores-sum-0"].why, found["scores-sum-0"].until) == (
        "审计员甲",
        "尾差，\n已核对凭证",
        FUTURE.isoformat(),
    )
    assert (found[NUMBER].why, found[NUMBER].until) == ("-5% 属于口径差异", "")


def test_a_sheet_taken_in_again_changes_nothing(place: Workspace, tmp_path: Path) -> None:
    path, rows = exported(place, tmp_path)
    for row in rows:
        row |= {"by": "审计员甲", "reason": "=合计口径不同", "until": FUTURE.isoformat()}
    call("waive", "--csv", save(path, rows), "-w", place.root)
    assert store_of(place).counts()["decisions"] == 4
    path, rows = exported(place, tmp_path)
    assert {(row["status"], row["by"], row["reason"], row["until"]) for row in rows} == {
        ("waived", "审计员甲", "'=合计口径不同", FUTURE.isoformat())
    }
    call("waive", "--csv", path, "-w", place.root)
    assert store_of(place).counts()["decisions"] == 4
    assert {waiver.why for waiver in store_of(place).waivers()} == {"=合计口径不同"}


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "no name": ({"reason": "尾差"}, "都要填"),
    "no reason": ({"by": "审计员甲", "reason": " "}, "都要填"),
    "only a day": ({"until": FUTURE.isoformat()}, "都要填"),
    "a day that is none": ({"by": "审计员甲", "reason": "尾差", "until": "2026-13-45"}, "不是日期"),
    "a word for a day": ({"by": "审计员甲", "reason": "尾差", "until": "年底"}, "不是日期"),
    "a day that is past": (
        {"by": "审计员甲", "reason": "尾差", "until": PAST.isoformat()},
        "已过",
    ),
    "an id that is unknown": (
        {"finding_id": "#1.23457E+19", "by": "审计员甲", "reason": "尾差"},
        "没有编号为",
    ),
    "an id that was deleted": (
        {"finding_id": "", "by": "审计员甲", "reason": "尾差"},
        "没有编号为",
    ),
    "the same finding otherwise": (
        {"finding_id": "#scores-sum-0", "by": "审计员乙", "reason": "尾差"},
        "与第 2 行是同一问题",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_one_wrong_row_is_told_by_its_number_and_nothing_is_taken(
    place: Workspace, tmp_path: Path, case: str
) -> None:
    path, rows = exported(place, tmp_path)
    change, why = WRONG[case]
    rows[0] |= {
        "by": "审计员甲",
        "reason": "第一行\n分两行写",
    }  # rows are counted as the spreadsheet counts them
    rows[3] |= change
    with pytest.raises(Problem) as caught:
        call("waive", "--csv", save(path, rows), "-w", place.root)
    assert caught.value.code == "sheet-rows"
    assert caught.value.message.startswith("第 5 行：") and why in caught.value.message
    assert store_of(place).waivers() == []


def test_all_wrong_rows_are_told_up_to_a_limit(place: Workspace, tmp_path: Path) -> None:
    path, rows = exported(place, tmp_path)
    with pytest.raises(Problem, match="另有 30 行") as caught:
        call("waive", "--csv", save(path, [rows[0] | {"by": "审计员甲"}] * 50), "-w", place.root)
    assert "第 21 行" in caught.value.message and "第 22 行" not in caught.value.message


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "sheet-columns"),
        ("文件,表\r\na.pdf,1\r\n".encode("gb18030"), "sheet-columns"),
        (b"PK\x03\x04\xff\xff\x81\x00", "sheet-unreadable"),
        (None, "sheet-unreadable"),
    ],
)
def test_what_is_no_sheet_is_told_so(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "sheet.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Problem) as caught:
        read_sheet(path, set(), TODAY)
    assert caught.value.code == code and caught.value.hint


@pytest.mark.parametrize(
    "text, day",
    [
        ("2099-12-31", (2099, 12, 31)),
        ("2099/1/5", (2099, 1, 5)),
        ("2099年1月5日", (2099, 1, 5)),
        ("2099/1/5 0:00", (2099, 1, 5)),
        (" ", None),
    ],
)
def test_days_as_people_and_spreadsheets_write_them(
    text: str, day: tuple[int, int, int] | None
) -> None:
    assert parse_day(text, TODAY) == (date(*day) if day else None)


@pytest.mark.parametrize(
    "arguments, code",
    [
        (("scores-sum-0", "--reason", "尾差"), "name-needed"),
        (("scores-sum-0", "--by", "审计员甲"), "reason-needed"),
        (
            (
                "scores-sum-0",
                "--by",
                "审计员甲",
                "--reason",
                "尾差",
                "--until",
                PAST.isoformat(),
            ),
            "until-wrong",
        ),
        (("nothing", "--by", "审计员甲", "--reason", "尾差"), "unknown-finding"),
        (("--by", "审计员甲", "--reason", "尾差"), "finding-needed"),
        (("scores-sum-0", "--csv", "x.csv"), "one-or-many"),
    ],
)
def test_an_acceptance_without_what_it_needs_is_refused(
    place: Workspace, arguments: tuple[str, ...], code: str
) -> None:
    with pytest.raises(Problem) as caught:
        call("waive", *arguments, "-w", place.root)
    assert caught.value.code == code
    assert store_of(place).waivers() == []


def test_one_acceptance_is_entered_listed_and_withdrawn(
    place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    call(
        "waive",
        f"#{NUMBER}",
        "--by",
        "审计员甲",
        "--reason",
        "尾差",
        "--until",
        FUTURE.isoformat(),
        "-w",
        place.root,
    )
    assert statuses(place, capsys) == ["open", "open", "waived", "open"]
    call("waive", "-w", place.root)
    shown = capsys.readouterr().out
    assert NUMBER in shown and "审计员甲" in shown and f"至 {FUTURE}" in shown
    call("waive", NUMBER, "--by", "审计员甲", "--reason", "误填", "--withdraw", "-w", place.root)
    assert statuses(place, capsys) == ["open"] * 4


def test_the_report_is_made_again_when_an_acceptance_expires(place: Workspace) -> None:
    from selfeval.flows.run.publishing import _key

    books = store_of(place)
    waive(books, "scores-sum-0", "审计员甲", "整改中", FUTURE)
    holds = _key(set(), set(), "", books)
    waive(books, "scores-sum-0", "审计员甲", "整改中", PAST)
    assert _key(set(), set(), "", books) != holds
