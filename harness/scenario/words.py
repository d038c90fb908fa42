"""The vocabulary: every word of a scenario file, with its meaning. The documentation is generated from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.model import Bet, Loss, Outcome, Payout, Unsettle, item_of
from harness.scenario.near_ids import NEAR_FORMS, NEAR_SESSIONS


@dataclass(frozen=True, slots=True)
class Word:
    """The word of an operation: its meaning, its possible fields, and its required fields.

    `lists` is true if the word may be written as a list. `always_batch` is true if a single mapping is a batch of one.
    The contract decides whether it has the word and carries the field (`harness.scenario.dialect`).
    """

    meaning: str
    fields: tuple[str, ...]
    needs: tuple[str, ...] = ("amount",)
    lists: bool = False
    always_batch: bool = False


_ALWAYS = ("raw", "without")
_PLAYER = ("player", "spelled")
_BET = ("bet", "bet_shape")
_MOVEMENT = ("id", "shape", "amount", *_PLAYER, "currency", "session", "round", "game", "kind", *_ALWAYS)

OPERATIONS: Mapping[str, Word] = {
    "bet": Word("a debit of the stake", (*_MOVEMENT, "odds")),
    "pay": Word("one live credit for a bet", (*_MOVEMENT, *_BET, "win")),
    "settle": Word(
        "one credit through the settling operation; a list is a batch, where the contract has one",
        (*_MOVEMENT, *_BET, "win"),
        lists=True,
    ),
    "reward": Word("a credit of a bonus or a jackpot", (*_MOVEMENT, "pot")),
    "retry": Word(
        "a batch that repeats failed payouts; one mapping is a batch of one",
        (*_MOVEMENT, *_BET, "win"),
        lists=True,
        always_batch=True,
    ),
    "bet_batch": Word("a batch of bets; one mapping is a batch of one", _MOVEMENT, lists=True, always_batch=True),
    "unsettle": Word("a debit that takes back what was settled wrongly", (*_MOVEMENT, *_BET)),
    "rollback": Word(
        "undoes a bet, or a win where the contract rolls wins back",
        ("id", "shape", *_BET, "transaction", *_PLAYER, "session", *_ALWAYS),
        needs=("bet",),
    ),
    "authenticate": Word("exchanges the player's one-time token for a session", ("token", *_ALWAYS), needs=()),
    "balance": Word("reads the player's balance", (*_PLAYER, "session", *_ALWAYS), needs=()),
}
STRUCTURE: Mapping[str, str] = {
    "resend": "sends the request of an earlier transaction again, as the platform does: same id, same body",
    "at_once": "releases the steps in its list together",
    "repeat": "runs `steps` in order, `times` times over",
    "restart": "restarts the wallet, where the profile has a command for it (`hooks.restart`); does nothing elsewhere",
    "epilogue": "sends the first transactions of the run again, and reads every player; such a scenario runs last",
    "pairs": "plays the generated scenarios in which every sensible pair of words occurs (`limits.explore` requests)",
}
WITHOUT_CONTENT = ("restart", "epilogue", "pairs")
"""Structural words that stand alone, without a value."""
WORDS = (*OPERATIONS, *STRUCTURE)


def words_for(*items: type) -> tuple[str, ...]:
    """The words of the operations with these types, alone or as the items of a batch."""
    return tuple(word for word in OPERATIONS if item_of(word) in items)


BETS = words_for(Bet)
"""Words that place bets."""
DEBITS = words_for(Bet, Unsettle)
"""Words that take money."""
CREDITS = words_for(Payout)
"""Words that credit a bet's winnings."""
OF_A_BET = words_for(Payout, Unsettle)
"""Words that move money for a bet that was placed before."""

