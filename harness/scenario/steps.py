"""Reads steps: the word of each, its modifiers, and the steps inside `at_once` and `repeat`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from harness.contracts import Contract
from harness.files.tree import Items, Node, Table, Text
from harness.model import Loss, Step
from harness.scenario.context import Context, entries
from harness.scenario.drafts import read_drafts
from harness.scenario.faults import FAMILIES, why_no_family
from harness.scenario.words import (
    EXPECTATIONS,
    LOSSES,
    MODIFIERS,
    MODIFIERS_OF,
    OPERATIONS,
    SAME,
    WITHOUT_CONTENT,
    WORDS,
)

_CONTENT_TYPE_LENGTH = 100


def read_steps(node: Node, context: Context, *, inside: str = "") -> tuple[Step, ...]:
    """The steps of a list.

    `inside` is the word of the enclosing block. A block inside a race cannot be released together.
    """
    if not isinstance(node, Items) or not node.values:
        context.add(node, "steps must be a list with at least one step")
        return ()
    steps = (read_step(item, context, inside) for item in node.values)
    return tuple(step for step in steps if step is not None)


def read_step(node: Node, context: Context, inside: str) -> Step | None:
    """One step, or None if it has no word."""
    table = context.table(node, "a step")
    if table is None:
        return None
    word = _word(table, context)
    if word is None:
        return None
    if word.value in {"at_once", "repeat", *WITHOUT_CONTENT} and inside:
        context.add(word, f"{word.value} inside {inside}: a block holds operations only")
    values: dict[str, Any] = {"word": word.value, "line": word.line}
    for name, (key, value) in entries(table).items():
        if name == word.value:
            values.update(_content(word, value, context))
        elif name not in MODIFIERS:
            context.unknown(key, "word", (*WORDS, *MODIFIERS))
        elif name not in MODIFIERS_OF[word.value]:
            context.add(key, f"{name} does not apply to {word.value}")
        else:
            values.update(_modifier(key, value, context))
    step = Step(**values)
    _check_whole(step, table, context)
    if step.lost and (step.at_once or inside == "at_once"):
        context.add(table, "lost does not go with at_once: the answers of a race are its evidence")
    return step


def _word(table: Table, context: Context) -> Text | None:
    """The step's word. `at_once` is a word if it holds a list, and a modifier otherwise."""
    found = [
        key
        for key, value in table.entries
        if key.value in WORDS and (key.value != "at_once" or isinstance(value, Items))
    ]
    if len(found) == 1:
        return _supported(found[0], context)
    if found:
        context.add(found[1], f"a step has one word, this one has {' and '.join(key.value for key in found)}")
        return None
    strangers = [key for key, _ in table.entries if key.value not in MODIFIERS]
    if strangers:
        context.unknown(strangers[0], "word", WORDS)
    else:
        context.add(table, f"a step needs one of the words {', '.join(WORDS)}")
    return None


def _supported(word: Text, context: Context) -> Text | None:
    lacking = [each.name for each in context.dialects if word.value in OPERATIONS and not each.has(word.value)]
    for name in lacking:
        context.add(word, f"{name} has no {word.value}: drop the step, or drop {name} from requirement")
    return None if lacking else word


def _content(word: Text, value: Node, context: Context) -> Mapping[str, Any]:
    match word.value:
        case "resend":
            return {"label": context.label(value, "resend")}
        case "at_once":
            return {"steps": read_steps(value, context, inside="at_once")}
        case "repeat":
            return _repeat(value, context)
        case name if name in WITHOUT_CONTENT:
            if not isinstance(value, Text) or value.value:
                context.add(value, f"{name} stands alone: drop what follows it")
            return {}
        case operation:
            drafts, batch = read_drafts(operation, value, context)
            return {"drafts": drafts, "batch": batch}


def _repeat(value: Node, context: Context) -> Mapping[str, Any]:
    table = context.table(value, "repeat")
    if table is None:
        return {}
    parts = entries(table)
    for name, (key, _) in parts.items():
        if name not in {"times", "steps"}:
            context.unknown(key, "part of repeat", ("times", "steps"))
    for name in ("times", "steps"):
        if name not in parts:
            context.add(table, f"repeat needs {name}")
    times = context.count(parts["times"][1], "times") if "times" in parts else ""
    steps = read_steps(parts["steps"][1], context, inside="repeat") if "steps" in parts else ()
    return {"times": times, "steps": steps}


