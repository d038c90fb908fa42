"""Removes labels that nothing refers to. The loader takes such a label for a mistake. Reserved words are no labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.scenario.words import RESERVED

_AGAIN = ("times", "size")


def without_lonely_labels(steps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps without the labels of transactions, rounds and pots that occur once only.

    A step that is sent several times keeps its own.
    """
    together = {"id": ("id", "bet"), "round": ("round",), "pot": ("pot",)}
    counts = {name: Counter([*_used(steps, names), *2 * RESERVED.get(name, ())]) for name, names in together.items()}
    return [_pruned(step, counts) for step in steps]


def drafts_of(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every draft of a step, and of the steps inside it."""
    for name, value in step.items():
        if name == "at_once" and isinstance(value, list):
            for each in value:
                yield from drafts_of(each)
        elif name == "repeat":
            for each in value["steps"]:
                yield from drafts_of(each)
        elif isinstance(value, list):
            yield from (each for each in value if isinstance(each, dict))
        elif isinstance(value, dict) and name != "tampered":
            yield value


def _used(steps: Sequence[dict[str, Any]], names: Sequence[str]) -> Iterator[str]:
    for step in steps:
        if isinstance(step.get("at_once"), list):
            yield from _used(step["at_once"], names)
            continue
        if "repeat" in step:
            yield from _used(step["repeat"]["steps"], names)
            continue
        count = 2 if any(each in step for each in _AGAIN) else 1
        if "resend" in step and "id" in names:
            yield step["resend"]
        for draft in drafts_of(step):
            for name in names:
                if name in draft:
                    yield from [draft[name]] * count


def _pruned(step: dict[str, Any], counts: Mapping[str, Counter[str]]) -> dict[str, Any]:
    def draft(each: dict[str, Any]) -> dict[str, Any]:
        lonely = {name for name, found in counts.items() if found[each.get(name, "")] == 1}
        return {name: value for name, value in each.items() if name not in lonely}

    def content(name: str, value: Any) -> Any:
        if name == "at_once" and isinstance(value, list):
            return [_pruned(each, counts) for each in value]
        if name == "repeat":
            return {**value, "steps": [_pruned(each, counts) for each in value["steps"]]}
        if isinstance(value, list):
            return [draft(each) if isinstance(each, dict) else each for each in value]
        return draft(value) if isinstance(value, dict) and name != "tampered" else value

    return {name: content(name, value) for name, value in step.items()}
