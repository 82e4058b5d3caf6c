"""The audit of a season: published forms, written out many times over with other names, counts and amounts, through all suites.

`python -m benchmarks.audit [ROWS]` prints one measurement as JSON; `section()` is the part of `make bench`."""

from __future__ import annotations

import json
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from benchmarks.files import ROOT
from selfeval.core.numbers import is_blank
from selfeval.extractors.model import Document, Form, Indicator
from tests.documents import GOLDEN, golden

#: Indicator rows of the batch, and the processor time that two cores have in the 20 seconds that it may take.
ROWS, SECONDS = 100_000, 20.0
#: Of the documents of the batch, the share in which a score was changed.
WITH_SLIPS = 0.1
_AMOUNT = re.compile(r"\d+(?:\.\d+)?")
_COUNT = re.compile(r"\d{2,}(?![\d.]*[年月日%％])")


def season(rows: int, seed: int = 5) -> Iterator[Document]:
    """Documents of one form with at least `rows` indicators between them. Each copy of a published form belongs to another project and,
    eight projects apart, to another unit; its counts, amounts and texts differ from those of the other copies, as they do in life."""
    rng, published = random.Random(seed), [form for path in GOLDEN for form in golden(path).forms]
    number = written = 0
    while written < rows:
        form = _copy(published[number % len(published)], number, rng)
        written += len(form.indicators)
        yield Document(
            f"form-{number:05}.pdf",
            sha256(str(number).encode()).hexdigest(),
            1,
            "ok",
            forms=(form,),
        )
        number += 1


def _copy(form: Form, number: int, rng: random.Random) -> Form:
    unit = f"第{number // 8:05}号单位"
    told = {
        name: f"{getattr(form, name)}（{number}号项目）"
        for name in ("project_name", "goal_expected", "goal_actual")
        if getattr(form, name)
    }
    slip = (
        rng.randrange(len(form.indicators)) if form.indicators and rng.random() < WITH_SLIPS else -1
    )
    indicators = tuple(_indicator(row, rng, n == slip) for n, row in enumerate(form.indicators))
    scale, names = rng.randint(2, 9), ("initial", "budget", "executed")
    plain = all(
        is_blank(text) or _AMOUNT.fullmatch(text or "")
        for fund in form.funds
        for text in (getattr(fund, name) for name in names)
    )
    funds = (
        tuple(
            replace(fund, **{name: _scaled(getattr(fund, name), scale) for name in names})
            for fund in form.funds
        )
        if plain
        else form.funds
    )
    return replace(
        form,
        **told,
        unit=unit,
        funds=funds,
        indicators=indicators,
        doubts=form.doubts if rng.random() < 0.05 else (),
    )


def _indicator(row: Indicator, rng: random.Random, slip: bool) -> Indicator:
    digits = str(rng.randint(10, 9999))
    changes = {
        name: _COUNT.sub(digits, text)
        for name in ("target", "actual")
        if (text := getattr(row, name))
    }
    if row.explanation and len(row.explanation) > 4:
        changes["explanation"] = f"{row.explanation}{digits}"
    return replace(row, **changes, **({"score": "99"} if slip else {}))


def _scaled(text: str | None, scale: int) -> str | None:
    """The same amount, so many times over; what is no plain number stays."""
    if is_blank(text) or text is None:
        return text
    whole, _, places = text.partition(".")
    value = int(whole + places) * scale
    return f"{value / 10 ** len(places):.{len(places)}f}" if places else str(value)


def measure(rows: int) -> dict[str, float]:
    """One audit of so many rows: processor and wall seconds of making the tables and of judging them, records, findings, peak memory."""
    from selfeval.expectations import audit
    from selfeval.records.tables.build import build

    audit(build(season(200)))  # Great Expectations takes its seconds to import, once a process
    documents = list(season(rows))
    begun, cpu = time.perf_counter(), time.process_time()
    tables = build(documents)
    built_cpu = time.process_time()
    found = audit(tables)
    done = {
        "rows": len(tables.indicators), "forms": len(tables.forms), "tables_cpu": built_cpu - cpu, "audit_cpu": time.process_time() - built_cpu,
        "wall": time.perf_counter() - begun, "findings": len(found.findings),
        "counted": int(found.capped["failed"].sum() - found.capped["listed"].sum()) + len(found.findings),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip
    return {name: round(float(value), 2) for name, value in done.items()}


def section(rows: int = ROWS) -> str:
    """The measurement in a fresh process, as a part of the report."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.audit", str(rows)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(told.stdout)
    held = "held" if found["audit_cpu"] < SECONDS else "NOT held"
    return (
        f"\n## Audit: {found['rows']:,.0f} indicator rows of {found['forms']:,.0f} forms through all suites\n\n"
        "| rows | forms | tables, CPU s | audit, CPU s | wall s, both | findings listed | counted | peak MiB |\n|--:|--:|--:|--:|--:|--:|--:|--:|\n"
        f"| {found['rows']:,.0f} | {found['forms']:,.0f} | {found['tables_cpu']:.1f} | {found['audit_cpu']:.1f} | {found['wall']:.1f} | "
        f"{found['findings']:,.0f} | {found['counted']:,.0f} | {found['peak']:,.0f} |\n\n"
        f"One process; the aim of {SECONDS:.0f} s for {ROWS:,} rows is {held}.\n"
    )


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)))
