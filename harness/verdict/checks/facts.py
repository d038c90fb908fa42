"""Collects the facts about each transaction of an exchange that the oracle needs to judge it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from harness.contracts import Contract
from harness.model import (
    Alteration,
    Authenticate,
    Batch,
    Bet,
    BetBatch,
    Exchange,
    GetBalance,
    History,
    ItemReply,
    Level,
    Movement,
    Outcome,
    Payout,
    Player,
    Policy,
    Retry,
    Reward,
    Rollback,
    Settle,
    Single,
    Situation,
    Unsettle,
    id_of,
)
from harness.oracle import Terms

SESSION_POLICIES: Mapping[type[Single], str] = {
    Bet: "ended_session_bet",
    Payout: "ended_session_credit",
    Reward: "ended_session_credit",
    Rollback: "ended_session_rollback",
    GetBalance: "ended_session_read",
}
"""The policy under which a wallet may refuse an operation whose session has ended. An unsettlement has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One transaction of an exchange, and its answer.

    `answer` is None if there is no readable answer. `dropped` is True if only another item with its id was answered.
    """

    item: Single
    exchange: int
    answer: ItemReply | None
    dropped: bool = False
    missing: bool = False
    """True if the batch was answered, but not this transaction."""
    repeated: bool = False
    """True if the batch has its id more than once."""
    altered: bool = False
    """True if some of its fields, or some outside of the batch's items, were replaced or left out."""


def parts_of(index: int, exchange: Exchange) -> tuple[Part, ...]:
    """The transactions of an exchange with their answers. An `authenticate` has none."""
    operation, altered = exchange.operation, _altered_items(exchange.alteration)
    match operation:
        case Settle() | Retry() | BetBatch():
            parts = _batch(index, operation.items, exchange)
            if not altered:
                return tuple(parts)
            placed = zip(range(len(operation.items)), parts, strict=True)
            return tuple(replace(each, altered=bool(altered & {None, place})) for place, each in placed)
        case Authenticate():
            return ()
    answer = exchange.reply.items[0] if exchange.reply is not None and exchange.reply.items else None
    return (Part(item=operation, exchange=index, answer=answer, altered=bool(altered & {None, 0})),)


def _altered_items(alteration: Alteration) -> frozenset[int | None]:
    """The indices of the items of which some field was replaced or left out. None is the outermost object.

    A text that is not one JSON value, such as one with another key behind it, spoils the whole body.
    """
    whole = [None for _, _, text in alteration.raw if not _is_json(text)]
    return frozenset([*whole, *(item for item, _, _ in alteration.raw), *(item for item, _ in alteration.without)])


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_float=Decimal)
    except ValueError:
        return False
    return True


def _batch(index: int, items: tuple[Movement, ...], exchange: Exchange) -> Iterator[Part]:
    reply = exchange.reply
    times = Counter(item.id for item in items)
    if reply is None:
        for item in items:
            yield Part(item=item, exchange=index, answer=None, repeated=times[item.id] > 1)  # type: ignore[arg-type]
        return
    whole = ItemReply(outcome=reply.outcome, code=reply.code)
    refused_whole = not reply.items and not reply.accepted
    by_id: dict[str | None, list[ItemReply]] = {}
    for answer in reply.items:
        by_id.setdefault(answer.id, []).append(answer)
    strangers = [answer for answer in reply.items if answer.id not in times]
    nameless = exchange.alteration.spoils_content and len(reply.items) == len(items)
    seen: set[str] = set()
    for item in items:
        answers = by_id.get(item.id, [])
        if not answers and nameless and item.id not in seen:
            # An item that was sent without its id, or with another id, is answered with an unknown id.
            answers = strangers
        found = answers.pop(0) if answers else (whole if refused_whole else None)
        twin = found is None and item.id in seen
        seen.add(item.id)
        yield Part(
            item=item,  # type: ignore[arg-type]
            exchange=index,
            answer=found,
            dropped=twin,
            missing=found is None and not twin,
            repeated=times[item.id] > 1,
        )