def _modifier(key: Text, value: Node, context: Context) -> Mapping[str, Any]:
    name = key.value
    match name:
        case "expect" | "should":
            return {name: _outcomes(name, value, context)}
        case "times" | "size":
            return {name: context.count(value, name)}
        case "at_once":
            return {name: context.one_of(value, "at_once", ("true",)) == "true"}
        case "lost":
            word = context.one_of(value, "lost", LOSSES)
            return {"lost": Loss(word) if word else None}
        case "forged":
            return {name: _known_to_all(value, context, "forged", "forgery", lambda each: each.forgeries)}
        case "missing_header":
            return {
                name: _known_to_all(
                    value, context, "missing_header", "required header", lambda each: each.required_headers
                )
            }
        case "stale" | "ahead":
            seconds = _seconds_off(key, value, context)
            return {"stale_seconds": seconds if name == "stale" else -seconds}
        case "tampered":
            return {name: _tampered(key, value, context)}
        case "faults":
            return {name: context.one_of(value, "family of faults", FAMILIES)}
        case _:
            return {name: _plain(name, value, context)}


def _outcomes(name: str, value: Node, context: Context) -> tuple[str, ...]:
    valid = (*EXPECTATIONS, SAME) if name == "should" else tuple(EXPECTATIONS)
    nodes = value.values if isinstance(value, Items) else (value,)
    if not nodes:
        context.add(value, f"{name} is empty: drop it")
    return tuple(context.one_of(node, f"{name} word", valid) for node in nodes)


def _known_to_all(
    value: Node, context: Context, word: str, thing: str, names: Callable[[Contract], Collection[str]]
) -> str:
    """A name that every contract of the scenario has. `thing` is what it names, `names` those of a contract."""
    name = context.text(value, word)
    for dialect in context.dialects:
        if isinstance(value, Text) and name not in names(dialect.contract):
            context.unknown(value, f"{thing} of {dialect.name}", names(dialect.contract))
    return name


def _seconds_off(key: Text, value: Node, context: Context) -> int:
    for dialect in context.dialects:
        if not dialect.dates_requests:
            context.add(key, f"a request of {dialect.name} carries no time, so it cannot be {key.value}")
    return context.seconds(value, key.value)


def _tampered(key: Text, value: Node, context: Context) -> tuple[tuple[str, str], ...]:
    for dialect in context.dialects:
        if not dialect.signs_bodies:
            context.add(key, f"{dialect.name} signs no body, so no wallet can notice that one was tampered with")
    table = context.table(value, "tampered")
    if table is None:
        return ()
    return tuple(
        (key.value, context.amount(node, "tampered amount", symbolic=False))
        if key.value == "amount"
        else (key.value, context.json_text(node, f"tampered {key.value}"))
        for key, node in table.entries
    )


def _plain(name: str, value: Node, context: Context) -> str:
    text = context.text(value, name)
    if isinstance(value, Text) and not text:
        context.add(value, f"{name} is empty: write what is sent, a blank ' ' if nothing")
    if name == "content_type" and (not text.isascii() or not text.isprintable() or len(text) > _CONTENT_TYPE_LENGTH):
        context.add(value, "content_type must be one line of ASCII")
    return text


def _check_whole(step: Step, table: Table, context: Context) -> None:
    """Check the rules that concern a step as a whole."""
    if step.at_once and not step.times and step.word in MODIFIERS_OF:
        context.add(table, "at_once: true needs times: one request cannot race")
    if step.size and not step.batch:
        context.add(table, f"size applies to a batch: write {step.word} as a list")
    if step.size and not step.drafts:
        context.add(table, "size has nothing to repeat: the batch is empty")
    if table.get("stale") and table.get("ahead"):
        context.add(table, "stale and ahead exclude each other: keep one")
    if step.faults:
        _check_family(step, table, context)
    for name, words in (("expect", step.expect), ("should", step.should)):
        items = len(step.drafts) if step.batch else 1
        if len(words) > 1 and len(words) != items:
            context.add(table, f"{name} has {len(words)} words for {items} item{'s' * (items != 1)}")


def _check_family(step: Step, table: Table, context: Context) -> None:
    """Check that a family of faults makes cases, and that nothing else departs from a good request."""
    for key, _ in table.entries:
        if key.value not in {step.word, "faults"}:
            context.add(key, f"faults does not go with {key.value}: each case has one fault, and its level is known")
    departing = ("id", "raw", "without", "spelled", "session", "currency", "game", "token")
    found = [name for draft in step.drafts for name in departing if getattr(draft, name)]
    if len(step.drafts) != 1 or found:
        context.add(table, "faults needs one good transaction without a label, that departs from nothing")
    for dialect in context.dialects:
        if dialect.has(step.word) and (problem := why_no_family(dialect, step.word, step.faults)):
            context.add(table, problem)
