"""Checks labels: a label must be defined before a reference to it, and something must refer to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.files.complaints import Complaints, nearest
from harness.model import Draft, Step
from harness.scenario.words import BETS, CREDITS, RESERVED


@dataclass(frozen=True, slots=True)
class _Use:
    """One place where a label is written.

    `times` is 2 if this place alone uses the label more than once.
    """

    label: str
    role: str
    """`id` | `bet` | `resend` | `round` | `pot`."""
    word: str
    line: int
    times: int = 1
    scope: int = 0
    """The line of the `repeat` that the label belongs to. 0 means outside of any `repeat`."""

    @property
    def name(self) -> tuple[str, int]:
        """The key of the label. Two uses with the same key mean the same thing."""
        return (self.label, self.scope)


def check_labels(steps: tuple[Step, ...], complaints: Complaints, *, of_wins: bool = False) -> None:
    """Complain about every label that is referred to and not defined, or defined and never referred to.

    `of_wins` says that a rollback may name a win.
    """
    uses = tuple(_scoped(steps))
    _check_references(uses, complaints, of_wins=of_wins)
    for kind, roles in (("label", ("id", "bet", "resend")), ("round", ("round",)), ("pot", ("pot",))):
        counts: Counter[tuple[str, int]] = Counter()
        for use in uses:
            counts[use.name] += use.times if use.role in roles else 0
        for use in uses:
            if use.role in roles and counts[use.name] == 1 and use.role in {"id", "round", "pot"}:
                complaints.add(use.line, f"{kind} {use.label!r} appears only here: drop it, or refer to it")


def _check_references(uses: tuple[_Use, ...], complaints: Complaints, *, of_wins: bool) -> None:
    undone = (*BETS, *CREDITS) if of_wins else BETS
    undoable = {use.name for use in uses if use.role == "id" and use.word in undone}
    ids: set[tuple[str, int]] = set()
    bets: set[tuple[str, int]] = set()
    for use in uses:
        # A rollback may arrive before its bet. This is the case of a late bet.
        known = {"resend": ids, "bet": undoable if use.word == "rollback" else bets}.get(use.role)
        if known is not None and use.name not in known:
            what = "resend" if use.role == "resend" else f"bet of {use.word}"
            place = "no earlier bet has this id" if use.role == "bet" else "no earlier transaction has this id"
            near = nearest(use.label, {label for label, scope in known if scope in {0, use.scope}})
            complaints.add(use.line, f"{what}: {use.label!r}: {place}{near}")
        if use.role == "id":
            ids.add(use.name)
            bets |= {use.name} if use.word in BETS else set()


def _scoped(steps: tuple[Step, ...]) -> Iterator[_Use]:
    """Every use in order. A label that first occurs inside `repeat` is a different label in each of its rounds."""
    outside: set[str] = set()
    for step in steps:
        uses = tuple(_uses(step))
        if step.word == "repeat":
            yield from (use if use.label in outside else replace(use, scope=step.line) for use in uses)
        else:
            outside |= {use.label for use in uses}
            yield from uses


def _uses(step: Step) -> Iterator[_Use]:
    again = step.times not in {"", "1"} or bool(step.size)
    if step.label:
        yield _Use(step.label, "resend", "resend", step.line)
    for draft in step.drafts:
        yield from _uses_of_draft(draft, step.word, 2 if again else 1)
    for inner in step.steps:
        yield from _uses(inner)


def _uses_of_draft(draft: Draft, word: str, times: int) -> Iterator[_Use]:
    # The reference comes first, because a transaction cannot belong to itself.
    for role, label in (("bet", draft.bet), ("id", draft.id), ("round", draft.round), ("pot", draft.pot)):
        if label and label not in RESERVED.get(role, ()):
            # Sending a known transaction with another round is a valid case, so such a round may occur only once.
            counted = 2 if role in {"round", "pot"} and draft.id else times
            yield _Use(label, role, word, draft.line, counted)
