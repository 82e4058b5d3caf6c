"""`selfeval`: the command line. Each command lives in its own module under `selfeval.flows.commands` and imports its heavy parts when it runs."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from selfeval.flows.commands import (
    audit,
    console,
    correct,
    decide,
    decisions,
    diff,
    doctor,
    export,
    extract,
    findings,
    import_,
    report,
    rerun,
    review,
    reviewed,
    rules,
    run,
    schedule,
    serve_report,
    sql,
    status,
    template,
    waive,
)
from selfeval.flows.problems import FAILED, OK, Problem

app = typer.Typer(
    name="selfeval",
    help="项目支出绩效自评表：读取、审核、出报告。Reads, audits and reports on performance self-evaluation forms.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="退出码：0 没有阻断性问题，1 有错误级问题，2 有文件被拒收，3 命令本身失败。",
)

COMMANDS = (
    extract,
    audit,
    run,
    status,
    findings,
    review,
    correct,
    reviewed,
    waive,
    decide,
    decisions,
    rerun,
    report,
    diff,
    rules,
    sql,
    schedule,
    serve_report,
    template,
    export,
    import_,
    doctor,
)
for module in COMMANDS:
    module.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        from selfeval.flows.run.versions import release

        console.write_text(f"selfeval {release()}\n")
        raise typer.Exit


@app.callback()
def options(
    log: Annotated[
        str,
        typer.Option(
            "--log",
            envvar="SELFEVAL_LOG",
            metavar="text|json",
            help="日志格式（日志一律写到标准错误）",
        ),
    ] = "text",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="日志写得更细")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本号")
    ] = False,
) -> None:
    """Options that stand before the command."""
    console.start_logging(log, verbose)


class Terminated(BaseException):
    """The process was asked to end (SIGTERM): what is under way is left, and what was begun is cleared away."""


#: what the shell says of a process that SIGTERM ended
_TERMINATED = 128 + signal.SIGTERM
_STOPPED = "收到停止信号，已停止；再次运行会从中断处继续"


#: set once SIGTERM has come: a library may put Terminated into an error of its own on its way up
_told_to_stop = threading.Event()


#: seconds that a command told to stop may take to clear away; a library may have swallowed Terminated, or wait for what will not come
_GRACE = 20.0


def _terminate(_signal: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # asked a second time, it ends at once
    _told_to_stop.set()
    end = threading.Timer(_GRACE, _end_now)
    end.daemon = True
    end.start()
    raise Terminated


def _end_now() -> None:
    """End without clearing away, as kill -9 would: readers end with their parent, and the next run finds out what was left."""
    console.log.warning(_STOPPED)
    os._exit(_TERMINATED)


def main() -> None:
    """Run one command and exit with its code. Nothing that goes wrong shows a traceback, unless SELFEVAL_DEBUG is set."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    console.start_logging()
    try:
        code = app(arguments or ["--help"], standalone_mode=False)
        return code if isinstance(code, int) else OK
    except BaseException as error:  # noqa: BLE001 - the last resort of the process: a user gets a sentence, the log file the traceback
        return _ended(error)


def _ended(error: BaseException) -> int:
    """The sentence and the exit code for what ended a command early."""
    if _told_to_stop.is_set():
        console.log.warning(_STOPPED)
        return _TERMINATED
    match error:
        case Problem():
            return _tell(error.code, error.message, error.hint)
        case typer.Abort():
            return 130
        case TyperException():
            return _misspelt(error)
        case KeyboardInterrupt():
            console.log.warning("已中断；再次运行会从中断处继续")
            return 130
        case console.ReaderGone() | BrokenPipeError():
            # Nobody is left to tell. Python would complain once more when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return OK
        case SystemExit():
            return error.code if isinstance(error.code, int) else FAILED
        case _:
            return _broken(error)


def _misspelt(error: TyperException) -> int:
    """An option or a command that does not exist, or does not take what it was given."""
    console.log.error("命令写法有误：%s", error.format_message())
    context = getattr(error, "ctx", None)  # only errors of usage have one
    if context is not None:
        console.log.error("用法见 %s --help", context.command_path)
    return FAILED


def _broken(error: BaseException) -> int:
    """What the system refused, in a sentence; else a defect of the program, whose traceback is left in a file."""
    if os.environ.get("SELFEVAL_DEBUG"):
        raise error
    from selfeval.flows.ops.faults import system_fault

    if fault := system_fault(error):
        return _tell(fault.code, fault.message, fault.hint)
    return _tell(
        "internal-error", f"程序内部出错（{type(error).__name__}）：{error}", _keep_traceback(error)
    )


def _tell(code: str, message: str, hint: str) -> int:
    console.log.error("%s", message, extra={"code": code})
    if hint:
        console.log.error("处理办法：%s", hint)
    return FAILED


def _keep_traceback(error: BaseException) -> str:
    import tempfile
    import traceback

    try:
        handle, name = tempfile.mkstemp(
            prefix="selfeval-", suffix=".log"
        )  # mode 0600: a traceback may quote what was being read
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.writelines(traceback.format_exception(error))
    except OSError:
        return "设环境变量 SELFEVAL_DEBUG=1 后重新运行，把输出交技术人员。"
    return f"请把 {Path(name)} 交技术人员。"


if __name__ == "__main__":
    main()
