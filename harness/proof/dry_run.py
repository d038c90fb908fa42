"""A dry run: the requests of a run, found by playing scenarios against the reference wallet in this process.

A request may depend on earlier answers (a balance, a session), so a wallet has to answer. The answers of the wallet
under test are not known. The reference wallet replaces it, with the same players.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness import money
from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, Contract, load
from harness.examine import Examiner, Interlude, preflight, secrets_of
from harness.model import Loss, Movement, Player, Request, Scenario, Transmission
from harness.play.preflight import ConfigurationProblem, Facts
from harness.proof.in_process import InProcessCarrier
from mock_server.app import App
from mock_server.order import Order
from mock_server.provisioning import PATH
from mock_server.store import Account, SessionRecord, Store, TokenRecord, open_store
from mock_server.wallet import Wallet

FUNDS = 1_000_000 * money.SCALE
"""The balance that a dry run assumes for a named player, in hundred-thousandths."""
COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that would be sent. `how` is `command` if a command would be run instead."""

    how: str
    url: str
    body: bytes
    at_once: int = 0
    """Number of requests released together with it, or 0 if it is sent alone."""
    lost: bool = False
    """True if the answer would be lost on purpose."""


class Rehearsal:
    """The dry run of one contract."""

    def __init__(self, under_test: WalletUnderTest) -> None:
        """`under_test` is the wallet under test. Nothing is sent to it."""
        logging.getLogger("mock_server").setLevel(logging.CRITICAL)
        self.under_test = under_test
        self.contract: Contract = load(under_test.contract)
        store = open_store()
        stand_in = Wallet if self.contract.name in BUNDLED else _TerseWallet
        wallet = stand_in(store, {self.contract.name: under_test.credentials})
        app = App(wallet, contracts=(self.contract,), provision=True)
        if not under_test.makes_players:
            _admit(store, self.contract.name, under_test.players)
        self._sent: list[Sent] = []
        elsewhere = {path: self.contract.specs[name].path for name, path in under_test.paths}
        place = f"/{self.contract.name}"
        self._wallet = _Noting(self._sent, "POST", under_test.url, InProcessCarrier(app, place), elsewhere)
        how = COMMAND if under_test.provision_command else "POST"
        made_by = under_test.provision_url or under_test.provision_command
        self._provision = _Noting(self._sent, how, made_by, InProcessCarrier(app, PATH), {})
        # The replacement needs no limit of requests per second, no commands and no pause.
        self._stand_in = replace(under_test, requests_per_second=0, provision_command="", restart_command="")
        self._examiner: Examiner | None = None
        self.obstacle = ""
        """Why pre-flight stopped, or an empty text. If it stopped, its later requests are not recorded.
        """
        self._secrets = secrets_of(under_test)

    def preflight(self) -> tuple[Sent, ...]:
        """The requests that are sent before any scenario."""
        facts = Facts(absent=self.under_test.lacks)
        try:
            facts = preflight(self._stand_in, wallet=self._wallet, provision=self._way_to_players())
        except ConfigurationProblem as problem:
            self.obstacle = str(problem)
        self._examiner = Examiner(
            self._stand_in,
            replace(
                facts, first_calls=(), findings=(), readings=(), absent=tuple({*facts.absent, *self.under_test.lacks})
            ),
            wallet=self._wallet,
            provision=self._way_to_players(),
            interlude=Interlude(pause=lambda _seconds: None),
        )
        return self._noted()

    def scenario(self, scenario: Scenario) -> tuple[tuple[Sent, ...], str]:
        """The requests of one scenario in order, and the reason if it would be skipped.

        The generated scenarios are no part of a dry run: it neither sends them nor counts them as skipped.
        """
        if scenario.is_explored:
            return (), ""
        if self._examiner is None:
            self.preflight()
        if self._examiner is None:
            return (), ""
        reason = self._examiner.examine(scenario).reason
        sent = self._noted()
        return sent, "" if sent else reason

    def end(self) -> tuple[Sent, ...]:
        """The requests after the last scenario, which restore the balances of players."""
        if self._examiner is not None:
            self._examiner.close()
        return self._noted()

    def text(self, sent: Sent) -> str:
        """The body without secrets."""
        return self._secrets.body(sent.body)

    def _way_to_players(self) -> _Noting | None:
        return self._provision if self.under_test.makes_players else None

    def _noted(self) -> tuple[Sent, ...]:
        sent = tuple(self._sent)
        self._sent.clear()
        return sent


