"""Turns a planned request into an operation with players, sessions, amounts and currencies. It has no side effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict
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


class _Moved(TypedDict):
    """The fields that all movements have."""

    id: str
    player: str
    currency: str
    amount: Amount
    session: str


def _moved(bound: Bound, moment: Moment) -> _Moved:
    draft = bound.draft
    player = _player(draft, moment)
    held = moment.balances.get(draft.player, 0)
    return {
        "id": bound.id,
        "player": player.id,
        "currency": _currency(draft, player),
        "amount": resolve_amount(draft.amount, int(held), moment.contract.wire_unit(player.currency)),
        "session": _session(draft, player),
    }


def _game(draft: Draft, moment: Moment) -> str:
    return UNKNOWN_GAME if draft.game else moment.games[0]


def _kind(bound: Bound, moment: Moment, word: str) -> str:
    return bound.draft.kind or moment.contract.kind_of(word)


def _bet_reference(bound: Bound, moment: Moment) -> str:
    """The bet that a credit or an unsettlement names. It is the same at every sending of the same transaction."""
    bets = _player(bound.draft, moment).bets
    if moment.places_bets or bound.draft.bet or not bets:
        return bound.bet
    return bets[crc32(bound.id.encode("utf-8", "surrogatepass")) % len(bets)]


def _bet(bound: Bound, moment: Moment, word: str) -> Bet:
    game, kind = _game(bound.draft, moment), _kind(bound, moment, word)
    odds = bound.draft.odds
    return Bet(**_moved(bound, moment), bet=bound.bet, round=bound.round, game=game, kind=kind, odds=odds)


def _payout(bound: Bound, moment: Moment, word: str) -> Payout:
    moved = _moved(bound, moment)
    return Payout(
        **moved,
        bet=_bet_reference(bound, moment),
        round=bound.round,
        game=_game(bound.draft, moment),
        kind=_kind(bound, moment, word),
        win=bound.draft.win == "yes" if bound.draft.win else moved["amount"] > 0,
    )


def _reward(bound: Bound, moment: Moment) -> Reward:
    game, kind = _game(bound.draft, moment), _kind(bound, moment, "reward")
    return Reward(**_moved(bound, moment), bet=bound.bet, game=game, kind=kind)


def _unsettle(bound: Bound, moment: Moment) -> Unsettle:
    bet, kind = _bet_reference(bound, moment), _kind(bound, moment, "unsettle")
    return Unsettle(**_moved(bound, moment), bet=bet, kind=kind)


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
