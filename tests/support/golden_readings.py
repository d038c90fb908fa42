"""The findings about wallets that read the documents differently: `tests/golden/readings.json`.

The wallets are those of `tests/support/legal_wallets.py`. Each is tried on a few scenarios that show its reading. The
lines are those of `tests/support/golden_findings.py`.

`python tests/support/golden_readings.py` writes the file again and prints the changes. Look at each change before you
commit it.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import golden_findings
import legal_batches
import legal_notations
import legal_wallets as legal
from golden_findings import Lines, changes, written

from harness.contracts import BUNDLED
from harness.examine import Examiner
from harness.model import Scenario
from harness.proof.matrix import scenarios
from harness.proof.trials import examiner_of
from mock_server.wallet import Wallet

FILE = Path(__file__).resolve().parents[1] / "golden" / "readings.json"
ACCEPT = "look at each, then: python tests/support/golden_readings.py"
SEEN_IN: Mapping[type[Wallet], str] = {
    legal.ReplaysShowTheCurrentBalance: "batch/bet_twice_in_a_batch idempotency/resent_after_others",
    legal.ConflictsGetTheFirstResult: "batch/conflict_beside_a_valid_item idempotency/amount_that_became_zero",
    legal.RefusalsAreRemembered: "insufficient_funds/refused_bet_is_funded_later unsettlement/refused_then_funded",
    legal_batches.BatchShowsItsEnd: "batch/replays_among_new_items races/bet_batches_against_the_balance",
    legal_batches.BatchIsAnsweredBackwards: "batch/bet_twice_in_a_batch idempotency/duplicate_in_batch",
    legal_batches.DuplicatesInABatchGetOneAnswer: "batch/bet_twice_in_a_batch idempotency/duplicate_in_batch",
    legal_batches.BatchesWithNothingValidAreRefused: "batch/empty_batch batch/nothing_but_invalid_items "
    "idempotency/higher_amount",
    legal.LateBetsSucceedWithoutEffect: "rollback/late_bet rollback/late_bet_after_two_rollbacks",
    legal.RollbackOfSettledIsRefunded: "races/payout_against_rollback rollback/bet_settled_as_lost",
    legal.RollbackAgainIsRefused: "races/rollbacks_with_different_ids rollback/again_with_a_new_id",
    legal.BetsOfEndedSessionsAreTaken: "session/bet_after_the_session session/bet_batch_after_the_session",
    legal.BetsOfNothingAreRefused: "zero_amount/zero_bet",
    legal.UnknownBetsAreRefused: "ordering/payout_for_a_refused_bet ordering/payout_for_an_unknown_bet "
    "settlement/unknown_bet unsettlement/unknown_bet",
    legal.ReturnedBetsArePaid: "rollback/settlement_after_the_rollback",
    legal.UnknownGamesAreRefused: "settlement/unknown_game",
    legal.WinsAgainstTheirAmountAreRefused: "zero_amount/win_without_money",
    legal.EndedSessionsCreditNothing: "session/payout_after_the_session session/retry_after_the_session "
    "session/rollback_after_the_session",
    legal.OneIdIsOneTransaction: "idempotency/same_id_for_bet_and_payout races/one_id_with_two_amounts",
    legal.RollbackOfRefusedIsRefused: "rollback/refused_bet",
    legal.RollbackOfSettledIsKept: "races/payout_against_rollback rollback/bet_settled_as_lost",
    legal.RollbackOfForeignIsOk: "rollback/bet_of_another_player",
    legal.DeductsNoMoreThanWasPaid: "authentication/correct_credentials unsettlement/refused_then_funded",
    legal.NeverDeducts: "authentication/correct_credentials input/unsettlement_no_json",
    legal.IdsBelongToPlayers: "idempotency/same_id_for_another_player",
    legal.RefusesUnderContention: "races/bets_against_the_balance races/bet_against_its_rollback races/credits",
    legal_notations.ReadsNotationsTheOtherWay: "input/bet_amounts_eur input/settlement_amounts_jpy",
    legal_notations.TakesScalarsForOneAnother: "input/settlement_amounts_jpy input/settlement_wrong_types",
    legal.CoreOnly: "batch/conflict_beside_a_valid_item idempotency/replayed_unsettlement_after_others",
}
"""The scenarios that show the reading of each wallet."""


@dataclass(frozen=True, slots=True)
class Case:
    """A wallet on a contract, and its scenarios."""

    variant: type[Wallet]
    contract: str
    scenarios: tuple[Scenario, ...]

    def __str__(self) -> str:
        return f"{self.variant.__name__} on {self.contract}"


def cases() -> Iterator[Case]:
    """Every variant on every contract in which it differs from the reference."""
    suite = {each.id: each for each in scenarios()}
    for contract in BUNDLED:
        for variant, names in SEEN_IN.items():
            chosen = tuple(suite[name] for name in names.split() if contract in suite[name].requirements)
            if chosen and legal.of_contract(contract)(variant):
                yield Case(variant, contract, chosen)


def tried(case: Case) -> Lines:
    """Try the wallet of a case, after pre-flight."""
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    examiner = examiner_of(case.variant, case.contract, explain=False)
    try:
        return {each.id: _lines(examiner, each) for each in case.scenarios}
    finally:
        examiner.close()


def _lines(examiner: Examiner, scenario: Scenario) -> Sequence[str]:
    _, found, noted = golden_findings.judged(examiner, scenario)
    return (*found, *noted)


def kept() -> dict[str, dict[str, list[str]]]:
    """The content of the file."""
    data: dict[str, dict[str, list[str]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return data


def main() -> None:
    """Write the file again."""
    before = kept() if FILE.exists() else {}
    now = {str(case): tried(case) for case in cases()}
    for row in dict.fromkeys([*before, *now]):
        if changed := changes(before.get(row, {}), now.get(row, {})):
            sys.stdout.write(f"{row}\n{changed}\n")
    FILE.write_text(written(now), encoding="utf-8")


if __name__ == "__main__":
    main()
