"""Finds the requests that were lost on their way and were not sent again, so that their scenario is played once more.

A request of a race, one whose sendings are counted, and a login with a one-time token are sent once. So is the first
request of a connection, because the wallet may have crashed over it. If the network or a busy wallet loses one, nobody
can judge the point of the scenario. Played anew, with fresh ids, it shows whether the wallet is at fault.
"""

from __future__ import annotations

from collections.abc import Callable
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
