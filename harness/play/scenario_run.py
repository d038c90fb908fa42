"""One run of one scenario against a wallet: its requests, their answers, and what is known of the players meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from harness.client import Call, Client
from harness.model import (
    CLOSING,
    PREPARATION,
    SETTLING,
    Alteration,
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
    Outcome,
    Overlaps,
    Player,
    Scenario,
    Step,
)
from harness.play.abilities import Capabilities
from harness.play.bind import UNKNOWN_GAME, Moment, alteration_of, operation_of
from harness.play.body_limit import Capacity, is_too_large
from harness.play.disturbances import lost_in_wave
from harness.play.longest_ids import LENGTHS, LongestIds, beyond_limit, fitted_to, is_refused
from harness.play.placed_bets import bet_of, lost_of
from harness.play.players import BYSTANDER, zero_read
from harness.play.restarts import Repetitions, RestartFailed, Restarts
from harness.play.sending import Patience, PatientSending, WalletGone
from harness.play.settling import Waits
from harness.play.tokens import is_refused_login, refuses_token, spends_token
from harness.play.waves import one_by_one
from harness.scenario.estimates import steps_of
from harness.scenario.identities import Identities
from harness.scenario.plan import BETS_IN_A_BATCH, MOST_SINGLE_BETS, Group, Placed, Plan, PlannedRequest
from harness.scenario.words import UNKNOWN

_GAVE_UP = (FailureKind.UNREACHABLE, FailureKind.TIME_OUT, FailureKind.TLS)


class _Broken(Exception):
    """The run of a scenario cannot continue. The text gives the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What all runs of one runner share.

    * `games`: game ids that the wallet knows.
    * `now_ms`: the clock for late repetitions, in Unix milliseconds.
    * `tokens_may_be_spent`: an earlier run may have used a one-time token. Only using the token would show it.
    """

    client: Client
    identities: Identities
    limits: Limits
    games: tuple[str, ...]
    capabilities: Capabilities
    patience: Patience
    capacity: Capacity
    longest: LongestIds
    restarts: Restarts
    waits: Waits
    now_ms: Callable[[], int]
    tokens_may_be_spent: bool


class ScenarioRun:
    """The state of one run of one scenario."""

    def __init__(self, context: RunContext, cast: dict[str, Player], scenario: Scenario) -> None:
        self._context = context
        self._contract = context.client.contract
        self._sending = PatientSending(context.client, context.patience, scenario.id, lambda: self._reading(""))
        self._longest = 0
        """The most characters of an id that the wallet takes. 0 while no limit is known."""
        self._counted = any(_counts_sendings(step) for step in steps_of(scenario.steps))
        self._cast = dict(cast)
        self._opening = cast
        self._repetitions = Repetitions(context.now_ms)
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
        if not self._context.tokens_may_be_spent or not refuses_token(exchange, self._opening[""].token):
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
            waited_ms=self._sending.waited_ms,
            largest_body=self._largest_body,
            unknown_games=frozenset({UNKNOWN_GAME}),
        )

    def everything(self, planned: Plan, *, reads_bystander: bool = True) -> None:
        """Perform the preparation, the steps, and the closing reads.

        Without a reading, the bystander's balance counts as unchanged until a later run reads it.
        """
        try:
            self._prepare(planned.bets, at_once=planned.families)
            for group in planned.groups:
                self._group(group)
            for role, player in self._cast.items():
                if role == BYSTANDER and not reads_bystander:
                    self.last_shown[role] = player.balance
                elif role != UNKNOWN:
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

    def _prepare(self, placed: Sequence[Placed], *, at_once: bool) -> None:
        """Place the bets that credits belong to. Many bets, or all if `at_once` is true, are placed in batches."""
        batches = self._contract.words.get("bet_batch", "")
        if len(placed) > (1 if at_once else MOST_SINGLE_BETS) and self._has("bet") and self._has("bet_batch"):
            for start in range(0, len(placed), BETS_IN_A_BATCH):
                bets = tuple(self._bet(each) for each in placed[start : start + BETS_IN_A_BATCH])
                self._send(Call(operation=BetBatch(items=bets), step=PREPARATION))
                if batches in self._context.capabilities.absent:
                    break
            else:
                return
        for each in placed:
            if self._has("bet"):
                self._send(Call(operation=self._bet(each), step=PREPARATION))
            if each.settles and self._has("pay") and self._context.capabilities.takes_zero:
                self._send(Call(operation=lost_of(each, self._cast[each.role], self._contract), step=PREPARATION))

    def _has(self, word: str) -> bool:
        return self._context.capabilities.has(self._contract, self._contract.words.get(word, ""))

    def _bet(self, placed: Placed) -> Bet:
        return bet_of(placed, self._cast[placed.role], self._contract, self._context.games[0])

    def _group(self, group: Group) -> None:
        if group.restarts:
            self._restart()
        self._resolve_balances(group)
        calls = [self._call(send) for send in group.sends]
        alone = 0 if group.at_once else one_by_one(group)
        for call, send in zip(calls[:alone], group.sends, strict=False):
            counted = self._counted and _names_its_transactions(send.step)
            exchange = self._send(call, counted=counted)
            if self._has_too_long_an_id(exchange, send):
                self._send(replace(call, operation=self._operation(send)), counted=counted)
            if self._overlaps.refused_last and not send.step.times:
                self._ask_for_its_fate(call)
        wave = (
            self._context.limits.connections
            if group.at_once
            else min(self._context.limits.parallel, self._context.limits.connections)
        )
        for start in range(alone, len(calls), wave):
            self._release(calls[start : start + wave], at_once=group.at_once)

    def _release(self, calls: Sequence[Call], *, at_once: bool) -> None:
        """Send requests together. If that only saves time, those that were sent in vain are sent again afterwards."""
        released = self._sending.race(calls)
        in_vain = [False] * len(calls) if at_once else lost_in_wave(released, self._context.patience.in_vain)
        noted = [
            replace(each, repeated=True, problems=()) if lost else each
            for each, lost in zip(released, in_vain, strict=True)
        ]
        for exchange in sorted(noted, key=is_refused_login):
            self._note(exchange)
        for call, lost in zip(calls, in_vain, strict=True):
            if lost:
                self._send(call)

    def _has_too_long_an_id(self, exchange: Exchange, send: PlannedRequest) -> bool:
        """True if the request was refused for the length of an id. It is marked so, and shorter ids are used then."""
        sent = (each for each in fitted_to(send.bound, self._longest) if each.draft.shape)
        length = max((len(each.id) for each in sent), default=0)
        if not is_refused(exchange) or exchange.alteration != Alteration() or length <= max(self._longest, LENGTHS[-1]):
            return False
        longest = self._context.longest.below(length, self._zero_with_id)
        if not longest:
            return False
        self._longest = longest
        self._exchanges[-1] = beyond_limit(exchange, length)
        return True

    def _zero_with_id(self, length: int) -> Operation:
        """A transaction of amount 0 with an id of that length."""
        plain = self._context.identities.transaction_id()
        return zero_read(self._contract, self._cast[""], f"{plain:x<{length}}", self._context.games[0])

    def _ask_for_its_fate(self, call: Call) -> None:
        """Send a refused request again, whose first sending may have run until now. No line of the scenario asks it."""

        def again() -> bool:
            found = self._send(replace(call, line=0), counted=self._counted)
            return found.answer.outcome is Outcome.INSUFFICIENT_FUNDS

        again()
        self._context.waits.until(lambda: self._overlaps.refused_last, again)

    def _restart(self) -> None:
        """Restart the wallet. The sessions of players may have ended then."""
        try:
            self._repetitions.restarts += self._context.restarts.restart()
        except RestartFailed as error:
            raise _Broken(str(error)) from None

    def _call(self, send: PlannedRequest) -> Call:
        operation = self._sent.get(id(send.bound)) if send.step.word == "resend" else None
        late = None if operation is None else self._repetitions.late(operation)
        if operation is None:
            operation = self._operation(send)
        self._repetitions.note(operation)
        self._moved.update(bound.draft.player for bound in send.bound)
        return Call(
            operation=operation,
            alteration=alteration_of(send, operation, self._contract),
            loss=send.step.lost,
            step=send.index,
            line=send.step.line,
            late=late,
            session_in_doubt=self._repetitions.restarts > 0,
        )

    def _operation(self, send: PlannedRequest) -> Operation:
        """The operation of a planned request, with ids that the wallet takes."""
        moment = Moment(self._contract, self._cast, self._known_balances(), self._context.games, self._has("bet"))
        fitting = replace(send, bound=fitted_to(send.bound, self._longest)) if self._longest else send
        operation = self._sent[id(send.bound)] = operation_of(fitting, moment)
        return operation

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
        in_doubt = (self._context.restarts.count if role == BYSTANDER else self._repetitions.restarts) > 0
        exchange = self._send(Call(operation=operation, step=step, session_in_doubt=in_doubt))
        if exchange.absent and isinstance(operation, GetBalance):
            self._read(role, step)
            return
        if in_doubt and exchange.reply is not None and not exchange.reply.accepted:
            zero = zero_read(
                self._contract, self._cast[role], self._context.identities.transaction_id(), self._context.games[0]
            )
            exchange = self._send(Call(operation=zero, step=step, session_in_doubt=True))
        reply = exchange.reply
        self.last_shown[role] = reply.items[0].balance if reply is not None and reply.items else None

    def _reading(self, role: str) -> Operation:
        """The request that shows a player's balance: the balance operation, or a transaction of amount 0."""
        if self._has("balance"):
            return GetBalance(player=self._cast[role].id, session=self._cast[role].session)
        return self._zero(role)

    def _zero(self, role: str) -> Operation:
        """A transaction of amount 0, whose answer shows a player's balance."""
        return zero_read(
            self._contract, self._cast[role], self._context.identities.transaction_id(), self._context.games[0]
        )

    def _send(self, call: Call, *, counted: bool = False) -> Exchange:
        found = self._sending.call(call, counted=counted)
        for exchange in found:
            self._note(exchange)
        return found[-1]

    def _note(self, exchange: Exchange) -> None:
        self._overlaps.add(len(self._exchanges), exchange)
        if exchange.absent:
            self._context.capabilities.absent.add(exchange.name)
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
            self._largest_body = self._context.capacity.measured(exchange, lambda: self._reading(""))
        if exchange.reply is not None and exchange.reply.session is not None and exchange.reply.session.session:
            self._cast[""] = replace(self._cast[""], session=exchange.reply.session.session)
        failure = exchange.transmission.failure
        if failure is not None and failure.kind in _GAVE_UP and not exchange.repeated:
            raise _Broken(failure.detail)


def _depends_on_balance(amount: str) -> bool:
    return amount in {"everything", "more_than_everything", "half"}


def _names_its_transactions(step: Step) -> bool:
    """True if other steps may send the same transactions. Those of all other steps occur nowhere else."""
    return step.word == "resend" or any(draft.id for draft in step.drafts)


def _counts_sendings(step: Step) -> bool:
    """True if the step sends one transaction a certain number of times."""
    return bool(step.times) and (step.word == "resend" or any(draft.id for draft in step.drafts))
