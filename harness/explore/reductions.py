"""Smaller scenarios than a given one: the steps of shrinking, from the coarse to the fine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from harness.explore.labels_used import drafts_of, without_lonely_labels
from harness.explore.playing import Generated
from harness.explore.restart_limits import restarts, without_restarts

_KEPT = frozenset({"id", "amount"})
"""Fields that are not dropped. A lonely label goes by itself, and most transactions need an amount."""
_SIMPLER_AMOUNTS = ("10", "1")
_WORDS_OF_BLOCKS = ("at_once", "repeat")

Steps = list[dict[str, Any]]


def smaller(generated: Generated) -> Iterator[dict[str, Any]]:
    """Scenarios that are one reduction smaller. Some cannot be loaded, because a label is missing in them.

    The first one is without restarts of the wallet, as those take long.
    """
    if restarts(generated) and (rest := without_restarts(generated))["steps"]:
        yield rest
    for steps in (*_fewer_steps(generated["steps"]), *_plainer_everywhere(generated["steps"])):
        yield {**generated, "steps": without_lonely_labels(steps)}
    if "funds" in generated:
        yield {name: value for name, value in generated.items() if name != "funds"}
    if "currency" in generated:
        yield {name: value for name, value in generated.items() if name != "currency"}
    for steps in _simpler_steps(generated["steps"]):
        yield {**generated, "steps": without_lonely_labels(steps)}


def one_after_another(generated: Generated) -> dict[str, Any] | None:
    """The scenario with the requests of each race one after the other. None if it has no race."""
    steps = list(_in_order(generated["steps"]))
    if steps == generated["steps"]:
        return None
    return {**generated, "steps": without_lonely_labels(steps)}


def _in_order(steps: Steps) -> Iterator[dict[str, Any]]:
    for step in steps:
        if isinstance(step.get("at_once"), list):
            yield from step["at_once"]
        else:
            yield {name: value for name, value in step.items() if name != "at_once"}


def size_of(generated: Generated) -> int:
    """How many steps a scenario has. Each step of a race counts, and the race itself does not."""
    return sum(len(each["at_once"]) if isinstance(each.get("at_once"), list) else 1 for each in generated["steps"])


def _fewer_steps(steps: Steps) -> Iterator[Steps]:
    """Without a half, a quarter, ... and without each single step."""
    width = len(steps) // 2
    while width:
        for start in range(0, len(steps), width):
            if width < len(steps):
                yield steps[:start] + steps[start + width :]
        width //= 2


def _plainer_everywhere(steps: Steps) -> Iterator[Steps]:
    """Without the shape of one label's id, and without the other player, in all steps at once.

    A step alone would then name another transaction or another player than the rest.
    """
    drafts = [draft for step in steps for draft in drafts_of(step)]
    for label in sorted({each["id"] for each in drafts if "shape" in each and "id" in each}):
        yield [_with_drafts(step, partial(_unshaped, label)) for step in steps]
    if any(each.get("player") == "other" for each in drafts):
        yield [_with_drafts(step, _by_the_first_player) for step in steps]


def _unshaped(label: str, draft: Mapping[str, Any]) -> dict[str, Any]:
    gone = {"shape"} if draft.get("id") == label else set()
    gone |= {"bet_shape"} if draft.get("bet") == label else set()
    return {name: value for name, value in draft.items() if name not in gone}


def _by_the_first_player(draft: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in draft.items() if (name, value) != ("player", "other")}


def _with_drafts(step: dict[str, Any], changed: Callable[[Mapping[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """The step with every draft changed, those of the steps inside it among them. A draft without fields is empty."""
    if isinstance(step.get("at_once"), list):
        return {"at_once": [_with_drafts(each, changed) for each in step["at_once"]]}
    if "repeat" in step:
        inner = [_with_drafts(each, changed) for each in step["repeat"]["steps"]]
        return {"repeat": {**step["repeat"], "steps": inner}}
    word = next(iter(step))
    content = step[word]
    if isinstance(content, list):
        return {**step, word: [changed(each) for each in content]}
    return {**step, word: changed(content) or ""} if isinstance(content, Mapping) else step


def _simpler_steps(steps: Steps) -> Iterator[Steps]:
    for index, step in enumerate(steps):
        for replaced in _simpler_step(step):
            yield steps[:index] + replaced + steps[index + 1 :]


def _simpler_step(step: dict[str, Any]) -> Iterator[Steps]:
    """What may stand in place of one step: several steps for a race, else one."""
    inner = step.get("at_once")
    if isinstance(inner, list):
        yield inner
        for index in range(len(inner)):
            rest = inner[:index] + inner[index + 1 :]
            yield rest if len(rest) == 1 else [{"at_once": rest}]
        for steps in _simpler_steps(inner):
            yield [{"at_once": steps}]
        return
    if "repeat" in step:
        yield step["repeat"]["steps"]
        return
    for simpler in (*_fewer_modifiers(step), *_simpler_content(step)):
        yield [simpler]


def _fewer_modifiers(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    (word, *modifiers) = step
    if "times" in step:
        yield {name: value for name, value in step.items() if name not in {"times", "at_once"}}
        if step["times"] != "2":
            yield {**step, "times": "2"}
    for modifier in modifiers:
        if modifier not in {"times", word}:
            yield {name: value for name, value in step.items() if name != modifier}


def _simpler_content(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    (word, *_) = step
    content = step[word]
    if isinstance(content, list):
        for index in range(len(content)):
            rest = content[:index] + content[index + 1 :]
            if rest:
                yield {**step, word: rest}
        if len(content) == 1:
            yield {**step, word: content[0]}
        for index, draft in enumerate(content):
            for simpler in _simpler_draft(draft):
                yield {**step, word: [*content[:index], simpler, *content[index + 1 :]]}
    elif isinstance(content, Mapping):
        for simpler in _simpler_draft(content):
            yield {**step, word: simpler or ""}


def _simpler_draft(draft: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in draft:
        if name not in _KEPT:
            yield {each: value for each, value in draft.items() if each != name}
    if "amount" in draft:
        for amount in _simpler_than(draft["amount"]):
            yield {**draft, "amount": amount}


def _simpler_than(amount: str) -> Sequence[str]:
    """Simpler amounts. Fewer characters are simpler, so no amount is replaced in a circle."""
    return tuple(each for each in _SIMPLER_AMOUNTS if len(each) < len(amount))


def renamed(generated: Generated) -> dict[str, Any]:
    """The scenario with labels that say what they name: `b1`, `b2` for bets, `t1`, `t2` for everything else."""
    names: dict[str, str] = {}
    bets = {
        draft["id"]
        for step in _flat(generated["steps"])
        for word, content in step.items()
        for draft in (content if isinstance(content, list) else [content])
        if word == "bet" and isinstance(draft, Mapping) and "id" in draft
    }

    def name_of(label: str) -> str:
        if label == "unknown":
            return label
        letter = "b" if label in bets else "t"
        count = sum(1 for each in names.values() if each.startswith(letter))
        return names.setdefault(label, f"{letter}{count + 1}")

    return {**generated, "steps": [_with_names(step, name_of) for step in generated["steps"]]}


def _flat(steps: Steps) -> Iterator[dict[str, Any]]:
    for step in steps:
        inner = step.get("at_once")
        yield from _flat(inner) if isinstance(inner, list) else [step]


def _with_names(value: Any, name_of: Any) -> Any:
    if isinstance(value, list):
        return [_with_names(each, name_of) for each in value]
    if isinstance(value, Mapping):
        return {
            name: name_of(each)
            if name in {"id", "bet", "resend"} and isinstance(each, str)
            else _with_names(each, name_of)
            for name, each in value.items()
        }
    return value
