"""Keeps of a drawn scenario what a wallet without some operations can be asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.explore.labels_used import drafts_of
from harness.scenario.words import BETS, OPERATIONS

_UNKNOWN = "unknown"


def playable(steps: Sequence[dict[str, Any]], lacks: Collection[str]) -> list[dict[str, Any]]:
    """The steps without those operations (scenario words), and without references to what they would have sent.

    A credit whose bet cannot be placed names none. A rollback of such a bet, and a repeat of such a request, are left
    out. It may be that no step is left.
    """
    if not lacks:
        return [*steps]
    before, kept = [*steps], list(_with_operations(steps, lacks))
    while kept != before:  # A request that is left out may be what another one refers to.
        undoable = {draft.get("id", "") for word, draft in _drafts(kept) if word in BETS} | {_UNKNOWN}
        before, kept = kept, list(_with_references(kept, _Known(undoable)))
    return kept


@dataclass(slots=True)
class _Known:
    """The labels that a step may refer to."""

    undoable: Collection[str]
    """Bets anywhere in the scenario, as a rollback may come before its bet."""
    ids: set[str] = field(default_factory=set)
    """Transactions in the steps before."""
    bets: set[str] = field(default_factory=lambda: {_UNKNOWN})
    """Bets in the steps before."""

    def note(self, step: dict[str, Any]) -> None:
        """Remember what a step defines."""
        for word, draft in _of_step(step):
            self.ids.add(draft.get("id", ""))
            self.bets |= {draft.get("id", "")} if word in BETS else set()


def _drafts(steps: Sequence[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every draft with its word, those within blocks among them."""
    for step in steps:
        inner = _inner(step)
        yield from _of_step(step) if inner is None else _drafts(inner)


def _inner(step: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The steps of a block. None if the step is no block."""
    if isinstance(step.get("at_once"), list):
        return list(step["at_once"])
    return list(step["repeat"]["steps"]) if "repeat" in step else None


def _block(step: dict[str, Any], inner: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The block with other steps. A race of fewer than two is its steps, and a repetition of none is nothing."""
    if "repeat" in step:
        return [{"repeat": {**step["repeat"], "steps": [*inner]}}] if inner else []
    return [{"at_once": [*inner]}] if len(inner) > 1 else [*inner]


def _of_step(step: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    word = next(iter(step))
    return ((word, draft) for draft in drafts_of({word: step[word]}))


def _with_operations(steps: Sequence[dict[str, Any]], lacks: Collection[str]) -> Iterator[dict[str, Any]]:
    for step in steps:
        inner = _inner(step)
        if inner is not None:
            yield from _block(step, list(_with_operations(inner, lacks)))
        elif next(iter(step)) not in lacks:
            yield step


def _with_references(steps: Sequence[dict[str, Any]], known: _Known) -> Iterator[dict[str, Any]]:
    for step in steps:
        inner = _inner(step)
        if inner is not None:
            yield from _block(step, list(_with_references(inner, known)))
        elif (kept := _referring(step, known)) is not None:
            known.note(kept)
            yield kept


def _referring(step: dict[str, Any], known: _Known) -> dict[str, Any] | None:
    """The step with no reference but to known transactions. None if it is nothing without the reference."""
    word = next(iter(step))
    if word == "resend":
        return step if step[word] in known.ids else None
    if word not in OPERATIONS:
        return step
    bets = known.undoable if word == "rollback" else known.bets
    if all(draft.get("bet", _UNKNOWN) in bets for _, draft in _of_step(step)):
        return step
    return None if word == "rollback" else {**step, word: _without_bets(step[word], bets)}


def _without_bets(content: Any, bets: Collection[str]) -> Any:
    if isinstance(content, list):
        return [_without_bets(each, bets) for each in content]
    if not isinstance(content, dict) or content.get("bet", _UNKNOWN) in bets:
        return content
    return {name: value for name, value in content.items() if name not in {"bet", "bet_shape"}}
