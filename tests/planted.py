"""Errors planted in clean forms: what is written over what, which rule has to say so, and of which subject.

A plant takes a form and gives the changes (as in `audit_forms.changed`) and the subject, or None where the form has nothing to spoil."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from audit_forms import CLEAN, changed
from documents import form_of_truth

from selfeval.core.numbers import is_blank, parse_number
from selfeval.core.quantities import parse_quantity
from selfeval.extractors.model import Form, Fund, Indicator, Total

Changes = dict[str, Any]
Plant = Callable[[Form], Any]

ROAD = Form(
    title="2023年度项目支出绩效自评表", year=2023, project_name="乡村道路养护", authority="某市交通运输局", unit="某市公路中心", amount_unit="元",
    funds=(Fund("年度资金总额", "2000000.00", "2000000.00", "1980000.00", "10", "99.00%", "9.90"),
           Fund("其中：本年财政拨款", "2000000.00", "2000000.00", "1980000.00", "—", "", "—"), Fund("其他资金", "", "", "", "—", "", "—")),
    goal_expected="养护乡村道路120公里，路况优良率达到90%以上。", goal_actual="养护乡村道路120公里，路况优良率92%，群众反映良好。",
    indicators=(
        Indicator("产出指标(50分)", "数量指标", "道路养护里程", "≥120公里", "120公里", "15", "15", ""),
        Indicator("产出指标(50分)", "质量指标", "路况优良率", "≥90%", "92%", "15", "15", ""),
        Indicator("产出指标(50分)", "时效指标", "养护及时率", "≥95%", "93%", "10", "9.8", "汛期道路水毁，3处养护推迟到9月。"),
        Indicator("产出指标(50分)", "成本指标", "每公里养护成本", "≤1.7万元", "1.65万元", "10", "10", ""),
        Indicator("效益指标(30分)", "社会效益指标", "群众出行条件", "明显改善", "明显改善", "15", "15", ""),
        Indicator("效益指标(30分)", "可持续影响指标", "道路完好程度", "持续提升", "持续提升", "15", "15", ""),
        Indicator("满意度指标(10分)", "服务对象满意度指标", "沿线群众满意度", "≥90%", "93%", "10", "10", ""),
    ),
    total=Total("总分", "100", "99.70", ""), profile="national",
)  # fmt: skip


def golden(name: str, changes: Changes) -> Form:
    """A published form of tests/golden, mended by `changes` where it was not clean."""
    truth = json.loads((Path(__file__).parent / "golden" / f"{name}.json").read_text("utf-8"))
    form = replace(form_of_truth(truth["forms"][0]), evidence={}, profile="national")
    return changed(form, changes)


def bases() -> dict[str, Form]:
    """Clean forms of unlike kinds: 万元 and 元, signs and bare numbers, captions with points, template rows left in."""
    return {
        "water": CLEAN,
        "road": ROAD,
        "hotline": golden("beijing-hotline-2020-excel", {"indicators/20/actual": "92%", "indicators/20/score": "10.00", "indicators/20/explanation": "", "total/score": "93.40",
                                                          "goal_actual": "年度维保和租赁均按合同完成，年中按程序调减预算。"}),
        "canteen": golden("langfang-hvac-2019", {"authority": "某县教育局", "goal_expected": "完成办公宿舍楼、食堂暖通改造。", "goal_actual": "食堂及宿舍暖通均已改造并投入使用，质保尾款未到支付期。",
                                                 "indicators/0/level3": "改造楼栋数量", "indicators/0/target": "4", "indicators/0/actual": "4", "indicators/0/score": "10",
                                                 "indicators/0/explanation": "", "total/weight": "100", "total/score": "99"}),
        "flood": golden("tianchang-water-2022", {"authority": "某市水利局", "funds/0/rate": "100%"}),
        "meals": golden("yongde-nutrition-2022", {"goal_actual": "全校735名学生全部享受营养餐，体质合格率提高。", "indicators/2/explanation": "上级资金于3月下达，比计划推迟。", "indicators/2/actual": "92%",
                                                  "indicators/5/explanation": "部分新生家长尚未参加宣讲会。"}),
    }  # fmt: skip


def rows(form: Form, test: Callable[[Indicator], Any]) -> list[int]:
    """The rows of the form that pass `test` and are not empty."""
    filled = ((n, row) for n, row in enumerate(form.indicators) if not is_blank(row.weight))
    return [n for n, row in filled if test(row)]


def at(field: str, value: str, test: Callable[[Indicator], Any] = bool, where: int = 0) -> Plant:
    """Writes `value` into `field` of the first row (or the one `where` says) that passes `test`."""

    def plant(form: Form) -> Any:
        found = rows(form, test)
        if not found:
            return None
        subject = f"indicators/{found[where]}"
        return {f"{subject}/{field}": value}, subject

    return plant


def row(test: Callable[[Indicator], Any], **cells: str) -> Plant:
    """Writes several cells of the first row that passes `test`."""

    def plant(form: Form) -> Any:
        found = rows(form, test)
        if not found:
            return None
        subject = f"indicators/{found[0]}"
        return {f"{subject}/{name}": value for name, value in cells.items()}, subject

    return plant


def head(subject: str, **cells: Any) -> Plant:
    """Writes cells of the form's head; "total__score" is total/score."""
    return lambda form: ({name.replace("__", "/"): value for name, value in cells.items()}, subject)


