"""From the findings of a run on one contract to a short list of causes, root causes first.

Known bugs that the pattern of the run matches come first. Causes with certain evidence follow: a late balance, or an
HTTP status of a proxy. What the failing step alone suggests is a guess, and comes last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from harness.contracts import Contract
from harness.model import Level, Situation, Status, Verdict, Wrong
from harness.verdict.causes import CERTAIN, EXACT, OF_MONEY, UNDECIDED, roots_of
from harness.verdict.dictionary.cover import Match, cover
from harness.verdict.dictionary.known import FaultDictionary, Harm, Mark, dictionary_in
from harness.verdict.dictionary.pattern import mark_of, pattern_of
from harness.verdict.result import RED, ScenarioResult, worst

_MOST_NAMED = 3
"""How many bugs with equal cells are named in one sentence."""
_OF_MONEY = frozenset({Wrong.MOVED, Wrong.ACCEPTED, Wrong.BALANCE})
_OF_ATTACKS = frozenset(
    {
        Situation.FORGED,
        Situation.MISSING_HEADER,
        Situation.STALE,
        Situation.TAMPERED,
        Situation.UNKNOWN_PLAYER,
        Situation.UNKNOWN_SESSION,
        Situation.SPENT_TOKEN,
    }
)
"""The situations in which a request is not from the one for whom it speaks."""

Finding = tuple[ScenarioResult, Verdict]
Key = tuple[str, str]
"""The id of a step's own probable cause, and its sentence. Without a cause: an empty id and the finding's summary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A cause of some findings of a run on one contract. The numbers count scenarios."""

    sentence: str
    fix: str
    harm: Harm
    findings: tuple[Finding, ...]
    bugs: tuple[str, ...] = ()
    """The names of the known bugs, which no pattern distinguishes if there are several. Empty for other causes."""
    likeness: float = 0.0
    predicted: int = 0
    """How many of the scenarios that were run the bug turns red."""
    confirmed: int = 0
    refuted: int = 0
    """How many of the predicted scenarios passed."""
    of: int = 0
    """How many scenarios of the run are red."""
    evidence: tuple[str, ...] = ()
    """What the failing steps themselves suggest, as sentences with their numbers, most frequent first."""
    keys: tuple[Key, ...] = ()
    guess: bool = False
    """True if only the failing step suggests it."""
    main: bool = False
    """True for the guess that explains most of the scenarios that nothing else explains. Others may follow from it."""
    waived: bool = False

    @property
    def status(self) -> Status:
        """The worst status of its findings."""
        return worst([verdict.status for _, verdict in self.findings])

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The ids of the scenarios that it explains, each once."""
        return tuple(dict.fromkeys(result.scenario for result, _ in self.findings))

    @property
    def counts(self) -> str:
        """The numbers of a known bug as a sentence, or an empty text for another cause."""
        if not self.bugs:
            return ""
        alike = f"like {len(self.bugs)} known bugs that this run cannot tell apart: " if len(self.bugs) > 1 else ""
        return (
            f"{alike}{self.confirmed} of {self.predicted} of its scenarios are red, {self.refuted} of its predictions "
            f"passed; explains {len(self.scenarios)} of your {self.of}"
        )

    @property
    def requirements(self) -> tuple[str, ...]:
        """The ids of the violated requirements, each once."""
        return tuple(dict.fromkeys(verdict.requirement for _, verdict in self.findings))


def explain(
    results: Sequence[ScenarioResult], contract: Contract, dictionary: FaultDictionary | None = None
) -> tuple[Explanation, ...]:
    """The causes of the findings of one contract, in the order in which to repair them; those of waived ones last.

    `dictionary` replaces the one in the folder of the contract's schemas.
    """
    known = dictionary if dictionary is not None else dictionary_in(contract.schemas, contract.name)
    found = [(each, verdict) for each in results for verdict in each.verdicts if verdict.status in RED]
    if not found:
        return ()
    matches = cover(pattern_of(results), known)
    red = len({each.scenario for each, _ in found})
    explanations: list[Explanation] = []
    for match in matches:
        mine = [each for each in found if _is_explained(each, match, known)]
        found = [each for each in found if not _is_explained(each, match, known)]
        explanations += _split(_known(match, mine, red))
    explanations += [part for each in _with_the_main_one(_by_evidence(found, red)) for part in _split(each)]
    return tuple(sorted(explanations, key=rank))


def _is_explained(finding: Finding, match: Match, known: FaultDictionary) -> bool:
    """True if the match predicts a finding.

    A scenario that no bug was tried with needs the evidence of another one. Generated scenarios combine all that the
    language has, so of these it is enough that the bug violates the requirement, by the same check, anywhere. Exact
    evidence must be its own.
    """
    result, verdict = finding
    mark = mark_of(verdict)
    if result.found and (mark.requirement, mark.check) in match.violated:
        return mark.evidence not in EXACT or mark.evidence in match.evidence
    if result.scenario in known.scenarios:
        return mark in match.explained.get(result.scenario, frozenset[Mark]())
    return bool(mark.evidence) and any(
        mark.evidence == each.evidence for own in match.explained.values() for each in own
    )


