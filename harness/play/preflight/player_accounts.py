"""Checks the players: that provisioning makes them, that named players match their description, and their balances."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from harness import money
from harness.client import Carrier
from harness.config import WalletUnderTest
from harness.contracts import Contract
from harness.inert import clipped
from harness.model import Amount, Exchange, Outcome, Player
from harness.play.players import CommandPlayers, NoPlayer, ProvisionedPlayers, ProvisioningFailed
from harness.play.preflight.asking import Asking, accepted, answer
from harness.play.preflight.credentials import PLAYERS, Trusted
from harness.play.preflight.findings import ConfigurationProblem, Holding, StageLog
from harness.scenario.identities import Identities

PROVISIONING = "provisioning"
OPENING = 10 * money.SCALE
"""The balance that is requested for a provisioned player, in hundred-thousandths."""
_MOST_SHOWN = 5


def provisioned(
    wallet: WalletUnderTest, contract: Contract, provision: Carrier | None, identities: Identities, stages: StageLog
) -> Player:
    """A player that the provisioning address or command has made. Raises ConfigurationProblem."""
    try:
        source = (
            ProvisionedPlayers(contract.name, provision.send, identities, token=wallet.provision_token)
            if provision is not None
            else CommandPlayers(contract.name, wallet.provision_command, identities)
        )
        player = source.player(currency="", balance=OPENING, exactly=True)
    except (ProvisioningFailed, NoPlayer) as error:
        at = f"at {wallet.provision_url.rstrip('/')} " if wallet.provision_url else ""
        text = f"{error} (asked {at}for a player of {contract.name})"
        raise ConfigurationProblem(text, stage=PROVISIONING) from None
    warnings = (
        []
        if player.expired_session
        else ["provisioning gives no expiredSessionId: scenarios of ended sessions are skipped"]
    )
    stages.passed(PROVISIONING, f"makes players: {player.id} with {_shown(OPENING, player.currency)}", *warnings)
    return player


def named(wallet: WalletUnderTest, contract: Contract) -> Player:
    """The first player that the user named. Raises ConfigurationProblem if there is none."""
    if not wallet.players:
        raise ConfigurationProblem(
            f"no players for {contract.name}: give --wallet-provision URL, or name players that exist with "
            "--wallet-player id=...,currency=EUR,session=...",
            stage=PLAYERS,
        )
    return wallet.players[0]


# ---------------------------------------------------------------------------------------------------------------------
# A provisioned player


def shows_what_was_made(asking: Asking, trusted: Trusted, stages: StageLog) -> tuple[Holding, ...]:
    """Check that the wallet shows the balance that provisioning was asked for.

    Raises ConfigurationProblem if provisioning seems to make players of another wallet. If the wallet merely shows
    wrong balances, its movements do not match either. That is no configuration problem, and the scenarios report it.
    """
    player = trusted.player
    held = _balance(asking, trusted.player, trusted.zero)
    if player.balance is not None:
        player = replace(player, balance=player.balance + asking.moved)
    holding = Holding(player=player.id, currency=player.currency, balance=held)
    if held is None:
        stages.passed(PLAYERS, f"{player.id} was provisioned; the wallet shows no balance that can be read")
        return (holding,)
    if held == player.balance:
        stages.passed(
            PLAYERS, f"the wallet shows {_shown(held, player.currency)} for {player.id}, {_why(asking, player)}"
        )
        return (holding,)
    made = f"player {player.id}, who was made with {_shown(trusted.player.balance, player.currency)}"
    if asking.moved:
        made += f" and has {_shown(player.balance, player.currency)} after what pre-flight has {_moved(asking, player)}"
    description = f"shows {_shown(held, player.currency)} for {made}"
    # A balance that is off by less than a unit is the wallet's own mistake, and no other wallet's player.
    unit = asking.contract.wire_unit(player.currency)
    near = player.balance is not None and -unit < held - player.balance < unit
    if not near and _moves_as_shown(asking, player, held):
        address = asking.wallet.provision_url.rstrip("/") or "the provisioning command"
        raise ConfigurationProblem(
            f"the wallet {description}: check that {address} makes players of this very wallet",
            stage=PLAYERS,
        )
    stages.passed(PLAYERS, f"{player.id} was provisioned", f"the wallet {description}")
    return (holding,)


def _why(asking: Asking, player: Player) -> str:
    """Why a balance is right: it is what provisioning was asked for, and what pre-flight has moved since."""
    if not asking.moved:
        return "as provisioning was asked for"
    asked = _shown(OPENING, player.currency)
    return f"which is the {asked} of provisioning and what pre-flight has {_moved(asking, player)}"


def _moved(asking: Asking, player: Player) -> str:
    moved = asking.moved if asking.moved > 0 else -asking.moved
    return f"{'credited' if asking.moved > 0 else 'debited'} ({_shown(moved, player.currency)})"


def _moves_as_shown(asking: Asking, player: Player, held: Amount) -> bool:
    """True if the balance is stable and a movement changes it by exactly its amount.

    Such a wallet keeps correct balances, so the player probably belongs to another wallet.
    """
    still = _balance_of(asking.shown(player))
    if still != held:
        return False
    moved = asking.ask(asking.smallest(player))
    unit = asking.contract.wire_unit(player.currency)
    if not accepted(moved):
        return held < unit and answer(moved).outcome is Outcome.INSUFFICIENT_FUNDS
    after = answer(moved).balance
    return after is not None and abs(after - held) == unit


# ---------------------------------------------------------------------------------------------------------------------
# Named players


def as_named(asking: Asking, trusted: Trusted, stages: StageLog) -> tuple[Holding, ...]:
    """Check that the wallet knows every named player, in the named currency and with a live session.

    Raises ConfigurationProblem with the problems of all players.
    """
    if twice := [name for name, count in Counter(each.id for each in asking.wallet.players).items() if count > 1]:
        raise ConfigurationProblem(f"player {twice[0]} is named twice: name each player once", stage=PLAYERS)
    holdings, wrong, odd = [], [], []
    for number, each in enumerate(asking.wallet.players):
        player, zero = (trusted.player, trusted.zero) if number == 0 else _met(asking, each)
        read = asking.balance(player)
        if complaint := _complaint(asking, player, zero, read):
            wrong.append(complaint)
        if contradiction := _contradiction(asking, player, read):
            odd.append(contradiction)
        held = _balance_of(read if read is not None and accepted(read) else zero)
        holdings.append(Holding(player=each.id, currency=each.currency, balance=held))
    if wrong:
        raise ConfigurationProblem("; ".join(wrong), stage=PLAYERS)
    listed = ", ".join(f"{each.player} has {_shown(each.balance, each.currency)}" for each in holdings[:_MOST_SHOWN])
    more = f", and {len(holdings) - _MOST_SHOWN} more" if len(holdings) > _MOST_SHOWN else ""
    stages.passed(PLAYERS, listed + more, *odd, *_wanting(asking, holdings))
    return tuple(holdings)


def _met(asking: Asking, player: Player) -> tuple[Player, Exchange]:
    if asking.knows_bets_only and not player.bets:
        player = asking.with_known_bet(player) or player
    return player, asking.shown(player)


def _complaint(asking: Asking, player: Player, zero: Exchange, read: Exchange | None) -> str:
    """The problem of a named player. Empty if there is none."""
    name = f"player {player.id}"
    if zero.reply is None:
        return f"the wallet gives no usable answer about {name}: see its log"
    for each in (zero, read):
        if each is not None and answer(each).outcome is Outcome.INVALID_SESSION:
            code = asking.code_of(each)
            return f"the session of {name} is not live ({code}): log the player in, and give the new session"
    code = asking.code_of(zero)
    if answer(zero).outcome is Outcome.WRONG_CURRENCY:
        return f"the account of {name} is not in {player.currency} ({code}): name its currency"
    if answer(zero).outcome is Outcome.UNKNOWN_PLAYER:
        return f"the wallet does not know {name} ({code}): name one that exists"
    if not accepted(zero):
        return f"the wallet refuses {zero.name} of {name} ({code}): check the player's id, currency and session"
    return ""


def _contradiction(asking: Asking, player: Player, read: Exchange | None) -> str:
    """A contradiction between a player's accepted transaction and the balance operation. Empty if there is none.

    The wallet itself may be wrong, so this is only a warning.
    """
    if read is None:
        return ""
    if not accepted(read):
        code = asking.code_of(read) if read.reply is not None else "no usable answer"
        return f"{read.name} of player {player.id} is refused ({code}), though a transaction of the player is taken"
    currency = answer(read).currency
    if currency is None or currency == player.currency:
        return ""
    return f"the balance of player {player.id} is shown in {clipped(currency, 10)!r}, though {player.currency} is taken"


def _wanting(asking: Asking, holdings: list[Holding]) -> list[str]:
    players = asking.wallet.players
    found = []
    empty = [each.player for each in holdings if each.balance == 0]
    if empty:
        found.append(f"without funds: player {', '.join(empty[:_MOST_SHOWN])}")
    if all(not each.expired_session for each in players):
        found.append("no player has an expired_session: scenarios of ended sessions are skipped")
    if missing := [each.id for each in players if not each.session]:
        found.append(f"without a session: player {', '.join(missing[:_MOST_SHOWN])}")
    if len(players) == 1:
        found.append("one player only: nobody stands by who must stay untouched, and scenarios of two are skipped")
    return found


def _balance(asking: Asking, player: Player, zero: Exchange) -> Amount | None:
    read = asking.balance(player)
    return _balance_of(read) if read is not None and accepted(read) else _balance_of(zero)


def _balance_of(exchange: Exchange) -> Amount | None:
    return answer(exchange).balance if accepted(exchange) else None


def _shown(amount: Amount | None, currency: str) -> str:
    return "no balance that can be read" if amount is None else money.show(amount, currency)
