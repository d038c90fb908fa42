"""The nouns: operations, outcomes, replies, exchanges, requirements, verdicts.

Everything here is frozen data without behaviour worth a test of its own, and nothing here imports the project. The
words belong to no contract: a dialect in `harness.contracts` translates them to and from the wire.
"""

from harness.model.history import History, Player
from harness.model.judgement import Requirement, Situation, Verdict, Waiver, Wrong
from harness.model.limits import Limits, Tls
from harness.model.operations import (
    Authenticate,
    BadItem,
    Batch,
    Bet,
    BetBatch,
    GetBalance,
    Movement,
    Operation,
    Payout,
    Retry,
    Reward,
    Rollback,
    Settle,
    Single,
    Unsettle,
)
from harness.model.scenario import Draft, Scenario, Step
from harness.model.wire import (
    Alteration,
    Exchange,
    Failure,
    FailureKind,
    Fault,
    ItemReply,
    Loss,
    Message,
    Problem,
    Reply,
    Request,
    Session,
    Transmission,
)
from harness.model.words import Amount, Json, Level, Outcome, Policy, Status

__all__ = [
    "Alteration",
    "Amount",
    "Authenticate",
    "BadItem",
    "Batch",
    "Bet",
    "BetBatch",
    "Draft",
    "Exchange",
    "Failure",
    "FailureKind",
    "Fault",
    "GetBalance",
    "History",
    "ItemReply",
    "Json",
    "Level",
    "Limits",
    "Loss",
    "Message",
    "Movement",
    "Operation",
    "Outcome",
    "Payout",
    "Player",
    "Policy",
    "Problem",
    "Reply",
    "Request",
    "Requirement",
    "Retry",
    "Reward",
    "Rollback",
    "Scenario",
    "Session",
    "Settle",
    "Single",
    "Situation",
    "Status",
    "Step",
    "Tls",
    "Transmission",
    "Unsettle",
    "Verdict",
    "Waiver",
    "Wrong",
]
