"""Runs pre-flight with redacted texts, and finds the violation that its calls prove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.client import Carrier, unix_ms
from harness.config import WalletUnderTest
from harness.config.tailoring import contract_of
from harness.examine.redaction import Secrets
from harness.model import Exchange
from harness.play import preflight as play
from harness.play.preflight import ConfigurationProblem, Facts, OnStage, Stage
from harness.play.sending import Patience
from harness.verdict.first_calls import Violation, violation_by

_LONGEST_SAID = 80
"""How many characters of the wallet's code are kept. It is redacted first: otherwise half a secret could remain."""


def preflight(
    under_test: WalletUnderTest,
    *,
    wallet: Carrier | None = None,
    provision: Carrier | None = None,
    tell: OnStage | None = None,
    secrets: Secrets | None = None,
    now_ms: Callable[[], int] = unix_ms,
    until: float | None = None,
) -> Facts:
    """Check, stage by stage, what every scenario relies on. Raises ConfigurationProblem with the remedy.

    * `wallet` and `provision` replace the connections to the URLs of `under_test`. The network stages are then skipped.
    * `tell` is called with each stage that has passed.
    * `secrets`: the secrets of the whole run, if it has more than one contract. All texts and errors are free of them.
    * `now_ms`: the clock for signatures, in Unix milliseconds.
    * `until`: the end of the run, as a time of `time.monotonic()`.
    """
    hidden = secrets_of(under_test, secrets)

    def report(stage: Stage) -> None:
        if tell is not None:
            tell(_redacted(stage, hidden))

    try:
        facts = play.preflight(
            under_test,
            wallet=wallet,
            provision=provision,
            on_stage=report,
            now_ms=now_ms,
            patience=_patience(under_test, until),
        )
    except ConfigurationProblem as problem:
        raise ConfigurationProblem(hidden.text(str(problem)), stage=problem.stage) from None
    return replace(
        facts, stages=tuple(_redacted(each, hidden) for each in facts.stages), ended=hidden.text(facts.ended)
    )


def _patience(under_test: WalletUnderTest, until: float | None) -> Patience:
    ends = (
        f"the run has taken {under_test.run_seconds:g} s, which is limits.run_seconds, before pre-flight was ready; "
        "make the wallet faster, or allow more by limits.run_seconds"
    )
    return Patience(retry_seconds=under_test.recovery_seconds, until=until, ends=ends)


def violation_of(under_test: WalletUnderTest, facts: Facts, secrets: Secrets | None = None) -> Violation | None:
    """The violation that prevents every scenario, without secrets. None if the scenarios can run."""
    return _proved(facts.first_calls, under_test, secrets)


def violations_of(under_test: WalletUnderTest, facts: Facts, secrets: Secrets | None = None) -> tuple[Violation, ...]:
    """Every violation that pre-flight has proved, those that prevent no scenario among them. Without secrets."""
    found = (_proved(calls, under_test, secrets) for calls in (facts.first_calls, *facts.findings))
    return tuple(each for each in found if each is not None)


def _proved(calls: Sequence[Exchange], under_test: WalletUnderTest, secrets: Secrets | None) -> Violation | None:
    found = violation_by(calls, contract_of(under_test))
    if found is None:
        return None
    hidden = secrets_of(under_test, secrets)
    return replace(found, said=hidden.sentence(found.said, _LONGEST_SAID), summary=hidden.sentence(found.summary))


def secrets_of(under_test: WalletUnderTest, others: Secrets | None = None) -> Secrets:
    """The secrets of a wallet under test, and others besides."""
    own = Secrets.of(
        contract_of(under_test),
        under_test.credentials,
        players=under_test.players,
        provision_token=under_test.provision_token,
    )
    return own if others is None else own + others


def _redacted(stage: Stage, secrets: Secrets) -> Stage:
    return Stage(stage.name, secrets.sentence(stage.detail), tuple(map(secrets.sentence, stage.warnings)))
