"""What is found out before any scenario runs: that the wallet can be reached, believes us, and has a funded player.

A wrong secret must be one configuration error and not hundreds of failures. But a violation must not hide behind it: if
a good call is refused and the same call with a known mistake is believed, it is the wallet that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness import money
from harness.client import Call, Carrier, Client, ConfigurationError, Transport
from harness.contracts import Contract, load
from harness.model import (
    Alteration,
    Bet,
    Exchange,
    FailureKind,
    GetBalance,
    Outcome,
    Player,
    Unsettle,
)
from harness.players import Identities, NoPlayer, ProvisionedPlayers, ProvisioningFailed
from harness.record import Secrets, one
from harness.runner import DEFAULT_GAME, zero_read
from harness.subject import Subject


class ConfigurationProblem(Exception):
    """Something that the user has to set right before a verdict means anything; the text says what and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A requirement that the wallet breaks so fundamentally that no scenario can be run."""

    requirement: str
    summary: str
    sent: str
    said: str
    mistake: str = ""
    """The mistake in signing that the wallet makes itself, where that is what it violates."""
    records: tuple[Mapping[str, Any], ...] = ()
    """What was asked and answered, as a report has it; the last one is the proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the wallet under test by one contract. Plain data that reaches every process of the run."""

    readings: tuple[tuple[str, str], ...] = ()
    """Policies with the one reading that this wallet was seen to follow."""
    absent: tuple[str, ...] = ()
    """Operations that the wallet lacks."""
    violation: Violation | None = None


def preflight(subject: Subject, *, wallet: Carrier | None = None, provision: Carrier | None = None) -> Facts:
    """Find out what every scenario relies on. Raises ConfigurationProblem with the remedy.

    `wallet` and `provision` are ways to a wallet that is not behind the subject's URLs.
    """
    contract = load(subject.contract)
    try:
        wallet = wallet or Transport(subject.url, tls=subject.tls, time_out_seconds=subject.time_out_seconds)
        if provision is None and subject.provision_url:
            provision = Transport(subject.provision_url, tls=subject.tls)
    except ConfigurationError as error:
        raise ConfigurationProblem(str(error)) from None
    client = Client(contract, wallet, subject.credentials, paths=dict(subject.paths))
    try:
        player = _player(subject, contract, provision)
        return _Preflight(subject, contract, client).find_out(player)
    finally:
        client.close()
        if provision is not None:
            provision.close()


def _player(subject: Subject, contract: Contract, provision: Carrier | None) -> Player:
    if provision is None:
        if not subject.players:
            raise ConfigurationProblem(
                f"no players for {contract.name}: give --wallet-provision URL, or name players that exist with "
                "--wallet-player id=...,currency=EUR,session=..."
            )
        return subject.players[0]
    identities = Identities(subject.seed, subject.run_id, f"{subject.contract}/preflight")
    try:
        source = ProvisionedPlayers(subject.contract, provision.send, identities)
        return source.player(currency="", balance=10 * money.SCALE, exactly=True)
    except (ProvisioningFailed, NoPlayer) as error:
        raise ConfigurationProblem(
            f"{error} (asked at {subject.provision_url} for a player of {contract.name})"
        ) from None


class _Preflight:
    """The calls of one pre-flight."""

    def __init__(self, subject: Subject, contract: Contract, client: Client) -> None:
        self._subject = subject
        self._contract = contract
        self._client = client
        self._asked: list[Exchange] = []

    def find_out(self, player: Player) -> Facts:
        good = self._zero(player, "zero")
        if good.reply is None:
            raise ConfigurationProblem(_unanswered(good, self._subject, self._contract))
        if not _accepted(good) and (known := self._with_known_bet(player)) is not None:
            player, good = known, self._zero(known, "zero-of-a-bet")
        if not _accepted(good):
            return self._refused(good, player)
        readings = self._deduction(player) if self._contract.name == "sportsbook" else ()
        return Facts(readings=readings)

    def _with_known_bet(self, player: Player) -> Player | None:
        """The player with a bet that the wallet has taken: it may insist on bets that it knows. None without one."""
        name = self._contract.words.get("bet", "")
        if not name or player.bets:
            return None
        bet_id = f"bet-{self._subject.run_id}-preflight"
        bet = Bet(
            id=f"{self._subject.run_id}-preflight-bet",
            player=player.id,
            currency=player.currency,
            amount=self._contract.wire_unit(player.currency),
            session=player.session,
            bet=bet_id,
            round=f"round-{bet_id}",
            game=next(iter(self._subject.games), DEFAULT_GAME),
        )
        if not _accepted(self._client.call(Call(operation=bet))):
            return None
        return replace(player, bets=(self._contract.bet_reference(bet.id, bet_id),))

    def _zero(self, player: Player, mark: str, alteration: Alteration | None = None) -> Exchange:
        operation = zero_read(self._contract, player, f"{self._subject.run_id}-preflight-{mark}")
        exchange = self._client.call(Call(operation=operation, alteration=alteration or Alteration()))
        self._asked.append(exchange)
        return exchange

    def _refused(self, good: Exchange, player: Player) -> Facts:
        """The good call was refused. Is it the wallet's fault, or the configuration's?"""
        balance = self._contract.words.get("balance", "")
        if balance:
            read = self._client.call(Call(operation=GetBalance(player=player.id, session=player.session)))
            if not read.absent and _accepted(read):
                zero = next(each for each in ("ZER-01", "UNS-02") if f"{self._contract.prefix}-{each}" in self._ids())
                return self._violated(
                    zero, "a zero amount is refused, though the balance can be read", good, "zero_amount"
                )
        for name in self._contract.mistakes:
            tried = self._zero(player, name, Alteration(forged=name))
            if _accepted(tried):
                proof = next(each for each in ("SIG-01", "AUT-01") if f"{self._contract.prefix}-{each}" in self._ids())
                text = (
                    f"a correctly signed call is refused, and one with a mistake is believed: {name.replace('_', ' ')}"
                )
                return self._violated(proof, text, tried, name)
        raise ConfigurationProblem(_disbelieved(good, self._contract, self._subject))

    def _ids(self) -> frozenset[str]:
        return frozenset(self._contract.requirements)

    def _violated(self, number: str, summary: str, exchange: Exchange, mistake: str = "") -> Facts:
        answer = exchange.reply.code if exchange.reply is not None else ""
        return Facts(
            violation=Violation(
                requirement=f"{self._contract.prefix}-{number}",
                summary=summary,
                sent=f"{exchange.name} with amount 0",
                said=answer,
                mistake=mistake,
                records=self._records(),
            )
        )

    def _records(self) -> tuple[Mapping[str, Any], ...]:
        secrets = Secrets.of(self._contract, self._subject.credentials)
        return tuple(
            {"run": 0, "index": index, **one(each, self._contract, secrets), "balances": []}
            for index, each in enumerate(self._asked)
        )

    def _deduction(self, player: Player) -> tuple[tuple[str, str], ...]:
        """Whether the wallet deducts at all: a wallet that never does may refuse every unsettlement."""
        operation = Unsettle(
            id=f"{self._subject.run_id}-preflight-deduct",
            player=player.id,
            currency=player.currency,
            amount=self._contract.wire_unit(player.currency),
            session=player.session,
            bet=player.bets[0] if player.bets else f"bet-{self._subject.run_id}-preflight",
        )
        tried = self._client.call(Call(operation=operation))
        if _accepted(tried):
            return (("deduction", "supported"),)
        if tried.reply is not None and tried.reply.outcome is Outcome.INSUFFICIENT_FUNDS:
            return (("deduction", "unsupported"),)
        return ()


def _accepted(exchange: Exchange) -> bool:
    reply = exchange.reply
    return reply is not None and reply.accepted and all(item.outcome is Outcome.OK for item in reply.items)


_REMEDY = {
    FailureKind.UNREACHABLE: "check the URL, and that the wallet is running and can be reached from here",
    FailureKind.TLS: "check the certificate, or name the CA that signed it",
    FailureKind.TIME_OUT: "the address takes connections and does not answer: check that it is the wallet's",
    FailureKind.GARBAGE: "what listens there does not speak HTTP: check the port, and http against https",
}


def _unanswered(exchange: Exchange, subject: Subject, contract: Contract) -> str:
    path = contract.specs[exchange.name].path
    failure = exchange.transmission.failure
    if failure is not None:
        remedy = _REMEDY.get(failure.kind, "check the URL and the wallet's own log")
        return f"no answer from {subject.url}{path}: {failure.detail}; {remedy}"
    received = exchange.transmission.received
    status = received.status if received is not None else 0
    problems = "; ".join(f"{each.where}: {each.detail}" for each in exchange.problems)
    if 300 <= status < 400:
        remedy = "redirects are not followed: give the URL that it leads to"
    elif exchange.absent or status == 404:
        remedy = f"the wallet has nothing at {path}: check the URL; it is the part before {path}"
    else:
        remedy = "check that the URL is the wallet's, and see the wallet's own log"
    return f"{subject.url}{path} answered HTTP {status}, which is no answer of a wallet ({problems}); {remedy}"


def _disbelieved(exchange: Exchange, contract: Contract, subject: Subject) -> str:
    reply = exchange.reply
    code = reply.items[0].code if reply is not None and reply.items else (reply.code if reply is not None else "")
    outcome = reply.items[0].outcome if reply is not None and reply.items else Outcome.REFUSED
    key, secret = contract.environment
    if reply is not None and Outcome.UNAUTHENTICATED in {outcome, reply.outcome}:
        remedy = f"check {key} and {secret}"
    elif outcome is Outcome.UNKNOWN_PLAYER:
        remedy = "the wallet does not know the player: name one that exists, or check the provisioning address"
    elif outcome is Outcome.WRONG_CURRENCY:
        remedy = "the player's account has another currency: name the right one"
    else:
        remedy = f"check {key}, {secret} and the players; the wallet's own log says more"
    return f"{subject.url} refuses an ordinary {exchange.name} of amount 0 with {code or outcome.value}: {remedy}"
