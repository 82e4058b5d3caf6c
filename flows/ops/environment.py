"""What a machine has and lacks for this work: the checks of `selfeval doctor`. A check is a name, whether it holds, and what was found."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from selfeval.extractors.engines.registry import ENGINES

#: name of the distribution -> what stops working without it.
_NEEDED = {
    **{library: f"读取引擎 {engine.name}" for engine in ENGINES.values() for library in engine.libraries},
    "pandas": "表格", "pandera": "表格校验", "great_expectations": "审核", "prefect": "流程",
    "sqlalchemy": "存储", "pyarrow": "Parquet", "duckdb": "SQL 查询", "msgspec": "子进程隔离", "fsspec": "远程收件夹", "jinja2": "报告",
}  # fmt: skip
#: bytes free below which a run over a season may not finish.
_LEAST_DISK = 2 << 30
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True, slots=True)
class Check:
    """`holds` None: not there, and nothing but a comfort is missing."""

    name: str
    holds: bool | None
    found: str
    hint: str = ""


def checks(workspace: Path | None) -> Iterator[Check]:
    """All checks, each as it is done; those that look into a workspace only where there is one."""
    yield _python()
    yield from _packages()
    yield _fastapi()
    for engine in ENGINES.values():
        if not engine.recognises:
            yield _guard(f"读取引擎 {engine.name}", partial(_engine, engine.name))
    yield _guard("文字识别", _recognition)
    yield _guard("子进程", _sandbox)
    yield from _confinement()
    yield _fonts()
    yield _browser()
    if workspace is not None:
        yield _disk(workspace)
        yield _guard("工作区", lambda: _workspace(workspace))
        if workspace.exists():
            yield _guard("复核记录", lambda: _decisions(workspace))


def _python() -> Check:
    return Check(
        "Python",
        (3, 11) <= sys.version_info[:2] <= (3, 13),
        sys.version.split()[0],
        "需要 3.11 至 3.13",
    )


def _packages() -> Iterator[Check]:
    for name, purpose in _NEEDED.items():
        try:
            yield Check(name, True, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Check(name, False, "未安装", f"{purpose}不可用：请按 constraints.txt 安装")


def _fastapi() -> Check:
    version = importlib.metadata.version("fastapi")
    number = tuple(int(part) for part in version.split(".")[:2])
    return Check("fastapi", number < (0, 151), version, "Prefect 3.8 需要 0.151 以下的版本")


def _guard(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever a broken library raises is what this check is there to tell
        return Check(name, False, f"{type(error).__name__}: {error}", "请重新安装：make setup")


def _engine(name: str) -> Check:
    from selfeval.data import FOLDER as DATA
    from selfeval.extractors import extract

    sample = min((DATA / "samples").glob("*.pdf"), key=lambda path: path.stat().st_size)
    document = extract(sample, engine=name)
    return Check(
        f"读取引擎 {name}",
        document.status == "ok",
        f"{document.document}：{len(document.forms)} 张表",
        "样例未能读出",
    )


def _recognition() -> Check:
    spec = importlib.util.find_spec("rapidocr")  # not imported: onnxruntime would come with it
    folder = Path(spec.origin).parent if spec and spec.origin else None
    models = sorted(folder.rglob("*.onnx")) if folder else []
    return Check(
        "文字识别",
        bool(models),
        f"自带模型 {len(models)} 个",
        "rapidocr 的模型文件缺失，扫描件将无法读取",
    )


def _sandbox() -> Check:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limited = hard != resource.RLIM_INFINITY
    return Check(
        "子进程",
        not limited or hard >= 3 << 30,
        "可限制内存" if not limited else f"本进程已限 {hard >> 20} MB",
        "请放宽 ulimit -v",
    )


#: attempt of a child -> what it must not be able to do, and what refuses it
_REFUSED = {
    "write": ("不能写临时目录以外的文件", "landlock"),
    "memory": ("不能读取其他进程的内存", "landlock"),
    "environment": ("不能查看其他进程的环境变量", "landlock"),
    "attributes": ("不能改文件的权限、时间和扩展属性", "seccomp"),
    "socket": ("不能联网", "seccomp"),
    "process": ("不能创建进程、启动程序", "seccomp"),
    "signal": ("不能向其他进程发信号", "seccomp"),
}


def _confinement() -> Iterator[Check]:
    """What the kernel keeps from the children that read PDFs, by trying. Without it they have their caps on memory and time alone, and still work."""
    from selfeval.extractors.isolation.confinement import attempts
    from selfeval.extractors.isolation.sandbox import run_isolated

    with tempfile.NamedTemporaryFile() as target:
        refused = run_isolated(attempts, target.name, os.getpid())
    for attempt, (what, by) in _REFUSED.items():
        hint = f"内核的 {by} 未能阻止，读取 PDF 的子进程少了这一层约束；不可信的来源请换用 Linux 5.13 以上的机器或虚拟机"
        found = f"{by}：{what}" if refused[attempt] else f"没有阻止（{by}）"
        yield Check(f"子进程{what}", refused[attempt] or None, found, hint)


def _fonts() -> Check:
    if not shutil.which("fc-list"):
        return Check("中文字体", None, "没有 fontconfig，无法查看")
    listed = subprocess.run(
        ["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False, timeout=30
    ).stdout.splitlines()
    return Check(
        "中文字体",
        bool(listed) or None,
        listed[0] if listed else "没有",
        "只影响在本机浏览器里看报告",
    )


def _browser() -> Check:
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    return Check("浏览器", True if found else None, found or "没有", "只有测试和截图需要")


def _disk(workspace: Path) -> Check:
    place = next(
        path for path in (workspace.absolute(), *workspace.absolute().parents) if path.exists()
    )
    free = shutil.disk_usage(place).free
    return Check("磁盘", free >= _LEAST_DISK, f"剩余 {free / (1 << 30):.1f} GB", "请清理磁盘")


def _workspace(root: Path) -> Check:
    from selfeval.flows.run.stores import ledger_of
    from selfeval.flows.workspace import existing

    if not root.exists():
        return Check("工作区", None, f"{root} 还没有建立", "首次运行 selfeval run 时建立")
    workspace = existing(root)
    if not os.access(root, os.W_OK):
        return Check("工作区", False, "没有写权限", f"请检查 {root} 的权限")
    if not workspace.store:
        import sqlite3

        with sqlite3.connect(f"file:{workspace.database}?mode=ro", uri=True) as connection:
            (state,) = connection.execute("PRAGMA quick_check").fetchone()
        if state != "ok":
            return Check("工作区", False, f"数据库校验：{state}", "请从备份恢复")
    return Check("工作区", True, f"{len(ledger_of(workspace).all())} 份报送")


def _decisions(root: Path) -> Check:
    from selfeval.flows.run.deciding import broken
    from selfeval.flows.run.stores import store_of
    from selfeval.flows.workspace import existing

    workspace = existing(root)
    store = store_of(workspace)
    if breaks := broken(workspace, store):
        told = "；".join(one.sentence for one in breaks[:5])
        return Check("复核记录", False, told, "记录被改动过；请与备份核对，见 selfeval decisions")
    head = store.decisions_head()
    return Check("复核记录", True, f"{head.number} 条，校验相符")
