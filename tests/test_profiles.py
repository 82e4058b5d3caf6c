"""Profiles: which rules and thresholds hold for a kind of form. Adding one is a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_forms import CLEAN, changed, tables_of
from flow_runs import SAMPLES, selfeval

from selfeval.expectations import catalogue, profiles
from selfeval.expectations.judging import Judgement
from selfeval.expectations.profiles import OWN_PROFILES, ProfileError, known, load, recognise
from selfeval.expectations.view import FormView, views
from selfeval.extractors.forms.captions import captions
from selfeval.flows.run import versions
from selfeval.flows.workspace import create

OWN = """id: lingshan
name: 灵山县项目支出绩效自评表
execution_weight: [20]
level1: {产出: 60, 效益: 20, 满意度: 10}
formula: step
grades: {优: 95, 良: 85, 中: 60, 差: 0}
thresholds: {low_execution: 0.99, over_achievement: 5, budget_change: 0.5, concentration: 0.15}
titles: [灵山县]
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "lingshan.yml").write_text(OWN, "utf-8")
    monkeypatch.setenv(OWN_PROFILES, str(tmp_path))
    profiles.read_folder.cache_clear()
    return tmp_path


def failing(form: FormView) -> set[str]:
    return {rule for _, rule, _, _ in Judgement([form], catalogue.load()).failures()}


def view(**changes: str | None) -> FormView:
    return views(tables_of(changed(CLEAN, changes)))[0]


def test_a_file_dropped_into_a_folder_is_a_profile(own: Path) -> None:
    form = view(profile=None, title="灵山县项目支出绩效自评表", **{"total/explanation": "优"})
    assert (
        form.settings is not None
        and form.settings.id == "lingshan"
        and form.settings.grades[0] == ("优", 95)
    )
    ours = view(profile="national", **{"total/explanation": "优"})
    assert failing(form) - failing(ours) == {
        "low-execution-unexplained",
        "weight-concentration",
    } - failing(ours)
    assert "weight-concentration" in failing(form)


def test_its_grades_and_thresholds_are_the_ones_that_count(own: Path) -> None:
    form = view(
        profile="lingshan",
        **{"total/score": "91", "total/explanation": "优", "indicators/0/actual": "100处"},
    )
    assert "grade-vs-score" in failing(form) and "over-achievement" not in failing(form)
    ours = view(
        profile="national",
        **{"total/score": "91", "total/explanation": "优", "indicators/0/actual": "100处"},
    )
    assert "grade-vs-score" not in failing(ours) and "over-achievement" in failing(ours)


def test_a_place_that_allows_whole_points_is_not_told_of_rounding(own: Path) -> None:
    (own / "whole.yml").write_text("id: whole\nname: x\ninteger_rounding: true\n", "utf-8")
    profiles.read_folder.cache_clear()
    rounded = {"funds/0/score": "10", "total/score": "99"}
    assert "integer-rounding" in failing(
        view(profile="lingshan", **rounded)
    ) and "integer-rounding" not in failing(view(profile="whole", **rounded))


def test_one_of_the_same_id_takes_the_place_of_ours(own: Path) -> None:
    (own / "national.yml").write_text(
        "id: national\nname: 本地\nthresholds: {low_execution: 0.5}\n", "utf-8"
    )
    profiles.read_folder.cache_clear()
    assert load()["national"].name == "本地" and "sichuan" in load()


def test_the_submitter_may_name_it(own: Path) -> None:
    assert known("lingshan").formula == "step"
    told = selfeval("audit", SAMPLES / "chizhou-tangxi-2022.pdf", "--profile", "nowhere")
    assert (
        told.returncode == 3
        and "没有表式 nowhere" in told.stderr
        and "national" in told.stderr
        and "Traceback" not in told.stderr
    )


@pytest.mark.parametrize("text, told", [
    ("id: broken\nname: x\nformula: guess\n", "unknown formula"), ("id: other\nname: x\n", "应与文件名相同"), ("id: broken\nname: x\nwhat: 1\n", "what"),
    ("id: broken\nname: x\ngrades: {差: 0, 优: 90}\n", "grades must fall"), ("id: broken\nname: x\nthresholds: {low_execution: many}\n", "broken.yml"),
    ("- 1\n", "broken.yml"), ("id: [\n", "broken.yml"),
])  # fmt: skip
def test_a_file_that_holds_something_else_is_named(own: Path, text: str, told: str) -> None:
    (own / "broken.yml").write_text(text, "utf-8")
    profiles.read_folder.cache_clear()
    with pytest.raises(ProfileError, match=told) as raised:
        load()
    assert "broken.yml" in raised.value.message


def test_a_folder_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(OWN_PROFILES, str(tmp_path / "gone"))
    with pytest.raises(ProfileError, match="不存在"):
        load()


def test_two_profiles_that_fit_are_none() -> None:
    assert recognise(None, "某县转移支付衔接资金自评表", ()) is None
    assert recognise("sichuan", "某县转移支付衔接资金自评表", ()).id == "sichuan"  # type: ignore[union-attr]


