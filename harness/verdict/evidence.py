"""What a result carries for its readers besides the verdicts: probable causes, exchanges, and how long they took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from harness.contracts import Contract, Credentials
from harness.model import Authenticate, History, Player, Status, Verdict
from harness.report.record import Secrets, again, keep, one
from harness.verdict import ScenarioResult
from harness.verdict.causes import Cause, diagnose, of_mistake
from harness.verdict.checks import Judged

_RED = (Status.FAIL, Status.UNKNOWN, Status.WARN)
MOST_RUNS = 2
"""Of a scenario that was run several times, this many runs are kept: those with findings first."""
LONGEST_AGAIN = 6_000
"""Characters of the shell lines that a verdict carries."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Collects evidence for one contract's results. `url` is the wallet's; `recording` keeps exchanges for reports.

    `players` are those whom the user has named.
    """

    contract: Contract
    credentials: Credentials
    url: str
    recording: bool = False
    players: tuple[Player, ...] = ()

    def explain(self, run: int, history: History, judged: Judged) -> Judged:
        """The judgement, with probable causes and shell lines in each of its red verdicts, and no secret anywhere."""
        secrets = self._secrets(history)
        verdicts = tuple(self._explained(each, run, history, judged, secrets) for each in judged.verdicts)
        return replace(judged, verdicts=verdicts)

    def attach(
        self, result: ScenarioResult, histories: Sequence[History], judged: Sequence[tuple[int, Judged]]
    ) -> ScenarioResult:
        """The result with latencies and, when recording, its exchanges. `judged` has the number of each run."""
        result = replace(result, latencies=_latencies(histories))
        if not self.recording:
            return result
        chosen = sorted(sorted(judged, key=lambda pair: (not _is_red(pair[1]), pair[0]))[:MOST_RUNS])
        kept = [
            keep(
                run,
                histories[run],
                each.course,
                self.contract,
                self._secrets(histories[run]),
                named=_named(each.verdicts),
            )
            for run, each in (chosen if _race(histories) else chosen[:1])
        ]
        count = sum(len(each.exchanges) for each in histories)
        exchanges = tuple(exchange for each in kept for exchange in each.exchanges)
        return replace(result, records=exchanges, left_out=count - len(exchanges))

    def again(self, recorded: Mapping[str, Any]) -> str:
        """Shell lines that send a recorded exchange again."""
        return again(self.contract, origin_of(self.url), recorded)[:LONGEST_AGAIN]

    def cause_of(self, mistake: str) -> Cause | None:
        """What a wallet does that refuses a good call and believes one with this mistake."""
        return of_mistake(mistake, self.contract)

    def _explained(self, verdict: Verdict, run: int, history: History, judged: Judged, secrets: Secrets) -> Verdict:
        if verdict.status not in _RED:
            return verdict
        found = diagnose(verdict, history, judged.course, self.contract)
        index = verdict.accused if verdict.accused is not None else verdict.exchange
        lines = ""
        if index is not None:
            lines = self.again(one(history.exchanges[index], self.contract, secrets))
        return replace(
            verdict,
            run=run,
            summary=secrets.text(verdict.summary),
            said=secrets.text(verdict.said),
            cause=found.id if found is not None else "",
            probably=found.sentence if found is not None else "",
            fix=found.fix if found is not None else "",
            again=lines,
        )

    def _secrets(self, history: History) -> Secrets:
        tokens = {each.token for each in history.players}
        tokens |= {each.operation.token for each in history.exchanges if isinstance(each.operation, Authenticate)}
        # Who logs in as a player whom the user has named gets a session that is a secret, too.
        replies = [each.reply.session for each in history.exchanges if self.players and each.reply is not None]
        opened = [Player(id="A_LOGIN", currency="", session=each.session or "") for each in replies if each is not None]
        return Secrets.of(self.contract, self.credentials, sorted(tokens - {""}), [*self.players, *opened])


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, without credentials and path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else "http://WALLET"


def _is_red(judged: Judged) -> bool:
    return any(each.status in _RED for each in judged.verdicts)


def _race(histories: Sequence[History]) -> bool:
    return any(exchange.race is not None for history in histories for exchange in history.exchanges)


def _named(verdicts: Sequence[Verdict]) -> frozenset[int]:
    found = {index for each in verdicts for index in (each.exchange, each.accused)}
    return frozenset(index for index in found if index is not None)


def _latencies(histories: Sequence[History]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Operation to microseconds from the whole request's being sent to the answer's first byte, races left out."""
    found: dict[str, list[int]] = {}
    for exchange in (each for history in histories for each in history.exchanges):
        sent = exchange.transmission
        if exchange.race is None and exchange.loss is None and sent.first_byte_ns > sent.released_ns > 0:
            found.setdefault(exchange.name, []).append((sent.first_byte_ns - sent.released_ns) // 1000)
    return tuple((name, tuple(times)) for name, times in sorted(found.items()))