def currency_of(item: Single, players: Iterable[Player]) -> str:
    """The currency for an answer that names none: the movement's, or otherwise the player's."""
    held = next((each.currency for each in players if each.id == item.player), "")
    return item.currency if isinstance(item, Movement) else held


def surplus(exchange: Exchange) -> tuple[str, ...]:
    """The ids that the answer to a batch has and its request has not."""
    reply = exchange.reply
    if reply is None or not isinstance(exchange.operation, Batch) or not exchange.operation.items:
        return ()
    asked = {item.id for item in exchange.operation.items}
    return tuple(dict.fromkeys(answer.id or "(no id)" for answer in reply.items if answer.id not in asked))


@dataclass(slots=True)
class Known:
    """The ids, bets and sessions of the history so far."""

    ids: dict[str, set[str]] = field(default_factory=dict)
    """By transaction id: the players for whom it was sent."""
    bets: dict[str, str] = field(default_factory=dict)
    """By a bet's transaction id: the player who placed it."""
    references: dict[str, set[str]] = field(default_factory=dict)
    """By player: the bet ids of the bets that were sent."""
    rollbacks: dict[str, set[str]] = field(default_factory=dict)
    """By the id of a rollback: the players for whom it was sent."""
    taken: dict[tuple[bool, str], set[str]] = field(default_factory=dict)
    """By whether it is a rollback's, and by id: the players for whom it was accepted, or may have been."""
    sessions: dict[str, set[str]] = field(default_factory=dict)
    """By player: the sessions that have not ended."""
    refused: dict[tuple[type, str], str] = field(default_factory=dict)
    """By the kind of a transaction and its id: why it was refused, if it never was accepted."""

    def refused_for(self, item: Single) -> str:
        """Why a transaction with this id was refused; empty if it was accepted, or if no reason is known."""
        return self.refused.get((type(item), id_of(item)), "")

    def others_with_the_id(self, item: Single) -> set[str]:
        """The other players who have a transaction with this id, or a rollback with the id of this rollback."""
        rollbacks = self._taken_by_others(item) if isinstance(item, Rollback) else set()
        return (self.ids.get(id_of(item), set()) | rollbacks) - {item.player}

    def _taken_by_others(self, item: Single) -> set[str]:
        return self.taken.get((isinstance(item, Rollback), id_of(item)), set()) - {item.player}

    def unsaid_of(self, item: Single) -> frozenset[str]:
        """The policies of which a pinned reading says nothing about a request that names another player's bet.

        A wallet that remembers no refusal does not know a refused bet at all. One that finds bets by their ids alone
        may know the bet of another player. The id of another player's rollback may be refused as known. So may the id
        of a transaction of another player that was refused, or be new.
        """
        if isinstance(item, Movement) and self.others_with_the_id(item) and not self._taken_by_others(item):
            return frozenset({"reused_id"}) | self._unsaid_of_bets(item)
        return self._unsaid_of_bets(item)

    def _unsaid_of_bets(self, item: Single) -> frozenset[str]:
        if isinstance(item, Rollback):
            is_known = bool(self.rollbacks.get(item.id, set()) - {item.player})
            is_unsaid = is_known or (Bet, item.original) in self.refused
            return frozenset({"rollback_of_foreign"} if is_unsaid else ())
        if isinstance(item, Payout | Unsettle) and item.bet not in self.references.get(item.player, ()):
            others = any(item.bet in bets for player, bets in self.references.items() if player != item.player)
            return frozenset({"unknown_bet", "unsettlement_beyond_payout"}) if item.bet and others else frozenset()
        return frozenset()

    def settle_fates(self, parts: Iterable[Part], exchange: Exchange, history: History, contract: Contract) -> None:
        """Record which transactions of an exchange were taken, and which were refused, for which reason.

        A request that must not be believed takes no id, also if its answer is lost.
        """
        alteration = exchange.alteration
        if alteration.spoils_authentication and not is_signed_otherwise(alteration.forged, contract):
            return
        for part in parts:
            if isinstance(part.item, GetBalance):
                continue
            key = (type(part.item), id_of(part.item))
            is_known = any(player.id == part.item.player for player in history.players)
            if part.answer is None or part.answer.outcome is Outcome.OK:
                if is_known:
                    self._take(part.item)
                    if part.answer is not None:
                        self.refused.pop(key, None)
            elif reason := _reason_of_refusal(part, exchange, history, contract, self):
                self.refused.setdefault(key, reason)

    def _take(self, item: Single) -> None:
        self.taken.setdefault((isinstance(item, Rollback), id_of(item)), set()).add(item.player)

    def add(self, exchange: Exchange, items: Sequence[Single]) -> None:
        """Record the ids, bets and session of an exchange."""
        self.add_ids(items)
        for item in items:
            if isinstance(item, Bet):
                self.bets.setdefault(item.id, item.player)
                self.references.setdefault(item.player, set()).add(item.bet)
            elif isinstance(item, Rollback):
                self.rollbacks.setdefault(item.id, set()).add(item.player)
        reply = exchange.reply
        if reply is not None and reply.session is not None and reply.session.session and reply.session.player:
            self.sessions.setdefault(reply.session.player, set()).add(reply.session.session)

    def add_ids(self, items: Iterable[Single], *, in_a_race: bool = False) -> None:
        """Record the ids of these transactions with their players. In a race each may be taken before the others."""
        for item in items:
            if in_a_race:
                self._take(item)
            if isinstance(item, Movement):
                self.ids.setdefault(item.id, set()).add(item.player)


