"""Checks that the wallet accepts our credentials. If it refuses one good call, further calls find the reason.

The user must correct a wrong secret. But some wallets refuse a valid call and accept one with a known mistake, or
refuse only the amount 0. Such wallets are wrong themselves, and their calls are recorded for judgement.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.contracts.shared.near_answer import is_nearly_right
from harness.model import Alteration, Exchange, Outcome, Player
from harness.play.preflight.answering import CLOCK, ahead, check_existence, shown, unanswered
from harness.play.preflight.asking import Asking, accepted, answer
from harness.play.preflight.findings import ConfigurationProblem, StageLog

CREDENTIALS, PLAYERS = "credentials", "players"


@dataclass(frozen=True, slots=True)
class Trusted:
    """The wallet accepts our credentials: the player of the accepted call, and its answer to the amount 0."""

    player: Player
    zero: Exchange


@dataclass(frozen=True, slots=True)
class Distrusted:
    """The wallet refuses valid calls, and the user cannot change that. `calls` prove it, in the order of sending."""

    calls: tuple[Exchange, ...]


def believed(asking: Asking, player: Player, skew: int | None, stages: StageLog) -> Trusted | Distrusted:
    """Send one good call. If it is refused, find out why. Raises ConfigurationProblem.

    `skew` is how far the wallet's clock is ahead of ours, in seconds.
    """
    asking.first = player.id
    good = asking.prove(asking.zero(player))
    check_existence(good, asking)
    if is_nearly_right(good, asking.contract):
        return _nearly_right(asking, player, good, stages)
    if good.reply is None:
        raise unanswered(good, asking)
    if accepted(good):
        return _trusted(asking, player, good, stages)
    if accepted(again := asking.ask(asking.zero(player))):
        return _unsteady(asking, player, again, stages)
    outcome = answer(good).outcome
    if outcome in {Outcome.UNKNOWN_PLAYER, Outcome.WRONG_CURRENCY}:
        raise _refused(good, asking, player)
    if outcome is not Outcome.UNAUTHENTICATED:
        if not player.bets and (known := asking.with_known_bet(player)) is not None:
            good = asking.prove(asking.zero(known))
            if accepted(good):
                asking.knows_bets_only = True
                return _trusted(asking, known, good, stages)
            player = known
        if _takes_all_but_zero(asking, player, outcome):
            return _without_zero(asking, player, stages)
    return _why_refused(asking, player, good, skew, stages)


def _why_refused(
    asking: Asking, player: Player, good: Exchange, skew: int | None, stages: StageLog
) -> Trusted | Distrusted:
    """Find out why a good call is refused that has no fault but its authentication. Raises ConfigurationProblem."""
    outcome = answer(good).outcome
    _look_at_clock(asking, player, skew)
    _look_for_slips(asking, player)
    for name in asking.contract.mistakes:
        tried = asking.prove(asking.zero(player), Alteration(forged=name))
        if accepted(tried):
            return _confirmed(asking, player, stages)
    if outcome not in _OF_ONE_REMEDY and (calls := _of_another_time(asking, player, good, skew)):
        return Distrusted(calls)
    # The balance cannot prove this earlier. A wallet that rewrites a body before checking its signature may still
    # accept a body without numbers.
    read = asking.balance(player)
    elsewhere = read is not None and accepted(read) and _looks_at_credentials(asking, player)
    if elsewhere and outcome is Outcome.UNAUTHENTICATED:
        asking.prove(asking.reading(player))
        asking.prove(asking.zero(player))
        return _confirmed(asking, player, stages)
    if _pays_named_bets_only(asking, player, outcome) and (shown := _in_spite_of_bets(asking, player, good, stages)):
        return shown
    raise _refused(good, asking, player, believed=elsewhere)


def _trusted(asking: Asking, player: Player, good: Exchange, stages: StageLog, *warnings: str) -> Trusted:
    stages.passed(CREDENTIALS, f"{good.name} of amount 0 is taken ({asking.code_of(good)})", *warnings)
    return Trusted(player, good)


def _nearly_right(asking: Asking, player: Player, good: Exchange, stages: StageLog) -> Trusted | Distrusted:
    """A good call whose answer is nearly the contract's. Scenarios can run if the balance can be read."""
    return _in_spite_of(
        asking, player, (good,), stages, "its answer is nearly the contract's, and cannot be taken for it"
    )