def fund(subject: str, **cells: str) -> Plant:
    """Writes cells of the total row of funds."""
    return lambda form: ({f"funds/0/{name}": value for name, value in cells.items()}, subject)


def every(field: str, value: Callable[[Indicator], str | None], subject: str) -> Plant:
    """Writes `field` of every filled row."""

    def plant(form: Form) -> Any:
        changes = {f"indicators/{n}/{field}": value(form.indicators[n]) for n in rows(form, bool)}
        return {path: text for path, text in changes.items() if text is not None}, subject

    return plant


def full(one: Indicator) -> bool:
    return (parse_number(one.score) is not None and one.score == one.weight) or (
        parse_number(one.score) is not None
        and parse_number(one.weight) is not None
        and parse_number(one.score).value == parse_number(one.weight).value  # type: ignore[union-attr]
    )


def floor(one: Indicator) -> bool:
    """A full row whose target is a number and no ceiling."""
    target = parse_quantity(one.target)
    counted = any(word in (one.level2 or "") for word in ("数量", "质量", "满意"))
    return full(one) and target is not None and target.value > 0 and target.comparator in ("≥", "=", "") and counted  # fmt: skip


def level2(*words: str) -> Callable[[Indicator], bool]:
    return lambda one: any(word in (one.level2 or "") for word in words)


def times(factor: str, field: str = "executed") -> Plant:
    """Multiplies an amount of the total row."""

    def plant(form: Form) -> Any:
        number = parse_number(getattr(form.funds[0], field))
        if number is None or not number.value:
            return None
        value = number.value * parse_number(factor).value  # type: ignore[union-attr]
        return {f"funds/0/{field}": f"{value:.2f}"}, "funds/0"

    return plant


def missed(form: Form) -> Any:
    found = rows(form, floor)
    if not found:
        return None
    target = parse_quantity(form.indicators[found[0]].target)
    half = f"{target.value / 2:f}".rstrip("0").rstrip(".")  # type: ignore[union-attr]
    return {f"indicators/{found[0]}/actual": half + target.unit}, f"indicators/{found[0]}"  # type: ignore[union-attr]


def lost(form: Form) -> Any:
    """One point off, total corrected, no explanation."""
    found = rows(form, full)
    number = parse_number(form.indicators[found[-1]].score)
    subject = f"indicators/{found[-1]}"
    return {f"{subject}/score": f"{number.value - 1:f}", f"{subject}/explanation": ""}, subject  # type: ignore[union-attr]


def empty_row(form: Form) -> Any:
    left = Indicator("产出指标", "数量指标", "指标3：", "", "", "", "", "")
    return {"indicators": (*form.indicators, left)}, "indicators"


def twice(form: Form) -> Any:
    """The second row of the first second level gets the name of the first."""
    found = rows(form, bool)
    a, b = form.indicators[found[0]], found[1]
    cells = {"level1": a.level1, "level2": a.level2, "level3": a.level3}
    return {f"indicators/{b}/{name}": text for name, text in cells.items()}, f"indicators/{b}"


def same_explanation(form: Form) -> Any:
    text = "因工作安排调整导致进度推迟"
    found = rows(form, bool)[:2]
    return {f"indicators/{n}/explanation": text for n in found}, f"indicators/{found[0]}"


def clone_component(form: Form) -> Any:
    number = parse_number(form.funds[1].executed)
    if number is None:
        return None
    return {"funds/1/executed": f"{number.value * 2:f}"}, "funds/executed"


