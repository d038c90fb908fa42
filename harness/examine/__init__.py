"""Examines one wallet by one contract: runs scenarios, has them judged, and says in plain data what came of it.

`preflight` comes first: what is wrong with the configuration is one error there, not eighty failures later.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.client import Call, Carrier, Client, Pace, Transport, spread_us, unix_ms
from harness.config.subject import Subject
from harness.config.tailoring import narrowed, tailored
from harness.contracts import Contract, load
from harness.model import Exchange, History, Operation, Scenario, Status, Transmission, Verdict
from harness.play.players import (
    DEFAULT_GAME,
    CommandPlayers,
    Players,
    ProvisionedPlayers,
    ProvisioningFailed,
    Purse,
    SharedPlayers,
)
from harness.play.preflight import Facts, Violation
from harness.play.runner import Capabilities, Runner
from harness.scenario.identities import Identities
from harness.verdict import ScenarioResult, worst
from harness.verdict.checks import Judged, examine
from harness.verdict.evidence import Evidence

__all__ = ["Examiner", "Subject"]

MOST_SILENCES = 3
"""After so many scenarios in a row in which the wallet no longer answered, the rest are not attempted."""


class Examiner:
    """Examines scenarios one after the other, on connections that stay warm."""

    def __init__(
        self,
        subject: Subject,
        facts: Facts,
        *,
        wallet: Carrier | None = None,
        provision: Carrier | None = None,
        record: bool = False,
        explain: bool = True,
        now_ms: Callable[[], int] = unix_ms,
    ) -> None:
        """Nothing is sent yet. `record` keeps exchanges for a report. Raises ConfigurationError for an impossible URL.

        Without `explain` findings have no probable cause and no shell lines: nobody will read them. `wallet` and
        `provision` are ways to a wallet that is not behind the subject's URLs. `now_ms` is the clock that requests are
        signed by, in Unix milliseconds.
        """
        self._explains = explain
        self.contract: Contract = tailored(load(subject.contract), readings=subject.policies, codes=subject.codes)
        self._subject = subject
        chosen = dict(subject.policies)
        seen = [(policy, reading) for policy, reading in facts.readings if policy not in chosen]
        self._policy = narrowed(self.contract.policy, seen)
        wallet, self._provision = _ways(subject, wallet, provision)
        self.client = Client(self.contract, wallet, subject.credentials, paths=dict(subject.paths), now_ms=now_ms)
        self.capabilities = Capabilities({*facts.absent, *subject.lacks})
        identities = Identities(subject.seed, subject.run_id, f"{subject.contract}/{subject.scope}")
        self.players = self._source_of_players(identities)
        self._runner = Runner(
            self.client,
            self.players,
            identities,
            limits=subject.limits,
            games=subject.games,
            capabilities=self.capabilities,
        )
        self._evidence = Evidence(self.contract, subject.credentials, subject.url, record, subject.players)
        self._silences = 0
        self._violation = facts.violation

    def examine(self, scenario: Scenario) -> ScenarioResult:
        """Run and judge one scenario. Whatever the wallet does becomes a result."""
        if self._violation is not None:
            return _refuted(scenario, self.contract, self._violation, self._evidence)
        if self._silences >= MOST_SILENCES:
            return _undecided(scenario, self.contract, "not attempted: the wallet has stopped answering")
        started = time.monotonic()
        try:
            histories = self._runner.run(scenario)
        except ProvisioningFailed as error:
            self._silences += 1
            return _undecided(scenario, self.contract, str(error))
        silent = any(history.stopped for history in histories)
        self._silences = self._silences + 1 if silent else 0
        return replace(self.judge(scenario, histories), seconds=f"{time.monotonic() - started:.3f}")

    def judge(self, scenario: Scenario, histories: Sequence[History]) -> ScenarioResult:
        """What comes of histories that have been recorded: one of each run of the scenario."""
        judged = [(run, self._judged(run, history)) for run, history in enumerate(histories) if history.exchanges]
        result = result_of(scenario, self.contract, histories, [each for _, each in judged])
        return replace(self._evidence.attach(result, histories, judged), absent=tuple(sorted(self.capabilities.absent)))

    def _judged(self, run: int, history: History) -> Judged:
        judged = examine(history, self.contract, self._policy)
        return self._evidence.explain(run, history, judged) if self._explains else judged

    def close(self) -> tuple[str, ...]:
        """Restore the players and close every connection. Sentences about players who were left changed."""
        changed = self.players.close()
        self.client.close()
        if self._provision is not None:
            self._provision.close()
        return changed

    def _source_of_players(self, identities: Identities) -> Players:
        subject = self._subject
        if self._provision is not None:
            return ProvisionedPlayers(self.contract.name, self._provision.send, identities)
        if subject.provision_command:
            return CommandPlayers(self.contract.name, subject.provision_command, identities)
        games = subject.games or (DEFAULT_GAME,)
        return SharedPlayers(
            subject.players, Purse(self.contract, self._send, identities, self.capabilities.absent, games)
        )

    def _send(self, operation: Operation) -> Exchange:
        return self.client.call(Call(operation=operation))


def _ways(subject: Subject, wallet: Carrier | None, provision: Carrier | None) -> tuple[Carrier, Carrier | None]:
    """To the wallet and to what makes players, on connections of our own where none are given; one pace for both."""
    pace = Pace(subject.requests_per_second or None)
    if provision is None and subject.provision_url:
        provision = _transport(subject, subject.provision_url, pace)
    return wallet or _transport(subject, subject.url, pace), provision


def _transport(subject: Subject, url: str, pace: Pace) -> Transport:
    return Transport(
        url,
        tls=subject.tls,
        time_out_seconds=subject.time_out_seconds,
        user_agent=subject.user_agent,
        connections=subject.limits.connections,
        pace=pace,
    )


def result_of(
    scenario: Scenario, contract: Contract, histories: Sequence[History], judged: Sequence[Judged]
) -> ScenarioResult:
    """The result of a scenario that was run once, or several times because it races."""
    verdicts = tuple(_distinct(verdict for each in judged for verdict in each.verdicts))
    skipped = next((each for each in histories if each.skipped), None)
    stopped = next((each.stopped for each in histories if each.stopped and not each.skipped), "")
    avoided = next((each.avoided for each in judged if each.avoided), "")
    status = worst([each.status for each in verdicts]) if verdicts else Status.PASS
    red = status in {Status.FAIL, Status.UNKNOWN}
    reason = ""
    if not red and (skipped is not None or avoided):
        status, reason = Status.SKIPPED, skipped.skipped if skipped is not None else avoided
    elif not red and stopped:
        status, reason = Status.UNKNOWN, stopped
    elif not red and not any(each.exchanges for each in histories):
        status, reason = Status.UNKNOWN, "nothing was sent"
    return ScenarioResult(
        scenario=scenario.id,
        title=scenario.title,
        contract=contract.name,
        path=scenario.path,
        requirement=scenario.requirements[contract.name],
        status=status,
        verdicts=verdicts,
        reason=reason,
        readings=tuple(sorted({reading for each in judged for reading in each.readings})),
        exchanges=sum(len(each.exchanges) for each in histories),
        core_money_moved=any(each.core_money_moved for each in judged),
        not_applicable=skipped.not_applicable if skipped is not None and status is Status.SKIPPED else None,
        spread_microseconds=_widest_spread(histories),
    )


def _distinct(verdicts: object) -> list[Verdict]:
    told: dict[tuple[str, str, str], Verdict] = {}
    for verdict in verdicts:  # type: ignore[attr-defined]
        told.setdefault((verdict.check, verdict.requirement, verdict.summary), verdict)
    return list(told.values())


def _widest_spread(histories: Sequence[History]) -> int | None:
    spreads = []
    for history in histories:
        races: dict[int, list[Transmission]] = {}
        for exchange in history.exchanges:
            if exchange.race is not None:
                races.setdefault(exchange.race, []).append(exchange.transmission)
        spreads += [round(spread_us(each)) for each in races.values() if len(each) > 1]
    return max(spreads, default=None)


def _undecided(scenario: Scenario, contract: Contract, reason: str) -> ScenarioResult:
    return ScenarioResult(
        scenario=scenario.id,
        title=scenario.title,
        contract=contract.name,
        path=scenario.path,
        requirement=scenario.requirements[contract.name],
        status=Status.UNKNOWN,
        reason=reason,
    )


def _refuted(scenario: Scenario, contract: Contract, violation: Violation, evidence: Evidence) -> ScenarioResult:
    """Pre-flight has found the wallet wrong: the scenarios of that requirement say so, the others were not run."""
    result = _undecided(scenario, contract, f"not run: pre-flight found that {violation.requirement} is violated")
    if scenario.requirements[contract.name] != violation.requirement:
        return replace(result, status=Status.SKIPPED)
    found = evidence.cause_of(violation.mistake)
    verdict = Verdict(
        check="preflight",
        requirement=violation.requirement,
        level=contract.requirements[violation.requirement].level,
        status=Status.FAIL,
        summary=violation.summary,
        sent=violation.sent,
        said=violation.said,
        cause=found.id if found is not None else "",
        probably=found.sentence if found is not None else "",
        fix=found.fix if found is not None else "",
        exchange=len(violation.records) - 1 if violation.records else None,
        again=evidence.again(violation.records[-1]) if violation.records else "",
    )
    records = violation.records if evidence.recording else ()
    count = len(violation.records)
    return replace(result, status=Status.FAIL, verdicts=(verdict,), reason="", records=records, exchanges=count)
