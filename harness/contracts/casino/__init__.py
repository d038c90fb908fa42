"""The casino contract: a game provider calls an operator's wallet, signed with HMAC, money as integers x 100000.

Source: the OppiGames Wallet API; see `schemas/casino/SOURCES.md` for the page of each fact.
"""

from __future__ import annotations

from harness.contracts import Contract, ExpectedCode
from harness.contracts.casino import authentication, day, wire
from harness.contracts.casino.forgeries import FORGERIES
from harness.contracts.casino.mistakes import REWRITTEN
from harness.contracts.casino.recipe import HMAC
from harness.contracts.casino.words import ESSENTIAL, GAMES, KINDS, NARROWED_FIELDS, SPECS
from harness.contracts.shared.authentication import by_name
from harness.contracts.shared.json_text import stringify
from harness.contracts.shared.requirements import Requirements
from harness.model import Level, Outcome, Situation

_FORGERIES = by_name(*FORGERIES, *REWRITTEN)

_REFUSALS = {
    Situation.UNCOVERED: Outcome.INSUFFICIENT_FUNDS,
    Situation.WRONG_CURRENCY: Outcome.WRONG_CURRENCY,
    Situation.FORGED: Outcome.UNAUTHENTICATED,
    Situation.TAMPERED: Outcome.UNAUTHENTICATED,
    Situation.MISSING_HEADER: Outcome.UNAUTHENTICATED,
}
"""The situations for which the document gives a code. Each is a SHOULD, and the general `RS_ERROR` is also right."""

_POLICY = {
    "replay_balance": frozenset({"original", "current"}),
    "replay_of_refused": frozenset({"refused", "afresh"}),
    "mended_after_refusal": frozenset({"applied", "refused"}),
    "conflict": frozenset({"refused", "first_result"}),
    "reused_id": frozenset({"refused", "first_result", "new"}),
    "unknown_bet": frozenset({"applied", "refused"}),
    "batch_balance": frozenset({"after_item", "after_batch"}),
    "zero_bet": frozenset({"accepted", "refused"}),
    "ended_session_bet": frozenset({"refused", "accepted"}),
    "ended_session_credit": frozenset({"accepted", "refused"}),
    "ended_session_read": frozenset({"ok", "refused"}),
    "win_against_amount": frozenset({"accepted", "refused"}),
    "unknown_game": frozenset({"accepted", "refused"}),
    "batch_with_no_valid_item": frozenset({"refused", "answered"}),
    "empty_batch": frozenset({"ok", "refused"}),
}

CONTRACT = Contract(
    name="casino",
    title="Seamless wallet of a game provider (OppiGames Wallet API)",
    prefix="CAS",
    specs=SPECS,
    words={"settle": "settlement", "pay": "payout"}
    | {name: name for name in ("bet", "reward", "retry", "bet_batch", "balance")},
    kinds=KINDS,
    games=GAMES,
    narrowed_fields=NARROWED_FIELDS,
    essential_fields=ESSENTIAL,
    required_headers=authentication.REQUIRED,
    credentials=authentication.CREDENTIALS,
    signatures=authentication.SIGNATURES,
    schemas=wire.SCHEMAS,
    requirements=Requirements(wire.SCHEMAS / "requirements.yaml", "CAS", tuple(SPECS), tuple(_FORGERIES)),
    policy=_POLICY,
    clock_tolerance_seconds=authentication.SIGNATURE_LIFE_MS // 1000,
    codes={
        situation: ExpectedCode(Level.SHOULD, frozenset({outcome, Outcome.REFUSED}))
        for situation, outcome in _REFUSALS.items()
    },
    wire_unit=lambda currency: 1,
    bet_reference=lambda transaction_id, bet_id: transaction_id,
    name_of=wire.name_of,
    encode=wire.encode,
    stringify=stringify,
    sign=authentication.sign,
    forgeries=_FORGERIES,
    authentic="CAS-SIG-01",
    unbelieved=authentication.unbelieved,
    recipe=HMAC,
    security=authentication.SECURITY,
    decode=wire.decode,
    verify=authentication.verify,
    read_request=wire.read_request,
    write_reply=wire.write_reply,
    days=day.days,
)
