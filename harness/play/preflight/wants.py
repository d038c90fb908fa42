"""Finds the scenarios that cannot run with the available players and operations, before any scenario starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from harness import money
from harness.config import WalletUnderTest
from harness.config.shares import shares_of
from harness.contracts import Contract
from harness.model import Exchange, NotApplicable, Operation, Player, Scenario
from harness.play.players import Purse, share_for
from harness.play.preflight.findings import Facts
from harness.play.runner import TOO_LARGE
from harness.scenario.estimates import needs_in_short, steps_of
from harness.scenario.faults import BEYOND_EXACT
from harness.scenario.identities import Identities
from harness.scenario.needs import Needs
from harness.scenario.smallest_amounts import smallest


@dataclass(frozen=True, slots=True)
class Want:
    """A missing player or operation, and the scenarios that are skipped because of it."""

    reason: str
    scenarios: tuple[str, ...]


def wants(scenarios: Iterable[Scenario], contract: Contract, wallet: WalletUnderTest, facts: Facts) -> tuple[Want, ...]:
    """What is missing, the most frequent first. A scenario counts once, for the first thing that it lacks."""
    found: dict[str, list[str]] = {}
    purse = Purse(contract, _unsent, Identities(0, "00000000"), set(facts.absent))
    shares = shares_of(wallet.players)
    tokens = [sum(1 for each in share if each.token) for share in shares]
    for scenario in scenarios:
        if contract.name not in scenario.requirements or scenario.is_epilogue or scenario.is_explored:
            continue
        reason = _operation_lacking(scenario, contract, facts)
        if not reason and not wallet.makes_players:
            needs = _needs(scenario, contract, purse)
            share = share_for(shares, needs)
            reason = _lacking(replace(needs, token=needs.token and not tokens[share]), purse, wallet, facts)
            # A one-time token serves one scenario. Scenarios in which the wallet must not accept it can share it.
            tokens[share] -= int(needs.token and not reason and _logs_in(scenario))
            if not reason and any(step.faults == BEYOND_EXACT for step in steps_of(scenario.steps)):
                reason = TOO_LARGE
        if reason:
            found.setdefault(reason, []).append(scenario.id)
    ordered = sorted(found.items(), key=lambda pair: -len(pair[1]))
    return tuple(Want(reason, tuple(ids)) for reason, ids in ordered)


def _needs(scenario: Scenario, contract: Contract, purse: Purse) -> Needs:
    """The needs as in a run. If money cannot be restored, amounts are the smallest that prove the point."""
    return needs_in_short(smallest(scenario, contract) if purse.frugal else scenario, contract)


def _logs_in(scenario: Scenario) -> bool:
    """True if the scenario sends a token that the wallet must accept, which uses the token up."""
    logins = (step for step in steps_of(scenario.steps) if step.word == "authenticate" and not step.drafts[0].token)
    return any(not (step.forged or step.missing_header or step.tampered or step.faults) for step in logins)


def _operation_lacking(scenario: Scenario, contract: Contract, facts: Facts) -> str:
    names = (contract.words.get(step.word, "") for step in steps_of(scenario.steps))
    return next((NotApplicable.OPERATION.of(name) for name in names if name and name in facts.absent), "")


def _lacking(needs: Needs, purse: Purse, wallet: WalletUnderTest, facts: Facts) -> str:
    fitting = [each for each in wallet.players if needs.currency in {"", each.currency}]
    lacking = _player_lacking(needs, fitting)
    if not lacking and needs.token:
        return "needs a player with an unused one-time token"
    return lacking or _funds_lacking(needs, fitting, purse, facts)


def _player_lacking(needs: Needs, fitting: Sequence[Player]) -> str:
    if not fitting:
        return NotApplicable.CURRENCY.of(needs.currency)
    if needs.expired_session and not any(each.expired_session for each in fitting):
        return "needs a player with an expired session"
    if needs.letters:
        return "needs a player whose id the run can choose, with letters"
    together = Counter(each.currency for each in fitting).most_common(1)[0][1]
    if together <= len(needs.others):
        return f"needs {len(needs.others) + 1} players of one currency"
    return ""


def _funds_lacking(needs: Needs, fitting: Sequence[Player], purse: Purse, facts: Facts) -> str:
    """Why no player has the needed funds, if the wallet has no operation to change a balance in that direction.

    Empty if nothing is lacking.
    """
    known = {each.player: each.balance for each in facts.holdings}
    held = [known.get(each.id) or 0 for each in fitting]
    wanted = needs.funds("", fitting[0].currency)
    asked = money.show(wanted, fitting[0].currency)
    if max(held) < wanted and not purse.can(up=True):
        return f"needs a player with {asked}, and nothing can be paid into this wallet"
    if needs.exactly and min(held) > wanted and not purse.can(up=False):
        return f"needs a player with exactly {asked}, and nothing can be taken from this wallet"
    return ""


def _unsent(operation: Operation) -> Exchange:
    raise AssertionError(f"{operation} is only thought of")
