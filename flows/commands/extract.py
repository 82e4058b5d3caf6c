"""`selfeval extract`: PDF to the Extraction JSON, with no workspace and no Prefect."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from selfeval.extractors.engines.registry import DEFAULT
from selfeval.flows.commands.console import log, print_json, progress, write_text
from selfeval.flows.commands.options import (
    EngineOption,
    Files,
    SecondOpinionOption,
    WorkersOption,
    workers_of,
)
from selfeval.flows.problems import OK, REJECTED, Problem

if TYPE_CHECKING:
    from selfeval.extractors.model import Document


def register(app: typer.Typer) -> None:
    app.command()(extract)


def extract(
    files: Files,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="目录", help="每份文件写一个 JSON；多份文件时必须给出"),
    ] = None,
    workers: WorkersOption = 0,
    engine: EngineOption = DEFAULT.name,
    second_opinion: SecondOpinionOption = False,
    show_personal_data: Annotated[
        bool, typer.Option("--show-personal-data", help="不隐去负责人姓名和电话")
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="不输出 JSON，改为逐项说明读到了什么；给出 --out 时另画出每页的表格、栏目和存疑之处",
        ),
    ] = False,
) -> int:
    """读取自评表，输出 JSON（单份到标准输出，多份到目录）。有文件被拒收时退出码为 2，其 JSON 仍写出原因。"""
    if out is None and len(files) > 1 and not explain:
        raise Problem(
            "out-needed",
            "读取多份文件时要用 --out 给出输出目录",
            "例如 selfeval extract *.pdf --out json/",
        )
    from selfeval.extractors.isolation.sandbox import extract_many
    from selfeval.extractors.jsonio import to_json

    if out is not None:
        _make(out)
    if show_personal_data:
        os.umask(0o077)  # what is written is for the eyes of this user
    names = _names(files)
    documents = extract_many(
        files,
        workers=min(workers_of(workers), len(files)),
        engine=engine,
        second_opinion=second_opinion,
    )
    rejected, documents_done = 0, -1
    for name, document in zip(names, progress(documents, len(files), "读取"), strict=True):
        documents_done += 1
        value = to_json(document, show_personal_data=show_personal_data)
        if value["reason"]:
            rejected += 1
            log.warning(
                "%s %s",
                value["reason"]["message"],
                value["reason"]["hint"] or "",
                extra=_about(value, value["reason"]["code"]),
            )
        doubts = sum(len(form["doubts"]) for form in value["forms"])
        if doubts:
            log.info("有 %d 处存疑，见 JSON 中的 doubts", doubts, extra=_about(value))
        if explain:
            from selfeval.flows.commands.explain import explanation

            write_text(explanation(value))
            if out is not None:
                _draw(out / name, files[documents_done], document)
        elif out is None:
            print_json(value)
        else:
            _write(out / f"{name}.json", value)
    return REJECTED if rejected else OK


def _draw(stem: Path, file: Path, document: Document) -> None:
    """One picture a page, NAME-1.png and so on, with what was read drawn over it."""
    from selfeval.extractors.drawing.annotate import annotate
    from selfeval.extractors.errors import ExtractError
    from selfeval.extractors.isolation.sandbox import run_isolated

    for page in range(1, document.pages + 1):
        target = stem.with_name(f"{stem.name}-{page}.png")
        try:
            target.write_bytes(run_isolated(annotate, str(file), document, page))
        except ExtractError as error:
            log.warning("第 %d 页画不出来：%s", page, error, extra={"document": document.document})
        except OSError as error:
            raise Problem(
                "out-unusable", f"无法写入 {target}：{error.strerror}", "请检查磁盘空间和写权限。"
            ) from error


def _about(value: dict[str, Any], code: str = "") -> dict[str, str]:
    return {"document": value["document"], "document_id": value["sha256"], "code": code}


def _names(files: list[Path]) -> list[str]:
    """The name of each file's JSON: that of the file, numbered where two folders hold the same name."""
    seen: dict[str, int] = {}
    names = []
    for file in files:
        name = file.name[:-4] if file.name.lower().endswith(".pdf") else file.name
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            "out-unusable",
            f"无法创建输出目录 {out}：{error.strerror}",
            "请换一个目录，或检查写权限。",
        ) from error


def _write(path: Path, value: dict[str, Any]) -> None:
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
    except OSError as error:
        raise Problem(
            "out-unusable", f"无法写入 {path}：{error.strerror}", "请检查磁盘空间和写权限。"
        ) from error
