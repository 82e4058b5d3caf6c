"""Readings held against each other: two engines value by value, and what a page hides against what it shows.

A disagreement never corrects a value: the first reading stands and a Doubt names both.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from selfeval.core.fields import HEADER, ROWS, TOTAL
from selfeval.extractors.model import Bbox, Doubt, Form, Notice

#: what remains of the confidence in a value that a second engine reads otherwise, or finds no place for
DISPUTED, MISSING = 0.5, 0.6
#: confidence in a value that has hidden text in its cell
HIDDEN_BESIDE = 0.7
#: confidence in a value that is what the page shows, whatever lies beneath it
SETTLED = 1.0
#: kinds of notices that a reader of the page cannot see
UNSEEN = ("hidden", "covered", "clipped", "off-page", "struck")
#: the notice for the text layer of a recognised page as a whole
TEXT_LAYER = "text-layer"
#: kinds of notices about a page as a whole: its text layer, and fonts whose characters are drawn otherwise than the file says
OF_PAGE = (TEXT_LAYER, "renamed")


def values(form: Form) -> Iterator[tuple[str, str]]:
    """Every printed value of a form with its PATH."""
    for field in HEADER:
        if field.kind != "year" and (text := getattr(form, field.name)) is not None:
            yield field.path, text
    for block, of in ROWS.items():
        for index, row in enumerate(getattr(form, block)):
            for field in of:
                if (text := getattr(row, field.name)) is not None:
                    yield f"{block}/{index}/{field.name}", text
    for field in TOTAL:
        text = getattr(form.total, field.name)
        if text is not None and field.name != "label":
            yield field.path, text


def compare(form: Form, other: Form, engine: str) -> Form:
    """Given a form and another engine's reading of it, the form with a doubt wherever the two differ."""
    theirs = dict(values(other))
    doubts = []
    for path, text in values(form):
        second = theirs.pop(path, None)
        if second is None and text:
            doubts.append(Doubt(path, f"{engine} 没有读到此值“{text}”", MISSING))
        elif second is not None and plain(second) != plain(text):
            doubts.append(Doubt(path, f"两种读法不同：“{text}”与“{second}”（{engine}）", DISPUTED))
    doubts += [
        Doubt(path, f"此处没有读到值，{engine} 读作“{text}”", MISSING)
        for path, text in theirs.items()
        if text
    ]
    return replace(form, doubts=merged((*form.doubts, *doubts)))


def missing_form(form: Form, engine: str) -> Form:
    """A form that another engine did not find as a form of its own: each of its values is doubtful, and so is what it may lack."""
    paths = (
        {path for path, _ in values(form)}
        | {field.path for field in HEADER}
        | {
            "funds",
            "indicators",
            "total",
        }
    )
    doubts = tuple(
        Doubt(path, f"{engine} 读出的表格数目不同，未能逐项核对", MISSING) for path in sorted(paths)
    )
    return replace(form, doubts=merged((*form.doubts, *doubts)))


def with_suspicions(form: Form, sentences: Iterable[str]) -> Form:
    """A form of a file that is damaged in a way that may have changed any of its values."""
    doubts = [
        Doubt(path, f"{why}，请对照原件核对", MISSING)
        for why in sentences
        for path in (*(field.name for field in HEADER), "funds", "indicators", "total")
    ]
    return replace(form, doubts=merged((*form.doubts, *doubts))) if doubts else form


def with_lost_table(form: Form, page: int) -> Form:
    """A form followed by a table that begins like one but has neither funds nor indicators: rows of the form may be in it."""
    why = f"第{page}页的表格没有资金和指标栏目，未能归入任何一张表"
    return replace(
        form,
        doubts=merged(
            (*form.doubts, *(Doubt(path, why, MISSING) for path in ("indicators", "total")))
        ),
    )


def with_attachments(form: Form, count: int) -> Form:
    """A form of a document with `count` files attached to it that its pages do not show."""
    why = f"文件另附有 {count} 个附件，附件内容未读取"
    return replace(form, doubts=merged((*form.doubts, Doubt("attachments", why, HIDDEN_BESIDE))))


