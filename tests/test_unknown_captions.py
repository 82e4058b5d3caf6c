"""A caption never seen before costs a mapping, never a value and never an accusation.

Each caption of each form is changed, one at a time, to words that no map knows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from selfeval.core.fields import HEADER, ROWS
from selfeval.expectations import catalogue
from selfeval.expectations.auditing import audit
from selfeval.extractors import pagewise, read
from selfeval.extractors.engines.registry import DEFAULT
from selfeval.extractors.forms.captions import field_of
from selfeval.extractors.grids.cells import SolvedPage
from selfeval.extractors.model import Document, Form
from selfeval.extractors.naming import Naming
from selfeval.extractors.pages import shown
from selfeval.records.tables.build import build
from tests import ruled

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "data" / "samples"
FILES = (
    *(SAMPLES / f"{name}.pdf" for name in (
        "beijing-hotline-2020-excel", "chizhou-tangxi-2022", "hubei-commerce-2020", "jishan-poverty-2020",
        "langfang-hvac-2019", "tianchang-water-2022", "yongde-nutrition-2022", "yuanzhou-potato-2022",
    )),
    *(HERE / "troubles" / f"layout-{name}.pdf" for name in ("chongqing", "hunan", "sichuan", "yinchuan")),
)  # fmt: skip

#: words for each field that a person may put over a column or before a value, none of them in a map
WORDS = {
    ("header", "project_name"): ("支出事项名称", "经费名称", "立项名称", "资金安排事项", "工作名称", "预算事项", "支持事项全称"),
    ("header", "authority"): ("主管机关", "归口管理单位", "业务指导部门", "上级单位", "分管部门", "主管委办局", "主管业务处室"),
    ("header", "unit"): ("具体承办单位", "项目执行机构", "经办单位", "落实单位", "实施主体", "用款部门", "执行主体单位", "责任落实方"),
    ("header", "leader"): ("项目牵头人", "经办负责", "责任人姓名", "主管人员"),
    ("header", "phone"): ("联络电话", "手机电话", "联系号码", "通话号码"),
    ("header", "year"): ("绩效自评所属年", "数据年度", "自评所在年份"),
    ("header", "total"): ("自评评定分", "综合评定分数", "绩效总评得分", "评定总分"),
    ("header", "goal_expected"): ("拟实现的目标", "全年奋斗目标", "拟达成目标"),
    ("header", "goal_actual"): ("目标兑现情况", "任务落实结果", "目标达到程度"),
    ("goals", "goal_expected"): ("拟实现目标", "原定目标内容", "年初承诺", "目标任务书", "原订任务", "计划干成什么"),
    ("goals", "goal_actual"): ("年末兑现情况", "实际取得成效", "目标兑现程度", "实际做到的", "工作实绩", "目标做成几何"),
    ("funds", "initial"): ("年初盘子", "年初核拨", "期初安排", "年初财政安排", "年初切块", "年初定额"),
    ("funds", "budget"): ("全年控制额度", "可用指标", "年度总盘子", "全年可支配资金", "全年总指标", "调增调减后指标"),
    ("funds", "executed"): ("全年已花", "实际列支", "累计开支", "全年用款", "已用金额", "真正花掉"),
    ("funds", "weight"): ("本项分数", "应得", "本栏满分", "占分", "设定分"),
    ("funds", "rate"): ("花钱进度", "B÷A", "用款比例", "执行程度", "完成比", "支付快慢"),
    ("funds", "score"): ("自我打分", "自我认定分", "评定分", "自查得分数", "所获分", "自己打的分"),
    ("indicators", "level1"): ("第一层指标", "指标层一", "大项", "顶层指标", "首级", "一层"),
    ("indicators", "level2"): ("第二层指标", "指标层二", "中项", "子类指标", "次级", "二层"),
    ("indicators", "level3"): ("第三层指标", "指标层三", "小项", "细化指标", "末级内容", "三层", "细目名称"),
    ("indicators", "target"): ("年初承诺值", "应达标准", "拟完成数", "设定水平", "任务指标数", "应做到", "答应做到的数", "年内计划数量"),
    ("indicators", "target_part"): ("关系", "计量口径", "量纲", "比较关系", "计数单位"),
    ("indicators", "actual"): ("年末兑现值", "实际达到", "年底实绩", "已完成数", "实际做到", "做到多少", "最后做成的数", "年底达到水平"),
    ("indicators", "weight"): ("占分", "应得满分", "本项满分", "分数比例", "设定分", "此项分", "总共可得", "分数上限"),
    ("indicators", "score"): ("自我打分", "自查得分数", "评定分", "所获分", "自我认定分", "本项实得", "自己评的分", "核给分数"),
    ("indicators", "explanation"): ("未做到的缘由", "差距成因", "情形说明与对策", "为何没完成", "出入说明", "未满额缘由", "少得分的由来", "差异解释"),
    ("total", "total"): ("累 计", "全部得分", "加总", "各项相加", "汇总分", "总共", "合起来", "全部加起来"),
}  # fmt: skip
#: a form with all of its captions beside their values but those of funds and indicators, which few of the files have
BESIDE: ruled.Page = [
    "项目支出绩效自评表",
    [
        ["项目名称", ("河道整治", 2), "自评年度", ("2023", 2)],
        ["主管部门", ("某水务局", 2), "实施单位", ("某河道所", 2)],
        ["项目负责人", "某甲", "联系电话", "0550-1234567", "自评总分", "99"],
        ["年度总体目标", ("整治河道十公里，水质达标。", 5)],
        ["年度总体目标完成情况", ("已整治河道十公里，水质达标。", 5)],
        ["资金来源", "年初预算数", "全年预算数（万元）", "全年执行数", "执行率", "得分"],
        ["年度资金总额", "100", "100", "90", "90%", "9"],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "得分"],
        ["产出指标", "数量指标", "整治长度", "≥10公里", "10公里", "50"],
        ["效益指标", "社会效益", "受益人口", "≥5000人", "5200人", "40"],
    ],
]


@dataclass(frozen=True, slots=True)
class Change:
    """One caption of one form, in other words."""

    file: str
    zone: str
    field: str
    caption: str
    words: str
    form: Form | None


def test_the_words_are_many_and_no_map_knows_them() -> None:
    assert sum(map(len, WORDS.values())) >= 150
    for (zone, _), words in WORDS.items():
        assert not [word for word in words if field_of(zone, word) is not None]


def solved(path: Path) -> list[SolvedPage]:
    document = shown.open_document(path.read_bytes())
    naming = Naming(recognise=True)
    try:
        return [
            pagewise.solved_page(shown.open_page(document, index), index + 1, DEFAULT, naming)
            for index in range(len(document))
        ]
    finally:
        document.close()


def with_words(pages: Sequence[SolvedPage], caption: str, words: str) -> list[SolvedPage]:
    return [
        replace(
            page,
            grids=tuple(
                replace(
                    grid,
                    cells=tuple(
                        replace(cell, text=words) if cell.text == caption else cell
                        for cell in grid.cells
                    ),
                )
                for grid in page.grids
            ),
        )
        for page in pages
    ]


def zone_of(caption: str, row: Sequence[str]) -> tuple[str, str] | None:
    """The zone and field that a cell's text is a caption of, as the other cells of its row say."""
    for zone in ("indicators", "funds", "goals"):
        named = [text for text in row if field_of(zone, text) not in (None, "-")]
        if len(named) >= 2 and caption in named:
            if zone != "indicators" or len(named) >= 4:
                return zone, str(field_of(zone, caption))
    beside = any(field_of("header", text) not in (None, "-") for text in row if text != caption)
    for zone in ("header", "total") if beside else ("total", "header"):
        if field_of(zone, caption) not in (None, "-"):
            return zone, str(field_of(zone, caption))
    return None


