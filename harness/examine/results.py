"""Builds the complete result of a scenario from its runs and their judgements.

Only this module removes secrets from results: once from each text, when the text is complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from harness.client import spread_us
from harness.contracts import Contract
from harness.examine.evidence_limit import EvidenceLimit
from harness.examine.exchange_records import keep, one
from harness.examine.redaction import NO_SECRETS, Secrets
from harness.examine.shell_lines import again
from harness.model import (
    Authenticate,
    Check,
    Exchange,
    History,
    Player,
    Scenario,
    Status,
    Transmission,
    Verdict,
    Waiver,
)
from harness.verdict import ScenarioResult, Violation, today, violated_by, waived_among, worst
from harness.verdict.causes import diagnose, of_mistake
from harness.verdict.checks import Judged
from harness.verdict.repetition_ages import latest

_RED = (Status.FAIL, Status.UNKNOWN, Status.WARN)
MOST_ALIKE = 20
"""How many findings by one check and requirement, of one status, a result has."""
MOST_RUNS = 2
"""How many runs of one scenario are recorded. Runs with findings come first."""
LONGEST_SAID = 300
"""How many characters of the wallet's own words a verdict has."""
LONGEST_AGAIN = 6_000
"""How many characters of shell lines a verdict has."""

JudgedRun = tuple[int, Judged]
"""The number of a run of a scenario, from 0, and its judgement."""


