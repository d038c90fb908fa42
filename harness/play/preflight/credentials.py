"""Whether the wallet believes us: one good call, and if it is refused, those that show why.

A wrong secret is the user's to set right. But a wallet that refuses a rightly signed call and believes one with a known
mistake is wrong itself, and so is one that refuses nothing but the amount 0: such calls are recorded to be judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.model import Alteration, Exchange, Outcome, Player
from harness.play.preflight.answering import CLOCK, ahead, unanswered
from harness.play.preflight.asking import Asking, accepted, answer
from harness.play.preflight.findings import ConfigurationProblem, Course

CREDENTIALS, PLAYERS = "credentials", "players"


@dataclass(frozen=True, slots=True)
class Trusted:
    """The wallet believes us: the player whom it did so for, and its answer to the zero amount."""

    player: Player
    zero: Exchange


@dataclass(frozen=True, slots=True)
class Distrusted:
    """The wallet refuses right calls, and the user can do nothing about it: the calls that show it, in order."""

    calls: tuple[Exchange, ...]


def believed(asking: Asking, player: Player, skew: int | None, course: Course) -> Trusted | Distrusted:
    """Send one good call, and find out why, should it be refused. Raises ConfigurationProblem.

    `skew` is how far the wallet's clock is ahead of ours, in seconds.
    """
    good = asking.prove(asking.zero(player))
    if good.reply is None:
        raise unanswered(good, asking.wallet, asking.contract)
    if accepted(good):
        return _trusted(asking, player, good, course)
    if accepted(again := asking.ask(asking.zero(player))):
        return _unsteady(asking, player, again, course)
    outcome = answer(good).outcome
    if outcome in {Outcome.UNKNOWN_PLAYER, Outcome.WRONG_CURRENCY}:
        raise _refused(good, asking, player)
    if outcome is not Outcome.UNAUTHENTICATED:
        if not player.bets and (known := asking.with_known_bet(player)) is not None:
            good = asking.prove(asking.zero(known))
            if accepted(good):
                asking.knows_bets_only = True
                return _trusted(asking, known, good, course)
            player = known
        if _takes_all_but_zero(asking, player, outcome):
            return _confirmed(asking, player, course)
    _look_at_clock(asking, player, skew)
    _look_for_slips(asking, player)
    for name in asking.contract.mistakes:
        tried = asking.prove(asking.zero(player), Alteration(forged=name))
        if accepted(tried):
            return _confirmed(asking, player, course)
    # The balance is no proof before: a body without numbers survives a wallet that writes them anew.
    read = asking.balance(player)
    elsewhere = read is not None and accepted(read) and _looks_at_credentials(asking, player)
    if elsewhere and outcome is Outcome.UNAUTHENTICATED:
        asking.prove(asking.reading(player))
        asking.prove(asking.zero(player))
        return _confirmed(asking, player, course)
    raise _refused(good, asking, player, believed=elsewhere)


def _trusted(asking: Asking, player: Player, good: Exchange, course: Course, *warnings: str) -> Trusted:
    course.passed(CREDENTIALS, f"{good.name} of amount 0 is taken ({asking.said(good)})", *warnings)
    return Trusted(player, good)


def _takes_all_but_zero(asking: Asking, player: Player, outcome: Outcome) -> bool:
    """Whether the same call with the smallest amount is taken, or refused for nothing but lack of funds.

    `outcome` is that of the zero. A wallet that knows no such bet may look at the funds before it looks for the bet.
    """
    tried = asking.prove(asking.smallest(player))
    unknown_bet = outcome is Outcome.UNKNOWN_TRANSACTION and not player.bets
    return accepted(tried) or (answer(tried).outcome is Outcome.INSUFFICIENT_FUNDS and not unknown_bet)


def _confirmed(asking: Asking, player: Player, course: Course) -> Trusted | Distrusted:
    """No judgement may rest on one call that failed by chance: a good one has to be refused once more."""
    again = asking.ask(asking.zero(player))
    return _unsteady(asking, player, again, course) if accepted(again) else Distrusted(tuple(asking.proofs))


def _unsteady(asking: Asking, player: Player, good: Exchange, course: Course) -> Trusted:
    text = f"the wallet refused one {good.name} of amount 0 and took the next: its answers are not steady"
    return _trusted(asking, player, good, course, text)


# ---------------------------------------------------------------------------------------------------------------------
# What a refusal means


def _looks_at_credentials(asking: Asking, player: Player) -> bool:
    """Whether a balance is refused to a forger: else it says nothing of the credentials that it is shown."""
    forgery = next(iter(asking.contract.forgeries), "")
    return bool(forgery) and not accepted(asking.ask(asking.reading(player), Alteration(forged=forgery)))


def _look_at_clock(asking: Asking, player: Player, skew: int | None) -> None:
    """A call that is believed when it is signed by the wallet's own clock was refused for ours."""
    allowed = asking.contract.clock_tolerance_seconds
    if not skew or not allowed:
        return
    tried = asking.ask(asking.zero(player), Alteration(stale_seconds=-skew))
    if accepted(tried):
        raise ConfigurationProblem(
            f"the wallet's clock is {ahead(skew)} the clock of this machine, and it refuses a signature made now: one "
            "made by its own clock it believes; set both clocks by NTP",
            stage=CLOCK,
        )


