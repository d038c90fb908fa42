"""Labels: each is defined before it is referred to, and none is written that nothing refers to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from harness.model import Draft, Step
from harness.scenario.complaints import Complaints, nearest
from harness.scenario.words import RESERVED

_PLACES_BETS = ("bet", "bet_batch")


@dataclass(frozen=True, slots=True)
class _Use:
    """One place where a label stands. `times` is 2 when the place alone means the same thing more than once."""

    label: str
    role: str
    """`id` | `bet` | `resend` | `round`."""
    word: str
    line: int
    times: int = 1


def check_labels(steps: tuple[Step, ...], complaints: Complaints) -> None:
    """Complain about every label that is referred to and not defined, or defined and never referred to."""
    uses = tuple(use for step in steps for use in _uses(step, repeated=False))
    _check_references(uses, complaints)
    for kind, roles in (("label", ("id", "bet", "resend")), ("round", ("round",))):
        counts: Counter[str] = Counter()
        for use in uses:
            counts[use.label] += use.times if use.role in roles else 0
        for use in uses:
            if use.role in roles and counts[use.label] == 1 and use.role in {"id", "round"}:
                complaints.add(use.line, f"{kind} {use.label!r} appears only here: drop it, or refer to it")


def _check_references(uses: tuple[_Use, ...], complaints: Complaints) -> None:
    every_bet = {use.label for use in uses if use.role == "id" and use.word in _PLACES_BETS}
    ids: set[str] = set()
    bets: set[str] = set()
    for use in uses:
        # A rollback may overtake its bet: that is what a late bet is.
        known = {"resend": ids, "bet": every_bet if use.word == "rollback" else bets}.get(use.role)
        if known is not None and use.label not in known:
            what = "resend" if use.role == "resend" else f"bet of {use.word}"
            place = "no earlier bet has this id" if use.role == "bet" else "no earlier transaction has this id"
            complaints.add(use.line, f"{what}: {use.label!r}: {place}{nearest(use.label, known)}")
        if use.role == "id":
            ids.add(use.label)
            bets |= {use.label} if use.word in _PLACES_BETS else set()


def _uses(step: Step, *, repeated: bool) -> Iterator[_Use]:
    again = repeated or step.word == "repeat" or step.times not in {"", "1"} or bool(step.size)
    if step.label:
        yield _Use(step.label, "resend", "resend", step.line)
    for draft in step.drafts:
        yield from _uses_of_draft(draft, step.word, 2 if again else 1)
    for inner in step.steps:
        yield from _uses(inner, repeated=again)


def _uses_of_draft(draft: Draft, word: str, times: int) -> Iterator[_Use]:
    # The reference comes first: a transaction cannot belong to itself.
    for role, label in (("bet", draft.bet), ("id", draft.id), ("round", draft.round)):
        if label and label != RESERVED.get(role):
            # A known transaction in another round is a case of its own, so there a round may stand alone.
            counted = 2 if role == "round" and draft.id else times
            yield _Use(label, role, word, draft.line, counted)
