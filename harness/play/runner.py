"""Carries a scenario out and records what happened. It never judges.

A run first prepares the players and the bets that credits belong to. It then sends the scenario's steps. It ends by
reading the balance of every player who took part, and of a bystander who did not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from harness.client import Call, Client
from harness.contracts import Contract
from harness.model import (
    CLOSING,
    PREPARATION,
    SETTLING,
    Amount,
    Bet,
    BetBatch,
    Exchange,
    FailureKind,
    GetBalance,
    History,
    Limits,
    NotApplicable,
    Operation,
    Payout,
    Player,
    Scenario,
)
from harness.play.bind import UNKNOWN_GAME, Moment, alteration_of, operation_of
from harness.play.near_players import with_near_ids
from harness.play.players import BYSTANDER, NoPlayer, Players, zero_read
from harness.play.settling import Settling
from harness.play.tokens import refuses_token, spends_token
from harness.scenario.estimates import needs_of, steps_of, takes_everything
from harness.scenario.faults import BEYOND_EXACT
from harness.scenario.identities import Identities
from harness.scenario.plan import Group, Placed, Plan, PlannedRequest, plan
from harness.scenario.smallest_amounts import smallest
from harness.scenario.words import UNKNOWN

__all__ = ["CLOSING", "PREPARATION", "Capabilities", "Runner", "needs_of", "zero_read"]

FEWEST_FOR_A_RACE = 2
MOST_ONE_BY_ONE = 200
"""The most credits of a group that are sent one by one. The rest is sent in waves, as large as those of races."""
MOST_SINGLE_BETS = 50
"""The most preparatory bets that are placed one by one. More are placed in batches, because each request takes time."""
BETS_IN_A_BATCH = 100
"""The number of bets in a preparatory batch, far below what a nightly batch must hold."""
_GAVE_UP = (FailureKind.UNREACHABLE, FailureKind.TIME_OUT, FailureKind.TLS)


@dataclass(slots=True)
class Capabilities:
    """The operations that this process has found to be absent from the wallet in this run."""

    absent: set[str] = field(default_factory=set)

    def has(self, contract: Contract, name: str) -> bool:
        """True if the contract has the operation and it was not found to be absent.

        Core operations are never absent.
        """
        spec = contract.specs.get(name)
        return spec is not None and (spec.core or name not in self.absent)


class _Broken(Exception):
    """The run of a scenario cannot continue. The text gives the reason."""


class Runner:
    """Runs scenarios of one contract against one wallet."""

    def __init__(
        self,
        client: Client,
        players: Players,
        identities: Identities,
        *,
        limits: Limits | None = None,
        games: Sequence[str] = (),
        capabilities: Capabilities | None = None,
        settling: Settling | None = None,
    ) -> None:
        """Prepare a runner.

        * `games` are game ids that the wallet knows. Without any, those of the contract are used.
        * `settling` decides which balances are read again. Without it, none is.
        """
        self._client = client
        self._contract = client.contract
        self._players = players
        self.identities = identities
        self.limits = limits or Limits()
        self.games = tuple(games) or self._contract.games
        self.capabilities = capabilities or Capabilities()
        self._settling = settling

    @property
    def tokens_may_be_spent(self) -> bool:
        """True if an earlier run may have used a one-time token. Only using the token would show it."""
        return self._players.named

    def run(self, scenario: Scenario) -> tuple[History, ...]:
        """The histories of one scenario: one, or one for each repetition of a race. Raises ProvisioningFailed."""
        histories = [self._run_once(scenario)]
        first = plan(scenario, self._contract, self.limits, self.identities)
        small = all(len(group.sends) <= self.limits.connections for group in first.groups)
        once = self._players.frugal and (scenario.funds_exactly or takes_everything(scenario))
        if first.races and small and not once:
            while len(histories) < self.limits.races and not (histories[-1].skipped or histories[-1].stopped):
                again = self._run_once(scenario)
                if again.skipped:
                    break  # There is no player for it any more. The histories so far are judged.
                histories.append(again)
        return tuple(histories)

    def _run_once(self, scenario: Scenario) -> History:
        if lacking := self._lacking(scenario):
            return History(
                contract=self._contract.name,
                scenario=scenario,
                skipped=NotApplicable.OPERATION.of(lacking),
                not_applicable=NotApplicable.OPERATION,
            )
        if self._players.named and any(step.faults == BEYOND_EXACT for step in steps_of(scenario.steps)):
            large = "needs a player of its own: the amount is too large to be given back"
            return History(contract=self._contract.name, scenario=scenario, skipped=large)
        if self._players.frugal:
            scenario = smallest(scenario, self._contract)
        planned = plan(scenario, self._contract, self.limits, self.identities)
        if planned.races and self.limits.connections < FEWEST_FOR_A_RACE:
            alone = "needs two connections at once, and no more than one is allowed"
            return History(contract=self._contract.name, scenario=scenario, skipped=alone)
        bets = self.capabilities.has(self._contract, self._contract.words.get("bet", ""))
        try:
            cast = self._players.cast(needs_of(scenario, planned, self._contract, stakes=bets))
            planned = self._with_near_ids(planned, cast)
        except NoPlayer as reason:
            return History(
                contract=self._contract.name,
                scenario=scenario,
                skipped=str(reason),
                not_applicable=reason.not_applicable,
            )
        run = _Run(self._client, self._with_strangers(cast), self)
        try:
            run.everything(planned)
            if self._settling is None:
                return run.history(scenario)
            return self._settling.settle(lambda: run.history(scenario), run.read_again)
        finally:
            self._players.back(run.players, run.last_shown)

    def _with_strangers(self, cast: dict[str, Player]) -> dict[str, Player]:
        """The cast, with a player that the wallet does not know, before the bystander."""
        unknown = replace(cast[""], id=self.identities.number(), balance=None)
        playing = {role: player for role, player in cast.items() if role != BYSTANDER}
        standing = {role: player for role, player in cast.items() if role == BYSTANDER}
        return {**playing, UNKNOWN: unknown, **standing}

    def _with_near_ids(self, planned: Plan, cast: dict[str, Player]) -> Plan:
        """The plan with those near ids alone that may be sent. Raises NoPlayer, with the players returned."""
        try:
            return with_near_ids(planned, cast, self._players.ids, without_money=self._players.named)
        except NoPlayer:
            self._players.back(cast, {role: player.balance for role, player in cast.items()})
            raise

    def _lacking(self, scenario: Scenario) -> str:
        """The first operation of a scenario that was found to be absent. Empty if none is absent."""
        for word in _words(scenario):
            name = self._contract.words.get(word, "")
            if name and not self.capabilities.has(self._contract, name):
                return name
        return ""


def _words(scenario: Scenario) -> frozenset[str]:
    return frozenset(step.word for step in steps_of(scenario.steps))


class _Run:
    """The state of one run of one scenario."""

    def __init__(self, client: Client, cast: dict[str, Player], runner: Runner) -> None:
        self._client = client
        self._contract = client.contract
        self._cast = dict(cast)
        self._opening = cast
        self._games = runner.games
        self._limits = runner.limits
        self._identities = runner.identities
        self._capabilities = runner.capabilities
        self._tokens_may_be_spent = runner.tokens_may_be_spent
        self._token_spent = False
        self._exchanges: list[Exchange] = []
        self._moved: set[str] = set()
        self._sent: dict[int, Operation] = {}
        self._skipped = ""
        self._not_applicable: NotApplicable | None = None
        self._stopped = ""
        self.last_shown: dict[str, Amount | None] = {}

    @property
    def players(self) -> dict[str, Player]:
        """The players who took part, with their current sessions, and without a one-time token that may be used."""
        played = {role: player for role, player in self._cast.items() if role != UNKNOWN}
        if self._token_spent or any(spends_token(exchange) for exchange in self._exchanges):
            played[""] = replace(played[""], token="")
        return played

    def _was_spent(self, exchange: Exchange) -> bool:
        """True if a named player's token was refused at its first use. The wallet need not be at fault."""
        if not self._tokens_may_be_spent or not refuses_token(exchange, self._opening[""].token):
            return False
        return not any(spends_token(earlier) for earlier in self._exchanges)

    def history(self, scenario: Scenario) -> History:
        """The frozen history of the run."""
        played = [player for role, player in self._opening.items() if role != UNKNOWN]
        return History(
            contract=self._contract.name,
            scenario=scenario,
            players=tuple(played),
            exchanges=tuple(self._exchanges),
            skipped=self._skipped,
            not_applicable=self._not_applicable,
            stopped=self._stopped,
            unknown_games=frozenset({UNKNOWN_GAME}),
        )

    def everything(self, planned: Plan) -> None:
        """Perform the preparation, the steps, and the closing reads."""
        try:
            self._prepare(planned.bets, at_once=planned.families)
            for group in planned.groups:
                self._group(group)
        except _Broken as reason:
            self._stopped = self._stopped or str(reason)
        if not self._stopped:
            for role in self._cast:
                if role != UNKNOWN:
                    self._read(role, CLOSING)

    def read_again(self, players: Collection[str]) -> None:
        """Read the balances of these players once more, after the closing reads."""
        try:
            for role, player in self._cast.items():
                if player.id in players and role != UNKNOWN:
                    self._read(role, SETTLING)
        except _Broken as reason:
            self._stopped = str(reason)

    def _prepare(self, placed: Sequence[Placed], *, at_once: bool) -> None:
        """Place the bets that credits belong to. Many bets, or all if `at_once` is true, are placed in batches."""
        batches = self._contract.words.get("bet_batch", "")
        if len(placed) > (1 if at_once else MOST_SINGLE_BETS) and self._has("bet") and self._has("bet_batch"):
            for start in range(0, len(placed), BETS_IN_A_BATCH):
                bets = tuple(self._bet(each) for each in placed[start : start + BETS_IN_A_BATCH])
                self._send(Call(operation=BetBatch(items=bets), step=PREPARATION))
                if batches in self._capabilities.absent:
                    break
            else:
                return
        for each in placed:
            if self._has("bet"):
                self._send(Call(operation=self._bet(each), step=PREPARATION))
            if each.settles and self._has("pay"):
                self._send(Call(operation=self._lost(each), step=PREPARATION))

    def _has(self, word: str) -> bool:
        return self._capabilities.has(self._contract, self._contract.words.get(word, ""))

    def _bet(self, placed: Placed) -> Bet:
        player = self._cast[placed.role]
        return Bet(
            id=placed.id,
            player=player.id,
            currency=player.currency,
            session=player.session,
            amount=self._contract.wire_unit(player.currency),
            bet=placed.bet,
            round=f"round-{placed.bet}",
            game=self._games[0],
            kind=self._contract.kind_of("bet"),
        )

    def _lost(self, placed: Placed) -> Payout:
        """The settlement of a bet as lost, so that an unsettlement can follow."""
        player = self._cast[placed.role]
        return Payout(
            id=f"{placed.id[:-1]}z",
            player=player.id,
            currency=player.currency,
            session=player.session,
            amount=0,
            bet=self._contract.bet_reference(placed.id, placed.bet),
            kind=self._contract.kind_of("pay"),
            win=False,
        )

    def _group(self, group: Group) -> None:
        self._resolve_balances(group)
        calls = [self._call(send) for send in group.sends]
        alone = 0 if group.at_once else _one_by_one(group)
        for call in calls[:alone]:
            self._send(call)
        wave = self._limits.connections if group.at_once else min(self._limits.parallel, self._limits.connections)
        for start in range(alone, len(calls), wave):
            for exchange in self._client.race(calls[start : start + wave]):
                self._note(exchange)

    def _call(self, send: PlannedRequest) -> Call:
        operation = self._sent.get(id(send.bound)) if send.step.word == "resend" else None
        if operation is None:
            moment = Moment(self._contract, self._cast, self._known_balances(), self._games, self._has("bet"))
            operation = operation_of(send, moment)
            self._sent[id(send.bound)] = operation
        self._moved.update(bound.draft.player for bound in send.bound)
        return Call(
            operation=operation,
            alteration=alteration_of(send, operation, self._contract),
            loss=send.step.lost,
            step=send.index,
            line=send.step.line,
        )

    def _known_balances(self) -> dict[str, Amount]:
        return {role: shown for role, shown in self.last_shown.items() if shown is not None}

    def _resolve_balances(self, group: Group) -> None:
        """Read the balance if an amount depends on it and it may have changed since the last reading."""
        for send in group.sends:
            for bound in send.bound:
                role = bound.draft.player
                if not _depends_on_balance(bound.draft.amount) or role == UNKNOWN or send.step.word == "resend":
                    continue
                if role in self._moved or self.last_shown.get(role) is None:
                    self._read(role, send.index)
                    self._moved.discard(role)

    def _read(self, role: str, step: int) -> None:
        """Read a balance. The exchange has no line, because no line of the scenario requested it."""
        player = self._cast[role]
        name = self._contract.words.get("balance", "")
        operation: Operation = GetBalance(player=player.id, session=player.session)
        if not self._capabilities.has(self._contract, name):
            operation = zero_read(self._contract, player, self._identities.transaction_id(), self._games[0])
        exchange = self._send(Call(operation=operation, step=step))
        if exchange.absent and isinstance(operation, GetBalance):
            self._read(role, step)
            return
        reply = exchange.reply
        self.last_shown[role] = reply.items[0].balance if reply is not None and reply.items else None

    def _send(self, call: Call) -> Exchange:
        exchange = self._client.call(call)
        self._note(exchange)
        return exchange

    def _note(self, exchange: Exchange) -> None:
        if exchange.absent:
            self._capabilities.absent.add(exchange.name)
            if exchange.step >= 0 and not isinstance(exchange.operation, GetBalance):
                self._not_applicable = NotApplicable.OPERATION
                self._skipped = self._not_applicable.of(exchange.name)
                raise _Broken(self._skipped)
            return
        if self._was_spent(exchange):
            self._token_spent = True
            self._skipped = f"the wallet refuses the one-time token that was named for player {self._opening[''].id}: "
            self._skipped += "an earlier run may have used it; name a new one"
            raise _Broken(self._skipped)
        self._exchanges.append(exchange)
        if exchange.reply is not None and exchange.reply.session is not None and exchange.reply.session.session:
            self._cast[""] = replace(self._cast[""], session=exchange.reply.session.session)
        failure = exchange.transmission.failure
        if failure is not None and failure.kind in _GAVE_UP:
            raise _Broken(failure.detail)


def _one_by_one(group: Group) -> int:
    """How many requests of a group are sent one after the other: all, or the first ones of very many different credits.

    The sum of many credits does not depend on the order of their arrival. Sending them one by one to a distant wallet
    takes long.
    """
    credits_alone = all(send.word in {"pay", "settle"} and send.step.word != "resend" for send in group.sends)
    different = len({bound.id for send in group.sends for bound in send.bound}) == len(group.sends)
    return MOST_ONE_BY_ONE if credits_alone and different else len(group.sends)


def _depends_on_balance(amount: str) -> bool:
    return amount in {"everything", "more_than_everything", "half"}