@dataclass(frozen=True, slots=True)
class Results:
    """Builds results by one contract. `url` is the wallet's base URL.

    `recording` keeps the exchanges for reports. Without `explaining`, findings have no probable cause and no shell
    lines. The `players` are those that the user has named. The sessions that they open are secrets, too.
    """

    contract: Contract
    secrets: Secrets = NO_SECRETS
    url: str = ""
    recording: bool = False
    explaining: bool = True
    players: tuple[Player, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    day: Callable[[], date] = today
    """Returns the day on which waivers must not have expired."""
    evidence: EvidenceLimit = field(default_factory=EvidenceLimit)
    """The room that is left for what the wallet has sent."""

    def of_runs(
        self,
        scenario: Scenario,
        histories: Sequence[History],
        judged: Sequence[JudgedRun],
        *,
        absent: Iterable[str] = (),
        seconds: str = "0",
    ) -> ScenarioResult:
        """The result of a scenario. A scenario with a race has several runs.

        `judged` holds the runs with at least one request. `absent` names the operations that the wallet does not have.
        """
        secrets = self._secrets_of(histories)
        verdicts = self._verdicts(histories, judged, secrets)
        ended, verdicts = _without_its_end(histories, verdicts)
        skipped = next((each for each in histories if each.skipped), None)
        status, reason = _outcome(histories, [found for _, found in judged], verdicts, skipped)
        records, left_out = self._records(histories, judged, secrets)
        return ScenarioResult(
            **_identity(scenario, self.contract),
            status=status,
            verdicts=verdicts,
            reason=secrets.sentence(reason),
            ended=secrets.sentence(ended),
            readings=tuple(sorted({reading for _, found in judged for reading in found.readings})),
            **_measured(histories),
            core_money_moved=any(found.core_money_moved for _, found in judged),
            cases=_cases(judged, secrets),
            absent=tuple(sorted(absent)),
            avoided_by=_avoided_by(judged) if status is Status.SKIPPED and skipped is None else (),
            not_applicable=skipped.not_applicable if skipped is not None and status is Status.SKIPPED else None,
            seconds=seconds,
            records=records,
            left_out=left_out,
            waived=self._waived(verdicts),
        )

    def not_reached(self, scenario: Scenario, ended: str) -> ScenarioResult:
        """The result of a scenario that was not run, because the run had ended for the reason `ended`."""
        why = self.secrets.sentence(ended)
        return ScenarioResult(
            **_identity(scenario, self.contract), status=Status.SKIPPED, reason=f"not run: {why}", ended=why
        )

    def undecided(self, scenario: Scenario, reason: str) -> ScenarioResult:
        """The result of a scenario that could not be run, with the reason."""
        return undecided(scenario, self.contract, self.secrets.sentence(reason))

    def skipped(self, scenario: Scenario, reason: str, avoided_by: Iterable[str] = ()) -> ScenarioResult:
        """The result of a scenario that has nothing to judge, with the reason, and the readings that explain it."""
        identity = _identity(scenario, self.contract)
        return ScenarioResult(
            **identity, status=Status.SKIPPED, reason=reason, avoided_by=tuple(sorted(set(avoided_by)))
        )

    def of_findings(
        self, scenario: Scenario, parts: Sequence[ScenarioResult], verdicts: Sequence[Verdict], **fields: Any
    ) -> ScenarioResult:
        """The result of generated scenarios. Each finding has one verdict and the result of the scenario that shows it.

        `fields` are further fields of the result. The records of each scenario become a run of the result.
        """
        records = [{**each, "run": run} for run, part in enumerate(parts) for each in part.records]
        found = tuple(replace(each, run=run, line=0) for run, each in enumerate(verdicts))
        status = worst([each.status for each in found]) if found else Status.PASS
        return ScenarioResult(
            **_identity(scenario, self.contract),
            **{"status": status, **fields},
            verdicts=found,
            records=tuple(records),
            waived=self._waived(found),
        )

    def before_scenarios(self, scenario: Scenario, violation: Violation) -> ScenarioResult:
        """The result of a scenario after pre-flight has proved a violation.

        It is FAIL if the scenario is one of the violated requirement. Otherwise it is SKIPPED.
        """
        if scenario.requirements[self.contract.name] != violation.requirement:
            return ScenarioResult(
                **_identity(scenario, self.contract),
                status=Status.SKIPPED,
                reason=f"not run: pre-flight found that {violation.requirement} is violated",
            )
        found = of_mistake(violation.mistake, self.contract)
        records = tuple(
            {"run": 0, "index": index, **one(each, self.contract, self.secrets), "balances": []}
            for index, each in enumerate(violation.exchanges)
        )
        verdict = Verdict(
            check=Check.PREFLIGHT,
            requirement=violation.requirement,
            level=self.contract.requirements[violation.requirement].level,
            status=Status.FAIL,
            summary=violation.summary,
            sent=violation.sent,
            said=violation.said,
            cause=found.id if found is not None else "",
            probably=found.sentence if found is not None else "",
            fix=found.fix if found is not None else "",
            exchange=len(records) - 1 if records else None,
            again=self._again(records[-1]) if records else "",
        )
        return ScenarioResult(
            **_identity(scenario, self.contract),
            status=Status.FAIL,
            verdicts=(verdict,),
            exchanges=len(records),
            records=records if self.recording else (),
            waived=self._waived((verdict,)),
        )

    def _verdicts(
        self, histories: Sequence[History], judged: Sequence[JudgedRun], secrets: Secrets
    ) -> tuple[Verdict, ...]:
        """The verdicts of all runs without secrets."""
        return tuple(
            self._finished(verdict, run, histories[run], found, secrets) for run, found, verdict in _distinct(judged)
        )

    def _finished(self, verdict: Verdict, run: int, history: History, judged: Judged, secrets: Secrets) -> Verdict:
        """The verdict without secrets. FAIL, UNKNOWN and WARN also get a probable cause and shell lines."""
        redacted = replace(
            verdict,
            summary=secrets.sentence(verdict.summary),
            sent=secrets.sentence(verdict.sent),
            said=secrets.sentence(verdict.said, LONGEST_SAID),
            possible=tuple(map(secrets.sentence, verdict.possible)),
            place=secrets.sentence(verdict.place),
        )
        if not self.explaining or verdict.status not in _RED:
            return redacted
        found = diagnose(verdict, history, judged.course, self.contract)
        index = verdict.accused if verdict.accused is not None else verdict.exchange
        return replace(
            redacted,
            run=run,
            cause=found.id if found is not None else "",
            probably=secrets.sentence(found.sentence) if found is not None else "",
            fix=secrets.sentence(found.fix) if found is not None else verdict.fix,
            again="" if index is None else self._again(one(history.exchanges[index], self.contract, secrets)),
        )

    def _records(
        self, histories: Sequence[History], judged: Sequence[JudgedRun], secrets: Secrets
    ) -> tuple[tuple[Mapping[str, Any], ...], int]:
        """The exchanges that a report shows, and how many it leaves out."""
        if not self.recording:
            return (), 0
        chosen = sorted(sorted(judged, key=lambda pair: (not _is_red(pair[1]), pair[0]))[:MOST_RUNS])
        kept = [
            keep(run, histories[run], each.course, self.contract, secrets, named=_named(each.verdicts))
            for run, each in (chosen if _race(histories) else chosen[:1])
        ]
        count = sum(len(each.exchanges) for each in histories)
        found = [exchange for each in kept for exchange in each.exchanges]
        named = [(run, index) for run, each in judged for index in _named(each.verdicts)]
        records = self.evidence.fitted(found, named)
        return records, count - len(records)

    def _again(self, recorded: Mapping[str, Any]) -> str:
        """Shell lines that send a recorded request again. They have no secrets because the record has none."""
        return again(self.contract, origin_of(self.url), recorded)[:LONGEST_AGAIN]

    def _secrets_of(self, histories: Sequence[History]) -> Secrets:
        """The secrets of the run, the one-time tokens, and the sessions opened by players that the user has named."""
        exchanges = [each for history in histories for each in history.exchanges]
        tokens = {each.token for history in histories for each in history.players}
        tokens |= {each.operation.token for each in exchanges if isinstance(each.operation, Authenticate)}
        replies = [each.reply.session for each in exchanges if self.players and each.reply is not None]
        opened = [Player(id="A_LOGIN", currency="", session=each.session or "") for each in replies if each is not None]
        return self.secrets.and_those(sorted(tokens - {""}), opened)

    def _waived(self, verdicts: Sequence[Verdict]) -> tuple[str, ...]:
        return waived_among(violated_by(verdicts), self.waivers, self.day()) if self.waivers else ()


def undecided(scenario: Scenario, contract: Contract, reason: str) -> ScenarioResult:
    """The result of a scenario that could not be judged. `reason` must be free of secrets."""
    return ScenarioResult(**_identity(scenario, contract), status=Status.UNKNOWN, reason=reason)


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, without credentials and path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else "http://WALLET"


def _identity(scenario: Scenario, contract: Contract) -> dict[str, Any]:
    """The fields of a result that identify its scenario."""
    return {
        "scenario": scenario.id,
        "title": scenario.title,
        "contract": contract.name,
        "path": scenario.path,
        "requirement": scenario.requirements[contract.name],
    }


def _without_its_end(histories: Sequence[History], verdicts: tuple[Verdict, ...]) -> tuple[str, tuple[Verdict, ...]]:
    """Why the run ended in this scenario, and the findings of before. Empty, and all findings, if it went on.

    What could not be decided because the run ended is no finding.
    """
    ended = next((each.ended for each in histories if each.ended), "")
    return ended, tuple(each for each in verdicts if not ended or each.status is not Status.UNKNOWN)


def _outcome(
    histories: Sequence[History], judged: Sequence[Judged], verdicts: Sequence[Verdict], skipped: History | None
) -> tuple[Status, str]:
    """The status of a result, and its reason. The reason is empty if the verdicts give it."""
    stopped = next((each.stopped for each in histories if each.stopped and not each.skipped), "")
    avoided = next((each.avoided for each in judged if each.avoided), "")
    status = worst([each.status for each in verdicts]) if verdicts else Status.PASS
    if status in {Status.FAIL, Status.UNKNOWN}:
        return status, ""
    if ended := next((each.ended for each in histories if each.ended), ""):
        return Status.SKIPPED, ended
    if skipped is not None or avoided:
        return Status.SKIPPED, skipped.skipped if skipped is not None else avoided
    if stopped:
        return Status.UNKNOWN, stopped
    if not any(each.exchanges for each in histories):
        return Status.UNKNOWN, "nothing was sent"
    return status, ""


def _avoided_by(judged: Sequence[JudgedRun]) -> tuple[str, ...]:
    return next((each.avoided_by for _, each in judged if each.avoided_by), ())


def _distinct(judged: Sequence[JudgedRun]) -> list[tuple[int, Judged, Verdict]]:
    """Each finding once, with the first run that has it. Of those by one check and requirement, only the first ones."""
    found: dict[tuple[str, str, str], tuple[int, Judged, Verdict]] = {}
    alike: Counter[tuple[str, str, str]] = Counter()
    for run, each in judged:
        for verdict in each.verdicts:
            key = (verdict.check, verdict.requirement, verdict.summary)
            kind = (verdict.check, verdict.requirement, verdict.status)
            if key not in found and alike[kind] < MOST_ALIKE:
                alike[kind] += 1
                found[key] = (run, each, verdict)
    return list(found.values())


def _cases(judged: Sequence[JudgedRun], secrets: Secrets) -> tuple[Mapping[str, Any], ...]:
    """The rows of the families of faults, of the first run."""
    rows = judged[0][1].cases if judged else ()
    return tuple(
        {
            "name": secrets.sentence(row.name),
            "exchange": row.exchange,
            "answer": secrets.sentence(row.answer, LONGEST_SAID),
            "status": str(row.status),
        }
        for row in rows
    )


def _measured(histories: Sequence[History]) -> dict[str, Any]:
    """The fields of a result that count and measure its exchanges."""
    exchanges = [each for history in histories for each in history.exchanges]
    return {
        "exchanges": len(exchanges),
        "resent": sum(each.repeated for each in exchanges),
        "waited_ms": sum(each.waited_ms for each in histories),
        "spread_microseconds": _widest_spread(histories),
        "latencies": _latencies(histories),
        "late": latest(each.late for each in exchanges),
    }


def _widest_spread(histories: Sequence[History]) -> int | None:
    spreads = []
    for history in histories:
        races: dict[int, list[Transmission]] = {}
        for exchange in history.exchanges:
            if exchange.race is not None:
                races.setdefault(exchange.race, []).append(exchange.transmission)
        spreads += [round(spread_us(each)) for each in races.values() if len(each) > 1]
    return max(spreads, default=None)


def _is_red(judged: Judged) -> bool:
    return any(each.status in _RED for each in judged.verdicts)


def _race(histories: Sequence[History]) -> bool:
    return any(exchange.race is not None for history in histories for exchange in history.exchanges)


def _named(verdicts: Sequence[Verdict]) -> frozenset[int]:
    found = {index for each in verdicts for index in (each.exchange, each.accused)}
    return frozenset(index for index in found if index is not None)


def _latencies(histories: Sequence[History]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """By operation: the microseconds from the request's last byte to the answer's first byte, without races."""
    found: dict[str, list[int]] = {}
    for exchange in (each for history in histories for each in history.exchanges):
        if (microseconds := _latency(exchange)) is not None:
            found.setdefault(exchange.name, []).append(microseconds)
    return tuple((name, tuple(times)) for name, times in sorted(found.items()))


def _latency(exchange: Exchange) -> int | None:
    sent = exchange.transmission
    alone = exchange.race is None and exchange.loss is None
    return (
        (sent.first_byte_ns - sent.released_ns) // 1000 if alone and sent.first_byte_ns > sent.released_ns > 0 else None
    )
