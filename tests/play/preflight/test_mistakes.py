"""Pre-flight names the mistake of a wallet that verifies wrongly. Typing errors in the credentials are no fault of it.

What each wallet computes is written here by hand: the contract's forgeries have no part in it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from credentials_at_hand import of_casino, of_sportsbook, public_of, secret_of
from mistaken_wallets import (
    CASINO_WALLETS,
)
from preflight_at_hand import CREDENTIALS, AtHand

from harness.contracts import Contract, Credentials, load
from harness.examine import preflight, violation_of
from harness.verdict.causes import of_mistake
from mock_server.wallet import Wallet

SECRETS = {"secret_as_hex": "00c0ffee00", "secret_as_base64": "c2VjcmV0IQ=="}
PLAYERS = {
    "ascii_escaped": "zo\N{LATIN SMALL LETTER E WITH DIAERESIS}",
    "escaped_slashes": "a/b",
    "escaped_markup": "a&b",
}
"""Some mistakes show only where the body has such a character: a player's id, here."""


@pytest.mark.parametrize("mistake", CASINO_WALLETS)
def test_a_casino_wallet_that_signs_in_its_own_way_is_told_which(mistake: str) -> None:
    credentials = of_casino(public_of(CREDENTIALS["casino"]), SECRETS.get(mistake, secret_of(CREDENTIALS["casino"])))
    wallet = AtHand("casino", CASINO_WALLETS[mistake], credentials)
    player = wallet.player(playerId=PLAYERS.get(mistake, "60001001"))
    violation = wallet.violation(players=(player,))
    assert violation is not None
    assert (violation.requirement, violation.mistake) == ("CAS-SIG-01", mistake)
    assert violation.exchanges[-1].alteration.forged == mistake
    assert (diagnosis := of_mistake(mistake, load("casino"))) is not None
    assert diagnosis.fix


def test_every_mistake_of_the_casino_has_its_wallet() -> None:
    assert sorted(CASINO_WALLETS) == sorted(load("casino").mistakes)


# ---------------------------------------------------------------------------------------------------------------------
# Basic authorization


def basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


HEADERS: Mapping[str, Callable[[str, str], str]] = {
    "not_basic": lambda user, password: basic(f"{user}:{password}".encode()).replace("Basic", "Bearer"),
    "not_encoded": lambda user, password: f"Basic {user}:{password}",
    "encoded_twice": lambda user, password: basic(base64.b64encode(f"{user}:{password}".encode())),
    "without_padding": lambda user, password: basic(f"{user}:{password}".encode()).rstrip("="),
    "url_safe_base64": lambda user, password: basic(f"{user}:{password}".encode()).replace("/", "_"),
    "latin1_text": lambda user, password: basic(f"{user}:{password}".encode("latin-1")),
}
PASSWORDS = {
    "without_padding": "12345",
    "url_safe_base64": "?????>",
    "latin1_text": "gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n",
}


def wallet_expecting(header: Callable[[str, str], str]) -> type[Wallet]:
    class Mistaken(Wallet):
        def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
            known = self.credentials[contract.name]
            return (
                ""
                if headers.get("authorization") == header(public_of(known), secret_of(known))
                else "the user is unknown"
            )

    return Mistaken


@pytest.mark.parametrize("mistake", HEADERS)
def test_a_sportsbook_wallet_that_reads_credentials_in_its_own_way_is_told_which(mistake: str) -> None:
    credentials = of_sportsbook("user", PASSWORDS.get(mistake, "password"))
    wallet = AtHand("sportsbook", wallet_expecting(HEADERS[mistake]), credentials)
    violation = wallet.violation()
    assert violation is not None
    assert (violation.requirement, violation.mistake) == ("SPB-AUT-01", mistake)
    assert (diagnosis := of_mistake(mistake, load("sportsbook"))) is not None
    assert diagnosis.fix


def test_every_mistake_of_the_sportsbook_has_its_wallet() -> None:
    assert sorted(HEADERS) == sorted(load("sportsbook").mistakes)


class MisreadsArrays(Wallet):
    """Verifies the signature of nothing but flat bodies, in whatever way of its own."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        return "the signature is wrong" if b"[" in body else super().doubts(contract, name, headers, body)


class ShowsBalancesToAnybody(MisreadsArrays):
    """The same, and it asks nobody who reads a balance."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        return "" if name == "balance" else super().doubts(contract, name, headers, body)


def test_credentials_that_are_believed_by_one_operation_are_right() -> None:
    violation = AtHand("casino", MisreadsArrays).violation()
    assert violation is not None
    assert (violation.requirement, violation.mistake) == ("CAS-SIG-01", "")
    assert violation.said == "HTTP 401, RS_ERROR_INVALID_SIGNATURE"
    assert [each.name for each in violation.exchanges[-2:]] == ["balance", "settlement"]


def test_a_balance_that_is_shown_to_anybody_proves_nothing() -> None:
    problem = AtHand("casino", ShowsBalancesToAnybody).problem()
    assert str(problem) == (
        "http://wallet.example/x refuses an ordinary settlement of amount 0 with RS_ERROR_INVALID_SIGNATURE: check "
        "WALLET_API_KEY and WALLET_SECRET (in a profile: `credentials`)"
    )


# ---------------------------------------------------------------------------------------------------------------------
# Over a socket, and what is no violation


@pytest.mark.parametrize("mistake", ["sorted_keys", "sha512_digest"])
def test_a_mistake_is_found_over_a_socket_too(mistake: str) -> None:
    wallet = AtHand("casino", CASINO_WALLETS[mistake])
    with wallet.listening() as root:
        under_test = replace(wallet.under_test(players=(wallet.player(),)), url=f"{root}/casino/")
        violation = violation_of(under_test, preflight(under_test))
    assert violation is not None
    assert (violation.requirement, violation.mistake) == ("CAS-SIG-01", mistake)


@pytest.mark.parametrize(
    ("contract", "ours", "theirs", "slip"),
    [
        (
            "casino",
            of_casino("k", "sesame\n"),
            of_casino("k", "sesame"),
            "a space or a line break around the secret",
        ),
        (
            "sportsbook",
            of_sportsbook("me", "sesame "),
            of_sportsbook("me", "sesame"),
            "a space or a line break around the",
        ),
        ("sportsbook", of_sportsbook("sesame", "me"), of_sportsbook("me", "sesame"), "are the other way round"),
    ],
)
def test_a_slip_in_the_credentials_is_no_violation(
    contract: str, ours: Credentials, theirs: Credentials, slip: str
) -> None:
    wallet = AtHand(contract, credentials=theirs)
    problem = wallet.problem(credentials=ours)
    assert problem.stage == "credentials"
    assert slip in str(problem)
    assert "sesame" not in str(problem)


class RefusesAtTimes(Wallet):
    """Refuses its first request, as behind a limiter of some kind."""

    asked = 0

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        self.asked += 1
        return "later" if self.asked == 1 else super().doubts(contract, name, headers, body)


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_a_refusal_by_chance_is_neither_a_violation_nor_a_problem(contract: str) -> None:
    facts = AtHand(contract, RefusesAtTimes).look()
    assert facts.first_calls == ()
    assert any("its answers are not steady" in each for each in facts.warnings)
