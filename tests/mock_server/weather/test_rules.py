"""The words of the weather: what each rule means, and what is said about one that means nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mock_server.weather.kinds import KINDS
from mock_server.weather.rules import EXAMPLE, BadRule, Rule, read_rule

DOCUMENTATION = Path(__file__).resolve().parents[3] / "docs" / "REFERENCE_WALLET.md"
OPERATIONS = ("settlement", "balance", "casino/settlement")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (EXAMPLE, Rule("drop-reply", every=7, operation="settlement")),
        ("latency", Rule("latency")),
        ("latency 200ms always", Rule("latency", 200)),
        ("slow-body 2s balance", Rule("slow-body", 2000, operation="balance")),
        ("busy 3s once", Rule("busy", 3, most=1)),
        ("reset 5% seed 42 casino/settlement", Rule("reset", percent=5, seed=42, operation="casino/settlement")),
        ("reset seed 0 5%", Rule("reset", percent=5, seed=0)),
        (
            "cut-body 3bytes settlement every 2nd after 10 at most 3 times",
            Rule("cut-body", 3, 2, 10, 3, 0, None, "settlement"),
        ),
        ("  gzip   every 1st ", Rule("gzip")),
    ],
)
def test_a_rule_is_read_and_written_again(text: str, rule: Rule) -> None:
    assert read_rule(text, OPERATIONS) == rule
    assert read_rule(str(rule), OPERATIONS) == rule


@pytest.mark.parametrize("fault", KINDS)
def test_every_fault_is_a_rule_by_its_name(fault: str) -> None:
    assert read_rule(fault, ()) == Rule(fault)
    assert KINDS[fault].fault.__doc__


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty: the faults are latency, slow-body"),
        ("drop-replies", "'drop-replies' is no fault, did you mean drop-reply?"),
        ("gzip 5ms", "gzip takes no number: write `gzip` alone"),
        ("latency 5bytes", "5bytes is no setting of latency: write it as `latency 2ms`"),
        ("busy 100ms", "100ms is no setting of busy"),
        ("latency 0ms", "0ms is no setting of latency"),
        ("reset every", "'' is no number of requests: write it as `every 7th`"),
        ("reset every 0th", "'0th' is no number of requests"),
        ("reset after many", "'many' is no number of requests: write it as `after 10`"),
        ("reset at 3 times", "`at` stands alone: write `at most 3 times`"),
        ("reset at most 3", "`at most` has no end"),
        ("reset 0%", "'0%' is no share: write 1% to 100%"),
        ("reset 101%", "'101%' is no share"),
        ("reset 5% seed x", "'x' is no seed"),
        ("reset seed 5", "a seed draws nothing here"),
        ("reset 5% every 7th", "it counts and it draws"),
        ("reset settlment", "'settlment' has no meaning here, did you mean settlement?"),
        ("reset settlement balance", "it names 'settlement' and 'balance': write a rule for each operation"),
    ],
)
def test_a_rule_that_means_nothing_is_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(BadRule) as caught:
        read_rule(text, OPERATIONS)
    assert says in str(caught.value)
    assert repr(text) in str(caught.value)


def test_a_seed_is_drawn_and_shown() -> None:
    rule = read_rule("reset 50%", ())
    assert f"seed {rule.seed}" in str(rule)
    strikes, same = rule.strikes(), read_rule(str(rule), ()).strikes()
    assert [strikes() for _ in range(100)] == [same() for _ in range(100)]


def test_when_a_rule_strikes() -> None:
    def struck(text: str) -> list[int]:
        strikes = read_rule(text, ()).strikes()
        return [number for number in range(1, 31) if strikes()]

    assert struck("reset every 7th") == [7, 14, 21, 28]
    assert struck("reset every 7th after 10 at most 2 times") == [17, 24]
    assert struck("reset once") == [1]
    assert struck("reset after 28") == [29, 30]
    assert struck("reset") == list(range(1, 31))
    assert struck("reset 100% seed 1 after 5 at most 2 times") == [6, 7]


def test_the_documentation_has_every_fault_with_its_effect() -> None:
    rows = [line for line in DOCUMENTATION.read_text().splitlines() if line.startswith("| `")]
    effects = {kind.effect for kind in KINDS.values()}
    found = {
        name.split()[0]: row.rstrip(" |").rpartition("| ")[2]
        for row in rows
        if row.rstrip(" |").rpartition("| ")[2] in effects
        for name in re.findall(r"`([^`]+)`", row.split("|")[1])
    }
    assert found == {name: kind.effect for name, kind in KINDS.items()}
