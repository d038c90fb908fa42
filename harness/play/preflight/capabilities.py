"""Finds out which operations the wallet has, by calls that move no money, and whether it supports deduction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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


def absent(asking: Asking, player: Player, stages: StageLog) -> tuple[str, ...]:
    """The operations that the wallet lacks: those declared absent, and those for which it answers that they do not
    exist.
    """
    specs, lacks = asking.contract.specs, asking.wallet.lacks
    lacking = {each for each in lacks if each in specs and not specs[each].core}
    warnings = []
    word_for = {kind: word for word, kind in OPERATION_OF.items()}
    for kind, operation in HARMLESS.items():
        name = asking.has(word_for[kind])
        tried = _tried(asking, name, operation(asking, player)) if name and not specs[name].core else None
        if tried is not None and tried.absent:
            lacking.add(name)
        elif tried is not None and tried.reply is None:
            warnings.append(f"{name} gives no usable answer to a harmless call: {_failing(tried)}")
    has = ", ".join(name for name in specs if name not in lacking)
    without = f"; lacks {', '.join(sorted(lacking))}" if lacking else ""
    if asking.has("authenticate") not in {"", *lacking} and not _has_token(asking.wallet):
        warnings.append("no player has a one-time token: scenarios that log in are skipped")
    stages.passed(CAPABILITIES, f"has {has}{without}", *warnings)
    return tuple(sorted(lacking))


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
    return failure.detail if failure is not None else "; ".join(dict.fromkeys(each.detail for each in tried.problems))


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
