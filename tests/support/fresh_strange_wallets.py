"""Wallets with bugs that nobody had seen when the rules of the causes were chosen.

Each was written, with the truth about it, before its causes were read. Their bugs are neither registered ones nor those
of `strange_wallets`.
"""

from __future__ import annotations

from dataclasses import dataclass

import fresh_casino_wallets as casino
import fresh_sportsbook_wallets as sportsbook
from strange_wallets import Strange


@dataclass(frozen=True, slots=True)
class Fresh(Strange):
    """A strange wallet, with the truth about it in words that were written before its causes were read.

    `names` and `truth` were written first. `words` are of the first causes that a reader then judged to be true.
    """

    truth: str = ""


FRESH = (
    Fresh(
        casino.PaysARoundOnce,
        "casino",
        ("settles-a-bet-once",),
        truth="wins are recognised by their round, not by their transaction id: the second is swallowed",
    ),
    Fresh(
        casino.RollsTheBatchBackBehindItsAnswers,
        "casino",
        ("all-or-nothing", "credits-and-refuses-the-batch"),
        words=("answered with success and not booked",),
        truth="a refused item undoes the items before it, which were answered with success",
    ),
    Fresh(
        casino.BalanceMissesTheNightJob,
        "casino",
        ("reads-a-cached-balance",),
        words=("it is stale",),
        truth="the balance operation shows a stale balance after a settlement",
    ),
    Fresh(
        casino.GatewayRepeatsEverySeventh,
        "casino",
        ("takes-the-stake-and-refuses",),
        truth="a transaction is booked and answered with an error now and then",
    ),
    Fresh(
        casino.TakesThePlayerFromTheSession,
        "casino",
        (),
        words=("a player that does not exist is answered with success",),
        truth="a bet is booked on the player of the session, not of the body",
    ),
    Fresh(
        casino.SignsEscapedSlashes,
        "casino",
        ("signs-escaped-markup",),
        truth="the signature is computed over a body written again, with slashes escaped",
    ),
    Fresh(
        casino.TakesTheTimestampForANonce,
        "casino",
        (),
        truth="a genuine request is refused because another one had its timestamp",
    ),
    Fresh(
        casino.LosesTheLastOfEachHundred,
        "casino",
        ("works-twenty-five-items",),
        truth="some items of a large batch are not worked and not answered",
    ),
    Fresh(
        casino.BooksOneSumForAPlayer,
        "casino",
        (),
        truth="of several items of a player in one batch only the first id is remembered",
    ),
    Fresh(
        casino.PutsBonusesIntoAnotherBalance,
        "casino",
        ("credits-nothing",),
        words=("answered with success and never booked",),
        truth="bonus rewards do not reach the balance",
    ),
    Fresh(
        casino.ChecksABatchAgainstItsStart,
        "casino",
        (),
        words=("each checked against the same balance",),
        truth="the stakes of a batch are compared with the balance before the batch, and overdraw together",
    ),
    Fresh(
        casino.DoesNotCountTheRows,
        "casino",
        ("overwrites-credits", "overwrites-debits"),
        truth="of movements at once some are answered with success and lost",
    ),
    Fresh(
        sportsbook.GivesEveryCurrencyTwoDecimals,
        "sportsbook",
        ("rounds-to-two-decimals",),
        truth="the decimals of a currency are always two: KWD is refused, and parts of a JPY are taken",
    ),
    Fresh(
        sportsbook.RestoresTheBalanceBeforeTheBet,
        "sportsbook",
        (),
        truth="a rollback writes the balance before the bet, and loses what moved since",
    ),
    Fresh(
        sportsbook.RefusesTheRollbackOfARefusedBet,
        "sportsbook",
        ("refuses-the-rollback-of-an-unknown-bet",),
        truth="the rollback of a bet that was refused is answered with an error",
    ),
    Fresh(
        sportsbook.TakesBackWhatTheBetWasPaid,
        "sportsbook",
        ("unsettles-what-is-there",),
        words=("answered with success and never booked",),
        truth="an unsettlement deducts less than its amount and is answered with success",
    ),
    Fresh(
        sportsbook.NetsAVoidAgainstTheWin,
        "sportsbook",
        ("returns-the-stake-for-a-void",),
        truth="a void after another settlement of its bet credits less than its amount",
    ),
    Fresh(
        sportsbook.SettlesABetOnceForAnAmount,
        "sportsbook",
        ("settles-a-bet-once",),
        truth="a second equal settlement of a bet is taken for a repeat; the transaction id does not matter",
    ),
    Fresh(
        sportsbook.WritesRefundsOverOtherMovements,
        "sportsbook",
        ("overwrites-credits",),
        truth="a rollback writes an old balance plus the stake over movements that came at once",
    ),
    Fresh(
        sportsbook.LocksThePlatformOut,
        "sportsbook",
        (),
        truth="genuine requests are refused for a while after wrong credentials",
    ),
    Fresh(sportsbook.TakesAnyLiveSession, "sportsbook", (), truth="the session of another player is taken for a bet"),
    Fresh(
        sportsbook.ShowsSixDigits,
        "sportsbook",
        ("shows-a-rounded-balance",),
        truth="balances are booked exactly, and shown rounded when they have more than six digits",
    ),
    Fresh(
        sportsbook.TakesAStakeForEachLine,
        "sportsbook",
        ("debits-twice",),
        truth="a system bet takes three times its amount",
    ),
    Fresh(
        sportsbook.TakesEqualStakesForADoubleClick,
        "sportsbook",
        (),
        truth="a new bet with the amount of the last one is taken for its repeat, and no stake is taken",
    ),
)
