"""What the steps themselves say of wallets whose bugs no registered defect has: wallet, contract, scenario, words.

A scenario below `own/` is one of the test's.
"""

from __future__ import annotations

import diagnosed_wallets as wallets
import fresh_casino_wallets as fresh_casino
import fresh_sportsbook_wallets as fresh_sportsbook
import newest_casino_wallets as newest_casino
import newest_sportsbook_wallets as newest_sportsbook
import strange_wallets as strange

from harness.model import Outcome
from mock_server.defects import named
from mock_server.wallet import Wallet

OF_WALLETS: tuple[tuple[type[Wallet], str, str, str], ...] = (
    (wallets.ShowsAHundredTimesAsMuch, "casino", "player/balance_after_a_settlement", "100 times too large"),
    (wallets.ShowsAHundredTimesAsMuch, "sportsbook", "player/balance_after_a_settlement", "100 times too large"),
    (wallets.CreditsAHundredth, "casino", "settlement/exact_credit", "booked 100 times too small"),
    (wallets.ShowsABalanceOfItsOwnOnARepeat, "casino", "idempotency/resent_settlement", "neither the one of the first"),
    (wallets.RefusesWhatCameByAnotherOperation, "casino", "idempotency/paid_live_then_settled", "although the request"),
    (
        named("remembers-the-players-last-id-only").wallet_type,
        "casino",
        "own/known_for_a_while",
        "remembers the last transactions only: after 1 more",
    ),
    (strange.PaysNoLiveWins, "casino", "own/bet_after_a_win", "later ones show that it was never booked"),
    (strange.CreditsThrice, "casino", "settlement/exact_credit", "booked 3 times"),
    (strange.TakesStakesThrice, "casino", "batch/answers_of_other_batches", "booked 3 times"),
    (strange.KeepsAFifth, "casino", "settlement/exact_credit", "less than the one of the request"),
    (strange.RoundsToOneDecimal, "casino", "settlement/exact_credit", "decimals"),
    (
        fresh_casino.GatewayRepeatsEverySeventh,
        "casino",
        "batch/two_players_interleaved",
        "booked, and answered with an",
    ),
    (
        fresh_sportsbook.TakesEqualStakesForADoubleClick,
        "sportsbook",
        "clawback/reduced_settlement",
        "as the repeat of one",
    ),
    (wallets.AnswersWithTheAnswerBefore, "casino", "idempotency/resent_after_others", "to the wrong caller"),
    (wallets.BalanceIsNull, "casino", "player/answers_in_the_documented_form", "the balance is null"),
    (wallets.AddsWhatIsNoNumber, "casino", "input/bet_missing_fields", "although a field is missing"),
    (wallets.AddsWhatIsNoNumber, "sportsbook", "input/bet_missing_fields", "although a field is missing"),
    (wallets.AnswersBetsWithAPage, "casino", "player/answers_in_the_documented_form", "an HTML page"),
    (wallets.REFUSES_REWARDS[Outcome.UNKNOWN_PLAYER], "casino", "reward/jackpot", "is not found by this operation"),
    (wallets.REFUSES_REWARDS[Outcome.WRONG_CURRENCY], "casino", "reward/jackpot", "own currency is refused"),
    (wallets.REFUSES_REWARDS[Outcome.UNAUTHENTICATED], "casino", "reward/jackpot", "signed as documented is not"),
    (wallets.REFUSES_REWARDS[Outcome.UNKNOWN_TRANSACTION], "casino", "reward/jackpot", "an ordinary transaction is"),
    (wallets.REFUSES_FOREIGN_TEXT, "casino", "signature/non_ascii_text", "text beyond ASCII"),
    (wallets.CountsFromTheBalanceBeforeTheBatch, "casino", "batch/mixed_batch_sent_again", "before the batch"),
    (wallets.FindsNoBetToRollBack, "sportsbook", "rollback/returns_the_stake", "not found by its rollback"),
    (wallets.BelievesAnEmptySignature, "casino", "signature/empty_signature", "an empty signature"),
    (wallets.BELIEVES_AN_EMPTY_PASSWORD, "sportsbook", "authentication/empty_password", "an empty password"),
    (wallets.BELIEVES_NONSENSE, "sportsbook", "authentication/malformed_credentials", "that are no base64"),
    (wallets.BELIEVES_A_USER_ALONE, "sportsbook", "own/without_colon", "credentials without a password"),
    (wallets.BELIEVES_AN_EMPTY_HEADER, "sportsbook", "own/empty_authorization", "an empty authorization"),
    (newest_casino.TakesAPayoutForTheGrossWin, "casino", "settlement/live_payout", "less the stake of its bet"),
    (newest_casino.TakesAPayoutForTheGrossWin, "casino", "settlement/exact_credit", "or the stake is taken off"),
    (newest_casino.TakesARefusedStakeLater, "casino", "ordering/payout_for_a_refused_bet", "is booked later, when the"),
    (newest_casino.AddsAgainAfterAConflict, "casino", "races/credits", "one that meets another is booked twice"),
    (newest_casino.KeepsThePlayerInASingleton, "casino", "races/batches_over_two_players", "another player's account"),
    (wallets.LosesTheTwentiethItem, "casino", "batch/full_batch", "answered with success and not booked"),
    (fresh_sportsbook.NetsAVoidAgainstTheWin, "sportsbook", "own/void_after_a_win", "was paid before"),
    (
        fresh_sportsbook.RestoresTheBalanceBeforeTheBet,
        "sportsbook",
        "rollback/system_bet",
        "balance from before the bet",
    ),
    (newest_sportsbook.UndoesARollbackByTheNext, "sportsbook", "rollback/again_with_a_new_id", "takes the stake again"),
    (
        newest_sportsbook.LocksAUserAfterFiveWrongPasswords,
        "sportsbook",
        "authentication/wrong_passwords_in_a_row",
        "locks the user, the key or the caller out",
    ),
    (newest_sportsbook.KeepsStakesInCents, "sportsbook", "rollback/three_decimals", "kept with 2 decimals"),
    (
        newest_sportsbook.ReturnsOpenStakesAtLogin,
        "sportsbook",
        "ordering/settled_in_a_later_session",
        "of a login does",
    ),
    (
        newest_sportsbook.DeletesASettlementThatItTakesBack,
        "sportsbook",
        "idempotency/resent_settlement_after_its_unsettlement",
        "what comes again is booked again",
    ),
    (
        fresh_sportsbook.WritesRefundsOverOtherMovements,
        "sportsbook",
        "races/rollback_beside_other_movements",
        "overwrite each other's balance",
    ),
)
