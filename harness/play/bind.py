"""Turns a planned request into an operation with players, sessions, amounts and currencies. It has no side effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from harness.contracts import Contract
from harness.model import (
    OPERATION_OF,
    Alteration,
    Amount,
    Authenticate,
    Bet,
    BetBatch,
    Draft,
    GetBalance,
    Operation,
    Payout,
    Player,
    Retry,
    Reward,
    Rollback,
    Settle,
    Unsettle,
    item_of,
)
from harness.scenario import resolve_amount
from harness.scenario.faults import PlannedFault
from harness.scenario.near_ids import NEAR_SESSIONS, near_id, near_session
from harness.scenario.plan import Bound, PlannedRequest

UNKNOWN_CURRENCY = "XTS"
"""A currency that ISO 4217 reserves for tests, so no player has it."""
UNKNOWN_GAME = "G0000000000000"


@dataclass(frozen=True, slots=True)
class Moment:
    """What binding needs: the players, their current balances in hundred-thousandths, and the games."""

    contract: Contract
    players: Mapping[str, Player]
    """The players by role: an empty string, `other`, `unknown`."""
    balances: Mapping[str, Amount]
    games: Sequence[str]
    places_bets: bool = True
    """True if the runner placed the bets that credits belong to.

    Otherwise credits use the bets that the profile names.
    """


def operation_of(send: PlannedRequest, moment: Moment) -> Operation:
    """The operation of one planned request."""
    kind: type = item_of(send.word)
    if kind is Authenticate:
        draft = send.bound[0].draft
        return Authenticate(token="no-such-token" if draft.token else moment.players[draft.player].token)
    if kind is GetBalance:
        draft = send.bound[0].draft
        player = _player(draft, moment)
        return GetBalance(player=player.id, session=_session(draft, player))
    if kind is Rollback:
        return _rollback(send.bound[0], moment)
    if kind is Bet:
        bets = tuple(_bet(bound, moment, send.word) for bound in send.bound)
        return BetBatch(items=bets) if send.batch else bets[0]
    if kind is Unsettle:
        return _unsettle(send.bound[0], moment)
    if kind is Reward:
        return _reward(send.bound[0], moment)
    payouts = tuple(_payout(bound, moment, send.word) for bound in send.bound)
    if not send.batch:
        return payouts[0]
    return Retry(items=payouts) if OPERATION_OF[send.word] is Retry else Settle(items=payouts)


def alteration_of(send: PlannedRequest, operation: Operation, contract: Contract) -> Alteration:
    """The deliberate mistakes of one planned request, compared with a well-formed, well-signed one."""
    step = send.step
    if send.fault is not None:
        return _case_of(send.fault, send, contract.encode(operation, send.bound[0].id), contract)
    raw, without = [], []
    for index, bound in enumerate(send.bound):
        item = index if send.batch else None
        raw += [(item, name, text) for name, text in bound.draft.raw]
        without += [(item, name) for name in bound.draft.without]
    return Alteration(
        forged=step.forged,
        missing_header=step.missing_header,
        stale_seconds=step.stale_seconds,
        tampered=step.tampered,
        raw=tuple(raw),
        without=tuple(without),
        body=step.body.encode("utf-8", "surrogatepass") if step.body else None,
        content_type=step.content_type,
    )


def _case_of(fault: PlannedFault, send: PlannedRequest, body: dict[str, Any], contract: Contract) -> Alteration:
    """One case of a family of faults. `body` is the good request's."""
    if not fault.field:
        good = contract.stringify(body).decode()
        text = fault.rewrite(good)
        return Alteration(case=fault.case, body=None if text in {None, good} else str(text).encode())
    item = 0 if send.batch and not fault.outermost else None
    values = body if item is None else next(each for each in body.values() if isinstance(each, list))[item]
    text = fault.rewrite(contract.stringify(values[fault.field]).decode())
    if text is None:
        return Alteration(case=fault.case, without=((item, fault.field),))
    case = replace(fault.case, name=fault.case.name.replace("{}", text))
    return Alteration(case=case, raw=((item, fault.field, text),))