def _without_zero(asking: Asking, player: Player, stages: StageLog) -> Trusted | Distrusted:
    """The wallet refuses the amount 0 alone. Scenarios can run if the balance can be read."""
    found = _confirmed(asking, player, stages)
    if isinstance(found, Trusted):
        return found
    return _in_spite_of(asking, player, found.calls, stages, "the amount 0 is refused, and other amounts are not")


def _in_spite_of(
    asking: Asking, player: Player, calls: tuple[Exchange, ...], stages: StageLog, what: str
) -> Trusted | Distrusted:
    """Go on in spite of a violation that `calls` prove, if the wallet has a balance operation that shows a balance."""
    read = asking.balance(player)
    if read is None or not accepted(read) or answer(read).balance is None:
        return Distrusted(calls)
    asking.findings.append(calls)
    asking.takes_zero = False
    stages.passed(
        CREDENTIALS, f"{read.name} is shown ({asking.code_of(read)})", f"{calls[-1].name} of amount 0: {what}"
    )
    return Trusted(player, read)


def _pays_named_bets_only(asking: Asking, player: Player, outcome: Outcome) -> bool:
    """True if the refusal of the good call means that its bet is unknown, which the document permits.

    The wallet has no operation that places a bet, and none was named. `outcome` is that of the refusal. Where the
    operator has pinned the reading, the wallet may use any word for it that does not blame the caller.
    """
    if player.bets or asking.has("bet") or "refused" not in asking.contract.policy.get("unknown_bet", ()):
        return False
    pinned = dict(asking.wallet.policies).get("unknown_bet")
    if pinned == "refused":
        return outcome not in _BLAMES_THE_CALLER
    return outcome is Outcome.UNKNOWN_TRANSACTION and not pinned


def _in_spite_of_bets(asking: Asking, player: Player, good: Exchange, stages: StageLog) -> Trusted | None:
    """Go on though the wallet pays no bet of ours. None if nothing then shows what a player has.

    The balance operation shows it, or the players are made with a balance that is known.
    """
    read = asking.balance(player)
    shows = read is not None and accepted(read) and answer(read).balance is not None
    if not shows and player.balance is None:
        return None
    asking.takes_zero = False
    asking.readings = (("unknown_bet", "refused"),)
    stages.passed(
        CREDENTIALS,
        f"{good.name} of amount 0 is refused for its bet alone ({asking.code_of(good)})",
        "the wallet insists on bets that it knows, and none was named: no money can be judged; give the player some "
        "as `bets` in the profile",
    )
    return Trusted(player, read if read is not None and shows else good)


def _takes_all_but_zero(asking: Asking, player: Player, outcome: Outcome) -> bool:
    """True if the same call with the smallest amount is accepted, or refused only for lack of funds.

    `outcome` is that of the call with amount 0. A wallet that does not know the bet may check the funds first.
    """
    tried = asking.prove(asking.smallest(player))
    asking.note_moved(tried)
    unknown_bet = outcome is Outcome.UNKNOWN_TRANSACTION and not player.bets
    return accepted(tried) or (answer(tried).outcome is Outcome.INSUFFICIENT_FUNDS and not unknown_bet)


def _confirmed(asking: Asking, player: Player, stages: StageLog) -> Trusted | Distrusted:
    """Send a good call once more, because one call may fail by chance.

    The verdict is valid only if it is refused again.
    """
    again = asking.ask(asking.zero(player))
    return _unsteady(asking, player, again, stages) if accepted(again) else Distrusted(tuple(asking.proofs))


