"""The contract of a bingo hall: guests buy tickets and win prizes, in whole cents."""

from pathlib import Path

from bingo_hall import token, wire
from harness.contracts import Contract, ExpectedCode, OperationSpec
from harness.contracts.shared.json_text import stringify
from harness.contracts.shared.requirements import Requirements
from harness.model import Level, Outcome, Situation

SPECS = {
    "prize": OperationSpec(name="prize", path="/prize", core=True, retried=True),
    "ticket": OperationSpec(name="ticket", path="/ticket"),
}

CONTRACT = Contract(
    name="bingo",
    title="Wallet of a bingo hall",
    prefix="BNG",
    specs=SPECS,
    words={"bet": "ticket", "pay": "prize", "settle": "prize"},
    kinds={},
    required_headers=token.REQUIRED,
    credentials=token.CREDENTIALS,
    schemas=wire.SCHEMAS,
    scenarios=Path(__file__).parent / "scenarios",
    requirements=Requirements(wire.SCHEMAS / "requirements.yaml", "BNG", tuple(SPECS), tuple(token.FORGERIES)),
    policy={"replay_balance": frozenset({"original", "current"}), "conflict": frozenset({"refused"})},
    codes={Situation.UNCOVERED: ExpectedCode(Level.MUST, frozenset({Outcome.INSUFFICIENT_FUNDS}))},
    wire_unit=lambda currency: wire.CENT,
    bet_reference=lambda transaction_id, bet_id: transaction_id,
    name_of=wire.name_of,
    encode=wire.encode,
    stringify=stringify,
    sign=token.sign,
    forgeries=token.FORGERIES,
    authentic="BNG-AUT-01",
    security=token.SECURITY,
    decode=wire.decode,
    verify=token.verify,
    read_request=wire.read_request,
    write_reply=wire.write_reply,
)