def component_rate(form: Form) -> Any:
    filled = parse_number(form.funds[1].budget) and parse_number(form.funds[1].executed)
    return ({"funds/1/rate": "12.34%"}, "funds/rate") if filled else None


LONG = "全年道路养护等各项工作按照年初计划有序推进并取得预期成效"


def ordinary(one: Indicator) -> bool:
    return full(one) and not any(word in f"{one.level2}{one.level3}" for word in ("成本", "满意"))


#: rule -> what is planted for it. Each is tried on every base.
PLANTS: list[tuple[str, Plant]] = [
    # structure
    ("required-field", head("project_name", project_name="")),
    ("required-field", head("authority", authority="——")),
    ("required-field", head("unit", unit="无")),
    ("required-field", head("total", total__score="")),
    ("required-field", lambda form: ({f"funds/*/{name}": "" for name in ("initial", "budget", "executed")}, "funds")),
    ("year-missing", head("year", year=None, title="项目支出绩效自评表")),
    ("template-text-left", head("goal_expected", goal_expected="（简要说明年度总体目标，200字以内）")),
    ("template-row-left", empty_row),
    ("score-column-empty", lambda form: ({"indicators/*/score": "", "total/score": ""}, "indicators")),
    ("goal-missing-or-bare", head("goal_expected", goal_expected="43.2")),
    ("goal-missing-or-bare", head("goal_actual", goal_actual="")),
    ("goal-actual-copied", head("goal_actual", goal_expected=LONG, goal_actual=LONG)),
    ("actual-copied-from-target", lambda form: every("actual", lambda one: f"≥{q.value:f}{q.unit}" if (q := parse_quantity(one.target)) else None, "indicators")(form)
     if len(rows(form, lambda one: parse_quantity(one.target))) > 3 else None),
    ("rating-scale-as-value", at("actual", "优良中差", lambda one: not parse_quantity(one.target) and one.actual)),
    ("missing-dimension", lambda form: ({f"indicators/{n}/level2": "质量指标" for n, one in enumerate(form.indicators) if "时效" in (one.level2 or "")}, "indicators") if form.year > 2020 else None),
    ("misclassified-indicator", at("level3", "水土保持率", level2("经济效益"))),
    ("misclassified-indicator", at("level3", "群众满意度", level2("数量"))),
    ("duplicate-level3", twice),
    ("unit-of-amounts", lambda form: ({"funds/0/executed": f"{form.funds[0].executed}{'元' if form.amount_unit == '万元' else '万元'}"}, "funds/executed")),
    ("year-inconsistent", at("target", "2015年12月底前完成", ordinary)),
    ("goal-year-inconsistent", head("goal_expected", goal_expected="确保2014年各项任务保质保量完成。")),
    ("title-year-inconsistent", head("year", title="2014年度项目支出绩效自评表")),
    # scores
    ("number-unreadable", at("score", "优", full)),
    ("number-unreadable", at("weight", "十分", full)),
    ("number-unreadable", head("total", total__score="优秀")),
    ("score-out-of-range", at("score", "60", full)),
    ("score-out-of-range", at("score", "-1", full, -1)),
    ("score-out-of-range", fund("funds/0", score="11")),
    ("weights-sum", lambda form: at("weight", "29", full)(form) and (at("weight", "29", full)(form)[0], "form")),
    ("weights-total", head("total", total__weight="110")),
    ("scores-sum", head("total", total__score="88")),
    ("scores-sum", head("total", total__score="97.1")),
    ("level1-weight-caption", lambda form: ({f"indicators/{n}/level1": "产出指标(66分)" for n, one in enumerate(form.indicators) if "产出" in (one.level1 or "")}, "indicators/0")),
    ("level2-weight-caption", lambda form: ({f"indicators/{n}/level2": "数量指标(3分)" for n, one in enumerate(form.indicators) if "数量" in (one.level2 or "")}, "indicators/0")),
    ("weight-zero-or-missing", at("weight", "0", lambda one: full(one) and not is_blank(one.target) and not is_blank(one.actual))),
    ("weight-concentration", at("weight", "75", full)),
    ("total-out-of-range", head("total", total__score="105")),
    ("integer-rounding", lambda form: ({"funds/0/executed": f"{parse_number(form.funds[0].budget).value * 92 / 100:.2f}", "funds/0/score": "10"}, "funds/0")),  # type: ignore[union-attr]
    ("not-applicable-rescaled", lambda form: (lambda found: ({**found[0], "total/score": "80"}, "total"))(row(full, actual="不适用", score="")(form))),
    # funds
    ("over-execution", times("1.25")),
    ("execution-rate", fund("funds/0", rate="77.77%")),
    ("execution-rate", fund("funds/0", rate="0.5")),
    ("execution-score", fund("funds/0", score="3.21")),
    ("funds-components", clone_component),
    ("zero-budget", fund("funds/0", budget="0")),
    ("zero-budget", fund("funds/0", budget="")),
    ("total-row-unfilled", lambda form: ({"funds/0/executed": "0"}, "funds/executed")),
    ("rate-not-filled", fund("funds/0", rate="")),
    ("rate-without-amounts", fund("funds/0", executed="")),
    ("rate-without-amounts", fund("funds/0", budget="——")),
    ("execution-not-scored", fund("funds/0", score="")),
    ("ten-thousandfold-slip", times("10000")),
    ("component-rate", component_rate),
    ("component-over-execution", lambda form: ({"funds/1/executed": f"{parse_number(form.funds[1].budget).value + 1:f}"}, "funds/executed")),  # type: ignore[union-attr]
    ("negative-amount", lambda form: ({"funds/1/budget": "-5"}, "funds")),
    ("amount-unreadable", lambda form: ({"funds/0/budget": "约90万"}, "funds")),
    ("budget-adjusted-unexplained", lambda form: ({"funds/0/initial": f"{parse_number(form.funds[0].budget).value * 2:f}", "goal_actual": "各项任务均按计划完成。"}, "funds/0")),  # type: ignore[union-attr]
    ("low-execution-unexplained", lambda form: ({"funds/0/executed": f"{parse_number(form.funds[0].budget).value / 2:f}", "goal_actual": "各项任务均按计划完成。"}, "funds/0")),  # type: ignore[union-attr]
    ("execution-claim-vs-amounts", head("goal_actual", goal_actual="下达资金200万元，实际支付66.86万元，资金支付进度100%。")),
    ("goal-text-money", head("goal_expected", goal_expected="投入资金89.97万元，其中一期30万元、二期30万元、三期29.99万元。")),
    ("goal-money-vs-funds", head("goal_expected", goal_expected="项目预算7654.32万元，用于各项支出。")),
    ("goal-rate-vs-funds", head("goal_actual", goal_actual="任务完成，预算执行率达到55%。")),
    # explanations
    ("deviation-unexplained", lost),
    ("explanation-boilerplate", lambda form: (lambda found: found and ({**found[0], f"{found[1]}/explanation": "今后进一步加强管理"}, found[1]))(lost(form))),
    ("explanation-repeated", same_explanation),
    ("explained-but-full", at("explanation", "受疫情影响未能按期开展", full)),
    ("explanation-column-empty", lambda form: ({**{f"indicators/{n}/score": "1" for n in rows(form, full)[:4]}, "indicators/*/explanation": ""}, "indicators")),
    ("result-column-empty", lambda form: ({"indicators/*/actual": ""}, "indicators") if len(rows(form, lambda one: full(one) and not is_blank(one.target))) > 3 else None),
    # targets
    ("target-missed-full-score", missed),
    ("target-missed-full-score", row(ordinary, target="0次", actual="2次", level3="安全责任事故")),
    ("target-missed-full-score", row(ordinary, target="5天", actual="9天", level3="平均办理时限")),
    ("target-missed-full-score", row(ordinary, target="控制在5%以内", actual="7%", level3="返工率")),
    ("target-missed-other-sign", row(ordinary, target="5%以下", actual="7%", level3="返工率")),
    ("zero-target-exceeded", row(ordinary, target="0起", actual="1起", level3="群众投诉", score="1")),
    ("target-met-lost-points", lambda form: (lambda found: ({f"indicators/{found[0]}/score": "1", f"indicators/{found[0]}/explanation": ""}, f"indicators/{found[0]}") if found else None)(
        rows(form, lambda one: floor(one) and parse_quantity(one.actual)))),
    ("over-achievement", row(ordinary, target="≥10次", actual="45次", level3="培训场次")),
    ("over-achievement", row(ordinary, target="≤100万元", actual="40万元", level3="设备投资")),
    ("scored-without-values", row(ordinary, target="", actual="")),
    ("zero-completed", row(floor, actual="0", target="100")),
    ("zero-completed", row(floor, actual="")),
    ("unit-mismatch", row(ordinary, target="≥20公里", actual="15座")),
    ("rate-name-vs-count", row(ordinary, level3="家庭医生签约率", target="24694人", actual="24694人")),
    ("percent-out-of-range", row(ordinary, level3="验收合格率", target="≥95%", actual="120%")),
    ("rate-trivial-target", row(ordinary, target="≥0", actual="5")),
    ("target-is-not-a-target", row(ordinary, target="是否有利于经济发展")),
    ("target-is-not-a-target", row(ordinary, target="已完成")),
    ("value-columns-hold-scores", lambda form: ({f"indicators/{n}/{name}": form.indicators[n].weight for n in rows(form, bool) for name in ("target", "actual")}, "indicators")
     if len({form.indicators[n].weight for n in rows(form, bool)}) > 1 else None),
    ("date-target", row(ordinary, target="6月底前完成", actual="9月15日完成")),
    ("range-target", row(ordinary, target="6－8次", actual="10次", level3="巡查频次")),
    ("satisfaction-not-measured", row(level2("满意"), actual="未开展满意度调查")),
    ("qualitative-band", row(ordinary, target="显著", actual="未完成预期指标且效果较差")),
    ("qualitative-mismatch", row(ordinary, target="显著改善", actual="有所改善")),
    ("qualitative-mismatch", row(ordinary, target="明显改善", actual="未改善")),
    ("qualitative-mismatch", row(ordinary, target="制度健全", actual="不健全")),
    ("qualitative-mismatch", row(ordinary, target="持续提升", actual="下降")),
    ("survey-evidence", row(level2("满意"), target="≥90%", actual="100%")),
    ("numeric-target-worded-result", row(floor, actual="已完成")),
    ("two-values-in-cell", row(ordinary, actual="98% 95%")),
    # costs
    ("cost-total-vs-executed", row(level2("成本"), level3="项目总成本", target="≤1万元", actual="7777777万元", score="1")),
    ("cost-ceiling-vs-budget", row(level2("成本"), level3="项目总成本", target="≤7777777万元", actual="1万元")),
    ("cost-over-ceiling", row(lambda one: level2("成本")(one) and full(one), level3="设备购置成本", target="12万元", actual="15万元")),
    ("cost-rate-vs-execution-rate", lambda form: (lambda found: found and ({**found[0], "funds/0/executed": f"{parse_number(form.funds[0].budget).value * 2 / 5:f}"}, found[1]))(  # type: ignore[union-attr]
        row(level2("成本"), level3="成本控制率", target="100%", actual="100%")(form))),
    ("execution-counted-twice", row(ordinary, level3="预算执行率", target="≥10%", actual="95%")),
    ("execution-indicator-vs-funds", lambda form: (lambda found: found and ({**found[0], "funds/0/executed": f"{parse_number(form.funds[0].budget).value * 2 / 5:f}"}, found[1]))(  # type: ignore[union-attr]
        row(ordinary, level3="预算执行率", target="≥90%", actual="100%")(form))),
    ("counts-vs-goal-text", lambda form: (lambda found: found and ({**found[0], "goal_expected": "完成桥梁维修数量35座。"}, found[1]))(
        row(ordinary, level3="桥梁维修数量", target="≥30座", actual="31座")(form))),
    ("counts-vs-goal-text", lambda form: (lambda found: found and ({**found[0], "goal_actual": "完成桥梁维修数量29座。"}, found[1]))(
        row(ordinary, level3="桥梁维修数量", target="≥30座", actual="31座")(form))),
    ("saving-vs-full-output", lambda form: ({"funds/0/executed": f"{parse_number(form.funds[0].budget).value / 2:f}", "goal_actual": "各项任务均按计划完成。"}, "funds/executed")  # type: ignore[union-attr]
     if all(full(one) for one in form.indicators if "数量" in (one.level2 or "") and not is_blank(one.weight)) else None),
    # conclusions
    ("grade-vs-score", head("total", total__explanation="差")),
    ("conclusion-vs-score", head("goal_actual", goal_actual="年度目标全部完成。", total__score="61")),
    ("no-problems-but-points-lost", lambda form: (lambda found: ({**found[0], "total/explanation": "无偏差"}, "total"))(lost(form))),
    ("full-score-but-problems", head("total", total__score="100", goal_actual="部分任务未完成，进展缓慢。")),
]  # fmt: skip