def _unsteady(asking: Asking, player: Player, good: Exchange, stages: StageLog) -> Trusted:
    text = f"the wallet refused one {good.name} of amount 0 and took the next: its answers are not steady"
    return _trusted(asking, player, good, stages, text)


# ---------------------------------------------------------------------------------------------------------------------
# What a refusal means


def _looks_at_credentials(asking: Asking, player: Player) -> bool:
    """True if the wallet refuses a balance to a forged request.

    Otherwise the balance proves nothing about credentials.
    """
    forgery = next(iter(asking.contract.forgeries), "")
    return bool(forgery) and not accepted(asking.ask(asking.reading(player), Alteration(forged=forgery)))


def _look_at_clock(asking: Asking, player: Player, skew: int | None) -> None:
    """Raise ConfigurationProblem if the wallet accepts a call dated by its own clock, and not one dated by ours."""
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


def _of_another_time(asking: Asking, player: Player, good: Exchange, skew: int | None) -> tuple[Exchange, ...]:
    """The calls which prove that the wallet's window lies some hours away. Empty if it does not.

    Raises ConfigurationProblem if one of the clocks may be wrong by these hours.
    """
    for seconds in HOURS_AWAY if asking.contract.clock_tolerance_seconds else ():
        tried = asking.ask(asking.zero(player), Alteration(stale_seconds=-seconds))
        if not accepted(tried):
            continue
        if accepted(asking.ask(asking.zero(player))):
            return ()
        if skew is not None:
            return (good, tried)
        away = f"{shown(abs(seconds))} {'ahead' if seconds > 0 else 'back'}"
        raise ConfigurationProblem(
            f"the wallet refuses a call that is signed now, and the same call is believed when it is dated {away}: its "
            "window is computed in another time zone, or one of the clocks is wrong by that; its answers have no Date "
            "header that could decide",
            stage=CLOCK,
        )
    return ()


def _look_for_slips(asking: Asking, player: Player) -> None:
    """Raise ConfigurationProblem if the wallet accepts the credentials after the correction of a typing error."""
    variables = " and ".join(asking.contract.environment)
    for name, slip in asking.contract.slips.items():
        if accepted(asking.ask(asking.zero(player), Alteration(forged=name))):
            raise ConfigurationProblem(
                f"the wallet refuses {variables} as they are set, and believes them otherwise: {slip}; set them right",
                stage=CREDENTIALS,
            )


_HOUR = 3_600
HOURS_AWAY = tuple(
    sign * (hours * _HOUR + rest) for rest in (0, _HOUR // 2) for hours in range(15) for sign in (1, -1)
    if 0 < hours * _HOUR + rest <= 14 * _HOUR
)  # fmt: skip
"""The offsets of other time zones in seconds: whole hours first, then half hours, up to 14."""

_BLAMES_THE_CALLER = frozenset(
    {Outcome.UNAUTHENTICATED, Outcome.UNKNOWN_PLAYER, Outcome.WRONG_CURRENCY, Outcome.INVALID_SESSION}
)
"""Outcomes that blame the credentials or the player, and not the bet."""
_OF_ONE_REMEDY = frozenset(
    {Outcome.UNKNOWN_PLAYER, Outcome.WRONG_CURRENCY, Outcome.INVALID_SESSION, Outcome.UNKNOWN_TRANSACTION}
)
"""Outcomes whose remedy is clear, whether the wallet accepts the credentials or not."""


def _refused(exchange: Exchange, asking: Asking, player: Player, *, believed: bool = False) -> ConfigurationProblem:
    """The problem behind a refusal of the good call that the user can solve."""
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
    text = f"{url} refuses an ordinary {exchange.name} of amount 0 with {asking.code_of(exchange)}: {remedy}"
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