def is_of_a_stranger(part: Part, history: History) -> bool:
    """True for a refused transaction of a player that the wallet does not know. It leaves its id free."""
    refused = part.answer is not None and part.answer.outcome is not Outcome.OK
    return refused and all(player.id != part.item.player for player in history.players)


def _reason_of_refusal(part: Part, exchange: Exchange, history: History, contract: Contract, known: Known) -> str:
    """Why a wallet has refused a transaction, as far as the request shows; empty if it does not."""
    item = part.item
    player = next((each for each in history.players if each.id == item.player), None)
    if player is None:
        return "player"
    if isinstance(item, Movement) and item.currency != player.currency:
        return "currency"
    if exchange.alteration.stale_seconds or exchange.alteration.forged:  # Those that must be refused do not come here.
        return "authenticity"
    if "unknown_type" in {contract.narrowed_fields.get(name, "") for _, name, _ in exchange.alteration.raw}:
        return "type"
    if part.altered or exchange.alteration.spoils_content:
        return "content"
    if session_of(item, player, known) != "live":
        return "session"
    funds = part.answer is not None and part.answer.outcome is Outcome.INSUFFICIENT_FUNDS
    return "funds" if funds else ""


def terms_of(
    part: Part, exchange: Exchange, history: History, contract: Contract, policy: Policy, known: Known
) -> Terms:
    """The facts about one transaction."""
    item = part.item
    player = next((each for each in history.players if each.id == item.player), None)
    terms = Terms(
        policy=policy,
        operation=exchange.name,
        disbelieved=_disbelieved(item, exchange, player, contract),
        doubtful=_doubtful(part, exchange, player, contract),
        refusable=_refusable(item, exchange, player, history, contract, known),
        perhaps_refusable=_of_sessions(item, exchange, contract) if _may_have_ended(item, exchange, contract) else (),
        batch=contract.specs[exchange.name].batch,
        duplicate_in_batch=part.repeated,
        known_elsewhere=bool(known.others_with_the_id(item)),
        foreign_bet=isinstance(item, Rollback) and known.bets.get(item.original, item.player) != item.player,
    )
    if player is None:
        return replace(terms, disbelieved=terms.disbelieved or Situation.UNKNOWN_PLAYER)
    if unsaid := known.unsaid_of(item):
        terms = replace(terms, policy={name: readings for name, readings in policy.items() if name not in unsaid})
    is_mended = terms.doubtful is None and session_of(item, player, known) == "live"
    if is_mended and known.refused_for(item) not in {"", "funds"}:
        # Which refusals a wallet remembers may depend on the reason, so a pinned reading says nothing here.
        either = {name: readings for name, readings in terms.policy.items() if name != "replay_of_refused"}
        return replace(terms, policy=either, refusable=(*terms.refusable, "mended_after_refusal"))
    return terms


