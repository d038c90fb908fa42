"""The sportsbook contract: a sportsbook calls an operator's wallet, HTTP Basic, money as decimals in main units.

Source: the Sportsmodity Wallet Integration; see `schemas/sportsbook/SOURCES.md` for the page of each fact.
"""

from __future__ import annotations

from harness import money
from harness.contracts import Contract, ExpectedCode
from harness.contracts.shared.json_text import stringify
from harness.contracts.shared.requirements import Requirements
from harness.contracts.sportsbook import authentication, day, wire
from harness.contracts.sportsbook.forgeries import FORGERIES
from harness.contracts.sportsbook.recipe import BASIC
from harness.contracts.sportsbook.words import KINDS, NARROWED_FIELDS, SPECS
from harness.model import Level, Outcome, Situation

_REFUSALS = {
    Situation.UNCOVERED: (Level.MUST, {Outcome.INSUFFICIENT_FUNDS}),
    Situation.UNKNOWN_PLAYER: (Level.MUST, {Outcome.UNKNOWN_PLAYER}),
    Situation.WRONG_CURRENCY: (Level.MUST, {Outcome.WRONG_CURRENCY}),
    Situation.FORGED: (Level.MUST, {Outcome.UNAUTHENTICATED}),
    Situation.MISSING_HEADER: (Level.MUST, {Outcome.UNAUTHENTICATED}),
    Situation.SPENT_TOKEN: (Level.MUST, {Outcome.INVALID_TOKEN}),
    Situation.EXPIRED_SESSION: (Level.SHOULD, {Outcome.INVALID_SESSION}),
    Situation.UNKNOWN_SESSION: (Level.SHOULD, {Outcome.INVALID_SESSION}),
    Situation.UNKNOWN_BET: (Level.SHOULD, {Outcome.UNKNOWN_TRANSACTION, Outcome.INSUFFICIENT_FUNDS}),
}

_POLICY = {
    "replay_balance": frozenset({"original", "current"}),
    "replay_of_refused": frozenset({"refused", "afresh"}),
    "mended_after_refusal": frozenset({"applied", "refused"}),
    "conflict": frozenset({"refused", "first_result"}),
    "reused_id": frozenset({"refused", "first_result", "new"}),
    "unknown_bet": frozenset({"applied", "refused"}),
    "returned_bet": frozenset({"applied", "refused"}),
    "late_bet": frozenset({"ok_without_effect", "refused"}),
    "rollback_of_unknown": frozenset({"ok"}),
    "rollback_again": frozenset({"ok", "refused"}),
    "rollback_of_refused": frozenset({"ok", "refused"}),
    "rollback_of_settled": frozenset({"refunded", "kept", "refused"}),
    "rollback_of_foreign": frozenset({"ok_without_effect", "refused"}),
    "rollback_of_other_transaction": frozenset({"ok", "refused"}),
    "deduction": frozenset({"supported", "unsupported"}),
    "unsettlement_beyond_payout": frozenset({"deducted", "refused"}),
    "zero_bet": frozenset({"accepted", "refused"}),
    "ended_session_bet": frozenset({"refused", "accepted"}),
    "ended_session_rollback": frozenset({"ok", "refused"}),
    "ended_session_read": frozenset({"ok", "refused"}),
}

CONTRACT = Contract(
    name="sportsbook",
    title="Seamless wallet of a sportsbook (Sportsmodity Wallet Integration)",
    prefix="SPB",
    specs=SPECS,
    words={
        "settle": "settlement",
        "pay": "settlement",
        "bet": "placebet",
        "unsettle": "unsettlement",
        "rollback": "rollbackbet",
        "authenticate": "authenticate",
        "balance": "balance",
    },
    kinds=KINDS,
    narrowed_fields=NARROWED_FIELDS,
    required_headers=authentication.REQUIRED,
    credentials=authentication.CREDENTIALS,
    schemas=wire.SCHEMAS,
    requirements=Requirements(wire.SCHEMAS / "requirements.yaml", "SPB", tuple(SPECS), tuple(FORGERIES)),
    policy=_POLICY,
    codes={each: ExpectedCode(level, frozenset(codes)) for each, (level, codes) in _REFUSALS.items()},
    wire_unit=money.smallest_unit,
    bet_reference=lambda transaction_id, bet_id: bet_id,
    name_of=wire.name_of,
    encode=wire.encode,
    stringify=stringify,
    sign=authentication.sign,
    forgeries=FORGERIES,
    authentic="SPB-AUT-01",
    recipe=BASIC,
    security=authentication.SECURITY,
    decode=wire.decode,
    verify=authentication.verify,
    read_request=wire.read_request,
    write_reply=wire.write_reply,
    days=day.days,
)