def captions_of(pages: Sequence[SolvedPage]) -> Iterator[tuple[str, str, str]]:
    seen = set()
    for page in pages:
        for grid in page.grids:
            rows: dict[int, list[str]] = {}
            for cell in grid.cells:
                rows.setdefault(cell.row, []).append(cell.text)
            for row in rows.values():
                for text in row:
                    found = zone_of(text, row) if text else None
                    if found and (text, *found) not in seen:
                        seen.add((text, *found))
                        yield text, *found


@pytest.fixture(scope="module")
def changes() -> list[tuple[Form, Change]]:
    found = []
    turn: Counter[tuple[str, str]] = Counter()
    sources = [*((path.stem, solved(path)) for path in FILES), ("beside", ruled.solved([BESIDE]))]
    for name, pages in sources:
        (before,), _ = read._forms(pages)
        printed = {text for _, text in values(before)} | {before.total.label}
        for caption, zone, field in captions_of(pages):
            words = WORDS.get((zone, field))
            if words is None or (caption in printed and field != "total"):
                continue
            if zone == "header" and re.search(r"\d", caption):  # with its value in one cell
                continue
            if zone == "total" and caption != before.total.label:
                continue
            bracket = re.search(r"[（(][^（()）]*[)）]$", caption)
            every = name == "beside" and zone == "header"
            for word in words if every else [words[turn[zone, field] % len(words)]]:
                turn[zone, field] += 1
                chosen = word + (bracket.group() if bracket else "")
                after, _ = read._forms(with_words(pages, caption, chosen))
                form = after[0] if len(after) == 1 else None
                found.append((before, Change(name, zone, field, caption, chosen, form)))
    return found


