"""What an altered request may be to a sound wallet: read from the bytes that were sent, not from the scenario.

A scenario intends an operation. If its body was altered, the wallet has received something else. It may refuse that, or
move exactly an amount that was on the wire. An amount that is no number, or is finer than the smallest unit, moves
nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import islice, product
from typing import TypeAlias

from harness.contracts import Contract
from harness.model import Amount, Exchange, GetBalance, Movement, Rollback, Single, Situation
from harness.money import LARGEST_WIRE_AMOUNT, SCALE
from harness.oracle import Belief, BudgetExceeded, Event, Judgement, judge, lost
from harness.scenario.dialect import dialect_of
from harness.scenario.faults import required_fields

_NUMBER = re.compile(r"\s*\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*\Z", re.ASCII)
"""Text that spells a number without a sign, as most languages read it."""
_MOST_DIGITS = 400
_MOST_CHOICES = 16
"""How many ways to understand the altered requests of one window are judged at most."""
_MOST_BELIEFS = 64
"""How many beliefs several understandings may leave. With more, the first one that explains the answers counts."""


Ways: TypeAlias = tuple[Event, ...]
"""The ways to understand one transaction as it was sent, the most ordinary one first."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A JSON object as it was sent: pairs in order, with keys that stand twice."""

    pairs: tuple[tuple[str, object], ...]

    def all(self, key: str) -> list[object]:
        """Every value of a key."""
        return [value for name, value in self.pairs if name == key]


class BodyAsSent:
    """The body of an exchange, which is read once, and the operations that its transactions may be to a wallet."""

    def __init__(self, exchange: Exchange, contract: Contract) -> None:
        """Nothing is read before a transaction is asked for."""
        self._exchange = exchange
        self._contract = contract

    def ways(self, item: Single, index: int) -> tuple[Single, ...]:
        """The operations that a transaction may be to a wallet that accepts it, the most ordinary one first.

        An unaltered transaction is itself. `index` is its place in the batch.
        """
        if not self._exchange.alteration.spoils_content or isinstance(item, GetBalance):
            return (item,)
        found, intended = _transaction(self._whole, index), _intended(self._meant, index)
        if found is None or any(name in self._essential and not found.all(name) for name in intended):
            return (_without_effect(item),)
        if not isinstance(item, Movement):
            return (item, _without_effect(item)) if _has_wrong_type(found, intended) else (item,)
        field, one = dialect_of(self._contract).amount_field(self._word)
        unit = self._contract.wire_unit(item.currency)
        amounts = _amounts(found.all(field), one, unit)
        others = {name: value for name, value in intended.items() if name != field}
        if _has_wrong_type(found, others) or not amounts:
            # A wallet may understand another id, or nothing at all. It may then accept the request and move nothing.
            amounts = [*amounts, 0]
        return tuple(replace(item, amount=each) for each in dict.fromkeys(amounts))

    @cached_property
    def _word(self) -> str:
        """The scenarios' word for the operation."""
        return next(word for word, name in self._contract.words.items() if name == self._exchange.name)

    @cached_property
    def _whole(self) -> object:
        """The JSON value that was sent, or None if the body is no JSON."""
        return _read(self._exchange.transmission.sent.body)

    @cached_property
    def _meant(self) -> Mapping[str, object]:
        """The JSON object of the operation without alterations."""
        return self._contract.encode(self._exchange.operation, "")

    @cached_property
    def _essential(self) -> Collection[str]:
        essential = self._contract.essential_fields
        return required_fields(dialect_of(self._contract), self._word) if essential is None else essential


def _without_effect(item: Single) -> Single:
    """The transaction without an effect on money."""
    if isinstance(item, Rollback):
        return replace(item, original="", bet="")
    return replace(item, amount=0) if isinstance(item, Movement) else item


def _read(body: bytes) -> object:
    """The JSON value of a body, with exact numbers and with keys that stand twice. None if it is no JSON."""
    try:
        return json.loads(body, parse_int=Decimal, parse_float=Decimal, object_pairs_hook=lambda each: _Sent((*each,)))
    except (ValueError, RecursionError):
        return None


def _transaction(value: object, index: int) -> _Sent | None:
    """The object of a transaction in a JSON value, or None if there is none.

    If something else stands in place of an array, its own object counts.
    """
    if isinstance(value, str):
        return _transaction(_read(value.encode("utf-8", "surrogatepass")), index)
    if isinstance(value, list):
        return _transaction(value[index], index) if index < len(value) else None
    if not isinstance(value, _Sent):
        return None
    inner = [each for _, each in value.pairs if isinstance(each, list | str | _Sent)]
    return _transaction(inner[0], index) if len(value.pairs) == 1 and inner else value


