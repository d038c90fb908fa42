"""The dimensions of the language as data: the values of each, for one contract.

A row has one value of each dimension. It describes a subject, which is one transaction or batch, and what surrounds it.
The first value of each dimension but the operation is the ordinary one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from harness.contracts import Contract
from harness.scenario.dialect import Dialect, dialect_of
from harness.scenario.faults import BEYOND_EXACT, FAMILIES, faults_of, why_no_family
from harness.scenario.words import BETS, CREDITS, OF_A_BET, OPERATIONS

OPERATION, SIZE, AMOUNT, IDENTIFIER, PLAYER, SESSION = "operation", "size", "amount", "identifier", "player", "session"
ALTERATION, LOSS, CONCURRENCY, REPEAT, BETWEEN = "alteration", "loss", "concurrency", "repeat", "between"

VALUES: Mapping[str, Mapping[str, str]] = {
    SIZE: {
        "one": "one transaction",
        "two": "a batch of two new items",
        "duplicate": "a batch that holds the same item twice",
        "with_old": "a batch with an item that was sent before",
        "with_invalid": "a batch with an item of an unknown player",
        "two_players": "a batch with an item of another player",
        "many": "a batch of five items",
    },
    AMOUNT: {
        "ordinary": "10",
        "zero": "0",
        "smallest_unit": "the smallest amount of the wire",
        "fine": "an amount with all its decimals",
        "half": "half of the balance",
        "everything": "exactly the balance",
        "more_than_everything": "the balance and one smallest unit",
        "float32_limit": "one more than a 32-bit float holds exactly",
    },
    IDENTIFIER: {
        "plain": "an ordinary id",
        "upper_case": "differs from the plain id in case only",
        "trailing_space": "the plain id and a space",
        "long": "45 characters",
        "length_300": "300 characters",
        "digits": "20 digits",
        "leading_zero": "the digits after a zero",
        "composed": "a letter with an accent",
        "emoji": "ends in an emoji",
        "quoted": "holds quotes, a backslash and markup",
    },
    PLAYER: {
        "own": "the scenario's player",
        "other": "a second player",
        "unknown": "nobody",
        "near": "a form of the player's id that is nobody's",
    },
    SESSION: {
        "live": "the live session",
        "renewed": "a login stands before the subject",
        "expired": "a session that has ended",
        "unknown": "a session that never was",
        "none": "no session",
    },
    ALTERATION: {
        "none": "a good request",
        "unauthentic": "forged, signed long ago, changed after signing, or without a header of the authentication",
        "other_currency": "a currency that is not the player's",
        "wrong_amount": "a negative amount, or one as JSON text",
        "missing_field": "a required field is missing",
        "broken_body": "the body is no JSON",
        "extra_field": "a field that the contract does not have",
        "unknown_bet": "names a bet that was never sent",
        "near_bet": "names a known bet in another spelling, or with a transaction that was never sent",
        "foreign_bet": "names a bet of another player",
        "early": "a rollback that arrives before its bet",
    },
    LOSS: {
        "none": "the answer arrives",
        "after_sending": "the connection is closed without reading",
        "half_answer": "the connection is closed in the middle of the answer",
        "time_out": "the platform stops waiting",
        "half_request": "the connection is closed before the last byte of the request",
    },
    CONCURRENCY: {
        "alone": "nothing else is in flight",
        "same_request": "the same request several times",
        "same_player": "other requests of the player",
        "other_player": "a request of another player",
        "its_repeat": "the subject and its repeat",
    },
    REPEAT: {
        "none": "the subject is not repeated",
        "same": "the same request again",
        "mended": "the same id in a good request, written anew",
        "other_amount": "the same id with another amount",
        "other_player": "the same id for another player",
        "other_bet": "the same id for another bet",
        "other_operation": "the same id through another operation",
        "twin_bet": "a credit for a bet whose id nearly is that of the subject's bet",
        "twin": "a transaction whose id nearly is the same",
        "in_a_batch": "the same item in a batch with a new one",
        "undone": "the rollback of the subject",
        "undone_twice": "two rollbacks of the subject",
    },
    BETWEEN: {
        "nothing": "nothing",
        "refusal": "a bet that is refused",
        "nothing_left": "a bet of everything",
        "other_player": "a bet of another player",
        "many": "two bets in the round of the subject",
        "restart": "the wallet is restarted, where that is possible",
    },
}
"""Meaning of each value, by dimension. Each operation of the contract, too, may stand between (`BETWEEN`)."""

TWINS: Mapping[str, str] = {
    "plain": "upper_case",
    "upper_case": "plain",
    "trailing_space": "plain",
    "long": "long_twin",
    "length_300": "length_300_twin",
    "digits": "digits_twin",
    "leading_zero": "digits",
    "composed": "decomposed",
    "emoji": "emoji_twin",
}
"""For each shape of an id the shape that wallets confuse with it."""


EXTRA_FIELD = "futureField"
"""A field that no contract has."""
_MANY_BYTES = "".join(map(chr, range(0x4E2D, 0x4E2D + 60)))
TEXTS = (
    "1",
    "{}",
    '"a"',
    '"\u2028 and \u2029"',
    '"< & >"',
    f'"{_MANY_BYTES}"',
    f'"a{_MANY_BYTES}"',
    f'"ab{_MANY_BYTES}"',
)
"""Values of such a field, as JSON. The text of many bytes begins at each of three places."""


@dataclass(frozen=True, eq=False)
class Space:
    """The dimensions of one contract, each with its values in order."""

    dialect: Dialect
    values: Mapping[str, tuple[str, ...]]
    _with_fields: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict, repr=False)
    """The answers of `with_field` so far, because drawing asks for the same ones all the time."""

    @property
    def words(self) -> tuple[str, ...]:
        """The operations of the contract, as scenario words."""
        return self.values[OPERATION]

    def with_field(self, *names: str) -> tuple[str, ...]:
        """The operations that have every one of these fields."""
        if names not in self._with_fields:
            self._with_fields[names] = tuple(
                word
                for word in self.words
                if all(name in OPERATIONS[word].fields and self.dialect.has_field(word, name) for name in names)
            )
        return self._with_fields[names]

    @cached_property
    def batches(self) -> tuple[str, ...]:
        """The operations that may be written as a list."""
        return tuple(each for each in self.words if OPERATIONS[each].lists and self.dialect.takes_lists(each))

    @cached_property
    def bets(self) -> tuple[str, ...]:
        """The operations that place bets."""
        return tuple(each for each in self.words if each in BETS)

    @cached_property
    def credits(self) -> tuple[str, ...]:
        """The operations that credit a bet's winnings."""
        return tuple(each for each in self.words if each in CREDITS)

    @cached_property
    def of_a_bet(self) -> tuple[str, ...]:
        """The operations that name a bet: credits, unsettlements and rollbacks."""
        named = self.with_field("bet")
        return tuple(each for each in named if each in OF_A_BET or each == "rollback")

    @cached_property
    def undoable(self) -> tuple[str, ...]:
        """The operations that a rollback may undo. None if the contract has no rollback."""
        if "rollback" not in self.words:
            return ()
        return (*self.bets, *(self.credits if self.dialect.contract.rolls_back_wins else ()))

    @cached_property
    def movements(self) -> tuple[str, ...]:
        """The operations that move an amount."""
        return self.with_field("amount")

    @cached_property
    def families(self) -> tuple[tuple[str, str], ...]:
        """The operations, each with every family of faults that its requests may have. Those of few cases come first.

        A rollback has none, because it needs a bet. Only credits have amounts that no balance covers.
        """
        names = self.dialect.contract.words
        words = {names[word]: word for word in reversed(self.words) if word != "rollback"}
        found = [
            (word, family)
            for word in words.values()
            for family in FAMILIES
            if (family != BEYOND_EXACT or word not in {*self.bets, "unsettle"})
            and not why_no_family(self.dialect, word, family)
        ]
        return tuple(sorted(found, key=lambda each: len(faults_of(self.dialect, *each))))


def space_of(contract: Contract) -> Space:
    """The dimensions of a contract. It keeps the values that the contract's requests can carry."""
    dialect = dialect_of(contract)
    words = tuple(word for word in OPERATIONS if dialect.has(word))
    values = {OPERATION: words} | {name: tuple(each) for name, each in VALUES.items()}
    values[BETWEEN] = (*values[BETWEEN], *(word for word in words))
    return Space(dialect, values)
