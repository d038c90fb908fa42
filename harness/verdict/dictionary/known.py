"""The dictionary of faults of one contract: by known bug, the findings of each scenario, and the scenarios without any.

A file `dictionary.json` in the folder of the contract's schemas holds it. `walletproof prove --accept` writes the files
of the bundled contracts. A private contract may bring its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FORMAT = 1
"""Version of the file's form. A reader refuses another one."""
FILE = "dictionary.json"
_SEPARATOR = " "


class Harm(StrEnum):
    """What a bug does to the operator or its players, worst first."""

    MONEY = "money"
    """Money is lost or made."""
    ATTACK = "attack"
    """Somebody may move or see money that is not theirs."""
    FORMAT = "format"
    """The platform cannot read an answer, or a right request is refused."""
    ADVICE = "advice"
    """The wallet works, and should be better."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One kind of finding in a scenario: the violated requirement, the check, and the id of the step's own cause."""

    requirement: str
    check: str
    """A `Check`, with a question mark if it could not be decided."""
    evidence: str = ""
    """The id of the probable cause that the blamed step alone suggests, or an empty text."""

    def __str__(self) -> str:
        return _SEPARATOR.join((self.requirement, self.check, self.evidence)).rstrip()


@dataclass(frozen=True, slots=True)
class KnownBug:
    """One bug: its name, what a wallet with it does (a sentence without a subject), what to change, and its harm."""

    name: str
    title: str
    fix: str
    harm: Harm


@dataclass(frozen=True, slots=True)
class KnownRow:
    """The cells of one bug. Bugs with equal cells share a row, because no pattern distinguishes them."""

    bugs: tuple[KnownBug, ...]
    red: Mapping[str, frozenset[Mark]]
    """By scenario: its marks. Other scenarios of the dictionary are green, except for those in `skipped`."""
    skipped: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FaultDictionary:
    """All rows of one contract, and the scenarios that each row was tried with."""

    contract: str = ""
    scenarios: frozenset[str] = frozenset()
    rows: tuple[KnownRow, ...] = ()
    complaint: str = ""
    """Why the contract's file is not used, or an empty text."""


class DictionaryError(Exception):
    """A file is no dictionary of faults. The text says what is wrong with it."""


@cache
def dictionary_in(folder: Path, contract: str) -> FaultDictionary:
    """The dictionary of a contract from the folder of its schemas. Empty if there is no file.

    If the file cannot be used, the dictionary is empty, too, and its `complaint` says why.
    """
    path = folder / FILE
    if not path.is_file():
        return FaultDictionary(contract)
    try:
        found = read(path.read_bytes())
    except (OSError, DictionaryError) as error:
        return FaultDictionary(contract, complaint=f"{FILE} of {contract} is not used: {error}")
    if found.contract != contract:
        return FaultDictionary(contract, complaint=f"{FILE} of {contract} is not used: it is of {found.contract}")
    return found


def read(data: bytes) -> FaultDictionary:
    """The dictionary of a file's bytes. Raises DictionaryError if they have another form or version."""
    try:
        value = json.loads(data, parse_float=str)
        if value["format"] != FORMAT:
            raise DictionaryError(f"its format is {value['format']!r}, and this version reads {FORMAT}")
        names: list[str] = value["scenarios"]
        rows = tuple(_row(each, names) for each in value["rows"])
        return FaultDictionary(str(value["contract"]), frozenset(names), rows)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise DictionaryError(f"{type(error).__name__}: {error}") from None


def written(dictionary: FaultDictionary, version: str) -> str:
    """The text of the file, with a line for each row. `version` is that of the product.

    Scenarios are numbered by their place in `scenarios`, so that the file stays small.
    """
    names = sorted(dictionary.scenarios)
    numbers = {name: number for number, name in enumerate(names)}
    head = {"format": FORMAT, "walletproof": version, "contract": dictionary.contract, "scenarios": names}
    lines = [f"{json.dumps(key)}: {_json(value)}" for key, value in head.items()]
    rows = ",\n".join(_json(_data(each, numbers)) for each in dictionary.rows)
    return "{\n" + ",\n".join(lines) + f',\n"rows": [\n{rows}\n]\n}}\n'


def row_of(bugs: Sequence[KnownBug], red: Mapping[str, Iterable[Mark]], skipped: Iterable[str] = ()) -> KnownRow:
    """A row of marks by scenario. Scenarios without marks are left out."""
    cells = {scenario: frozenset(marks) for scenario, marks in red.items() if marks}
    return KnownRow(tuple(bugs), MappingProxyType(cells), frozenset(skipped))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def _data(row: KnownRow, numbers: Mapping[str, int]) -> dict[str, Any]:
    by_mark: dict[str, list[int]] = {}
    for scenario, marks in row.red.items():
        for mark in marks:
            by_mark.setdefault(str(mark), []).append(numbers[scenario])
    return {
        "bugs": [{"name": b.name, "title": b.title, "fix": b.fix, "harm": str(b.harm)} for b in row.bugs],
        "red": {mark: sorted(found) for mark, found in sorted(by_mark.items())},
        **({"skipped": sorted(numbers[each] for each in row.skipped)} if row.skipped else {}),
    }


def _row(data: Mapping[str, Any], names: Sequence[str]) -> KnownRow:
    red: dict[str, set[Mark]] = {}
    for text, numbers in data["red"].items():
        requirement, check, *evidence = text.split(_SEPARATOR)
        for number in numbers:
            red.setdefault(names[number], set()).add(Mark(requirement, check, *evidence))
    bugs = [KnownBug(each["name"], each["title"], each["fix"], Harm(each["harm"])) for each in data["bugs"]]
    if not bugs or not red:
        raise DictionaryError("a row has no bug, or no red cell")
    return row_of(bugs, red, (names[number] for number in data.get("skipped", ())))
