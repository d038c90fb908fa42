"""Finds the requests that were lost on their way. They are sent again, or their scenario is played once more.

A request of a race, one whose sendings are counted, and a login with a one-time token are sent once. So is the first
request of a connection, because the wallet may have crashed over it. If the network or a busy wallet loses one, nobody
can judge the point of the scenario. Played anew, with fresh ids, it shows whether the wallet is at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.model import Exchange, History
from harness.play.sending import closed_without_a_byte

InVain = Callable[[Exchange], bool]
"""Returns true if an answer was lost on its way, or if the wallet asked for the same request later."""


def disturbed(history: History, in_vain: InVain) -> frozenset[int]:
    """The indexes of such requests. Empty if anything else went wrong, because that would not be looked at again."""
    if history.skipped or history.stopped or history.outage:
        return frozenset()
    unanswered = {
        index
        for index, each in enumerate(history.exchanges)
        if each.reply is None and each.loss is None and not each.absent and not each.repeated
    }
    lost = {index for index in unanswered if _is_lost(history, index, in_vain)}
    return frozenset(lost) if lost == unanswered else frozenset()


def lost_in_wave(released: Sequence[Exchange], in_vain: InVain) -> list[bool]:
    """For each request of a wave that only saves time: whether it is sent again.

    One connection that is closed without an answer is a loss on its way. If more are closed, the wallet may serve
    fewer connections at once, and that is a finding.
    """
    closed = [each.reply is None and closed_without_a_byte(each) for each in released]
    return [
        each.reply is None and (in_vain(each) or (is_closed and sum(closed) == 1))
        for each, is_closed in zip(released, closed, strict=True)
    ]


def excused(history: History, lost: frozenset[int]) -> History:
    """The history with these requests marked, and their answers not judged. Everything else is judged as before."""
    exchanges = (
        replace(each, excused=True, problems=()) if index in lost else each
        for index, each in enumerate(history.exchanges)
    )
    return replace(history, exchanges=tuple(exchanges))


def _is_lost(history: History, index: int, in_vain: InVain) -> bool:
    exchange = history.exchanges[index]
    before = history.exchanges[index - 1] if index else None
    if before is not None and before.repeated and before.operation == exchange.operation:
        return False
    return in_vain(exchange) or closed_without_a_byte(exchange)
