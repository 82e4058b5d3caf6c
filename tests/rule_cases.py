"""For every rule one case that passes, fails, is not applicable and is undecidable: the subject, and what is changed in the clean form.

A change is {PATH: text} as in `audit_forms.changed`. "?" are the paths in doubt, "&" the changes that make the forms before it in the
batch, "roster" lines of the list of expected submitters, "x" how many copies of the form (with numbers from `vary`) make up the batch."""

from __future__ import annotations

from typing import Any

from selfeval.extractors.model import Fund, Indicator

Case = dict[str, Any]

I4, I5 = "indicators/4", "indicators/5"
TARGET, ACTUAL, SCORE, WEIGHT = (
    "indicators/0/target",
    "indicators/0/actual",
    "indicators/0/score",
    "indicators/0/weight",
)
EXPLAINED = {"indicators/0/score": "19"}
NO_POINTS: Case = {"indicators/*/weight": None, "indicators/*/score": None}
NO_VALUES: Case = {TARGET: "", ACTUAL: ""}
NO_FUNDS: Case = {"funds/*/budget": None}
TWIN: Case = {"&": [{}]}
LAST: Case = {"&": [{"year": 2021}]}
MOVED = {"unit": "某县第二水利站"}

COUNTS = tuple(
    Indicator("产出指标", "数量指标", f"{name}数量", f"≥{count}{unit}", f"{count}{unit}", weight, weight, "")
    for name, count, unit, weight in (("水闸", 31, "座", "10"), ("水渠", 47, "公里", "10"), ("泵站", 53, "座", "20"), ("水井", 67, "眼", "20"),
                                      ("水表", 79, "块", "20"), ("水塔", 83, "座", "10"))
)  # fmt: skip
FULL = tuple(
    Indicator("产出指标", "数量指标", f"第{n}批", "≥5个", "5个", "10", "10", "")
    for n in "甲乙丙丁戊己庚辛壬"
)
COPIED = tuple(
    Indicator("产出指标", "数量指标", f"第{n}批", "≥5个", "≥5个", "10", "10", "")
    for n in "甲乙丙丁戊己"
)
SUB_ROWS = (
    Indicator("产出指标", "数量指标", "★扶持牲畜数量", "30头", "30头", "20", "20", ""),
    Indicator("产出指标", "数量指标", "其中：牛", "10头", "10头", "", "", ""),
    Indicator("产出指标", "数量指标", "其中：羊", "20头", "20头", "", "", ""),
)
CAPTIONED = {"indicators/0/level1": "产出指标(60分)", "indicators/1/level1": "产出指标(60分)", "indicators/2/level1": "产出指标(60分)",
             "indicators/3/level1": "产出指标(60分)", "indicators/4/level1": "效益指标(20分)", "indicators/5/level1": "满意度指标(10分)"}  # fmt: skip
MISSED_TWO = {
    "indicators/0/actual": "15处",
    "indicators/0/score": "10",
    "indicators/2/actual": "72%",
    "indicators/2/score": "12",
}
COSTS = {"indicators/0/level2": "成本指标", "indicators/0/level3": "设备购置成本", "indicators/0/target": "≤60万元", "indicators/0/actual": "58万元",
         "indicators/1/level2": "成本指标", "indicators/1/level3": "安装成本", "indicators/1/target": "≤40万元", "indicators/1/actual": "37万元"}  # fmt: skip
UNIT_COST = {"indicators/0/level3": "补助人数", "indicators/0/target": "1000人", "indicators/0/actual": "950人",
             "indicators/3/level3": "人均补助成本", "indicators/3/target": "1000元", "indicators/3/actual": "1000元"}  # fmt: skip
DEPARTMENT = {"profile": "department", "project_name": "部门整体支出",
              "funds": (Fund("年度资金总额", "300.00", "300.00", "290.00", "10", "96.67%", "9.67"), Fund("其中：基本支出", "150.00", "150.00", "150.00"),
                        Fund("项目支出", "150.00", "150.00", "140.00"))}  # fmt: skip
COPIED_EXPLANATIONS = {"indicators/0/explanation": "受疫情影响，采购工作推迟至下半年开展", "indicators/1/explanation": "供货厂家产能不足，部分设备到货较晚",
                       "indicators/0/score": "19", "indicators/1/score": "14", "goal_actual": "已安装28处水标尺，其余于次年完成。"}  # fmt: skip

