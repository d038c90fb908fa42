"""Pairs of values that are not sensible, as data with a reason each. What is impossible in YAML is among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

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
    TWINS,
    Space,
)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Values of one dimension that do not go with values of another one, and the reason."""

    one: str
    values: frozenset[str]
    other: str
    excluded: frozenset[str]
    why: str

    def forbids(self, left: tuple[str, str], right: tuple[str, str]) -> bool:
        """True if the exclusion forbids this pair of (dimension, value)."""
        return any(
            first[0] == self.one and first[1] in self.values and second[0] == self.other and second[1] in self.excluded
            for first, second in ((left, right), (right, left))
        )


def exclusions_of(space: Space) -> tuple[Exclusion, ...]:
    """All exclusions of a contract."""
    return tuple(
        each
        for each in (
            *_by_operation(space),
            *_masked(space),
            *_of_refusals(space),
            *_of_sending(space),
            *_of_restarts(space),
        )
        if each.excluded
    )


def unwanted_of(space: Space) -> tuple[Exclusion, ...]:
    """Pairs that may stand in a row, and of which no row is needed."""
    words = frozenset(space.words)
    shaped = _all_but(space, IDENTIFIER, "plain")
    two = frozenset({"twin", "twin_bet"})
    alike = "one operation between is as good as another"
    found = (
        Exclusion(IDENTIFIER, shaped, BETWEEN, words, alike),
        Exclusion(
            IDENTIFIER,
            shaped,
            REPEAT,
            frozenset({"mended", "other_amount", "other_player", "other_bet", "twin_bet", "undone_twice"}),
            "one conflict is as good as another for the shape of an id",
        ),
        Exclusion(REPEAT, two, BETWEEN, words, f"two transactions, and no repeat: {alike}"),
        Exclusion(AMOUNT, frozenset({"fine", "smallest_unit", "float32_limit", "half"}), BETWEEN, words, alike),
        Exclusion(AMOUNT, _all_but(space, AMOUNT, "ordinary"), IDENTIFIER, shaped, "no id depends on an amount"),
        Exclusion(SIZE, _all_but(space, SIZE, "one", "with_old"), BETWEEN, words, alike),
        Exclusion(ALTERATION, _all_but(space, ALTERATION, "none"), BETWEEN, words, alike),
        Exclusion(CONCURRENCY, _all_but(space, CONCURRENCY, "alone"), BETWEEN, words, alike),
        Exclusion(LOSS, _all_but(space, LOSS, "none", "after_sending"), BETWEEN, words, alike),
    )
    return tuple(each for each in found if each.excluded)


def _all_but(space: Space, dimension: str, *kept: str) -> frozenset[str]:
    return frozenset(space.values[dimension]) - {*kept}


def _without(space: Space, words: Iterable[str]) -> frozenset[str]:
    return frozenset(space.words) - {*words}