def _intended(body: Mapping[str, object], index: int) -> Mapping[str, object]:
    items = next((each for each in body.values() if isinstance(each, list)), None)
    found: Mapping[str, object] = body if items is None else items[index]
    return found


def _has_wrong_type(found: _Sent, intended: Mapping[str, object]) -> bool:
    pairs = ((value, each) for name, value in intended.items() for each in found.all(name))
    return any(_kind(value) is not _kind(each) for value, each in pairs)


def _kind(value: object) -> type:
    return Decimal if isinstance(value, int) and not isinstance(value, bool) else type(value)


def _amounts(values: Sequence[object], one: Fraction, unit: int) -> list[Amount]:
    """The amounts that a wallet may move. `one` is the number of one main unit, `unit` the smallest amount."""
    found: list[Amount] = []
    for value in values:
        number = _number(value)
        amount = None if number is None else Fraction(number) / one * SCALE
        if amount is None or amount < 0 or amount % unit:
            continue
        found.append(int(amount))
        if amount // unit > LARGEST_WIRE_AMOUNT:
            found += _beyond_exact(int(amount) // unit, unit)
    return found


def _number(value: object) -> Decimal | None:
    """The number that a JSON value is, or that its text spells."""
    if isinstance(value, str) and len(value) < _MOST_DIGITS and _NUMBER.match(value):
        return Decimal(value.strip())
    # An exact number with a huge exponent would need gigabytes.
    return value if isinstance(value, Decimal) and abs(value.adjusted()) < _MOST_DIGITS else None


def _beyond_exact(units: int, unit: int) -> list[Amount]:
    """What a wallet may move in place of a number that no 64-bit float holds: what is near to it, the largest, nothing.

    Only a recommendation asks for more. A float of main units lies on the other side than one of smallest units.
    """
    return [(units - 1) * unit, (units + 1) * unit, LARGEST_WIRE_AMOUNT * unit, 0]


def judge_as_sent(
    beliefs: Sequence[Belief], choices: Sequence[Ways], *, racing: bool
) -> tuple[Judgement, tuple[Event, ...]]:
    """The judgement of events of which some may be understood in several ways, and the events as understood.

    `choices` has the ways to understand each event. Every way that explains the answers keeps its beliefs. If none
    does, the finding lists what each way would have allowed.
    """
    judged = [(judge(beliefs, way, racing=racing), way) for way in islice(product(*choices), _MOST_CHOICES)]
    fitting = [each for each in judged if each[0].finding is None and not each[0].undecided]
    if len(fitting) > 1:
        left = tuple(belief for judgement, _ in fitting for belief in judgement.beliefs)
        first, way = fitting[0]
        return (replace(first, beliefs=left) if len(left) <= _MOST_BELIEFS else first), way
    if fitting:
        return fitting[0]
    judgement, way = judged[0]
    findings = [each.finding for each, _ in judged]
    if judgement.finding is not None and all(findings):
        possible = tuple(answer for each in findings if each is not None for answer in each.possible)
        judgement = replace(judgement, finding=replace(judgement.finding, possible=possible))
    return judgement, way


def lost_as_sent(beliefs: Sequence[Belief], choices: Sequence[Ways], *, racing: bool) -> tuple[Belief, ...]:
    """The beliefs after the answers to some events were lost. Raises BudgetExceeded.

    A lost event may never be carried out. So a way without an effect adds nothing to one with an effect.
    """
    moving = [tuple(way for way in ways if _moves(way)) or ways[:1] for ways in choices]
    if all(len(ways) == 1 for ways in moving):
        return lost(beliefs, *(ways[0] for ways in moving), racing=racing)
    found = (lost(beliefs, *way, racing=racing) for way in islice(product(*moving), _MOST_CHOICES))
    left = tuple(belief for each in found for belief in each)
    if len(left) > _MOST_BELIEFS:
        raise BudgetExceeded
    return left


def _moves(way: Event) -> bool:
    item = way.item
    return bool(item.amount) if isinstance(item, Movement) else isinstance(item, Rollback) and bool(item.original)


def inexact(choices: Sequence[Ways], events: Sequence[Event]) -> frozenset[int]:
    """The exchanges whose amount no 64-bit float holds, and of which the wallet moved another amount."""
    pairs = zip(choices, events, strict=True)
    return frozenset(event.exchange for ways, event in pairs if event is not ways[0] and is_beyond_exact(ways[0]))


def is_beyond_exact(event: Event) -> bool:
    """True for an altered amount beyond 2^53 units. Only a recommendation asks that exactly this amount is moved."""
    item = event.item
    altered = event.terms.doubtful is Situation.MALFORMED
    return altered and isinstance(item, Movement) and item.amount > LARGEST_WIRE_AMOUNT
