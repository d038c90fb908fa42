"""The list of what to repair, and the violated SHOULD requirements folded by cause, as lines of the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from harness.inert import one_line
from harness.model import Status
from harness.plugin.block import in_short
from harness.report.verdict_sentence import counted
from harness.verdict.dictionary import Explanation

Caused = tuple[str, Explanation]
"""The name of a contract, and one cause of its findings."""

_MOST, _LEAST_GUESSED = 6, 2
"""How many causes are listed without `-v`. So many guesses are listed even if the known bugs take all places."""
_MOST_LINES_OF_AN_EXAMPLE = 2
_INDENT = " " * 6


def is_advice(cause: Explanation, *, strict: bool) -> bool:
    """True if only SHOULD requirements are violated, and that does not fail the run."""
    return cause.status is Status.WARN and not strict


def advice_lines(causes: Sequence[Caused], *, width: int, verbosity: int) -> list[str]:
    """The lines for causes that violate SHOULD requirements alone. Without `-v` each has an example in short."""
    lines: list[str] = []
    for contract, cause in causes:
        lines += _cause(contract, cause, width, verbosity, named=_named(causes))
        lines += _example(cause, width) if verbosity == 0 else []
    return lines


def fix_lines(causes: Sequence[Caused], *, width: int, verbosity: int) -> list[str]:
    """The lines for causes that fail the run: known bugs first, guesses last.

    Without `-v` the list is cut, and guesses beside known bugs have no repair, so that all fits at the end of a screen.
    """
    every, named = verbosity > 0, _named(causes)
    known = [each for each in causes if not each[1].guess]
    guessed = [each for each in causes if each[1].guess]
    shown = known if every else known[:_MOST]
    guesses = guessed if every else guessed[: max(_LEAST_GUESSED, _MOST - len(shown))]
    lines = [line for each in shown for line in _cause(*each, width, verbosity, named=named)]
    if guessed:
        lines += wrap(_head_of_guesses([each for _, each in guessed], beside=bool(known)), width)
        brief = bool(known) and not every
        lines += [line for each in guesses for line in _cause(*each, width, verbosity, named=named, brief=brief)]
    if more := len(causes) - len(shown) - len(guesses):
        lines.append(f"and {counted(more, 'more cause')}: -v lists all, with their evidence")
    return lines


def _example(cause: Explanation, width: int) -> list[str]:
    """A finding of a cause in at most two lines: its scenario, what was wrong, and what was sent."""
    for result, verdict in cause.findings[:1]:
        sent = f"; we sent {verdict.sent}" if verdict.sent else ""
        text = one_line(f"seen in {result.scenario}: {in_short(verdict)}{sent}")
        return wrap(
            text,
            width,
            initial_indent=_INDENT,
            subsequent_indent=_INDENT,
            max_lines=_MOST_LINES_OF_AN_EXAMPLE,
            placeholder=" ...",
            break_on_hyphens=False,
        )
    return []


def _named(causes: Sequence[Caused]) -> bool:
    """True if the causes are of several contracts, so that each has to name its own."""
    return len({contract for contract, _ in causes}) > 1


def _head_of_guesses(guessed: Sequence[Explanation], *, beside: bool) -> str:
    """How many findings no known bug explains. `beside` is True if others are explained."""
    count = sum(len(each.findings) for each in guessed)
    more = " more" if beside else ""
    what = f"{count:,}{more} finding{' that' if count == 1 else 's that'} nothing we know explains"
    return f"{what}; guesses by the failing step alone:"


def _cause(
    contract: str, cause: Explanation, width: int, verbosity: int, *, named: bool, brief: bool = False
) -> Iterator[str]:
    """A cause with its number of scenarios, its requirements and its repair; with `-v` also with its evidence.

    A `brief` one is without its repair.
    """
    of = f"{contract}: " if named else ""
    where = f"({of}{', '.join(cause.requirements[:4])}{', ...' if len(cause.requirements) > 4 else ''})"
    yield from wrap(
        f"{len(cause.scenarios):>4} {cause.status}  {cause.harm}: {cause.sentence} {where}",
        width,
        subsequent_indent=_INDENT,
        break_on_hyphens=False,
    )
    further = [f"fix: {cause.fix}"] if cause.fix and not brief else []
    if verbosity > 0:
        evidence = cause.evidence if verbosity > 1 else cause.evidence[:1]
        further = [*filter(None, [cause.counts]), *(f"evidence: {each}" for each in evidence), *further]
        further.append(f"seen in {', '.join(cause.scenarios if verbosity > 1 else cause.scenarios[:1])}")
    for text in further:
        yield from wrap(text, width, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False)