def _by_operation(space: Space) -> Iterator[Exclusion]:
    """What an operation's request cannot carry."""

    def lacks(words: Iterable[str], other: str, excluded: Iterable[str], why: str) -> Exclusion:
        return Exclusion(OPERATION, _without(space, words), other, frozenset(excluded), why)

    moved = (*space.movements, *(("rollback",) if "rollback" in space.words else ()))
    known = space.with_field("id")
    yield lacks(space.batches, SIZE, _all_but(space, SIZE, "one"), "the operation is no batch")
    yield lacks(moved, AMOUNT, _all_but(space, AMOUNT, "ordinary"), "the operation moves no amount")
    yield lacks(known, IDENTIFIER, _all_but(space, IDENTIFIER, "plain"), "the request has no transaction id")
    yield lacks(space.with_field("player"), PLAYER, _all_but(space, PLAYER, "own"), "the request names no player")
    yield lacks(space.with_field("session"), SESSION, ("expired", "unknown", "none"), "the request carries no session")
    yield lacks(known, REPEAT, _all_but(space, REPEAT, "none", "same"), "the request has no transaction id")
    yield lacks(known, REPEAT, ("same",), "a request without an id cannot be named")
    yield lacks(known, BETWEEN, _all_but(space, BETWEEN, "nothing"), "there is no repeat to stand before")
    yield lacks(known, CONCURRENCY, ("its_repeat",), "a request without an id cannot be named")
    yield lacks(space.movements, REPEAT, ("other_amount",), "the request has no amount")
    yield lacks(space.of_a_bet, REPEAT, ("other_bet", "twin_bet"), "the request names no bet")
    yield lacks(space.undoable, REPEAT, ("undone", "undone_twice"), "the contract has no rollback of it")
    yield lacks(space.batches, REPEAT, ("in_a_batch",), "the operation is no batch")
    yield lacks(space.with_field("currency"), ALTERATION, ("other_currency",), "the request has no currency")
    yield lacks(space.movements, ALTERATION, ("wrong_amount",), "the request has no amount")
    yield lacks(space.of_a_bet, ALTERATION, ("unknown_bet", "near_bet", "foreign_bet"), "the request names no bet")
    yield lacks(("rollback",), ALTERATION, ("early",), "only a rollback may come before its bet")
    yield lacks(
        [each for each in space.words if each != "authenticate"],
        CONCURRENCY,
        ("same_player", "other_player"),
        "a player has one token",
    )
    if "authenticate" not in space.words:
        yield Exclusion(SESSION, frozenset({"renewed"}), OPERATION, frozenset(space.words), "there is no login")


_REFUSED = frozenset({"unauthentic", "other_currency", "wrong_amount", "missing_field", "broken_body"})
"""Alterations after which a wallet refuses the request, whatever else it says."""


_OF_A_KNOWN = frozenset(
    {"twin", "twin_bet", "other_amount", "other_player", "other_bet", "other_operation", "in_a_batch"}
)
"""Repeats that show something only if the wallet knows the transaction."""

REFUSED: Mapping[str, frozenset[str]] = {
    ALTERATION: _REFUSED,
    PLAYER: frozenset({"unknown", "near"}),
    SESSION: frozenset({"expired", "unknown", "none"}),
}
"""By dimension the values with which a wallet refuses a request, or may refuse it."""


def _masked(space: Space) -> Iterator[Exclusion]:
    """What nobody could see, because the request is refused for another reason."""
    masks = "the request is refused, so the other value has no effect"
    yield Exclusion(ALTERATION, _REFUSED, AMOUNT, _all_but(space, AMOUNT, "ordinary"), masks)
    yield Exclusion(ALTERATION, _REFUSED, SIZE, frozenset({"many", "duplicate", "two_players", "with_invalid"}), masks)
    nobody = frozenset({"unknown", "near"})
    yield Exclusion(PLAYER, nobody, AMOUNT, _all_but(space, AMOUNT, "ordinary"), masks)
    yield Exclusion(PLAYER, nobody, SESSION, _all_but(space, SESSION, "live"), masks)
    yield Exclusion(PLAYER, nobody, SIZE, _all_but(space, SIZE, "one", "two"), masks)
    yield Exclusion(PLAYER, nobody, ALTERATION, _all_but(space, ALTERATION, "none"), masks)
    lost = frozenset({"half_request"})
    yield Exclusion(LOSS, lost, AMOUNT, _all_but(space, AMOUNT, "ordinary", "everything"), "the request never arrives")
    yield Exclusion(LOSS, lost, REPEAT, _OF_A_KNOWN, "the request never arrives, so its id is new")
    refused = frozenset({"more_than_everything"})
    yield Exclusion(
        AMOUNT, refused, REPEAT, frozenset({"twin", "twin_bet"}), "the request is refused, so its id is new"
    )
    of_bets = frozenset({"foreign_bet", "near_bet"})
    yield Exclusion(ALTERATION, of_bets, AMOUNT, refused, "no bet of that amount is accepted")
    yield Exclusion(REPEAT, frozenset({"mended"}), ALTERATION, frozenset({"extra_field"}), "there is nothing to mend")
    wrong = frozenset({"expired", "unknown", "none"})
    yield Exclusion(SESSION, wrong, AMOUNT, _all_but(space, AMOUNT, "ordinary", "zero"), masks)
    yield Exclusion(SESSION, wrong, SIZE, _all_but(space, SIZE, "one", "two"), masks)
    yield Exclusion(SESSION, wrong, ALTERATION, _all_but(space, ALTERATION, "none"), masks)
    yield Exclusion(
        PLAYER, frozenset({"other"}), SESSION, frozenset({"expired", "renewed"}), "of the first player alone"
    )


