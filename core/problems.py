"""What can go wrong in a way that a person can do something about: one family of errors, from whatever room.

    Problem                     a command cannot go on
    ├─ ExtractError             a document is refused                     (extractors/errors.py)
    ├─ RecordsError             tables and stores                         (records/errors.py)
    │  ├─ StoreError            the store cannot be opened, read or written
    │  ├─ QueryError            a query is refused or fails
    │  ├─ DecisionError         a decision cannot be entered              (records/store/decisions.py)
    │  └─ SchemaError           tables are not what they promise
    ├─ AuditError               an audit cannot begin                     (expectations/errors.py)
    │  ├─ RosterError           the list of those who should submit
    │  ├─ ProfileError          a file of profiles
    │  └─ CatalogueError        data/rules.yml
    ├─ ReportError              a report cannot be made                   (reports/errors.py)
    │  └─ UnknownLanguage
    ├─ SystemFault              the system lets nothing be read or written (flows/ops/faults.py)
    ├─ PackedError              an archive or a mail is not opened        (flows/inbox/containers.py)
    └─ UploadError              results cannot be sent now; an OSError too (flows/ops/uploading.py)

The command line prints sentence and remedy of each and nothing else; any other exception is a defect of the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class Problem(Exception):
    """`code` is stable, `message` one Chinese sentence (also `str()`), `hint` what to do. Never holds a password or a value from a form.

    A kind of problem lists its codes in `sentences`, (sentence, remedy) with `{name}` for a parameter of the error, one that is missing
    printing as "?"; `message` and `hint` are given where a code is raised that no list has. Picklable, with whatever kind it is.
    ValueError: neither."""

    #: code -> (sentence, remedy)
    sentences: ClassVar[Mapping[str, tuple[str, str]]] = {}

    def __init__(self, code: str, message: str = "", hint: str = "", **params: Any) -> None:
        if not message:
            if code not in self.sentences:
                raise ValueError(f"unknown code {code!r}")
            sentence, remedy = self.sentences[code]
            message, hint = sentence.format_map(_Params(params)), remedy.format_map(_Params(params))
        super().__init__(message)
        self.code, self.message, self.hint, self.params = code, message, hint, params

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.code, self.message, self.hint, self.params)


class _Params(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _rebuilt(
    kind: type[Problem], code: str, message: str, hint: str, params: dict[str, Any]
) -> Problem:
    error = kind.__new__(kind)
    Problem.__init__(error, code, message, hint, **params)
    return error
