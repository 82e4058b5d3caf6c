"""The whole run: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks import audit, desk, files, report, reports, rules, svg
from benchmarks.accuracy import Accuracy, calibration, judge
from benchmarks.measure import Cost, run
from benchmarks.readers import BARE, CONTESTANTS, DRAWN

PAGES = (1, 5, 20, 50, 100, 200)
CELLS = (100, 300, 1000, 3000, 10000)
ROUNDS, GENERATED = 2, 24
GROWING = ("selfeval", BARE, "raw pdfplumber")
#: seconds after which a reader is given up in the growth series; it is not tried with anything larger
GIVE_UP = 40.0


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("--out", type=Path, default=files.ROOT / "benchmarks" / "results")
    arguments.add_argument(
        "--corpus",
        type=Path,
        default=os.environ.get("CORPUS") or None,
        help="NAME.pdf beside NAME.json",
    )
    arguments.add_argument(
        "--quick", action="store_true", help="fewer forms, one round, no scans, no growth"
    )
    options = arguments.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        parts: list[str] = []
        for part in _run(Path(folder), options.out, options.corpus, options.quick):
            parts.append(part)
            print(part, flush=True)
            # after each part, since a run takes minutes: what was measured stays if it is cut short
            (options.out / "report.md").write_text("\n".join(parts), encoding="utf-8")


def _run(folder: Path, out: Path, corpus: Path | None, quick: bool) -> Iterator[str]:
    """The parts of the report, one after the other."""
    yield "# Benchmarks\n"
    yield report.machine()
    items = files.published(corpus and corpus.resolve())
    made = files.generated(folder, 10 if quick else GENERATED)
    told: list[Accuracy] = []
    text_layer = [item for item in items if not item.scan]
    for title, group in (
        ("Published forms with a text layer", text_layer),
        ("Generated forms", made),
    ):
        if group:
            yield (
                _heading(title, group)
                + "\n"
                + _compare(title, group, out, 1 if quick else ROUNDS, told)
            )
    if not quick:
        scans = [item for item in items if item.scan] + [files.scanned(folder)]
        yield _heading("Scans, through recognition", scans) + "\n" + _scans(scans, told)
    bands = calibration([leaf for found in told for leaf in found.leaves])
    yield (
        "\n## Confidence: of the values said with it, how many are right\n\n"
        + report.calibration(bands)
    )
    _say("rules")
    yield rules.section(items)
    _say("audit")
    yield audit.section(20_000 if quick else audit.ROWS)
    _say("reports")
    yield reports.section(1_000 if quick else reports.DOCUMENTS)
    _say("desk")
    yield desk.section(30 if quick else desk.FORMS)
    if not quick:
        for name, sizes, make in (
            ("pages", PAGES, files.of_pages),
            ("cells", CELLS, files.of_cells),
        ):
            yield f"\n## Growth with {name}\n\n" + _growth(name, sizes, folder, make, out)
    yield NOTES


def _heading(title: str, group: list[files.Item]) -> str:
    return f"\n## {title}: {len(group)} documents, {sum(item.pages for item in group)} pages\n"


def _compare(
    title: str, group: list[files.Item], out: Path, rounds: int, told: list[Accuracy]
) -> str:
    """All readers over the same files, in turn, so that a busy moment of the machine does not meet one of them alone."""
    pages = sum(item.pages for item in group)
    costs: dict[str, list[Cost]] = {name: [] for name in CONTESTANTS}
    found: dict[str, Accuracy | None] = dict.fromkeys(CONTESTANTS)
    for number in range(rounds):
        for name, contestant in CONTESTANTS.items():
            if number and contestant.repeat == 1:
                continue  # seconds a page: one round says enough
            _say(f"{title}: {name}, round {number + 1}")
            cost, results = run(contestant, group, repeat=contestant.repeat)
            costs[name] += [cost] if cost else []
            if results and name not in (BARE, DRAWN):
                found[name] = judge(group, results)
    ours = found["selfeval"]
    told += [ours] if ours else []
    rows = [
        report.Row(name, pages, each.repeat, _middle(costs[name]), found[name], each.ours)
        for name, each in CONTESTANTS.items()
    ]
    file = f"speed-{'published' if title.startswith('Published') else 'generated'}.svg"
    bars = [
        (row.name, row.wall, f", {row.found.cell_share:.1%} of values" if row.found else "")
        for row in rows
        if row.cost
    ]
    (out / file).write_text(svg.bars(f"{title}: time for a page", bars, "ms"), encoding="utf-8")
    return report.comparison(rows) + f"\n![time for a page]({file})\n"


def _middle(costs: list[Cost]) -> Cost | None:
    if not costs:
        return None
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        max(cost.peak for cost in costs),
    )


def _scans(scans: list[files.Item], told: list[Accuracy]) -> str:
    _say("scans")
    contestant = CONTESTANTS["selfeval"]
    cost, results = run(contestant, scans, patience=600)
    found = judge(scans, results) if results else None
    told += [found] if found else []
    return report.comparison(
        [report.Row("selfeval", sum(item.pages for item in scans), 1, cost, found, True)]
    )


def _growth(
    name: str,
    sizes: tuple[int, ...],
    folder: Path,
    make: Callable[[Path, int], files.Item],
    out: Path,
) -> str:
    series: dict[str, list[tuple[int, int, Cost | None]]] = {reader: [] for reader in GROWING}
    for size in sizes:
        item = make(folder, size)
        for reader, rows in series.items():
            if rows and rows[-1][2] is None:
                continue
            _say(f"{size} {name}: {reader}")
            cost, _ = run(CONTESTANTS[reader], [item], patience=GIVE_UP)
            rows.append((size, item.pages, cost))
    for unit, value in (("seconds", lambda cost: cost.wall), ("MiB", lambda cost: cost.peak)):
        points = {
            reader: [(float(size), value(cost)) for size, _, cost in rows if cost]
            for reader, rows in series.items()
        }
        (out / f"growth-{name}-{unit}.svg").write_text(
            svg.lines(f"{unit} by {name}", points, name, unit), encoding="utf-8"
        )
    return (
        report.growth(name, series)
        + f"\n![seconds]({f'growth-{name}-seconds.svg'}) ![MiB]({f'growth-{name}-MiB.svg'})\n"
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


NOTES = """
## How to read this

- **ms/page**: wall time of a fresh process from its start to its end, over pages times the number of times that it reads the files;
  the median of the rounds in which the readers take turns (one round for readers that take seconds a page). Processor time is that
  of the process and of all its children, and tells more than wall time on a busy machine; peak memory is that of the largest process.
- **bare pdfium** reads all characters with boxes and all objects with bounds and makes nothing of them: the floor; of a reader that looks at its pages,
  that and one picture of each page.
- **values as cells**: of the printed values that are not blank, those that stand alone in a cell of the result (spaces and full or half
  width aside). For raw engines that is all one can ask, since they do not know which cell is which field.
- **leaf accuracy**: values that came out exactly, in their field and row. **silent**: wrong, and no doubt points at them.
- Generated forms come from `tests/forms` with fixed seeds: random truth, borders, page breaks, turns, watermarks, seals, hidden text.
- A dash in the growth tables: the reader was given up after 40 s, or had been at a smaller size.
"""

if __name__ == "__main__":
    main()
