"""What somebody else's process does with the judged tables: Great Expectations' own API, the suites' JSON, and nothing else of the project.

`python fresh_gx.py JUDGED SUITES` prints the unexpected count of every rule as JSON."""

import json
import sys
from collections import Counter
from pathlib import Path

import great_expectations as gx
from great_expectations.core import ExpectationSuite
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

import selfeval.expectations.gx  # noqa: F401  registers the expectations

judged, folder = map(Path, sys.argv[1:])
context = gx.get_context(mode="ephemeral")
source = context.data_sources.add_pandas_filesystem("judged", base_directory=judged)
counts: Counter[str] = Counter()
for table in ("forms", "funds", "indicators"):
    asset = source.add_parquet_asset(table)
    batch = asset.add_batch_definition_path(table, path=f"{table}.parquet").get_batch()
    for path in sorted(folder.glob("*.json")):
        for stored in json.loads(path.read_text("utf-8")):
            if stored["meta"]["table"] != table:
                continue
            made = [
                ExpectationConfiguration(**one).to_domain_obj() for one in stored["expectations"]
            ]
            suite = ExpectationSuite(name=stored["name"], expectations=made)
            for one in batch.validate(suite).results:
                assert not one.exception_info.get("raised_exception"), one
                counts[one.expectation_config.meta["rule"]] += one.result["unexpected_count"]
print(json.dumps(counts))
