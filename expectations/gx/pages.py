"""Pages of Great Expectations as they are published: in Chinese, whole without a network, with no script but those beside them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).resolve().parent / "docs_assets"
SHIPPED_IN = "static/assets"
#: Stands before the address of a page of the report until the page that links to it has its place.
REPORT = "report:"
#: The report's folder, beside that of Data Docs.
_SITE = "reports"

#: What Great Expectations writes around the rules, and what an auditor reads there.
_FRAME = {
    "Home": "执行记录",
    "Overview": "概况",
    "Table of Contents": "目录",
    "Table-Level Expectations": "规则",
    "Expectation Suite": "规则集",
    "Expectation Suite:": "规则集：",
    "Expectation Suite Name": "规则集名称",
    "A collection of Expectations defined for batches of data.": "对同一张表核对的一组规则。",
    "Expectation Validation Result": "规则执行结果",
    "Evaluates whether a batch of data matches expectations.": "逐条规则核对全部自评表的结果。",
    "Notes": "说明",
    "Info": "执行信息",
    "Statistics": "规则条数",
    "Evaluated Expectations": "执行的规则",
    "Successful Expectations": "没有不符的规则",
    "Unsuccessful Expectations": "有不符的规则",
    "Success Percent": "没有不符的占比",
    "Show more info...": "更多信息……",
    "Great Expectations Version": "Great Expectations 版本",
    "Run Name": "运行",
    "Run Time": "执行时间（UTC）",
    "Batch Markers": "数据标记",
    "Batch Parameters": "数据参数",
    "Batch Spec": "数据来源",
    "Status": "结论",
    "Expectation": "规则",
    "Observed Value": "判定",
    "Validations": "执行结果",
    "Expectations": "规则集",
    "Data documentation compiled by Great Expectations": "规则执行记录",
}
_TEXT = re.compile(r">(\s*)([A-Z][A-Za-z .:-]*?)(\s*)<")
_COUNTED_SUITE = re.compile(
    r"This Expectation suite currently contains ([0-9]+) total Expectations across [0-9]+ columns\."
)
_CRUMB = re.compile(r"(?<=>)(Validations|Expectations)(?= / )")
_NO_ASSET = " Data asset: None<br>"
#: A tick over a suite would stand where no rule applied; the counts say what was found.
_STATUS = re.compile(r"Status:</span>\s*<i [^>]*></i>\s*(?:Succeeded|Failed)")

# Data Docs of GE 1.24 name these on seven remote hosts. What is not shipped is left out: charts that rules do not use, a dark theme,
# icons (icons.css has the few that appear), the logo and the newsletter.
_LINK = re.compile(r"""<link\b[^>]*\bhref=["']https?://[^"']*["'][^>]*>""")
_SCRIPT = re.compile(r"""<script\b[^>]*\bsrc=["']https?://[^"']*["'][^>]*>\s*</script>""")
_IMAGE = re.compile(r"""<img\b[^>]*\bsrc=["']https?://[^"']*["'][^>]*>""")
_STYLE_URL = re.compile(r"""url\(\s*['"]?https?://[^)]*\)""")
# Pages of results lie deeper than their relative addresses reckon with.
_OWN_STATIC = re.compile(r"""(?<=["'])(?:\.\./)+static/""")
#: Scripts of these pages come from beside them; what is written into a page is not run.
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'"
_HEAD = re.compile("<head[^>]*>")
_POLICY_TAG = rf'\g<0><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
_FOOTER = re.compile(r"<footer>.*?</footer>", re.DOTALL)


def publish(out: Path, conclusions: Mapping[Path, str]) -> None:
    """Copy the assets, turn every remote address in the pages into one of them, or take it out, and say the frame in Chinese. `conclusions`
    says by page what stands in place of its status. Pages that were published before are left as they are."""
    target = out / SHIPPED_IN
    target.mkdir(parents=True)
    names = set()
    for path in ASSETS.iterdir():
        shutil.copyfile(path, target / path.name)
        names.add(path.name)
    for page in (*out.rglob("*.html"), *out.rglob("*.css")):
        if target in page.parents:
            continue
        up = "../" * (len(page.relative_to(out).parts) - 1)
        text = page.read_text("utf-8")
        if _POLICY in text:
            continue
        text = _OWN_STATIC.sub(f"{up}static/", _STYLE_URL.sub("none", text))
        for pattern in (_LINK, _SCRIPT):
            text = pattern.sub(partial(_local, up=up, names=names), text)
        text = _FOOTER.sub("", _IMAGE.sub("", text))
        text = text.replace(f'"{REPORT}', f'"{up}../{_SITE}/').replace(f"'{REPORT}", f"'{up}../{_SITE}/")  # fmt: skip
        text = _in_chinese(text, conclusions.get(page, ""))
        text = _HEAD.sub(_POLICY_TAG, text, count=1)
        icons = f'<link rel="stylesheet" href="{up}{SHIPPED_IN}/icons.css">'
        page.write_text(text.replace("</head>", f"{icons}</head>", 1), "utf-8")


def _local(match: re.Match[str], up: str, names: set[str]) -> str:
    """The matched tag with its remote address turned into the shipped file of that name, or "" where it is not shipped."""
    address: Any = re.search(r"""https?://[^"']*""", match[0])
    name = address[0].rpartition("/")[2]
    name = (
        name
        if name in names
        else name.replace(".css", ".min.css")
        if name.replace(".css", ".min.css") in names
        else _without_version(name)
    )
    if name not in names:
        return ""
    local = f"{up}{SHIPPED_IN}/{name}"
    if match[0].startswith("<script"):
        return f'<script src="{local}"></script>'
    return f'<link rel="stylesheet" href="{local}">'


def _without_version(name: str) -> str:
    return re.sub(r"-\d+(\.\d+)+", "", name)


def _in_chinese(text: str, conclusion: str) -> str:
    said = partial(_said, conclusion=conclusion)
    parts = re.split(r"(<(?:script|style)\b.*?</(?:script|style)>)", text, flags=re.DOTALL)
    return "".join(part if at % 2 else said(part) for at, part in enumerate(parts))


def _said(text: str, conclusion: str) -> str:
    text = _STATUS.sub(f"结论：</span> {conclusion}", text.replace(_NO_ASSET, ""))
    text = _COUNTED_SUITE.sub(r"本规则集共 \1 条规则。", text)
    text = _CRUMB.sub(lambda match: _FRAME[match[0]], text)
    return _TEXT.sub(lambda match: f">{match[1]}{_FRAME.get(match[2], match[2])}{match[3]}<", text)


_LINKED = re.compile(
    rf"""<a [^>]*href=["'][^"']*\.\./{_SITE}/[^"']*["'][^>]*>(.*?)</a>""", re.DOTALL
)


def without_links(text: str) -> str:
    """A page without its links into the report, which shows what stands now and not what an earlier run had found."""
    return _LINKED.sub(r"\1", text)