def _player(draft: Draft, moment: Moment) -> Player:
    """The player of a draft. The id may be written in a near form; everything else is the player's own."""
    player = moment.players[draft.player]
    return replace(player, id=near_id(draft.spelled, player.id)) if draft.spelled else player


def _session(draft: Draft, player: Player) -> str:
    if draft.session in NEAR_SESSIONS:
        return near_session(draft.session, player.session)
    match draft.session:
        case "expired":
            return player.expired_session
        case "unknown":
            return f"no-such-session-{player.id}"
        case "none":
            return ""
    return player.session


def _currency(draft: Draft, player: Player) -> str:
    match draft.currency:
        case "other":
            return "USD" if player.currency != "USD" else "EUR"
        case "unknown":
            return UNKNOWN_CURRENCY
    return player.currency


@dataclass(frozen=True, slots=True)
class _Common:
    """The fields that all movements have."""

    player: str
    currency: str
    amount: int
    session: str
    game: str
    bet: str


def _common(bound: Bound, moment: Moment) -> _Common:
    draft = bound.draft
    player = _player(draft, moment)
    unit = moment.contract.wire_unit(player.currency)
    held = moment.balances.get(draft.player, 0)
    return _Common(
        player=player.id,
        currency=_currency(draft, player),
        amount=resolve_amount(draft.amount, int(held), unit),
        session=_session(draft, player),
        game=UNKNOWN_GAME if draft.game else moment.games[0],
        bet=_bet_reference(bound, moment, player),
    )


def _bet_reference(bound: Bound, moment: Moment, player: Player) -> str:
    """The bet that a credit or an unsettlement names. It is the same at every sending of the same transaction."""
    if moment.places_bets or bound.draft.bet or not player.bets:
        return bound.bet
    return player.bets[crc32(bound.id.encode("utf-8", "surrogatepass")) % len(player.bets)]


def _bet(bound: Bound, moment: Moment, word: str) -> Bet:
    common = _common(bound, moment)
    return Bet(
        id=bound.id,
        player=common.player,
        currency=common.currency,
        amount=common.amount,
        session=common.session,
        bet=bound.bet,
        round=bound.round,
        game=common.game,
        kind=bound.draft.kind or moment.contract.kind_of(word),
    )


def _payout(bound: Bound, moment: Moment, word: str) -> Payout:
    common = _common(bound, moment)
    win = bound.draft.win == "yes" if bound.draft.win else common.amount > 0
    return Payout(
        id=bound.id,
        player=common.player,
        currency=common.currency,
        amount=common.amount,
        session=common.session,
        bet=common.bet,
        round=bound.round,
        game=common.game,
        kind=bound.draft.kind or moment.contract.kind_of(word),
        win=win,
    )


def _reward(bound: Bound, moment: Moment) -> Reward:
    common = _common(bound, moment)
    return Reward(
        id=bound.id,
        player=common.player,
        currency=common.currency,
        amount=common.amount,
        session=common.session,
        bet=bound.bet,
        game=common.game,
        kind=bound.draft.kind or moment.contract.kind_of("reward"),
    )


def _unsettle(bound: Bound, moment: Moment) -> Unsettle:
    common = _common(bound, moment)
    return Unsettle(
        id=bound.id,
        player=common.player,
        currency=common.currency,
        amount=common.amount,
        session=common.session,
        bet=common.bet,
        kind=bound.draft.kind or moment.contract.kind_of("unsettle"),
    )


def _rollback(bound: Bound, moment: Moment) -> Rollback:
    player = _player(bound.draft, moment)
    return Rollback(
        id=bound.id,
        original=bound.original,
        bet=bound.bet,
        player=player.id,
        session=_session(bound.draft, player),
        of_win=bound.of_win,
    )
