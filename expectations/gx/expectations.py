"""The rules as Great Expectations custom expectations, with the text that Data Docs show. Importing this costs 6 s: import it lazily.

One metric serves all: its condition asks the bench of the running audit what the rule says about each record. Every rule is an
expectation class of its own, named after it: weights-sum is ExpectWeightsSum, `expect_weights_sum` in a suite."""

from __future__ import annotations

from copy import copy
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)
from great_expectations.render import LegacyDiagnosticRendererType, LegacyRendererType
from great_expectations.render.components import RenderedStringTemplateContent, RenderedTableContent
from great_expectations.render.renderer.renderer import renderer
from great_expectations.render.renderer_configuration import (
    RendererConfiguration,
    RendererValueType,
)

from selfeval.expectations import catalogue
from selfeval.expectations.rules import RULES
from selfeval.expectations.runner import CURRENT
from selfeval.expectations.view import CAPTIONS


class UpheldByRule(ColumnMapMetricProvider):
    """Whether the record with this number does not fail under the rule."""

    condition_metric_name = "column_values.upheld_by_rule"
    condition_value_keys = ("rule", "table_name", "subject")

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(
        cls, column: pd.Series, rule: str, table_name: str, subject: str, **_: Any
    ) -> pd.Series:
        bench = CURRENT.get()
        upheld = np.ones(len(bench.records[table_name]), dtype=bool)
        upheld[bench.failing_records((rule, table_name, subject))] = False
        return pd.Series(upheld[column.to_numpy()], index=column.index)


class RuleExpectation(ColumnMapExpectation):
    """Every record upholds one rule of the catalogue. `table_name` is forms, funds or indicators; `subject` the PATH of a form that is
    judged, "" where the record itself is. `column` numbers the records of the batch; record_id stands beside it."""

    column: str = "record"
    rule: str = ""
    table_name: str = ""
    subject: str = ""
    rule_id: ClassVar[str] = ""
    map_metric: ClassVar[str] = "column_values.upheld_by_rule"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "rule", "table_name", "subject")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "rule", "table_name", "subject")

    _made: tuple[Any, ...] = PrivateAttr(default=())

    @property
    def configuration(self) -> ExpectationConfiguration:
        """As in the base class, which makes it anew at each of the eighty times that one validation asks for it: a quarter of a run."""
        state = (self.id, self.severity, self.description, self.subject)
        if not self._made or self._made[0] != state:
            self._made = (state, super().configuration)
        made: ExpectationConfiguration = copy(self._made[1])
        made.kwargs = dict(made.kwargs)
        return made

    @classmethod
    def _prescriptive_template(
        cls, renderer_configuration: RendererConfiguration
    ) -> RendererConfiguration:
        renderer_configuration.add_param(
            "sentence",
            RendererValueType.STRING,
            _sentence(cls.rule_id, renderer_configuration.kwargs),
        )
        renderer_configuration.template_str = "$sentence"
        return renderer_configuration

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any]:
        config = configuration or (result and result.expectation_config)
        if config is None:
            return []
        entry = catalogue.load()[cls.rule_id]
        word = catalogue.SEVERITIES[entry.severity][0]
        return [
            _text(
                "$severity $rule $sentence",
                severity=word,
                rule=entry.id,
                sentence=_sentence(cls.rule_id, config.kwargs),
            )
        ]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> str:
        counts = (result and result.result) or {}
        if "unexpected_count" not in counts:
            return "--"
        return f"{counts['element_count']} 条记录中 {counts['unexpected_count']} 条不符"

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_STATEMENT)
    def _diagnostic_unexpected_statement_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> list[Any]:
        counts = (result and result.result) or {}
        if not counts.get("unexpected_count"):
            return []
        shown = len(counts.get("details", {}).get("findings", ()))
        rest = "" if shown >= counts["unexpected_count"] else f"，以下列出前 {shown} 条"
        return [_text("$text", text=f"共 {counts['unexpected_count']} 条不符{rest}。")]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    def _diagnostic_unexpected_table_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> Any:
        rows = ((result and result.result) or {}).get("details", {}).get("findings")
        if not rows:
            return None
        styling = {"body": {"classes": ["table-bordered", "table-sm", "mt-3"]}}
        return [
            RenderedTableContent(
                content_block_type="table",
                header_row=["文件", "表", "位置", "问题"],
                table=rows,
                styling=styling,
            )
        ]


def _sentence(rule: str, kwargs: dict[str, Any]) -> str:
    entry = catalogue.load()[rule]
    subject = kwargs.get("subject") or ""
    what = CAPTIONS.get(subject.rpartition("/")[2], "") if len(RULES[entry.id].subjects) > 1 else ""
    return f"{entry.zh}（核对{what}）" if what else entry.zh


def _text(template: str, **params: str) -> RenderedStringTemplateContent:
    styling = {
        "params": {"severity": {"classes": ["badge", "badge-secondary"]}, "rule": {"tag": "code"}}
    }
    return RenderedStringTemplateContent(
        content_block_type="string_template",
        string_template={"template": template, "params": params, "styling": styling},
    )


def _expectation(rule: str) -> type[RuleExpectation]:
    name = "Expect" + "".join(word.capitalize() for word in rule.split("-"))
    doc = f"{RULES[rule].__doc__}"
    members = {
        "__module__": __name__,
        "__doc__": doc,
        "__annotations__": {"rule": str, "rule_id": ClassVar[str]},
        "rule": rule,
        "rule_id": rule,
    }
    return type(name, (RuleExpectation,), members)


#: The expectation of every rule. Defining the classes registers them, so that a suite read from JSON finds them.
EXPECTATIONS: dict[str, type[RuleExpectation]] = {rule: _expectation(rule) for rule in RULES}
