"""Random races of every class for which the judgement of races has a rule of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from harness.model import Amount, Bet, Payout, Policy, Reward, Rollback, Single, Unsettle
from harness.oracle.book import Book
from harness.oracle.events import Event
from harness.oracle.rules import allowed
from harness.oracle.terms import Terms

PLAYER = "anna"
OPERATIONS: dict[type, str] = {
    Bet: "bet",
    Payout: "payout",
    Reward: "reward",
    Unsettle: "unsettlement",
    Rollback: "rollbackbet",
}


def bet(id: str, amount: Amount, bet: str = "") -> Bet:
    return Bet(id=id, player=PLAYER, currency="EUR", amount=amount, bet=bet)


def pay(id: str, amount: Amount, bet: str = "") -> Payout:
    return Payout(id=id, player=PLAYER, currency="EUR", amount=amount, bet=bet)


def reward(id: str, amount: Amount) -> Reward:
    return Reward(id=id, player=PLAYER, currency="EUR", amount=amount)


def unsettle(id: str, amount: Amount, bet: str = "") -> Unsettle:
    return Unsettle(id=id, player=PLAYER, currency="EUR", amount=amount, bet=bet)


def rollback(id: str, original: str, bet: str = "", *, of_win: bool = False) -> Rollback:
    return Rollback(id=id, original=original, bet=bet, player=PLAYER, of_win=of_win)


def event(
    item: Single, at: tuple[int, int | None], *, accepted: bool = True, policy: Policy | None = None, **terms: Any
) -> Event:
    """A request in a race. Without an end its answer was lost."""
    facts = Terms(policy=policy or {}, operation=OPERATIONS.get(type(item), "balance"), **terms)
    return Event(
        item=item,
        terms=facts,
        accepted=accepted and at[1] is not None,
        balance=None,
        start=at[0],
        end=at[1],
        exchange=0,
    )


@dataclass(frozen=True)
class Race:
    """A book, requests whose answers were lost earlier, and the events of one window."""

    book: Book
    events: tuple[Event, ...]
    lost: tuple[Event, ...] = ()
    contention: bool = True


@dataclass(frozen=True)
class Kind:
    """A class of races: which requests there are, under which policies."""

    items: Callable[[Random], Single]
    policies: tuple[Policy, ...] = ({},)
    known: int = 0
    """So many requests were answered before, at most."""
    losses: float = 0
    """The share of requests whose answer is lost."""
    repeated: float = 0.15
    terms: tuple[dict[str, Any], ...] = ({},)
    largest: int = 6
    spans: tuple[tuple[int, int], ...] = ()
    """The only intervals that there are."""
    contention: bool = True
    lost_before: int = 0


_Maker = Callable[[str, Amount], Single]


def _one_of(random: Random, *makers: _Maker) -> _Maker:
    return random.choice(makers)


def _movement(random: Random) -> Single:
    number = random.randrange(6)
    return _one_of(random, bet, bet, pay, reward)(f"t{number}", 10 * (1 + number % 3))


def _zero(random: Random) -> Single:
    number = random.randrange(6)
    return _one_of(random, bet, pay)(f"t{number}", random.choice([0, 0, 10]))


def _one_amount(random: Random) -> Single:
    name = random.choice("abc")
    return bet(name, 10) if name < "c" else pay(name, 20)


def _two_amounts(random: Random) -> Single:
    name = random.choice(["b", "p"])
    kind: _Maker = bet if name == "b" else pay
    return kind(f"{name}{random.randrange(2)}", random.choice([10, 20]))


def _bet_and_rollback(random: Random) -> Single:
    name = random.choice("ab")
    match random.randrange(5):
        case 0 | 1:
            return bet(name, 10 if name == "a" else 20, random.choice(["", f"R{name}"]))
        case 2 | 3:
            return rollback(random.choice(["r1", "r2", f"r{name}"]), name)
    return _movement(random)


def _rollbacks_of_known(random: Random) -> Single:
    name = random.choice("ab")
    match random.randrange(6):
        case 0:
            return bet(random.choice("cde"), random.choice([10, 10, 20, 30]))
        case 1:
            return bet(name, 10, "R")
    return rollback(random.choice(["r1", "r2", "r3"]), name)


def _settlement(random: Random) -> Single:
    match random.randrange(7):
        case 0 | 1 | 2:
            number = random.randrange(5)
            return pay(f"s{number}", (10, 30, 0, 20, 10)[number], ("R", "b", "R", "", "R2")[number])
        case 3 | 4:
            return rollback(random.choice(["r1", "r2"]), "b", random.choice(["", "R"]))
        case 5:
            return bet("b", 10, "R")
    return bet(random.choice(["c", "d"]), 10, random.choice(["", "R2"]))


def _any_family(random: Random) -> Single:
    name = random.choice("tu")
    match random.randrange(7):
        case 0 | 1:
            return bet(name, 10)
        case 2 | 3:
            return pay(name, 30)
        case 4 | 5:
            return reward(name, 20)
    return rollback(name, random.choice("tuv"))


def _win_and_bet(random: Random) -> Single:
    name = random.choice("ab")
    match random.randrange(6):
        case 0 | 1:
            return bet(name, 10, random.choice(["", "R"]))
        case 2 | 3:
            return pay(f"w{name}", random.choice([5, 30]), name)
        case 4:
            return pay("x", 20, "R")
    others: list[Single] = [bet("c", 5), pay("p", 10), rollback("r", "a")]
    return random.choice(others)


def _deduction(random: Random) -> Single:
    match random.randrange(6):
        case 0 | 1:
            number = random.randrange(2)
            return pay(f"p{number}", 10 * (1 + number), "R")
        case 2 | 3 | 4:
            number = random.randrange(3)
            return unsettle(f"u{number}", (10, 20, 5)[number], random.choice(["R", "R", "Q"]))
    others: list[Single] = [bet("a", 10, "R"), pay("q", 10, "Q"), rollback("r", "a")]
    return random.choice(others)


def _rollback_of_win(random: Random) -> Single:
    name = random.choice("pq")
    match random.randrange(7):
        case 0 | 1:
            return pay(name, 10 if name == "p" else 20, random.choice(["", "b"]))
        case 2 | 3 | 4:
            return rollback(random.choice(["r1", "r2", "r3"]), name, random.choice(["", "b"]), of_win=True)
        case 5:
            return bet("b", 10)
    others: list[Single] = [bet("c", 10), rollback("r4", "b"), pay("d", 10, "b")]
    return random.choice(others)


def _mixture(random: Random) -> Single:
    return random.choice(
        [_movement, _two_amounts, _bet_and_rollback, _settlement, _any_family, _win_and_bet, _deduction]
    )(random)


def pinned(**readings: str) -> Policy:
    """Policies, each with the readings that it accepts."""
    return {policy: frozenset(each.split()) for policy, each in readings.items()}


_ORDINARY = pinned()
_FINAL_REFUSALS = pinned(replay_of_refused="refused")
_ABOUT_SETTLED = tuple(
    pinned(rollback_of_settled=each) for each in ("refunded", "kept", "refused", "refunded kept", "kept refused")
)
_PINNED_WINS = (
    pinned(unknown_bet="refused"),
    pinned(unknown_bet="refused", returned_bet="refused"),
    pinned(returned_bet="refused"),
    pinned(unknown_bet="refused", late_bet="refused"),
)
_PINNED_DEDUCTIONS = (
    pinned(deduction="unsupported"),
    pinned(deduction="supported", unsettlement_beyond_payout="refused"),
    pinned(deduction="supported", unsettlement_beyond_payout="refused", unknown_bet="refused"),
    pinned(deduction="supported"),
)
_REUSED = tuple(pinned(reused_id=each) for each in ("new", "refused", "first_result", "refused new"))
_ABOUT_REFUSALS = (
    _ORDINARY,
    _FINAL_REFUSALS,
    pinned(rollback_of_unknown="refused"),
    pinned(rollback_of_refused="refused"),
    pinned(rollback_again="refused"),
    pinned(late_bet="refused"),
)
_FACTS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"known_elsewhere": True},
    {"foreign_bet": True},
    {"refusable": ("unknown_game",)},
)

KINDS: dict[str, Kind] = {
    "distinct new ids": Kind(_movement, repeated=0),
    "zero amounts": Kind(_zero, (_ORDINARY, pinned(zero_bet="refused"))),
    "two racing batches": Kind(_movement, repeated=0, spans=((0, 5), (3, 9)), largest=7),
    "identical twins": Kind(_one_amount),
    "identical twins, refusals are final": Kind(_one_amount, (_FINAL_REFUSALS,)),
    "ids known before": Kind(_two_amounts, known=3),
    "one id with two amounts": Kind(_two_amounts),
    "bet and rollback": Kind(_bet_and_rollback, _ABOUT_REFUSALS),
    "rollbacks of known bets": Kind(_rollbacks_of_known, _ABOUT_REFUSALS, known=3),
    "settlement and rollback": Kind(_settlement, _ABOUT_SETTLED, known=2),
    "settlement and rollback, lost ones": Kind(_settlement, _ABOUT_SETTLED, known=1, losses=0.25),
    "lost plain ids": Kind(_one_amount, losses=0.3),
    "lost bets, rollbacks and settlements": Kind(_settlement, _ABOUT_REFUSALS, known=2, losses=0.35),
    "one id for several operations": Kind(_any_family, _REUSED, known=1),
    "wins that must find their bet": Kind(_win_and_bet, _PINNED_WINS, known=1),
    "deductions": Kind(_deduction, _PINNED_DEDUCTIONS, known=2),
    "other players": Kind(_mixture, (_ORDINARY, pinned(unknown_game="refused")), known=1, terms=_FACTS),
    "everything": Kind(
        _mixture,
        (*_ABOUT_SETTLED, *_PINNED_WINS, *_PINNED_DEDUCTIONS, *_REUSED, *_ABOUT_REFUSALS),
        known=2,
        losses=0.15,
        terms=_FACTS,
    ),
    "partial deductions, lost ones": Kind(_deduction, _PINNED_DEDUCTIONS, known=1, losses=0.25),
    "wins that must find their bet, lost ones": Kind(_win_and_bet, _PINNED_WINS, losses=0.3, known=1),
    "one id for several operations, lost ones": Kind(_any_family, _REUSED, losses=0.25),
    "rollbacks of wins": Kind(_rollback_of_win, _ABOUT_REFUSALS, known=3),
    "rollbacks of wins, lost ones": Kind(_rollback_of_win, (*_ABOUT_SETTLED, *_PINNED_WINS), known=2, losses=0.25),
    "lost before": Kind(_movement, losses=0.1, lost_before=2, largest=5),
    "anything lost before": Kind(_mixture, (*_ABOUT_REFUSALS, *_PINNED_WINS), known=1, lost_before=2, largest=5),
    "items of one batch": Kind(_two_amounts, spans=((0, 5),), contention=False, known=1),
    "items of one batch, settlements": Kind(_settlement, (_ORDINARY, *_PINNED_WINS), spans=((0, 5),), contention=False),
}


def race(random: Random, name: str) -> Race:
    """A race of a class. Most are made by a walk that some order explains. Then up to three events are spoilt."""
    kind = KINDS[name]
    policy = random.choice(kind.policies)
    sent: list[Single] = []

    def requested() -> tuple[Single, dict[str, Any]]:
        sent.append(random.choice(sent) if sent and random.random() < kind.repeated else kind.items(random))
        return sent[-1], random.choice(kind.terms)

    book = Book(random.choice([0, 0, 10, 20, 40]))
    for _ in range(random.randrange(kind.known + 1)):
        item, terms = requested()
        book = random.choice(list(allowed(book, item, event(item, (0, 0), policy=policy, **terms).terms))).book
    start = book = replace(book, balance=random.choice([book.balance, 0, 10]))
    lost = []
    for _ in range(random.randrange(kind.lost_before + 1)):
        item, terms = requested()
        lost.append(event(item, (-random.randrange(1, 9), None), policy=policy, **terms))
    walks = random.random() < 0.7
    events = []
    for place in range(random.randrange(2, kind.largest + 1)):
        item, terms = requested()
        at: tuple[int, int | None] = _interval(random, kind, place)
        if random.random() < kind.losses:
            at = (at[0], None)
        told = event(item, at, policy=policy, accepted=random.random() < 0.7, **terms)
        if walks:
            answers = list(allowed(book, item, replace(told.terms, contested=random.random() < 0.3)))
            if at[1] is not None or random.random() < 0.6:
                possible = random.choice(answers)
                told, book = replace(told, accepted=possible.accepted and at[1] is not None), possible.book
        events.append(told)
    for _ in range(random.choice([0, 1, 2, 3])):
        events = spoilt(random, events, kind.spans)
    random.shuffle(events)
    return Race(start, tuple(events), tuple(lost), kind.contention)


def _interval(random: Random, kind: Kind, place: int) -> tuple[int, int]:
    if kind.spans:
        return random.choice(kind.spans)
    moment = 3 * place
    return (max(moment - random.choice([0, 0, 2, 5, 20]), 0), moment + random.choice([0, 1, 3, 6, 20]))


def spoilt(random: Random, events: Sequence[Event], spans: Sequence[tuple[int, int]]) -> list[Event]:
    """The events, one of them with another answer, another interval, or no answer."""
    spoilt = list(events)
    index = random.randrange(len(spoilt))
    victim = spoilt[index]
    if victim.end is not None:
        start = random.randrange(20)
        start, end = random.choice(spans) if spans else (start, start + random.randrange(12))
        other = replace(victim, start=start, end=end)
        spoilt[index] = random.choice([replace(victim, accepted=not victim.accepted), other])
    return spoilt
