"""What else a value in doubt may be: the texts that the sentence of the doubt quotes as another reading of it."""

from __future__ import annotations

import re

#: Sentences of doubts say what another engine read, what a picture shows, what was struck out or printed underneath.
_READINGS = re.compile(
    r"(?:识别为|读到此值|没有读到值，\w+ 读作|原印|改为|读法不同：|与|页的)“([^”]+)”"
)
#: Quotes in these are captions or reasons, no readings.
_NO_READINGS = re.compile(r"^(?:第\d+页的)?栏目|一行不在模板中|读作总分行|不可见的文字|分在两行")


def alternatives(why: str, text: str) -> tuple[str, ...]:
    """The other readings that a doubt tells of, each once, without the one that was taken."""
    if _NO_READINGS.search(why):
        return ()
    found = dict.fromkeys(one.strip() for one in _READINGS.findall(why))
    return tuple(one for one in found if one and one != text.strip())
