"""The tests that know of days, run again ten seconds before midnight in three time zones: the suite may run over midnight anywhere."""

from __future__ import annotations

import subprocess
import sys

import pytest
from flow_runs import HOUSE, environment

CLOCKED = ("tests/test_waivers.py",)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "America/New_York"])
def test_days_pass_over_midnight(zone: str) -> None:
    command = ["faketime", "23:59:50", sys.executable, "-m", "pytest", "-q", "-x", *CLOCKED]
    quick = (
        "-k",
        "not postgresql and (last_day or clock or expires)",
        "-p",
        "no:cacheprovider",
    )
    done = subprocess.run(
        [*command, *quick],
        cwd=HOUSE,
        env=environment(TZ=zone),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
