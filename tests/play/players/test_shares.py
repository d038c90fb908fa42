"""Named players in shares: who is dealt to whom, and which share plays a scenario."""

from __future__ import annotations

import pytest

from harness.config.shares import shares_of
from harness.model import Player
from harness.play.players import share_for
from harness.scenario.needs import Needs


def players(*currencies: str, token: bool = True, expired: bool = True) -> list[Player]:
    """Players of those currencies, with the ids 1, 2, 3."""
    return [
        Player(id=str(number), currency=each, token="t" * token, expired_session="e" * expired)
        for number, each in enumerate(currencies, 1)
    ]


def needs(scenario: str = "any/scenario", **rest: object) -> Needs:
    return Needs(scenario=scenario, balance=0, bets={}, **rest)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("currencies", "expected"),
    [
        (("EUR",), ["1"]),
        (("EUR", "EUR", "USD"), ["123"]),
        (("EUR", "USD", "GBP", "KWD", "JPY", "SEK"), ["123456"]),
        (("EUR",) * 5, ["12345"]),
        (("EUR",) * 6, ["125", "346"]),
        (("USD", "EUR", "EUR", "USD", "GBP", "KWD"), ["145", "236"]),
        (("EUR",) * 9 + ("JPY",), ["127x", "348", "569"]),
    ],
)
def test_each_share_has_two_players_of_a_currency_and_a_bystander(
    currencies: tuple[str, ...], expected: list[str]
) -> None:
    shares = shares_of(players(*currencies))
    assert ["".join(each.id for each in share).replace("10", "x") for share in shares] == expected


def test_a_scenario_goes_to_a_share_that_has_whom_it_needs() -> None:
    shares = [players("EUR", "EUR", "USD"), players("EUR", "EUR", "KWD", token=False)]
    assert {share_for(shares, needs(f"a/{number}")) for number in range(50)} == {0, 1}
    assert {share_for(shares, needs(f"a/{number}", currency="KWD")) for number in range(50)} == {1}
    assert {share_for(shares, needs(f"a/{number}", currency="USD")) for number in range(50)} == {0}
    assert {share_for(shares, needs(f"a/{number}", token=True)) for number in range(50)} == {0}
    assert share_for(shares, needs(currency="USD", others=("other",))) in {0, 1}, "one that says why it cannot"


def test_the_share_is_the_same_in_every_process() -> None:
    shares = shares_of(players(*["EUR"] * 12))
    assert [share_for(shares, needs(f"idempotency/{number}")) for number in range(8)] == [1, 3, 1, 3, 0, 2, 0, 2]
