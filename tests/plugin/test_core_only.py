"""A wallet that has its core operation alone, with players that exist: certified on that, with the smallest amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from named_players import options
from plugin_run import run
from wallet_process import ENVIRONMENT, Running, running

from harness import money
from harness.contracts import BUNDLED, load
from harness.model import Draft, Scenario, Step
from harness.scenario.smallest_amounts import smallest

XDIST = ("no:cacheprovider", "xdist.plugin", "xdist.looponfail")
THREE = (("EUR", "1000"), ("EUR", "1000"), ("USD", "1000"))
CONTRACTS = {name: load(name) for name in BUNDLED}
LEFT = re.compile(r"not restored: player (\S+) was left with (\S+) (\S+), and had (\S+)")


@pytest.fixture(scope="module")
def wallet() -> Iterator[Running]:
    with running("--core-only") as started:
        yield started


@pytest.mark.parametrize(
    "workers", [(), pytest.param(("-n", "2"), marks=pytest.mark.full)], ids=["one process", "two workers"]
)
@pytest.mark.parametrize(
    "contract", [BUNDLED[0], *(pytest.param(each, marks=pytest.mark.full) for each in BUNDLED[1:])]
)
def test_three_players_are_enough(wallet: Running, contract: str, workers: tuple[str, ...]) -> None:
    players = [wallet.provision(contract=contract, currency=each, balance=much) for each, much in THREE]
    done = run(*options(contract, players, wallet), *workers, variables=ENVIRONMENT, plugins=XDIST)
    assert done.status == 0, done.output
    assert re.search(rf"^{contract} +CERTIFIED", done.output, re.MULTILINE)
    assert "balances are as reported by the wallet's own zero transactions" in " ".join(done.output.split())
    left = {player: (money.parse(now), money.parse(had)) for player, now, _, had in LEFT.findall(done.output)}
    assert set(left) <= {each["playerId"] for each in players}
    assert left
    for now, had in left.values():
        assert now > had if contract == "casino" else now < had


def test_what_uses_players_up_runs_at_the_end(wallet: Running) -> None:
    players = [wallet.provision(contract="sportsbook", currency="EUR", balance="1000") for _ in range(3)]
    done = run(*options("sportsbook", players, wallet), "-v", "-k", "unsettlement", variables=ENVIRONMENT)
    order = re.findall(r"^(\S+)\.yaml::sportsbook (?:PASSED|SKIPPED)", done.output, re.MULTILINE)
    drains = order.index("unsettlement/exactly_the_balance")
    assert order.index("zero_amount/zero_unsettlement_is_remembered") < drains
    assert drains < order.index("idempotency/replayed_unsettlement_of_everything"), "nothing else proves SPB-UNS-05"
    assert done.status != 1, done.output


# ----------------------------------------------------------------------------------------------------------------------
# The smallest amounts


def scenario(*amounts: str, funds: str = "100", word: str = "unsettle", **rest: object) -> Scenario:
    steps = tuple(Step(word=word, drafts=(Draft(amount=each),)) for each in amounts)
    return Scenario(
        id="a/b",
        path="a/b.yaml",
        title="",
        requirements={"sportsbook": "SPB-UNS-01"},
        funds=funds,
        steps=steps,
        **rest,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("contract", "funds", "amounts", "expected"),
    [
        ("casino", "100", ("10", "20"), ("0.0001", "0.00001", "0.00002")),
        ("casino", "100", ("12.34567",), ("100", "12.34567")),
        ("casino", "50", ("smallest_unit", "1.5"), ("0.005", "smallest_unit", "0.00015")),
        ("sportsbook", "100", ("10", "10.5"), ("10", "1", "1.05")),
        ("sportsbook", "100", ("12.34",), ("100", "12.34")),
        ("sportsbook", "100", ("everything",), ("0.01", "everything")),
        ("sportsbook", "100", ("half",), ("0.1", "half")),
        ("sportsbook", "0", ("zero",), ("0", "zero")),
    ],
)
def test_amounts_shrink_together_as_far_as_the_wire_can_carry_them(
    contract: str, funds: str, amounts: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    small = smallest(scenario(*amounts, funds=funds), CONTRACTS[contract])
    assert (small.funds, *(step.drafts[0].amount for step in small.steps)) == expected


def test_the_currency_says_what_the_wire_can_carry() -> None:
    assert smallest(scenario("10", currency="JPY"), CONTRACTS["sportsbook"]).steps[0].drafts[0].amount == "1"
    assert smallest(scenario("10", currency="KWD"), CONTRACTS["sportsbook"]).steps[0].drafts[0].amount == "0.001"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('1000000, "amount": 1000000', "10"),
        ('"10.00"', "10"),
        ("-10", "10"),
        ("[10]", "10"),
        ("null", "0.00001"),
        ('"BET_LOST"', "0.00001"),
        (r'"a\u0000b\u202ec"', "0.00001"),
    ],
)
def test_an_amount_that_is_written_for_the_wire_by_hand_too_stays(raw: str, expected: str) -> None:
    """A wallet may book what the wire says: it must be what the step says."""
    spoilt = replace(scenario("10"), steps=(Step(word="settle", drafts=(Draft(amount="10", raw=(("amount", raw),)),)),))
    small = smallest(spoilt, CONTRACTS["casino"])
    assert small.steps[0].drafts[0].amount == expected
