"""Finds out which operations the wallet has, by calls that move no money, and whether it supports deduction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.config import WalletUnderTest
from harness.model import (
    OPERATION_OF,
    Authenticate,
    Bet,
    BetBatch,
    Exchange,
    GetBalance,
    Operation,
    Payout,
    Player,
    Retry,
    Reward,
    Rollback,
)
from harness.play.preflight.absence import may_mean_absence
from harness.play.preflight.asking import Asking, accepted
from harness.play.preflight.findings import Holding, StageLog

CAPABILITIES = "capabilities"


def _bet(asking: Asking, player: Player) -> Operation:
    return asking.bet(player, 0)


def _bet_batch(asking: Asking, player: Player) -> Operation:
    return BetBatch(items=(asking.bet(player, 0),))


def _payout(asking: Asking, player: Player) -> Payout:
    lost = asking.bet(player, 0)
    reference = player.bets[0] if player.bets else asking.contract.bet_reference(lost.id, lost.bet)
    return Payout(
        id=asking.new_id(),
        player=player.id,
        currency=player.currency,
        amount=0,
        session=player.session,
        bet=reference,
        round=lost.round,
        game=lost.game,
        kind=asking.contract.kind_of("pay"),
        win=False,
    )


def _retry(asking: Asking, player: Player) -> Operation:
    return Retry(items=(_payout(asking, player),))


def _reward(asking: Asking, player: Player) -> Operation:
    like = asking.bet(player, 0)
    return Reward(
        id=like.id,
        player=player.id,
        currency=player.currency,
        amount=0,
        session=player.session,
        bet=f"bonus-{like.id}",
        game=like.game,
        kind=asking.contract.kind_of("reward"),
    )


def _rollback(asking: Asking, player: Player) -> Operation:
    """A rollback of a bet that was never placed."""
    never = asking.bet(player, 0)
    return Rollback(id=asking.new_id(), original=never.id, bet=never.bet, player=player.id, session=player.session)


HARMLESS: Mapping[type, Callable[[Asking, Player], Operation]] = {
    GetBalance: lambda _, player: GetBalance(player=player.id, session=player.session),
    Bet: _bet,
    BetBatch: _bet_batch,
    Payout: _payout,
    Retry: _retry,
    Reward: _reward,
    Rollback: _rollback,
    Authenticate: lambda asking, _: Authenticate(token=f"no-such-token-{asking.new_id()}"),
}
"""An operation by its type. It moves no money, whatever the wallet does with it."""


@dataclass(frozen=True, slots=True)
class OperationsFound:
    """The operations that the wallet lacks, and those that have proved to exist."""

    absent: tuple[str, ...]
    existing: tuple[str, ...]


def operations(asking: Asking, player: Player, stages: StageLog) -> OperationsFound:
    """Find out which operations the wallet has.

    It lacks those that are declared absent, and those that it answers as a path that does not exist.
    """
    specs, lacks = asking.contract.specs, asking.wallet.lacks
    lacking = {each for each in lacks if each in specs and not specs[each].core}
    existing: list[str] = []
    warnings, refusing = [], []
    word_for = {kind: word for word, kind in OPERATION_OF.items()}
    for kind, operation in HARMLESS.items():
        name = asking.has(word_for[kind])
        tried = _tried(asking, name, operation(asking, player)) if name and not specs[name].core else None
        if tried is None:
            continue
        if asking.is_absent(tried):
            continue
        if tried.transmission.received is not None:
            existing.append(name)
        if tried.reply is None:
            warnings.append(f"{name} gives no usable answer to a harmless call: {_failing(tried)}")
        elif may_mean_absence(tried.transmission.received):
            refusing.append(name)
    lacking |= asking.absent
    has = ", ".join(name for name in specs if name not in lacking)
    without = f"; lacks {', '.join(sorted(lacking))}" if lacking else ""
    if asking.has("authenticate") not in {"", *lacking} and not _has_token(asking.wallet):
        warnings.append("no player has a one-time token: scenarios that log in are skipped")
    stages.passed(CAPABILITIES, f"has {has}{without}{_refusing(refusing)}", *warnings)
    return OperationsFound(tuple(sorted(lacking)), tuple(existing))


def _refusing(names: Sequence[str]) -> str:
    """What is said of operations that refused with a status that may mean absence."""
    if not names:
        return ""
    few = len(names) == 1
    return (
        f"; {', '.join(names)} answer{'s' if few else ''} as a path that does not exist is not answered, so "
        f"{'it exists' if few else 'they exist'}: an HTTP 404 of the contract's shape is a refusal"
    )


def _has_token(wallet: WalletUnderTest) -> bool:
    return wallet.makes_players or any(each.token for each in wallet.players)


def _tried(asking: Asking, name: str, operation: Operation) -> Exchange | None:
    """The exchange of the operation. None if a private contract uses the same word for another operation."""
    try:
        meant = asking.contract.name_of(operation)
    except ValueError:
        return None
    return asking.ask(operation) if meant == name else None


def _failing(tried: Exchange) -> str:
    failure = tried.transmission.failure
    if failure is not None:
        return failure.detail
    problems = "; ".join(dict.fromkeys(each.detail for each in tried.problems))
    if not may_mean_absence(tried.transmission.received):
        return problems
    return (
        f"{problems}; a path that does not exist is answered otherwise, so the operation counts as one that exists; "
        "if the wallet lacks it, name it in capabilities.lacks of the profile"
    )


def deduction(asking: Asking, player: Player, holding: Holding) -> tuple[tuple[str, str], ...]:
    """The reading of the policy `deduction`, if one accepted deduction proves it.

    The wallet must then always support it.

    Only a player with funds can prove this. A named player gets the deducted smallest amount back. A refusal proves
    nothing, because the wallet may deduct at most what the bet was paid.
    """
    unit = asking.contract.wire_unit(player.currency)
    if "deduction" not in asking.contract.policy or holding.balance is None or holding.balance < unit:
        return ()
    tried = asking.ask(asking.smallest(player))
    if not accepted(tried):
        return ()
    if asking.wallet.players and asking.has("pay"):
        asking.ask(_given_back(asking, player, unit))
    return (("deduction", "supported"),)


def _given_back(asking: Asking, player: Player, amount: int) -> Operation:
    lost = _payout(asking, player)
    return Payout(
        id=lost.id,
        player=lost.player,
        currency=lost.currency,
        amount=amount,
        session=lost.session,
        bet=lost.bet,
        round=lost.round,
        game=lost.game,
        kind=lost.kind,
    )
