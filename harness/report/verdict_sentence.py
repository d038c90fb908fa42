"""The verdict over one contract in one sentence: what is wrong, or what holds, and what was not judged.

The terminal, every report and the annotations take the sentence from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.contracts import Contract
from harness.model import Level, NotApplicable, Status
from harness.verdict import Certification, ContractVerdict, ScenarioResult
from harness.verdict.dictionary import Explanation
from harness.verdict.repetition_ages import HOW_TO_RESTART, latest, no_restart_tried

_MOST_NAMED = 4
"""Number of requirement ids that are listed for one reason."""
_MOST_REASONS = 2
_BAD = (Status.FAIL, Status.UNKNOWN)


@dataclass(frozen=True, slots=True)
class NotJudged:
    """What a run did not judge, and why: repeats after a restart, operations, or ids of requirements."""

    what: tuple[str, ...]
    why: str

    @property
    def words(self) -> str:
        """Both as a part of a sentence: `reward, retry (the wallet has neither)`."""
        more = f" and {len(self.what) - _MOST_NAMED} more" if len(self.what) > _MOST_NAMED else ""
        return f"{', '.join(self.what[:_MOST_NAMED])}{more} ({self.why})"


_AFTER_A_RESTART = NotJudged(("repeats after a restart",), HOW_TO_RESTART)


def verdict_sentence(
    verdict: ContractVerdict,
    contract: Contract,
    results: Sequence[ScenarioResult],
    causes: Sequence[Explanation],
    *,
    total: int,
    strict: bool = False,
    words: bool = True,
) -> str:
    """The sentence with the verdict before it, as in `NOT CERTIFIED: ids are not looked up (41 scenarios)`.

    `results` and `causes` are those of this contract, the causes in the order of `rank`. `total` is the number of the
    suite's scenarios for it. Without `words` the verdict itself is left out.
    """
    parts = [verdict.reason]
    if verdict.certification is Certification.NOT_CERTIFIED:
        found = [*_ended(results), *_wrong(results, causes, strict=strict), *_waivers(verdict)]
        parts = [*(found or parts), *_of_a_part(results, total)]
    if verdict.warnings and not strict:
        are = "requirement is" if verdict.warnings == 1 else "requirements are"
        parts.append(f"{verdict.warnings} SHOULD {are} violated")
    if verdict.certification is Certification.CERTIFIED:
        left = [each.words for each in not_judged(verdict, contract, results)]
        more = [f"and {len(left) - _MOST_REASONS} more"] if len(left) > _MOST_REASONS else []
        parts += [f"not judged: {', '.join([*left[:_MOST_REASONS], *more])}"] if left else []
    return f"{f'{verdict.words}: ' if words else ''}{'; '.join(parts)}."


def _ended(results: Sequence[ScenarioResult]) -> Iterator[str]:
    """Why the run ended before its last scenario, if it did."""
    yield from [each.ended for each in results if each.ended][:1]


def _wrong(results: Sequence[ScenarioResult], causes: Sequence[Explanation], *, strict: bool) -> Iterator[str]:
    """The first cause with its number of scenarios, how many others there are, and what could not be decided."""
    bad = (*_BAD, Status.WARN) if strict else _BAD
    failing = [each for each in causes if not each.waived and each.status in bad]
    for first in failing[:1]:
        guess = "a guess: " if first.guess else ""
        yield f"{guess}{first.sentence} ({counted(len(first.scenarios), 'scenario')})"
    if others := failing[1:]:
        smaller = all(len(each.scenarios) < len(failing[0].scenarios) for each in others)
        yield counted(len(others), "smaller cause" if smaller else "other cause")
    if undecided := [each for each in results if each.status is Status.UNKNOWN and not each.violated]:
        yield f"{counted(len(undecided), 'scenario')} could not be decided ({undecided[0].reason})"


def _waivers(verdict: ContractVerdict) -> Iterator[str]:
    yield from (each.error for each in verdict.waivers if each.error)


def _of_a_part(results: Sequence[ScenarioResult], total: int) -> Iterator[str]:
    """How many scenarios were run, if not all of the suite were."""
    run = len({each.scenario for each in results if not each.ended or each.exchanges})
    if run < total:
        yield f"of a part: {run} of {counted(total, 'scenario')} {'was' if run == 1 else 'were'} run"


def not_judged(
    verdict: ContractVerdict, contract: Contract, results: Sequence[ScenarioResult]
) -> tuple[NotJudged, ...]:
    """What a run did not judge: repeats after a restart, what the wallet lacks, and other skipped requirements.

    The skipped requirements are MUST and SHOULD requirements.
    """
    absent = tuple(sorted({name for each in results for name in each.absent}))
    left = {
        identifier
        for identifier, status in verdict.requirements.items()
        if status is Status.SKIPPED and contract.requirements[identifier].level is not Level.MAY
    }
    reasons: dict[str, dict[str, None]] = {}
    for each in results:
        was_skipped = each.status is Status.SKIPPED and not each.ended
        if was_skipped and each.not_applicable is not NotApplicable.OPERATION and each.requirement in left:
            reasons.setdefault(each.reason, {})[each.requirement] = None
    others = tuple(NotJudged(tuple(ids), why) for why, ids in reasons.items())
    lacking = (NotJudged(absent, _lacking(len(absent))),) if absent else ()
    no_restart = no_restart_tried(latest(each.late for each in results))
    return (*((_AFTER_A_RESTART,) if no_restart else ()), *lacking, *others)


def _lacking(count: int) -> str:
    words: Mapping[int, str] = {1: "the wallet does not have it", 2: "the wallet has neither"}
    return words.get(count, "the wallet has none of them")


def counted(number: int, thing: str) -> str:
    """`1 scenario`, `1,234 scenarios`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
