"""What Prefect's user interface shows of a run: a table of refused documents and a link to the report. Nothing personal is in either."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from selfeval.flows.commands.console import one_line
from selfeval.flows.ledger.ledger import Submission
from selfeval.flows.ops import report_server
from selfeval.flows.ops.notifying import REPORT
from selfeval.flows.run.summary import Summary
from selfeval.flows.workspace import Workspace

#: rows of the table; the ledger and the report have all of them.
LISTED = 200


def publish(
    summary: Summary,
    refused: Sequence[Submission],
    faults: Sequence[tuple[str, str, int]] = (),
) -> None:
    """Three artifacts of the current flow run, and a fourth where rules raised."""
    create_markdown_artifact(key="summary", markdown=summary.sentence(), description="本次运行")
    rows = [
        {
            "文件": one_line(item.document),
            "原因": item.why,
            "处理办法": item.hint,
            "代码": item.code,
        }
        for item in refused[:LISTED]
    ]
    create_table_artifact(
        key="quarantined", table=rows, description=f"隔离的文件，共 {len(refused)} 份"
    )
    if faults:
        told = [{"规则": rule, "原因": why, "未判定": count} for rule, why, count in faults]
        create_table_artifact(key="rule-faults", table=told, description="执行出错的规则，其结论按未能判定处理")  # fmt: skip
    if summary.report:
        place = Path(summary.report).parent.parent
        address = os.environ.get(REPORT) or report_server.address(Workspace(place))
        how = (
            ""
            if os.environ.get(REPORT)
            else f"在本机运行 selfeval serve-report -w {place} 后可打开"
        )
        create_link_artifact(key="report", link=address, link_text="审核报告", description=how or "审核报告")  # fmt: skip
