"""The queue of the desk on both kinds of store: which forms are in it, in which order, and what is left of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfeval.extractors.model import Doubt
from selfeval.extractors.read import read_document
from selfeval.flows.review.alternatives import alternatives
from selfeval.flows.review.asking import Asked, grouped, neighbours
from selfeval.flows.review.form_page import form_desk
from selfeval.flows.review.queue import Queue
from selfeval.records.store.decisions import NewDecision
from selfeval.records.tables.build import build
from tests.documents import GOLDEN, golden
from tests.flow_runs import SAMPLES
from tests.report_data import batch

pytestmark = pytest.mark.xdist_group("desk-queue")


@pytest.fixture(scope="module")
def given():
    """Three published forms: the first with an error and what follows from it, the second in order, the third with values in doubt."""
    wanted = ("jishan-poverty-2020", "langfang-hvac-2019", "yongde-nutrition-2022")
    in_doubt = [Doubt(path, "文字识别把握不足", 0.5) for path in ("funds/0/budget", "total/score")]
    documents = [golden(path) for path in GOLDEN if path.stem in wanted]
    documents = [
        replace(one, forms=(replace(one.forms[0], doubts=tuple(doubts), confidences={}),))
        for one, doubts in zip(documents, ([], [], in_doubt), strict=True)
    ]
    made = batch(documents, [(0, "scores-sum", "total/score", {})], undecided=True)
    cause = made.findings["finding_id"][0]
    return batch(
        documents,
        [
            (0, "scores-sum", "total/score", {}),
            (0, "deviation-unexplained", "indicators/0/explanation", {"cause": cause}),
        ],
        undecided=True,
    )


@pytest.fixture
def queue(store, given):
    store.save(given.tables, "reader")
    return Queue(store)


def audited(store, given) -> None:
    ids = list(given.tables.documents["document_id"])
    store.save_audit(ids, given.findings, given.verdicts, "rules")


def test_the_queue_counts_what_is_left_and_follows_each_decision(queue, store, given):
    assert not any(item.judged.findings for item in queue.items()), "read, not audited yet"
    audited(store, given)
    items = queue.items()
    assert items is queue.items(), "nothing is asked of the store again"
    assert [item.stage for item in items] == ["doubts", "errors", "rest"]
    doubted, wrong, _ = items
    assert (doubted.doubts, doubted.open, doubted.judged.undecided) == (2, 2, 1)
    assert wrong.left == {"error": 1, "warning": 0, "information": 0}, "its cause alone"

    form = doubted.judged.document_id, doubted.judged.form
    store.decide(NewDecision("confirm", "张三", "", *form, "total/score"))
    assert queue.items()[0].doubts == 1
    store.decide(NewDecision("unreadable", "张三", "", *form, "funds/0/budget"))
    assert [item.stage for item in queue.items()] == ["errors", "rest", "rest"]

    finding = given.findings["finding_id"][0]
    store.decide(NewDecision("question", "张三", "再问单位", finding_id=finding))
    assert [item.open for item in queue.items()] == [0, 0, 0]
    store.decide(NewDecision("accept", "张三", "已核对", finding_id=finding))
    assert sum(item.left["warning"] for item in queue.items()) == 1, (
        "what followed stands for itself"
    )

    form = wrong.judged.document_id, wrong.judged.form
    store.decide(NewDecision("reviewed", "张三", "", *form))
    assert queue.items()[-1].judged == wrong.judged
    assert wrong.judged.form_id not in {item.judged.form_id for item in Asked().of(queue.items())}
    store.decide(NewDecision("withdraw", "张三", "再看", *form))
    assert wrong.judged.form_id in {item.judged.form_id for item in Asked().of(queue.items())}


def test_words_are_found_in_any_width_and_a_stage_is_grouped_by_unit(queue):
    items = queue.items()
    one = items[0].judged
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in one.document)
    assert one.form_id in {item.judged.form_id for item in Asked(words=wide).of(items)}
    assert Asked(words="没有这样的项目").of(items) == []
    assert sum(len(group.items) for _, groups in grouped(items) for group in groups) == len(items)
    assert {key: n for key, _, n in Asked().facets(items)}["all"] == len(items)


def test_a_form_that_left_the_list_goes_on_with_its_first(queue):
    items = queue.items()
    ids = [item.judged.form_id for item in items]
    before, after, at = neighbours(items, ids[1])
    assert (before, after, at) == (items[0], items[2], 2)
    assert neighbours(items[1:], ids[0]) == (None, items[1], 0)
    assert neighbours(items[:1], ids[0]) == (None, None, 1)
    assert neighbours([], "x") == (None, None, 0)


@pytest.mark.parametrize(
    ("why", "text", "others"),
    [
        ("两种读法不同：“85”与“95”（camelot）", "85", ("95",)),
        ("此处没有读到值，camelot 读作“95.00”", "", ("95.00",)),
        ("camelot 没有读到此值“95”", "95", ()),
        ("格内另有图形或笔迹，识别为“10 15”", "10", ("10 15",)),
        ("第2页上改为“92”，原印“85”", "92", ("85",)),
        ("第2页的“85”被划去，未作为表格内容读取", "92", ("85",)),
        ("栏目“年度指标值/解释”不在模板中，按含义读作“年度指标值”，请核对", "92", ()),
        ("第1页“合计”一行不在模板中，可能是总分行，未作判断", "", ()),
        ("“100.6”与“6”分在两行，按一个数读取", "100.66", ()),
        ("文字识别把握不足", "1O", ()),
    ],
)  # fmt: skip
def test_what_else_a_value_may_be_is_taken_from_what_its_doubt_quotes(why, text, others):
    assert alternatives(why, text) == others


def test_a_note_about_a_value_that_is_surely_read_is_nothing_to_decide(store, given):
    cells = given.tables.cells
    doubted = cells.index[cells["doubt"].notna()]
    sure = cells.assign(confidence=cells["confidence"].where(cells.index != doubted[0], 1.0))
    store.save(replace(given.tables, cells=sure), "reader")
    told = [path for item in Queue(store).items() for path in item.judged.doubts]
    assert told == [cells.loc[doubted[1], "path"]]


def test_a_merged_cell_is_one_card_and_one_decision(store):
    """One cell that stands in three rows asked for three decisions, and two cards stayed after the first."""
    name = "tianchang-water-2022.pdf"
    store.save(build([read_document((SAMPLES / name).read_bytes(), name)]), "reader")
    queue = Queue(store)
    (item,) = queue.items()
    (card,) = form_desk(store, item, lambda tables: {}).doubts
    assert item.doubts == 3 and card.where.endswith("等 3 处")
    form = item.judged.document_id, item.judged.form
    store.decide(NewDecision("unreadable", "张三", "", *form, card.value.path))
    (item,) = queue.items()
    page = form_desk(store, item, lambda tables: {})
    assert (item.doubts, page.doubts, page.left) == (0, (), 0)
    assert [(one.caption, one.stands) for one in page.made] == [("无法辨认", True)]