def _known(match: Match, findings: Sequence[Finding], red: int) -> Explanation:
    """The explanation by known bugs. If the run does not distinguish them, the step's evidence is the sentence."""
    bugs = [bug for row in match.rows for bug in row.bugs]
    evidence = _evidence(findings)
    named = len(bugs) == 1 or not evidence
    titles = ", or one that ".join(each.title for each in bugs[:_MOST_NAMED])
    fixes = [each.fix for each in bugs[:_MOST_NAMED]] if named else _fixes(findings)
    behaves = f"the wallet behaves like one that {titles}"
    return Explanation(
        sentence=behaves if named else evidence[0],
        fix="; or ".join(dict.fromkeys(fixes)),
        harm=_most_common([each.harm for each in bugs]),
        findings=tuple(findings),
        bugs=tuple(each.name for each in bugs),
        likeness=match.likeness,
        predicted=match.predicted,
        confirmed=match.confirmed,
        refuted=match.refuted,
        of=red,
        evidence=evidence if named else (behaves, *evidence[1:]),
    )


def _fixes(findings: Iterable[Finding]) -> list[str]:
    """The repair that the findings' own causes suggest most often, alone in a list. Empty if they suggest none."""
    return [text for text, _ in Counter(each.fix for _, each in findings if each.fix).most_common(1)]


def _most_common(harms: Sequence[Harm]) -> Harm:
    """The most common harm; of those that are equally common, the worst."""
    return min(Harm, key=lambda each: (-harms.count(each), list(Harm).index(each)))


def _evidence(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The sentences of the findings' own causes, most frequent first."""
    return tuple(text for text, _ in Counter(each.probably for _, each in findings if each.probably).most_common())


def _split(explanation: Explanation) -> Iterator[Explanation]:
    """An explanation of the findings that are not waived, and one of those that are. Empty ones are left out."""
    for waived in (False, True):
        mine = tuple(each for each in explanation.findings if (each[1].requirement in each[0].waived) is waived)
        if mine:
            yield replace(explanation, findings=mine, waived=waived)


def _with_the_main_one(found: Sequence[Explanation]) -> Iterator[Explanation]:
    """The causes, of which one is marked if it explains a violation in more than half of the scenarios."""
    every = {scenario for each in found for scenario in each.scenarios}
    for each in found:
        most = each.guess and each.status is Status.FAIL and 2 * len(each.scenarios) > len(every)
        yield replace(each, main=most and len(found) > 1)


def _by_evidence(findings: Sequence[Finding], red: int) -> list[Explanation]:
    """Findings that no known bug explains, grouped by what their steps suggest."""
    groups: dict[Key, list[Finding]] = {}
    for each in findings:
        groups.setdefault(key_of(each[1]), []).append(each)
    made = [_suggested(key, group, red) for key, group in groups.items()]
    return _under_their_roots(made)


def key_of(verdict: Verdict) -> Key:
    """The group of a finding by what its step suggests."""
    return verdict.cause, verdict.probably or verdict.summary


def _suggested(key: Key, findings: Sequence[Finding], red: int) -> Explanation:
    identifier, sentence = key
    return Explanation(
        sentence=sentence,
        fix=next((each.fix for _, each in findings if each.fix), ""),
        harm=_harm([each for _, each in findings]),
        findings=tuple(findings),
        of=red,
        keys=(key,),
        guess=identifier not in CERTAIN,
    )


def _harm(verdicts: Sequence[Verdict]) -> Harm:
    """The harm of findings without a known bug, from their level and from what was wrong."""
    if all(each.level is not Level.MUST for each in verdicts):
        return Harm.ADVICE
    if all(each.cause in CERTAIN for each in verdicts):
        return Harm.FORMAT
    if any(each.situation.partition(".")[0] in _OF_ATTACKS for each in verdicts):
        return Harm.ATTACK
    of_money = any(each.wrong in _OF_MONEY or each.cause in OF_MONEY for each in verdicts)
    return Harm.MONEY if of_money else Harm.FORMAT


def _under_their_roots(found: Sequence[Explanation]) -> list[Explanation]:
    """Move each suggested cause below the one that explains it, if the same run has that, too."""
    kept: list[Explanation] = []
    for each in sorted(found, key=_frequency):
        # The more frequent causes come first. So a root is kept before the causes that it explains, and none explains
        # itself. A cause with several reasons is explained by a rarer root, too.
        place = next((at for at, other in enumerate(kept) if _explains(other, each)), None)
        if place is None:
            kept.append(each)
            continue
        root = kept[place]
        keys = root.keys if each.keys[0] in root.keys else (*root.keys, each.keys[0])
        kept[place] = replace(root, findings=(*root.findings, *each.findings), keys=keys)
    return [replace(each, evidence=tuple(sentence for _, sentence in each.keys[1:])) for each in kept]


def _frequency(cause: Explanation) -> tuple[bool, bool, int, int]:
    """A sort key: those with several reasons come after the others, one of which may say which."""
    (identifier, _), *_ = cause.keys
    return cause.status is not Status.FAIL, identifier in UNDECIDED, -len(cause.scenarios), len(roots_of(identifier))


def _explains(root: Explanation, other: Explanation) -> bool:
    """True if one cause, or a cause that it already explains, is a root of the other one."""
    key = other.keys[0]
    return root.status is Status.FAIL and any(each == key or each[0] in roots_of(key[0]) for each in root.keys)


def rank(cause: Explanation) -> tuple[bool, bool, bool, int, int, int]:
    """A sort key: waived ones and guesses last, then the main guess, harm, status, and number of scenarios."""
    order = [Status.FAIL, Status.UNKNOWN, Status.WARN]
    harm = list(Harm).index(cause.harm)
    return cause.waived, cause.guess, not cause.main, harm, order.index(cause.status), -len(cause.scenarios)
