"""Why a document is refused: stable reason codes, each with a Chinese sentence and a hint on what to do.

An `ExtractError` is a code and its parameters, so that it crosses the pipe from a child process unchanged and the sentence
can be reworded without changing a result. Nothing read from a page goes into the parameters: they end up in logs.
"""

from __future__ import annotations

from collections.abc import Mapping

from selfeval.core.problems import Problem
from selfeval.extractors.model import Reason

#: code -> (sentence, hint). `{name}` stands for a parameter of the error; a parameter that is missing prints as "?".
REASONS: Mapping[str, tuple[str, str]] = {
    # the file itself
    "unreadable-file": (
        "无法读取文件：{detail}。",
        "请确认该路径是普通文件、文件存在且有读取权限，然后重新提交。",
    ),
    "empty-file": ("文件是空的（0 字节）。", "上传可能中断，请重新导出并提交。"),
    "not-a-pdf": (
        "文件不是 PDF（开头没有 PDF 标识）。",
        "请提交由系统导出的 PDF 原件，不要把网页、图片或 Word 文件改名为 .pdf。",
    ),
    "password-locked": ("文件设有打开密码，无法读取。", "请取消打开密码后重新提交。"),
    "unsupported-encryption": (
        "文件使用了不支持的加密方式（如数字证书加密），无法读取。",
        "请去除加密后重新提交。",
    ),
    "damaged": ("文件已损坏或不完整：{detail}。", "上传可能中断，请重新导出并提交完整的文件。"),
    "zero-pages": ("文件里没有任何页面。", "请重新导出并检查能否打开和翻页。"),
    # caps, see limits.py
    "too-large": (
        "文件有 {bytes} 字节，超过上限 {limit} 字节。",
        "请拆分文件或降低扫描分辨率后重新提交。",
    ),
    "too-many-pages": (
        "文件有 {pages} 页，超过上限 {limit} 页。",
        "请按项目拆分成多个文件后重新提交。",
    ),
    "page-too-large": (
        "第 {page} 页的页面尺寸为 {width}×{height} 点，超过面积上限 {limit} 平方点。",
        "请按 A4 或 A3 等常用纸张重新导出。",
    ),
    "too-complex": (
        "内容过于复杂：{detail}。",
        "请用原系统重新导出；如确为正常表格，请将文件交技术人员检查。",
    ),
    "too-many-characters": (
        "文字过多：{chars} 个字符，超过上限 {limit} 个。",
        "请确认提交的是绩效自评表，并按项目拆分。",
    ),
    # what is on the pages
    "no-form-found": (
        "没有找到项目支出绩效自评表。",
        "请确认文件里有带框线的自评表；如是新版式，请将文件交技术人员添加模板。",
    ),
    "not-a-self-evaluation": (
        "文件里没有项目支出绩效自评表，读到的是：{kinds}。",
        "请提交《项目支出绩效自评表》；如果确是自评表，请将文件交技术人员添加模板。",
    ),
    "bad-template": (
        "{detail}。",
        "请对照 data/templates 中的文件改正，或用 selfeval template 重新生成后再运行。",
    ),
    "no-text-layer": (
        "第 {page} 页没有可读取的文字（扫描件或图片），且未能识别。",
        "请提交系统导出的电子版 PDF，或以 300 dpi 重新扫描。",
    ),
    "needs-ocr": ("文件含有扫描页，需要文字识别。", "请启用文字识别后重新处理。"),
    "engine-unavailable": (
        "未安装读取所需的组件：{detail}。",
        "请按说明安装后重新运行（selfeval doctor 可检查）。",
    ),
    # what became of the child process that read it
    "timed-out": (
        "读取超过时限，已中止：{limit}达到 {seconds} 秒。",
        "文件可能异常复杂；请用原系统重新导出，或将文件交技术人员检查。",
    ),
    "out-of-memory": (
        "读取所需内存超过上限 {limit_mb} MB，已中止。",
        "文件可能异常；请用原系统重新导出，或将文件交技术人员检查。",
    ),
    "crashed": (
        "读取进程异常终止（{detail}）。",
        "文件可能异常；请用原系统重新导出，或将文件交技术人员检查。",
    ),
    "internal-error": ("读取程序内部出错：{detail}。", "请将文件名和此信息交技术人员。"),
}


class ExtractError(Problem):
    """A document cannot be read, for the reason `code`, a key of REASONS."""

    sentences = REASONS

    def reason(self) -> Reason:
        """The reason as it stands in a rejected Document."""
        return Reason(self.code, self.message, self.hint)
