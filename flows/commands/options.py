"""Options that several commands share, so that they read and mean the same everywhere."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from selfeval.extractors.engines.registry import ENGINES


def _known_engine(name: str) -> str:
    if name not in ENGINES:
        raise typer.BadParameter(f"没有 {name} 这个引擎，可用 {'、'.join(ENGINES)}")
    return name


Files = Annotated[
    list[Path], typer.Argument(metavar="文件...", help="PDF 文件", show_default=False)
]
WorkspaceOption = Annotated[
    Path,
    typer.Option(
        "--workspace", "-w", envvar="SELFEVAL_WORKSPACE", metavar="目录", help="工作区目录"
    ),
]
StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="SELFEVAL_STORE",
        metavar="URL",
        help="数据库，默认为工作区里的 SQLite；可用 postgresql://…",
    ),
]
WorkersOption = Annotated[
    int,
    typer.Option(
        "--workers", "-n", min=0, metavar="数目", help="同时读取的进程数，0 表示按处理器数"
    ),
]
EngineOption = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="|".join(ENGINES),
        callback=_known_engine,
        autocompletion=lambda: list(ENGINES),
        help="读取引擎；扫描页总是用文字识别",
    ),
]
SecondOpinionOption = Annotated[
    bool, typer.Option("--second-opinion", help="再用 camelot 读一遍，凡有出入的都列为存疑")
]
ProfileOption = Annotated[
    str, typer.Option("--profile", metavar="名称", help="指定表式配置，默认按各表自身判断")
]

NotifyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--notify",
        metavar="地址",
        help="运行失败或结果异常时通知（Apprise 地址，可重复；@文件 读取文件中的地址）",
        show_default=False,
    ),
]
NotifyQuarantineOption = Annotated[
    float | None,
    typer.Option(
        "--notify-quarantine",
        min=0,
        max=100,
        metavar="百分比",
        help="隔离超过这个比例时通知，默认 10",
        show_default=False,
    ),
]
FailQuarantineOption = Annotated[
    float,
    typer.Option(
        "--fail-quarantine",
        min=0,
        max=100,
        metavar="百分比",
        help="拒收超过这个比例时，这次运行在 Prefect 中算失败",
    ),
]
MetricsOption = Annotated[
    Path | None,
    typer.Option(
        "--metrics",
        envvar="SELFEVAL_METRICS",
        metavar="文件",
        help="监控指标写到这里（.prom）",
        show_default=False,
    ),
]
PublishOption = Annotated[
    str,
    typer.Option(
        "--publish",
        metavar="URL",
        help="运行后把报告、数据和拒收原因中有变动的文件传到 s3://… 等地址",
    ),
]
PublishOriginalsOption = Annotated[
    bool,
    typer.Option("--publish-originals", help="连同被拒收文件的原件一起上传（其中个人信息未隐去）"),
]
RosterOption = Annotated[
    Path | None,
    typer.Option(
        "--roster", metavar="CSV", help="应报单位名单，查出应报未报的单位和项目", show_default=False
    ),
]

StrictOption = Annotated[
    bool, typer.Option("--strict", help="核心规则未能判定的，也按错误计退出码", show_default=False)
]

#: The workspace of every command that is not told another.
DEFAULT_WORKSPACE = Path("workspace")
#: processes: beyond eight the store, which is written by one process, is what takes the time.
MAX_WORKERS = 8
#: bytes of memory that must be free for each: one that recognises a scan takes this much, one that reads text a fifth.
WORKER_BYTES = 400 << 20


def watch(notify: list[str] | None, quarantine: float | None, metrics: Path | None) -> None:
    """Keep what the end of a run needs where every process of it finds it: addresses with secrets in the environment alone, never in the
    parameters that Prefect stores. Problem: an address that is not understood."""
    from selfeval.flows.ops import notifying
    from selfeval.flows.ops.metrics import VARIABLE

    if notify:
        os.environ[notifying.ADDRESSES] = " ".join(notify)
    if quarantine is not None:
        os.environ[notifying.QUARANTINE] = str(quarantine)
    if metrics is not None:
        os.environ[VARIABLE] = str(metrics.absolute())
    if urls := notifying.addresses():
        notifying.check(urls)


def roster_of(path: Path | None) -> str:
    """The roster's absolute path, "" for none. RosterError: it cannot be read, which is said before a night of reading."""
    if path is None:
        return ""
    from selfeval.expectations.roster import read_roster

    read_roster(path)
    return str(path.absolute())


def workers_of(wanted: int) -> int:
    """The number of child processes: as asked for, else one a processor that this process may use and the free memory has room for."""
    if wanted:
        return wanted
    return max(1, min(len(os.sched_getaffinity(0)), MAX_WORKERS, free_memory() // WORKER_BYTES))


def free_memory() -> int:
    """Bytes that new processes can have: what the system says is available, or less where a control group allows less."""
    found = [os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    with suppress(OSError, StopIteration):
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        found = [1024 * int(next(line.split()[1] for line in lines if line.startswith("MemAvailable:")))]  # fmt: skip
    with suppress(OSError, ValueError):  # a container's; "max" where it has no limit
        group = Path("/sys/fs/cgroup")
        limit, used = ((group / name).read_text("ascii") for name in ("memory.max", "memory.current"))  # fmt: skip
        found.append(int(limit) - int(used))
    return max(0, min(found))
