"""A volume of final accounts with forms in its middle: the forms, each whole, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from selfeval.extractors.model import Document
from selfeval.extractors.read import read_document
from tests import ruled
from tests.random_layouts import Drawn, Layout, silent_of
from tests.test_kinds import ACCOUNTS, LISTED, MONITORED, PROJECTS, TARGETS

PAGES, FORMS = 150, 20
PROSE: ruled.Page = [
    "二〇二三年度部门决算",
    "一、部门概况",
    "本部门贯彻落实上级决策部署，负责辖区内水利工程的建设和管理，绩效自评情况见附表。",
    "二、决算情况说明",
    "本年收入比上年增加，主要原因是河道整治项目增加。",
]
OTHERS: tuple[tuple[str, ruled.Page], ...] = (
    ("", PROSE),
    ("final-accounts", ["收入决算表", ACCOUNTS]),
    ("", ["名词解释", "财政拨款收入：指单位从同级财政部门取得的财政预算资金。"]),
    ("target-application", ["项目支出绩效目标申报表", TARGETS]),
    ("final-accounts", ["支出决算表", ACCOUNTS, "注：本表反映部门本年度各项支出情况。"]),
    ("monitoring", ["项目支出绩效运行监控表", MONITORED]),
    ("summary-list", ["项目支出绩效自评结果汇总表", LISTED]),
    ("project-list", ["项目清单", PROJECTS]),
)


def volume() -> Iterator[tuple[str, ruled.Page, Drawn | None]]:
    """Pages with the kind of their table, and the form that ends on a page."""
    drawn = [Layout(seed).draw() for seed in range(700, 700 + FORMS)]
    forms = [(form, page) for form in drawn for page in form.pages]
    rest = PAGES - len(forms)
    for at in range(rest // 2):
        yield (*OTHERS[at % len(OTHERS)], None)
    for form, page in forms:
        yield "", page, form if page is form.pages[-1] else None
    for at in range(rest - rest // 2):
        yield (*OTHERS[at % len(OTHERS)], None)


@pytest.fixture(scope="module")
def read() -> Document:
    return read_document(ruled.pdf([page for _, page, _ in volume()]), "volume.pdf")


def test_its_forms_are_read_and_nothing_else_is_taken_for_one(read: Document) -> None:
    wanted = [form for _, _, form in volume() if form is not None]
    assert (read.pages, len(read.forms)) == (PAGES, FORMS)
    wrong = {
        drawn.seed: what
        for drawn, form in zip(wanted, read.forms, strict=True)
        if (what := silent_of(drawn, form))
    }
    assert wrong == {}


def test_its_other_tables_are_listed_with_their_kind(read: Document) -> None:
    wanted = Counter(kind for kind, _, _ in volume() if kind)
    assert Counter(table.kind for table in read.skipped) == wanted
