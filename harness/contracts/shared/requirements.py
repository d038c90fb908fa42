"""Reads `requirements.yaml`: the requirements of a contract, each with its level, its clause and its findings.

The file is a list of mappings with `id`, `level`, `text`, `clause` and `answers_for`. The last one lists the findings
of the requirement, each as three words: `settlement new balance`. The words are the operation, the situation, and how
the answer was wrong. The sign `*` stands for any of them. A second list, `in_its_scenarios`, has the same form. For
these findings the requirement comes before all others, but only in its own scenarios.

A dot narrows a situation: `forged.other_secret`, `new.after_clawback`. If the format of an answer is wrong, a topic
replaces the situation: `settlement schema format`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.model import Level, Requirement, Situation, Wrong

TOPICS = ("schema", "json", "echo", "code", "http", "status", "items", "reference")
"""The words that replace the situation if the format is wrong. `model.Problem.topic` has the first six.

`items`: a batch whose answer lacks a transaction; `reference`: a wallet's reference that changes on a replay."""

LATE = "late"
"""The word that narrows a situation of a request that comes again long after the first time."""

NARROWED = {
    Situation.NEW: (
        "non_ascii",
        "unbelieved",
        "similar_id",
        "same_bet",
        "after_clawback",
        "mixed_batch",
        "several_players",
        "cut_off",
    ),
    Situation.ZERO: ("after_clawback", "mixed_batch"),
    Situation.REPLAY: (LATE,),
    Situation.LATE: (LATE,),
    Situation.REPLAY_OF_REFUSED: ("currency", "player", "type", "funds", "session"),
    Situation.UNKNOWN_PLAYER: ("similar_id",),
    Situation.ROLLBACK_OF_UNKNOWN: ("known_bet", "similar_id"),
    Situation.MALFORMED: ("wrong_type", "unknown_type", "permitted"),
    Situation.DUPLICATE_IN_BATCH: ("two_amounts",),
    Situation.RACE_OF_ONE: ("contention", "two_amounts", "two_operations"),
    Situation.RACE_OF_DEBITS: ("contention",),
    Situation.RACE: ("contention",),
}
"""Situations that can be narrowed, and by which words. The contract's forgeries narrow `forged` besides.

* `non_ascii`: text beyond ASCII in a field.
* `unbelieved`: refused as badly signed, although the signature is right.
* `similar_id`: an id that nearly equals another one.
* `late`: sent again long after the first time.
* `currency`, `player`, `type`, `funds`, `session`: why the first sending was refused.
* `known_bet`: the rollback names a bet id that the wallet knows, and a transaction that it does not know.
* `same_bet`: a further settlement of a bet.
* `after_clawback`: after a refused unsettlement.
* `mixed_batch`: a valid item beside an invalid one.
* `several_players`: in a batch with several players.
* `cut_off`: the connection broke during the request.
* `wrong_type`: a field of another JSON type.
* `unknown_type`: an unknown word in `type`.
* `permitted`: altered in a way that a wallet may accept.
* `contention`: one of several requests at once, refused although the funds cover it.
* `two_amounts`: one id with different amounts, at once or in one batch.
* `two_operations`: one id through different operations, at once or in one batch."""

CONSERVATION = "CON-01"
"""The end of the id of the requirement that money is conserved. Every contract has it, and it cannot be waived."""

_KEYS = ("id", "level", "text", "clause", "answers_for", "in_its_scenarios")


def is_conservation(requirement: str) -> bool:
    """True if this is the id of a contract's requirement that money is conserved."""
    return requirement.endswith(f"-{CONSERVATION}")


class RequirementsError(ValueError):
    """A requirements file is invalid. The message begins with `path:line`."""


class Requirements(Mapping[str, Requirement]):
    """The requirements of a contract by id. The file is read at the first access.

    An access raises RequirementsError if the file is invalid.
    """

    def __init__(self, path: Path, prefix: str, operations: tuple[str, ...], forgeries: tuple[str, ...]) -> None:
        self._path = path
        self._prefix = prefix
        self._operations = operations
        self._forgeries = forgeries

    @cached_property
    def _by_id(self) -> dict[str, Requirement]:
        return load(self._path, self._prefix, self._operations, self._forgeries)

    def __getitem__(self, key: str) -> Requirement:
        return self._by_id[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)


def load(
    path: Path, prefix: str, operations: tuple[str, ...], forgeries: tuple[str, ...] = ()
) -> dict[str, Requirement]:
    """The requirements of a file by id. Raises RequirementsError, and OSError when there is no such file."""
    vocabulary = ({*operations, "*"}, _situations(forgeries), {*map(str, Wrong), "*"})
    found: dict[str, Requirement] = {}
    owners: dict[tuple[str, str, str], str] = {}
    for line, entry in _entries(path):
        requirement = _requirement(path, line, entry, prefix, vocabulary)
        if requirement.id in found:
            raise RequirementsError(f"{path}:{line}: {requirement.id} stands twice")
        for triple in requirement.answers_for:
            owner = owners.setdefault(triple, requirement.id)
            if owner != requirement.id:
                raise RequirementsError(f"{path}:{line}: {owner} already answers for {' '.join(triple)!r}")
        found[requirement.id] = requirement
    if (last := f"{prefix}-{CONSERVATION}") not in found:
        raise RequirementsError(f"{path}:1: {last} is missing: whatever no other id answers for is its own")
    return found