def test_a_form_of_no_known_profile_is_judged_only_by_what_is_certain() -> None:
    """Whatever depends on a profile says not-applicable, and the core rules say the same as before."""
    broken = {
        "indicators/0/score": "21",
        "funds/0/rate": "97%",
        "indicators/2/explanation": "",
        "funds/0/executed": "60.00",
        "indicators/0/actual": "900处",
    }
    unknown, national = view(profile=None, **broken), view(profile="national", **broken)
    assert unknown.settings is None
    core = {rule for rule, entry in catalogue.load().entries.items() if entry.core}
    assert failing(unknown) & core == failing(national) & core
    assert failing(unknown) < failing(national)
    for rule in failing(national) - failing(unknown):
        answers = Judgement([unknown], catalogue.load(), {rule}).answers()
        verdicts = {one.verdict.value for _, answer in answers for one in answer.decisions}
        assert verdicts == {"not-applicable"}, rule


@pytest.mark.parametrize("profile", sorted(load()))
def test_every_profile_that_comes_with_the_program_makes_sense(profile: str) -> None:
    held = load()[profile]
    assert held.name
    # no form prints its scale: two are in use, and a profile of a place whose scale is known may name one
    assert not held.grades or held.grades[-1][1] == 0
    assert (
        0 < held.low_execution <= 1 < held.over_achievement
        and 0 <= held.budget_change < 1
        and 0 < held.concentration < 1
    )
    if held.level1 and held.execution_weight:
        assert sum(points for _, points in held.level1) + held.execution_weight[0] == 100


REGIONAL = """id: lingbei
name: 灵北县项目支出绩效自评表
regions: [灵北县]
years: [2022, null]
thresholds: {low_execution: 0.5, over_achievement: 1.3, budget_change: 0.1, concentration: 0.4}
"""


def test_a_profile_of_ones_own_is_told_by_region_title_and_year_together(own: Path) -> None:
    """What came with the program won over it, since every form prints some captions of the national one."""
    (own / "lingbei.yml").write_text(REGIONAL, "utf-8")
    profiles.read_folder.cache_clear()
    labels = ("年度资金总额",)

    def told(title: str, unit: str, year: int | None) -> tuple[str | None, str]:
        found = profiles.recognition(
            profiles.Shown("national", title, labels, "某市水利局", unit, year)
        )
        return found.profile and found.profile.id, found.why

    assert told("项目支出绩效自评表", "灵北县水利站", 2022) == (
        "lingbei",
        "地区为灵北县、年度为2022",
    )
    assert told("项目支出绩效自评表", "灵北县水利站", 2021)[0] == "national"
    assert told("灵山县项目支出绩效自评表", "灵山县水利站", 2022) == ("lingshan", "标题含“灵山县”")
    assert told("灵山县项目支出绩效自评表", "灵北县水利站", 2021)[0] == "lingshan"
    assert told("项目支出绩效自评表", "某县水利站", 2022)[0] == "national"


def test_captions_of_one_province_on_a_form_of_another_are_no_proof() -> None:
    shown = profiles.Shown(
        "sichuan", "云南省项目支出绩效自评表", (), "云南省水利厅", "某中心", 2022
    )
    found = profiles.recognition(shown)
    assert found.profile and found.profile.id == "national" and "地区为云南" in found.why
    here = profiles.recognition(shown._replace(title="四川省项目支出绩效自评表", authority=""))
    assert here.profile and here.profile.id == "sichuan" and here.why.endswith("地区为四川")


def test_a_profile_set_by_hand_is_outdone_by_nothing(own: Path) -> None:
    shown = profiles.Shown(profiles.set_by_user("national"), "灵山县项目支出绩效自评表", ())
    assert profiles.recognition(shown) == (load()["national"], "由用户指定")


def test_marks_that_several_profiles_print_mark_none() -> None:
    known = captions()
    for name, marks in known.marks.items():
        others = {one for other, theirs in known.marks.items() if other != name for one in theirs}
        assert known.profile(set(marks) & others) != name or len(marks - others) < 2, name
        assert known.profile(set(marks)) == name


def test_an_edited_profile_of_a_workspace_is_another_version_of_the_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Edits were ignored until `rerun --rules`, and the audit trail carried the same version."""
    monkeypatch.setenv(OWN_PROFILES, "")
    monkeypatch.delenv(OWN_PROFILES)
    (tmp_path / "W" / "profiles").mkdir(parents=True)
    create(tmp_path / "W")
    assert profiles.own_folder() == tmp_path / "W" / "profiles"
    told = []
    for threshold in ("0.99", "0.5"):
        text = OWN.replace("0.99", threshold)
        (tmp_path / "W" / "profiles" / "lingshan.yml").write_text(text, "utf-8")
        versions.rules.cache_clear()
        told.append(versions.rules())
    assert told[0] != told[1]
    versions.rules.cache_clear()
