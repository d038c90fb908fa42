"""What a bingo hall says to a wallet, and what the wallet says back: both directions of the wire."""

from pathlib import Path

from harness.contracts import BadRequest, Decoded
from harness.contracts.shared import answer, fields
from harness.contracts.shared.json_text import stringify
from harness.contracts.shared.schema import violations
from harness.model import Bet, ItemReply, Outcome, Payout, Reply

SCHEMAS = Path(__file__).parent / "schemas"
CENT = 1000
"""Amounts in the harness are in hundred-thousandths of the main unit."""

NAMES = {Bet: "ticket", Payout: "prize"}
CLASSES = {name: kind for kind, name in NAMES.items()}
REFUSALS = {
    "bad_token": (401, Outcome.UNAUTHENTICATED),
    "bad_request": (400, Outcome.MALFORMED),
    "no_such_guest": (404, Outcome.UNKNOWN_PLAYER),
    "move_differs": (409, Outcome.CONFLICT),
    "purse_too_small": (402, Outcome.INSUFFICIENT_FUNDS),
}


# The hall's side


def name_of(operation):
    """The operation's name. ValueError for one that a bingo hall does not have."""
    if type(operation) not in NAMES:
        raise ValueError(f"a bingo hall has no {type(operation).__name__}")
    return NAMES[type(operation)]


def encode(operation, request_id):
    """The request's JSON object. ValueError for an amount that is no whole number of cents."""
    name_of(operation)
    cents, rest = divmod(operation.amount, CENT)
    if rest:
        raise ValueError(f"{operation.amount} hundred-thousandths are no whole number of cents")
    return {"move": operation.id, "guest": operation.player, "cents": cents}


def decode(operation, message, request):
    """What an answer says. It never raises, whatever a wallet sends."""
    body = answer.read(message, lambda status, value: "error" in value or "purse" in value)
    if isinstance(body, Decoded):
        return body
    if "error" in body.value:
        return refusal(body)
    if body.status != 200:
        return Decoded(None, (answer.contradiction(body.status, "a purse, which is a success"),))
    purse = body.value["purse"]
    item = ItemReply(outcome=Outcome.OK, balance=purse * CENT if type(purse) is int else None)
    wrong = violations(SCHEMAS / f"{name_of(operation)}.response.json", body.value)
    return Decoded(Reply(outcome=Outcome.OK, items=(item,)), (*body.problems, *wrong))


def refusal(body):
    """What a body with an error says."""
    code = str(body.value["error"])
    if body.status < 400:
        return Decoded(None, (answer.contradiction(body.status, f"the error {code[:40]!r}"),))
    status, outcome = REFUSALS.get(code, (body.status, Outcome.REFUSED))
    item = ItemReply(outcome=outcome if status == body.status else Outcome.REFUSED, code=code)
    wrong = violations(SCHEMAS / "error.response.json", body.value)
    return Decoded(Reply(outcome=item.outcome, items=(item,), code=code), (*body.problems, *wrong))


# The wallet's side


def read_request(name, data):
    """The operation that a body asks for. Raises BadRequest."""
    content = fields.body(data)
    cents = fields.required(content, "cents", whole)
    return CLASSES[name](
        id=fields.required(content, "move", fields.identifier),
        player=fields.required(content, "guest", fields.identifier),
        currency="",
        amount=fields.amount("cents", cents * CENT),
    )


def whole(name, value):
    """A whole number. Raises BadRequest."""
    if type(value) is not int:
        raise BadRequest(Outcome.MALFORMED, f"`{name}` must be a whole number of cents")
    return value


def write_reply(operation, reply, request):
    """Status and body of an answer."""
    item = reply.items[0]
    if item.outcome is Outcome.OK:
        return 200, stringify({"purse": item.balance // CENT})
    found = {outcome: (status, code) for code, (status, outcome) in REFUSALS.items()}
    status, code = found.get(item.outcome, (400, "bad_request"))
    return status, stringify({"error": code})