#: rule -> subject, passing, failing, not applicable, undecidable.
CASES: dict[str, tuple[str, Case, Case, Case, Case]] = {
    # core
    "required-field": ("total", {}, {"total/score": ""}, {"indicators/*/score": None, "funds/*/score": None}, {"?": ["total/score"]}),
    "number-unreadable": ("indicators/0", {}, {SCORE: "优秀"}, {SCORE: "——", WEIGHT: "/"}, {"?": [SCORE]}),
    "score-out-of-range": ("indicators/0", {}, {SCORE: "20.5"}, {SCORE: "", WEIGHT: ""}, {WEIGHT: "待定"}),
    "weights-sum": ("form", {}, {WEIGHT: "21"}, {"indicators/*/weight": None}, {WEIGHT: ""}),
    "weights-total": ("total", {}, {"total/weight": "101"}, {"total/weight": None, "total/score": None}, {"?": ["total/weight"]}),
    "scores-sum": ("total", {}, {"total/score": "97.50"}, {"total/score": None}, {SCORE: ""}),
    "over-execution": ("funds/0", {}, {"funds/0/executed": "100.01"}, NO_FUNDS, {"funds/0/executed": ""}),
    "execution-rate": ("funds/0", {"funds/0/rate": "95%"}, {"funds/0/rate": "96%"}, {"funds/*/rate": None}, {"funds/0/budget": "0", "funds/0/executed": "0"}),
    "execution-score": ("funds/0", {"funds/0/score": "9.5"}, {"funds/0/score": "9.80"}, {"funds/*/score": None}, {"funds/0/weight": "—"}),
    "funds-components": ("funds/executed", {}, {"funds/1/executed": "57.00"}, {"funds/1/executed": "", "funds/2/executed": "—"}, {"funds/0/executed": ""}),
    "deviation-unexplained": ("indicators/2", {}, {"indicators/2/explanation": "无"}, NO_POINTS, {"?": ["indicators/2/explanation"]}),
    "target-missed-full-score": ("indicators/0", {}, {ACTUAL: "29处"}, NO_VALUES, {ACTUAL: "29个"}),
    # structure
    "filing-late": ("filing_date", {"filing_date": "2023年3月1日"}, {"filing_date": "2023年8月10日"}, {}, {"filing_date": "2023年8月10日", "?": ["filing_date"]}),
    "year-missing": ("year", {}, {"year": None}, {}, {"year": None, "title": None}),
    "template-text-left": ("goal_expected", {}, {"goal_expected": "（请简要填写年度目标，200字以内）"}, {"goal_expected": ""}, {"?": ["goal_expected"]}),
    "template-row-left": ("indicators", {}, {"indicators/0/level3": "指标2：", **NO_VALUES, SCORE: "", WEIGHT: ""}, {"indicators": ()},
                          {"indicators/0/level3": "……", **NO_VALUES, SCORE: "", WEIGHT: "", "?": ["indicators/0"]}),
    "score-column-empty": ("indicators", {}, {"indicators/*/score": "", "total/score": ""}, {"indicators/*/weight": None}, {"?": ["indicators/3/score"]}),
    "goal-missing-or-bare": ("goal_expected", {}, {"goal_expected": "43.2"}, {"goal_expected": None}, {"?": ["goal_expected"]}),
    "goal-actual-copied": ("goal_actual", {}, {"goal_actual": "已安装水标尺30处，保障了农业用水计量。"}, {"goal_actual": ""},
                           {"goal_expected": "保障用水", "goal_actual": "保障用水"}),
    "actual-copied-from-target": ("indicators", {}, {"indicators": COPIED}, {"indicators/0/actual": "", "indicators/1/actual": ""}, {"?": ["indicators/3/actual"]}),
    "rating-scale-as-value": ("indicators/4", {}, {"indicators/4/actual": "优、良、中、差"}, {"indicators/4/actual": ""}, {"?": ["indicators/4/actual"]}),
    "missing-dimension": ("indicators", {}, {"indicators/3/level2": "数量指标"}, {"profile": None},
                          {"indicators/*/level1": "绩效", "indicators/*/level2": "考核"}),
    "misclassified-indicator": ("indicators/4", {}, {"indicators/4/level2": "经济效益指标", "indicators/4/level3": "水土流失治理面积"},
                                {"indicators/4/level2": ""}, {"?": ["indicators/4/level2"]}),
    "duplicate-level3": ("indicators/1", {}, {"indicators/1/level3": "指标2：安装水标尺数量", "indicators/1/level2": "数量指标"},
                         {"indicators/1/level3": "指标2"}, {"?": ["indicators/1/level3"]}),
    "unit-of-amounts": ("funds/budget", {}, {"funds/1/budget": "800000元"}, {"funds/*/budget": ""}, {"amount_unit": None}),
    "year-inconsistent": ("indicators/2", {"indicators/2/target": "2022年底前"}, {"indicators/2/level3": "2021年11月30日前完成支付"}, {},
                          {"indicators/2/target": "2021年底前", "year": None}),
    # weights and scores
    "level1-weight-caption": ("indicators/0", CAPTIONED, {**CAPTIONED, WEIGHT: "21"}, {}, {**CAPTIONED, WEIGHT: ""}),
    "block-caption-consistent": ("form", CAPTIONED, {**CAPTIONED, "indicators/5/level1": "满意度指标(20分)"}, {},
                                 {**CAPTIONED, "total/score": None, "total/weight": None}),
    "profile-weights": ("indicators", {"profile": "rural-revitalization", "indicators/3/level1": "效益指标", WEIGHT: "20"},
                        {"profile": "rural-revitalization"}, {}, {"profile": "rural-revitalization", "indicators/5/level1": "其他指标"}),
    "weight-zero-or-missing": ("indicators/0", {}, {WEIGHT: ""}, {ACTUAL: ""}, {"?": [WEIGHT]}),
    "weight-concentration": ("indicators/0", {}, {WEIGHT: "70"}, {"profile": None}, {"?": [WEIGHT]}),
    "integer-rounding": ("funds/0", {"funds/0/score": "9"}, {"funds/0/score": "10"}, {}, {"funds/0/budget": "0"}),
    "not-applicable-rescaled": ("total", {"indicators/5/actual": "不适用", "indicators/5/score": "", "total/score": "98.33"},
                                {"indicators/5/actual": "不适用", "indicators/5/score": "", "total/score": "88.50"}, {},
                                {"indicators/5/actual": "不适用", "indicators/5/score": "", "total/score": ""}),
    "weights-exceed-total": ("form", {"indicators/5/weight": ""}, {"indicators/5/weight": "", WEIGHT: "35"}, {}, {"indicators/5/weight": "", "?": [WEIGHT]}),
    "scores-exceed-total": ("total", {"indicators/5/score": ""}, {"indicators/5/score": "", "total/score": "80"}, {}, {"indicators/5/score": "", "?": ["total/score"]}),
    "scores-sum-rounding": ("total", {"indicators/0/score": "19.99"}, {"total/score": "98.51"}, {"total/score": "80"}, {SCORE: ""}),
    "rate-not-filled": ("funds/0", {}, {"funds/0/rate": ""}, {"funds/*/rate": None}, {"?": ["funds/0/rate"]}),
    "total-out-of-range": ("total", {}, {"total/score": "108.50"}, {"total/score": None}, {"total/score": "约98"}),
    "scores-all-full": ("indicators", {"indicators": (*FULL, Indicator("产出指标", "数量指标", "末批", "≥5个", "4个", "10", "8", "厂家延期"))},
                        {"indicators": FULL}, {}, {"?": ["indicators/0/score"], "indicators": FULL}),
    # funds
    "zero-budget": ("funds/0", {}, {"funds/0/budget": "0"}, {"funds/0/budget": "0", "funds/0/executed": "0"}, {"?": ["funds/0/budget"]}),
    "total-row-unfilled": ("funds/budget", {}, {"funds/0/budget": "0"}, {"funds/1/budget": "", "funds/2/budget": ""}, {"?": ["funds/0/budget"]}),
    "component-rate": ("funds/rate", {"funds/1/rate": "93.75%"}, {"funds/1/rate": "100%"}, {}, {"funds/1/rate": "100%", "funds/1/budget": ""}),
    "component-over-execution": ("funds/executed", {}, {"funds/1/executed": "81", "funds/2/executed": "14"},
                                 {"funds/1/executed": "", "funds/2/executed": ""}, {"funds/1/budget": "", "funds/2/budget": ""}),
    "negative-amount": ("funds", {}, {"funds/2/budget": "-20.00"}, {"funds/*/initial": "", "funds/*/budget": "", "funds/*/executed": ""},
                        {"?": ["funds/2/budget"]}),
    "amount-unreadable": ("funds", {}, {"funds/2/budget": "20万左右"}, {"funds/*/initial": "", "funds/*/budget": "", "funds/*/executed": "", "funds/*/rate": ""},
                          {"?": ["funds/2/budget"]}),
    "perfect-execution": ("funds/0", DEPARTMENT, {**DEPARTMENT, "funds/0/executed": "300.00"}, {}, {**DEPARTMENT, "funds/0/initial": ""}),
    "budget-adjusted-unexplained": ("funds/0", {}, {"goal_actual": "已安装30处水标尺，计量正常。"}, {"profile": None},
                                    {"?": ["goal_actual"]}),
    "low-execution-unexplained": ("funds/0", {}, {"funds/0/executed": "85.00"}, {"profile": None}, {"funds/0/executed": "85.00", "?": ["indicators/2"]}),
    "execution-claim-vs-amounts": ("goal_actual", {"goal_actual": "预算安排200万元，实际支付100万元，支付进度50%。"},
                                   {"goal_actual": "预算安排200万元，实际支付66.86万元，支付进度100%。"}, {},
                                   {"goal_actual": "下达200万元，又下达50万元，实际支付66万元，支付进度100%。"}),
    "goal-text-money": ("goal_expected", {"goal_expected": "投入90万元，其中：30万元用于编制，60万元用于审计。"},
                        {"goal_expected": "投入89.97万元，其中：30万元用于编制，30万元用于审计，29.99万元用于设计。"}, {},
                        {"goal_expected": "投入90万元，其中：30万元用于编制，20万元用于审计。"}),
    "adjustment-not-recorded": ("funds/0", {}, {"funds/0/initial": "90.00", "funds/0/budget": "90.00"}, {"funds/*/initial": None}, {"funds/0/initial": ""}),
    # explanations
    "explanation-boilerplate": ("indicators/2", {}, {"indicators/2/explanation": "加强管理，加大宣传力度"}, {"indicators/2/explanation": ""},
                                {"indicators/2/explanation": "水利工程站办公室值班"}),
    "explained-but-full": ("indicators/0", {"indicators/0/explanation": "超额完成"}, {"indicators/0/explanation": "资金到位晚"}, {},
                           {"indicators/0/explanation": "资金到位晚", "?": ["indicators/0/explanation"]}),
    "explanation-repeated": ("indicators/0", {"indicators/0/explanation": "项目实施效益有待进一步体现"}, {"indicators/*/explanation": "项目实施效益有待进一步体现"}, {},
                             {"indicators/*/explanation": "项目实施效益有待进一步体现", "?": ["indicators/0/explanation"]}),
    "explanation-repeats-result": ("indicators/2", {}, {"indicators/2/actual": "完成二十六处安装工作", "indicators/2/explanation": "完成二十六处安装工作。"},
                                   {"indicators/2/explanation": ""}, {"?": ["indicators/2/explanation"]}),
    # targets
    "target-met-lost-points": ("indicators/0", {}, {SCORE: "18"}, NO_POINTS, {SCORE: "18", TARGET: "按计划安装"}),
    "score-proportional": ("indicators/2", {}, {"indicators/2/score": "9"}, {"profile": None}, {"indicators/2/target": "全部按期"}),
    "score-monotone": ("indicators", MISSED_TWO, {**MISSED_TWO, "indicators/0/score": "19", "indicators/2/score": "9"}, {}, {**MISSED_TWO, "?": ["indicators/0/actual"]}),
    "over-achievement": ("indicators/0", {}, {ACTUAL: "300处"}, {"profile": None}, {ACTUAL: "三百处"}),
    "scored-without-values": ("indicators/0", {}, NO_VALUES, {"indicators/*/score": None}, {"?": [TARGET]}),
    "zero-completed": ("indicators/0", {}, {ACTUAL: "0处"}, {TARGET: ""}, {ACTUAL: "无"}),
    "unit-mismatch": ("indicators/0", {}, {ACTUAL: "30公里"}, NO_VALUES, {ACTUAL: "30"}),
    "rate-name-vs-count": ("indicators/1", {}, {"indicators/1/target": "≥95人"}, {"indicators/1/level3": "验收合格数量"},
                           {"indicators/1/target": "全部合格", "indicators/1/actual": "合格"}),
    "percent-out-of-range": ("indicators/1", {}, {"indicators/1/actual": "105%"}, {"indicators/1/level3": "收入增长率"},
                             {"indicators/1/target": "全部合格", "indicators/1/actual": "合格"}),
    "rate-trivial-target": ("indicators/0", {}, {TARGET: "≥0处"}, NO_VALUES, {TARGET: "按计划"}),
    "target-is-not-a-target": ("indicators/4", {}, {"indicators/4/target": "是否提升节水意识"}, {"indicators/4/target": ""}, {"?": ["indicators/4/target"]}),
    "value-columns-hold-scores": ("indicators", {}, {"indicators/0/target": "20", "indicators/1/target": "15", "indicators/2/target": "15", "indicators/3/target": "10",
                                                     "indicators/4/target": "20", "indicators/5/target": "10"},
                                  {"indicators/*/weight": None}, {"?": ["indicators/0/weight"]}),
    "target-repeated": ("indicators/0", {TARGET: "在项目计划时间内完成"}, {"indicators/*/target": "在项目计划时间内完成"}, {},
                        {TARGET: "在项目计划时间内完成", "?": [TARGET]}),
    "date-target": ("indicators/2", {"indicators/2/target": "12月底前", "indicators/2/actual": "2022年12月31日", "indicators/2/score": "15"},
                    {"indicators/2/target": "10月底前", "indicators/2/actual": "2022年11月3日", "indicators/2/score": "15"}, {},
                    {"indicators/2/target": "10月底前", "indicators/2/actual": "按时完成"}),
    "range-target": ("indicators/0", {TARGET: "25-35处"}, {TARGET: "31-35处"}, {}, {TARGET: "25-35处", ACTUAL: "三十处"}),
    "sub-rows-sum": ("indicators/0", {"indicators": SUB_ROWS}, {"indicators": SUB_ROWS, "indicators/2/actual": "25头"}, {},
                     {"indicators": SUB_ROWS, "indicators/2/actual": "20只"}),
    "satisfaction-not-measured": (I5, {}, {"indicators/5/actual": "未开展满意度调查"}, {"indicators/5/actual": ""}, {"?": ["indicators/5/actual"]}),
    "qualitative-band": (I4, {"indicators/4/actual": "达成预期指标"}, {"indicators/4/actual": "部分达成预期指标"}, {"profile": None}, {}),
    "qualitative-mismatch": (I4, {}, {"indicators/4/actual": "有所提升"}, {"indicators/4/target": "提升"}, {"?": ["indicators/4/actual"]}),
    "survey-evidence": (I5, {}, {"indicators/5/actual": "95%"}, {"indicators/5/actual": ""}, {"indicators/5/actual": "比较满意"}),
    "numeric-target-worded-result": ("indicators/0", {}, {ACTUAL: "已完成"}, NO_VALUES, {ACTUAL: "完成，其中新建12处"}),
    # costs
    "cost-total-vs-executed": ("indicators/3", {}, {"indicators/3/actual": "100万元"}, {"indicators/3/level3": "设备成本"}, {"indicators/3/actual": "控制在预算内"}),
    "cost-ceiling-vs-budget": ("indicators/3", {}, {"indicators/3/target": "≤120万元"}, {"indicators/3/level3": "设备成本"}, {"indicators/3/target": "不超预算"}),
    "cost-parts-sum": ("indicators", COSTS, {**COSTS, "indicators/1/actual": "47万元"}, {}, {**COSTS, "funds/0/executed": ""}),
    "quantity-times-unit-cost": ("indicators/3", UNIT_COST, {**UNIT_COST, "indicators/0/actual": "500人"}, {}, {**UNIT_COST, "indicators/0/actual": "九百余人"}),
    "saving-vs-full-output": ("funds/executed", {}, {"funds/0/executed": "50.00"}, {"funds": ()}, {"funds/0/executed": ""}),
    "cost-rate-vs-execution-rate": ("indicators/3", {"indicators/3/level3": "成本控制率", "indicators/3/actual": "95%"},
                                    {"indicators/3/level3": "成本控制率", "indicators/3/actual": "100%"}, {},
                                    {"indicators/3/level3": "成本控制率", "indicators/3/actual": "达标"}),
    "execution-counted-twice": ("indicators/2", {"indicators/2/level3": "预算执行率", "funds/*/weight": None, "funds/*/score": None},
                                {"indicators/2/level3": "预算执行率"}, {}, {"indicators/2/level3": "预算执行率", "?": ["indicators/2/score"]}),
    "counts-vs-goal-text": ("indicators/0", {}, {"goal_expected": "安装水标尺数量25处。"}, {"goal_expected": "保障农业用水计量。", "goal_actual": "计量正常。"},
                            {"goal_expected": "水毁修复25处。"}),
    "cost-over-ceiling": ("indicators/3", {"indicators/3/target": "100万元"}, {"indicators/3/target": "90万元"}, {}, {"indicators/3/target": "不超预算"}),
    "goal-money-vs-funds": ("goal_expected", {"goal_expected": "项目预算100万元，安装水标尺。"}, {"goal_expected": "项目预算150万元，安装水标尺。"}, {},
                            {"goal_expected": "项目预算150万元，追加预算20万元。"}),
    # added from RULES.md section 10
    "rate-without-amounts": ("funds/0", {}, {"funds/0/executed": ""}, {"funds/0/rate": "", "funds/0/score": ""}, {"?": ["funds/0/executed"]}),
    "execution-not-scored": ("funds/0", {}, {"funds/0/score": ""}, {"funds/*/score": None}, {"funds/0/score": "", "funds/0/executed": "若干"}),
    "ten-thousandfold-slip": ("funds/0", {}, {"funds/0/executed": "950000.00"}, {"funds/0/initial": "", "funds/0/budget": "0"},
                              {"?": ["funds/0/budget"]}),
    "goal-rate-vs-funds": ("goal_actual", {"goal_actual": "预算执行率95%。"}, {"goal_actual": "预算执行率100%。"}, {},
                           {"goal_actual": "预算执行率达到100%，二期支付进度90%。"}),
    "execution-indicator-vs-funds": ("indicators/1", {"indicators/1/level3": "预算执行率", "indicators/1/target": "≥95%", "indicators/1/actual": "95%"}, {"indicators/1/level3": "预算执行率", "indicators/1/target": "≥95%", "indicators/1/actual": "100%"}, {},
                                     {"indicators/1/level3": "预算执行率", "indicators/1/target": "≥95%", "indicators/1/actual": "良好"}),
    "goal-year-inconsistent": ("goal_expected", {"goal_expected": "2022年安装水标尺30处。"}, {"goal_expected": "2021年安装水标尺30处。"}, {},
                               {"goal_expected": "2021年安装水标尺30处。", "?": ["goal_expected"]}),
    "title-year-inconsistent": ("year", {"title": "2022年度项目支出绩效自评表"}, {"title": "2021年度项目支出绩效自评表"}, {},
                                {"title": "2021年度项目支出绩效自评表", "?": ["year"]}),
    "level2-weight-caption": ("indicators/0", {"indicators/0/level2": "数量指标(20分)"}, {"indicators/0/level2": "数量指标(25分)"}, {},
                              {"indicators/0/level2": "数量指标(20分)", "?": [WEIGHT]}),
    "zero-target-exceeded": ("indicators/0", {TARGET: "0处", ACTUAL: "0处"}, {TARGET: "0处", ACTUAL: "2处", SCORE: "19"}, {}, {"?": [ACTUAL]}),
    "target-missed-other-sign": ("indicators/0", {TARGET: ">=30处"}, {TARGET: ">=31处"}, {}, {"?": [TARGET]}),
    "two-values-in-cell": ("indicators/0", {}, {ACTUAL: "30 28"}, {TARGET: "", ACTUAL: "", WEIGHT: "", SCORE: "", "indicators/0/explanation": "无"},
                           {"?": [ACTUAL]}),
    "full-score-but-problems": ("total", {}, {"total/score": "100", "goal_actual": "2处水标尺未完成安装。"}, {"goal_actual": ""},
                                {"total/score": "", "goal_actual": "2处水标尺未完成安装。"}),
    "explanation-column-empty": ("indicators", {}, {**MISSED_TWO, "indicators/1/score": "14", "indicators/*/explanation": ""}, {"indicators/*/explanation": None},
                                 {"?": ["indicators/0/explanation"]}),
    "result-column-empty": ("indicators", {}, {"indicators/*/actual": ""}, {"indicators/*/actual": None}, {"?": ["indicators/0/actual"]}),
    # conclusions
    "grade-vs-score": ("total", {"total/explanation": "优"}, {"total/explanation": "良"}, {}, {"total/explanation": "优", "?": ["total/score"]}),
    "conclusion-vs-score": ("goal_actual", {"goal_actual": "目标全部完成。"}, {"goal_actual": "目标全部完成。", "total/score": "71.00"}, {},
                            {"goal_actual": "目标全部完成。", "total/score": ""}),
    "no-problems-but-points-lost": ("total", {"total/explanation": "无偏差", "indicators/2/score": "15"}, {"total/explanation": "无偏差"}, {},
                                    {"total/explanation": "无偏差", "?": ["indicators/2/score"]}),
    "goal-done-but-outputs-missed": ("goal_actual", {"goal_actual": "目标全部完成。"}, {"goal_actual": "目标全部完成。", SCORE: "4"}, {},
                                     {"goal_actual": "目标全部完成。", "?": [SCORE]}),
    # across documents
    "duplicate-submission": ("form", {"&": [{SCORE: "19"}]}, TWIN, {}, {"&": [{}], "unit": ""}),
    "same-project-different-numbers": ("form", TWIN, {"&": [{"funds/0/executed": "96.00"}]}, {}, {"&": [{"?": ["total/score"]}]}),
    "project-vs-dept": ("funds", {**DEPARTMENT, "&": [{}]}, {**DEPARTMENT, "&": [{}, {"project_name": "另一项目"}]}, {}, {**DEPARTMENT, "&": [{"amount_unit": None}]}),
    "template-clone": ("indicators", {"indicators": COUNTS, "&": [{}]}, {"indicators": COUNTS, **MOVED, "&": [{"indicators": COUNTS}]}, {"indicators": FULL[:5]},
                       {"indicators": COUNTS, "unit": ""}),
    "missing-submitter": ("form", {"roster": ["某县水利工程站,某县水利局,,2022"]}, {"roster": ["某县河道站,某县水利局,河道清淤,2022"]}, {},
                          {"roster": ["某县水利工程站,,,"], "unit": ""}),
    "name-variants": ("unit", TWIN, {"unit": "219001-某县水利工程站", "&": [{}]}, {"unit": ""}, {"?": ["unit"]}),
    "year-over-year-copy": ("goal_actual", {"goal_actual": "本年建成水标尺三十处，节水效果良好。", **LAST}, LAST, {}, {**LAST, "?": ["goal_actual"]}),
    "same-results-as-last-year": ("indicators", {"indicators": COUNTS, "&": [{"year": 2021, "indicators": COUNTS, ACTUAL: "29座"}]},
                                  {"indicators": COUNTS, "&": [{"year": 2021, "indicators": COUNTS}]}, {}, {**LAST, "?": ["indicators/0/actual"]}),
    "carry-over-consistency": ("funds", {"&": [{"year": 2021, "funds/0/executed": "80.00"}]}, LAST, {}, {"&": [{"year": 2021, "funds/0/executed": ""}]}),
    "budget-swing": ("funds/budget", LAST, {"&": [{"year": 2021, "funds/0/budget": "40.00"}]}, {}, {"&": [{"year": 2021, "funds/0/budget": ""}]}),
    "systematic-defect": ("form", {"x": 2}, {"x": 2, "authority": ""}, {}, {"unit": ""}),
    "first-digits": ("funds", {"x": 160, "vary": "benford"}, {"x": 160, "vary": "nines"}, {"funds": ()}, {}),
    "round-amounts": ("funds", {"x": 9, "vary": "cents"}, {"x": 9}, {}, {"unit": ""}),
    "same-score-everywhere": ("total", {"x": 6, "vary": "cents"}, {"x": 6}, {}, {"unit": ""}),
}  # fmt: skip

#: Verdicts that a rule cannot give, and why.
IMPOSSIBLE = {("year-missing", "not-applicable"): "every form has a year"}