def with_notices(
    forms: Iterable[Form], notices: Iterable[tuple[int, Notice]], shown: Iterable[str]
) -> list[Form]:
    """Given forms and the notices of their pages (page number, notice in displayed coordinates), report text that cannot be seen.

    `shown` is the text of every cell that the document does show: producers that split a merged cell over pages draw its text on
    both and clip it, and such a repetition is no news."""
    result, notices = list(forms), list(notices)
    everything = "\n".join([plain(text) for text in shown]) if notices else ""
    of_values: defaultdict[tuple[int, str, int, str], list[Notice]] = defaultdict(list)
    for page, notice in notices:
        if _is_news(notice, everything):
            for index, form in enumerate(result):
                path = _value_at(form, page, notice.bbox) if notice.kind not in OF_PAGE else None
                if path:
                    of_values[index, path, page, notice.kind].append(notice)
                    break
                if page in {part.page for parts in form.evidence.values() for part in parts}:
                    result[index] = _with_unplaced(form, page, notice)
                    break
    for (index, path, page, kind), parts in of_values.items():
        value = dict(values(result[index])).get(path, "")
        text = "".join(part.text for part in parts)
        why = _of_notice(page, Notice(kind, text, parts[0].bbox), value)
        sure = SETTLED if _is_settled(kind, parts, value) else HIDDEN_BESIDE
        doubts = merged((*result[index].doubts, Doubt(path, why, sure)))
        result[index] = replace(result[index], doubts=doubts)
    return result


def _is_news(notice: Notice, everything: str) -> bool:
    """Whether a notice is of text that a reader of the page does not see in any of its cells."""
    if notice.kind not in (*UNSEEN, *OF_PAGE) or not notice.text.strip():
        return False
    repeated = plain(notice.text) in everything and not re.search(r"\d", notice.text)
    long = notice.kind == "clipped" or len(plain(notice.text)) > 1
    return not (notice.kind in ("clipped", "off-page") and long and repeated)


def _is_settled(kind: str, parts: Iterable[Notice], value: str) -> bool:
    """Whether a value is surely what the page shows: all of what stood in its place was painted over, or something stands beside what is
    not seen."""
    whole = all(part.whole for part in parts)
    return whole and (kind == "covered" or (kind in ("hidden", "struck") and bool(value.strip())))


def _with_unplaced(form: Form, page: int, notice: Notice) -> Form:
    """The form with what is told of text that stands in none of its values."""
    told = {known.path for known in form.doubts}
    why = _of_notice(page, notice, "")
    lost = [
        Doubt(place, why, HIDDEN_BESIDE)
        for place in _lacking_beside(form, page, notice)
        if place not in told
    ]
    hidden = Doubt(f"hidden/{page}", why, HIDDEN_BESIDE)
    return replace(form, doubts=merged((*form.doubts, hidden, *lost)))


def _of_notice(page: int, notice: Notice, value: str) -> str:
    """What is said of text that is not the form's; `value` is what was read in its place."""
    text = notice.text.strip()
    if notice.kind == "renamed":
        return f"第{page}页的字体编码与字形不符，按字形读取（{text}）"
    if notice.kind == "struck":
        return f"第{page}页的“{text}”被划去，未作为表格内容读取"
    if notice.kind == "covered" and value:
        return f"第{page}页上改为“{value}”，原印“{text}”"
    return f"第{page}页有不可见的文字“{text}”，未作为表格内容读取"


def merged(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """One doubt for each path and sentence, the least sure first."""
    unique = {(d.path, d.why): d for d in sorted(doubts, key=lambda d: -d.confidence)}
    return tuple(sorted(unique.values(), key=lambda d: (d.path, d.confidence)))


def _value_at(form: Form, page: int, bbox: Bbox) -> str | None:
    x, y = (bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2
    for path, parts in form.evidence.items():
        for part in parts:
            if (
                part.page == page
                and part.bbox[0] <= x <= part.bbox[2]
                and part.bbox[1] <= y <= part.bbox[3]
            ):
                return path
    return None


def _lacking_beside(form: Form, page: int, notice: Notice) -> list[str]:
    """Given text that the edge of the page cuts off, the PATHs of values that the form lacks in the rows beside it."""
    if notice.kind not in ("off-page", "clipped"):
        return []
    y = (notice.bbox[1] + notice.bbox[3]) / 2
    rows = {
        path.rsplit("/", 1)[0]
        for path, parts in form.evidence.items()
        if "/" in path
        and any(part.page == page and part.bbox[1] <= y <= part.bbox[3] for part in parts)
    }
    read = dict(values(form))
    columns = {f"{block}/*": of for block, of in ROWS.items()} | {"total": TOTAL}
    return [
        f"{row}/{field.name}"
        for row in rows
        for field in columns.get(re.sub(r"\d+", "*", row), ())
        if f"{row}/{field.name}" not in read
    ]


def plain(text: str) -> str:
    """A text without spaces and widths, as readings are compared."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