TOP: Mapping[str, str] = {
    "title": "one sentence that says what a sound wallet does",
    "requirement": "contract to requirement id; the contracts named here are those that the scenario runs on",
    "funds": "the player's account holds at least this much before the first step (default 100)",
    "funds_exactly": "the player's account holds exactly this much before the first step",
    "currency": "the player's currency, an ISO 4217 code; any when it is not written",
    "steps": "what the platform does, in order",
    "why": "a sentence for the reader of the file; it has no effect",
}
MODIFIERS: Mapping[str, str] = {
    "expect": "the outcome that must be answered, or a list with one for each batch item",
    "should": "the same as a recommendation; `same` is the same answer as the first time",
    "times": "how often the step is sent: a number or a limit",
    "at_once": "`true`: all of `times` are released together",
    "size": "a batch grows to this many items by repeating what is written: a number or a limit",
    "lost": "the answer is lost on purpose",
    "forged": "the request's authentication is spoilt in this way (the contract names the ways)",
    "missing_header": "this header is left out",
    "stale": "the request was signed this long ago: `90s`, `10m`, `2h`, `1d`",
    "ahead": "the request is signed this far in the future",
    "tampered": "wire fields that are changed after signing; `amount` in main units, any other as JSON text",
    "body": "this text is sent instead of the body, well signed",
    "content_type": "this content type is sent instead of JSON's",
    "faults": "the step is sent once without a fault, and once for each case of this family of faults",
}
_ANSWERS = ("expect", "should")
_SENDING = (
    *_ANSWERS,
    "times",
    "at_once",
    "lost",
    "forged",
    "missing_header",
    "stale",
    "ahead",
    "tampered",
    "content_type",
)
MODIFIERS_OF: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(OPERATIONS, (*_SENDING, "size", "body", "faults")),
    "resend": _SENDING,
    "at_once": (),
    "repeat": (),
    "restart": (),
    "epilogue": (),
    "pairs": (),
}
FIELDS: Mapping[str, str] = {
    "id": "a label: the same label is the same transaction; without one every sending is a fresh transaction",
    "shape": "how the transaction's id looks",
    "amount": "main units (`12.34567`) or a symbolic amount",
    "bet": "the label of a bet; without one the runner places a bet first; `unknown` was never placed",
    "bet_shape": "the shape of that bet's id; without it the shape in which it was sent",
    "transaction": "`unknown`: the rollback names another transaction than the bet's, one that was never sent",
    "player": "`other` is a second player, `unknown` is nobody; without it the scenario's player",
    "spelled": "a form in which the player's id is written that makes it nobody's",
    "currency": "`other` is a real currency that is not the player's, `unknown` is none",
    "session": "`expired`, `unknown`, `none` (an empty text is sent), or a near form of the live session; "
    "without it the live session",
    "round": "a label: the same label is the same round; `non_ascii` has text beyond ASCII, "
    "`none` leaves the round out of a bet",
    "game": "`unknown`; without it one of the profile's games",
    "kind": "the contract's kind of movement, such as `CASHOUT` or `jackpot`",
    "odds": "the odds of a bet, such as `2.50`; without it the bet is sent without odds",
    "pot": "a label: rewards with the same label are paid from the same jackpot or bonus",
    "win": "`yes` or `no`; without it as the amount says",
    "token": "`unknown`; without it the player's own one-time token",
    "raw": "wire field to the JSON text that stands there instead, before signing",
    "without": "wire fields that are left out, before signing",
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "player": ("other", "unknown"),
    "spelled": tuple(NEAR_FORMS),
    "transaction": ("unknown",),
    "currency": ("other", "unknown"),
    "session": ("expired", "unknown", "none", *NEAR_SESSIONS),
    "game": ("unknown",),
    "win": ("yes", "no"),
    "token": ("unknown",),
}
"""Fields whose values are words.

The contract defines kinds, and `shapes` defines shapes. Other fields hold labels, amounts or odds.
"""

RESERVED: Mapping[str, tuple[str, ...]] = {"bet": ("unknown",), "round": ("non_ascii", "none")}
"""Reserved words by field. They may be written in place of a label and have a meaning of their own."""

LIMITS: Mapping[str, str] = {
    "parallel": "how many requests race",
    "rounds": "how many small movements a sum is made of",
    "burst": "how many settlements arrive when a popular event ends",
    "batch": "how many items the nightly batch has",
}
"""Numbers that the profile sets. They may be used in `times` and `size`."""

LOSSES: Mapping[str, str] = {
    Loss.AFTER_SENDING: "everything is sent, then the connection is closed without reading",
    Loss.HALF_ANSWER: "the connection is closed in the middle of the answer",
    Loss.TIME_OUT: "the platform gives up waiting a short while after sending",
    Loss.HALF_REQUEST: "the connection is closed before the request's last byte: it must have no effect",
}
EXPECTATIONS: Mapping[str, str] = {
    Outcome.OK: "success",
    Outcome.REFUSED: "any refusal, whatever its code",
    **{
        each: f"refused with the code for {each.value.replace('_', ' ')}"
        for each in Outcome
        if each not in (Outcome.OK, Outcome.REFUSED)
    },
}
UNKNOWN = "unknown"
"""In several fields: something that the wallet does not know."""
SAME = "same"
"""In `should` only: the answer equals the first answer to the same transaction."""
