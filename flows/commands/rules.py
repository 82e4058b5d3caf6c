"""`selfeval rules`: the catalogue, and what one rule says, tolerates and rests on."""

from __future__ import annotations

from typing import Annotated

import typer

from selfeval.flows.commands.console import print_json, write_text
from selfeval.flows.commands.listing import SEVERITIES
from selfeval.flows.problems import OK, Problem


def register(app: typer.Typer) -> None:
    app.command()(rules)


def rules(
    rule: Annotated[
        str,
        typer.Argument(
            metavar="[规则]", help="规则编号，如 scores-sum；不给则列出全部", show_default=False
        ),
    ] = "",
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help="语言")] = "zh",
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出")] = False,
) -> int:
    """列出全部审核规则，或说明一条规则：内容、容差、依据、易误报之处。"""
    from selfeval.expectations import catalogue

    entries = catalogue.load().entries
    if not rule:
        if as_json:
            print_json([_entry(entry) for entry in entries.values()])
        else:
            width = max(map(len, entries))
            lines = [
                f"{e.id:{width}}  {SEVERITIES[e.severity]}  {e.zh if lang == 'zh' else e.en}"
                for e in entries.values()
            ]
            write_text("\n".join(lines) + "\n")
        return OK
    if rule not in entries:
        from rapidfuzz import process

        near = [
            name for name, score, _ in process.extract(rule, list(entries), limit=3) if score > 50
        ]
        raise Problem(
            "unknown-rule",
            f"没有编号为 {rule} 的规则",
            f"是否要找：{'、'.join(near)}" if near else "selfeval rules 列出全部规则。",
        )
    if as_json:
        print_json(_entry(entries[rule]))
    else:
        colon = "：" if lang == "zh" else ": "
        write_text(
            "".join(f"{caption}{colon}{text}\n" for caption, text in catalogue.explain(rule, lang))
        )
    return OK


def _entry(entry: object) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(entry)  # type: ignore[call-overload, no-any-return]