def values(form: Form) -> Iterator[tuple[str, str]]:
    for field in HEADER:
        text = getattr(form, field.name)
        if text is not None and field.name != "title":
            yield field.name, str(text)
    for block, of in ROWS.items():
        for index, row in enumerate(getattr(form, block)):
            for field in of:
                if (text := getattr(row, field.name)) is not None:
                    yield f"{block}/{index}/{field.name}", text
    for name in ("weight", "score"):
        if (text := getattr(form.total, name)) is not None:
            yield f"total/{name}", text


def said(form: Form, path: str) -> bool:
    return any(
        fnmatchcase(path, doubt.path) or path.startswith(doubt.path + "/") for doubt in form.doubts
    )


def unsaid(before: Form, form: Form) -> list[str]:
    theirs, ours = dict(values(before)), dict(values(form))
    return [
        path
        for path in theirs | ours
        if theirs.get(path) != ours.get(path)
        and (theirs.get(path) or ours.get(path))
        and not said(form, path)
    ]


def test_no_value_is_lost_or_wrong_without_its_doubt_at_the_field(
    changes: list[tuple[Form, Change]],
) -> None:
    assert len(changes) > 150
    asked = {(c.zone, c.field, re.sub(r"[（(][^（()）]*[)）]$", "", c.words)) for _, c in changes}
    assert not [
        (*of, word) for of, words in WORDS.items() for word in words if (*of, word) not in asked
    ]
    lost = [change for _, change in changes if change.form is None]
    assert not [(c.file, c.caption, c.words) for c in lost]
    silent = {
        (c.file, c.zone, c.caption, c.words): paths[:4]
        for before, c in changes
        if c.form is not None and (paths := unsaid(before, c.form))
    }
    assert not silent


def test_at_least_half_of_the_captions_are_read(changes: list[tuple[Form, Change]]) -> None:
    whole = [c for before, c in changes if c.form and dict(values(before)) == dict(values(c.form))]
    assert 2 * len(whole) >= len(changes)


def test_no_finding_appears_that_the_unchanged_form_does_not_have(
    changes: list[tuple[Form, Change]],
) -> None:
    forms: dict[str, Form] = {}
    for before, change in changes:
        forms[change.file] = before
    names = [*forms, *(f"{c.file}|{number}" for number, (_, c) in enumerate(changes))]
    read_forms = [*forms.values(), *(c.form for _, c in changes)]
    documents = [
        Document(name, f"{number:08x}".ljust(64, "0"), 1, "ok", None, (_alone(form, number),))
        for number, (name, form) in enumerate(zip(names, read_forms, strict=True))
        if form is not None
    ]
    findings = audit(build(documents)).findings
    across = {
        entry.id for entry in catalogue.load().entries.values() if entry.family == "portfolio"
    }
    found: dict[str, set[tuple[str, str]]] = {}
    for row in findings.itertuples():
        if row.rule not in across:
            found.setdefault(row.document, set()).add((row.rule, row.subject))
    new = {
        (c.caption, c.words, c.file): extra
        for number, (_, c) in enumerate(changes)
        if (extra := found.get(f"{c.file}|{number}", set()) - found.get(c.file, set()))
    }
    assert not new


def _alone(form: Form, number: int) -> Form:
    """The form under a project and a unit of its own, so that no rule sees two filings of one project."""
    return replace(
        form,
        project_name=form.project_name and f"{form.project_name}{number:04d}",
        unit=form.unit and f"{form.unit}{number:04d}",
    )
