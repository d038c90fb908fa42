"""Finds the cause if a wallet takes two transactionIds for one. Their difference suggests what the wallet changes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from itertools import takewhile

from harness.model import Movement, Rollback, transactions
from harness.verdict.causes.case import Case, Cause

_ONE = "two transactionIds that differ only in {} are taken for one: {}"
_LARGEST_EXACT = 2**53
"""A binary float cannot distinguish all whole numbers above this one."""


_BY_NARROWED = {
    ("unknown_player", "similar_id"): Cause(
        "near_player_taken",
        "a playerId that only nearly is another's is taken for it",
        "keep a playerId as text from end to end, and compare it byte for byte",
    ),
    ("rollback_of_unknown", "known_bet"): Cause(
        "rollback_finds_another_transaction",
        "a rollback of a transaction that never came refunds another transaction of its bet",
        "look the bet of a rollback up by its originalTransactionId, and refund nothing that it does not name",
    ),
    ("rollback_of_unknown", "similar_id"): Cause(
        "rollback_finds_a_near_bet",
        "a rollback refunds a bet whose id only nearly is the one that it names",
        "compare originalTransactionId and betId byte for byte, and cut nothing",
    ),
}
"""By situation and its narrower word: the cause, if it does not depend on how two ids differ."""


def diagnoses(case: Case) -> Iterator[Cause]:
    """The cause for the first pair of similar ids, of transactions or of their bets."""
    if (found := _BY_NARROWED.get((case.situation, case.narrowed))) is not None:
        if case.verdict.wrong != "refused":
            yield found
        return
    if case.narrowed != "similar_id" and "similar" not in case.narrowed:
        return
    for item in (each for each in case.items if isinstance(each, Movement)):
        for mine in (item.id, item.bet):
            for earlier in _ids_before(case, mine):
                for alike, found in _WAYS:
                    if alike(mine, earlier):
                        yield found
                        return


def _ids_before(case: Case, mine: str) -> Iterator[str]:
    for exchange in case.history.exchanges[: case.index or 0]:
        for each in transactions(exchange.operation):
            if isinstance(each, Movement | Rollback):
                yield from {each.id, each.bet} - {mine, ""}


def _digits(mine: str, earlier: str) -> bool:
    both = mine.isdecimal() and earlier.isdecimal()
    return both and min(int(mine), int(earlier)) > _LARGEST_EXACT and abs(int(mine) - int(earlier)) < len(mine) ** 4


def _zeros(mine: str, earlier: str) -> bool:
    return mine.lstrip("0") == earlier.lstrip("0") or (
        mine.isdecimal() and earlier.isdecimal() and int(mine) == int(earlier)
    )


def _beyond_three_bytes(mine: str, earlier: str) -> bool:
    def plain(text: str) -> str:
        return "".join("?" if ord(each) > 0xFFFF else each for each in text)

    return plain(mine) == plain(earlier)


def _cut(mine: str, earlier: str) -> bool:
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(mine, earlier, strict=False)))
    return shared >= 30


_WAYS: tuple[tuple[Callable[[str, str], bool], Cause], ...] = (
    (
        lambda mine, earlier: mine.casefold() == earlier.casefold(),
        Cause(
            "ignores_case",
            _ONE.format("capital and small letters", "the column's collation ignores case"),
            'give the column a binary collation (utf8mb4_bin, COLLATE "C"), and compare byte for byte',
        ),
    ),
    (
        lambda mine, earlier: mine.strip() == earlier.strip(),
        Cause(
            "trims_spaces",
            _ONE.format("spaces at an end", "they are trimmed, or the column has a fixed width"),
            "trim nothing; use VARCHAR with a binary collation, not CHAR",
        ),
    ),
    (
        _zeros,
        Cause(
            "ids_as_numbers",
            _ONE.format("leading zeros", "they are kept as numbers"),
            "keep a transactionId as text from end to end",
        ),
    ),
    (
        _digits,
        Cause(
            "ids_as_floats",
            _ONE.format("the last of many digits", "they pass through a binary float, as numbers in JavaScript do"),
            "keep a transactionId as text from end to end, never as a number",
        ),
    ),
    (
        lambda mine, earlier: unicodedata.normalize("NFKC", mine) == unicodedata.normalize("NFKC", earlier),
        Cause(
            "normalises_unicode",
            _ONE.format("how an accent is encoded", "they are brought into one Unicode normal form"),
            "normalise nothing, and compare byte for byte",
        ),
    ),
    (
        _beyond_three_bytes,
        Cause(
            "three_byte_characters",
            _ONE.format("an emoji", "the column holds three bytes a character at most"),
            "use a full UTF-8 column (utf8mb4 in MySQL)",
        ),
    ),
    (
        _cut,
        Cause(
            "cuts_ids",
            _ONE.format("their last characters", "the column is too short, and they are cut"),
            "make the column as long as the contract's longest id, and refuse what does not fit instead of cutting it",
        ),
    ),
)
"""The ways in which ids collide, from the most specific to the most general."""