VARIANTS: dict[str, tuple[str, Changes]] = {
    "as it is, water": ("water", {}),
    "as it is, road": ("road", {}),
    "as it is, hotline": ("hotline", {}),
    "as it is, canteen": ("canteen", {}),
    "as it is, flood": ("flood", {}),
    "as it is, meals": ("meals", {}),
    "a rate as a fraction": ("water", {"funds/0/rate": "0.95"}),
    "a rate without a sign": ("road", {"funds/0/rate": "99"}),
    "a rate in full width": ("water", {"funds/0/rate": "９５．００％"}),
    "a score with 分": ("water", {"indicators/0/score": "20分", "indicators/0/weight": "20分"}),
    "spaces around the point": ("water", {"indicators/0/score": "20. 0"}),
    "amounts with their unit": ("water", {"funds/0/budget": "100.00万元", "funds/0/executed": "95.00万元"}),
    "grouped by spaces": ("road", {"funds/0/budget": "2 000 000.00", "funds/0/initial": "2 000 000.00"}),
    "only the initial budget": ("road", {"funds/*/budget": None}),
    "no funds points": ("water", {"funds/*/weight": None, "funds/*/score": None, "indicators/5/weight": "20", "indicators/5/score": "20", "total/score": "99"}),
    "a bare ceiling that is kept": ("road", {"indicators/1/level3": "投诉件数", "indicators/1/target": "5件", "indicators/1/actual": "2件"}),
    "a bare number that nothing directs": ("road", {"indicators/4/level3": "出行时间变化", "indicators/4/target": "30分钟", "indicators/4/actual": "25分钟"}),
    "a fall that was wanted": ("road", {"indicators/1/level3": "投诉下降率", "indicators/1/target": "10%", "indicators/1/actual": "12%"}),
    "a fall in words": ("road", {"indicators/4/target": "发病率下降", "indicators/4/actual": "发病率下降"}),
    "zero of what is to be avoided": ("road", {"indicators/1/level3": "安全事故", "indicators/1/target": "0起", "indicators/1/actual": "0起"}),
    "within a range": ("road", {"indicators/0/target": "6－8次", "indicators/0/actual": "7次"}),
    "within the month": ("road", {"indicators/4/target": "12月底前", "indicators/4/actual": "12月31日"}),
    "控制在 and 以内": ("road", {"indicators/3/target": "控制在1.7万元以内"}),
    "words of one rank": ("road", {"indicators/4/target": "显著改善", "indicators/4/actual": "明显改善"}),
    "the sign before the result": ("road", {"indicators/1/actual": "≥92%", "indicators/6/actual": "≥93%"}),
    "two empty rows": ("road", {"indicators": (*ROAD.indicators, *(Indicator("产出指标(50分)", "数量指标", name, "", "", "", "", "") for name in ("指标2：", "……")))}),
    "an empty row with words": ("road", {"indicators": (*ROAD.indicators, Indicator("效益指标(30分)", "生态效益指标", "生态效益", "", "", "", "", "不涉及"))}),
    "a star with its parts": ("road", {"indicators": (replace(ROAD.indicators[0], level3="★养护里程", target="", actual=""), Indicator("产出指标(50分)", "数量指标", "县道", "40公里", "40公里", "", "", ""),
                                                     Indicator("产出指标(50分)", "数量指标", "乡道", "80公里", "80公里", "", "", ""), *ROAD.indicators[1:])}),
    "two breakdowns with subtotals": ("flood", {"funds": (*(replace(bases()["flood"].funds[0], label=label, weight=weight, score=score, rate=rate) for label, weight, score, rate in (
        ("年度资金总额", "10", "10", "100%"), ("按收入性质分：", "", "", ""), ("其中：一般公共预算", "", "", ""), ("按支出性质分：", "", "", ""))), Fund("其中：基本支出", "600", "600", "600"), Fund("项目支出", "280", "280", "280"))}),
    "a department": ("flood", {"title": "部门整体支出绩效自评表", "project_name": "", "profile": "department"}),
    "a clean row lost points and says why": ("road", {"indicators/6/score": "9", "indicators/6/actual": "88%", "indicators/6/explanation": "部分路段施工期间出行不便，群众意见较多。", "total/score": "98.70"}),
    "another scale of grades": ("road", {"total/explanation": "优"}),
}  # fmt: skip


def planted() -> Iterator[tuple[str, str, Form, str, str]]:
    """Every plant in every base that it fits: a name, the base's name, the form, the rule and the subject that have to be found."""
    for number, (rule, plant) in enumerate(PLANTS):
        for base, form in bases().items():
            if found := plant(form):
                changes, subject = found
                yield f"{number}-{rule}-{base}", base, changed(form, changes), rule, subject