def _situations(forgeries: tuple[str, ...]) -> set[str]:
    narrowed = {f"{situation}.{word}" for situation, words in NARROWED.items() for word in words}
    return {"*", *map(str, Situation), *TOPICS, *narrowed, *(f"{Situation.FORGED}.{name}" for name in forgeries)}


def _entries(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The mappings of the list, each with its line. They are read from YAML's node tree, which keeps line numbers."""
    import yaml

    from harness.files.tree import place_of

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # pragma: no mutate: both give the same, one faster
    text = _read(path)
    try:
        document = yaml.compose(text, Loader=loader)
        if not isinstance(document, yaml.SequenceNode):
            raise RequirementsError(f"{path}:1: must be a list of requirements")
        for node in document.value:
            line = node.start_mark.line + 1
            if not isinstance(node, yaml.MappingNode):
                raise RequirementsError(f"{path}:{line}: must be a mapping with {', '.join(_KEYS)}")
            yield line, _entry(path, node)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise RequirementsError(f"{path}:{line}: not YAML: {error.reason}") from None
    except yaml.MarkedYAMLError as error:
        mark = place_of(error, text)
        raise RequirementsError(f"{path}:{mark.line + 1 if mark else 1}: not YAML: {error.problem}") from None


def _read(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RequirementsError(f"{path}:{line}: not UTF-8: byte 0x{data[error.start]:02x}") from None


def _entry(path: Path, node: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = _text(path, key)
        if name in found:
            raise RequirementsError(f"{path}:{key.start_mark.line + 1}: {name!r} stands twice in one requirement")
        found[name] = _value(path, value)
    return found


def _text(path: Path, node: Any) -> str:
    if not isinstance(node.value, str):
        raise RequirementsError(f"{path}:{node.start_mark.line + 1}: must be text")
    return node.value


def _value(path: Path, node: Any) -> object:
    if node.id == "sequence":
        return [(each.start_mark.line + 1, _text(path, each)) for each in node.value]
    return _text(path, node)


def _requirement(
    path: Path, line: int, entry: dict[str, Any], prefix: str, vocabulary: tuple[set[str], ...]
) -> Requirement:
    for name in entry:
        if name not in _KEYS:
            raise RequirementsError(f"{path}:{line}: unknown key {name!r}{_nearest(name, set(_KEYS))}")
    for name in ("id", "level", "text", "clause"):
        if not isinstance(entry.get(name), str) or not entry[name]:
            raise RequirementsError(f"{path}:{line}: `{name}` is missing or no text")
    identifier, level = entry["id"], entry["level"]
    if not re.fullmatch(rf"{prefix}-[A-Z]{{3}}-[0-9]{{2}}", str(identifier)):
        raise RequirementsError(f"{path}:{line}: id {identifier!r} must look like {prefix}-{CONSERVATION}")
    if level not in {*Level}:
        raise RequirementsError(f"{path}:{line}: level {level!r} must be {', '.join(Level)}")
    return Requirement(
        id=identifier,
        level=Level(level),
        text=entry["text"],
        clause=entry["clause"],
        answers_for=_triples(path, line, entry, "answers_for", vocabulary),
        in_its_scenarios=_triples(path, line, entry, "in_its_scenarios", vocabulary),
    )


def _triples(
    path: Path, line: int, entry: dict[str, Any], key: str, vocabulary: tuple[set[str], ...]
) -> tuple[tuple[str, str, str], ...]:
    answers = entry.get(key, [])
    if not isinstance(answers, list):
        raise RequirementsError(f"{path}:{line}: `{key}` must be a list")
    return tuple(_triple(f"{path}:{at}", words, vocabulary) for at, words in answers)


def _triple(where: str, words: str, vocabulary: tuple[set[str], ...]) -> tuple[str, str, str]:
    parts = words.split()
    if len(parts) != len(vocabulary):
        raise RequirementsError(f"{where}: {words!r} must be three words: operation, situation, what was wrong")
    for part, known in zip(parts, vocabulary, strict=True):
        if part not in known:
            raise RequirementsError(f"{where}: unknown word {part!r}{_nearest(part, known)}")
    operation, situation, wrong = parts
    return operation, situation, wrong


def _nearest(word: str, known: set[str]) -> str:
    close = get_close_matches(word, sorted(known))
    return f", did you mean {close[0]!r}?" if close else f": use one of {', '.join(sorted(known))}"
