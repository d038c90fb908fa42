"""The freedom that the documents leave, as named policies, and the facts about one request besides its content."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harness.model import Policy, Situation

READINGS: dict[str, tuple[str, ...]] = {
    "replay_balance": ("original", "current"),
    "replay_of_refused": ("refused", "afresh"),
    "mended_after_refusal": ("applied", "refused"),
    "conflict": ("refused", "first_result"),
    "reused_id": ("refused", "first_result", "new"),
    "unknown_bet": ("applied", "refused"),
    "returned_bet": ("applied", "refused"),
    "late_bet": ("ok_without_effect", "refused"),
    "rollback_of_unknown": ("ok", "refused"),
    "rollback_again": ("ok", "refused"),
    "rollback_of_refused": ("ok", "refused"),
    "rollback_of_settled": ("refunded", "kept", "refused"),
    "rollback_of_foreign": ("ok_without_effect", "refused"),
    "rollback_of_other_transaction": ("ok", "refused"),
    "batch_balance": ("after_item", "after_batch"),
    "deduction": ("supported", "unsupported"),
    "unsettlement_beyond_payout": ("deducted", "refused"),
    "zero_bet": ("accepted", "refused"),
    "ended_session_bet": ("refused", "accepted"),
    "ended_session_credit": ("accepted", "refused"),
    "ended_session_rollback": ("ok", "refused"),
    "ended_session_read": ("ok", "refused"),
    "win_against_amount": ("accepted", "refused"),
    "unknown_game": ("accepted", "refused"),
    "empty_batch": ("ok", "refused"),
    "batch_with_no_valid_item": ("refused", "answered"),
}
"""Every policy, and all the readings that it may have; the first is the ordinary one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The facts about a request besides its content. They decide whether a wallet must believe it.

    `refusable` names the policies (`unknown_game`, ...) under which a wallet may refuse what its rules would accept.
    """

    policy: Policy
    operation: str
    disbelieved: Situation | None = None
    """Why the request must be refused whatever it says: forged, stale, malformed, unknown player, wrong currency."""
    doubtful: Situation | None = None
    """Why it may be refused, although it may also be obeyed exactly: altered content."""
    refusable: tuple[str, ...] = ()
    perhaps_refusable: tuple[str, ...] = ()
    """The same, where nobody knows whether the policy applies: a pinned reading permits a refusal and demands none."""
    batch: bool = False
    duplicate_in_batch: bool = False
    known_elsewhere: bool = False
    """The id is known for another player."""
    foreign_bet: bool = False
    """The bet that a rollback names is another player's."""
    contested: bool = False
    """Other requests were in flight, so that a refusal without effect breaks no MUST."""

    @property
    def alone(self) -> Terms:
        """The terms of the same request with nothing else in flight."""
        return replace(self, contested=False) if self.contested else self

    def reads(self, policy: str, reading: str) -> bool:
        """Whether a reading of a policy is accepted; a policy that is not mentioned accepts all its readings."""
        readings = self.policy.get(policy)
        return reading in (READINGS[policy] if readings is None else readings)

    @property
    def refusable_by(self) -> str:
        """The first policy under which a refusal is accepted although the rules speak for success, or nothing."""
        named = (*self.refusable, *self.perhaps_refusable)
        return next((each for each in named if self.reads(each, "refused")), "")

    @property
    def must_refuse(self) -> bool:
        """Whether a policy was pinned to its refusal: then success is no answer, whatever the rules say."""
        return any(self.only(each, "refused") for each in self.refusable)

    def only(self, policy: str, reading: str) -> bool:
        """Whether a reading is the only one of a policy that is accepted."""
        readings = self.policy.get(policy, ())
        return len(readings) == 1 and reading in readings
