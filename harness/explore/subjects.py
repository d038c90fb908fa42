"""The subject of a row: the draft of its transaction, its items, and the modifiers of its step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from harness.explore.dimensions import (
    ALTERATION,
    AMOUNT,
    BETWEEN,
    EXTRA_FIELD,
    IDENTIFIER,
    LOSS,
    OPERATION,
    PLAYER,
    SESSION,
    SIZE,
    TEXTS,
    Space,
)
from harness.explore.pairs import Row
from harness.scenario.near_ids import NEAR_FORMS, NEAR_SESSIONS

Draft: TypeAlias = dict[str, Any]
"""The fields of one transaction, as in a scenario file."""
Written: TypeAlias = dict[str, Any]
"""One step, as in a scenario file."""

T = TypeVar("T")

FORMS: Mapping[tuple[str, str], int] = {
    (ALTERATION, "missing_field"): 2,
    (ALTERATION, "wrong_amount"): 2,
    (ALTERATION, "broken_body"): 2,
    (ALTERATION, "unauthentic"): 2,
    (ALTERATION, "near_bet"): 2,
    (PLAYER, "near"): 2,
    (SESSION, "unknown"): 2,
}
"""By a value that can be written wrongly in several ways: how many of them a row has. Other values have one."""

ORDINARY = "10"
SUBJECT, OLD, BET, OTHER_BET, LATER, ROUND = "t1", "t0", "b1", "b2", "b9", "r1"
"""Labels. The bet of the subject is `b1`, that of a repeat for another bet is `b2`."""


NEAR_BETS = ("upper_case", "trailing_space", "long")
"""Shapes of a bet's id that is taken for the plain one by some wallets."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One row of the array, and the dimensions that it belongs to."""

    space: Space
    row: Row
    turns: Mapping[str, int]
    """By dimension: how many rows before it have the row's value."""
    form: int = 0
    """The number of the form in which a wrong value is written. Each row has `forms` of them."""

    @property
    def word(self) -> str:
        """The operation."""
        return self.row[OPERATION]

    @property
    def role(self) -> Mapping[str, str]:
        """The field that names the other player, or nothing."""
        return {"player": "other"} if self.row[PLAYER] == "other" else {}

    def has(self, name: str, word: str = "") -> bool:
        """True if requests of the operation carry a field."""
        return self.space.dialect.has_field(word or self.word, name)

    def chosen(self, dimension: str, values: Sequence[T]) -> T:
        """One of several values, which changes with each row that has the same value of a dimension."""
        return values[(self.turns[dimension] * self.forms + self.form) % len(values)]

    @property
    def forms(self) -> int:
        """In how many forms the row has its wrong value."""
        return next((many for (name, value), many in FORMS.items() if self.row[name] == value), 1)

    @property
    def others(self) -> tuple[Subject, ...]:
        """The subject in the other forms of its wrong value."""
        return tuple(replace(self, form=number) for number in range(1, self.forms))

    @property
    def owner(self) -> Mapping[str, str]:
        """The field that names the player of the subject's bet, or nothing."""
        if self.row[ALTERATION] == "foreign_bet":
            return {} if self.role else {"player": "other"}
        return self.role

    @property
    def fine(self) -> str:
        """An amount with all the decimals of the contract's wire in EUR."""
        return "12.34567" if self.space.dialect.contract.wire_unit("EUR") == 1 else "12.34"

    @property
    def amount(self) -> str:
        """The subject's amount."""
        return {"ordinary": ORDINARY, "fine": self.fine}.get(self.row[AMOUNT], self.row[AMOUNT])

    def draft(self, *, good: bool = False) -> Draft:
        """The subject's transaction. A good one has neither a wrong player, a wrong session nor an alteration."""
        draft: Draft = {}
        if self.word in self.space.with_field("id"):
            draft["id"] = SUBJECT
            if self.row[IDENTIFIER] != "plain":
                draft["shape"] = self.row[IDENTIFIER]
        if self.word in self.space.of_a_bet:
            draft["bet"] = BET
        if self.word in self.space.movements:
            draft["amount"] = self.amount
        if kinds := self.space.dialect.kinds(self.word):
            draft |= {"kind": kind} if (kind := self.chosen(OPERATION, kinds)) != kinds[0] else {}
        if self.row[BETWEEN] == "many" and self.has("round"):
            draft["round"] = ROUND
        if self.row[PLAYER] == "other":
            draft["player"] = "other"
        if not good:
            draft |= self._wrong_names() | self._altered()
        return draft

    def items(self) -> list[Draft]:
        """The drafts of the subject's step: one, or those of its batch."""
        draft = self.draft()
        bet = {"bet": BET} if self.word in self.space.of_a_bet else {}
        new: Draft = {**self.role, **bet, "amount": "2"}
        match self.row[SIZE]:
            case "one":
                return [draft]
            case "two":
                return [draft, new]
            case "duplicate":
                return [draft, new, draft]
            case "with_old":
                return [self.old(), draft]
            case "with_invalid":
                return [{"amount": "4", "player": "unknown"}, draft]
            case "two_players":
                return [{"amount": "4"} if self.row[PLAYER] == "other" else {"amount": "4", "player": "other"}, draft]
            case _:
                return [draft, *([{**new, "amount": "0.5"}] * 4)]

    def old(self) -> Draft:
        """The item of a batch that was sent before."""
        bet = {"bet": BET} if self.word in self.space.of_a_bet else {}
        return {"id": OLD, **bet, "amount": "3", **self.role}

    def modifiers(self) -> Written:
        """The modifiers of the subject's step."""
        found: Written = {} if self.row[LOSS] == "none" else {"lost": self.row[LOSS]}
        match self.row[ALTERATION]:
            case "unauthentic":
                found |= self._unauthentic()
            case "broken_body":
                found["body"] = self.chosen(ALTERATION, ("{", "[]", "null", '{"'))
        return found

    def _unauthentic(self) -> Written:
        """A forgery, a missing header, an old signature, or a body that was changed after signing, in turn."""
        dialect = self.space.dialect
        turn = (self.turns[ALTERATION] * self.forms + self.form) % 4
        if turn == 1:
            return {"missing_header": self.chosen(OPERATION, dialect.contract.required_headers)}
        if turn == 2 and dialect.dates_requests:
            return {"stale": "2h"}
        if turn == 3 and dialect.signs_bodies and self.word in self.space.movements:
            return {"tampered": {"amount": "11"}}
        return {"forged": self.chosen(OPERATION, tuple(dialect.contract.forgeries))}

    def _wrong_names(self) -> Draft:
        found: Draft = {}
        match self.row[PLAYER]:
            case "unknown":
                found["player"] = "unknown"
            case "near":
                found["spelled"] = self.chosen(PLAYER, tuple(NEAR_FORMS))
        if self.row[SESSION] in {"expired", "unknown", "none"}:
            found["session"] = self.row[SESSION]
            if self.row[SESSION] == "unknown" and (self.turns[SESSION] + self.form) % 2:
                found["session"] = self.chosen(SESSION, tuple(NEAR_SESSIONS))
        return found

    def _altered(self) -> Draft:
        amount, per_unit = self.space.dialect.amount_field(self.word)
        number = str(int(10 * per_unit)) if amount else ""
        match self.row[ALTERATION]:
            case "other_currency":
                return {"currency": self.chosen(ALTERATION, ("other", "unknown"))}
            case "wrong_amount":
                forms = (f"-{number}", f'"{number}"', f'{number}, "{amount}": {number}', f"{number}.001", "null")
                return {"raw": {amount: self.chosen(ALTERATION, forms)}}
            case "missing_field":
                return {"without": [self.chosen(ALTERATION, sorted(self.essential()))]}
            case "extra_field":
                return {"raw": {EXTRA_FIELD: self.chosen(ALTERATION, TEXTS)}}
            case "unknown_bet":
                return {"bet": "unknown"}
            case "near_bet":
                stray = [{"transaction": "unknown"}] if self.word in self.space.with_field("transaction") else []
                shapes = [{"bet_shape": each} for each in NEAR_BETS if self.word in self.space.with_field("bet_shape")]
                return dict(self.chosen(ALTERATION, [*shapes[:1], *stray, *shapes[1:]]))
            case "early":
                return {"bet": LATER}
        return {}

    def essential(self) -> frozenset[str]:
        """The wire fields without which the request must be refused."""
        fields = self.space.dialect.wire_fields(self.word)
        essential = self.space.dialect.contract.essential_fields
        return (fields & essential if essential is not None else fields) or fields