class _Noting:
    """A carrier that records the requests that it carries."""

    def __init__(
        self, sent: list[Sent], how: str, url: str, carrier: InProcessCarrier, elsewhere: Mapping[str, str]
    ) -> None:
        """`elsewhere` maps paths of the wallet under test to the documented paths."""
        self._sent = sent
        self._how = how
        self._url = url
        self._carrier = carrier
        self._elsewhere = elsewhere

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        """Record one request and return the answer of the reference wallet."""
        self._note(request, lost=loss is not None)
        return self._carrier.send(self._documented(request), loss=loss, time_out_seconds=time_out_seconds)

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        """Record requests that are in flight together and return the answers of the reference wallet."""
        for each in requests:
            self._note(each, at_once=len(requests))
        return self._carrier.release([self._documented(each) for each in requests], time_out_seconds=time_out_seconds)

    def close(self) -> None:
        """Does nothing, since no connection is open."""

    def _note(self, request: Request, *, at_once: int = 0, lost: bool = False) -> None:
        how = self._how if self._how == COMMAND else request.method
        self._sent.append(Sent(how, self._url + request.path, request.body, at_once, lost))

    def _documented(self, request: Request) -> Request:
        return replace(request, path=self._elsewhere.get(request.path, request.path))


class _TerseWallet(Wallet):
    """Replaces wallets of private contracts, whose requests may carry no currency and no session."""

    def check_currency(self, order: Order[Movement], account: Account) -> None:
        """Accept a request without a currency, which means the player's own."""
        if order.item.currency:
            super().check_currency(order, account)

    def check_session(self, contract: str, session: str, account: Account) -> None:
        """Accept a request without a session."""
        if session:
            super().check_session(contract, session, account)


def _admit(store: Store, contract: str, players: Sequence[Player]) -> None:
    """Create the named players in the reference wallet."""
    store.begin()
    for each in players:
        account = store.open_account(Account(0, contract, each.id, each.currency, each.id, "WALLETPROOF", "MT"), FUNDS)
        for id, live in ((each.session, True), (each.expired_session, False)):
            if id:
                store.put_session(contract, id, SessionRecord(account.number, live=live))
        if each.token:
            store.put_token(contract, each.token, TokenRecord(account.number, spent=False))
    store.commit()


def lines(rehearsal: Rehearsal, sent: Sequence[Sent], *, most_alike: int, longest: int) -> Iterator[str]:
    """The requests as lines: how, where, body. Of similar requests in a row only the first `most_alike` are shown."""
    alike, before = 0, None
    for each in sent:
        key = each.how, each.url, each.at_once
        alike, before = (alike + 1 if key == before else 1), key
        if alike <= most_alike:
            yield _line(rehearsal, each, longest)
        elif alike == most_alike + 1:
            more = _alike(sent, sent.index(each), key)
            yield f"  ... and {more} more to the same address"


def _alike(sent: Sequence[Sent], start: int, key: tuple[str, str, int]) -> int:
    count = 0
    for each in sent[start:]:
        if (each.how, each.url, each.at_once) != key:
            break
        count += 1
    return count


def _line(rehearsal: Rehearsal, sent: Sent, longest: int) -> str:
    body = rehearsal.text(sent)
    if len(body) > longest:
        body = f"{body[:longest]}... ({len(sent.body)} bytes)"
    if sent.how == COMMAND:
        body = json.dumps(json.loads(sent.body, parse_float=str), separators=(",", ":"))
    remark = f"  [{sent.at_once} at once]" if sent.at_once else "  [answer lost on purpose]" if sent.lost else ""
    return f"  {sent.how} {sent.url} {body}{remark}"
