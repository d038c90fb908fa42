"""Checks before any scenario runs that the wallet can be reached, accepts our credentials, and has players.

A wrong secret must give one configuration error and not hundreds of failures. But it must not hide a violation. A
wallet may refuse a good call and accept the same call with a known mistake. Such calls are recorded, and
`harness.verdict.first_calls` judges them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import ExitStack

from harness.client import Carrier, Client, ConfigurationError, Transport, unix_ms
from harness.config import WalletUnderTest
from harness.config.tailoring import contract_of
from harness.contracts import Contract
from harness.model import Exchange, Player
from harness.play.preflight.answer_times import look_at_answers, median_ns
from harness.play.preflight.answering import check_answer, skew_seconds
from harness.play.preflight.asking import Asking
from harness.play.preflight.capabilities import deduction, operations
from harness.play.preflight.credentials import CREDENTIALS, Distrusted, believed
from harness.play.preflight.findings import ConfigurationProblem, Facts, Holding, OnStage, Stage, StageLog
from harness.play.preflight.network import reach
from harness.play.preflight.nobody import unknown_player
from harness.play.preflight.player_accounts import PROVISIONING, as_named, named, provisioned, shows_what_was_made
from harness.play.sending import Patience, WalletGone
from harness.scenario.identities import Identities

__all__ = ["ConfigurationProblem", "Facts", "Holding", "OnStage", "Stage", "preflight"]


def preflight(
    under_test: WalletUnderTest,
    *,
    wallet: Carrier | None = None,
    provision: Carrier | None = None,
    on_stage: OnStage | None = None,
    now_ms: Callable[[], int] = unix_ms,
    patience: Patience | None = None,
) -> Facts:
    """Check everything that all scenarios need, stage by stage. Raises ConfigurationProblem with the remedy.

    `wallet` and `provision` replace the connections to the URLs of `under_test`. The network stages are then left out.
    The function `on_stage` is called after each stage that passed. The clock `now_ms` dates signatures, in Unix
    milliseconds. `patience` says how long is waited if the wallet asks for that. Texts may repeat what the wallet has
    sent, including secrets. `harness.examine.preflight` redacts them.
    """
    contract = contract_of(under_test)
    stages = StageLog(on_stage)
    with ExitStack() as closing:
        try:
            patience = patience or Patience(retry_seconds=under_test.recovery_seconds)
            return _stages(under_test, contract, wallet, provision, stages, closing, now_ms, patience)
        except ConfigurationError as error:
            # The first request finds a credential that no header can carry.
            raise ConfigurationProblem(str(error), stage=CREDENTIALS) from None


def _stages(
    under_test: WalletUnderTest,
    contract: Contract,
    wallet: Carrier | None,
    provision: Carrier | None,
    stages: StageLog,
    closing: ExitStack,
    now_ms: Callable[[], int],
    patience: Patience,
) -> Facts:
    remote = wallet is None
    if wallet is None:
        reach(under_test, stages)
        wallet = _way_to_wallet(under_test)
    client = closing.enter_context(contextlib.closing(_client(under_test, contract, wallet, now_ms)))
    identities = Identities(under_test.seed, under_test.run_id, f"{under_test.contract}/preflight")
    asking = Asking(under_test, contract, client, identities, patience)
    if provision is None and under_test.provision_url:
        provision = closing.enter_context(_way_to_provisioning(under_test))
    made = provision is not None or under_test.makes_players
    player = provisioned(under_test, contract, provision, identities, stages) if made else named(under_test, contract)
    try:
        return _calls(asking, player, stages, made=made, remote=remote)
    except WalletGone as over:
        return Facts(findings=tuple(asking.findings), stages=tuple(stages.stages), ended=str(over))


def _calls(asking: Asking, player: Player, stages: StageLog, *, made: bool, remote: bool) -> Facts:
    """The calls to the wallet, stage by stage. Raises ConfigurationProblem and WalletGone."""
    skew = _first_answer(asking, player, stages) if remote else None
    trusted = believed(asking, player, skew, stages)
    if isinstance(trusted, Distrusted):
        return Facts(first_calls=trusted.calls, stages=tuple(stages.stages))
    holdings = (shows_what_was_made if made else as_named)(asking, trusted, stages)
    found = operations(asking, trusted.player, stages)
    readings = (*asking.readings, *deduction(asking, trusted.player, holdings[0]))
    fatal = _last_looks(asking, trusted.player, stages) if remote else ()
    return Facts(
        takes_zero=asking.takes_zero,
        answer_ns=median_ns(asking.exchanges),
        first_calls=fatal,
        readings=readings,
        absent=found.absent,
        existing=found.existing,
        findings=tuple(asking.findings),
        stages=tuple(stages.stages),
        holdings=holdings,
    )


def _last_looks(asking: Asking, player: Player, stages: StageLog) -> tuple[Exchange, ...]:
    """What is looked at over a socket alone, after everything else. Returns the calls that no scenario can follow."""
    look_at_answers(asking.exchanges, asking.waited_ms, stages)
    return unknown_player(asking, player, stages)


def _client(under_test: WalletUnderTest, contract: Contract, wallet: Carrier, now_ms: Callable[[], int]) -> Client:
    return Client(
        contract,
        wallet,
        under_test.credentials,
        paths=dict(under_test.paths),
        # No request here is large. The longer time-out of large batches would only prolong the wait for a silent
        # address.
        time_out_seconds=under_test.time_out_seconds,
        batch_time_out_seconds=under_test.time_out_seconds,
        now_ms=now_ms,
        request_id=Identities(
            under_test.seed, under_test.run_id, f"{under_test.contract}/preflight requests"
        ).transaction_id,
    )


def _way_to_wallet(under_test: WalletUnderTest) -> Carrier:
    return Transport(
        under_test.url,
        tls=under_test.tls,
        time_out_seconds=under_test.time_out_seconds,
        user_agent=under_test.user_agent,
        requests_per_second=under_test.requests_per_second or None,
    )


def _first_answer(asking: Asking, player: Player, stages: StageLog) -> int | None:
    """Check that the server may be a wallet. Returns by how many seconds its clock is ahead of ours, or None.

    The player exists. A wallet that breaks down at one who does not must not be taken for none.
    """
    first = asking.ask(asking.zero(player))
    check_answer(first, asking, stages)
    return skew_seconds(first, asking.contract, stages)


def _way_to_provisioning(under_test: WalletUnderTest) -> Transport:
    try:
        return Transport(under_test.provision_url, tls=under_test.tls, user_agent=under_test.user_agent)
    except ConfigurationError as error:
        text = str(error).replace("the wallet's URL", "the provisioning address", 1)
        raise ConfigurationProblem(text, stage=PROVISIONING) from None
