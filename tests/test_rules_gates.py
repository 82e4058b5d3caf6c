"""A gate says sooner what its rule would say, and nothing else."""

from __future__ import annotations

from audit_forms import CLEAN, changed, tables_of
from documents import GOLDEN, golden
from rule_cases import CASES
from test_rules_cases import form_of

from selfeval.expectations.rules import RULES
from selfeval.expectations.rules.gates import kind_of
from selfeval.expectations.view import views
from selfeval.extractors.model import Form


def all_forms() -> list[Form]:
    """The forms of all cases and the published ones, each with the doubts taken out: forms with doubts pass no gate."""
    made = [
        form_of({name: value for name, value in case.items() if name != "?"})
        for _, *cases in CASES.values()
        for case in cases
    ]
    return [
        changed(form, {})
        for form in [CLEAN, *made, *(form for path in GOLDEN for form in golden(path).forms)]
    ]


def test_gate_and_rule_say_the_same_of_every_row():
    gated = {rule: known.gate for rule, known in RULES.items() if getattr(known, "gate", None)}
    assert len(gated) > 15
    shut: dict[str, int] = dict.fromkeys(gated, 0)
    for form in views(tables_of(*all_forms())):
        for row in form.indicators:
            kind = kind_of(row)
            for rule, gate in gated.items():
                if kind & gate.given == gate.given and kind & gate.needs != gate.needs:
                    shut[rule] += 1
                    assert RULES[rule].judge(row, row.subject) == gate.otherwise, (
                        rule,
                        form.document,
                        row.subject,
                    )
    assert all(shut.values()), [rule for rule, times in shut.items() if not times]
