"""What is found out before any scenario runs: that the wallet can be reached, believes us, and has players.

A wrong secret must be one configuration error and not hundreds of failures. But a violation must not hide behind it: if
a good call is refused and the same call with a known mistake is believed, it is the wallet that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from harness.client import Carrier, Client, ConfigurationError, Transport, unix_ms
from harness.config.subject import Subject
from harness.config.tailoring import tailored
from harness.contracts import Contract, load
from harness.play.preflight.accounts import PROVISIONING, as_named, named, provisioned, shows_what_was_made
from harness.play.preflight.answering import heard, skew_seconds
from harness.play.preflight.asking import Asking
from harness.play.preflight.capabilities import absent, deduction
from harness.play.preflight.credentials import CREDENTIALS, believed
from harness.play.preflight.findings import ConfigurationProblem, Course, Facts, Holding, Stage, Tell, Violation
from harness.play.preflight.network import reach
from harness.report.record import Secrets
from harness.scenario.identities import Identities

__all__ = ["ConfigurationProblem", "Facts", "Holding", "Stage", "Tell", "Violation", "preflight"]


def preflight(
    subject: Subject,
    *,
    wallet: Carrier | None = None,
    provision: Carrier | None = None,
    tell: Tell | None = None,
    now_ms: Callable[[], int] = unix_ms,
) -> Facts:
    """Find out what every scenario relies on, stage by stage. Raises ConfigurationProblem with the remedy.

    `wallet` and `provision` are ways to a wallet that is not behind the subject's URLs: the stages of the network are
    left out then. `tell` is told each stage when it is passed. `now_ms` is the clock that requests are signed by, in
    Unix milliseconds.
    """
    contract = tailored(load(subject.contract), readings=subject.policies, codes=subject.codes)
    secrets = Secrets.of(contract, subject.credentials, players=subject.players)

    def hide(text: str) -> str:
        return secrets.body(text.encode("utf-8", "surrogatepass"))

    course = Course(hide, tell)
    with ExitStack() as closing:
        try:
            return _stages(subject, contract, wallet, provision, course, closing, now_ms)
        except ConfigurationProblem as problem:
            raise ConfigurationProblem(hide(str(problem)), stage=problem.stage) from None
        except ConfigurationError as error:
            # A credential that no header can carry is noticed when the first request is written.
            raise ConfigurationProblem(hide(str(error)), stage=CREDENTIALS) from None


def _stages(
    subject: Subject,
    contract: Contract,
    wallet: Carrier | None,
    provision: Carrier | None,
    course: Course,
    closing: ExitStack,
    now_ms: Callable[[], int],
) -> Facts:
    remote = wallet is None
    if wallet is None:
        reach(subject, course)
        wallet = _way_to_wallet(subject)
    client = _client(subject, contract, wallet, now_ms)
    closing.callback(client.close)
    identities = Identities(subject.seed, subject.run_id, f"{subject.contract}/preflight")
    asking = Asking(subject, contract, client, identities, course.hide)
    skew = _first_answer(asking, course) if remote else None
    if provision is None and subject.provision_url:
        provision = closing.enter_context(_way_to_provisioning(subject))
    made = provision is not None or subject.makes_players
    player = provisioned(subject, contract, provision, identities, course) if made else named(subject, contract)
    trusted = believed(asking, player, skew, course)
    if isinstance(trusted, Violation):
        return Facts(violation=trusted, stages=tuple(course.stages))
    holdings = (shows_what_was_made if made else as_named)(asking, trusted, course)
    lacking = absent(asking, trusted.player, course)
    return Facts(
        readings=deduction(asking, trusted.player, holdings[0]),
        absent=lacking,
        stages=tuple(course.stages),
        holdings=holdings,
    )


def _client(subject: Subject, contract: Contract, wallet: Carrier, now_ms: Callable[[], int]) -> Client:
    return Client(
        contract,
        wallet,
        subject.credentials,
        paths=dict(subject.paths),
        # Nothing here is large: what a batch of a thousand is allowed would only make a silent address cost more.
        batch_time_out_seconds=subject.time_out_seconds,
        now_ms=now_ms,
    )


def _way_to_wallet(subject: Subject) -> Carrier:
    return Transport(
        subject.url,
        tls=subject.tls,
        time_out_seconds=subject.time_out_seconds,
        user_agent=subject.user_agent,
        requests_per_second=subject.requests_per_second or None,
    )


def _first_answer(asking: Asking, course: Course) -> int | None:
    """Something that may be a wallet answers; how far its clock is ahead of ours, None when it does not say."""
    subject, contract = asking.subject, asking.contract
    player = asking.stranger() if subject.makes_players or not subject.players else subject.players[0]
    first = asking.ask(asking.zero(player))
    heard(first, subject, contract, course)
    return skew_seconds(first, contract, course)


def _way_to_provisioning(subject: Subject) -> Transport:
    try:
        return Transport(subject.provision_url, tls=subject.tls, user_agent=subject.user_agent)
    except ConfigurationError as error:
        text = str(error).replace("the wallet's URL", "the provisioning address", 1)
        raise ConfigurationProblem(text, stage=PROVISIONING) from None
