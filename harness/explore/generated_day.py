"""A platform's day as it is generated: the steps so far, and the transactions that later steps may refer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from harness import money
from harness.explore.choices import Choices
from harness.explore.dimensions import Space
from harness.explore.labels_used import drafts_of
from harness.scenario.words import BETS

Draft: TypeAlias = dict[str, Any]
"""The fields of one transaction, as in a scenario file."""
Written: TypeAlias = dict[str, Any]
"""One step, as in a scenario file."""

AMOUNTS = {"10": 30, "7.25": 12, "1": 12, "25": 10, "0.01": 5, "12.34567": 6, "33.33": 6, "2.5": 6, "0.1": 4, "3": 6}
STAKES = {"everything": 4, "half": 2, "more_than_everything": 3, "smallest_unit": 2, "zero": 5}
WINS = {"zero": 6, "smallest_unit": 2, "float32_limit": 2, "half": 1, "int32_limit": 1}
"""Amounts with their weights. `STAKES` are also those of other debits, and `WINS` those of all credits."""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A transaction with a label that stands in an earlier step."""

    label: str
    word: str
    draft: Draft
    in_batch: bool = False

    @property
    def is_bet(self) -> bool:
        """True if credits may name it as their bet."""
        return self.word in BETS

    @property
    def role(self) -> Draft:
        """The field that names the other player, or nothing."""
        return {"player": "other"} if self.draft.get("player") == "other" else {}


@dataclass(slots=True)
class GeneratedDay:
    """The steps of one generated scenario, in a contract's dimensions."""

    space: Space
    choices: Choices
    currency: str = ""
    steps: list[Written] = field(default_factory=list)
    sent: list[Labelled] = field(default_factory=list)
    token_used: bool = False
    """True if a step exchanges the player's one token."""
    ended: bool = False
    """True if nothing may follow the last step."""
    families_used: set[tuple[str, str]] = field(default_factory=set)
    """Operations with families of faults that were drawn before. A family takes many requests, so others come first."""
    _labels: int = 0

    def add(self, step: Written) -> None:
        """Append a step, and remember the labels that it defines."""
        self.steps.append(step)
        self.note(step)

    def note(self, step: Written) -> None:
        """Remember what a step defines for later steps."""
        for inner in step["at_once"] if isinstance(step.get("at_once"), list) else [step]:
            self.token_used |= "authenticate" in inner
            (word, *_) = inner
            content = inner[word]
            for draft in drafts_of({word: content}):
                if (
                    word != "repeat"
                    and "id" in draft
                    and not any(each.label == draft["id"] and each.word == word for each in self.sent)
                ):
                    self.sent.append(Labelled(draft["id"], word, dict(draft), isinstance(content, list)))
                self._labels = max(self._labels, *(_number(draft.get(name, "")) for name in ("id", "bet")))

    def adopt(self, steps: Sequence[Written]) -> None:
        """Begin with the steps of another scenario, without rollbacks whose bet came only after these steps."""
        known = {draft.get("id", "") for step in steps for draft in drafts_of(step)} | {UNKNOWN}
        for each in steps:
            if all(draft.get("bet", UNKNOWN) in known for draft in drafts_of(each)):
                self.add(each)

    def label(self) -> str:
        """A label that is new."""
        self._labels += 1
        return f"t{self._labels}"

    def has(self, word: str, *names: str) -> bool:
        """True if the contract has the operation, and its requests carry these fields."""
        return word in self.space.words and word in self.space.with_field(*names)

    def amount(self, word: str) -> str:
        """An amount for a movement of this word, in the contract's units."""
        special = WINS if word in self.space.credits or word == "reward" else STAKES
        return self.choices.by_weight({**{each: AMOUNTS[each] for each in self.sendable(tuple(AMOUNTS))}, **special})

    def sendable(self, amounts: Sequence[str]) -> list[str]:
        """Those of some plain amounts that are not too fine for the player's currency."""
        unit = self.space.dialect.contract.wire_unit(self.currency or "EUR")
        return [each for each in amounts if money.parse(each) % unit == 0]

    def bets(self) -> list[Labelled]:
        """The bets so far, with labels."""
        return [each for each in self.sent if each.is_bet]

    def movements(self) -> list[Labelled]:
        """The transactions so far that have an amount."""
        return [each for each in self.sent if "amount" in each.draft]

    def role(self, share: int = 15) -> Draft:
        """The field that names the other player in `share` of 100 cases, or nothing."""
        return {"player": "other"} if self.choices.percent(share) else {}


def _number(label: str) -> int:
    return int(label[1:]) if label[1:].isdigit() else 0