def _disbelieved(item: Single, exchange: Exchange, player: Player | None, contract: Contract) -> Situation | None:
    alteration = exchange.alteration
    if alteration.forged and not is_signed_otherwise(alteration.forged, contract):
        return Situation.FORGED
    if alteration.missing_header:
        return Situation.MISSING_HEADER
    if alteration.tampered:
        return Situation.TAMPERED
    if isinstance(item, Movement) and player is not None and item.currency != player.currency:
        return Situation.WRONG_CURRENCY
    return None


def is_signed_otherwise(forged: str, contract: Contract) -> bool:
    """True if only a SHOULD demands the refusal of a request with this forgery."""
    return bool(forged) and contract.forgeries[forged].level is not Level.MUST


def may_be_believed(exchange: Exchange, contract: Contract) -> bool:
    """True for a forgery that a wallet may accept or refuse as it likes, because it holds right credentials, too."""
    forged = exchange.alteration.forged
    return bool(forged) and contract.forgeries[forged].level is Level.MAY


def is_beyond_limit(exchange: Exchange) -> bool:
    """True for a good request that is longer than the wallet takes. It may be refused in any form."""
    case = exchange.alteration.case
    return case is not None and case.beyond_limit


def _doubtful(part: Part, exchange: Exchange, player: Player | None, contract: Contract) -> Situation | None:
    alteration = exchange.alteration
    if alteration.stale_seconds:
        return Situation.STALE
    if is_signed_otherwise(alteration.forged, contract):
        return Situation.FORGED
    if alteration.body is not None or alteration.content_type or is_beyond_limit(exchange):
        return Situation.MALFORMED
    return Situation.MALFORMED if part.altered and player is not None else None


def _refusable(
    item: Single, exchange: Exchange, player: Player | None, history: History, contract: Contract, known: Known
) -> tuple[str, ...]:
    """The policies that permit a refusal of a request that is otherwise right."""
    ended = player is not None and session_of(item, player, known) in {"expired", "unknown"}
    policies = [*_of_sessions(item, exchange, contract)] if ended else []
    if isinstance(item, Rollback) and _names_another_transaction(item, known):
        policies.append("rollback_of_other_transaction")
    if isinstance(item, Payout) and item.win != (item.amount > 0):
        policies.append("win_against_amount")
    if isinstance(item, Movement) and item.game in history.unknown_games:
        policies.append("unknown_game")
    return tuple(policies)


def _may_have_ended(item: Single, exchange: Exchange, contract: Contract) -> bool:
    """True if the request has sent a session that nobody knows to be live."""
    return exchange.session_in_doubt and contract.stringify(item.session) in exchange.transmission.sent.body


def _of_sessions(item: Single, exchange: Exchange, contract: Contract) -> tuple[str, ...]:
    """The policies about this operation after the end of the session. Empty if it must be accepted nevertheless."""
    if contract.specs[exchange.name].after_session:
        return ()
    return tuple(policy for kind, policy in SESSION_POLICIES.items() if isinstance(item, kind))


def _names_another_transaction(item: Rollback, known: Known) -> bool:
    """True for a rollback with the bet id of a known bet, and with a transaction that was never sent."""
    return item.original not in known.bets and item.bet in known.references.get(item.player, set())


def session_of(item: Single, player: Player, known: Known) -> str:
    """The state of a request's session: `live`, `expired` or `unknown`.

    A request without a session counts as live if the player has none.
    """
    session = item.session
    if session in known.sessions.get(player.id, frozenset({player.session})):
        return "live"
    return "expired" if session == player.expired_session else "unknown"
