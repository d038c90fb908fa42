"""Days of one platform with one wallet, from the first login to the judgement of every account."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from harness.client import Call, Client
from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, Contract, load
from harness.contracts.shared.day import DAY, Platform
from harness.examine import Examiner
from harness.model import (
    CLOSING,
    SETTLING,
    Authenticate,
    Exchange,
    GetBalance,
    History,
    Operation,
    Player,
    Scenario,
)
from harness.money import SCALE
from harness.partner.clock import Clock
from harness.partner.line import LONGEST_DAY_SECONDS, ConnectionQuality, Line, WentSilent
from harness.play.players import BYSTANDER, NoPlayer, zero_read
from harness.play.recovery import Ask, Recovery
from harness.scenario.identities import Identities
from harness.scenario.needs import Needs
from harness.verdict import ScenarioResult

FUNDS = 40 * SCALE
"""First balance of each player in hundred-thousandths. It is too small for a whole day."""
MOST_DAYS_AFTER = 2
"""So many days after the last one the platform stops to repeat what has no answer that settles it."""


class NoPartner(Exception):
    """The days cannot be played. The text says why and how to correct it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """The size of the days: `rounds` (or bets) in each day, `players`, and the number of days."""

    players: int = 8
    rounds: int = 200
    days: int = 1
    connection: ConnectionQuality = field(default_factory=ConnectionQuality)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The result of the days: the judgement and the platform's records."""

    result: ScenarioResult
    counts: Mapping[str, int]
    turnover: Mapping[str, Mapping[str, int]]
    """By currency the sums of stakes, payouts, rollbacks and so on, in hundred-thousandths."""
    players: int
    requests: int
    lost: int
    repeated: int
    away: tuple[float, ...] = ()
    """How long the wallet was away, each time, in seconds."""


def live_through(examiner: Examiner, wallet: WalletUnderTest, habits: Habits) -> Day:
    """Play the days with the wallet of the examiner and judge them.

    Raises NoPartner if the contract has no platform or there are too few players, and ProvisioningFailed.
    """
    contract = examiner.contract
    if contract.days is None:
        playable = " and ".join(name for name in BUNDLED if load(name).days is not None)
        raise NoPartner(f"the mock partner plays {playable}; {contract.name} has scenarios only")
    days = _Days(examiner, wallet, habits)
    days.play()
    history = examiner.settling.settle(days.history, days.read_again)
    examiner.players.back(days.cast, {})
    return _day(examiner.judge(history.scenario, [history]), days.platform, days.line)


class _Days:
    """The days while they are played: who plays, what was sent, and why they were broken off."""

    def __init__(self, examiner: Examiner, wallet: WalletUnderTest, habits: Habits) -> None:
        """Find the players. Raises NoPartner and ProvisioningFailed."""
        self._contract = examiner.contract
        self._habits = habits
        self._identities = Identities(wallet.seed, wallet.run_id, f"{wallet.contract}/partner")
        self.cast = _cast(examiner, habits.players)
        chance = random.Random(f"{wallet.seed}/partner/{self._contract.name}")
        self.line = _line(examiner, wallet, habits, chance)
        self.platform = _platform(self.cast, self.line, self._identities, wallet)
        self._bystanders = [each for role, each in self.cast.items() if role == BYSTANDER]
        self._stopped = examiner.ended
        self.line.ask = _question(self.platform.players[0], self.line, self._identities)

    def play(self) -> None:
        """Play the days and read every balance. Nothing is played if the time was over in pre-flight."""
        if self._stopped:
            return
        try:
            self.platform.players = [_logged_in(each, self.line, self._contract) for each in self.platform.players]
            self._stopped = self._jobs_left()
            for player in (*self.platform.players, *self._bystanders):
                _read(player, self.line, self._identities, CLOSING)
        except WentSilent as silence:
            self._stopped = str(silence)

    def read_again(self, players: Collection[str]) -> None:
        """Read the balances of these players once more."""
        try:
            for player in (*self.platform.players, *self._bystanders):
                if player.id in players:
                    _read(player, self.line, self._identities, SETTLING)
        except WentSilent as silence:
            self._stopped = str(silence)

    def history(self) -> History:
        """Everything that was sent so far."""
        return History(
            contract=self._contract.name,
            scenario=_scenario(self._contract, self._habits),
            players=tuple(self.cast.values()),
            exchanges=tuple(self.line.exchanges),
            stopped=self._stopped,
        )

    def _jobs_left(self) -> str:
        """Run the agenda. Returns what the platform could not bring to an end, or an empty text. Raises WentSilent."""
        clock, habits = Clock(), self._habits
        if self._contract.days is not None:
            for minute, course in self._contract.days(self.platform, habits.days, habits.rounds):
                clock.at(minute, course)
        left = clock.run(self.line.carry, until=(habits.days + MOST_DAYS_AFTER) * DAY)
        jobs = "1 job of the platform is" if left == 1 else f"{left} jobs of the platform are"
        return f"{jobs} not done {MOST_DAYS_AFTER} days later: no answer settles what was sent" if left else ""


