"""Which pairs of the dimensions the bundled scenarios hold. Each written transaction is read as a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import NamedTuple

from harness.explore.dimensions import (
    ALTERATION,
    AMOUNT,
    BETWEEN,
    CONCURRENCY,
    IDENTIFIER,
    LOSS,
    OPERATION,
    PLAYER,
    REPEAT,
    SESSION,
    SIZE,
    VALUES,
    Space,
)
from harness.explore.pairs import Pair, covered, sensible
from harness.model import Draft, Scenario, Step

MANY = 4
"""From so many items, or other transactions, on they are many."""
_UNAUTHENTIC = ("forged", "missing_header", "stale_seconds", "tampered")
_OF_FAMILY = {
    "missing": "missing_field",
    "notations": "wrong_amount",
    "types": "wrong_amount",
    "beyond_exact": "wrong_amount",
    "json": "broken_body",
}
"""The alteration that a family of faults stands for. Any other family is a field that the contract does not have."""
_TWIN_SUFFIX = "_twin"


class _WrittenTransaction(NamedTuple):
    """One written transaction, its step, and the place of the step: a step inside a block has its block's place."""

    place: int
    step: Step
    draft: Draft
    block: Step | None


def of_suite(space: Space, suite: Iterable[Scenario]) -> frozenset[Pair]:
    """The sensible pairs that occur in the scenarios of the contract."""
    name = space.dialect.contract.name
    rows = (row for each in suite if name in each.requirements for row in rows_of_scenario(each, space))
    return covered(rows) & frozenset(sensible(space))


def rows_of_scenario(scenario: Scenario, space: Space) -> Iterator[dict[str, str]]:
    """A row for each transaction of a scenario that the contract has."""
    sent = list(_sent_in(scenario.steps))
    for number, each in enumerate(sent):
        if each.step.word in space.words:
            before, after = sent[:number], sent[number + 1 :]
            again = [other for other in after if other.place > each.place and _names(other, each)]
            yield {
                OPERATION: each.step.word,
                SIZE: _size(each, before),
                AMOUNT: _amount(each.draft),
                IDENTIFIER: _identifier(each.draft.shape),
                PLAYER: "near" if each.draft.spelled else each.draft.player or "own",
                SESSION: _session(each, before),
                ALTERATION: _alteration(each, sent),
                LOSS: str(each.step.lost or "none"),
                CONCURRENCY: _concurrency(each, sent),
                REPEAT: _repeat(each, again),
                BETWEEN: _between(each, after, again),
            }


def _sent_in(steps: Sequence[Step]) -> Iterator[_WrittenTransaction]:
    for place, step in zip(count(), steps):
        inner = step.steps or (step,)
        for each in inner:
            for draft in each.drafts or (Draft(id=each.label),):
                yield _WrittenTransaction(place, each, draft, step if step.steps else None)


def _names(other: _WrittenTransaction, each: _WrittenTransaction) -> bool:
    """True if a later transaction repeats or undoes this one, or has a like id."""
    label = each.draft.id
    return bool(label) and label in {other.draft.id, other.draft.bet if other.step.word == "rollback" else ""}


def _size(each: _WrittenTransaction, before: Sequence[_WrittenTransaction]) -> str:
    drafts = each.step.drafts
    if not each.step.batch or (len(drafts) == 1 and not each.step.size):
        return "one"
    labels = [(draft.id, draft.shape) for draft in drafts if draft.id]
    if len(set(labels)) < len(labels):
        return "duplicate"
    if any((other.draft.id, other.draft.shape) in labels for other in before if other.place < each.place):
        return "with_old"
    if any(draft.player == "unknown" for draft in drafts):
        return "with_invalid"
    if len({draft.player for draft in drafts}) > 1:
        return "two_players"
    return "many" if each.step.size or len(drafts) >= MANY else "two"


def _amount(draft: Draft) -> str:
    if draft.amount in VALUES[AMOUNT]:
        return draft.amount
    return "fine" if len(draft.amount.partition(".")[2]) > 1 else "zero" if draft.amount == "0" else "ordinary"


def _identifier(shape: str) -> str:
    base = shape.removesuffix(_TWIN_SUFFIX)
    return base if base in VALUES[IDENTIFIER] else "plain"


def _session(each: _WrittenTransaction, before: Sequence[_WrittenTransaction]) -> str:
    if each.draft.session:
        return each.draft.session if each.draft.session in VALUES[SESSION] else "unknown"
    return "renewed" if any(other.step.word == "authenticate" for other in before) else "live"


def _alteration(each: _WrittenTransaction, sent: Sequence[_WrittenTransaction]) -> str:
    step, draft = each.step, each.draft
    if step.faults:
        return _OF_FAMILY.get(step.faults, "extra_field")
    bets = {other.draft.id: other for other in sent if other.step.word == "bet" and other.draft.id}
    bet = bets.get(draft.bet)
    found = {
        "unauthentic": any(getattr(step, name) for name in _UNAUTHENTIC),
        "broken_body": bool(step.body or step.content_type),
        "other_currency": bool(draft.currency),
        "missing_field": bool(draft.without),
        "wrong_amount": any(name == "amount" for name, _ in draft.raw),
        "unknown_bet": draft.bet == "unknown",
        "near_bet": bool(draft.transaction or (bet and draft.bet_shape not in {"", bet.draft.shape})),
        "foreign_bet": bet is not None and bet.draft.player != draft.player,
        "early": bet is not None and step.word == "rollback" and bet.place > each.place,
        "extra_field": bool(draft.raw),
    }
    return next((name for name, is_so in found.items() if is_so), "none")


def _concurrency(each: _WrittenTransaction, sent: Sequence[_WrittenTransaction]) -> str:
    if each.step.at_once:
        return "same_request"
    if each.block is None or each.block.word != "at_once":
        return "alone"
    beside = [other for other in sent if other.place == each.place and other.step is not each.step]
    if any(other.draft.id == each.draft.id or _names(other, each) for other in beside if each.draft.id):
        return "its_repeat"
    return "other_player" if any(other.draft.player != each.draft.player for other in beside) else "same_player"


def _repeat(each: _WrittenTransaction, again: Sequence[_WrittenTransaction]) -> str:
    if not again:
        return "none"
    other, draft = again[0], again[0].draft
    if other.step.word == "resend":
        return "same"
    if other.step.word == "rollback" and draft.bet == each.draft.id:
        return "undone_twice" if len(again) > 1 and again[1].step.word == "rollback" else "undone"
    differs = {
        "twin": draft.shape != each.draft.shape,
        "other_operation": other.step.word != each.step.word,
        "other_player": draft.player != each.draft.player,
        "other_bet": draft.bet != each.draft.bet,
        "other_amount": draft.amount != each.draft.amount,
        "in_a_batch": len(other.step.drafts) > 1,
    }
    return next((name for name, is_so in differs.items() if is_so), "mended")


def _between(
    each: _WrittenTransaction, after: Sequence[_WrittenTransaction], again: Sequence[_WrittenTransaction]
) -> str:
    if not again:
        return "nothing"
    between = [other for other in after if each.place < other.place < again[0].place]
    if not between:
        return "nothing"
    first = between[0]
    if len(between) >= MANY or first.step.times:
        return "many"
    amounts = {"more_than_everything": "refusal", "everything": "nothing_left"}
    if first.draft.amount in amounts:
        return amounts[first.draft.amount]
    return "other_player" if first.draft.player == "other" else first.step.word
