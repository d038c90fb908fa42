"""What is found out before any scenario runs: that the wallet can be reached, believes us, and has players.

A wrong secret must be one configuration error and not hundreds of failures. But a violation must not hide behind it: if
a good call is refused and the same call with a known mistake is believed, the calls are recorded. What they prove is
said by `harness.verdict.first_calls`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from harness.client import Carrier, Client, ConfigurationError, Transport, unix_ms
from harness.config import WalletUnderTest
from harness.config.tailoring import contract_of
from harness.contracts import Contract
from harness.play.preflight.answering import heard, skew_seconds
from harness.play.preflight.asking import Asking
from harness.play.preflight.capabilities import absent, deduction
from harness.play.preflight.credentials import CREDENTIALS, Distrusted, believed
from harness.play.preflight.findings import ConfigurationProblem, Course, Facts, Holding, Stage, Tell
from harness.play.preflight.network import reach
from harness.play.preflight.player_accounts import PROVISIONING, as_named, named, provisioned, shows_what_was_made
from harness.scenario.identities import Identities

__all__ = ["ConfigurationProblem", "Facts", "Holding", "Stage", "Tell", "preflight"]


def preflight(
    under_test: WalletUnderTest,
    *,
    wallet: Carrier | None = None,
    provision: Carrier | None = None,
    tell: Tell | None = None,
    now_ms: Callable[[], int] = unix_ms,
) -> Facts:
    """Find out what every scenario relies on, stage by stage. Raises ConfigurationProblem with the remedy.

    `wallet` and `provision` are ways to a wallet that is not behind the URLs of `under_test`: the stages of the network
    are left out then. `tell` is called with each stage that was passed. `now_ms` is the clock that requests are signed
    by, in Unix milliseconds. Texts may repeat what the wallet has sent, secrets too: `harness.examine.preflight`
    redacts them.
    """
    contract = contract_of(under_test)
    course = Course(tell)
    with ExitStack() as closing:
        try:
            return _stages(under_test, contract, wallet, provision, course, closing, now_ms)
        except ConfigurationError as error:
            # A credential that no header can carry is noticed when the first request is written.
            raise ConfigurationProblem(str(error), stage=CREDENTIALS) from None


def _stages(
    under_test: WalletUnderTest,
    contract: Contract,
    wallet: Carrier | None,
    provision: Carrier | None,
    course: Course,
    closing: ExitStack,
    now_ms: Callable[[], int],
) -> Facts:
    remote = wallet is None
    if wallet is None:
        reach(under_test, course)
        wallet = _way_to_wallet(under_test)
    client = _client(under_test, contract, wallet, now_ms)
    closing.callback(client.close)
    identities = Identities(under_test.seed, under_test.run_id, f"{under_test.contract}/preflight")
    asking = Asking(under_test, contract, client, identities)
    skew = _first_answer(asking, course) if remote else None
    if provision is None and under_test.provision_url:
        provision = closing.enter_context(_way_to_provisioning(under_test))
    made = provision is not None or under_test.makes_players
    player = provisioned(under_test, contract, provision, identities, course) if made else named(under_test, contract)
    trusted = believed(asking, player, skew, course)
    if isinstance(trusted, Distrusted):
        return Facts(first_calls=trusted.calls, stages=tuple(course.stages))
    holdings = (shows_what_was_made if made else as_named)(asking, trusted, course)
    lacking = absent(asking, trusted.player, course)
    return Facts(
        readings=deduction(asking, trusted.player, holdings[0]),
        absent=lacking,
        stages=tuple(course.stages),
        holdings=holdings,
    )


def _client(under_test: WalletUnderTest, contract: Contract, wallet: Carrier, now_ms: Callable[[], int]) -> Client:
    return Client(
        contract,
        wallet,
        under_test.credentials,
        paths=dict(under_test.paths),
        # Nothing here is large: what a batch of a thousand is allowed would only make a silent address cost more.
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


def _first_answer(asking: Asking, course: Course) -> int | None:
    """Something that may be a wallet answers; how far its clock is ahead of ours, None when it does not say."""
    under_test, contract = asking.wallet, asking.contract
    player = asking.stranger() if under_test.makes_players or not under_test.players else under_test.players[0]
    first = asking.ask(asking.zero(player))
    heard(first, under_test, contract, course)
    return skew_seconds(first, contract, course)


def _way_to_provisioning(under_test: WalletUnderTest) -> Transport:
    try:
        return Transport(under_test.provision_url, tls=under_test.tls, user_agent=under_test.user_agent)
    except ConfigurationError as error:
        text = str(error).replace("the wallet's URL", "the provisioning address", 1)
        raise ConfigurationProblem(text, stage=PROVISIONING) from None