def _line(examiner: Examiner, wallet: WalletUnderTest, habits: Habits, chance: random.Random) -> Line:
    return Line(
        examiner.client,
        examiner.capabilities,
        habits.connection,
        chance,
        recovery=Recovery(wallet.recovery_seconds),
        seconds=wallet.run_seconds or LONGEST_DAY_SECONDS,
    )


def _question(player: Player, line: Line, identities: Identities) -> Ask:
    """A function that asks for the player's balance, which moves nothing, and records nothing."""
    contract = line.client.contract

    def ask(seconds: float) -> Exchange:
        operation: Operation = GetBalance(player=player.id, session=player.session)
        if not line.has(contract.words.get("balance", "")):
            operation = zero_read(contract, player, identities.transaction_id())
        return line.client.call(Call(operation=operation), time_out_seconds=seconds)

    return ask


def _platform(cast: Mapping[str, Player], line: Line, identities: Identities, wallet: WalletUnderTest) -> Platform:
    contract = line.client.contract
    return Platform(
        players=[player for role, player in cast.items() if role != BYSTANDER],
        games=wallet.games or contract.games,
        chance=line.chance,
        new_id=identities.transaction_id,
        has=lambda word: line.has(contract.words.get(word, "")),
        unit=contract.wire_unit,
        reference=contract.bet_reference,
        connections=wallet.limits.connections,
    )


def _cast(examiner: Examiner, wanted: int) -> dict[str, Player]:
    """Players of one currency, at most `wanted`, and a bystander if a further player is left."""
    for number in range(wanted, 0, -1):
        others = tuple(f"player {each}" for each in range(2, number + 1))
        try:
            return examiner.players.cast(Needs(balance=FUNDS, others=others, bets={}))
        except NoPlayer as error:
            reason = error
    raise NoPartner(f"nobody can play: {reason}")


def _logged_in(player: Player, line: Line, contract: Contract) -> Player:
    """The player with a session of the day, if the contract has a login and the player has a token for it."""
    if not player.token or not line.has(contract.words.get("authenticate", "")):
        return player
    reply = line.send(Authenticate(token=player.token), certainly=True).reply
    began = reply.session.session if reply is not None and reply.session is not None else ""
    return replace(player, session=began or player.session)


def _read(player: Player, line: Line, identities: Identities, step: int) -> None:
    """Ask for the balance until it is known. It is the closing balance of the day."""
    client: Client = line.client
    operation: Operation = GetBalance(player=player.id, session=player.session)
    if line.has(client.contract.words.get("balance", "")):
        line.send(operation, certainly=True, step=step)
    if not line.has(client.contract.words.get("balance", "")):
        line.send(zero_read(client.contract, player, identities.transaction_id()), certainly=True, step=step)


def _scenario(contract: Contract, habits: Habits) -> Scenario:
    days = "A day" if habits.days == 1 else f"{habits.days} days"
    return Scenario(
        id="partner/day",
        path="the mock partner",
        title=f"{days} of the platform: every account holds what was promised to it",
        requirements={contract.name: contract.conservation.id},
    )


def _day(result: ScenarioResult, platform: Platform, line: Line) -> Day:
    return Day(
        result=result,
        counts=Counter(platform.counts),
        turnover={currency: Counter(each) for currency, each in platform.turnover.items()},
        players=len(platform.players),
        requests=len(line.exchanges),
        lost=line.lost,
        repeated=line.repeated,
        away=tuple(line.away),
    )
