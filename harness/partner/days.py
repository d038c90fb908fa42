"""Days of one platform with one wallet, from the first login to the judgement of every account."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from harness.client import Client
from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, Contract, load
from harness.contracts.shared.day import Platform
from harness.examine import Examiner
from harness.model import Authenticate, GetBalance, History, Operation, Player, Scenario
from harness.money import SCALE
from harness.partner.clock import Clock
from harness.partner.line import ConnectionQuality, Line, WentSilent
from harness.play.players import BYSTANDER, NoPlayer, zero_read
from harness.play.runner import CLOSING
from harness.scenario.identities import Identities
from harness.scenario.needs import Needs
from harness.verdict import ScenarioResult

FUNDS = 40 * SCALE
"""First balance of each player in hundred-thousandths. It is too small for a whole day."""


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


def live_through(examiner: Examiner, wallet: WalletUnderTest, habits: Habits) -> Day:
    """Play the days with the wallet of the examiner and judge them.

    Raises NoPartner if the contract has no platform or there are too few players, and ProvisioningFailed.
    """
    contract = examiner.contract
    if contract.days is None:
        playable = " and ".join(name for name in BUNDLED if load(name).days is not None)
        raise NoPartner(f"the mock partner plays {playable}; {contract.name} has scenarios only")
    identities = Identities(wallet.seed, wallet.run_id, f"{wallet.contract}/partner")
    chance = random.Random(f"{wallet.seed}/partner/{contract.name}")
    cast = _cast(examiner, habits.players)
    opening = tuple(cast.values())
    line = Line(examiner.client, examiner.capabilities, habits.connection, chance)
    platform = _platform(cast, line, identities, wallet)
    stopped = ""
    try:
        platform.players = [_logged_in(player, line, contract) for player in platform.players]
        clock = Clock()
        for minute, course in contract.days(platform, habits.days, habits.rounds):
            clock.at(minute, course)
        clock.run(line.carry)
        for player in (*platform.players, *(each for role, each in cast.items() if role == BYSTANDER)):
            _read(player, line, identities)
    except WentSilent as silence:
        stopped = str(silence)
    history = History(
        contract=contract.name,
        scenario=_scenario(contract, habits),
        players=opening,
        exchanges=tuple(line.exchanges),
        stopped=stopped,
    )
    examiner.players.back(cast, {})
    return _day(examiner.judge(history.scenario, [history]), platform, line)


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


def _read(player: Player, line: Line, identities: Identities) -> None:
    """Ask for the balance until it is known. It is the closing balance of the day."""
    client: Client = line.client
    operation: Operation = GetBalance(player=player.id, session=player.session)
    if line.has(client.contract.words.get("balance", "")):
        line.send(operation, certainly=True, step=CLOSING)
    if not line.has(client.contract.words.get("balance", "")):
        line.send(zero_read(client.contract, player, identities.transaction_id()), certainly=True, step=CLOSING)


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
    )
