"""Pre-flight with its texts redacted, and what its calls prove against the wallet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from harness.client import Carrier, unix_ms
from harness.config import WalletUnderTest
from harness.config.tailoring import contract_of
from harness.examine.redaction import Secrets
from harness.play import preflight as play
from harness.play.preflight import ConfigurationProblem, Facts, OnStage, Stage
from harness.verdict.first_calls import Violation, violation_by

_LONGEST_SAID = 80
"""Characters of the wallet's own word for its answer. It is shortened once it is redacted: half a secret would stay."""


def preflight(
    under_test: WalletUnderTest,
    *,
    wallet: Carrier | None = None,
    provision: Carrier | None = None,
    tell: OnStage | None = None,
    secrets: Secrets | None = None,
    now_ms: Callable[[], int] = unix_ms,
) -> Facts:
    """Find out what every scenario relies on, stage by stage. Raises ConfigurationProblem with the remedy.

    `wallet` and `provision` are ways to a wallet that is not behind the URLs of `under_test`: the stages of the network
    are left out then. `tell` is called with each stage that was passed. `secrets` are those of the whole run, where it
    is about more than one contract. No text that is returned, told or raised has any of them. `now_ms` is the clock
    that requests are signed by, in Unix milliseconds.
    """
    hidden = secrets_of(under_test, secrets)

    def telling(stage: Stage) -> None:
        if tell is not None:
            tell(_redacted(stage, hidden))

    try:
        facts = play.preflight(under_test, wallet=wallet, provision=provision, on_stage=telling, now_ms=now_ms)
    except ConfigurationProblem as problem:
        raise ConfigurationProblem(hidden.line(str(problem)), stage=problem.stage) from None
    return replace(facts, stages=tuple(_redacted(each, hidden) for each in facts.stages))


def violation_of(under_test: WalletUnderTest, facts: Facts, secrets: Secrets | None = None) -> Violation | None:
    """The requirement that the first calls prove to be violated, in redacted words; None when they prove nothing."""
    found = violation_by(facts.first_calls, contract_of(under_test))
    if found is None:
        return None
    return replace(found, said=secrets_of(under_test, secrets).line(found.said)[:_LONGEST_SAID])


def secrets_of(under_test: WalletUnderTest, others: Secrets | None = None) -> Secrets:
    """The secrets of a under_test, and others besides."""
    own = Secrets.of(contract_of(under_test), under_test.credentials, players=under_test.players)
    return own if others is None else own + others


def _redacted(stage: Stage, secrets: Secrets) -> Stage:
    return Stage(stage.name, secrets.line(stage.detail), tuple(map(secrets.line, stage.warnings)))
