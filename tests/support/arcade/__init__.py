"""A private contract that shares no module with the bundled ones: RSA signatures, request ids, rollbacks of wins.

An arcade signs each request with a private key. Each request has a fresh id, which the answer repeats. A win names its
bet, and the wallet must know that bet. A rollback undoes a bet or a win.
"""

from __future__ import annotations

from pathlib import Path

from arcade import authentication, wire
from harness.contracts import Contract, ExpectedCode, OperationSpec
from harness.contracts.shared.json_text import stringify
from harness.contracts.shared.requirements import Requirements
from harness.model import Level, Outcome, Situation

SPECS = {
    "bet": OperationSpec(name="bet", path="/bet", core=True, retried=True),
    "win": OperationSpec(name="win", path="/win", retried=True),
    "rollback": OperationSpec(name="rollback", path="/rollback", retried=True),
    "balance": OperationSpec(name="balance", path="/balance"),
}

CONTRACT = Contract(
    name="arcade",
    title="Wallet of an arcade",
    prefix="ARC",
    specs=SPECS,
    words={"bet": "bet", "pay": "win", "rollback": "rollback", "balance": "balance"},
    rolls_back_wins=True,
    kinds={},
    required_headers=authentication.REQUIRED,
    credentials=authentication.CREDENTIALS,
    signatures=authentication.SIGNATURES,
    schemas=wire.SCHEMAS,
    scenarios=Path(__file__).parent / "scenarios",
    requirements=Requirements(wire.SCHEMAS / "requirements.yaml", "ARC", tuple(SPECS), tuple(authentication.FORGERIES)),
    policy={
        "replay_balance": frozenset({"original"}),
        "conflict": frozenset({"refused"}),
        "unknown_bet": frozenset({"refused"}),
        "zero_bet": frozenset({"accepted"}),
        "rollback_of_unknown": frozenset({"ok"}),
        "rollback_again": frozenset({"ok"}),
    },
    codes={Situation.UNCOVERED: ExpectedCode(Level.MUST, frozenset({Outcome.INSUFFICIENT_FUNDS}))},
    wire_unit=lambda currency: 1,
    bet_reference=lambda transaction_id, bet_id: transaction_id,
    name_of=wire.name_of,
    encode=wire.encode,
    stringify=stringify,
    sign=authentication.sign,
    forgeries=authentication.FORGERIES,
    authentic="ARC-SIG-01",
    recipe=authentication.RECIPE,
    decode=wire.decode,
    verify=authentication.verify,
    read_request=wire.read_request,
    write_reply=wire.write_reply,
)
