"""Notices to people by Apprise (mail, DingTalk, WeCom, a webhook, a hundred more): that a run failed, or that its results are unusual.

Addresses hold secrets. They come from the environment or from a file, stay in memory, and are never logged nor stored; a notice that could
not be sent is a line of the log and changes nothing else. A notice holds counts and rule ids, and nothing of a form.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any

from selfeval.flows.commands.console import log
from selfeval.flows.problems import Problem

if TYPE_CHECKING:
    from selfeval.flows.run.summary import Summary

#: Addresses, separated by blanks; `@FILE` stands for those in a file, one a line. Percent of refused documents above which a notice goes
#: out. Address under which readers find the report, in place of its path on this machine.
ADDRESSES, QUARANTINE, REPORT = (
    "SELFEVAL_NOTIFY",
    "SELFEVAL_NOTIFY_QUARANTINE",
    "SELFEVAL_REPORT_URL",
)
QUARANTINE_PERCENT = 10.0
#: earlier runs that tell what is usual, and how few of them tell nothing.
HISTORY, LEAST_HISTORY = 12, 4
#: A rule is unusual above the mean share of earlier runs by so many standard deviations, and by so many findings at least.
DEVIATIONS, LEAST_FINDINGS = 3.0, 5

TITLE = "绩效自评表审核"


def addresses() -> list[str]:
    """The addresses to notify. Problem: a file of them cannot be read."""
    return list(_addresses(os.environ.get(ADDRESSES, "").split()))


def _addresses(given: Sequence[str]) -> Iterator[str]:
    for word in given:
        if not word.startswith("@"):
            yield word
            continue
        try:
            lines = Path(word[1:]).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Problem(
                "notify-file",
                f"通知地址文件无法读取（{type(error).__name__}）",
                "每行一个地址，文件权限 0600。",
            ) from error
        yield from (
            line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")
        )


def check(urls: Sequence[str]) -> None:
    """Problem: an address that Apprise does not know, told by its place in the list and not by its text."""
    from apprise import Apprise

    _quiet()
    for number, url in enumerate(urls, start=1):
        if Apprise.instantiate(url) is None:
            raise Problem(
                "notify-address",
                f"第 {number} 个通知地址无法识别",
                "写法见 docs/operations.md，如 mailtos://、dingtalk://、wecombot://、json://。",
            )


def of_run(summary: Summary, earlier: Sequence[Mapping[str, Any]]) -> list[str]:
    """What of a finished run people should hear of, one sentence each; empty for a usual one. `earlier` is the run log before it."""
    found = []
    percent = float(os.environ.get(QUARANTINE) or QUARANTINE_PERCENT)
    if summary.processed and 100 * summary.refused > percent * summary.processed:
        share = 100 * summary.refused / summary.processed
        found.append(
            f"本次处理 {summary.processed} 份，隔离 {summary.refused} 份（{share:.0f}%，超过 {percent:g}%）。"
        )
    found += [
        f"规则 {rule} 发现 {number} 项，往常约 {usual:.0f} 项。"
        for rule, number, usual in unusual(summary, earlier)
    ]
    return found


def unusual(summary: Summary, earlier: Sequence[Mapping[str, Any]]) -> list[tuple[str, int, float]]:
    """Rules that fire more than usual in the documents read in this run: (rule, findings, findings to be expected).

    Usual is the rule's mean number of findings a document over the last HISTORY runs of the same inbox that read any: nights differ in
    how much comes, so shares are compared. A rule is told above DEVIATIONS standard deviations and LEAST_FINDINGS findings more."""
    past = [
        run
        for run in earlier
        if run.get("inbox") == summary.inbox and run.get("processed", 0) > run.get("refused", 0)
    ][-HISTORY:]
    read = summary.processed - summary.refused
    if len(past) < LEAST_HISTORY or not read:
        return []
    found = []
    for rule, number in sorted(summary.rules.items()):
        shares = [
            run.get("rules", {}).get(rule, 0) / (run["processed"] - run["refused"]) for run in past
        ]
        usual = fmean(shares) * read
        if (
            number > (fmean(shares) + DEVIATIONS * pstdev(shares)) * read
            and number >= usual + LEAST_FINDINGS
        ):
            found.append((rule, number, usual))
    return found


def send(lines: Sequence[str], urls: Sequence[str], *, failed: bool) -> bool:
    """Send one notice to every address. True when all took it; what did not is a line of the log, whatever went wrong."""
    if not urls or not lines:
        return True
    from apprise import Apprise, AppriseAsset, NotifyType

    _quiet()
    kind = NotifyType.FAILURE if failed else NotifyType.WARNING
    asset = AppriseAsset(async_mode=False, app_id="selfeval", app_desc=TITLE, app_url="")
    title, sent = TITLE + ("：运行失败" if failed else "：需要注意"), True
    for number, url in enumerate(urls, start=1):
        try:
            notice = Apprise(asset=asset)
            arrived = bool(notice.add(url)) and bool(
                notice.notify("\n".join(lines), title=title, notify_type=kind)
            )
        except Exception:  # noqa: BLE001 - whatever a service's plug-in raises, with the address in its text
            arrived = False
        if not arrived:
            log.warning(
                "通知未能送出（第 %d 个地址，%s）",
                number,
                url.partition("://")[0][:20],
                extra={"code": "notify-failed"},
            )
        sent = sent and arrived
    return sent


def report_of(summary: Summary) -> str:
    """Where readers find the report."""
    return os.environ.get(REPORT, "") or summary.report


def _quiet() -> None:
    """Apprise's own log quotes addresses."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
