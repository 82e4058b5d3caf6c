"""A season is ten thousand documents: a report of them is written as they stream by, in memory that does not grow with them.

How long it takes is for `python -m benchmarks` to say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROGRAM = """
import json, resource, sys
from pathlib import Path
from report_data import RULES, season
from selfeval.reports.site.write import SiteWriter
from selfeval.reports.site.sources import Sources
from selfeval.reports.site.views import document_views

writer, peaks = SiteWriter(Path(sys.argv[1]), Sources(RULES)), []
for given in season(int(sys.argv[2]), 50):
    for view in document_views(*given, Sources(RULES), writer.catalogue):
        writer.add(view)
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
writer.finish()
print(json.dumps(peaks))
"""
DOCUMENTS = 400
#: MB by which the peak may grow from the 100th document to the last: totals and the entries of units and projects, some 2 kB a form
GROWTH = 16


def test_memory_stays_flat_while_pages_are_written(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), str(DOCUMENTS)], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": f"{HERE}:{HERE.parent}", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    peaks = json.loads(done.stdout)
    assert len(list((tmp_path / "documents").glob("*.html"))) == DOCUMENTS
    assert peaks[-1] - peaks[1] < GROWTH
