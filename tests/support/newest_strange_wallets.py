"""Another twenty wallets with bugs that nobody had seen when the rules of the causes were chosen.

Each was written, with the truth about it, before it was run once. Their bugs were neither registered ones nor those of
`strange_wallets` and `fresh_strange_wallets`. Four were repaired, which had a second bug by mistake. Some were
registered as defects afterwards.
"""

from __future__ import annotations

import newest_casino_wallets as casino
import newest_sportsbook_wallets as sportsbook
from fresh_strange_wallets import Fresh

NEWEST = (
    Fresh(
        casino.LooksForTheRoundWithEquals,
        "casino",
        ("looks-up-credits-only",),
        truth="a bet without the optional roundId is debited again when it is sent again (CAS-IDM-07); visible to the "
        "oracle as soon as such a bet is sent twice",
    ),
    Fresh(
        casino.AddsABatchUpIn32Bits,
        "casino",
        ("wraps-at-32-bits",),
        truth="wins of a player in one batch that add up to 2^32 units or more lose 2^32 units (CAS-SET-02); visible "
        "in a batch of such wins",
    ),
    Fresh(
        casino.PaysAJackpotOnce,
        "casino",
        (),
        truth="a second jackpot with the refTransactionId of the first is answered RS_OK and not credited "
        "(CAS-RWD-01); visible to the oracle",
    ),
    Fresh(
        casino.KeepsThePlayerInASingleton,
        "casino",
        (),
        truth="of requests of different players at once one player's win is credited to another (CAS-CON-01); visible "
        "in a race of two players",
    ),
    Fresh(
        casino.GivesUpAfterThreeRetries,
        "casino",
        ("answers-a-repeat-with-an-error",),
        truth="a win that was credited is answered with an error from its fifth sending on (CAS-IDM-04); visible",
    ),
    Fresh(
        casino.JoinsTheBatchInOneUpdate,
        "casino",
        (),
        truth="of several wins of a player in one batch the first is credited alone, and all are answered RS_OK "
        "(CAS-SET-02); visible",
    ),
    Fresh(
        casino.TakesARefusedStakeLater,
        "casino",
        (),
        truth="a bet that was refused for want of money is debited when a later win covers it (CAS-CON-01); visible",
    ),
    Fresh(
        casino.AddsAgainAfterAConflict,
        "casino",
        (),
        truth="of credits and other movements of a player at once some credits are booked twice (CAS-CNC-02 or "
        "CAS-CON-01); visible in a race",
    ),
    Fresh(
        casino.TakesAPayoutForTheGrossWin,
        "casino",
        ("takes-the-stake-again-for-a-lost-bet",),
        truth="a win of a known bet is credited less the bet's stake (CAS-SET-02); visible",
    ),
    Fresh(
        casino.ComparesHashesOfIds,
        "casino",
        (),
        truth="a new transaction is taken for another one now and then, because their ids have the same hash "
        "(CAS-SET-02); visible where many transactions are sent",
    ),
    Fresh(
        sportsbook.LocksAUserAfterFiveWrongPasswords,
        "sportsbook",
        (),
        truth="right credentials get 401 after five wrong passwords in a row (SPB-AUT-01); visible",
    ),
    Fresh(
        sportsbook.RefundsOneLineOfASystemBet,
        "sportsbook",
        ("refunds-half-the-stake",),
        truth="the rollback of a SYSTEM bet returns a third of its stake (SPB-RBK-01); visible",
    ),
    Fresh(
        sportsbook.KeepsStakesInCents,
        "sportsbook",
        (),
        truth="the rollback of a bet in a currency of three decimals returns the stake cut to two (SPB-RBK-01, "
        "SPB-MNY-01); visible",
    ),
    Fresh(
        sportsbook.DeletesASettlementThatItTakesBack,
        "sportsbook",
        (),
        truth="a settlement that is sent again after an unsettlement of its bet is credited again (SPB-IDM-05); "
        "visible",
    ),
    Fresh(
        sportsbook.AsksTooEarlyWhetherABetWasReturned,
        "sportsbook",
        (),
        truth="a settlement and a rollback of one bet at once give the player both the stake and the win "
        "(SPB-CON-01); perhaps invisible, because the rollback of a settled bet is open",
    ),
    Fresh(
        sportsbook.FindsABetByTheRollbacksOwnId,
        "sportsbook",
        ("refunds-nothing",),
        truth="a rollback with an id of its own finds no bet and returns nothing (SPB-RBK-01); visible",
    ),
    Fresh(
        sportsbook.KeepsTheLastMessageOfABet,
        "sportsbook",
        ("settles-a-bet-once",),
        truth="of several settlements of one bet at once the last one is credited alone, and all are answered with "
        "success (SPB-SET-03); visible in a race",
    ),
    Fresh(
        sportsbook.ChecksAWinAgainstTheOdds,
        "sportsbook",
        (),
        truth="a settlement of more than stake times odds is refused (SPB-SET-01); visible",
    ),
    Fresh(
        sportsbook.UndoesARollbackByTheNext,
        "sportsbook",
        (),
        truth="a second rollback of a bet with an id of its own takes the stake again (SPB-RBK-01); visible",
    ),
    Fresh(
        sportsbook.ReturnsOpenStakesAtLogin,
        "sportsbook",
        (),
        truth="a login returns the stakes of the player's open bets, and their settlements are refused afterwards "
        "(SPB-CON-01); visible",
    ),
)
