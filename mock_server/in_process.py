"""The wallet without a socket: requests in, answers out, in one thread and in a fixed order."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from harness.model import Request
from mock_server.app import App
from mock_server.wire import Answer

Result = TypeVar("Result")


class Waiting(RuntimeError):
    """Something waited for the outside world, which does not exist in process."""


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """The result of a coroutine that waits for nothing but its turn (`asyncio.sleep(0)`). Raises what it raises."""
    return run_together([coroutine])[0]


def run_together(coroutines: Sequence[Coroutine[Any, Any, Result]]) -> list[Result]:
    """The results of coroutines that take turns: each runs until it waits, then the next one, round and round.

    Raises what the first of them raises, and `Waiting` for one that waits for more than its turn.
    """
    results: dict[int, Result] = {}
    waiting = dict(enumerate(coroutines))
    try:
        while waiting:
            for number, coroutine in list(waiting.items()):
                if _step(coroutine, results, number):
                    del waiting[number]
    finally:
        for coroutine in waiting.values():
            coroutine.close()
    return [results[number] for number in range(len(coroutines))]


def _step(coroutine: Coroutine[Any, Any, Result], results: dict[int, Result], number: int) -> bool:
    try:
        awaited = coroutine.send(None)
    except StopIteration as stop:
        results[number] = stop.value
        return True
    if awaited is not None:
        raise Waiting(f"{coroutine!r} waits for {awaited!r}: in process a rule may only give up its turn")
    return False


class InProcess:
    """An app that is asked without a socket. `base` is a contract's place in it: its name after a slash."""

    def __init__(self, app: App) -> None:
        """`app` is asked by this one caller; its wallet must commit at once (`CommitAtOnce`)."""
        self.app = app

    def answer(self, path: str, headers: Mapping[str, str], body: bytes, method: str = "POST") -> Answer:
        """Answer one request. Headers by lower-case name."""
        return run(self.app.answer(method, path, headers, body))

    def ask(self, base: str, request: Request) -> Answer:
        """Answer one request of a contract."""
        return self.ask_together(base, (request,))[0]

    def ask_together(self, base: str, requests: Iterable[Request]) -> list[Answer]:
        """Answer requests that are in flight at once.

        A sound wallet answers them one after the other. A rule that waits lets the others in, always in the same
        order: so a race is found each time or never.
        """
        return run_together(
            [
                self.app.answer(
                    request.method,
                    base + request.path,
                    {name.lower(): value for name, value in request.headers},
                    request.body,
                )
                for request in requests
            ]
        )
