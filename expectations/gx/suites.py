"""Catalogue -> Great Expectations suites and their JSON under version control: a file a suite of the catalogue, a suite a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.expectations import catalogue
from selfeval.expectations.judging import TABLES, Question, subjects
from selfeval.expectations.rules import RULES

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite

SUITES_DIR = Path(__file__).resolve().parent.parent / "suites"


def configurations(suite: str, table: str) -> list[dict[str, Any]]:
    """The expectations of `suite` over `table` as its JSON holds them: one for each rule and subject."""
    found = []
    for entry in catalogue.load().suites()[suite]:
        rule = RULES[entry.id]
        for subject in subjects(rule, table) if table in rule.tables else ():
            kwargs: dict[str, Any] = {"column": "record_id", "rule": entry.id, "table_name": table, "subject": subject}  # fmt: skip
            if rule.tolerances:
                kwargs["tolerances"] = dict(rule.tolerances)
            found.append(
                {
                    "type": f"expect_{entry.id.replace('-', '_')}",
                    "kwargs": kwargs,
                    "meta": {"rule": entry.id, "family": entry.family, "table": table},
                    "severity": catalogue.SEVERITY_WORDS[entry.severity][1],
                }
            )
    return found


def dump(suite: str) -> str:
    """The JSON text of `suite`, from the catalogue and the code: a list, one suite a table that it speaks of."""
    suites = [
        {"name": f"{suite}.{table}", "meta": {"table": table}, "expectations": found}
        for table in TABLES
        if (found := configurations(suite, table))
    ]
    return json.dumps(suites, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_all(folder: Path = SUITES_DIR) -> None:
    """Writes the JSON of every suite; a test holds the files to the code."""
    for suite in catalogue.load().suites():
        (folder / f"{suite}.json").write_text(dump(suite), "utf-8")


def load_suites(table: str, folder: Path = SUITES_DIR) -> list[ExpectationSuite]:
    """The suites under version control that go over `table`."""
    from great_expectations.core import ExpectationSuite
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    import selfeval.expectations.gx.expectations  # noqa: F401  registers the expectation classes that the JSON names

    return [
        ExpectationSuite(
            name=stored["name"],
            meta=stored["meta"],
            expectations=[ExpectationConfiguration(**one).to_domain_obj() for one in stored["expectations"]],
        )
        for path in sorted(folder.glob("*.json"))
        for stored in json.loads(path.read_text("utf-8"))
        if stored["meta"]["table"] == table
    ]  # fmt: skip


def question_of(one: Any) -> Question:
    """The question that a result answers; its kwargs hold only what differs from the defaults of the class."""
    config = one.expectation_config
    return Question(config.meta["rule"], config.meta["table"], config.kwargs.get("subject", ""))
