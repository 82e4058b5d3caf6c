"""The rules as Great Expectations custom expectations, with the text that Data Docs show. Importing this costs 6 s: import it lazily.

Every rule is an expectation class of its own, named after it: weights-sum is ExpectWeightsSum, `expect_weights_sum` in a suite. It computes
from the columns of the batch, which is one of the judged tables (`selfeval.expectations.frames`), whoever read it."""

from __future__ import annotations

from copy import copy
from typing import Any, ClassVar

import pandas as pd
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metrics.map_metric_provider import ColumnMapMetricProvider
from great_expectations.expectations.metrics.metric_provider import metric_partial
from great_expectations.render import LegacyDiagnosticRendererType, LegacyRendererType
from great_expectations.render.components import RenderedStringTemplateContent, RenderedTableContent
from great_expectations.render.renderer.renderer import renderer
from great_expectations.render.renderer_configuration import (
    RendererConfiguration,
    RendererValueType,
)

from selfeval.expectations import catalogue
from selfeval.expectations.answers import FAIL
from selfeval.expectations.gx.history import COUNTED, told
from selfeval.expectations.gx.judged import judged_of
from selfeval.expectations.judging import Question
from selfeval.expectations.rules import RULES
from selfeval.expectations.view import CAPTIONS


class UpheldByRule(ColumnMapMetricProvider):
    """Whether a record does not fail under the rule."""

    condition_metric_name = "column_values.upheld_by_rule"
    condition_value_keys = ("rule", "table_name", "subject", "tolerances")

    @metric_partial(
        engine=PandasExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.MAP_CONDITION_SERIES,
        domain_type=MetricDomainTypes.COLUMN,
    )
    def _pandas(
        cls,
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> tuple[pd.Series, dict[str, Any], dict[str, Any]]:
        frame, compute, accessor = execution_engine.get_compute_domain(
            domain_kwargs=metric_domain_kwargs, domain_type=MetricDomainTypes.COLUMN
        )
        asked = metric_value_kwargs
        question = Question(asked["rule"], asked["table_name"], asked["subject"])
        codes = judged_of(frame, question.table).codes(question, asked["tolerances"])
        return pd.Series(codes == FAIL, index=frame.index), compute, accessor


class RuleExpectation(ColumnMapExpectation):
    """Every record upholds one rule of the catalogue. `table_name` is forms, funds or indicators; `subject` the PATH of a form that is
    judged, "" where the record itself is. `tolerances` are the rule's, where others than its own are wanted. `column` names the records."""

    column: str = "record_id"
    rule: str = ""
    table_name: str = ""
    subject: str = ""
    tolerances: dict[str, str] = {}
    rule_id: ClassVar[str] = ""
    map_metric: ClassVar[str] = "column_values.upheld_by_rule"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "rule", "table_name", "subject", "tolerances")  # fmt: skip
    args_keys: ClassVar[tuple[str, ...]] = ("column", "rule", "table_name", "subject", "tolerances")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> Any:
        """As in the base class, and how many records got each of the four verdicts: none failing is not all passing."""
        outcome = super()._validate(metrics, runtime_configuration, execution_engine)
        frame = execution_engine.batch_manager.active_batch_data.dataframe
        question = Question(self.rule, self.table_name, self.subject)
        counts = judged_of(frame, self.table_name).counts(question, self.tolerances)
        outcome["result"]["details"] = {"verdicts": counts}
        return outcome

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
        word = catalogue.SEVERITY_WORDS[entry.severity][0]
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
        verdicts = _verdicts(result)
        return told(verdicts) if verdicts else "--"

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.STATUS_ICON)
    def _diagnostic_status_icon_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
    ) -> RenderedStringTemplateContent:
        """A tick stands only where something passed and nothing was left undecided."""
        verdicts = _verdicts(result)
        if not verdicts or not (result and result.success) or (verdicts["pass"] and not verdicts["undecidable"]):  # fmt: skip
            icon: RenderedStringTemplateContent = super()._diagnostic_status_icon_renderer(
                configuration, result, runtime_configuration
            )
            return icon
        word = COUNTED["undecidable" if verdicts["undecidable"] else "not-applicable"]
        return _text("$text", text=word)

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
                header_row=["文件", "表", "位置", "问题", "原件"],
                table=rows,
                styling=styling,
            )
        ]


def _verdicts(result: Any) -> dict[str, int]:
    """The counts of the four verdicts, where the result has them."""
    counts = (result and result.result) or {}
    found: dict[str, int] = counts.get("details", {}).get("verdicts", {})
    return found


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
