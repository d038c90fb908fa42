"""Random scenarios against the bundled wallet in process, with random network faults: histories to judge."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from harness.client import Carrier
from harness.contracts import Contract
from harness.examine import Examiner
from harness.model import (
    Draft,
    Failure,
    FailureKind,
    History,
    Loss,
    Message,
    Request,
    Scenario,
    Step,
    Transmission,
    Verdict,
)
from harness.proof.trials import examiner_of
from harness.verdict.checks.history_judge import HistoryJudge
from mock_server.wallet import Wallet

AMOUNTS = ("0", "1", "1", "2.5", "7", "40", "everything", "half", "more_than_everything")
SINGLE = {
    "casino": ("bet", "bet", "bet", "pay", "reward", "balance"),
    "sportsbook": ("bet", "bet", "bet", "settle", "unsettle", "rollback", "balance"),
}
BATCHES = {"casino": ("settle", "retry", "bet_batch"), "sportsbook": ()}
OVERLOADED = Message(b"HTTP/1.1 503\r\n\r\n", b"overloaded\n", 503, (("content-type", "text/plain"),))


@dataclass
class Storm:
    """A carrier with faults. Of a hundred requests `percent` have a fault.

    Half of these are never worked (503). For the other half the connection closes before the answer.
    """

    inner: Carrier
    random: Random
    percent: int

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        """Send one request, perhaps with a fault."""
        if self.random.randrange(100) >= self.percent:
            return self.inner.send(request, loss=loss, time_out_seconds=time_out_seconds)
        if self.random.random() < 0.5:
            sent = Message(b"", request.body)
            return Transmission(sent, OVERLOADED, None, 1, 1, 1, 1)
        done = self.inner.send(request, loss=loss, time_out_seconds=time_out_seconds)
        return replace(done, received=None, failure=Failure(FailureKind.CLOSED, "the wallet hung up"))

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        """Send the requests in flight at once. Each answer may be lost."""
        done = self.inner.release(requests, time_out_seconds=time_out_seconds)
        gone = Failure(FailureKind.CLOSED, "the wallet hung up")
        hit = [self.random.randrange(100) < self.percent for _ in done]
        return tuple(
            replace(each, received=None, failure=gone) if lost else each for each, lost in zip(done, hit, strict=True)
        )

    def close(self) -> None:
        """Do nothing, because no connection is open."""
        self.inner.close()


class Steps:
    """Random steps of one contract, each on a line of its own."""

    def __init__(self, random: Random, contract: str, *, calm: bool) -> None:
        """Prepare the steps. If `calm` is true, no answer is lost on purpose and no requests race."""
        self._random = random
        self._contract = contract
        self._calm = calm
        self._line = 1
        self._sent: list[str] = []

    def some(self) -> Iterator[Step]:
        """Between three and ten."""
        for _ in range(self._random.randrange(3, 11)):
            yield self._one()

    def _one(self) -> Step:
        choice = self._random.randrange(10)
        if choice < 2 and self._sent:
            return self._step("resend", label=self._random.choice(self._sent), lost=self._loss())
        if choice == 2 and not self._calm:
            return self._step("at_once", steps=tuple(self._operation() for _ in range(self._random.randrange(2, 4))))
        if choice == 3 and not self._calm:
            return replace(self._operation(), times="3", at_once=True)
        if choice in {4, 5} and BATCHES[self._contract]:
            word = self._random.choice(BATCHES[self._contract])
            drafts = tuple(self._draft(word) for _ in range(self._random.randrange(1, 5)))
            return self._step(word, drafts=drafts, batch=True, lost=self._loss())
        return replace(self._operation(), lost=self._loss())

    def _operation(self) -> Step:
        word = self._random.choice(SINGLE[self._contract])
        return self._step(word, drafts=(self._draft(word),))

    def _draft(self, word: str) -> Draft:
        if word == "balance":
            return Draft()
        bets = [each for each in self._sent if each.startswith("bet")]
        bet = self._random.choice(bets) if bets and self._random.random() < 0.5 else ""
        label = f"{'bet' if word in {'bet', 'bet_batch'} else word}{self._line}{len(self._sent)}"
        self._sent.append(label)
        if word == "rollback":
            return Draft(id=label, bet=bet or "unknown")
        named = "" if word in {"bet", "bet_batch", "reward"} else bet
        amount = self._random.choice(AMOUNTS[:6] if word != "bet" else AMOUNTS)
        other = self._random.random() < 0.2
        return Draft(id=label, amount=amount, player="other" if other else "", bet=named)

    def _step(self, word: str, **fields: object) -> Step:
        self._line += 1
        return Step(word=word, line=self._line, **fields)  # type: ignore[arg-type]

    def _loss(self) -> Loss | None:
        return None if self._calm or self._random.random() < 0.8 else self._random.choice(list(Loss))


def scenario_of(random: Random, contract: Contract, *, calm: bool) -> Scenario:
    """A random scenario. Its own requirement is the contract's first, which has no effect."""
    return Scenario(
        id="random/one",
        path="random/one.yaml",
        title="Anything",
        requirements={contract.name: next(iter(contract.requirements))},
        steps=tuple(Steps(random, contract.name, calm=calm).some()),
    )


def examiner_in(contract: str, random: Random, percent: int) -> Examiner:
    """An examiner of a sound wallet. The faults begin after pre-flight."""
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    examiner = examiner_of(Wallet, contract)
    examiner.client._transport = Storm(examiner.client._transport, random, percent)
    return examiner


def money_verdicts(history: History, examiner: Examiner) -> tuple[Verdict, ...]:
    """What the oracle finds impossible in a history."""
    judge = HistoryJudge(history, examiner.contract, examiner._policy)
    judge.run()
    return tuple(judge.verdicts)


def told(history: History) -> str:
    """A history for a reader of a failed test."""
    lines = [f"{each.id} holds {each.balance}" for each in history.players]
    for each in history.exchanges:
        items = each.reply.items if each.reply is not None else ()
        said = [(item.outcome.value, item.balance) for item in items] or each.transmission.failure
        lines.append(f"{each.name} race={each.race} loss={each.loss} {each.operation} -> {said}")
    return "\n".join(lines)