def _look_for_slips(asking: Asking, player: Player) -> None:
    """Credentials that are believed once a slip in setting them is undone."""
    variables = " and ".join(asking.contract.environment)
    for name, slip in asking.contract.slips.items():
        if accepted(asking.ask(asking.zero(player), Alteration(forged=name))):
            raise ConfigurationProblem(
                f"the wallet refuses {variables} as they are set, and believes them otherwise: {slip}; set them right",
                stage=CREDENTIALS,
            )


_OF_ONE_REMEDY = frozenset(
    {Outcome.UNKNOWN_PLAYER, Outcome.WRONG_CURRENCY, Outcome.INVALID_SESSION, Outcome.UNKNOWN_TRANSACTION}
)
"""Refusals that say by themselves what to set right, whether the wallet believes the credentials or not."""


def _refused(exchange: Exchange, asking: Asking, player: Player, *, believed: bool = False) -> ConfigurationProblem:
    """The good call was refused with this answer, for a reason that the user can set right."""
    outcome = answer(exchange).outcome
    of_player = outcome in {Outcome.UNKNOWN_PLAYER, Outcome.WRONG_CURRENCY, Outcome.INVALID_SESSION}
    stage = PLAYERS if believed or of_player else CREDENTIALS
    if believed and outcome not in _OF_ONE_REMEDY:
        remedy = (
            "the credentials are right, for the player's balance can be read: check the player's currency, give the "
            "`games` that the wallet knows, and `bets` that it has taken"
        )
    else:
        remedy = _remedy(outcome, asking, player)
    url = asking.wallet.url.rstrip("/")
    text = f"{url} refuses an ordinary {exchange.name} of amount 0 with {asking.said(exchange)}: {remedy}"
    return ConfigurationProblem(text, stage=stage)


def _remedy(outcome: Outcome, asking: Asking, player: Player) -> str:
    variables = " and ".join(asking.contract.environment)
    if outcome is Outcome.UNAUTHENTICATED:
        return f"check {variables} (in a profile: `credentials`)"
    if outcome is Outcome.UNKNOWN_PLAYER:
        return f"the wallet does not know player {player.id}: name one that exists, or check the provisioning address"
    if outcome is Outcome.WRONG_CURRENCY:
        return f"the account of player {player.id} has another currency: name the right one"
    if outcome is Outcome.INVALID_SESSION:
        return f"the session of player {player.id} is not live: log the player in, and give the new session"
    if not player.session and outcome is not Outcome.UNKNOWN_TRANSACTION:
        return f"check {variables} (in a profile: `credentials`); and player {player.id} has no session: give one"
    if outcome is Outcome.UNKNOWN_TRANSACTION:
        return "the wallet insists on bets that it knows: give the player some as `bets` in the profile"
    listed = ", ".join(asking.contract.environment)
    return f"check {listed} (in a profile: `credentials`) and the players; the wallet's own log says more"
