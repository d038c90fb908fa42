"""Finds out what a contract can carry by encoding requests.

If changing a field changes no request, the contract lacks the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, cast

from harness.contracts import Contract
from harness.model import ITEM_OF, OPERATION_OF, Authenticate, GetBalance, Operation, Rollback, item_of
from harness.money import SCALE

_PROBE: Mapping[str, object] = {"id": "i", "player": "p", "session": "s", "bet": "b", "round": "r", "game": "g"}
_VARIANTS: Mapping[str, Mapping[str, object]] = {
    "id": {"id": "other"},
    "amount": {"amount": 2 * SCALE},
    "player": {"player": "other"},
    "currency": {"currency": "USD"},
    "session": {"session": "other"},
    "bet": {"bet": "other"},
    "round": {"round": "other"},
    "game": {"game": "other"},
    "odds": {"odds": "2.50"},
    "win": {"win": False},
    "token": {"token": "other"},
}
"""Scenario field to a change of an operation that its writing brings about."""
_ON_THE_WIRE: Mapping[str, str] = {"spelled": "player", "bet_shape": "bet", "transaction": "bet", "pot": "bet"}
"""Scenario field to the field that it changes on the wire, where the names differ."""
_OF_ROLLBACK: Mapping[str, object] = {"bet": "other", "original": "other"}
"""What the field `bet` of a rollback changes: a wire may name the transaction, the bet, or both."""


@dataclass(frozen=True, eq=False)
class Dialect:
    """What one contract offers to a scenario."""

    contract: Contract
    _carried: dict[str, frozenset[str]] = field(default_factory=dict)
    _amounts: dict[str, tuple[str, Fraction]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The contract's name."""
        return self.contract.name

    def has(self, word: str) -> bool:
        """Whether the contract has an operation for the word."""
        return word in self.contract.words

    def takes_lists(self, word: str) -> bool:
        """Whether the word's operation is a batch in this contract."""
        return self.contract.specs[self.contract.words[word]].batch

    def kinds(self, word: str) -> tuple[str, ...]:
        """The kinds that the word's requests may carry, or an empty tuple."""
        return self.contract.kinds.get(self.contract.words[word], ())

    def carries(self, word: str, name: str) -> bool:
        """True if the field changes what the contract sends for the word."""
        if word not in self._carried:
            self._carried[word] = frozenset(self._find_carried(word))
        return name in self._carried[word]

    def has_field(self, word: str, name: str) -> bool:
        """True if a transaction of the word may have the field in this contract.

        `raw` and `without` are always allowed.
        """
        if name in {"raw", "without"}:
            return True
        return bool(self.kinds(word)) if name == "kind" else self.carries(word, _ON_THE_WIRE.get(name, name))

    def wire_fields(self, word: str) -> frozenset[str]:
        """The names of the fields in a request for the word. For a batch, the names in one item."""
        return frozenset(self._fields(word, {}))

    def may_lack(self, word: str, name: str) -> bool:
        """True if a request for the word is complete without the field. `name` is a field of the scenario."""
        return self._fields(word, {name: ""}).keys() < self._fields(word, {}).keys()

    def amount_field(self, word: str) -> tuple[str, Fraction]:
        """The wire field that holds the amount, and its number for one main unit. An empty name if there is none."""
        if word not in self._amounts:
            self._amounts[word] = "", Fraction(1)
            if self.carries(word, "amount"):
                one, two = self._fields(word, {"amount": SCALE}), self._fields(word, {"amount": 2 * SCALE})
                name = next(name for name, value in one.items() if value != two[name])
                self._amounts[word] = name, Fraction(one[name])
        return self._amounts[word]

    def _fields(self, word: str, change: Mapping[str, object]) -> dict[str, Any]:
        body: Any = self.contract.encode(self._operation(word, change), "")
        while len(body) == 1 and isinstance(value := next(iter(body.values())), list | tuple):
            body = value[0]
        return dict(body)

    @cached_property
    def dates_requests(self) -> bool:
        """True if the time of sending is part of a request, so that a request can be stale."""
        return self.contract.clock_tolerance_seconds > 0

    @cached_property
    def signs_bodies(self) -> bool:
        """True if the authentication of a request depends on its body, so that a wallet can notice a changed body."""
        credentials = self.contract.made_up(lambda each: f"any {each.name}")
        return self.contract.sign(b"{}", credentials, 0) != self.contract.sign(b"[]", credentials, 0)

    def _find_carried(self, word: str) -> set[str]:
        plain = self._encoded(word, {})
        variants = {**_VARIANTS, "bet": _OF_ROLLBACK} if word == "rollback" else _VARIANTS
        found = {name for name, change in variants.items() if self._encoded(word, change) not in (None, plain)}
        return found | {"shape"} if "id" in found else found

    def _encoded(self, word: str, change: Mapping[str, object]) -> object:
        """The request's body with a change, or None if the operation lacks the changed field."""
        try:
            operation = self._operation(word, change)
        except TypeError:
            return None
        return self.contract.stringify(self.contract.encode(operation, ""))

    def _operation(self, word: str, change: Mapping[str, Any]) -> Operation:
        operation: Any = replace(_example(word), **change)
        kind: Any = OPERATION_OF[word]
        if kind in ITEM_OF and self.takes_lists(word):
            operation = kind(items=(operation,))
        return cast("Operation", operation)


def _example(word: str) -> Any:
    kind: Any = item_of(word)
    if kind is GetBalance:
        return GetBalance(player="p", session="s")
    if kind is Authenticate:
        return Authenticate(token="t")
    if kind is Rollback:
        return Rollback(id="i", original="o", bet="b", player="p", session="s")
    return kind(currency="EUR", amount=SCALE, **_PROBE)


_DIALECTS: dict[int, Dialect] = {}


def dialect_of(contract: Contract) -> Dialect:
    """The dialect of a contract. It is made once for each contract, because its making takes time."""
    # A contract has no hash. The entry keeps the contract alive, so that no other one can get the same identity.
    found = _DIALECTS.get(id(contract))
    if found is None:
        found = _DIALECTS[id(contract)] = Dialect(contract)
    return found
