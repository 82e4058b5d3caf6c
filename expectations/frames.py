"""The wide frames that rules are conditions over: forms, funds and indicators, made once from the tidy tables.

Each holds everything that a rule about its records asks. A number is exact, in `_value`, with half of its last printed place in `_half`, and
null unless its `_state` is known (absent, blank, unreadable and doubtful are the others); money is in yuan in `_yuan` too. The head of the
form stands in every row; what else a form prints stands once, on its first row, as lists of structs: `funds`, `indicators`, and of `cells`
those that are in doubt or may be merged. `off` are the rules switched off for the form, as JSON; `received` is its place in the order of receipt; `roster`, on the first row, who has to
submit. `tables_of` leads back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selfeval.core.fields import FUNDS, HEADER, INDICATORS, TOTAL, Field
from selfeval.core.numbers import MONEY_UNITS, is_blank
from selfeval.core.quantities import parse_quantity
from selfeval.core.roster import Expected
from selfeval.expectations.profiles import set_by_user
from selfeval.expectations.switched_off import Off, off_by_form
from selfeval.expectations.view import CellState, views
from selfeval.records.tables.build import Tables
from selfeval.records.tables.columns import COLUMNS, empty, to_lists
from selfeval.records.tables.columns import frame as typed
from selfeval.records.tables.parquet import ParquetFile, arrow_types

if TYPE_CHECKING:
    import pandas as pd

#: The head of a form, as it stands in every row of the frames: no names and numbers of persons.
HEAD = tuple(
    name
    for name in COLUMNS["forms"]
    if name not in {field.column for field in HEADER if field.personal}
)
#: What the first row of a form tells besides, by frame: the rows that the frame itself does not hold.
CONTEXT = {
    "forms": ("funds", "indicators", "cells", "roster"),
    "funds": ("indicators", "cells"),
    "indicators": ("funds", "cells"),
}
STATES = ("absent", "blank", "unreadable", "doubtful", "known")
_HEAD_STATES = ("project_name", "authority", "unit", "goal_expected", "goal_actual")
_QUANTITIES = ("target", "actual")


def _numbers(fields: Iterable[Field]) -> tuple[str, ...]:
    return tuple(field.column for field in fields if field.is_number)


#: The numbers of each frame.
_NUMBERS = {"forms": _numbers(TOTAL), "funds": _numbers(FUNDS), "indicators": _numbers(INDICATORS)}
_AMOUNTS = tuple(field.column for field in FUNDS if field.kind == "amount")
#: Cells that rules look at although nothing about them is in doubt: they may be merged, or stand in columns of their own.
_LOOKED_AT = r"indicators/\d+/(?:weight|score|target|explanation)"
#: What a DECIMAL(38, 18) holds before the point.
_LARGEST = Decimal(10) ** 20


def frames(
    tables: Tables,
    place: Callable[[str], int] | None = None,
    off: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, pd.DataFrame]:
    """The frames by table, without CONTEXT. `place` gives the place of a document in the order of receipt; else it is that of the tables.
    `off` are the rules that are not asked about a form, by form_id, with the reason."""
    import pandas as pd

    order = {key: at for at, key in enumerate(dict.fromkeys(tables.forms["document_id"]))}
    received = tables.forms["document_id"].map(place or order.__getitem__).astype("int64")
    told = {
        form_id: json.dumps(rules, ensure_ascii=False) for form_id, rules in (off or {}).items()
    }
    silent = pd.Series([told.get(form_id) for form_id in tables.forms["form_id"]], dtype="object")
    forms = tables.forms[list(HEAD)].assign(received=received, off=silent.to_numpy())
    unsure, head = _doubtful(tables), forms.set_index("form_id")
    made = {"forms": forms.assign(record_id=forms["form_id"], subject="form")}
    for table in ("funds", "indicators"):
        rows = getattr(tables, table).reset_index(drop=True)
        joined = head.loc[rows["form_id"]].reset_index(drop=True)
        made[table] = pd.concat([rows, joined[[name for name in joined if name not in rows]]], axis=1)  # fmt: skip
    for table, frame in made.items():
        for name in _NUMBERS[table]:
            doubted = frame["record_id"].isin(unsure.get(name, ()))
            states = _states(frame[name], frame[f"{name}_value"].notna(), doubted)
            for column in (f"{name}_value", f"{name}_half"):
                frame[column] = frame[column].where(states == "known", None)
            frame[f"{name}_state"] = states
    for name in _HEAD_STATES:
        frame, doubted = made["forms"], forms["form_id"].isin(unsure.get(name, ()))
        frame[f"{name}_state"] = _states(frame[name], ~frame[name].map(is_blank).astype(bool), doubted)  # fmt: skip
    _add_quantities(made["indicators"])
    factors = [MONEY_UNITS.get(unit or "") for unit in made["funds"]["amount_unit"].tolist()]
    for name in _AMOUNTS:
        values = made["funds"][f"{name}_value"].tolist()
        yuan = [None if value is None or factor is None else value * factor for value, factor in zip(values, factors, strict=True)]  # fmt: skip
        made["funds"][f"{name}_yuan"] = pd.Series(yuan, dtype="object")
    return made


def keys(tables: Tables) -> dict[str, pd.DataFrame]:
    """The records of each frame by their keys alone: enough to count what is decided about them already. Great Expectations looks three times
    a question whether a key is missing, which is quick for categories."""
    import pandas as pd

    ids = {"forms": "form_id", "funds": "record_id", "indicators": "record_id"}
    found = {table: pd.factorize(getattr(tables, table)[name]) for table, name in ids.items()}
    return {
        table: pd.DataFrame({"record_id": pd.Categorical.from_codes(*coded)})
        for table, coded in found.items()
    }


def _add_quantities(frame: pd.DataFrame) -> None:
    """Targets and results that are plain quantities, as number, unit and comparator."""
    import pandas as pd

    for name in _QUANTITIES:
        texts = {text: parse_quantity(text) for text in frame[name].unique()}
        found = [one if one is not None and abs(one.value) < _LARGEST else None for one in map(texts.get, frame[name].tolist())]  # fmt: skip
        for part in ("value", "half", "unit", "comparator"):
            column = [getattr(one, part, None) for one in found]
            frame[f"{name}_{part}"] = pd.Series(column, dtype="object")


def _doubtful(tables: Tables) -> dict[str, set[str]]:
    """By the name of a column the records whose value in it is in doubt."""
    doubted = tables.cells.loc[tables.cells["doubt"].notna(), "form_id"].unique()
    found: dict[str, set[str]] = {}
    for form in views(tables.of_forms(set(doubted))) if len(doubted) else ():
        for row in (*form.funds, *form.indicators):
            block = "funds" if row.subject.startswith("funds") else "indicators"
            for name in _NUMBERS[block]:
                if hasattr(row, name) and row.read(name).state is CellState.DOUBTFUL:
                    found.setdefault(name, set()).add(row.record_id)
        for name in ("weight", "score"):
            if form.read_total(name).state is CellState.DOUBTFUL:
                found.setdefault(f"total_{name}", set()).add(form.form_id)
        for name in _HEAD_STATES:
            if form.doubt(name):
                found.setdefault(name, set()).add(form.form_id)
    return found


def _states(texts: pd.Series, read: pd.Series, unsure: pd.Series) -> pd.Series:
    """What each text is, one of STATES; `read` are those with a value, `unsure` those in doubt."""
    blank = {text: "absent" if text is None else "blank" if is_blank(text) else "unreadable" for text in texts.unique()}  # fmt: skip
    states = texts.map(blank).where(texts.notna(), "absent").astype("object")
    return states.mask(read, "known").mask(unsure, "doubtful")


def with_context(
    frame: pd.DataFrame, table: str, tables: Tables, roster: Sequence[Expected] = ()
) -> pd.DataFrame:
    """The frame with the columns CONTEXT: all that its rules need stands in it."""
    import pandas as pd

    cells = tables.cells
    looked_at = cells[cells["doubt"].notna() | cells["path"].str.fullmatch(_LOOKED_AT)]
    parts = {"funds": tables.funds, "indicators": tables.indicators, "cells": looked_at}
    first = (~frame["form_id"].duplicated()).tolist()
    listed = [asdict(one) | {"aliases": list(one.aliases)} for one in roster] or None
    columns: dict[str, list[Any]] = {}
    for name in CONTEXT[table]:
        if name == "roster":
            columns[name] = [listed if at == 0 else None for at in range(len(frame))]
        else:
            found = _nested(parts[name], name)
            pairs = zip(frame["form_id"].tolist(), first, strict=True)
            columns[name] = [found.get(form_id) if here else None for form_id, here in pairs]
    made = {name: pd.Series(values, dtype="object", index=frame.index) for name, values in columns.items()}  # fmt: skip
    return frame.assign(**made)


def _nested_columns(table: str) -> dict[str, str]:
    """The columns of a table that its structs hold: without those that say of which form they are."""
    named = ("form_id", "document", "form")
    return {name: kind for name, kind in COLUMNS[table].items() if name not in named}


def _nested(rows: pd.DataFrame, table: str) -> dict[str, list[dict[str, Any]]]:
    """By form its rows as plain dicts."""
    names = list(_nested_columns(table))
    lists = to_lists(rows, ["form_id", *names])
    grouped: dict[str, list[dict[str, Any]]] = {}
    for form_id, *values in zip(*lists.values(), strict=True):
        grouped.setdefault(form_id, []).append(dict(zip(names, values, strict=True)))
    return grouped


def tables_of(frame: pd.DataFrame, table: str) -> tuple[Tables, tuple[Expected, ...]]:
    """The tables that a frame with its context was made from, forms in the order of receipt, as far as rules look at them; and the
    roster. Raises KeyError for a frame that lacks one of its columns."""

    ordered = frame.sort_values("received", kind="stable")
    first = ordered[~ordered["form_id"].duplicated()]
    heads = [_plain(row, HEAD) for row in first[list(HEAD)].to_dict("records")]
    parts = {"forms": typed("forms", heads)}
    keys = [{name: head[name] for name in ("form_id", "document", "form")} for head in heads]
    for name in ("funds", "indicators", "cells"):
        if name == table:
            rows = [_plain(row, COLUMNS[name]) for row in ordered[list(COLUMNS[name])].to_dict("records")]  # fmt: skip
        else:
            context = first[name].tolist()
            rows = [
                {**({"form_id": key["form_id"]} if name == "cells" else key), **row}
                for key, inner in zip(keys, context, strict=True)
                for row in (inner if inner is not None else ())
            ]
        parts[name] = typed(name, rows)
    listed = [one for one in first["roster"].tolist() if one is not None] if table == "forms" else []  # fmt: skip
    roster = tuple(Expected(**{**one, "aliases": tuple(one["aliases"])}) for rows in listed for one in rows)  # fmt: skip
    rest = {name: empty(name) for name in COLUMNS if name not in parts}
    return Tables(**parts, **rest), roster


def _plain(row: Mapping[Any, Any], names: Collection[str]) -> dict[str, Any]:
    """A row with None for everything that is missing."""
    return {name: None if value is None or value != value else value for name in names for value in (row[name],)}  # fmt: skip


def schema(table: str) -> Any:
    """The Arrow schema of one judged table."""
    import pyarrow as pa

    kinds = arrow_types()
    text, decimal = kinds["text"], kinds["decimal"]
    columns = {name: kinds[COLUMNS["forms"][name]] for name in HEAD} | {
        "received": pa.int64(),
        "off": text,
    }
    columns |= {"record_id": text, "subject": text} if table == "forms" else {}
    columns |= {name: kinds[kind] for name, kind in COLUMNS[table].items() if table != "forms"}
    stated = (*_NUMBERS[table], *(_HEAD_STATES if table == "forms" else ()))
    columns |= {f"{name}_state": text for name in stated}
    columns |= {f"{name}_yuan": decimal for name in _AMOUNTS if table == "funds"}
    parts = {"value": decimal, "half": decimal, "unit": text, "comparator": text}
    columns |= {f"{name}_{part}": kind for name in _QUANTITIES for part, kind in parts.items() if table == "indicators"}  # fmt: skip
    nested = {name: [(one, kinds[kind]) for one, kind in _nested_columns(name).items()] for name in ("funds", "indicators", "cells")}  # fmt: skip
    nested["roster"] = [("unit", text), ("aliases", pa.list_(text)), ("authority", text), ("project", text), ("year", pa.int64())]  # fmt: skip
    columns |= {name: pa.list_(pa.struct(nested[name])) for name in CONTEXT[table]}
    return pa.schema(list(columns.items()))


class JudgedFiles:
    """The judged tables of a folder, made if need be, written batch by batch; used as `records.tables.parquet.Export` is. `place` gives
    the place of a document in the order of receipt, `profile` the one that all forms are judged by where there is one, `off` the rules that
    are switched off."""

    def __init__(
        self, folder: Path, place: Callable[[str], int], roster: Sequence[Expected] = (), profile: str | None = None, off: Sequence[Off] = (),
    ) -> None:  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._place, self._roster, self._profile, self._off = place, roster, profile, off
        self.files = {
            table: ParquetFile(folder / f"{table}.parquet", schema(table)) for table in CONTEXT
        }

    def __enter__(self) -> JudgedFiles:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for file in self.files.values():
            file.close(keep=kind is None)

    def add(self, tables: Tables) -> None:
        """One more batch. The roster stands in the first that has forms, where none was copied before it."""
        if self._profile is not None:
            tables = replace(tables, forms=tables.forms.assign(profile=set_by_user(self._profile)))
        off = off_by_form(self._off, views(tables)) if self._off else {}
        roster = () if self.files["forms"].groups else self._roster
        for table, frame in frames(tables, self._place, off).items():
            whole = with_context(frame, table, tables, roster)
            kinds = dict.fromkeys(schema(table).names, "")
            self.files[table].add(to_lists(whole, kinds))