def _of_refusals(space: Space) -> Iterator[Exclusion]:
    """What would be wasted on a request that is refused, or may be."""
    masks = "the request is refused, so the other value has no effect"
    for dimension, values in REFUSED.items():
        yield Exclusion(dimension, values, IDENTIFIER, _all_but(space, IDENTIFIER, "plain"), masks)
        yield Exclusion(dimension, values, CONCURRENCY, _all_but(space, CONCURRENCY, "alone"), masks)
        yield Exclusion(dimension, values, LOSS, _all_but(space, LOSS, "none"), masks)
        yield Exclusion(dimension, values, REPEAT, _all_but(space, REPEAT, "none", "same", "mended"), masks)
        yield Exclusion(dimension, values, BETWEEN, _all_but(space, BETWEEN, "nothing", "refusal", "many"), masks)


def _of_restarts(space: Space) -> Iterator[Exclusion]:
    """A restart takes long, so it stands only between a transaction that has an effect and its return."""
    restart = frozenset({"restart"})
    moved = _all_but(space, AMOUNT, "ordinary", "fine", "half", "everything")
    yield Exclusion(BETWEEN, restart, AMOUNT, moved, "a restart is for what moves money")
    known = frozenset({"twin", "twin_bet", "other_bet"})
    yield Exclusion(BETWEEN, restart, REPEAT, known, "a restart is for what the wallet must remember")
    for dimension in (ALTERATION, CONCURRENCY):
        plain = "none" if dimension == ALTERATION else "alone"
        yield Exclusion(
            BETWEEN, restart, dimension, _all_but(space, dimension, plain), "a restart is for a good request"
        )
    yield Exclusion(BETWEEN, restart, LOSS, frozenset({"half_request"}), "the request never arrives")


def _of_sending(space: Space) -> Iterator[Exclusion]:
    """What cannot be sent together."""
    racing = _all_but(space, CONCURRENCY, "alone")
    yield Exclusion(CONCURRENCY, racing, LOSS, _all_but(space, LOSS, "none"), "the answers of a race are its evidence")
    yield Exclusion(
        REPEAT, frozenset({"none"}), BETWEEN, _all_but(space, BETWEEN, "nothing"), "there is no repeat to stand before"
    )
    together = frozenset({"its_repeat"})
    yield Exclusion(CONCURRENCY, together, REPEAT, frozenset({"none"}), "there is no repeat")
    yield Exclusion(
        CONCURRENCY,
        together,
        BETWEEN,
        _all_but(space, BETWEEN, "nothing"),
        "nothing stands between what flies together",
    )
    yield Exclusion(
        CONCURRENCY, racing, ALTERATION, frozenset({"early"}), "the order of a race is open, so nothing is early"
    )
    yield Exclusion(
        REPEAT,
        frozenset({"twin"}),
        IDENTIFIER,
        _all_but(space, IDENTIFIER, *TWINS),
        "the shape has no twin",
    )
    undone = frozenset({"undone", "undone_twice"})
    yield Exclusion(BETWEEN, frozenset({"rollback"}), REPEAT, undone, "the rollback between undoes the subject already")
    whole = frozenset({"broken_body"})
    yield Exclusion(ALTERATION, whole, SIZE, _all_but(space, SIZE, "one"), "the body is not written at all")
    limit = frozenset({"float32_limit"})
    yield Exclusion(AMOUNT, limit, OPERATION, _without(space, space.credits), "more than a player can stake")
    relative = frozenset({"half", "everything", "more_than_everything"})
    yield Exclusion(
        AMOUNT,
        relative,
        OPERATION,
        frozenset(each for each in space.credits if each in space.batches),
        "a credit of the balance tells nothing that another amount does not",
    )
