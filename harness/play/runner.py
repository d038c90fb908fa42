"""Carries a scenario out and records what happened. It never judges.

A run first prepares the players and the bets that credits belong to. It then sends the scenario's steps. It ends by
reading the balance of every player who took part, and of a bystander who did not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from harness.client import Call, Client, unix_ms
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
    Overlaps,
    Player,
    Scenario,
    Step,
)
from harness.play.abilities import Capabilities
from harness.play.bind import UNKNOWN_GAME, Moment, alteration_of, operation_of
from harness.play.body_limit import Capacity, is_too_large
from harness.play.near_players import with_near_ids
from harness.play.placed_bets import bet_of, lost_of
from harness.play.players import BYSTANDER, NoPlayer, Players, zero_read
from harness.play.restarts import Repetitions, RestartFailed, Restarts
from harness.play.sending import Patience, PatientSending, WalletGone
from harness.play.settling import Settling
from harness.play.tokens import is_refused_login, refuses_token, spends_token
from harness.play.waves import one_by_one
from harness.scenario.estimates import needs_of, steps_of, takes_everything
from harness.scenario.identities import Identities
from harness.scenario.plan import Group, Placed, Plan, PlannedRequest, plan
from harness.scenario.smallest_amounts import smallest
from harness.scenario.words import UNKNOWN

__all__ = ["CLOSING", "PREPARATION", "Capabilities", "Runner", "needs_of", "zero_read"]

FEWEST_FOR_A_RACE = 2
MOST_SINGLE_BETS = 50
"""The most preparatory bets that are placed one by one. More are placed in batches, because each request takes time."""
BETS_IN_A_BATCH = 100
"""The number of bets in a preparatory batch, far below what a nightly batch must hold."""
_GAVE_UP = (FailureKind.UNREACHABLE, FailureKind.TIME_OUT, FailureKind.TLS)


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
        patience: Patience | None = None,
        restarts: Restarts | None = None,
        now_ms: Callable[[], int] = unix_ms,
    ) -> None:
        """Prepare a runner.

        * `games` are game ids that the wallet knows. Without any, those of the contract are used.
        * `settling` decides which balances are read again. Without it, none is.
        * Without `patience` nothing is waited for.
        * `restarts` restarts the wallet where a scenario wants it, and `now_ms` is the clock for late repetitions.
        """
        self._client = client
        self._contract = client.contract
        self._players = players
        self.identities = identities
        self.limits = limits or Limits()
        self.games = tuple(games) or self._contract.games
        self.capabilities = capabilities or Capabilities()
        self.patience = patience or Patience()
        self.capacity = Capacity(client)
        self._settling = settling
        self.restarts = restarts or Restarts()
        self.now_ms = now_ms

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
        # A named player has one token, and other scenarios need those of the other players.
        once = once or (self._players.named and "authenticate" in _words(scenario))
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
        run = _Run(self._client, self._with_strangers(cast), self, scenario)
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


def _counts_sendings(step: Step) -> bool:
    """True if the step sends one transaction a certain number of times."""
    return bool(step.times) and (step.word == "resend" or any(draft.id for draft in step.drafts))


def _words(scenario: Scenario) -> frozenset[str]:
    return frozenset(step.word for step in steps_of(scenario.steps))


class _Run:
    """The state of one run of one scenario."""

    def __init__(self, client: Client, cast: dict[str, Player], runner: Runner, scenario: Scenario) -> None:
        self._sending = PatientSending(client, runner.patience, scenario.id, lambda: self._reading(""))
        self._counted = any(_counts_sendings(step) for step in steps_of(scenario.steps))
        self._contract = client.contract
        self._cast = dict(cast)
        self._opening = cast
        self._games = runner.games
        self._limits = runner.limits
        self._identities = runner.identities
        self._capabilities = runner.capabilities
        self._restarts = runner.restarts
        self._repetitions = Repetitions(runner.now_ms)
        self._tokens_may_be_spent = runner.tokens_may_be_spent
        self._token_spent = False
        self._exchanges: list[Exchange] = []
        self._moved: set[str] = set()
        self._sent: dict[int, Operation] = {}
        self._overlaps = Overlaps()
        self._skipped = ""
        self._not_applicable: NotApplicable | None = None
        self._stopped = ""
        self._ended = ""
        self._largest_body: int | None = None
        self._capacity = runner.capacity
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
            ended=self._ended,
            outage=self._sending.outage,
            largest_body=self._largest_body,
            unknown_games=frozenset({UNKNOWN_GAME}),
        )

    def everything(self, planned: Plan) -> None:
        """Perform the preparation, the steps, and the closing reads."""
        try:
            self._prepare(planned.bets)
            for group in planned.groups:
                self._group(group)
            for role in self._cast:
                if role != UNKNOWN:
                    self._read(role, CLOSING)
        except _Broken as reason:
            self._stopped = str(reason)
        except WalletGone as reason:
            self._stopped = self._ended = str(reason)

    def read_again(self, players: Collection[str]) -> None:
        """Read the balances of these players once more, after the closing reads."""
        try:
            for role, player in self._cast.items():
                if player.id in players and role != UNKNOWN:
                    self._read(role, SETTLING)
        except _Broken as reason:
            self._stopped = str(reason)
        except WalletGone as reason:
            self._stopped = self._ended = str(reason)

    def _prepare(self, placed: Sequence[Placed]) -> None:
        """Place the bets that credits belong to. Many bets are placed in batches if the wallet has that operation."""
        batches = self._contract.words.get("bet_batch", "")
        if len(placed) > MOST_SINGLE_BETS and self._has("bet") and self._has("bet_batch"):
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
            if each.settles and self._has("pay") and self._capabilities.takes_zero:
                self._send(Call(operation=lost_of(each, self._cast[each.role], self._contract), step=PREPARATION))

    def _has(self, word: str) -> bool:
        return self._capabilities.has(self._contract, self._contract.words.get(word, ""))

    def _bet(self, placed: Placed) -> Bet:
        return bet_of(placed, self._cast[placed.role], self._contract, self._games[0])

    def _group(self, group: Group) -> None:
        if group.restarts:
            self._restart()
        self._resolve_balances(group)
        calls = [self._call(send) for send in group.sends]
        alone = 0 if group.at_once else one_by_one(group)
        for call, send in zip(calls[:alone], group.sends, strict=False):
            self._send(call, counted=self._counted)
            if self._overlaps.refused_last and not send.step.times:
                # The first sending may have run until now. Another one shows its fate. No line of the scenario asks it.
                self._send(replace(call, line=0), counted=self._counted)
        wave = self._limits.connections if group.at_once else min(self._limits.parallel, self._limits.connections)
        for start in range(alone, len(calls), wave):
            for exchange in sorted(self._sending.race(calls[start : start + wave]), key=is_refused_login):
                self._note(exchange)

    def _restart(self) -> None:
        """Restart the wallet. The sessions of players may have ended then."""
        try:
            self._repetitions.restarts += self._restarts.restart()
        except RestartFailed as error:
            raise _Broken(str(error)) from None

    def _call(self, send: PlannedRequest) -> Call:
        operation = self._sent.get(id(send.bound)) if send.step.word == "resend" else None
        late = None if operation is None else self._repetitions.late(operation)
        if operation is None:
            moment = Moment(self._contract, self._cast, self._known_balances(), self._games, self._has("bet"))
            operation = operation_of(send, moment)
            self._sent[id(send.bound)] = operation
        self._repetitions.note(operation)
        self._moved.update(bound.draft.player for bound in send.bound)
        return Call(
            operation=operation,
            alteration=alteration_of(send),
            loss=send.step.lost,
            step=send.index,
            line=send.step.line,
            late=late,
            session_in_doubt=self._repetitions.restarts > 0,
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
        operation = self._reading(role)
        # The bystander is older than this scenario, so an earlier restart may have ended its session.
        in_doubt = (self._restarts.count if role == BYSTANDER else self._repetitions.restarts) > 0
        exchange = self._send(Call(operation=operation, step=step, session_in_doubt=in_doubt))
        if exchange.absent and isinstance(operation, GetBalance):
            self._read(role, step)
            return
        if in_doubt and exchange.reply is not None and not exchange.reply.accepted:
            zero = zero_read(self._contract, self._cast[role], self._identities.transaction_id(), self._games[0])
            exchange = self._send(Call(operation=zero, step=step, session_in_doubt=True))
        reply = exchange.reply
        self.last_shown[role] = reply.items[0].balance if reply is not None and reply.items else None

    def _reading(self, role: str) -> Operation:
        """The request that shows a player's balance: the balance operation, or a transaction of amount 0."""
        player = self._cast[role]
        if self._has("balance"):
            return GetBalance(player=player.id, session=player.session)
        return zero_read(self._contract, player, self._identities.transaction_id(), self._games[0])

    def _send(self, call: Call, *, counted: bool = False) -> Exchange:
        found = self._sending.call(call, counted=counted)
        for exchange in found:
            self._note(exchange)
        return found[-1]

    def _note(self, exchange: Exchange) -> None:
        self._overlaps.add(len(self._exchanges), exchange)
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
        if is_too_large(exchange):
            self._largest_body = self._capacity.measured(exchange, lambda: self._reading(""))
        if exchange.reply is not None and exchange.reply.session is not None and exchange.reply.session.session:
            self._cast[""] = replace(self._cast[""], session=exchange.reply.session.session)
        failure = exchange.transmission.failure
        if failure is not None and failure.kind in _GAVE_UP and not exchange.repeated:
            raise _Broken(failure.detail)


def _depends_on_balance(amount: str) -> bool:
    return amount in {"everything", "more_than_everything", "half"}
