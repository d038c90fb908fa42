"""Every answer that a sound wallet may give to one request, as lines for the tables of tests.

For example, `new: no; holds 100, refused, zero_bet=refused` is a refusal that a policy allows. A line has the situation
of the request, the answer, the balance after it, what the wallet keeps of the transaction, and the reading. After `ok`
comes the balance that may be shown. `first of bet a` names the request whose first answer a replay may repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pytest
from oracle_requests import bet, pay, reward, rollback, terms

from harness.model import Amount, GetBalance, Policy, Single
from harness.oracle import Book, Entry, Possible, Terms, allowed
from harness.oracle.book import Key, key_of

Step = Callable[[Book, Policy], Book]
"""An event of an account: it turns one book into the next."""


def ok(item: Single, balance: Amount | None = None, **facts: Any) -> Step:
    """An event: the wallet has answered with success and this balance."""
    return lambda book, policy: _after(book, item, terms(item, **{"policy": policy, **facts}), balance, accepted=True)


def no(item: Single, **facts: Any) -> Step:
    """An event: the wallet has refused."""
    return lambda book, policy: _after(book, item, terms(item, **{"policy": policy, **facts}), None, accepted=False)


def _after(book: Book, item: Single, told: Terms, shown: Amount | None, *, accepted: bool) -> Book:
    """The one book after the answer. A replay may repeat what this answer has shown."""
    ends = {}
    for each in allowed(book, item, told):
        if each.accepted is accepted and (shown is None or each.may_show(shown)):
            end = each.book if each.first is None or shown is None else each.book.showing(each.first, shown)
            ends[end.key()] = end
    (only,) = ends.values()
    return only


@dataclass(frozen=True)
class Case:
    """A request after a history, with all its possible answers or all their effects on the book."""

    history: Sequence[Step]
    item: Single
    lines: tuple[str, ...]
    facts: Mapping[str, Any]

    def book(self) -> Book:
        """The book before the request: an account of 100 after the history."""
        book = Book(100)
        for step in self.history:
            book = step(book, self.facts.get("policy", {}))
        return book

    def answers(self) -> tuple[str, ...]:
        """The answers that the rules allow, the most ordinary one first, each once."""
        return tuple(dict.fromkeys(_line(each, self.item) for each in self._allowed()))

    def changes(self) -> tuple[str, ...]:
        """The effects of the answers on the book, each once."""
        return tuple(dict.fromkeys(changes(self.book(), each.book) for each in self._allowed()))

    def _allowed(self) -> Iterator[Possible]:
        return allowed(self.book(), self.item, terms(self.item, **self.facts))


def case(title: str, history: Sequence[Step], item: Single, *lines: str, **facts: Any) -> Any:
    """A row of a table: the history of an account of 100, the request, and the lines of its answers."""
    return pytest.param(Case(history, item, lines, facts), id=title)


def _line(possible: Possible, item: Single) -> str:
    """`new: ok 70; holds 70, applied`: the situation, the answer, the balance after it, and what the wallet keeps."""
    answer = f"ok {_shown(possible)}" if possible.accepted else "no"
    entry = None if isinstance(item, GetBalance) else possible.book.entries.get(key_of(item))
    remembered = "" if entry is None else f", {entry.fate.replace('without_', 'no ')}"
    why = "".join(f", {policy}={reading}" for policy, reading in possible.readings)
    first = "" if possible.first is None else f", first of {' '.join(possible.first)}"
    contention = ", in contention" * possible.spontaneous
    return f"{possible.situation}: {answer}; holds {possible.book.balance}{remembered}{first}{why}{contention}"


def _shown(possible: Possible) -> str:
    if possible.balances is not None:
        return "|".join(str(each) for each in possible.balances)
    return "anything" if possible.between is None else f"{possible.between[0]}..{possible.between[1]}"


# ----------------------------------------------------------------------------------------------------------------------
# What an answer leaves


def changes(before: Book, after: Book) -> str:
    """How two books differ, in words: `bet a bet -30 for b SINGLE applied, shown 70; balance 70`."""
    lines = [_entry(key, entry) for key, entry in after.entries.items() if before.entries.get(key) != entry]
    for each in fields(Book):
        value = getattr(after, each.name)
        if each.name not in {"entries", "digest"} and value != getattr(before, each.name):
            words = " ".join(sorted(value)) if isinstance(value, frozenset) else str(value)
            lines.append(f"{each.name} {words}")
    return "; ".join(lines) or "nothing"


def _entry(key: Key, entry: Entry) -> str:
    shown = "" if entry.shown is None else f", shown {entry.shown}"
    known = [*key, entry.operation, f"{entry.change:+}", "for", entry.bet or "none", *filter(None, entry.particulars)]
    return " ".join([*known, entry.fate]) + shown


# ----------------------------------------------------------------------------------------------------------------------
# Histories that many tables begin with

BET = bet("a", 30, "b")
LARGE = bet("a", 120, "b")
"""A bet of more than the account has."""
BACK = rollback("r", "a", "b")
LATER = ok(reward("w", 50))
PLACED = [ok(BET, 70)]
PAID = [*PLACED, ok(pay("p", 50, "b"), 120)]
RETURNED = [*PLACED, ok(BACK, 100)]
RETURNED_BEFORE = [ok(BACK, 100)]
"""A history in which the rollback came, and its bet never did."""
REFUSED = [no(LARGE)]
ENDED = ("ended_session_bet",)
