"""Nothing that selfeval imports reports on its users: each library is told so before it is imported, in every process."""

from __future__ import annotations

import os
import subprocess
import sys

from flow_runs import HOUSE, environment

from selfeval.extractors.isolation.sandbox import run_isolated

TOLD = "ORT_DISABLE_TELEMETRY"


def test_onnxruntime_is_told_before_it_is_imported() -> None:
    code = (
        "import sys, selfeval, os\n"
        f"assert os.environ['{TOLD}'] == '1' and 'onnxruntime' not in sys.modules\n"
        "import selfeval.extractors.engines.ocr, selfeval.flows.cli\n"
        "print('onnxruntime' in sys.modules)"
    )
    variables = {name: value for name, value in environment().items() if name != TOLD}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=HOUSE,
        env=variables,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "False"


def test_a_child_that_recognises_is_told_too() -> None:
    assert run_isolated(os.getenv, TOLD) == "1"
