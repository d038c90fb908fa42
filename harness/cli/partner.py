"""`walletproof partner [URL]`: the mock partner plays days of a platform with a wallet, and the oracle judges them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace

from harness import money
from harness.cli.aim import add_wallet_arguments, options_of
from harness.cli.command import UsageProblem
from harness.config import Options, OptionsError
from harness.model import Status
from harness.model.words import PROFILE, URL
from harness.partner import ConnectionQuality, Day, Habits, NoPartner, live_through
from harness.play.players import ProvisioningFailed
from harness.plugin.block import block
from harness.plugin.header import wallet_of
from harness.plugin.run import Run, planned

VIOLATED, CONFIGURATION, UNDECIDED = 1, 3, 4
MOST_LOST_PERCENT = 50
"""With more lost answers than this, almost none arrive, and the oracle must leave too much undecided."""
MOST_ROUNDS, MOST_PLAYERS, MOST_DAYS = 10_000, 200, 31


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add_wallet_arguments(parser)
    add("--bundled", action="store_true", help="the bundled reference wallet, although a profile lies here")
    add("--crowd", type=_number(1, MOST_PLAYERS), default=8, metavar="N", help="how many play (8)")
    add("--rounds", type=_number(1, MOST_ROUNDS), default=200, metavar="N", help="rounds, or bets, of each day (200)")
    add("--days", type=_number(1, MOST_DAYS), default=1, metavar="N", help="how many days (1)")
    add("--lost", type=_number(0, MOST_LOST_PERCENT), default=5, metavar="PERCENT", help="answers lost on purpose (5)")
    add("--seed", type=int, default=None, metavar="N", help="live through an earlier day again")
    add("--defect", default="", metavar="NAME", help="the bundled wallet with this deliberate bug")


def _number(least: int, most: int) -> type[int]:
    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no number from {least} to {most}")
        return int(text)

    return read  # type: ignore[return-value] # argparse calls it, as it would call `int`


def run(options: argparse.Namespace) -> int:
    """Play the days. Returns 0 right, 1 wrong, 3 a configuration problem, 4 undecided. Raises UsageProblem."""
    habits = Habits(
        players=options.crowd,
        rounds=options.rounds,
        days=options.days,
        connection=ConnectionQuality(lost_percent=options.lost),
    )
    if options.bundled and (options.url or options.profile):
        raise UsageProblem("--bundled is the reference wallet: leave it out to play against a wallet of your own")
    try:
        planned_run = planned(_options(options), _environment(options))
    except OptionsError as error:
        raise UsageProblem(str(error)) from None
    try:
        return _play(planned_run, habits)
    finally:
        planned_run.stop()


def _options(arguments: argparse.Namespace) -> Options:
    """The options of the day. Without a wallet, and without a profile in this folder, it is the bundled wallet."""
    options = options_of(arguments)
    seed = options.seed if arguments.seed is None else arguments.seed
    chosen = replace(options, seed=seed, defect=arguments.defect)
    return replace(chosen, usual_profile="") if arguments.bundled or arguments.defect else chosen


def _environment(arguments: argparse.Namespace) -> Mapping[str, str]:
    """The environment, without a wallet's address where the bundled wallet was asked for."""
    named = {URL, PROFILE} if arguments.bundled else set()
    return {name: value for name, value in os.environ.items() if name not in named}


def _play(plan: Run, habits: Habits) -> int:
    chosen = plan.options
    print(f"walletproof partner: {wallet_of(plan)}")
    print(f"seed {chosen.seed} (again with --seed={chosen.seed}), every id sent begins with {chosen.run_id}\n")
    plan.start()
    if plan.problem:
        print(f"configuration: {plan.problem}")
        return CONFIGURATION
    worst = 0
    for name in plan.contracts:
        try:
            day = live_through(plan.examiner(name), plan.wallets[name], habits)
        except (NoPartner, ProvisioningFailed) as problem:
            print(f"configuration: {plan.masked(str(problem))}")
            worst = max(worst, CONFIGURATION)
            continue
        requirements = plan.contracts[name].requirements
        whose = "the bundled wallet" if plan.bundled else plan.urls[name]
        for line in (*_lines(name, whose, day, habits), *_findings(day, requirements)):
            print(line)
        worst = max(worst, _status(day))
    return worst


def _status(day: Day) -> int:
    return {Status.FAIL: VIOLATED, Status.UNKNOWN: UNDECIDED}.get(day.result.status, 0)


def _lines(name: str, whose: str, day: Day, habits: Habits) -> Iterator[str]:
    many = "a day" if habits.days == 1 else f"{habits.days} days"
    yield f"{name}: {many}, {day.players} players, {day.requests} requests, {day.lost} answers lost on purpose"
    if day.away:
        times = "once" if len(day.away) == 1 else f"{len(day.away)} times"
        yield f"  the wallet refused connections {times}, and answered again after {sum(day.away):.1f} s"
    for what, count in sorted(day.counts.items()):
        yield f"  {count:>7}  {what}"
    for currency, booked in sorted(day.turnover.items()):
        for what, amount in booked.items():
            yield f"  {money.text(amount, currency):>13} {currency}  {what}"
    yield f"{name}: {whose}: {_conclusion(day)}\n"


def _conclusion(day: Day) -> str:
    match day.result.status:
        case Status.PASS:
            return f"every account is right, to the last digit ({day.players} players and a bystander)"
        case Status.WARN:
            return "every account is right; what only a SHOULD asks for was violated"
        case Status.UNKNOWN:
            return f"UNDECIDED: {day.result.reason or 'see below'}"
    return f"WRONG: {', '.join(day.result.violated)} violated"


def _findings(day: Day, requirements: Mapping[str, object]) -> Iterator[str]:
    if day.result.verdicts:
        yield block(day.result, requirements)  # type: ignore[arg-type]
        yield ""
