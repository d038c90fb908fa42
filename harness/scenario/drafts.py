"""Reads one transaction of a step.

Its fields must make sense for its word, and every named contract must carry them.
"""

from __future__ import annotations

import re
from typing import Any

from harness.files.tree import Items, Node, Table, Text
from harness.model import Draft
from harness.scenario.context import Context, kind_of
from harness.scenario.shapes import SHAPES
from harness.scenario.words import CHOICES, FIELDS, OPERATIONS, RESERVED, UNKNOWN

_ODDS = re.compile(r"(?!0+(\.0+)?$)[0-9]{1,6}(\.[0-9]{1,6})?")


def read_drafts(word: str, node: Node, context: Context) -> tuple[tuple[Draft, ...], bool]:
    """The transactions of a step's word, and whether they form a batch."""
    operation = OPERATIONS[word]
    if isinstance(node, Items):
        return _list(word, node, context), True
    if isinstance(node, Text) and not node.value and not operation.needs:
        return (Draft(line=node.line),), False
    if isinstance(node, Text):
        context.add(node, f"{word} needs a mapping of its fields: {', '.join(operation.fields)}")
        return (), operation.always_batch
    return (read_draft(word, node, context),), operation.always_batch


def _list(word: str, node: Items, context: Context) -> tuple[Draft, ...]:
    if not OPERATIONS[word].lists:
        context.add(node, f"{word} takes one transaction, not a list")
    for dialect in context.dialects:
        if OPERATIONS[word].lists and dialect.has(word) and not dialect.takes_lists(word):
            context.add(node, f"{dialect.name} has no batch for {word}: write one mapping, not a list")
    drafts = []
    for item in node.values:
        if isinstance(item, Table):
            drafts.append(read_draft(word, item, context))
        else:
            context.add(item, f"an item of {word} must be a mapping, not a {kind_of(item)}")
    return tuple(drafts)


def read_draft(word: str, table: Table, context: Context) -> Draft:
    """One transaction."""
    values: dict[str, Any] = {"line": table.line}
    for key, value in table.entries:
        if key.value not in OPERATIONS[word].fields:
            _complain_of_field(word, key, context)
        elif _carried(word, key, context):
            values[key.value] = _field(word, key, value, context)
    for needed in OPERATIONS[word].needs:
        if table.get(needed) is None:
            context.add(table, f"{word} needs {needed}: {FIELDS[needed]}")
    if values.get("spelled") and values.get("player") == UNKNOWN:
        context.add(table, "spelled needs a player whom the wallet knows: drop it, or drop player: unknown")
    return Draft(**values)


def _complain_of_field(word: str, key: Text, context: Context) -> None:
    if key.value in FIELDS:
        context.add(key, f"{word} has no {key.value}; its fields are {', '.join(OPERATIONS[word].fields)}")
    else:
        context.unknown(key, f"field of {word}", OPERATIONS[word].fields)


def _carried(word: str, key: Text, context: Context) -> bool:
    """True if every named contract has the field. Adds a complaint for each contract that lacks it."""
    lacking = [each.name for each in context.dialects if each.has(word) and not each.has_field(word, key.value)]
    for name in lacking:
        context.add(key, f"{name} has no {key.value} in {word}: leave it out, or drop {name} from requirement")
    return not lacking


def _field(word: str, key: Text, node: Node, context: Context) -> object:
    name = key.value
    match name:
        case "amount":
            return context.amount(node, name)
        case "id" | "bet" | "round" | "pot":
            return _label(word, name, node, context)
        case "odds":
            return _odds(node, context)
        case "shape" | "bet_shape":
            return context.one_of(node, name, SHAPES)
        case "kind":
            return _kind(word, node, context)
        case "raw":
            return _raw(word, node, context)
        case "without":
            return _without(word, node, context)
        case _:
            return context.one_of(node, name, CHOICES[name])


def _label(word: str, name: str, node: Node, context: Context) -> str:
    label = context.label(node, name)
    if (name, label) == ("round", "none"):
        for each in context.dialects:
            if each.has(word) and not each.may_lack(word, name):
                context.add(node, f"{each.name} has no {word} without a round: write a label, or drop round")
    if name == "id" and any(label in words for words in RESERVED.values()):
        context.add(node, f"id {label!r} is reserved: choose another label")
    return label


def _odds(node: Node, context: Context) -> str:
    odds = context.text(node, "odds")
    if isinstance(node, Text) and not _ODDS.fullmatch(odds):
        context.add(node, f"odds {odds!r} are no decimal number above 0: write them as in 2.50")
        return ""
    return odds


def _kind(word: str, node: Node, context: Context) -> str:
    kind = context.text(node, "kind")
    for dialect in context.dialects:
        if isinstance(node, Text) and dialect.has(word) and kind not in dialect.kinds(word):
            context.unknown(node, f"kind of {word} in {dialect.name}", dialect.kinds(word))
    return kind


def _raw(word: str, node: Node, context: Context) -> tuple[tuple[str, str], ...]:
    table = context.table(node, "raw")
    if table is None:
        return ()
    for key, _ in table.entries:
        _check_wire_field(word, key, context)
    return tuple((key.value, context.json_text(value, f"raw {key.value}")) for key, value in table.entries)


def _without(word: str, node: Node, context: Context) -> tuple[str, ...]:
    if not isinstance(node, Items):
        context.add(node, "without must be a list of wire fields, such as [playerId]")
        return ()
    for item in node.values:
        if isinstance(item, Text):
            _check_wire_field(word, item, context)
    return tuple(context.text(item, "a wire field") for item in node.values)


def _check_wire_field(word: str, key: Text, context: Context) -> None:
    """Add a complaint about a wire field that no request has.

    A misspelt field would change nothing and test nothing.
    """
    for dialect in context.dialects:
        if dialect.has(word) and key.value not in (known := dialect.wire_fields(word)) and key.value != EXTRA_FIELD:
            context.unknown(key, f"wire field of {word} in {dialect.name}", known | {EXTRA_FIELD})


EXTRA_FIELD = "futureField"
"""The only wire field that `raw` may add although no contract has it. A wallet must accept unknown fields."""
