"""The queue of the desk on both kinds of store: which forms are in it, in which order, and what is left of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from selfeval.expectations import audit
from selfeval.flows.review.alternatives import alternatives
from selfeval.flows.review.asking import Asked, grouped, neighbours
from selfeval.flows.review.queue import Queue
from selfeval.records.store.decisions import NewDecision


@pytest.fixture
def queue(store, published):
    store.save(published, "reader")
    return Queue(store)


def test_the_queue_counts_what_is_left_and_follows_each_decision(queue, store, published):
    found = audit(published)
    assert not queue.items()[0].judged.findings, "read, not audited yet"
    store.save_audit(
        list(published.documents["document_id"]), found.findings, found.verdicts, "rules"
    )
    items = queue.items()
    assert items is queue.items(), "nothing is asked of the store again"
    stages = [item.stage for item in items]
    assert stages == sorted(stages, key=("doubts", "errors", "rest", "reviewed").index)
    assert {item.judged.form_id for item in items} == set(
        published.forms["form_id"]
    ) - store.replaced().keys()
    waived = next(item for item in items if item.left["error"])
    open_ids = {finding for finding, severity, cause in waived.judged.findings if severity == "error" and not cause}  # fmt: skip
    store.decide(NewDecision("accept", "张三", "已核对", finding_id=open_ids.pop()))
    after = {item.judged.form_id: item for item in queue.items()}
    assert after[waived.judged.form_id].left["error"] < waived.left["error"]
    key = waived.judged.document_id, waived.judged.form
    store.decide(NewDecision("reviewed", "张三", "", *key))
    assert queue.items()[-1].judged == waived.judged
    assert waived.judged.form_id not in {item.judged.form_id for item in Asked().of(queue.items())}
    store.decide(NewDecision("withdraw", "张三", "再看", *key))
    assert waived.judged.form_id in {item.judged.form_id for item in Asked().of(queue.items())}


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


def test_a_note_about_a_value_that_is_surely_read_is_nothing_to_decide(store, published):
    first = published.cells.index[
        published.cells["form_id"] == published.forms["form_id"].iloc[-1]
    ][:2]
    cells = published.cells.assign(doubt=None)
    cells.loc[first, "doubt"] = "第1页的“85”被划去，未作为表格内容读取"
    cells.loc[first, "confidence"] = [1.0, 0.5]
    store.save(replace(published, cells=cells), "reader")
    told = [path for item in Queue(store).items() for path in item.judged.doubts]
    assert told == [cells.loc[first[1], "path"]]
