"""Every answer that a sound wallet may give to one request, told in lines that a table of a test can hold.

`new: no; holds 100, refused, zero_bet=refused` is a refusal that rests on a policy: what the request was to the wallet,
what it says, the balance that it holds then, what it remembers of the transaction, and the reading. After `ok` comes
what may be shown; `first of bet a` says whose first answer it is, which is what a replay may repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pytest
from ledger_account import Account, bet, event, pay, reward, rollback

from harness.ledger import Book, Entry, Possible, Terms, allowed
from harness.ledger.book import InFlight, Key, key_of
from harness.model import Amount, GetBalance, Policy, Single

Step = Callable[[Account], object]
"""Something that has happened to an account."""


@dataclass(frozen=True)
class Case:
    """A request after a history, and all that may be answered to it."""

    history: Sequence[Step]
    item: Single
    answers: tuple[str, ...]
    terms: Mapping[str, Any]

    def offered(self) -> tuple[str, ...]:
        """What the oracle allows."""
        terms = dict(self.terms)
        account = Account(100, terms.pop("policy", None))
        for step in self.history:
            step(account)
        return tuple(offers(account, self.item, **terms))


def case(title: str, history: Sequence[Step], item: Single, *answers: str, **terms: Any) -> Any:
    """A row of a table: an account of 100, what has happened, the request, and the lines of its answers."""
    return pytest.param(Case(history, item, answers, terms), id=title)


def pinned(**readings: str) -> Policy:
    """A policy that accepts one reading only of each policy named."""
    return {policy: frozenset({reading}) for policy, reading in readings.items()}


def ok(item: Single, balance: Amount | None = None, **terms: Any) -> Step:
    """The wallet has answered with success and this balance."""
    return lambda account: account.answers(item, balance, **terms)


def no(item: Single, **terms: Any) -> Step:
    """The wallet has refused."""
    return lambda account: account.refuses(item, **terms)


def lose(item: Single, **terms: Any) -> Step:
    """The answer was lost."""
    return lambda account: account.loses(item, **terms)


def offers(account: Account, item: Single, **terms: Any) -> list[str]:
    """The answers that are allowed next, most ordinary first, each once. The history must leave one book."""
    (book,) = account.books
    told = event(item, **{"policy": account.policy, **terms})
    return list(dict.fromkeys(_line(each, item) for each in allowed(book, item, told.terms)))


def _line(possible: Possible, item: Single) -> str:
    """`new: ok 70; holds 70, applied`: what it is, what is said and shown, the balance then, and what is remembered."""
    said = {True: f"ok {_shown(possible)}", False: "no"}[possible.accepted]
    entry = None if isinstance(item, GetBalance) else possible.book.entries.get(key_of(item))
    remembered = "" if entry is None else f", {entry.fate.replace('without_', 'no ')}" + " in doubt" * entry.doubted
    why = "".join(f", {policy}={reading}" for policy, reading in possible.readings)
    first = "" if possible.first is None else f", first of {' '.join(possible.first)}"
    contention = ", in contention" * possible.spontaneous
    return f"{possible.situation}: {said}; holds {possible.book.balance}{remembered}{first}{why}{contention}"


def _shown(possible: Possible) -> str:
    if possible.balances is not None:
        return "|".join(str(each) for each in possible.balances)
    return "anything" if possible.between is None else f"{possible.between[0]}..{possible.between[1]}"


# ----------------------------------------------------------------------------------------------------------------------
# Histories that many tables begin with

BET = bet("a", 30, "b")
LARGE = bet("a", 120, "b")
"""More than the account has."""
BACK = rollback("r", "a", "b")
LATER = ok(reward("w", 50))
PLACED = [ok(BET, 70)]
PAID = [*PLACED, ok(pay("p", 50, "b"), 120)]
RETURNED = [*PLACED, ok(BACK, 100)]
BURIED = [ok(BACK, 100)]
REFUSED = [no(LARGE)]
LOST = [lose(BET)]
ENDED = ("ended_session_bet",)


# ----------------------------------------------------------------------------------------------------------------------
# What an answer leaves


def changes(before: Book, after: Book) -> str:
    """How two books differ, in words: `bet a bet -30 for b SINGLE applied, shown 70; balance 70`."""
    lines = [_entry(key, entry) for key, entry in after.entries.items() if before.entries.get(key) != entry]
    for each in fields(Book):
        value = getattr(after, each.name)
        if each.name not in {"entries", "digest"} and value != getattr(before, each.name):
            lines.append(f"{each.name} {_words(value)}")
    return "; ".join(lines) or "nothing"


def _entry(key: Key, entry: Entry) -> str:
    shown = "" if entry.shown is None else f", shown {entry.shown}"
    known = [*key, entry.operation, f"{entry.change:+}", "for", entry.bet or "none", *filter(None, entry.particulars)]
    return " ".join([*known, entry.fate]) + shown + ", in doubt" * entry.doubted


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{key}:{_words(each)}" for key, each in sorted(value.items())) or "none"
    if isinstance(value, InFlight):
        return " ".join(value.key)
    if isinstance(value, tuple | frozenset):
        words = [_words(each) for each in value]
        return " ".join(words if isinstance(value, tuple) else sorted(words)) or "none"
    return str(value)


@dataclass(frozen=True)
class Left:
    """A request after a history, and what each answer to it leaves."""

    history: Sequence[Step]
    item: Single
    left: tuple[str, ...]
    terms: Mapping[str, Any]

    def book(self) -> Book:
        """The book before."""
        account = Account(100)
        for step in self.history:
            step(account)
        (book,) = account.books
        return book

    def told(self) -> Terms:
        """What the oracle is told of the request."""
        return event(self.item, **self.terms).terms


def leaves(title: str, history: Sequence[Step], item: Single, *left: str, **terms: Any) -> Any:
    """A row of a table of what answers leave."""
    return pytest.param(Left(history, item, left, terms), id=title)
